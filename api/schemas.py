"""The versioned schema of ``plan.json`` and the way from and to ``optimizer.plan``.

A file holds decisions, times and where they came from; loads, kilometres and KPIs
follow from it and the scenario. Whatever differs between two runs of the same work
(wall times, the machine) is kept out, so equal work writes equal bytes: see
``history.json`` for the rest.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from optimizer.plan import Cost, Plan, Route, Trip, Unserved, Visit

SCHEMA = "gongpei.plan"
VERSION = 1
"""Raised whenever an old reader would misread a new file."""

Seconds = Annotated[int, Field(ge=0, le=10_000_000)]
Fen = Annotated[int, Field(ge=0, le=10**15)]
Id = Annotated[str, Field(min_length=1, max_length=200)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$|^$")]


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
    """One ``optimizer.plan.Cost``, in fen."""

    fixed_fen: Fen = 0
    distance_fen: Fen = 0
    time_fen: Fen = 0
    overtime_fen: Fen = 0
    pay_fen: Fen = 0
    handling_fen: Fen = 0
    penalty_fen: Fen = 0


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


class PlanFile(Record):
    """The whole of ``plan.json``; ``digest`` is the SHA-256 of the rest, see ``api.plan_file``."""

    schema_name: Literal["gongpei.plan"] = Field(default="gongpei.plan", alias="schema")
    version: Literal[1] = 1
    digest: Digest = ""
    origin: Origin = Origin()
    plan: PlanRecord

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", populate_by_name=True)


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
        cost=Cost(**record.plan.cost.model_dump()),
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
