"""The rest of a day across tiers: its legs with what has been driven, and the plan that their plan stands for.

Ways that have begun stay. A second leg that has not been loaded is ready when the first one has been handled, which
``Rest`` moves later as often as the first one comes later; a first leg that has not been loaded is due by then. Goods
that are new, that nobody carried, or that can no longer go as planned may go another way. So the legs are one ordinary
problem, and the ordinary replanning (``optimizer.replan``) holds for them.

Not covered: lines keep their timetable whatever road is closed, and goods not touched by an event keep their way.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from optimizer.model import HORIZON_S
from optimizer.plan import Plan, Route, Trip, Unserved, Visit
from optimizer.replan.standing import begun_shipments, standing
from optimizer.tiers.clocks import first_clocks
from optimizer.tiers.legs import leg_locks
from optimizer.tiers.model import DIRECT, TieredPlan, Way, leg_id
from optimizer.tiers.passage import Cut, Passage
from optimizer.tiers.plan import movements, whole_shipment, with_lines
from optimizer.tiers.reach import reach_of
from optimizer.tiers.restate import LEGS, restated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from optimizer.model import Shipment
    from optimizer.problem import Problem
    from optimizer.replan.standing import Situation
    from optimizer.tiers.lines import Ride
    from optimizer.tiers.model import Tiers
    from optimizer.tiers.past import TieredPast
    from optimizer.tiers.plan import Carried


def as_one_tier(tiers: Tiers, plan: TieredPlan, *, is_whole: bool = False) -> Plan:
    """Return the plan with each shipment under its own id at its far end, and departures as vehicles.

    The other leg keeps its name, or with ``is_whole`` bears that of the shipment too: then whatever has begun of any
    leg has begun of the shipment.
    """

    def named(leg: str) -> str:
        s = whole_shipment(tiers, leg)
        far = leg_id(s.id, 2 if tiers.direction(s) == "down" else 1)
        return s.id if is_whole or leg in (s.id, far) else leg

    routes = [replace(r, trips=tuple(_renamed(t, named) for t in r.trips)) for r in plan.plan.routes]
    aboard: dict[str, list[Ride]] = defaultdict(list)
    for ride in sorted(plan.rides, key=lambda r: (r.board_s, r.alight_s, r.shipment)):
        aboard[ride.departure].append(ride)
    for departure, rides in aboard.items():
        trips = tuple(_as_trip(ride, named(ride.shipment)) for ride in rides)
        routes.append(Route(vehicle_type=departure, number=1, trips=trips))
    return replace(plan.plan, routes=tuple(routes))


def _as_trip(ride: Ride, name: str) -> Trip:
    """Return a ride as a trip that carries nothing else."""
    at_s = ride.alight_s
    visit = Visit(place=ride.destination, arrive_s=at_s, start_s=at_s, end_s=at_s, depart_s=at_s, deliver=(name,))
    return Trip(
        start=ride.origin,
        end=ride.destination,
        load_start_s=ride.board_s,
        depart_s=ride.board_s,
        return_s=at_s,
        visits=(visit,),
    )


def _renamed(trip: Trip, named: Callable[[str], str]) -> Trip:
    """Return the trip with other names; a shipment that is handed over twice at one place is named once."""
    visits = []
    for v in trip.visits:
        deliver, collect = (tuple(dict.fromkeys(map(named, ids))) for ids in (v.deliver, v.collect))
        visits.append(replace(v, deliver=deliver, collect=collect))
    return replace(trip, visits=tuple(visits))


@dataclass(kw_only=True)
class Rest:
    """The legs of the rest of a day, changed until a plan of them keeps every handover; mutable.

    ``is_direct``: what may go another way goes direct where its place allows that, else it goes its place's way.
    """

    day: TieredPast
    is_direct: bool = False
    ready_s: dict[str, int] = field(default_factory=dict)
    loose: set[str] = field(default_factory=set)
    left: dict[str, Unserved] = field(default_factory=dict)
    parted: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.before, self.after = self.day.before, self.day.after
        self.plan, self.situation = self.day.plan, self.day.situation
        self._moved = movements(self.plan)
        self._handovers = {h.shipment: h for h in self.plan.handovers}
        now_s = self.situation.now_s
        ridden = {r.shipment for r in self.plan.rides if r.board_s < now_s}
        self._begun = begun_shipments(self.plan.plan, self.situation) | ridden
        back = set(self.situation.back_s) - self._begun
        self._recovered = back.union(_aboard_of_broken(self.plan.plan, self.situation))
        self._idle = set(_trips_of_broken(self.plan.plan, self.situation)) - self._recovered - self._begun
        self.parted |= {s.id for s in self.after.problem.shipments if self._is_free(s) and self._must_part(s)}
        self.arrange()

    def arrange(self) -> None:
        """Make the legs anew: those of goods that go as before, then ways for the ``parted`` ones beside them."""
        tiers = self.after
        parts: dict[str, list[Shipment]] = {}
        kept = [s for s in tiers.problem.shipments if s.id not in self.parted and s.id not in self.left]
        self._ready: dict[str, int] = {}  # when second legs by road are ready that may still be moved
        self.ways: dict[str, Way] = {s.id: self._old_way(s) for s in kept}
        known = {s.id for s in kept}
        self.rides = tuple(r for r in self.plan.rides if whole_shipment(self.before, r.shipment).id in known)
        for s in kept:
            parts[s.id] = [s] if self.ways[s.id] == DIRECT else list(self._legs(s))
        for s, cut in self._new_cuts():
            if isinstance(cut, Unserved):
                self.left[s.id] = cut
            else:
                parts[s.id] = [leg for _, leg in cut.legs] if cut.legs or cut.rides else [s]
                self.rides = (*self.rides, *cut.rides)
        goods = [leg for s in tiers.problem.shipments for leg in parts.get(s.id, ())]
        called = {s.id for s in goods}
        passing = {i: tiers.direction(tiers.problem.shipment_of[i]) for i, way in self.ways.items() if way.station}
        far = {i: leg_id(i, 2 if direction == "down" else 1) for i, direction in passing.items()}
        refused = {s.id for s in tiers.problem.shipments if far.get(s.id, s.id) not in called}
        locks = tuple(leg_locks(tiers, passing, refused))
        self.problem: Problem = replace(tiers.problem, shipments=tuple(goods), locks=locks)

    def told(self, plan: Plan) -> TieredPlan:
        """Return the plan across tiers that a plan of ``problem``, under true names and with its cost, stands for.

        Goods of which a begun leg cannot be followed by the other stay where that leg has brought them: they are
        unserved, though their first leg is driven.
        """
        tiers, moved = self.after, movements(TieredPlan(choice={}, plan=plan, rides=self.rides))
        stuck = {i for i, way in self.ways.items() if way.station and not self._is_whole(i, moved)}
        gone = {leg_id(i, index) for i in stuck for index in LEGS}
        seen = replace(plan, routes=tuple(_less(route, gone) for route in plan.routes))
        rides = tuple(r for r in self.rides if r.shipment not in gone)
        made = restated(tiers, self.plan, seen, rides)
        reasons = {whole_shipment(tiers, u.shipment).id: u for u in plan.unserved}
        unserved = tuple(self._reason(u, reasons.get(u.shipment), stuck) for u in made.plan.unserved)
        penalty_fen = sum(tiers.problem.shipment_of[u.shipment].penalty_fen for u in unserved)
        cost = replace(with_lines(tiers, replace(plan.cost, penalty_fen=0), self.rides), penalty_fen=penalty_fen)
        return replace(
            made,
            plan=Plan(routes=plan.routes, unserved=unserved, cost=cost),
            rides=self.rides,
            handovers=made.handovers,
        )

    def half_carried(self, plan: Plan) -> frozenset[str]:
        """Return goods of which one leg is carried though it need not be, as the other is not."""
        moved = movements(TieredPlan(choice={}, plan=plan, rides=self.rides))
        halves = {i for i, way in self.ways.items() if way.station and not self._is_whole(i, moved)}
        return frozenset(
            i for i in halves if any(leg_id(i, k) in moved and leg_id(i, k) not in self._begun for k in LEGS)
        )

    def adapt(self, plan: Plan) -> bool:
        """Learn from a plan of ``problem``: move what comes later, part or leave what cannot come.

        Tells whether there was anything. A leg that has not begun and finds nobody in time is freed of its time first,
        then its shipment of its way.
        """
        moved, is_changed = movements(TieredPlan(choice={}, plan=plan, rides=self.rides)), False
        for i, way in list(self.ways.items()):
            if not way.station or i in self.left:
                continue
            first, second = (leg_id(i, index) for index in LEGS)
            come, gone = moved.get(first), moved.get(second)
            if come is not None and second not in self._begun:
                need_s = come.handed_s + self._handling_s(i, way)
                if way.means(self.after.direction(self.after.problem.shipment_of[i]))[1] == "line":
                    is_changed |= gone is not None and need_s > gone.loaded_s and self._part(i)
                elif need_s > self._ready.get(i, HORIZON_S):
                    self.ready_s[i] = need_s
                    is_changed = True
            if (come is None or gone is None) and {first, second} & self._begun == set():
                is_changed |= self._loosen(i) or self._part(i)
        if is_changed:
            self.arrange()
        return is_changed

    def settle_clocks(self, plan: Plan) -> None:
        """Let no first leg come later than ``plan`` has it arrive, or than the second one needs it."""
        moved = movements(TieredPlan(choice={}, plan=plan, rides=self.rides))
        for i, way in self.ways.items():
            come = moved.get(leg_id(i, 1))
            if way.station and come is not None and i in self._ready:
                self.ready_s[i] = max(self._ready[i], come.handed_s + self._handling_s(i, way))
                self.loose.discard(i)
        self.arrange()

    def _loosen(self, shipment: str) -> bool:
        if shipment in self.loose or shipment in self.parted:
            return False
        self.loose.add(shipment)
        return True

    def _part(self, shipment: str) -> bool:
        """Let goods that have not begun go another way; those that have tried, or may not, are left."""
        s = self.after.problem.shipment_of[shipment]
        if shipment not in self.parted and self._is_free(s) and shipment not in self._recovered:
            self.parted.add(shipment)
        else:
            station = self.ways[shipment].station
            self.left[shipment] = Unserved(shipment=shipment, reason="U198", numbers={"station": station})
        return True

    def _names(self, s: Shipment) -> tuple[str, ...]:
        return (s.id, *(leg_id(s.id, index) for index in LEGS))

    def _is_free(self, s: Shipment) -> bool:
        """Tell whether nothing of a shipment has begun."""
        return not any(name in self._begun or name in self._recovered for name in self._names(s))

    def _must_part(self, s: Shipment) -> bool:
        """Tell whether a shipment is new, was carried by nobody or by a broken vehicle, or has missed its line."""
        carried = [name for name in self._names(s) if name in self._moved]
        from_s = max(s.ready_s, self.situation.now_s)
        missed = any(r.shipment in carried and r.origin == s.origin and r.board_s < from_s for r in self.plan.rides)
        return not carried or missed or any(name in self._idle for name in carried)

    def _is_whole(self, shipment: str, moved: Mapping[str, Carried]) -> bool:
        return all(leg_id(shipment, index) in moved for index in LEGS)

    def _old_way(self, s: Shipment) -> Way:
        return self.before.way(self.before.problem.shipment_of[s.id], self.plan.choice, self.plan.exceptions)

    def _handling_s(self, shipment: str, way: Way) -> int:
        """Return what handling took in the old plan, waiting for a quarter with room included."""
        h = self._handovers.get(shipment)
        own_s = self.after.station_of[way.station].handling_s
        return own_s if h is None or h.station != way.station else max(own_s, h.ready_s - h.arrived_s)

    def _legs(self, s: Shipment) -> Iterator[Shipment]:
        """Yield the legs by road of goods that go as before; whole goods that ride a line have none."""
        way = self.ways[s.id]
        if not way.station:
            return
        means, handling_s = way.means(self.after.direction(s)), self._handling_s(s.id, way)
        first, second = (self._moved[leg_id(s.id, index)] for index in LEGS)
        is_begun = leg_id(s.id, 1) in self._begun
        ready_s = second.loaded_s
        if means[1] == "road" and leg_id(s.id, 2) not in self._begun:
            soonest_s = self._handovers[s.id].ready_s if self._is_handed(s.id, first) else second.loaded_s
            ready_s = self._ready[s.id] = max(soonest_s, self.ready_s.get(s.id, 0))
        half_fen = 0 if is_begun or means != ("road", "road") else s.penalty_fen // 2
        limit_s = s.max_on_board_s
        loose = replace(s, max_on_board_s=None)
        if means[0] == "road":
            due_s = HORIZON_S if s.id in self.loose or leg_id(s.id, 2) in self._begun else ready_s - handling_s
            from_s = s.ready_s if limit_s is None or is_begun else max(s.ready_s, first.loaded_s)
            yield replace(
                loose, id=leg_id(s.id, 1), destination=way.station, delivery_windows=(), ready_s=from_s,
                due_s=max(0, due_s), penalty_fen=half_fen if means[1] == "road" else s.penalty_fen,
            )  # fmt: skip
        if means[1] == "road":
            until_s = s.due_s if limit_s is None else min(s.due_s, first.left_s + limit_s)
            yield replace(
                loose, id=leg_id(s.id, 2), origin=way.station, pickup_windows=(), due_s=until_s,
                ready_s=0 if leg_id(s.id, 2) in self._begun else ready_s, penalty_fen=s.penalty_fen - half_fen,
                handling_fen=0 if means[0] == "road" else s.handling_fen,
            )  # fmt: skip

    def _is_handed(self, shipment: str, first: Carried) -> bool:
        """Tell whether goods are at the station by now."""
        return first.handed_s <= self.situation.now_s and leg_id(shipment, 1) not in self._recovered

    def _new_cuts(self) -> Iterator[tuple[Shipment, Cut | Unserved]]:
        """Yield what becomes of parted goods: their wished way, else any other that their place allows."""
        goods = [s for s in self.after.problem.shipments if s.id in self.parted and s.id not in self.left]
        now_s = self.situation.now_s
        later = {s.id: replace(s, ready_s=max(s.ready_s, now_s)) for s in goods}
        wishes = {s.id: list(self._wishes(s)) for s in goods}
        for s in goods:
            self.ways[s.id] = wishes[s.id][0]
        locks = (k for k in self.after.problem.locks if k.shipment in later and (k.after is None or k.after in later))
        problem = replace(self.after.problem, shipments=tuple(later.values()), locks=tuple(locks))
        tiers = replace(self.after, problem=problem)
        while True:
            sent = [(later[s.id], self.ways[s.id]) for s in goods if self.ways[s.id] != DIRECT]
            choice = {str(tiers.far_end(s)): way for s, way in sent}
            cuts = Passage(reach_of(tiers), first_clocks(tiers, choice), (self.after, self.rides)).cut(sent)
            refused = [s for s in goods if isinstance(cuts.get(s.id), Unserved) and len(wishes[s.id]) > 1]
            if not refused:
                break
            for s in refused:
                wishes[s.id].pop(0)
                self.ways[s.id] = wishes[s.id][0]
        for s in goods:
            yield s, cuts.get(s.id, Cut())

    def _wishes(self, s: Shipment) -> Iterator[Way]:
        """Yield the ways that a parted shipment may go, the wished one first."""
        far = self.after.far_end(s)
        if far is None:
            yield DIRECT
            return
        allowed = {self.after.way(s, {}, {s.id: way}) for way in self.after.ways(far)}
        own = self.after.way(s, self.plan.choice)
        wished = [own, DIRECT] if not self.is_direct else [DIRECT, own]
        yield from dict.fromkeys([*(way for way in wished if way in allowed), *sorted(allowed)])

    def _reason(self, unserved: Unserved, told: Unserved | None, stuck: Iterable[str]) -> Unserved:
        known = self.left.get(unserved.shipment)
        if known is not None:
            return known
        if unserved.shipment in stuck:
            numbers = {"station": self.ways[unserved.shipment].station}
            return Unserved(shipment=unserved.shipment, reason="U198", numbers=numbers)
        return unserved if told is None else replace(told, shipment=unserved.shipment)


def _less(route: Route, gone: set[str]) -> Route:
    """Return a day without some goods and with the moments that it had, for whoever reads handovers off it."""
    trips = []
    for trip in route.trips:
        visits = (
            replace(
                v,
                deliver=tuple(i for i in v.deliver if i not in gone),
                collect=tuple(i for i in v.collect if i not in gone),
            )
            for v in trip.visits
        )
        trips.append(replace(trip, visits=tuple(visits)))
    return replace(route, trips=tuple(trips))


def _aboard_of_broken(plan: Plan, situation: Situation) -> Iterator[str]:
    """Yield what was on board of vehicles that broke down, or had been loaded on them."""
    for day in standing(plan, situation).values():
        if day.broken_at_s is not None:
            yield from (i for begun in day.begun for i in begun.aboard)
            yield from (i for trip in day.free if trip.load_start_s < day.broken_at_s for i in trip.shipments)


def _trips_of_broken(plan: Plan, situation: Situation) -> Iterator[str]:
    """Yield what trips that broken vehicles cannot make any more had to carry."""
    for day in standing(plan, situation).values():
        if day.broken_at_s is not None:
            yield from (i for trip in day.free for i in trip.shipments)
            yield from (i for begun in day.begun for i in begun.trip.shipments if i not in begun.handed)
