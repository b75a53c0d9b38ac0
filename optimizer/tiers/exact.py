"""Which goods ride which departure, exactly, for one plan: most carried, then the cheapest fares.

The trips of the plan stay as they are. Each shipment with a leg by line has its journeys, one departure or two
that meet at a station, each in time for the trip that it hands over to or takes over from; CP-SAT chooses among
them under room between stops, handling at stops and goods that must not meet. Trips on departures are bought by
whoever uses them first, which is what the greedy pass of ``optimizer.tiers.passage`` judges worst.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from ortools.sat.python import cp_model

from optimizer.master import repeatable_solver
from optimizer.tiers.model import Way, leg_id
from optimizer.tiers.offers import Refusal, offers_of
from optimizer.tiers.plan import handovers_of, movements, tiered_cost, whole_shipment
from optimizer.tiers.reach import reach_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.model import Shipment
    from optimizer.tiers.lines import Ride
    from optimizer.tiers.model import TieredPlan, Tiers
    from optimizer.tiers.offers import Offer
    from optimizer.tiers.plan import Carried

LINE = Way(last="line")

WORK = 2.0
"""Deterministic time for CP-SAT, about as many seconds; counties' lines are proven in tenths of one."""


class _Journey(NamedTuple):
    """A shipment on departures: the names of its lined legs and the offers that they take."""

    shipment: Shipment
    legs: tuple[tuple[str, Offer], ...]

    @property
    def rides(self) -> tuple[Ride, ...]:
        return tuple(offer.ride(name) for name, offer in self.legs)

    @property
    def fen(self) -> int:
        """Return the fares by the piece."""
        return sum(offer.departure.fen_per_piece * self.shipment.pieces for _, offer in self.legs)


def assign_exactly(tiers: Tiers, plan: TieredPlan, *, work: float = WORK, seed: int = 0) -> TieredPlan:
    """Return the plan with the best rides beside its trips; the plan itself where nothing is better.

    Goods that it leaves unserved may ride a line all the way, where their place allows that; nobody is put off for
    them. Repeatable; one process. Stations are judged afterwards: where one could not keep or handle what comes
    then, the plan stays as it is.
    """
    moved = movements(plan)
    found = {s.id: list(_journeys(tiers, plan, moved, s)) for s in tiers.problem.shipments}
    journeys = {i: own for i, own in found.items() if own}
    optional = {u.shipment for u in plan.plan.unserved}
    rides = _Choice(tiers, journeys, optional).solved(plan, work, seed)
    better = None if rides is None else _with_rides(tiers, plan, rides)
    return better if better is not None and better.plan.cost.total_fen < plan.plan.cost.total_fen else plan


class _Half(NamedTuple):
    """One leg of a shipment as it is driven, or as an offer would take it: from when until when, on what."""

    begin_s: int
    end_s: int
    legs: tuple[tuple[str, Offer], ...] = ()


def _journeys(tiers: Tiers, plan: TieredPlan, moved: Mapping[str, Carried], s: Shipment) -> Iterator[_Journey]:
    """Yield the journeys of a shipment beside the trips of the plan."""
    way, far = tiers.way(s, plan.choice, plan.exceptions), tiers.far_end(s)
    if far is None:
        return
    is_left = any(u.shipment == s.id for u in plan.plan.unserved)
    if way == LINE or (is_left and LINE in tiers.ways(far)):
        for half in _by_line(tiers, s, s.id, s.origin, s.destination):
            yield _Journey(s, half.legs)
    elif way.is_lined and not is_left:
        ends = (s.origin, way.station), (way.station, s.destination)
        halves = []
        for index, (by, (origin, destination)) in enumerate(zip(way.means(tiers.direction(s)), ends, strict=True)):
            name = leg_id(s.id, index + 1)
            if by == "line":
                halves.append(list(_by_line(tiers, s, name, origin, destination)))
            else:
                begin_s = moved[name].loaded_s if index else moved[name].left_s
                halves.append([_Half(begin_s, moved[name].handed_s)])
        for first, second in product(*halves):
            if _is_met(tiers, s, way.station, first, second):
                yield _Journey(s, first.legs + second.legs)


def _by_line(tiers: Tiers, s: Shipment, name: str, origin: str, destination: str) -> Iterator[_Half]:
    offers = offers_of(tiers).between(s, origin, destination)
    for offer in () if isinstance(offers, Refusal) else offers:
        yield _Half(offer.board_s, offer.alight_s, ((name, offer),))


def _is_met(tiers: Tiers, s: Shipment, station: str, first: _Half, second: _Half) -> bool:
    """Tell whether goods that come by the first leg can go on by the second, and are fresh at its end."""
    known = tiers.station_of[station]
    ready_s = reach_of(tiers).open_s(known, first.end_s + known.handling_s)
    is_fresh = s.max_on_board_s is None or second.end_s - first.begin_s <= s.max_on_board_s
    return ready_s is not None and ready_s <= second.begin_s and is_fresh


class _Choice:
    """The model of one assignment: a variable for each journey and each departure, and what binds them."""

    def __init__(self, tiers: Tiers, journeys: Mapping[str, Sequence[_Journey]], optional: set[str]) -> None:
        self._tiers = tiers
        self.cp = cp_model.CpModel()
        self._taken = [(j, self.cp.new_bool_var("")) for own in journeys.values() for j in own]
        by_shipment: dict[str, list[cp_model.IntVar]] = defaultdict(list)
        fen = []
        for j, var in self._taken:
            by_shipment[j.shipment.id].append(var)
            saved_fen = j.shipment.penalty_fen - j.shipment.handling_fen if j.shipment.id in optional else 0
            fen.append((j.fen - saved_fen) * var)
        for i, own in by_shipment.items():
            (self.cp.add_at_most_one if i in optional else self.cp.add_exactly_one)(own)
        for name, riders in self._riders().items():
            d = tiers.departure_of[name]
            runs = self.cp.new_bool_var("")
            for _, _, var in riders:
                self.cp.add_implication(var, runs)
            fen.append(d.fen_per_trip * runs)
            self._bind(riders)
        self.cp.minimize(sum(fen))

    def solved(self, plan: TieredPlan, work: float, seed: int) -> tuple[Ride, ...] | None:
        """Return the rides of the best assignment found, the plan's own to begin with; None without any."""
        stated = {(r.shipment, r.departure, r.board_s) for r in plan.rides}
        for j, var in self._taken:
            self.cp.add_hint(var, all((r.shipment, r.departure, r.board_s) in stated for r in j.rides))
        solver = repeatable_solver(work, None, seed)
        if not self._taken or solver.solve(self.cp) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return tuple(ride for j, var in self._taken if solver.boolean_value(var) for ride in j.rides)

    def _riders(self) -> dict[str, list[tuple[Shipment, Offer, cp_model.IntVar]]]:
        riders: dict[str, list[tuple[Shipment, Offer, cp_model.IntVar]]] = defaultdict(list)
        for j, var in self._taken:
            for _, offer in j.legs:
                riders[offer.departure.id].append((j.shipment, offer, var))
        return riders

    def _bind(self, riders: Sequence[tuple[Shipment, Offer, cp_model.IntVar]]) -> None:
        """Hold one departure to its room, its stops, and goods that may meet."""
        d = riders[0][1].departure
        for stop in range(len(d.stops) - 1):
            aboard = [(s, var) for s, offer, var in riders if offer.board <= stop < offer.alight]
            for k, room in enumerate(d.room):
                self.cp.add(sum(s.load[k] * var for s, var in aboard) <= room)
        for stop, place in enumerate(d.stops):
            if place not in self._tiers.hubs:
                handled = [s.service_s * var for s, offer, var in riders if stop in (offer.board, offer.alight)]
                self.cp.add(sum(handled) <= d.dwell_s)
        for foes in self._tiers.problem.conflicts:
            first, second = ([var for s, _, var in riders if s.commodity == name] for name in (foes.first, foes.second))
            if first and second:
                has_first = self.cp.new_bool_var("")
                for var in first:
                    self.cp.add_implication(var, has_first)
                for var in second:
                    self.cp.add_implication(var, ~has_first)


def _with_rides(tiers: Tiers, plan: TieredPlan, rides: Sequence[Ride]) -> TieredPlan | None:
    """Return the plan with these rides, its handovers and its cost; None where a station could not keep them."""
    whole = {r.shipment for r in rides if r.shipment in tiers.problem.shipment_of}
    left = {u.shipment for u in plan.plan.unserved}
    newly = whole & left
    exceptions = dict(plan.exceptions)
    for i in newly:
        exceptions.pop(i, None)
        if tiers.way(tiers.problem.shipment_of[i], plan.choice) != LINE:
            exceptions[i] = LINE
    unserved = tuple(u for u in plan.plan.unserved if u.shipment not in newly)
    rank = {s.id: k for k, s in enumerate(tiers.problem.shipments)}
    ordered = tuple(sorted(rides, key=lambda r: (rank[whole_shipment(tiers, r.shipment).id], r.shipment)))
    changed = replace(plan, exceptions=exceptions, rides=ordered, plan=replace(plan.plan, unserved=unserved))
    passing = [
        s.id
        for s in tiers.problem.shipments
        if s.id not in left and tiers.through(s, plan.choice, plan.exceptions) is not None
    ]
    handovers, out = handovers_of(tiers, passing, movements(changed))
    if out:
        return None
    stated = tuple(sorted(handovers, key=lambda h: rank[h.shipment]))
    changed = replace(changed, handovers=stated)
    return replace(changed, plan=replace(changed.plan, cost=tiered_cost(tiers, changed)))
