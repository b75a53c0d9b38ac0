"""All ways at once: one ordinary problem in which whoever calls at a place says which way its goods go.

Line-haul is left out and paid for by a price: a station's vehicles set out from the hub's row of a matrix that
holds the station's drives, and each call of theirs costs in addition what bringing that place's goods to the
station is thought to cost. So one search decides between hub vehicles and stations' vehicles of every station,
place by place, with the loops in view, where moves of one way each would have to search on after every step.
Prices are a share (``Prices``) of what the goods' part of a full vehicle's drive there and back costs; the
search across tiers tries several and judges by the whole plan (linear prices for the first echelon: Crainic,
Mancini, Perboli and Tadei 2011, "Multi-start heuristics for the two-echelon vehicle routing problem", EvoCOP).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.model import Depot, TimeWindow
from optimizer.problem import UNREACHABLE, Matrix
from optimizer.schedule import TripDraft, VisitDraft, draft_of
from optimizer.tiers.clocks import first_clocks
from optimizer.tiers.model import DIRECT, Way, leg_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.daybook import Unit
    from optimizer.model import Shipment, VehicleType
    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.tiers.legs import Legs
    from optimizer.tiers.model import Choice, Tiers

Prices = dict[str, float]
"""Price of line-haul by station, as a share of a full vehicle's drive there and back; stations not named are shut."""

FIXED_SHARE = 0.5
"""Share of a line-haul vehicle's fixed cost that one drive bears: a judgement."""

RANGE_CALLS = 8
"""Calls of whose prices a limited range knows nothing; ranges are looser here than in the plan of legs."""


class Joint:
    """The view of ``tiers`` on all ways at once; frozen but for its caches. O(stations x places^2) to make."""

    def __init__(self, tiers: Tiers) -> None:
        self.tiers = tiers
        goods = [s for s in tiers.problem.shipments if self._is_near(s)]
        hubs = Counter(s.origin if s.origin in tiers.hubs else s.destination for s in goods)
        self.hub = max(sorted(hubs), key=hubs.__getitem__, default="")
        self.goods = tuple(s for s in goods if self.hub in (s.origin, s.destination))
        problem = tiers.problem
        self._kinds = tuple(v for v in problem.vehicle_types if v.count and v.depot in (self.hub, *self.stations))
        self._full_fen = {s: self._full_drives(s) for s in self.stations if self.goods}
        self._windows = self._hours()

    @property
    def stations(self) -> tuple[str, ...]:
        """Stations that have vehicles of their own."""
        own = {v.depot for v in self.tiers.problem.vehicle_types if v.count}
        return tuple(s.place for s in self.tiers.stations if s.place in own)

    @property
    def is_of_use(self) -> bool:
        """Tell whether there is anything to decide."""
        return bool(self.goods and self.stations and self.tiers.modes)

    def prices(self, share: float) -> Prices:
        """Return one price for all stations."""
        return dict.fromkeys(self.stations, share)

    def problem(self, prices: Prices) -> Problem:
        """Return the ordinary problem under ``prices``; vehicles of stations that are shut stay at home."""
        problem, matrices = self.tiers.problem, dict[str, Matrix]()
        kinds: list[VehicleType] = []
        for v in self._kinds:
            if self._is_shut(v, prices):
                continue
            name = f"{v.profile}@{v.id}"
            matrices[name] = self._matrix(v, prices)
            kinds.append(self._kind(v, name))
        ids = [v.id for v in kinds]
        allowed = self._allowed()
        places = tuple(
            replace(
                p,
                vehicle_types=frozenset(
                    i for i in ids if i in allowed.get(p.id, ids) and (p.vehicle_types is None or i in p.vehicle_types)
                )
                if p.id != self.hub
                else None,
            )
            for p in problem.places
        )
        hub = next((d for d in problem.depots if d.place == self.hub), Depot(place=self.hub))
        return replace(
            problem,
            places=places,
            depots=(replace(hub, docks=None),),
            vehicle_types=tuple(kinds),
            shipments=self.goods,
            matrices=matrices,
            locks=(),
        )

    def choice(self, plan: Plan, before: Choice) -> Choice:
        """Return the ways that a plan of ``problem`` takes: of each group the one of most of its pieces."""
        home = {v.id: v.depot for v in self._kinds}
        votes: dict[str, Counter[str]] = {}
        shipment_of = self.tiers.problem.shipment_of
        for route, trip in plan.trips():
            for visit in trip.visits:
                pieces = sum(shipment_of[i].pieces for i in (*visit.deliver, *visit.collect))
                votes.setdefault(visit.place, Counter())[home[route.vehicle_type]] += pieces
        chosen = dict(before)
        for places, ways in self.tiers.groups:
            ballot: Counter[str] = sum((votes.get(p, Counter()) for p in places), Counter())
            for depot, _ in ballot.most_common():
                way = DIRECT if depot == self.hub else Way(depot)
                if way in ways:
                    chosen.update(dict.fromkeys(places, way))
                    break
        return chosen

    def days(self, legs: Legs, near: Plan) -> dict[Unit, list[TripDraft]]:
        """Return the days of a plan of ``problem`` in terms of legs, without line-haul."""
        own = {v.id: v for v in self._kinds}
        days: dict[Unit, list[TripDraft]] = {}
        for route in near.routes:
            depot = own[route.vehicle_type].depot

            def named(i: str, depot: str = depot) -> str | None:
                leg = legs.parts.get(leg_id(i, 2 if legs.tiers.problem.shipment_of[i].origin == self.hub else 1))
                if depot == self.hub:
                    return i if leg is None else None
                return None if leg is None or leg.wave[0] != depot else leg_id(i, leg.index)

            trips = [_renamed(draft_of(t), named) for t in route.trips]
            days[route.vehicle_type, route.number] = [t for t in trips if t.visits]
        return days

    def _is_near(self, s: Shipment) -> bool:
        far = self.tiers.far_end(s)
        return far is not None and far not in self.tiers.station_of

    def _way(self, depot: str) -> Way:
        return DIRECT if depot == self.hub else Way(depot)

    def _is_shut(self, v: VehicleType, prices: Prices) -> bool:
        return v.depot != self.hub and v.depot not in prices

    def _allowed(self) -> Mapping[str, set[str]]:
        """Return which vehicle types may call at each place, by its ways."""
        found: dict[str, set[str]] = {}
        for place in self.tiers.problem.places:
            ways = (way for way in self.tiers.ways(place.id) if {way.trunk, way.last} == {"road"})
            homes = {way.station or self.hub for way in ways}
            found[place.id] = {v.id for v in self._kinds if v.depot in homes}
        return found

    def _kind(self, v: VehicleType, profile: str) -> VehicleType:
        """Return a vehicle type at home at the hub, its matrix in fen and its hours within the station's clocks."""
        changes: dict[str, object] = {"profile": profile, "depot": self.hub, "distance_fen_per_km": 1_000}
        if v.depot in self._windows:
            early_s, late_s = self._windows[v.depot]
            early_s, late_s = max(v.shift.early_s, early_s), min(v.shift.late_s, late_s)
            if early_s < late_s:
                changes["shift"] = TimeWindow(early_s=early_s, late_s=late_s)
        if v.range_m is not None:
            priced = RANGE_CALLS * self._mean_price(v) if v.depot != self.hub else 0
            changes["range_m"] = (
                (v.range_m * v.distance_fen_per_km // 1_000 + priced) if v.distance_fen_per_km else None
            )
        return replace(v, **changes)  # type: ignore[arg-type]  # mypy does not look into the mapping

    def _mean_price(self, v: VehicleType) -> int:
        prices = [self._part_fen(v.depot, [s]) for s in self.goods]
        return int(sum(prices) / max(1, len(prices)))

    def _matrix(self, v: VehicleType, prices: Prices) -> Matrix:
        """Return ``v``'s seconds, and in place of metres the fen of driving and of line-haul."""
        problem, known = self.tiers.problem, self.tiers.problem.matrices[v.profile]
        seconds, metres = known.duration_s.copy(), known.distance_m
        fen = np.where(metres == UNREACHABLE, UNREACHABLE, (metres * v.distance_fen_per_km + 500) // 1_000)
        if v.depot != self.hub:
            hub, home = problem.index(self.hub), problem.index(v.depot)
            for table in (seconds, fen):
                table[hub], table[:, hub] = table[home].copy(), table[:, home].copy()
                table[hub, hub] = 0
            extra = np.rint(prices[v.depot] * self._priced[v.depot]).astype(np.int64)
            fen = np.where(fen == UNREACHABLE, UNREACHABLE, fen + extra[None])
            np.fill_diagonal(fen, 0)
        return Matrix(duration_s=seconds, distance_m=fen)

    @property
    def _priced(self) -> Mapping[str, np.ndarray]:
        """(n,) fen by station: the goods' part of a full vehicle's drive there and back, by the place they are for."""
        if not hasattr(self, "_priced_known"):
            by_place: dict[str, list[Shipment]] = {}
            for s in self.goods:
                by_place.setdefault(str(self.tiers.far_end(s)), []).append(s)
            index, found = self.tiers.problem.index, {}
            for station in self.stations:
                row = np.zeros(len(self.tiers.problem.places))
                for place, goods in by_place.items():
                    row[index(place)] = self._part_fen(station, goods)
                found[station] = row
            self._priced_known: Mapping[str, np.ndarray] = found
        return self._priced_known

    def _part_fen(self, station: str, goods: Iterable[Shipment]) -> float:
        """Return the part of these goods in a full vehicle's drive, by the way that has more of them."""
        down = [s.load for s in goods if s.origin == self.hub]
        up = [s.load for s in goods if s.origin != self.hub]
        return max(self._share_fen(station, loads) for loads in (down, up))

    def _share_fen(self, station: str, loads: Sequence[tuple[int, ...]]) -> float:
        total = [sum(column) for column in zip(*loads, strict=True)]
        full = [
            fen * max((x / room for x, room in zip(total, v.capacity, strict=False) if room), default=0.0)
            for v, fen in self._full_fen[station]
        ]
        return min(full, default=0.0)

    def _full_drives(self, station: str) -> list[tuple[VehicleType, float]]:
        """Return what a drive from the hub there and back costs, by the hub's vehicle types that may call there."""
        problem, found = self.tiers.problem, []
        hub, there = problem.index(self.hub), problem.index(station)
        callers = problem.place(station).vehicle_types
        for v in self._kinds:
            matrix = problem.matrices[v.profile]
            seconds = [int(matrix.duration_s[a, b]) for a, b in ((hub, there), (there, hub))]
            if v.depot != self.hub or min(seconds) < 0 or (callers is not None and v.id not in callers):
                continue
            metres = int(matrix.distance_m[hub, there] + matrix.distance_m[there, hub])
            running = metres * v.distance_fen_per_km / 1_000 + sum(seconds) * v.time_fen_per_h / 3_600
            found.append((v, running + FIXED_SHARE * v.fixed_fen))
        return found

    def _hours(self) -> dict[str, tuple[int, int]]:
        """Return from when and until when a station's vehicles have goods to drive, by its first clocks."""
        found = {}
        for station in self.stations if self.goods else ():
            choice = {p: Way(station) if Way(station) in ways else min(ways) for p, ways in self.tiers.modes.items()}
            clocks = first_clocks(self.tiers, choice)
            down, up = clocks.get((station, "down"), ()), clocks.get((station, "up"), ())
            handling_s = self.tiers.station_of[station].handling_s
            loading_s = self.tiers.problem.depot_of[self.hub].loading_s
            early_s = max(0, down[0] + handling_s - loading_s) if down and not up else 0
            late_s = max(up) if up and not down else 1 << 40
            if down and up:
                early_s, late_s = max(0, down[0] + handling_s - loading_s), max(up)
            found[station] = (early_s, late_s)
        return found


def _renamed(trip: TripDraft, named: object) -> TripDraft:
    """Return a trip with its goods named otherwise; what has no name there is left out, and so are empty visits."""
    visits = []
    for visit in trip.visits:
        deliver, collect = (
            tuple(new for new in map(named, ids) if new is not None)  # type: ignore[call-overload]
            for ids in (visit.deliver, visit.collect)
        )
        if deliver or collect:
            visits.append(VisitDraft(place=visit.place, deliver=deliver, collect=collect))
    return TripDraft(visits=tuple(visits))
