"""After a move only the days near it are searched on: a part of the county, with the vehicles that it concerns.

Large neighbourhoods of whole routes near a place (Shaw 1998, "Using constraint programming and local search
methods to solve vehicle routing problems", CP98). The part has so many vehicles of each type as its days take,
and a few idle ones; what comes back is put beside the days that stayed, under the rules of the whole.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.problem import UNREACHABLE
from optimizer.repair import complete
from optimizer.schedule import TripDraft, draft_of
from optimizer.tiers.cooling import cooled, counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from optimizer.daybook import Unit
    from optimizer.model import Place, Shipment, VehicleType
    from optimizer.plan import Plan, Route, Trip
    from optimizer.problem import Problem
    from optimizer.tiers.legs import Legs
    from optimizer.tiers.model import Tiers

ROUTES = 4
"""Days that are searched on after a move: those that it changes and the nearest, so many in all where it changes
fewer."""

IDLE = 1
"""Idle vehicles of each type that the part may use."""

STRETCHES, STEPS = 2, 300
"""Annealing of one part."""

BEGIN = 0.75
"""Share of the cooling that is left out: good days are searched on."""

FAR_S = 1 << 40
"""Drive where there is no path: farther than any."""

Days = dict["Unit", list["TripDraft"]]


class Cut(NamedTuple):
    """A part of the county: its problem, what of its days stands, and whose days they are."""

    problem: Problem
    days: Days
    names: Mapping[Unit, Unit]


class Nearby:
    """Searches parts of one tiered problem; holds only the drives between all places."""

    def __init__(self, tiers: Tiers, rng: np.random.Generator) -> None:
        self._problem = tiers.problem
        self._hubs = tiers.hubs
        self._rng = rng
        tables = [m.duration_s for m in tiers.problem.matrices.values()]
        self._drive_s = np.min([np.where(t == UNREACHABLE, FAR_S, t) for t in tables], axis=0)  # (n, n)

    def bettered(self, legs: Legs, before: Plan, old: Mapping[str, Shipment], touched: Collection[str] = ()) -> Plan:
        """Return a plan of ``legs`` from the days of a plan ``before`` of other legs, whose shipments ``old`` are.

        Days with goods that are no more or have changed are searched on, and so are those nearest to them and to
        the ``touched`` places. O(visits) and some tenths of what searching the whole county on takes.
        """
        problem = legs.problem
        if problem.locks:
            return cooled(problem, before, rng=self._rng, shares=counted(STRETCHES), begin=BEGIN, steps=STEPS)
        now = problem.shipment_of
        days = {(r.vehicle_type, r.number): [draft_of(t) for t in r.trips] for r in before.routes}
        changed = {
            (r.vehicle_type, r.number)
            for r in before.routes
            if any(now.get(i) != old[i] for t in r.trips for i in t.shipments)
        }
        carried = {i for r in before.routes for t in r.trips for i in t.shipments}
        wanted = [s for s in problem.shipments if s.id not in carried]
        places = {*touched, *(p for s in wanted for p in (s.origin, s.destination))} - set(problem.depot_of)
        units = changed | set(self._nearest(before.routes, places, ROUTES - len(changed), changed))
        cut = self._cut(problem, days, units, [s.id for s in wanted])
        given = complete(cut.problem, cut.days, insert=False)
        found = cooled(cut.problem, given, rng=self._rng, shares=counted(STRETCHES), begin=BEGIN, steps=STEPS)
        rest = {unit: trips for unit, trips in days.items() if unit not in units}
        own = {cut.names[r.vehicle_type, r.number]: [draft_of(t) for t in r.trips] for r in found.routes}
        return complete(problem, rest | own, insert=False)

    def _nearest(
        self, routes: Iterable[Route], places: Collection[str], count: int, without: Collection[Unit]
    ) -> list[Unit]:
        """Return the vehicles whose days come nearest to ``places``."""
        if count <= 0 or not places:
            return []
        index = self._problem.index
        columns = np.array([index(p) for p in sorted(places)])
        ranked: list[tuple[int, Unit]] = []
        for route in routes:
            unit = (route.vehicle_type, route.number)
            rows = sorted({index(v.place) for t in route.trips for v in t.visits})
            if unit in without or not rows:
                continue
            seconds = self._drive_s[np.ix_(np.array(rows), columns)]
            ranked.append((int(seconds.min()), unit))
        return [unit for _, unit in sorted(ranked)[:count]]

    def _cut(self, problem: Problem, days: Days, units: set[Unit], wanted: Sequence[str]) -> Cut:
        """Return the part that these vehicles and some idle ones have, with everything not yet carried."""
        numbers: dict[str, list[int]] = defaultdict(list)
        for kind, number in sorted(units):
            numbers[kind].append(number)
        goods = {i for unit in units for t in days[unit] for i in t.shipments} | set(wanted)
        shipments = tuple(s for s in problem.shipments if s.id in goods)
        homes = self._hubs | {end for s in shipments for end in (s.origin, s.destination)}
        kinds = []
        for v in problem.vehicle_types:
            if v.depot in homes:
                taken = {number for kind, number in days if kind == v.id}
                idle = (n for n in range(1, v.count + 1) if n not in taken)
                numbers[v.id] += [n for n, _ in zip(idle, range(IDLE), strict=False)]
            if numbers[v.id]:
                kinds.append(replace(v, count=len(numbers[v.id])))
        names = {(kind, k): (kind, n) for kind, some in numbers.items() for k, n in enumerate(some, start=1)}
        own = {unit: days[name] for unit, name in names.items() if name in units}
        part = replace(problem, places=self._known(problem, kinds), vehicle_types=tuple(kinds), shipments=shipments)
        return Cut(at_home(part, self._hubs, own.items()), own, names)

    def _known(self, problem: Problem, kinds: Sequence[VehicleType]) -> tuple[Place, ...]:
        """Return the places with those callers only that are vehicle types here."""
        ids = {v.id for v in kinds}
        return tuple(
            p if p.vehicle_types is None else replace(p, vehicle_types=p.vehicle_types & ids) for p in problem.places
        )


def at_home(
    problem: Problem, hubs: Collection[str], days: Iterable[tuple[Unit, Sequence[TripDraft | Trip]]]
) -> Problem:
    """Return the problem with its hubs closed to stations' vehicles, where none calls at one in ``days``.

    Each shipment that a vehicle of another depot may fetch counts three times in the arrays of the search. Goods
    from a station to a hub need one vehicle type of the station that might bring them, lest nobody may.
    """
    home = {v.id: v.depot for v in problem.vehicle_types}
    needed = {s.origin for s in problem.shipments if s.destination in hubs and s.origin in problem.depot_of}
    kept = {depot: min(i for i, own in home.items() if own == depot) for depot in needed & set(home.values())}
    near = frozenset(i for i, depot in home.items() if depot in hubs) | frozenset(kept.values())
    if any(unit[0] not in near and v.place in hubs for unit, trips in days for t in trips for v in t.visits):
        return problem
    places = (
        replace(p, vehicle_types=near if p.vehicle_types is None else near & p.vehicle_types) if p.id in hubs else p
        for p in problem.places
    )
    return replace(problem, places=tuple(places))
