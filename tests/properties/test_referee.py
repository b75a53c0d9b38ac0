"""Laws of the referee: it sees every change of a clean plan, and never punishes generosity."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.check import Violation, check
from optimizer.model import Compartment, Depot, DrivingRule, Shipment, TimeWindow
from optimizer.plan import Cost, Plan, Route, Trip, Unserved, Visit
from tests.helpers import Call, down, plan, problem, route, run, shipment, up, vehicle

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.problem import Problem

LOOSE_S = 100_000
"""Long enough for any plan made here."""


def goods() -> list[Shipment]:
    """Return down, up and local shipments of various loads."""
    downs = [down(k, 10 * k, service_s=5, due_s=LOOSE_S, max_on_board_s=LOOSE_S) for k in (1, 2, 3, 4)]
    ups = [up(k, 7 * k, service_s=3, due_s=LOOSE_S, max_on_board_s=LOOSE_S) for k in (1, 3)]
    return [*downs, *ups, shipment("L", "V2", "V4", 9, due_s=LOOSE_S, max_on_board_s=LOOSE_S)]


def loose_county() -> Problem:
    """Return a county whose limits are all there, and all far away."""
    van = vehicle(
        count=4,
        capacity=(1_000,),
        shift=TimeWindow(late_s=LOOSE_S),
        regular_s=3_000,
        max_overtime_s=LOOSE_S,
        overtime_fen_per_h=3_600,
        range_m=10_000_000,
        max_trips=20,
        driving_rule=DrivingRule(max_driving_s=LOOSE_S, rest_s=LOOSE_S, max_daily_driving_s=LOOSE_S),
    )
    county = problem(goods(), [van])
    places = tuple(replace(p, windows=(TimeWindow(late_s=LOOSE_S),), shelf=(1_000,)) for p in county.places)
    return replace(county, places=places, depots=(Depot(place="H", loading_s=600, docks=4),))


COUNTY = loose_county()


@st.composite
def clean_plans(draw: st.DrawFn) -> Plan:
    """Return a plan of up to three vans that carry some of the goods in some order, on some trips, never waiting."""
    rng = random.Random(draw(st.integers(0, 10**6)))
    chosen = [s for s in COUNTY.shipments if rng.random() < 0.8]
    rng.shuffle(chosen)
    routes = []
    for number in range(1, rng.randint(1, 3) + 1):
        trips: list[Trip] = []
        for _ in range(rng.randint(1, 2)):
            mine = [chosen.pop() for _ in range(min(len(chosen), rng.randint(1, 3)))]
            if mine:
                calls = [call for s in mine for call in _calls(s)]
                start_s = trips[-1].return_s if trips else rng.randint(0, 5_000)
                trips.append(run(COUNTY, *calls, load_start_s=start_s))
        if trips:
            routes.append(route(*trips, number=number))
    return plan(COUNTY, *routes)


def _calls(goods: Shipment) -> list[Call]:
    collect = [] if goods.origin == "H" else [Call(goods.origin, (), (goods.id,))]
    return collect + ([] if goods.destination == "H" else [Call(goods.destination, (goods.id,))])


@settings(max_examples=40, deadline=None)
@given(clean_plans())
def test_plans_made_by_the_book_are_clean(day: Plan) -> None:
    """What the builder of the tests makes, the referee accepts."""
    assert check(COUNTY, day) == ()


def _changed_visit(day: Plan, rng: random.Random, **changes: Any) -> Plan:
    """Return the plan with one visit changed; a number is added to, anything else replaced."""
    routes = list(day.routes)
    at = rng.randrange(len(routes))
    trips = list(routes[at].trips)
    k = rng.randrange(len(trips))
    visits = list(trips[k].visits)
    v = rng.randrange(len(visits))
    new = {name: getattr(visits[v], name) + by if isinstance(by, int) else by for name, by in changes.items()}
    visits[v] = replace(visits[v], **new)
    trips[k] = replace(trips[k], visits=tuple(visits))
    routes[at] = replace(routes[at], trips=tuple(trips))
    return replace(day, routes=tuple(routes))


def _changed_trip(day: Plan, rng: random.Random, **changes: Any) -> Plan:
    routes = list(day.routes)
    at = rng.randrange(len(routes))
    trips = list(routes[at].trips)
    k = rng.randrange(len(trips))
    new = {name: getattr(trips[k], name) + by if isinstance(by, int) else by for name, by in changes.items()}
    trips[k] = replace(trips[k], **new)
    routes[at] = replace(routes[at], trips=tuple(trips))
    return replace(day, routes=tuple(routes))


def _changed_route(day: Plan, rng: random.Random, **changes: Any) -> Plan:
    routes = list(day.routes)
    at = rng.randrange(len(routes))
    routes[at] = replace(routes[at], **changes)
    return replace(day, routes=tuple(routes))


CHANGES: dict[str, Callable[[Plan, random.Random, int], Plan]] = {
    "arrive_s": lambda day, rng, by: _changed_visit(day, rng, arrive_s=by),
    "start_s": lambda day, rng, by: _changed_visit(day, rng, start_s=by),
    "end_s": lambda day, rng, by: _changed_visit(day, rng, end_s=by),
    "depart_s of a visit": lambda day, rng, by: _changed_visit(day, rng, depart_s=by),
    "place": lambda day, rng, _by: _changed_visit(day, rng, place="H"),
    "deliver": lambda day, rng, _by: _changed_visit(day, rng, deliver=("D1", "D1")),
    "collect": lambda day, rng, _by: _changed_visit(day, rng, collect=("U9",)),
    "no handover": lambda day, rng, _by: _changed_visit(day, rng, deliver=(), collect=()),
    "load_start_s": lambda day, rng, by: _changed_trip(day, rng, load_start_s=by),
    "depart_s of a trip": lambda day, rng, by: _changed_trip(day, rng, depart_s=by),
    "return_s": lambda day, rng, by: _changed_trip(day, rng, return_s=by),
    "start": lambda day, rng, _by: _changed_trip(day, rng, start="V1"),
    "end": lambda day, rng, _by: _changed_trip(day, rng, end="V1"),
    "visits": lambda day, rng, _by: _changed_trip(day, rng, visits=()),
    "stowage": lambda day, rng, _by: _changed_trip(day, rng, stowage=(("D1", "attic"),)),
    "vehicle_type": lambda day, rng, _by: _changed_route(day, rng, vehicle_type="ghost"),
    "number": lambda day, rng, _by: _changed_route(day, rng, number=5),
    "trips": lambda day, rng, _by: _changed_route(day, rng, trips=()),
    "routes": lambda day, _rng, _by: replace(day, routes=day.routes[1:]),
    "the same route twice": lambda day, _rng, _by: replace(day, routes=(*day.routes, day.routes[0])),
    "unserved": lambda day, _rng, _by: replace(day, unserved=(*day.unserved, Unserved(shipment="D1", reason="U100"))),
    "cost": lambda day, rng, by: replace(day, cost=_with_fen(day.cost, rng, by)),
}
"""A change of each field of a plan, by a number of seconds or fen where it is a number."""


def _with_fen(cost: Cost, rng: random.Random, by: int) -> Cost:
    name = rng.choice([f.name for f in fields(Cost)])
    return replace(cost, **{name: getattr(cost, name) + by})


@pytest.mark.parametrize("field", CHANGES)
@settings(max_examples=12, deadline=None)
@given(day=clean_plans(), seed=st.integers(0, 10**6), by=st.sampled_from([-600, -1, 1, 600]))
def test_a_change_in_any_field_of_a_clean_plan_is_noticed(field: str, day: Plan, seed: int, by: int) -> None:
    """A second, a fen, a place, a shipment or a vehicle: something no longer adds up."""
    if not day.routes:
        return
    changed = CHANGES[field](day, random.Random(seed), by)
    assert check(COUNTY, changed) != ()


@settings(max_examples=25, deadline=None)
@given(clean_plans())
def test_an_idle_vehicle_never_makes_a_violation(day: Plan) -> None:
    """Van 4 stays at home, with a route or without, and a fifth van does no harm."""
    with_idle = replace(day, routes=(*day.routes, Route(vehicle_type="van", number=4, trips=())))
    assert check(COUNTY, with_idle) == ()
    more = replace(COUNTY, vehicle_types=(replace(COUNTY.vehicle_types[0], count=5),))
    assert check(more, day) == ()


def tight_county(rng: random.Random) -> Problem:
    """Return the county with limits drawn so near that most plans break many of them."""
    van = replace(
        COUNTY.vehicle_types[0],
        count=rng.randint(0, 3),
        compartments=(Compartment(capacity=(rng.randint(0, 40),)),),
        shift=TimeWindow(early_s=rng.randint(0, 3_000), late_s=rng.randint(3_000, 9_000)),
        max_overtime_s=rng.randint(0, 3_000),
        range_m=rng.randint(0, 60_000),
        max_trips=rng.randint(1, 2),
        driving_rule=DrivingRule(
            max_driving_s=rng.randint(600, 4_000),
            rest_s=rng.randint(1, 900),
            max_daily_driving_s=rng.randint(600, 8_000),
        ),
    )
    places = tuple(_tight_place(p.id, rng) for p in COUNTY.places)
    places = tuple(replace(p, visit_s=old.visit_s) for p, old in zip(places, COUNTY.places, strict=True))
    tight = tuple(
        replace(
            s,
            ready_s=rng.randint(0, 2_000),
            due_s=rng.randint(1_000, 8_000),
            max_on_board_s=rng.randint(0, 4_000),
            delivery_windows=(TimeWindow(early_s=rng.randint(0, 500), late_s=rng.randint(500, 5_000)),),
        )
        for s in COUNTY.shipments
    )
    depots = (Depot(place="H", loading_s=600, docks=1),)
    return replace(COUNTY, vehicle_types=(van,), places=places, shipments=tight, depots=depots)


def _tight_place(id_: str, rng: random.Random) -> Any:
    old = COUNTY.place(id_)
    window = TimeWindow(early_s=rng.randint(0, 1_000), late_s=rng.randint(1_000, 9_000))
    barred = frozenset() if rng.random() < 0.2 else frozenset({"van"})
    return replace(old, windows=(window,), shelf=(rng.randint(0, 40),), vehicle_types=barred)


def _every_vehicle(county: Problem, **changes: Any) -> Problem:
    return replace(county, vehicle_types=tuple(replace(v, **changes) for v in county.vehicle_types))


def _every_place(county: Problem, **changes: Any) -> Problem:
    return replace(county, places=tuple(replace(p, **changes) for p in county.places))


def _every_shipment(county: Problem, **changes: Any) -> Problem:
    return replace(county, shipments=tuple(replace(s, **changes) for s in county.shipments))


def _driving(county: Problem, **changes: int | None) -> Problem:
    rule = county.vehicle_types[0].driving_rule
    assert rule is not None
    return _every_vehicle(county, driving_rule=replace(rule, **changes))  # type: ignore[arg-type]  # names are fields


RELAXED: dict[str, Callable[[Problem], Problem]] = {
    "count": lambda c: _every_vehicle(c, count=c.vehicle_types[0].count + 1),
    "capacity": lambda c: _every_vehicle(c, compartments=(Compartment(capacity=(50,)),)),
    "shift": lambda c: _every_vehicle(c, shift=TimeWindow(late_s=9_500)),
    "max_overtime_s": lambda c: _every_vehicle(c, max_overtime_s=3_500),
    "range_m": lambda c: _every_vehicle(c, range_m=None),
    "max_trips": lambda c: _every_vehicle(c, max_trips=None),
    "driving_rule": lambda c: _every_vehicle(c, driving_rule=None),
    "max_driving_s": lambda c: _driving(c, max_driving_s=5_000),
    "rest_s": lambda c: _driving(c, rest_s=1),
    "max_daily_driving_s": lambda c: _driving(c, max_daily_driving_s=None),
    "windows": lambda c: _every_place(c, windows=()),
    "shelf": lambda c: _every_place(c, shelf=()),
    "vehicle_types": lambda c: _every_place(c, vehicle_types=None),
    "ready_s": lambda c: _every_shipment(c, ready_s=0),
    "due_s": lambda c: _every_shipment(c, due_s=9_000),
    "max_on_board_s": lambda c: _every_shipment(c, max_on_board_s=None),
    "delivery_windows": lambda c: _every_shipment(c, delivery_windows=()),
    "docks": lambda c: replace(c, depots=(replace(c.depots[0], docks=None),)),
}
"""More of each limit than ``tight_county`` gives."""


@pytest.mark.parametrize("limit", RELAXED)
@settings(max_examples=12, deadline=None)
@given(day=clean_plans(), seed=st.integers(0, 10**6))
def test_relaxing_a_limit_never_adds_a_violation(limit: str, day: Plan, seed: int) -> None:
    """What is wrong under the loose limit was wrong under the tight one, by the same vehicle at the same time."""
    tight = tight_county(random.Random(seed))
    assert _where(check(RELAXED[limit](tight), day)) <= _where(check(tight, day))


def _where(violations: tuple[Violation, ...]) -> set[Violation]:
    return {replace(v, amount=None, limit=None) for v in violations}


IDS = st.sampled_from(["H", "V1", "V2", "V9", "D1", "D2", "U1", "L", "", "van", "box"])
TIMES = st.integers(-5_000, 200_000)
NAMES = st.lists(IDS, max_size=3).map(tuple)


def _wild(kind: type, **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(kind, **parts)


WILD_VISITS = _wild(
    Visit, place=IDS, arrive_s=TIMES, start_s=TIMES, end_s=TIMES, depart_s=TIMES, deliver=NAMES, collect=NAMES
)
WILD_TRIPS = _wild(
    Trip,
    start=IDS,
    end=IDS,
    load_start_s=TIMES,
    depart_s=TIMES,
    return_s=TIMES,
    visits=st.lists(WILD_VISITS, max_size=3).map(tuple),
    stowage=st.lists(st.tuples(IDS, IDS), max_size=2).map(tuple),
)
WILD_ROUTES = _wild(
    Route, vehicle_type=IDS, number=st.integers(-1, 5), trips=st.lists(WILD_TRIPS, max_size=2).map(tuple)
)
WILD_PLANS = _wild(
    Plan,
    routes=st.lists(WILD_ROUTES, max_size=3).map(tuple),
    unserved=st.lists(_wild(Unserved, shipment=IDS, reason=st.just("U100")), max_size=3).map(tuple),
    cost=_wild(Cost, fixed_fen=TIMES),
)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(day=WILD_PLANS, seed=st.integers(0, 10**6))
def test_the_referee_judges_any_plan_without_stumbling(day: Plan, seed: int) -> None:
    """Unknown names, times before midnight, doubles: violations that can be read, never an exception."""
    for violation in check(tight_county(random.Random(seed)), day):
        assert violation.render("zh")
        assert violation.render("en")
