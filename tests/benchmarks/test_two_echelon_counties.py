"""Counties of the benchmark: drawn alike each time, stations on the way, baselines that the referee accepts."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.tier_counties import SHAPES, county, names
from benchmarks.tier_runs import Outcome, only, saving, summary
from optimizer.stop import Stop
from optimizer.tiers.check import check_tiers
from optimizer.tiers.model import Way
from optimizer.tiers.moves import Moves
from optimizer.tiers.search import walked


@pytest.mark.parametrize("name", names([1]))
def test_a_county_is_the_same_each_time_and_has_its_size(name: str) -> None:
    """187 villages and 11 stations in the mountains; every village has a way through its own station."""
    tiers, again = county(name), county(name)
    shape = SHAPES[name.partition("-")[0]]
    assert tiers.problem.shipments == again.problem.shipments
    assert (len(tiers.modes), len(tiers.stations)) == (shape.villages, shape.towns)
    assert all(len(ways) >= 2 for ways in tiers.modes.values())
    assert len(tiers.departures) > 0


def test_roads_are_trees_so_that_the_way_to_a_village_leads_through_its_township() -> None:
    """Metres from the hub to each village are those to its station and on, but for rounding up."""
    tiers = county("mountain-1")
    metres, index = tiers.problem.matrices["van"].distance_m, tiers.problem.index
    for village, ways in tiers.modes.items():
        (town,) = (index(way.station) for way in ways if way.station)
        detour_m = metres[0, town] + metres[town, index(village)] - metres[0, index(village)]
        assert 0 <= detour_m <= 1


def test_one_way_for_every_place_leaves_nothing_to_choose() -> None:
    """All through the nearest station; a few moves keep to it, and the referee agrees."""
    tiers = county("pastoral-1")
    through = only(tiers, Moves(tiers, np.random.default_rng(1)).through())
    plan = walked(through, stop=Stop(iterations=1), seed=1)
    assert check_tiers(through, plan) == ()
    assert all(way == Way(way.station) and way.station for way in plan.choice.values())


def test_savings_are_against_the_best_of_the_others() -> None:
    """95 against 100 and 110: five per cent; with nobody to compare there is none."""
    found = [Outcome(solver, fen, 0, (), 1.0) for solver, fen in (("direct", 110), ("through", 100), ("ours", 95))]
    assert saving(found) == 5
    assert saving(found[2:]) is None
    assert "5.00 % cheaper" in summary({"a": 5.0})[0]
