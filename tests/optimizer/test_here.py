"""A search in this very process: the plan that a solver process would find, and when it is short enough to be here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.here import MOST_S, is_short, search_here
from optimizer.model import Lock
from optimizer.repair import complete
from optimizer.solve import solve
from optimizer.stop import Stop
from tests.helpers import assert_clean, four_village_problem


@pytest.mark.slow
def test_it_finds_what_a_process_would_find() -> None:
    """Same problem, seed and rounds, from the same plan."""
    county, stop = four_village_problem(), Stop(iterations=3)
    start = complete(county, {})
    here = search_here(county, stop=stop, seed=7, start=start)
    there = solve(county, stop=stop, seed=7, start=start)
    assert (here.plan.routes, here.plan.cost) == (there.plan.routes, there.plan.cost)
    assert not here.is_stopped


def test_a_plan_that_breaks_a_lock_is_mended() -> None:
    """All ride with van#1, and D1 is locked to van#2: it changes over, which costs another vehicle's day."""
    county = four_village_problem()
    start = complete(county, {})
    assert [route.vehicle for route in start.routes] == ["van#1"]
    locked = replace(county, locks=(Lock(shipment="D1", vehicle_type="van", number=2),))
    found = search_here(locked, stop=Stop(iterations=2), seed=0, start=start).plan
    assert_clean(locked, found)
    carrier = {i: route.vehicle for route, trip in found.trips() for i in trip.shipments}
    assert carrier["D1"] == "van#2"
    assert found.unserved == ()


@pytest.mark.parametrize(
    ("stop", "workers", "is_here"),
    [
        (Stop(seconds=MOST_S), 1, True),
        (Stop(seconds=MOST_S + 0.1), 1, False),
        (Stop(iterations=9), 1, True),
        (Stop(seconds=MOST_S), 2, False),
    ],
)
def test_only_a_short_search_of_one_worker_is_made_here(stop: Stop, workers: int, *, is_here: bool) -> None:
    """On both sides of the limit."""
    assert is_short(stop, workers) == is_here
