"""What could be done with one shipment of a plan across tiers: the cheapest ways to carry it, and leaving it out.

All other goods keep their ways, their vehicles and their order, and every handover. Through a station the first leg
goes where it costs least, and where it costs least in time for those who take goods on there; then the second leg goes
where it costs least from when the goods are handled. A departure takes what it has room for. Every way is a whole plan
that the referee of tiers accepts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from optimizer.cost import plan_cost
from optimizer.explain.question import taken_out
from optimizer.explain.ranking import rank_ways
from optimizer.fallback import UNEXPLAINED
from optimizer.plan import Plan, Unserved
from optimizer.tiers.beside import beside
from optimizer.tiers.check import check_tiers
from optimizer.tiers.model import DIRECT, leg_id
from optimizer.tiers.offers import Bookings, Refusal, offers_of
from optimizer.tiers.plan import movements
from optimizer.tiers.restate import LEGS, restated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.model import Shipment
    from optimizer.plan import Route
    from optimizer.problem import Problem
    from optimizer.tiers.lines import Ride
    from optimizer.tiers.model import TieredPlan, Tiers, Way
    from optimizer.tiers.offers import Offer

MOST_MOMENTS = 2
"""Moments at which a station's goods are taken on that a first leg hurries for, besides none."""

MOST_OFFERS = 2
"""Departures that are looked at for one leg, the cheapest first."""


class TieredWay(NamedTuple):
    """One way to carry the shipment: the whole plan, and which way it goes in that."""

    plan: TieredPlan
    way: Way


@dataclass(frozen=True, slots=True, kw_only=True)
class TieredRanking:
    """The cheapest ways found, the cheapest first, the best of every kind of way among them, and the plan without it.

    ``left_out`` is None where the plan keeps not every rule without the shipment; then nothing is put into it either,
    and ``is_complete`` is False, as it is where work ended before every vehicle was looked at.
    """

    ways: tuple[TieredWay, ...] = ()
    left_out: TieredPlan | None = None
    is_complete: bool = False


class TieredTogether(NamedTuple):
    """A plan with several shipments carried where that costs less than leaving them, and which of them are left."""

    plan: TieredPlan
    left: tuple[str, ...]
    is_complete: bool


def rank_tiered_ways(tiers: Tiers, plan: TieredPlan, shipment: str, *, most: int, most_work: int) -> TieredRanking:
    """Return what could be done with a shipment that the plan carries or leaves; ``most`` ways at most.

    Direct ways are those of ``optimizer.explain.ranking.rank_ways``. Through stations the legs are put in one after the
    other, so that a dearer first leg that makes a cheaper second one possible is met only if it keeps one of
    ``MOST_MOMENTS``. Work on one leg is ``most_work`` at most; about six legs a station.
    """
    base = _without(tiers, plan, shipment)
    if base is None or check_tiers(tiers, base):
        return TieredRanking()
    search = _Search(tiers, base, tiers.problem.shipment_of[shipment], most, most_work)
    found = sorted(search.found(), key=lambda way: way.plan.plan.cost.total_fen)
    best = [way for k, way in enumerate(found) if way.way not in {other.way for other in found[:k]}][:most]
    rest = [way for way in found if way not in best]
    ways = sorted([*best, *rest[: most - len(best)]], key=lambda way: way.plan.plan.cost.total_fen)
    return TieredRanking(ways=tuple(ways), left_out=base, is_complete=search.is_complete)


def carry_tiered_together(
    tiers: Tiers, plan: TieredPlan, shipments: Sequence[str], *, most_work: int
) -> TieredTogether | None:
    """Return the plan with all of these shipments put into it anew, the dearest to leave first; None as ``left_out``.

    Each goes the way that costs least beside those before it, as ``rank_tiered_ways`` finds it, or is left where that
    costs less. ``most_work`` as there.
    """
    base: TieredPlan | None = plan
    for name in shipments:
        base = None if base is None else _without(tiers, base, name)
    if base is None or check_tiers(tiers, base):
        return None
    left, is_complete = [], True
    for goods in sorted((tiers.problem.shipment_of[name] for name in shipments), key=lambda s: (-s.penalty_fen, s.id)):
        found = rank_tiered_ways(tiers, base, goods.id, most=1, most_work=most_work)
        is_complete = is_complete and found.is_complete
        if found.ways and found.ways[0].plan.plan.cost.total_fen < base.plan.cost.total_fen:
            base = found.ways[0].plan
        else:
            left.append(goods.id)
    return TieredTogether(base, tuple(left), is_complete)


def _without(tiers: Tiers, plan: TieredPlan, shipment: str) -> TieredPlan | None:
    """Return the plan without a shipment, each vehicle that had it timed anew; None where that breaks a rule."""
    names = {shipment, *(leg_id(shipment, index) for index in LEGS)}
    for name in sorted(names, reverse=True):
        if any(name in trip.shipments for _, trip in plan.plan.trips()):
            problem = beside(tiers, plan, movements(plan))
            less = taken_out(problem, _of_legs(problem, plan.plan.routes), name)
            if less is None:
                return None
            plan = replace(plan, plan=replace(plan.plan, routes=less.routes))
    return restated(tiers, plan, plan.plan, (ride for ride in plan.rides if ride.shipment not in names))


def _of_legs(problem: Problem, routes: Sequence[Route]) -> Plan:
    """Return the plan of these routes in a problem of legs, all else unserved."""
    carried = {i for route in routes for trip in route.trips for i in trip.shipments}
    left = (Unserved(shipment=s.id, reason=UNEXPLAINED) for s in problem.shipments if s.id not in carried)
    plan = Plan(routes=tuple(routes), unserved=tuple(left))
    return replace(plan, cost=plan_cost(problem, plan))


class _Begun(NamedTuple):
    """A plan with the first leg of the shipment on a vehicle or a departure."""

    routes: tuple[Route, ...]
    rides: tuple[Ride, ...]


class _Search:
    """The search for ways of one shipment; first legs are looked for once, whatever comes after them."""

    def __init__(self, tiers: Tiers, base: TieredPlan, goods: Shipment, most: int, most_work: int) -> None:
        self._tiers = tiers
        self._base = base
        self._goods = goods
        self._most = most
        self._most_work = most_work
        self._first: dict[tuple[str, str], list[_Begun]] = {}
        self._bookings = _booked(tiers, base)
        self.is_complete = True

    def found(self) -> Iterator[TieredWay]:
        """Yield ways that the referee accepts, each once."""
        tiers, goods = self._tiers, self._goods
        far = tiers.far_end(goods)
        modes = tiers.ways(far) if far is not None else {DIRECT}
        ways = {tiers.way(goods, {}, {goods.id: way}) for way in modes} if far is not None else {DIRECT}
        seen: set[tuple[tuple[Route, ...], tuple[Ride, ...]]] = set()
        for way in sorted(ways):
            for made in self._through(way) if way.station else self._whole(way):
                plan = restated(tiers, self._base, Plan(routes=made.routes), made.rides)
                if made not in seen and not check_tiers(tiers, plan):
                    yield TieredWay(plan, way)
                seen.add(made)

    def _whole(self, way: Way) -> Iterator[_Begun]:
        base, goods = self._base, self._goods
        if way == DIRECT:
            problem = beside(self._tiers, base, movements(base))
            yield from (_Begun(r, base.rides) for r in self._driven(problem, base.plan.routes, goods.id, self._most))
        else:
            for offer in self._offers(goods.origin, goods.destination):
                yield _Begun(base.plan.routes, (*base.rides, offer.ride(goods.id)))

    def _through(self, way: Way) -> Iterator[_Begun]:
        """Yield both legs placed, for each first leg the cheapest second ones."""
        first, second = way.means(self._tiers.direction(self._goods))
        key = way.station, first
        if key not in self._first:
            self._first[key] = list(dict.fromkeys(self._begun(way, first)))
        for begun in self._first[key]:
            going = self._going(way, begun)
            problem = beside(self._tiers, going, movements(going))
            leg = leg_id(self._goods.id, 2)
            if second == "road":
                for routes in self._driven(problem, begun.routes, leg, MOST_OFFERS):
                    yield _Begun(routes, begun.rides)
            else:
                for offer in self._onward(way, going):
                    yield _Begun(begun.routes, (*begun.rides, offer.ride(leg)))

    def _begun(self, way: Way, means: str) -> Iterator[_Begun]:
        base, goods, leg = self._base, self._goods, leg_id(self._goods.id, 1)
        if means == "line":
            for offer in self._offers(goods.origin, way.station):
                yield _Begun(base.plan.routes, (*base.rides, offer.ride(leg)))
            return
        going = self._going(replace(way, trunk="road", last="road"), _Begun(base.plan.routes, base.rides))
        problem = beside(self._tiers, going, movements(base))
        for due_s in (None, *self._moments(way.station)):
            held = problem if due_s is None else _due(problem, leg, due_s)
            for routes in self._driven(held, base.plan.routes, leg, 1):
                yield _Begun(routes, base.rides)

    def _moments(self, station: str) -> list[int]:
        """Return by when goods must be there to be taken on by trips and departures that call, a few spread evenly."""
        handling_s = self._tiers.station_of[station].handling_s
        trips = [trip for _, trip in self._base.plan.trips()]
        called = {trip.load_start_s for trip in trips if trip.start == station}
        called |= {v.start_s for trip in trips for v in trip.visits if v.place == station and v.collect}
        offers = offers_of(self._tiers).between(self._goods, station, self._goods.destination)
        called |= set() if isinstance(offers, Refusal) else {offer.board_s for offer in offers}
        moments = sorted(at_s - handling_s for at_s in called if at_s - handling_s > self._goods.ready_s)
        return moments[:: max(1, -(-len(moments) // MOST_MOMENTS))]

    def _going(self, way: Way, begun: _Begun) -> TieredPlan:
        """Return the plan in which the shipment goes this way, as far as it has been placed."""
        base = self._base
        left = tuple(u for u in base.plan.unserved if u.shipment != self._goods.id)
        exceptions = {**base.exceptions, self._goods.id: way}
        plan = replace(base.plan, routes=begun.routes, unserved=left)
        return replace(base, plan=plan, exceptions=exceptions, rides=begun.rides)

    def _driven(self, problem: Problem, routes: Sequence[Route], leg: str, most: int) -> Iterator[tuple[Route, ...]]:
        """Yield the routes with one more leg, where it costs least."""
        if leg not in problem.shipment_of:
            return
        found = rank_ways(problem, _of_legs(problem, routes), leg, most=most, most_work=self._most_work)
        self.is_complete &= found.is_complete
        yield from (way.plan.routes for way in found.ways)

    def _offers(self, origin: str, destination: str) -> list[Offer]:
        """Return the cheapest departures that take the goods on beside all others."""
        offers = offers_of(self._tiers).between(self._goods, origin, destination)
        fitting = [o for o in (() if isinstance(offers, Refusal) else offers) if self._bookings.fits(self._goods, o)]
        return sorted(fitting, key=lambda offer: self._bookings.fare_fen(self._goods, offer))[:MOST_OFFERS]

    def _onward(self, way: Way, going: TieredPlan) -> list[Offer]:
        """Return the departures on from the station, after the goods are handled."""
        brought = movements(going)[leg_id(self._goods.id, 1)]
        ready_s = brought.handed_s + self._tiers.station_of[way.station].handling_s
        offers = offers_of(self._tiers).between(self._goods, way.station, self._goods.destination)
        later = [o for o in (() if isinstance(offers, Refusal) else offers) if o.board_s >= ready_s]
        fitting = [offer for offer in later if self._bookings.fits(self._goods, offer)]
        return sorted(fitting, key=lambda offer: self._bookings.fare_fen(self._goods, offer))[:MOST_OFFERS]


def _due(problem: Problem, leg: str, due_s: int) -> Problem:
    shipments = (replace(s, due_s=min(s.due_s, due_s)) if s.id == leg else s for s in problem.shipments)
    return replace(problem, shipments=tuple(shipments))


def _booked(tiers: Tiers, plan: TieredPlan) -> Bookings:
    """Return what the departures have taken on by the plan."""
    bookings = Bookings(tiers)
    for ride in plan.rides:
        bookings.take_ride(tiers, ride)
    return bookings
