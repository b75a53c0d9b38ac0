"""Sets with windows, each echelon an ordinary problem: by hand, and both together against the exact model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.two_echelon import timed_search
from benchmarks.two_echelon.echelons import Offer, hauls_of, hauls_problem, last_start, loops_of, loops_problem
from benchmarks.two_echelon.exact_timed import solve_timed_exactly
from benchmarks.two_echelon.instance import Fleet, Loop, TwoEchelon, TwoEchelonPlan
from benchmarks.two_echelon.judge import judge
from optimizer.repair import complete
from optimizer.schedule import TripDraft, VisitDraft
from optimizer.tiers.cooling import cooled, counted

ROAD = np.array([0, 10, 20, 12, 14, 22])
"""Depot, satellites at 10 and 20, customers 2 and 4 beyond the first and 2 beyond the second."""


def road(late: tuple[float, float, float] = (99, 99, 99), pickup: int = 2) -> TwoEchelon:
    """Return the road: 4 to each customer, who serves in 2; 0.5 hands over a unit; freighters hold 8, trucks 20."""
    return TwoEchelon(
        family="tiny",
        name="road",
        num_satellites=2,
        length=np.abs(ROAD[:, None] - ROAD[None, :]),
        delivery=np.array([0, 0, 0, 4, 4, 4]),
        pickup=np.array([0, 0, 0, pickup, pickup, pickup]),
        trucks=Fleet(capacity=20),
        freighters=Fleet(capacity=8),
        service=np.array([0, 0, 0, 2, 2, 2]),
        windows=np.array([(0, 999)] * 3 + [(0, x) for x in late]),
        handling=0.5,
    )


def visit(place: str, deliver: tuple[str, ...], collect: tuple[str, ...]) -> VisitDraft:
    """Return one call of a trip."""
    return VisitDraft(place=place, deliver=deliver, collect=collect)


def test_a_freighter_may_set_out_until_its_tightest_customer_would_close() -> None:
    """At 3 by 30, at 4 by 33: 33 less 2 of way and 2 of service is 29 at 3, and 2 before at the satellite."""
    assert last_start(road(late=(30, 33, 99)), Loop(satellite=1, customers=(3, 4))) == 27


@pytest.mark.parametrize(("late", "is_served"), [(20.0, True), (19.9, False)])
def test_freighters_set_out_when_their_load_may_have_come(late: float, *, is_served: bool) -> None:
    """For 8 from 14 on; 6 of way and service to the second customer after the first makes 20."""
    offers = [Offer(1, 14.0, 8)]
    problem = loops_problem(road(late=(99, late, 99)), [3, 4], offers)
    days = {("f0", 1): [TripDraft(visits=(visit("C3", ("D3",), ("U3",)), visit("C4", ("D4",), ("U4",))))]}
    plan = complete(problem, days, insert=False)
    assert (loops_of(plan, offers) == (Loop(satellite=1, customers=(3, 4)),)) == is_served


def test_goods_to_collect_go_along_with_those_delivered() -> None:
    """One trip brings to both customers and collects at the second, another collects at the first."""
    offers = [Offer(1, 14.0, 8)]
    problem = loops_problem(road(), [3, 4], offers)
    first = TripDraft(visits=(visit("C3", ("D3",), ()), visit("C4", ("D4",), ("U4",))))
    second = TripDraft(visits=(visit("C3", (), ("U3",)),))
    plan = complete(loops_problem(road(), [3, 4, 5], offers), {("f0", 1): [first]}, insert=False)
    assert loops_of(plan, offers) == (Loop(satellite=1, customers=(3, 4)),)
    assert problem.shipment_of["U3"].destination == "H"
    wider = [offers[0], Offer(2, 30.0, 8)]
    both = complete(loops_problem(road(), [3, 4], wider), {("f0", 1): [first], ("f1", 1): [second]}, insert=False)
    assert len(both.routes) == 2
    assert loops_of(both, wider) == (Loop(satellite=1, customers=(3, 4)),)


def test_a_truck_hands_over_one_load_after_the_other() -> None:
    """Loads of 8 and 4 at 10 and 20: there at 10, handed over by 14, on at 24, handed over by 26: the last moment."""
    given = road(late=(99, 99, 28))
    loops = (Loop(satellite=1, customers=(3, 4)), Loop(satellite=2, customers=(5,)))
    haul = [[visit("L3", ("G3",), ()), visit("L5", ("G5",), ())]]
    days = {("truck", 1): [TripDraft(visits=tuple(visits)) for visits in haul]}
    down = complete(hauls_problem(given, loops, is_up=False), days, insert=False)
    up = cooled(hauls_problem(given, loops, is_up=True), None, rng=np.random.default_rng(1), shares=counted(1))
    plan = TwoEchelonPlan(
        hauls=hauls_of(given, down, loops, is_up=False),
        loops=loops,
        collections=hauls_of(given, up, loops, is_up=True),
    )
    assert [[call.satellite for call in haul] for haul in plan.hauls] == [[1, 2]]
    assert judge(given, plan) == (92, [])  # 40 there and back twice, loops of 8 and 4
    tighter = hauls_problem(road(late=(99, 99, 27.9)), loops, is_up=False)
    assert len(complete(tighter, days, insert=False).unserved) == 1


def test_a_load_that_none_of_the_shares_brings_in_time_is_offered_alone() -> None:
    """Shares are 4 and 8; 3 are handed over at 11.5 and 2 further at 13.5, when the customer closes; 4 are late."""
    given = replace(road(late=(13.5, 99, 99)), delivery=np.array([0, 0, 0, 3, 4, 4]))
    offers = timed_search.early_offers(given)
    assert {offer.capacity for offer in offers if offer.satellite == 1} == {3, 4, 8}
    assert {offer.capacity for offer in offers if offer.satellite == 2} == {4, 8}
    assert all(offer.leave == 10 * offer.satellite + offer.capacity / 2 for offer in offers)


def test_a_search_without_an_end_is_refused() -> None:
    """Neither time nor moves."""
    with pytest.raises(ValueError, match="neither seconds nor moves"):
        timed_search.together(road(), seed=1)


def test_both_echelons_together_find_the_best_plan_of_a_short_road() -> None:
    """As cheap as the exact model, and no dearer than two-stage; every plan keeps the rules of the set."""
    given = road(late=(20, 40, 60))
    proof = solve_timed_exactly(given)
    whole = judge(given, timed_search.together(given, moves=30, seed=1))
    staged = judge(given, timed_search.two_stage(given, seconds=0.5, seed=1))
    assert whole == (pytest.approx(proof.cost), [])
    assert staged[1] == []
    assert staged[0] >= whole[0] - 1e-6
