"""What an operator and a county's administrator look at: limits, health, metrics, audit log, receivers of notices."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy import select

from api.errors import CATALOGUE, InvalidInput
from api.service import audit, notices
from api.service.answers import ErrorGiven, answers
from api.service.audit import Deed
from api.service.auth import OPERATOR, ROOT, Caller, ForAll, needs
from api.service.body import MOST_LEVELS
from api.service.context import Here  # noqa: TC001 - FastAPI reads the annotations
from api.service.database import now_ms
from api.service.folders import MOST_FILES, MOST_RATIO, MOST_UNPACKED
from api.service.moments import instant
from api.service.personal import begin_storing
from api.service.problems import CATALOGUES
from api.service.revisions import missing
from api.service.routes.jobs import SYNCHRONOUS_PLACES, SYNCHRONOUS_S
from api.service.schemas import (
    DeedGiven,
    DeedsGiven,
    HealthGiven,
    HookGiven,
    HookRequest,
    HooksGiven,
    LimitsGiven,
)
from api.service.tables import webhooks
from api.service.upgrade import require_newest
from api.service.webhooks import target_of

router = APIRouter(prefix=ROOT, tags=["operation"])

Administrator = Annotated[Caller, needs("webhook.write")]

SHOWN_LIMITS = (
    *("max_body_bytes", "max_places", "max_vehicles", "max_orders"),
    *("queue_per_county", "queue_in_all", "streams_per_county", "streams_in_all", "webhooks_per_county"),
    *("solve_seconds_most", "replan_seconds_most", "solve_workers_most"),
)


@router.get("/limits")
def limits(here: Here, caller: Annotated[Caller, needs("limits.read")]) -> LimitsGiven:  # noqa: ARG001 - a key is needed
    """Return what may be asked of the service."""
    return LimitsGiven(
        **{name: getattr(here.settings.limits, name) for name in SHOWN_LIMITS},
        synchronous_places=SYNCHRONOUS_PLACES,
        synchronous_seconds=SYNCHRONOUS_S,
        json_levels=MOST_LEVELS,
        zip_files=MOST_FILES,
        zip_bytes=MOST_UNPACKED,
        zip_ratio=MOST_RATIO,
    )


@router.get("/healthz")
def health(_: ForAll) -> HealthGiven:
    """Say that the process lives."""
    return HealthGiven(status="ok")


@router.get("/readyz")
def ready(_: ForAll, here: Here) -> HealthGiven:
    """Say that the database answers and has the tables of this program; 503 where it does not."""
    require_newest(here.database)
    return HealthGiven(status="ok")


@router.get("/metrics", response_class=Response)
def metrics(here: Here, caller: Annotated[Caller, needs("metrics.read")]) -> Response:  # noqa: ARG001 - a key is needed
    """Return counters and gauges in the text format of Prometheus; no county, id or person is in them."""
    return Response(here.metrics.page(), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/audit")
def deeds(
    here: Here,
    caller: Annotated[Caller, needs("audit.read")],
    after: Annotated[int, Query(ge=0, lt=2**62)] = 0,
    most: Annotated[int, Query(ge=1, le=500)] = 100,
) -> DeedsGiven:
    """Return the audit log, oldest first: of the caller's county, or all of it for the operator."""
    county_id = None if caller.role == OPERATOR else caller.county_id
    with here.database.read() as connection:
        rows = audit.deeds(connection, county_id=county_id, after=after, most=most)
    names = ("number", "key_id", "county_id", "action", "object", "detail", "digest")
    items = [DeedGiven(at=instant(row["at_ms"]) or "", **{name: row[name] for name in names}) for row in rows]
    return DeedsGiven(items=items, next=items[-1].number if len(items) == most else None)


@router.post("/webhooks", status_code=201)
def add_hook(here: Here, caller: Administrator, request: HookRequest) -> HookGiven:
    """Tell a receiver when jobs of the county end; the secret that signs notices is shown this once."""
    if here.ring is None:
        raise InvalidInput("E660")
    target = target_of(request.url, here.settings.webhook_hosts)
    with here.database.write() as connection:
        begin_storing(connection)
        hook = notices.register(
            connection,
            here.ring,
            county_id=caller.county_id,
            target=target,
            events=request.events,
            most=here.settings.limits.webhooks_per_county,
        )
        deed = Deed(action="webhook.new", object=hook.id, key_id=caller.key_id, county_id=caller.county_id, detail={})
        audit.append(connection, deed, now_ms(connection))
    return HookGiven(id=hook.id, url=hook.url, events=list(hook.events), secret=hook.secret)


@router.get("/webhooks")
def hooks(here: Here, caller: Administrator) -> HooksGiven:
    """List the receivers of the county, without their secrets."""
    query = select(webhooks).where(webhooks.c.county_id == caller.county_id).order_by(webhooks.c.id)
    with here.database.read() as connection:
        rows = connection.execute(query).all()
    items = [HookGiven(id=row.id, url=row.url, events=list(row.events), secret=None) for row in rows]
    return HooksGiven(items=items)


@router.delete("/webhooks/{hook_id}", status_code=204)
def remove_hook(here: Here, caller: Administrator, hook_id: str) -> None:
    """Tell a receiver nothing any more; what is still owed to it is dropped."""
    if not hook_id.isascii() or not hook_id.isprintable():
        raise missing("webhook", hook_id)
    with here.database.write() as connection:
        if not notices.remove(connection, county_id=caller.county_id, hook_id=hook_id):
            raise missing("webhook", hook_id)
        deed = Deed(
            action="webhook.delete", object=hook_id, key_id=caller.key_id, county_id=caller.county_id, detail={}
        )
        audit.append(connection, deed, now_ms(connection))


@router.get("/errors/{code}", **answers(ErrorGiven))
def explained(_: ForAll, code: str) -> dict[str, Any]:
    """Return what an error code means and how to mend it, in both languages."""
    sentence = CATALOGUES.get(code[:2], CATALOGUE).get(code)
    if sentence is None:
        raise InvalidInput("E430", value=code[:20])
    told = {name: getattr(sentence, part) for name, part in PARTS.items()}
    return {"code": code, **told}


PARTS = {"zh": "zh", "en": "en", "remedy_zh": "fix_zh", "remedy_en": "fix_en"}
