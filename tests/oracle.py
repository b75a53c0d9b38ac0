"""The slow oracle: the cheapest plan of a tiny problem, by trying them all.

Every shipment on every vehicle or on none, every order of visits, every division into
trips, every joining of neighbouring visits at one place, every stowage, every window and every place
for a rest. The times of one such day are a system of difference constraints, solved exactly by
longest paths; the referee judges the days by ascending cost. Shares no code with the solver.

Up to about six shipments and three vehicles. Docks are not shared out: should they bind,
the oracle says that it does not know.
"""

from __future__ import annotations

from functools import partial
from itertools import chain, combinations, pairwise, permutations, product
from typing import TYPE_CHECKING, NamedTuple

from optimizer.check import check
from optimizer.model import HORIZON_S
from optimizer.plan import Cost, Plan, Route, Trip, Unserved, Visit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.model import Shipment, TimeWindow, VehicleType
    from optimizer.problem import Problem

MOST_RESTS = 2
"""Rests on one day that are tried."""

Edge = tuple[int, int, int]
"""(i, j, w): moment j is at least w after moment i. Moment 0 is midnight."""


class Stay(NamedTuple):
    """A visit without times."""

    place: str
    deliver: tuple[str, ...]
    collect: tuple[str, ...]


Day = tuple[tuple[Stay, ...], ...]
"""The trips of one vehicle, without times."""


def cheapest_plan(county: Problem) -> Plan:
    """Return a plan of least total cost that the referee accepts."""
    ids = [s.id for s in county.shipments]
    best_day = {
        (kind.id, number): {frozenset(some): _best_route(county, kind, number, some) for some in _subsets(ids)}
        for kind in county.vehicle_types
        for number in range(1, kind.count + 1)
    }
    plans: list[tuple[int, int, Plan]] = []
    for rank, routes in enumerate(_divisions(list(best_day.values()), frozenset(ids))):
        plan = _stated(county, routes)
        plans.append((plan.cost.total_fen, rank, plan))
    for _, _, plan in sorted(plans, key=lambda p: p[:2]):
        broken = {v.rule for v in check(county, plan)}
        assert "docks" not in broken, "docks bind: this oracle does not share them out"
        if not broken:
            return plan
    raise AssertionError("serving nobody is always a plan")


def _subsets(ids: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(ids, k) for k in range(len(ids) + 1))


def _divisions(vehicles: list[dict[frozenset[str], Route | None]], left: frozenset[str]) -> Iterator[list[Route]]:
    """Yield every way to give each vehicle some of what is left."""
    if not vehicles:
        yield []
        return
    for some, route in vehicles[0].items():
        if some <= left and (route is not None or not some):
            for rest in _divisions(vehicles[1:], left - some):
                yield rest if route is None else [route, *rest]


def _stated(county: Problem, routes: Sequence[Route]) -> Plan:
    """Return the plan with its cost, worked out here once more."""
    carried = {i for r in routes for t in r.trips for i in t.shipments}
    left = [s for s in county.shipments if s.id not in carried]
    parts = [_route_cost(county, r) for r in routes]
    names = ("fixed_fen", "distance_fen", "time_fen", "overtime_fen", "pay_fen", "handling_fen")
    cost = Cost(**{n: sum(getattr(p, n) for p in parts) for n in names}, penalty_fen=sum(s.penalty_fen for s in left))
    unserved = tuple(Unserved(shipment=s.id, reason="U100") for s in left)
    return Plan(routes=tuple(routes), unserved=unserved, cost=cost)


def _route_cost(county: Problem, route: Route) -> Cost:
    kind = county.vehicle_type_of[route.vehicle_type]
    stays = [[Stay(v.place, v.deliver, v.collect) for v in t.visits] for t in route.trips]
    duration_s = route.trips[-1].return_s - route.trips[0].load_start_s
    over_s = max(0, duration_s - kind.regular_s)
    pieces = sum(county.shipment_of[i].pieces for t in route.trips for i in t.shipments)
    return Cost(
        fixed_fen=kind.fixed_fen,
        distance_fen=_half_up(sum(_metres(county, kind, s) for s in stays) * kind.distance_fen_per_km, 1_000),
        time_fen=_half_up(duration_s * kind.time_fen_per_h, 3_600),
        overtime_fen=_half_up(over_s * kind.overtime_fen_per_h, 3_600),
        pay_fen=max(pieces * kind.piece_fen, kind.min_pay_fen),
        handling_fen=sum(county.shipment_of[i].handling_fen for t in route.trips for i in t.shipments),
    )


def _half_up(amount: int, unit: int) -> int:
    return amount // unit + (2 * (amount % unit) >= unit)


def _metres(county: Problem, kind: VehicleType, stays: Sequence[Stay]) -> int:
    metres = county.matrices[kind.profile].distance_m
    rows = [county.index(p) for p in (kind.depot, *(s.place for s in stays), kind.end or kind.depot)]
    return sum(int(metres[a, b]) for a, b in pairwise(rows))


def _best_route(county: Problem, kind: VehicleType, number: int, ids: Sequence[str]) -> Route | None:
    """Return the cheapest day on which the referee lets this vehicle carry exactly these shipments."""
    if not ids:
        return None
    best: Route | None = None
    best_fen = 0
    for day in _days(county, kind, ids):
        for route in timed(county, kind, number, day):
            fen = _route_cost(county, route).operating_fen
            if (best is None or fen < best_fen) and _is_clean(county, route):
                best, best_fen = route, fen
    return best


def _is_clean(county: Problem, route: Route) -> bool:
    return {v.rule for v in check(county, _stated(county, [route]))} <= {"docks"}


def _days(county: Problem, kind: VehicleType, ids: Sequence[str]) -> Iterator[Day]:
    """Yield every order of the handovers, divided into trips in every way, neighbours at one place joined or not."""
    handovers = [h for i in ids for h in _handovers(county, kind, county.shipment_of[i])]
    for order in permutations(handovers):
        for cuts in product((False, True), repeat=len(order) - 1):
            trips = [[order[0]]]
            for stay, is_cut in zip(order[1:], cuts, strict=True):
                if is_cut:
                    trips.append([stay])
                else:
                    trips[-1].append(stay)
            yield from product(*(_joined(trip) for trip in trips))


def _handovers(county: Problem, kind: VehicleType, goods: Shipment) -> list[Stay]:
    """Visits of one shipment: it is loaded at the home depot, and handed over at the end if that is a depot."""
    found, end = [], kind.end or kind.depot
    if goods.origin != kind.depot:
        found.append(Stay(goods.origin, (), (goods.id,)))
    if goods.destination != end or end not in county.depot_of or not found:
        found.append(Stay(goods.destination, (goods.id,), ()))
    return found


def _joined(stays: Sequence[Stay]) -> list[tuple[Stay, ...]]:
    """Every way to join neighbours at one place."""
    done: list[tuple[Stay, ...]] = [(stays[0],)]
    for stay in stays[1:]:
        grown = [(*trip, stay) for trip in done]
        for trip in done:
            last = trip[-1]
            if last.place == stay.place:
                both = Stay(last.place, last.deliver + stay.deliver, last.collect + stay.collect)
                grown.append((*trip[:-1], both))
        done = grown
    return done


def timed(county: Problem, kind: VehicleType, number: int, day: Day) -> Iterator[Route]:
    """Yield the shortest timing of the day for every choice of stowage, windows and rests."""
    seconds = county.matrices[kind.profile].duration_s
    for stays in day:
        rows = [county.index(p) for p in (kind.depot, *(s.place for s in stays), kind.end or kind.depot)]
        if any(int(seconds[a, b]) < 0 for a, b in pairwise(rows)):
            return
    for stowages in product(*(_stowages(kind, stays) for stays in day)):
        for system in _systems(county, kind, day, stowages):
            times = system.shortest()
            if times is not None:
                yield _route(county, kind, number, day, stowages=stowages, times=times)


Stowage = tuple[tuple[str, str], ...]


def _stowages(kind: VehicleType, stays: Sequence[Stay]) -> list[Stowage]:
    ids = list(dict.fromkeys(i for s in stays for i in (*s.deliver, *s.collect)))
    if len(kind.compartments) == 1:
        return [()]
    boxes = [box.id for box in kind.compartments]
    return [tuple(zip(ids, choice, strict=True)) for choice in product(boxes, repeat=len(ids))]


class System:
    """Difference constraints between the moments of one day."""

    def __init__(self) -> None:
        self.size = 1
        self.edges: list[Edge] = []
        self.first = self.last = 0

    def moment(self, early_s: int = 0, late_s: int = HORIZON_S) -> int:
        """Add a moment between two times of day and return its rank."""
        self.size += 1
        self.edges += [(0, self.size - 1, early_s), (self.size - 1, 0, -late_s)]
        return self.size - 1

    def after(self, earlier: int, later: int, seconds: int, most: int | None = None) -> None:
        """Let ``later`` come at least ``seconds`` after ``earlier``, and at most ``most``."""
        self.edges.append((earlier, later, seconds))
        if most is not None:
            self.edges.append((later, earlier, -most))

    def shortest(self) -> list[int] | None:
        """Return the earliest times among those with the least time from first to last moment; None if impossible."""
        from_first = self._longest(self.first, self.edges)
        if from_first is None:
            return None
        length = from_first[self.last]
        assert length is not None
        times = self._longest(0, [*self.edges, (self.last, self.first, -length)])
        return None if times is None else [t if t is not None else 0 for t in times]

    def _longest(self, source: int, edges: Sequence[Edge]) -> list[int | None] | None:
        """Bellman and Ford's longest paths; None when a cycle asks for more time than there is."""
        found: list[int | None] = [None] * self.size
        found[source] = 0
        for _ in range(self.size + 1):
            changed = False
            for i, j, w in edges:
                at, known = found[i], found[j]
                if at is not None and (known is None or at + w > known):
                    found[j], changed = at + w, True
            if not changed:
                return found
        return None


def _systems(county: Problem, kind: VehicleType, day: Day, stowages: Sequence[Stowage]) -> Iterator[System]:
    """Yield one system for each choice of a window wherever there are several, and of rests."""
    rests = _rests(county, kind, day)
    home, end = (county.place(p).windows for p in (kind.depot, kind.end or kind.depot))
    choices: list[list[tuple[int, int]]] = []
    for stays in day:
        choices.append(_spans(home))
        choices += [_stay_spans(county, stay) for stay in stays]
        choices.append(_spans(end))
    for windows in product(*choices):
        for rest in rests:
            yield _system(county, kind, day, stowages, windows=list(windows), rests=list(rest))


def _rests(county: Problem, kind: VehicleType, day: Day) -> list[tuple[int, ...]]:
    """Every choice of at most ``MOST_RESTS`` gaps for a rest, if there is so much driving that one may be needed."""
    gaps = sum(2 * len(stays) + 2 for stays in day)
    seconds, rule = county.matrices[kind.profile].duration_s, kind.driving_rule
    places = [p for stays in day for p in (kind.depot, *(s.place for s in stays), kind.end or kind.depot)]
    driving_s = sum(int(seconds[county.index(a), county.index(b)]) for a, b in pairwise(places))
    if rule is None or driving_s <= rule.max_driving_s:
        return [(0,) * gaps]
    chosen = chain.from_iterable(combinations(range(gaps), k) for k in range(MOST_RESTS + 1))
    return [tuple(rule.rest_s if gap in some else 0 for gap in range(gaps)) for some in chosen]


def _system(
    county: Problem,
    kind: VehicleType,
    day: Day,
    stowages: Sequence[Stowage],
    *,
    windows: list[tuple[int, int]],
    rests: list[int],
) -> System:
    """Lay out the moments load, depart, (start, leave) of each visit and return, trip by trip."""
    system, take_window, take_rest = System(), partial(windows.pop, 0), partial(rests.pop, 0)
    seconds, loading_s = county.matrices[kind.profile].duration_s, county.depot_of[kind.depot].loading_s
    back: int | None = None
    for stays, cleaning_s in zip(day, _cleanings(county, kind, day, stowages), strict=True):
        load = system.moment(*take_window())
        system.after(0, load, kind.shift.early_s)
        if back is None:
            system.first = load
            take_rest()
        else:
            system.after(back, load, cleaning_s + take_rest())
        leave = system.moment()
        system.after(load, leave, loading_s + take_rest())
        leaves, starts, at = {-1: leave}, {}, kind.depot
        for k, stay in enumerate(stays):
            start, travel_s = system.moment(*take_window()), int(seconds[county.index(at), county.index(stay.place)])
            system.after(leave, start, travel_s + take_rest())
            leave, at = system.moment(), stay.place
            goods = [county.shipment_of[i] for i in (*stay.deliver, *stay.collect)]
            service_s = county.place(stay.place).visit_s + sum(s.service_s for s in goods)
            system.after(start, leave, service_s + take_rest())
            leaves[k], starts[k] = leave, start
        back = system.moment(*take_window())
        travel_s = int(seconds[county.index(at), county.index(kind.end or kind.depot)])
        system.after(leave, back, travel_s, travel_s)
        system.after(back, 0, -kind.shift.late_s)
        _bind_goods(county, system, stays, load=load, leaves=leaves, starts={**starts, len(stays): back})
        system.last = back
    system.edges.append((system.last, system.first, -kind.regular_s - kind.max_overtime_s))
    return system


def _bind_goods(
    county: Problem,
    system: System,
    stays: Sequence[Stay],
    *,
    load: int,
    leaves: dict[int, int],
    starts: dict[int, int],
) -> None:
    """Ready and due times and time on board of everything on one trip."""
    collected = {i: k for k, stay in enumerate(stays) for i in stay.collect}
    delivered = {i: k for k, stay in enumerate(stays) for i in stay.deliver}
    for id_ in {*collected, *delivered}:
        goods = county.shipment_of[id_]
        origin, end = collected.get(id_, -1), delivered.get(id_, len(stays))
        system.after(0, load if origin < 0 else starts[origin], goods.ready_s)
        system.after(starts[end], 0, -goods.due_s)
        if goods.max_on_board_s is not None:
            system.edges.append((starts[end], leaves[origin], -goods.max_on_board_s))


def _cleanings(county: Problem, kind: VehicleType, day: Day, stowages: Sequence[Stowage]) -> list[int]:
    """Seconds of cleaning before each trip, by the words of the model."""
    sealed = {box.id for box in kind.compartments if box.sealed}
    soil: set[str] = set()
    found = []
    for stays, stowage in zip(day, stowages, strict=True):
        ids = {i for s in stays for i in (*s.deliver, *s.collect)}
        lies_in = dict(stowage) or dict.fromkeys(ids, kind.compartments[0].id)
        carried = {county.shipment_of[i].commodity for i in ids}
        due = {
            soiled: [c.duration_s for c in county.cleanings if c.after == soiled and c.before in carried]
            for soiled in soil
        }
        found.append(sum(max(lengths) for lengths in due.values() if lengths))
        soil -= {soiled for soiled, lengths in due.items() if lengths}
        soil |= {county.shipment_of[i].commodity for i in ids if lies_in[i] not in sealed}
    return found


def _spans(windows: Sequence[TimeWindow]) -> list[tuple[int, int]]:
    return [(w.early_s, w.late_s) for w in windows] or [(0, HORIZON_S)]


def _stay_spans(county: Problem, stay: Stay) -> list[tuple[int, int]]:
    """Every choice of one window of the place and one of each of its goods, cut to what they share."""
    groups = [_spans(county.place(stay.place).windows)]
    groups += [_spans(county.shipment_of[i].delivery_windows) for i in stay.deliver]
    groups += [_spans(county.shipment_of[i].pickup_windows) for i in stay.collect]
    for i in (*stay.deliver, *stay.collect):
        is_bound = i in stay.deliver or county.shipment_of[i].destination in county.depot_of
        groups += [_spans([k.window]) for k in county.locks if k.window and k.shipment == i and is_bound]
    cut = {(max(a for a, _ in some), min(b for _, b in some)) for some in product(*groups)}
    return sorted((a, b) for a, b in cut if a <= b)


def _route(
    county: Problem, kind: VehicleType, number: int, day: Day, *, stowages: Sequence[Stowage], times: list[int]
) -> Route:
    """Read the moments off in the order in which they were laid out."""
    seconds = county.matrices[kind.profile].duration_s
    take, trips = iter(times[1:]), []
    for stays, stowage in zip(day, stowages, strict=True):
        load_start_s, depart_s = next(take), next(take)
        leave_s, at, visits = depart_s, kind.depot, []
        for stay in stays:
            arrive_s = leave_s + int(seconds[county.index(at), county.index(stay.place)])
            start_s, leave_s = next(take), next(take)
            goods = [county.shipment_of[i] for i in (*stay.deliver, *stay.collect)]
            end_s = start_s + county.place(stay.place).visit_s + sum(s.service_s for s in goods)
            moments = {"arrive_s": arrive_s, "start_s": start_s, "end_s": end_s, "depart_s": leave_s}
            visits.append(Visit(place=stay.place, deliver=stay.deliver, collect=stay.collect, **moments))
            at = stay.place
        trips.append(
            Trip(
                start=kind.depot,
                end=kind.end or kind.depot,
                load_start_s=load_start_s,
                depart_s=depart_s,
                return_s=next(take),
                visits=tuple(visits),
                stowage=stowage,
            )
        )
    return Route(vehicle_type=kind.id, number=number, trips=tuple(trips))
