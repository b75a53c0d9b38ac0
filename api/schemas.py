"""The versioned schema of ``plan.json`` and the way from and to ``optimizer.plan``.

A file holds decisions, times and where they came from; loads, kilometres and KPIs
follow from it and the scenario. Whatever differs between two runs of the same work
(wall times, the machine) is kept out, so equal work writes equal bytes: see
``history.json`` for the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from optimizer.plan import Cost, Plan, Route, Trip, Unserved, Visit
from optimizer.tiers.lines import Ride
from optimizer.tiers.model import Handover, TieredPlan, Way

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.worth import Worth

SCHEMA = "gongpei.plan"
VERSIONS = (1, 2)
"""Raised whenever an old reader would misread a new file; 2 has a part ``tiers``, 1 has none."""

Seconds = Annotated[int, Field(ge=0, le=10_000_000)]
Fen = Annotated[int, Field(ge=0, le=10**15)]
Id = Annotated[str, Field(min_length=1, max_length=200)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$|^$")]


def _is_way(text: str) -> str:
    Way.parse(text)
    return text


WayText = Annotated[str, AfterValidator(_is_way)]
"""A way as ``str(optimizer.tiers.Way)`` writes it."""


class Record(BaseModel):
    """Strict and frozen: no unknown field, no silent conversion."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class VisitRecord(Record):
    """One ``optimizer.plan.Visit``."""

    place: Id
    arrive_s: Seconds
    start_s: Seconds
    end_s: Seconds
    depart_s: Seconds
    deliver: tuple[Id, ...] = ()
    collect: tuple[Id, ...] = ()


class TripRecord(Record):
    """One ``optimizer.plan.Trip``."""

    start: Id
    end: Id
    load_start_s: Seconds
    depart_s: Seconds
    return_s: Seconds
    visits: tuple[VisitRecord, ...]
    stowage: tuple[tuple[Id, Id], ...] = ()


class RouteRecord(Record):
    """One ``optimizer.plan.Route``."""

    vehicle_type: Id
    number: Annotated[int, Field(ge=1, le=1_000_000)]
    trips: tuple[TripRecord, ...]


class UnservedRecord(Record):
    """One ``optimizer.plan.Unserved``."""

    shipment: Id
    reason: str
    numbers: dict[str, int | str] = {}
    remedy: str = ""


class CostRecord(Record):
    """One ``optimizer.plan.Cost``, in fen; parts of later date are written only where there is something to pay."""

    fixed_fen: Fen = 0
    distance_fen: Fen = 0
    time_fen: Fen = 0
    overtime_fen: Fen = 0
    pay_fen: Fen = 0
    line_fen: Fen = 0
    handling_fen: Fen = 0
    penalty_fen: Fen = 0

    @model_serializer(mode="wrap")
    def _without_nothing(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = handler(self)
        return {name: fen for name, fen in content.items() if fen or name not in ("pay_fen", "line_fen")}


class PlanRecord(Record):
    """One ``optimizer.plan.Plan``."""

    routes: tuple[RouteRecord, ...] = ()
    unserved: tuple[UnservedRecord, ...] = ()
    cost: CostRecord = CostRecord()


class Origin(Record):
    """What the plan was made from and how; enough to make it again.

    ``iterations`` and ``seconds`` are the stopping criterion as asked for, None where not asked;
    ``stopped`` says that the user ended the solve early.
    """

    scenario: str = ""
    date: str = ""
    scenario_digest: Digest = ""
    network_digest: Digest = ""
    problem_digest: Digest = ""
    seed: int = 0
    iterations: int | None = None
    seconds: float | None = None
    workers: int = 1
    stopped: bool = False
    versions: dict[str, str] = {}


class HandoverRecord(Record):
    """One ``optimizer.tiers.Handover``."""

    shipment: Id
    station: Id
    arrived_s: Seconds
    ready_s: Seconds
    left_s: Seconds


class RideRecord(Record):
    """One ``optimizer.tiers.Ride``."""

    shipment: Id
    departure: Id
    origin: Id
    destination: Id
    board_s: Seconds
    alight_s: Seconds


class TiersRecord(Record):
    """What ``optimizer.tiers.TieredPlan`` has beyond a plan: ways by place, ways by shipment, handovers, rides."""

    choice: dict[Id, WayText] = {}
    exceptions: dict[Id, WayText] = {}
    handovers: tuple[HandoverRecord, ...] = ()
    rides: tuple[RideRecord, ...] = ()


class WorthRecord(Record):
    """One ``optimizer.worth.Worth`` without its plan; ``fen`` is below zero where the day is cheaper without it."""

    vehicle_type: Id
    number: Annotated[int, Field(ge=1, le=1_000_000)]
    fen: Annotated[int, Field(ge=-(10**15), le=10**15)]
    unserved: tuple[Id, ...] = ()


class PlanFile(Record):
    """The whole of ``plan.json``; ``digest`` is the SHA-256 of the rest, see ``api.plan_file``.

    ``tiers`` is there in version 2 and only there, ``worths`` where hired vehicles are on the road.
    """

    schema_name: Literal["gongpei.plan"] = Field(default="gongpei.plan", alias="schema")
    version: Literal[1, 2] = 1
    digest: Digest = ""
    origin: Origin = Origin()
    plan: PlanRecord
    tiers: TiersRecord | None = None
    worths: tuple[WorthRecord, ...] = ()

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="after")
    def _has_its_parts(self) -> Self:
        if (self.version == 2) != (self.tiers is not None):
            raise ValueError("version 2 has a part tiers, version 1 has none")
        return self

    @model_serializer(mode="wrap")
    def _without_absent_parts(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = handler(self)
        return {name: part for name, part in content.items() if part or name not in ("tiers", "worths")}


def with_worths(record: PlanFile, worths: Iterable[Worth]) -> PlanFile:
    """Return a record, still without its digest, that says what hired vehicles were worth."""
    found = tuple(
        WorthRecord(vehicle_type=w.vehicle_type, number=w.number, fen=w.fen, unserved=w.unserved) for w in worths
    )
    return record.model_copy(update={"worths": found})


def from_tiered(tiered: TieredPlan, origin: Origin) -> PlanFile:
    """Return the record of a plan across tiers, still without its digest; equal plans give equal records."""
    tiers = TiersRecord(
        choice={place: str(way) for place, way in sorted(tiered.choice.items())},
        exceptions={shipment: str(way) for shipment, way in sorted(tiered.exceptions.items())},
        handovers=tuple(
            HandoverRecord(**{name: getattr(h, name) for name in HandoverRecord.model_fields}) for h in tiered.handovers
        ),
        rides=tuple(RideRecord(**{name: getattr(r, name) for name in RideRecord.model_fields}) for r in tiered.rides),
    )
    return from_plan(tiered.plan, origin).model_copy(update={"version": 2, "tiers": tiers})


def to_tiered(record: PlanFile) -> TieredPlan:
    """Return the plan across tiers that ``record`` holds; an ordinary plan is one where everything goes direct."""
    tiers = record.tiers or TiersRecord()
    return TieredPlan(
        choice={place: Way.parse(way) for place, way in tiers.choice.items()},
        plan=to_plan(record),
        handovers=tuple(Handover(**h.model_dump()) for h in tiers.handovers),
        exceptions={shipment: Way.parse(way) for shipment, way in tiers.exceptions.items()},
        rides=tuple(Ride(**r.model_dump()) for r in tiers.rides),
    )


def from_plan(plan: Plan, origin: Origin) -> PlanFile:
    """Return the record of ``plan``, still without its digest."""
    return PlanFile(
        origin=origin,
        plan=PlanRecord(
            routes=tuple(_route_record(r) for r in plan.routes),
            unserved=tuple(
                UnservedRecord(shipment=u.shipment, reason=u.reason, numbers=dict(u.numbers), remedy=u.remedy)
                for u in plan.unserved
            ),
            cost=CostRecord(**{name: getattr(plan.cost, name) for name in CostRecord.model_fields}),
        ),
    )


def to_plan(record: PlanFile) -> Plan:
    """Return the plan that ``record`` holds; the inverse of ``from_plan``."""
    return Plan(
        routes=tuple(
            Route(vehicle_type=r.vehicle_type, number=r.number, trips=tuple(_trip(t) for t in r.trips))
            for r in record.plan.routes
        ),
        unserved=tuple(
            Unserved(shipment=u.shipment, reason=u.reason, numbers=dict(u.numbers), remedy=u.remedy)
            for u in record.plan.unserved
        ),
        cost=Cost(**{name: getattr(record.plan.cost, name) for name in CostRecord.model_fields}),
    )


def _route_record(route: Route) -> RouteRecord:
    trips = tuple(
        TripRecord(
            start=t.start,
            end=t.end,
            load_start_s=t.load_start_s,
            depart_s=t.depart_s,
            return_s=t.return_s,
            visits=tuple(_visit_record(v) for v in t.visits),
            stowage=t.stowage,
        )
        for t in route.trips
    )
    return RouteRecord(vehicle_type=route.vehicle_type, number=route.number, trips=trips)


def _visit_record(visit: Visit) -> VisitRecord:
    return VisitRecord(**{name: getattr(visit, name) for name in VisitRecord.model_fields})


def _trip(record: TripRecord) -> Trip:
    return Trip(
        start=record.start,
        end=record.end,
        load_start_s=record.load_start_s,
        depart_s=record.depart_s,
        return_s=record.return_s,
        visits=tuple(Visit(**{name: getattr(v, name) for name in VisitRecord.model_fields}) for v in record.visits),
        stowage=record.stowage,
    )
