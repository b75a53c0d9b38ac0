"""Measures of a plan, each with a definition that every report prints.

Definitions are this project's own where no official text exists; they stand in
``scenarios.kpi_definitions`` under the name of the field. Shares and floats appear only
here. None means that the day has nothing to measure, which is not the same as zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.cost import plan_cost, route_duration_s, trip_legs
from scenarios.energy import emissions, plan_energy
from scenarios.freshness import freshness_kept
from scenarios.kpi_definitions import KPI_DEFINITIONS, Definition
from scenarios.service_kpis import (
    BrandKpis,
    Delay,
    brand_kpis,
    coverage,
    days_between_visits,
    longest_gap_days,
    on_time_share,
    ratio,
    weighted_rank,
    worst_decile_s,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.model import Shipment
    from optimizer.plan import Plan, Trip, Visit
    from optimizer.problem import Problem
    from scenarios.build import County
    from scenarios.scenario import ScenarioPlace

__all__ = ["KPI_DEFINITIONS", "BrandKpis", "Definition", "Kpis", "measure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpis:
    """All measures of one plan; the meaning of each field is in ``KPI_DEFINITIONS``."""

    cost_per_piece_fen: float | None
    operating_cost_fen: int
    fixed_cost_fen: int
    distance_cost_fen: int
    time_cost_fen: int
    overtime_cost_fen: int
    pay_cost_fen: int
    line_cost_fen: int
    handling_cost_fen: int
    vehicles: int
    trips: int
    visits: int
    distance_m: int
    duration_s: int
    driving_s: int
    pieces: int
    carried_pieces: int
    unserved_shipments: int
    unserved_pieces: int
    load_factor_down: float | None
    load_factor_up: float | None
    empty_share: float | None
    co_delivery_share: float | None
    coverage: float | None
    timeliness_p50_s: int | None
    timeliness_p90_s: int | None
    on_time_share: float | None
    freshness_kept: float | None
    worst_decile_s: float | None
    days_between_visits: float | None
    longest_gap_days: int | None
    pickup_distance_m: float | None
    diesel_l: float
    petrol_l: float
    electricity_kwh: float
    co2_combustion_kg: float
    co2_well_to_wheel_kg: float
    brands: tuple[BrandKpis, ...]


def measure(county: County, plan: Plan) -> Kpis:
    """Return all measures of a plan that the referee has passed. O(visits + shipments + places)."""
    problem = county.problem
    cost = plan_cost(problem, plan)
    carried = [problem.shipment_of[i] for _, trip in plan.trips() for i in trip.shipments]
    pieces = sum(s.pieces for s in problem.shipments)
    carried_pieces = sum(s.pieces for s in carried)
    left = {s.id for s in problem.shipments} - {s.id for s in carried}
    delays, visits = _delays(problem, plan), _visits_of(plan)
    energy = plan_energy(county, plan)
    co2 = emissions(energy, county.scenario.policy.grid)
    down, up, empty_m, distance_m = _kilometres(problem, plan)
    return Kpis(
        cost_per_piece_fen=ratio(cost.operating_fen, carried_pieces),
        operating_cost_fen=cost.operating_fen,
        fixed_cost_fen=cost.fixed_fen,
        distance_cost_fen=cost.distance_fen,
        time_cost_fen=cost.time_fen,
        overtime_cost_fen=cost.overtime_fen,
        pay_cost_fen=cost.pay_fen,
        line_cost_fen=cost.line_fen,
        handling_cost_fen=cost.handling_fen,
        vehicles=sum(1 for route in plan.routes if route.trips),
        trips=sum(1 for _ in plan.trips()),
        visits=sum(len(trip.visits) for _, trip in plan.trips()),
        distance_m=distance_m,
        duration_s=sum(route_duration_s(route) for route in plan.routes),
        driving_s=sum(leg.duration_s for route, trip in plan.trips() for leg in trip_legs(problem, route, trip)),
        pieces=pieces,
        carried_pieces=carried_pieces,
        unserved_shipments=len(plan.unserved),
        unserved_pieces=pieces - carried_pieces,
        load_factor_down=down,
        load_factor_up=up,
        empty_share=ratio(empty_m, distance_m),
        co_delivery_share=ratio(sum(_shared_pieces(problem, trip) for _, trip in plan.trips()), pieces),
        coverage=coverage(county.scenario, visits),
        timeliness_p50_s=weighted_rank([(d.delay_s, d.pieces) for d in delays if d.is_served], 0.5),
        timeliness_p90_s=weighted_rank([(d.delay_s, d.pieces) for d in delays if d.is_served], 0.9),
        on_time_share=on_time_share(county, delays),
        freshness_kept=freshness_kept(problem, plan),
        worst_decile_s=worst_decile_s(county, delays),
        days_between_visits=days_between_visits(county.scenario, visits),
        longest_gap_days=longest_gap_days(county, visits),
        pickup_distance_m=_pickup_distance_m(county.scenario.places),
        diesel_l=energy.diesel_l,
        petrol_l=energy.petrol_l,
        electricity_kwh=energy.electricity_kwh,
        co2_combustion_kg=co2.combustion_kg,
        co2_well_to_wheel_kg=co2.well_to_wheel_kg,
        brands=brand_kpis(county, problem.shipments, left, delays),
    )


def _kilometres(problem: Problem, plan: Plan) -> tuple[float | None, float | None, int, int]:
    """Return the load factors down and up, the metres with nothing on board, and all metres."""
    size = len(problem.load_dimensions)
    down, up, room = np.zeros(size), np.zeros(size), np.zeros(size)  # (d,) each: load x metres
    empty_m = total_m = 0
    for route, trip in plan.trips():
        metres = np.array([leg.distance_m for leg in trip_legs(problem, route, trip)])  # (legs,)
        on_board = _on_board(problem, trip)
        down += metres @ _loads(problem, on_board, "down")
        up += metres @ _loads(problem, on_board, "up")
        room += metres.sum() * np.array(problem.vehicle_type_of[route.vehicle_type].capacity)
        total_m += int(metres.sum())
        empty_m += int(metres[[not goods for goods in on_board]].sum())
    return _highest_share(down, room), _highest_share(up, room), empty_m, total_m


def _highest_share(load: np.ndarray, room: np.ndarray) -> float | None:
    return float((load[room > 0] / room[room > 0]).max()) if (room > 0).any() else None


def _on_board(problem: Problem, trip: Trip) -> list[list[Shipment]]:
    """Return the shipments on board of each leg of a trip, one leg more than it has visits."""
    collected = {i for visit in trip.visits for i in visit.collect}
    aboard = {i for visit in trip.visits for i in visit.deliver if i not in collected}
    legs = [aboard]
    for visit in trip.visits:
        legs.append((legs[-1] | set(visit.collect)) - set(visit.deliver))
    return [[problem.shipment_of[i] for i in sorted(leg)] for leg in legs]


def _loads(problem: Problem, on_board: Sequence[Sequence[Shipment]], way: str) -> np.ndarray:
    """Return the load of one direction on each leg, (legs, d)."""
    nothing = (0,) * len(problem.load_dimensions)
    rows = [[s.load for s in goods if problem.direction(s) == way] for goods in on_board]
    return np.array([[sum(amounts) for amounts in zip(nothing, *loads, strict=True)] for loads in rows])


def _shared_pieces(problem: Problem, trip: Trip) -> int:
    """Return all pieces of a trip that carries two brands or more, else 0."""
    goods = [problem.shipment_of[i] for i in trip.shipments]
    brands = {s.brand for s in goods if s.brand}
    return sum(s.pieces for s in goods) if len(brands) > 1 else 0


def _visits_of(plan: Plan) -> dict[str, int]:
    """Return how often each place is visited."""
    counts: dict[str, int] = {}
    for _, trip in plan.trips():
        for visit in trip.visits:
            counts[visit.place] = counts.get(visit.place, 0) + 1
    return counts


def _delays(problem: Problem, plan: Plan) -> list[Delay]:
    """Return every down shipment, served or not, in the order of the problem."""
    handover: dict[str, int] = {i: visit.start_s for visit in _all_visits(plan) for i in visit.deliver}
    down = (s for s in problem.shipments if problem.direction(s) == "down")
    return [Delay(shipment=s, handover_s=handover.get(s.id)) for s in down]


def _all_visits(plan: Plan) -> Iterable[Visit]:
    return (visit for _, trip in plan.trips() for visit in trip.visits)


def _pickup_distance_m(places: Iterable[ScenarioPlace]) -> float | None:
    """Return the mean over places that state it, weighted by inhabitants (1 where not stated)."""
    known = [(p.pickup_distance_m, max(1, p.population)) for p in places if p.pickup_distance_m is not None]
    return ratio(sum(metres * people for metres, people in known), sum(people for _, people in known))
