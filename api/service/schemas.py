"""What endpoints take and give, as OpenAPI tells it: no unknown fields, no silent conversion, money in fen.

Moments are RFC 3339; ``_s`` are whole seconds of the plan's day, on China's clock.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def _whole(value: Any) -> Any:
    """Take 12.0 for 12, as JSON knows only numbers; everything else is for the schema to judge."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Id = Annotated[str, Field(min_length=1, max_length=200)]
Int = Annotated[int, BeforeValidator(_whole)]
Seconds = Annotated[Int, Field(ge=0, le=172_800)]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


def _such_as(*examples: dict[str, Any]) -> ConfigDict:
    """Return what OpenAPI shows as examples of a body."""
    return ConfigDict(json_schema_extra={"examples": list(examples)})


NEW_ORDER = {"id": "N1", "brand": "中通", "origin": "H", "destination": "A", "pieces": 5}

EVENTS = {
    "now": "09:30",
    "added": [NEW_ORDER],
    "cancelled": [{"order": "D1"}],
    "broken": [{"vehicle_type": "van", "number": 1, "at": "09:20"}],
    "late": [{"brand": "中通", "ready": "11:30"}],
    "closed": [{"lon": 116.4, "lat": 36.6, "radius_m": 100}],
}
"""What may come to pass; keys and columns are those of ``events.toml`` (``scenarios/README.md``)."""

VARIANTS_TEXT = """\
against = "separate"

[base]
name_zh = "统仓共配"
name_en = "shared"

[[variants]]
id = "separate"
name_zh = "各品牌单独配送"
name_en = "every brand on its own"
brands = "separate"
"""
"""A file of variants; more are in ``scenarios/library/variants``."""

ROUTES = [
    {"vehicle_type": "van", "number": 1, "trips": [{"visits": [{"place": "A", "deliver": ["D1"]}]}]},
]


class Taken(BaseModel):
    """A body: strict, and nothing unknown in it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Given(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)


class Effort(Taken):
    """How long to solve, from which seed, on how many processes; the operator's limits hold too."""

    seconds: float | None = Field(default=None, gt=0, le=86_400, allow_inf_nan=False)
    iterations: Int | None = Field(default=None, ge=0, le=1_000_000)
    seed: Int = Field(default=0, ge=0, le=2**31 - 1)
    workers: Int = Field(default=1, ge=1, le=64)


class SolveRequest(Effort):
    """A day is to be planned: 30 s unless seconds or iterations are given. ``revision``: the newest if left out."""

    model_config = _such_as({"seconds": 30}, {"iterations": 200, "seed": 7, "revision": 1})

    revision: Int | None = Field(default=None, ge=1, le=2**31 - 1)


class ComparisonRequest(SolveRequest):
    """Variants are to be compared; ``variants`` is the text of a file of variants (TOML)."""

    model_config = _such_as({"scenario_id": "scn_...", "variants": VARIANTS_TEXT, "days": 5, "seconds": 20})

    scenario_id: Id
    variants: str = Field(max_length=200_000)
    days: Int = Field(default=5, ge=1, le=366)
    peaks: list[Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]] = Field(default=[], max_length=10)


class ReplanRequest(Effort):
    """A day goes on after ``events``, an events file as JSON; ``answer`` becomes the plan of the job.

    1.5 s unless seconds or iterations are given, as somebody waits for it.
    """

    model_config = _such_as({"events": EVENTS, "answer": "balanced"})

    events: dict[str, Any]
    keep: Literal["none", "vehicle", "sequence", "time"] = "none"
    answer: Literal["smallest", "balanced", "cheapest"] = "balanced"


class VisitDraft(Taken):
    """One call at a place, without times."""

    place: Id
    deliver: list[Id] = Field(default=[], max_length=10_000)
    collect: list[Id] = Field(default=[], max_length=10_000)


class TripDraft(Taken):
    """One trip in driving order; ``load_start_s``: loading begins no earlier."""

    visits: list[VisitDraft] = Field(max_length=2_000)
    load_start_s: Seconds | None = None


class RouteDraft(Taken):
    """One vehicle's day."""

    vehicle_type: Id
    number: Int = Field(ge=1, le=1_000_000)
    trips: list[TripDraft] = Field(max_length=100)


class RideDraft(Taken):
    """Goods, or a leg of them (``D1/1``, ``D1/2``), on a scheduled departure from stop to stop, without times."""

    shipment: Id
    departure: Id
    origin: Id
    destination: Id


class EvaluateRequest(Taken):
    """The whole plan as it was changed by hand; shipments that neither visit nor ride names are left out.

    Across tiers visits name goods as ``plan.json`` does, whole or by leg; ways and handovers follow from who carries
    what. ``rides``: who goes by line; left out, those of the plan stay, but of goods that vehicles carry now.
    """

    model_config = _such_as({"routes": ROUTES})

    routes: list[RouteDraft] = Field(max_length=2_000)
    rides: list[RideDraft] | None = Field(default=None, max_length=50_000)


class CandidatesRequest(Taken):
    """``order``: id of an order or a shipment of the plan; or ``new_order``: a row of orders that is not in it yet.

    ``most``: ways to carry it that are told.
    """

    model_config = _such_as({"order": "D1"}, {"new_order": NEW_ORDER, "most": 3})

    order: Id | None = None
    new_order: dict[str, Any] | None = None
    most: Int = Field(default=4, ge=1, le=20)

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.order is None) == (self.new_order is None):
            raise ValueError("name an order of the plan, or give a new one")
        return self


class ExplainRequest(Taken):
    """Why ``order`` (an order or a shipment) is not carried, not by ``vehicle``, not before ``before_s``."""

    model_config = _such_as({"order": "D1", "vehicle": "van#2"}, {"order": "D1", "before_s": 28_800})

    order: Id
    vehicle: Id | None = None
    before_s: Seconds | None = None


class FaultGiven(Given):
    """One thing that is wrong; ``pointer`` is into the JSON document, ``file``, ``sheet`` and ``row`` into files."""

    code: str
    pointer: str = ""
    file: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""
    value: str = ""
    zh: str
    en: str
    remedy_zh: str = ""
    remedy_en: str = ""


class ProblemGiven(Given):
    """RFC 9457 with our code, both languages, the remedy, and every fault."""

    type: str
    title: str
    status: int
    detail: str
    instance: str = ""
    code: str
    zh: str
    en: str
    remedy_zh: str = ""
    remedy_en: str = ""
    count: int = 0
    faults: list[FaultGiven] = []


class NoteGiven(Given):
    """Something to look at that is no fault."""

    zh: str
    en: str


class FindingsGiven(Given):
    """What a reader finds in a scenario."""

    state: Literal["valid", "invalid"]
    name: str
    date: str | None = None
    places: int
    vehicles: int
    orders: int
    faults: list[FaultGiven]
    notes: list[NoteGiven] = []


class ScenarioGiven(Given):
    """One revision of a scenario; ``head`` is the newest."""

    id: str
    revision: int
    head: int
    etag: str
    name: str
    state: Literal["valid", "invalid"]
    places: int
    vehicles: int
    orders: int
    digest: str
    created_at: Moment
    faults: list[FaultGiven]
    notes: list[NoteGiven] = []
    personal_fields: int | None = None


class ScenariosGiven(Given):
    """A page of scenarios; ``next`` is the ``after`` of the next page."""

    items: list[ScenarioGiven]
    next: str | None


class FailureGiven(Given):
    """Why a job has come to nothing; its input is kept."""

    code: str
    zh: str
    en: str
    faults: list[dict[str, Any]] = []


class JobGiven(Given):
    """A solve, a comparison or a replan. ``queue_place``: 1 is served next, 0 is not waiting.

    ``stopped``: ended before its time, with the best plan by then. ``bound_fen``: no plan can be cheaper. ``unserved``:
    shipments that are left. ``plan_id`` once it is done, of a solve and a replan.
    """

    id: str
    kind: Literal["solve", "comparison", "replan"]
    lane: Literal["ordinary", "quick"]
    scenario_id: str
    revision: int
    state: Literal["queued", "preparing", "solving", "done", "failed", "cancelled"]
    phase: str
    queue_place: int
    attempt: int
    submitted_at: Moment
    started_at: Moment | None
    ended_at: Moment | None
    cost_fen: int | None
    bound_fen: int | None
    unserved: int | None
    stopped: bool
    seed: int
    versions: dict[str, str]
    plan_id: str | None
    failure: FailureGiven | None


class JobsGiven(Given):
    """A page of jobs, newest first; ``next`` is the ``before`` of the next page."""

    items: list[JobGiven]
    next: str | None


class PlanHead(Given):
    """A stored plan without its content."""

    id: str
    job_id: str | None
    scenario_id: str
    revision: int
    cost_fen: int
    unserved: int
    created_at: Moment
    published_at: Moment | None


class PlanGiven(PlanHead):
    """A stored plan; ``plan`` is the content of ``plan.json``."""

    plan: dict[str, Any]


class PlansGiven(Given):
    """A page of plans, newest first; ``next`` is the ``before`` of the next page."""

    items: list[PlanHead]
    next: str | None


class PublishedGiven(Given):
    """A published plan as a brand may know of it."""

    plan_id: str
    published_at: Moment


class PublicationsGiven(Given):
    """The newest published plans."""

    items: list[PublishedGiven]


class BestGiven(Given):
    """The best plan of a job so far; ``plan_id`` once it is final."""

    job_id: str
    is_final: bool
    plan_id: str | None
    cost_fen: int | None
    plan: dict[str, Any]


class SolvedGiven(Given):
    """What a synchronous solve gives: the job, and its plan unless it is not done yet."""

    job: JobGiven
    plan: dict[str, Any] | None


class LimitsGiven(Given):
    """What may be asked of the service."""

    max_body_bytes: int
    max_places: int
    max_vehicles: int
    max_orders: int
    queue_per_county: int
    queue_in_all: int
    streams_per_county: int
    streams_in_all: int
    webhooks_per_county: int
    solve_seconds_most: int
    replan_seconds_most: int
    solve_workers_most: int
    synchronous_places: int
    synchronous_seconds: int
    json_levels: int
    zip_files: int
    zip_bytes: int
    zip_ratio: int


class DeedGiven(Given):
    """A line of the audit log."""

    number: int
    at: Moment
    key_id: str | None
    county_id: str | None
    action: str
    object: str
    detail: dict[str, Any]
    digest: str


class DeedsGiven(Given):
    """A page of the audit log; ``next`` is the ``after`` of the next page."""

    items: list[DeedGiven]
    next: int | None


class PersonalGiven(Given):
    """Personal fields of one order; ``is_masked`` unless they were revealed, which the audit log says."""

    order: str
    is_masked: bool
    fields: dict[str, str]


class HookRequest(Taken):
    """Where to tell that a job has ended."""

    url: str = Field(min_length=1, max_length=2_000)
    events: list[Literal["done", "failed", "cancelled"]] = Field(default=["done", "failed"], min_length=1, max_length=3)


class HookGiven(Given):
    """A receiver of notices; the secret is shown this once."""

    id: str
    url: str
    events: list[str]
    secret: str | None


class HooksGiven(Given):
    """All receivers of the county."""

    items: list[HookGiven]


class HealthGiven(Given):
    """Whether the process lives, or may be given work."""

    status: Literal["ok"]
