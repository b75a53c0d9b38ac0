"""Plans: look at one, ask about it, change it by hand and have it judged, take it away as a file, publish it."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from api.errors import InvalidInput
from api.schemas import PlanFile
from api.service import revisions, stored_plans
from api.service.answers import BrandGiven, CandidatesGiven, EvaluatedGiven, ReasonsGiven, answers
from api.service.auth import ROOT, Caller, needs
from api.service.body import refuse_swollen
from api.service.context import Context, Here, ask_about, require_id
from api.service.documents import toml_of
from api.service.handlers import schema_fault
from api.service.moments import instant
from api.service.problems import MOST_FAULTS, Told, problem
from api.service.routes.jobs import unsolvable
from api.service.schemas import (
    CandidatesRequest,
    EvaluateRequest,
    ExplainRequest,
    PlanGiven,
    PlanHead,
    PlansGiven,
    PublicationsGiven,
    PublishedGiven,
)
from api.service.stored_plans import (
    StoredPlan,
    content_of,
    is_first_published,
    keep,
    packed_of,
    past_of,
    plan_of,
    publish,
)

router = APIRouter(prefix=ROOT, tags=["plans"])

Reader = Annotated[Caller, needs("plan.read")]
Asker = Annotated[Caller, needs("plan.ask")]
BrandOwner = Annotated[Caller, needs("brand.read")]

MOST_PUBLISHED = 31
"""Published plans that a brand is told of: a month of days."""

MADE_OF = "/events/added/0"
"""Where a new order stands in the events that are made of it."""

FORMATS = {
    "geojson": ("application/geo+json", "routes.geojson"),
    "csv": ("text/csv; charset=utf-8", "visits.csv"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "plan.xlsx"),
}
"""Format -> media type and file name; ``json`` is the plan as it is stored."""


@router.get("/plans")
def listed(
    here: Here,
    caller: Reader,
    before: Annotated[str, Query(max_length=40)] = "",
    most: Annotated[int, Query(ge=1, le=200)] = 50,
    published: Annotated[bool, Query()] = False,
) -> PlansGiven:
    """List plans, the newest first; ``published`` leaves only those to drive by."""
    before = require_id("plan", before) if before else ""
    county = caller.county_id
    found = stored_plans.listed(here.database, county, before=before, most=most, is_published=published)
    return PlansGiven(items=list(map(_head, found)), next=found[-1].id if len(found) == most else None)


@router.get("/brand/plans")
def published_plans(here: Here, caller: BrandOwner) -> PublicationsGiven:
    """List the newest published plans for a brand, which may ask each for its own orders."""
    found = stored_plans.listed(here.database, caller.county_id, most=MOST_PUBLISHED, is_published=True)
    items = [PublishedGiven(plan_id=each.id, published_at=instant(each.published_ms) or "") for each in found]
    return PublicationsGiven(items=items)


@router.get("/plans/{plan_id}")
def look(here: Here, caller: Reader, plan_id: str) -> PlanGiven:
    """Return a plan whole."""
    return _told(here, caller, plan_id)


async def _plan(request: Request) -> PlanFile:
    """Take a ``plan.json`` as it is, whatever the content type says of it; in a thread, since it may be large.

    Raises
    ------
    InvalidInput
        E631 with every place where it is none; E634, E663.
    """
    return await run_in_threadpool(_plan_in, await request.body())


def _plan_in(body: bytes) -> PlanFile:
    refuse_swollen(body)
    try:
        return PlanFile.model_validate_json(body)
    except ValidationError as error:
        details = error.errors(include_url=False)[:MOST_FAULTS]
        faults = tuple(schema_fault({**each, "loc": ("body", *each["loc"])}) for each in details)
        raise InvalidInput("E631", faults=faults, count=error.error_count()) from None


PLAN = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}
"""What OpenAPI says of a ``plan.json``: its schema is that of the file."""


@router.post("/scenarios/{scenario_id}/plans", status_code=201, openapi_extra=PLAN)
def add(
    *,
    here: Here,
    caller: Annotated[Caller, needs("job.submit")],
    scenario_id: str,
    plan: Annotated[PlanFile, Depends(_plan)],
    response: Response,
    revision: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> PlanGiven:
    """Store a plan that was made elsewhere (``plan.json``), once the referee accepts it for the revision."""
    known = revisions.found(here.database, caller.county_id, require_id("scenario", scenario_id), revision)
    if known.state != revisions.VALID:
        raise unsolvable(known)
    packed = zlib.compress(plan.model_dump_json(by_alias=True).encode())
    question = {"ask": "judge", "plan": b64encode(packed).decode(), "revision": known.number}
    judged = ask_about(here, caller, (known.scenario_id, known.number), question)
    sealed = plan.model_copy(update={"digest": judged["digest"]}).model_dump_json(by_alias=True)
    stored = keep(here.database, caller, known, zlib.compress(sealed.encode()), judged)
    response.headers["Location"] = f"{ROOT}/plans/{stored.id}"
    return _told(here, caller, stored.id)


@router.post("/plans/{plan_id}:evaluate", **answers(EvaluatedGiven))
def evaluate(here: Here, caller: Asker, plan_id: str, request: EvaluateRequest) -> dict[str, Any]:
    """Give a plan that was changed by hand its times; tell every rule that it breaks, and what it costs more or less.

    Vehicles that are as they were keep their times. Nothing is stored.
    """
    return _asked(here, caller, plan_id, {"ask": "evaluate", **request.model_dump(mode="json")})


@router.post("/plans/{plan_id}:candidates", **answers(CandidatesGiven))
def candidates(here: Here, caller: Asker, plan_id: str, request: CandidatesRequest) -> dict[str, Any]:
    """Rank the ways to carry an order, old or new, in this plan, the cheapest first, leaving it out among them."""
    new = request.new_order
    order = request.order if new is None else str(new.get("id", ""))
    try:
        added = None if new is None else toml_of({"added": [new]})
        question = {"ask": "candidates", "order": order, "added": added, "most": request.most}
        return _asked(here, caller, plan_id, question)
    except (Told, InvalidInput) as refusal:
        if new is None or not getattr(refusal, "faults", True):
            raise
        raise Told(_pointing(refusal)) from None


def _pointing(refusal: Told | InvalidInput) -> dict[str, Any]:
    """Return a problem with an events file as one with the new order that it was made of."""
    content = refusal.content if isinstance(refusal, Told) else problem(refusal)
    faults = [{**each, "pointer": each["pointer"].replace(MADE_OF, "/new_order")} for each in content["faults"]]
    return {**content, "faults": faults}


@router.post("/plans/{plan_id}:explain", **answers(ReasonsGiven))
def explain(here: Here, caller: Asker, plan_id: str, request: ExplainRequest) -> dict[str, Any]:
    """Tell why an order is not carried, not by that vehicle, not before then, and what the referee says would help."""
    return _asked(here, caller, plan_id, {"ask": "explain", **request.model_dump()})


@router.post("/plans/{plan_id}:publish")
def publish_plan(here: Here, caller: Annotated[Caller, needs("plan.publish")], plan_id: str) -> PlanGiven:
    """Say that a plan is the one to drive by; again changes nothing."""
    publish(here.database, caller, plan_id)
    return _told(here, caller, plan_id)


@router.get("/plans/{plan_id}/export", response_class=Response)
def export(
    here: Here,
    caller: Reader,
    plan_id: str,
    format: Annotated[Literal["json", "geojson", "csv", "xlsx"], Query()] = "json",  # noqa: A002 - the word of the API
    table: Annotated[Literal["visits", "trips"], Query()] = "visits",
) -> Response:
    """Return a plan as a file; ``table`` says which one as CSV. No cell is run by a spreadsheet."""
    if format == "json":
        data = zlib.decompress(
            packed_of(here.database, caller.county_id, plan_of(here.database, caller.county_id, plan_id).id)
        )
        return _file(data, "application/json", "plan.json")
    media, name = FORMATS[format]
    what = table if format == "csv" else format
    answer = _asked(here, caller, plan_id, {"ask": "export", "what": what})
    return _file(b64decode(answer["content"]), media, f"{table}.csv" if format == "csv" else name)


@router.get("/plans/{plan_id}/brand", **answers(BrandGiven))
def of_brand(here: Here, caller: BrandOwner, plan_id: str) -> dict[str, Any]:
    """Return the orders and the statement of the caller's brand in a published plan; others only as totals of three.

    Totals are told of the first plan that was published for its date: two of one day would tell what sets them apart.
    """
    plan = plan_of(here.database, caller.county_id, plan_id)
    if plan.published_ms is None:
        raise revisions.missing("plan", plan_id)
    has_totals = is_first_published(here.database, plan, caller.county_id)
    return _asked(here, caller, plan_id, {"ask": "brand", "brand": caller.brand, "has_totals": has_totals})


def _file(data: bytes, media: str, name: str) -> Response:
    return Response(data, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _head(plan: StoredPlan) -> PlanHead:
    return PlanHead(
        **{name: getattr(plan, name) for name in ("id", "job_id", "scenario_id", "revision", "cost_fen", "unserved")},
        created_at=instant(plan.created_ms) or "",
        published_at=instant(plan.published_ms),
    )


def _told(here: Context, caller: Caller, plan_id: str) -> PlanGiven:
    plan = plan_of(here.database, caller.county_id, plan_id)
    content = content_of(here.database, caller.county_id, plan.id)
    return PlanGiven(**_head(plan).model_dump(), plan=content)


def _asked(here: Context, caller: Caller, plan_id: str, question: dict[str, Any]) -> dict[str, Any]:
    """Ask the process that has the plan's scenario ready."""
    county = caller.county_id
    plan = plan_of(here.database, county, plan_id)
    packed = b64encode(packed_of(here.database, county, plan.id)).decode()
    with here.database.read() as connection:
        past = past_of(connection, county, plan.id)
    about = {"plan": packed, "revision": plan.revision, "past": past}
    answer: dict[str, Any] = ask_about(here, caller, (plan.scenario_id, plan.revision), {**question, **about})
    return answer
