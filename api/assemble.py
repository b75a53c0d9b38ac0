"""Turns a plan into trips as people see them: names, goods by brand, loads on every leg, lines and colours.

Only figures that the optimizer's own price list and load ledger give
(``optimizer.cost``); nothing is computed a second way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from api.views import Goods, LegView, Line, PlaceView, TripView, VisitView
from optimizer.cost import trip_legs, trip_loads
from scenarios.stations import DRONE
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from optimizer.model import Shipment
    from optimizer.plan import Plan, Route, Trip, Visit
    from optimizer.problem import Problem

PALETTE = (
    "#2364aa",
    "#d9731a",
    "#2f7d4f",
    "#b5367a",
    "#138a96",
    "#8a5a2b",
    "#6a4fb0",
    "#c0392b",
    "#76851d",
    "#28407a",
)
"""Colours that hold on white paper and stay apart from their neighbours in the list."""


PARCELS = Text("快递", "parcels")
"""All commodities of the class parcel are one on paper."""


@dataclass(frozen=True, kw_only=True)
class Names:
    """What the optimizer does not know: places by id, names of brands, commodities and vehicles, bags.

    ``lines``: (profile, origin, destination) -> the leg's line on the ground.
    """

    places: Mapping[str, PlaceView]
    commodity: Callable[[str], Text]
    is_parcel: Callable[[str], bool]
    brand: Callable[[str], str]
    vehicle: Callable[[str], str]
    bags: Callable[[Shipment], int]
    lines: Mapping[tuple[str, str, str], Line]


def assemble_trips(problem: Problem, plan: Plan, names: Names) -> tuple[TripView, ...]:
    """Return all trips, first to leave first, with codes ``T01``, ``T02``, ...; O(visits + shipments)."""
    trips = [(route, rank, trip) for route in plan.routes for rank, trip in enumerate(route.trips, start=1)]
    trips.sort(key=lambda each: (each[2].depart_s, each[0].vehicle_type, each[0].number))
    digits = max(2, len(str(len(trips))))
    styles = _styles([trip for _, _, trip in trips], names)
    return tuple(
        _trip(problem, names, route, rank, trip, code=f"T{i:0{digits}d}", style=styles[i - 1])
        for i, (route, rank, trip) in enumerate(trips, start=1)
    )


def goods_of(problem: Problem, shipments: Iterable[str], names: Names, stowage: Mapping[str, str]) -> tuple[Goods, ...]:
    """Return ``shipments`` grouped by brand, commodity and compartment; parcels of any kind first, as one."""
    groups: dict[tuple[bool, str, str, str], list[Shipment]] = {}
    for id_ in shipments:
        s = problem.shipment_of[id_]
        is_parcel = names.is_parcel(s.commodity)
        key = (not is_parcel, names.brand(s.brand), "" if is_parcel else s.commodity, stowage.get(id_, ""))
        groups.setdefault(key, []).append(s)
    return tuple(
        Goods(
            brand=brand,
            commodity=names.commodity(commodity) if is_other else PARCELS,
            is_parcel=not is_other,
            bags=sum(names.bags(s) for s in group),
            pieces=sum(s.pieces for s in group),
            load=_total(group, len(problem.load_dimensions)),
            shipments=tuple(s.id for s in group),
            compartment=compartment,
        )
        for (is_other, brand, commodity, compartment), group in sorted(groups.items(), key=lambda item: item[0])
    )


def legs_driven(problem: Problem, plan: Plan) -> dict[str, list[tuple[str, str]]]:
    """Return the distinct legs (origin, destination) that each profile drives, in order of first use."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for route, trip in plan.trips():
        profile = problem.vehicle_type_of[route.vehicle_type].profile
        for leg in trip_legs(problem, route, trip):
            found.setdefault(profile, {})[leg.origin, leg.destination] = None
    return {profile: list(legs) for profile, legs in found.items()}


def _trip(
    problem: Problem, names: Names, route: Route, rank: int, trip: Trip, *, code: str, style: tuple[str, bool]
) -> TripView:
    kind = problem.vehicle_type_of[route.vehicle_type]
    stowage = dict(trip.stowage) if len(kind.compartments) > 1 else {}
    return TripView(
        code=code,
        vehicle=f"{names.vehicle(route.vehicle_type)}#{route.number}",
        vehicle_type=route.vehicle_type,
        number=route.number,
        trip_number=rank,
        start=names.places[trip.start],
        end=names.places[trip.end],
        load_start_s=trip.load_start_s,
        load_end_s=min(trip.load_start_s + problem.depot_of[trip.start].loading_s, trip.depart_s),
        depart_s=trip.depart_s,
        return_s=trip.return_s,
        visits=tuple(_visit(problem, names, visit, i, stowage) for i, visit in enumerate(trip.visits, start=1)),
        legs=_legs(problem, names, route, trip),
        capacity=kind.capacity,
        color=style[0],
        is_dashed=style[1],
        is_flown=kind.profile == DRONE,
    )


def _visit(problem: Problem, names: Names, visit: Visit, rank: int, stowage: Mapping[str, str]) -> VisitView:
    return VisitView(
        rank=rank,
        place=names.places[visit.place],
        arrive_s=visit.arrive_s,
        start_s=visit.start_s,
        end_s=visit.end_s,
        depart_s=visit.depart_s,
        deliver=goods_of(problem, visit.deliver, names, stowage),
        collect=goods_of(problem, visit.collect, names, stowage),
        windows=tuple((w.early_s, w.late_s) for w in problem.place(visit.place).windows),
    )


def _legs(problem: Problem, names: Names, route: Route, trip: Trip) -> tuple[LegView, ...]:
    profile = problem.vehicle_type_of[route.vehicle_type].profile
    loads = trip_loads(problem, trip)  # (legs, d)
    up = _collected_loads(problem, trip)  # (legs, d)
    return tuple(
        LegView(
            depart_s=leg.depart_s,
            arrive_s=leg.arrive_s,
            distance_m=leg.distance_m,
            load_down=tuple((loads[i] - up[i]).tolist()),
            load_up=tuple(up[i].tolist()),
            line=names.lines.get((profile, leg.origin, leg.destination), ()),
        )
        for i, leg in enumerate(trip_legs(problem, route, trip))
    )


def _collected_loads(problem: Problem, trip: Trip) -> np.ndarray:
    """Return what was collected on the way and is still on board, (legs, d)."""
    on_board = np.zeros((len(trip.visits) + 1, len(problem.load_dimensions)), dtype=np.int64)
    collected: set[str] = set()
    for i, visit in enumerate(trip.visits, start=1):
        on_board[i] = on_board[i - 1]
        for id_ in visit.deliver:
            if id_ in collected:
                on_board[i] -= problem.shipment_of[id_].load
        for id_ in visit.collect:
            on_board[i] += problem.shipment_of[id_].load
            collected.add(id_)
    return on_board


def _styles(trips: Sequence[Trip], names: Names) -> list[tuple[str, bool]]:
    """Return colour and dashing so that trips into neighbouring directions differ."""
    bearings = [_bearing(trip, names) for trip in trips]
    styles = [("", False)] * len(trips)
    for place, i in enumerate(sorted(range(len(trips)), key=lambda i: bearings[i])):
        styles[i] = (PALETTE[place % len(PALETTE)], place // len(PALETTE) % 2 == 1)
    return styles


def _bearing(trip: Trip, names: Names) -> float:
    """Return the direction from the depot to the middle of the visits, in radians."""
    if not trip.visits:
        return 0.0
    start = names.places[trip.start]
    east = np.mean([names.places[v.place].lon - start.lon for v in trip.visits])
    north = np.mean([names.places[v.place].lat - start.lat for v in trip.visits])
    return math.atan2(float(north), float(east) * math.cos(math.radians(start.lat)))


def _total(shipments: Iterable[Shipment], num_dimensions: int) -> tuple[int, ...]:
    loads = [s.load for s in shipments]
    return tuple(sum(load[d] for load in loads) for d in range(num_dimensions))
