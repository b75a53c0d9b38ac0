"""Exact rides: better than first come first served where that goes wrong, never worse, and never against the rules."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.repair import complete
from optimizer.tiers.exact import assign_exactly
from optimizer.tiers.legs import expand
from optimizer.tiers.model import DIRECT, Way
from optimizer.tiers.offers import Bookings, Refusal, offers_of
from optimizer.tiers.plan import settle
from tests.helpers import HOUR_S
from tests.optimizer.tiers.test_broken_handovers import random_plan
from tests.optimizer.tiers.towns import BEHIND, assert_clean, bus, clocks, tiers, to

if TYPE_CHECKING:
    from optimizer.model import Shipment
    from optimizer.tiers.lines import ScheduledDeparture
    from optimizer.tiers.model import TieredPlan, Tiers

LINE = Way(last="line")


def greedy(county: Tiers) -> TieredPlan:
    """Return the plan in which all go by line, as cheapest insertion and first come first served make it."""
    legs = expand(county, dict.fromkeys(BEHIND, LINE), clocks())
    return settle(legs, complete(legs.problem, {}))


def by_line(goods: list[Shipment], *departures: ScheduledDeparture) -> Tiers:
    """Return the county in which everything behind the station goes by line only."""
    return tiers(goods, departures=departures, modes=dict.fromkeys(BEHIND, frozenset({LINE})))


def cheapest_fen(county: Tiers) -> int:
    """Return the least cost over all assignments, each shipment on each of its offers or on none."""
    goods = county.problem.shipments
    found = [offers_of(county).between(s, s.origin, s.destination) for s in goods]
    options = [(None, *(() if isinstance(own, Refusal) else own)) for own in found]
    best = 1 << 60
    for taken in product(*options):
        bookings, fen = Bookings(county), 0
        for s, offer in zip(goods, taken, strict=True):
            if offer is None:
                fen += s.penalty_fen
            elif bookings.fits(s, offer):
                fen += bookings.fare_fen(s, offer) + s.handling_fen
                bookings.take(s, offer)
            else:
                break
        else:
            best = min(best, fen)
    return best


def test_one_bus_for_both_is_found_where_each_by_itself_takes_a_cheaper_one() -> None:
    """One may take the first or second bus, the other the second or third: 500, 600 and 500 fen, and 100 a piece."""
    goods = [to("V1", id="a", due_s=10 * HOUR_S), to("V1", id="b", ready_s=9 * HOUR_S)]
    fares = {"B1": (8, 500), "B2": (9, 600), "B3": (10, 500)}
    county = by_line(goods, *(bus(name, at_h, fen_per_trip=fen) for name, (at_h, fen) in fares.items()))
    plan = greedy(county)
    exact = assign_exactly(county, plan)
    assert_clean(county, exact)
    assert (plan.plan.cost.total_fen, exact.plan.cost.total_fen) == (1_200, 800)


def test_goods_that_fit_one_departure_only_take_it_before_others() -> None:
    """The large one fits the first bus alone, the small ones find room later; nothing is left to mend."""
    goods = [to("V1", id="a", load=20, penalty_fen=9_000), to("V2", id="b", load=20, penalty_fen=9_000)]
    goods += [to("V3", id="c", load=50, penalty_fen=8_000)]
    county = by_line(goods, bus("B1", 8), bus("B2", 9, room=(20,)), bus("B3", 9.5, room=(20,)))
    plan = greedy(county)
    assert not plan.plan.unserved
    assert assign_exactly(county, plan) == plan


@pytest.mark.parametrize("seed", range(12))
def test_exact_rides_cost_as_little_as_the_best_of_all_assignments(seed: int) -> None:
    """Four shipments, three buses, small enough to try everything."""
    rng = np.random.default_rng(seed)
    goods = [
        to(
            str(rng.choice(BEHIND)),
            id=f"s{k}",
            load=int(rng.integers(5, 40)),
            service_s=int(rng.integers(0, 40)),
            penalty_fen=5_000,
            ready_s=int(rng.choice([0, 8 * HOUR_S + 1])),
        )
        for k in range(4)
    ]
    county = by_line(goods, *(bus(f"B{k}", 8 + k, fen_per_trip=int(rng.integers(0, 900))) for k in range(3)))
    plan = greedy(county)
    exact = assign_exactly(county, plan)
    assert_clean(county, exact)
    assert cheapest_fen(county) <= exact.plan.cost.total_fen <= plan.plan.cost.total_fen
    if not plan.plan.unserved:
        assert exact.plan.cost.total_fen == cheapest_fen(county)


@pytest.mark.parametrize("seed", range(20))
def test_exact_rides_fit_the_trips_of_plans_with_stations_and_loops(seed: int) -> None:
    """Never dearer, always clean, trips untouched, and the same again."""
    county, plan = random_plan(seed)
    exact = assign_exactly(county, plan)
    assert_clean(county, exact)
    assert exact.plan.cost.total_fen <= plan.plan.cost.total_fen
    assert exact.plan.routes == plan.plan.routes
    assert assign_exactly(county, plan) == exact


def test_unserved_goods_of_a_village_that_may_go_by_line_become_exceptions() -> None:
    """No van holds 1,000, but two buses take 1,200; the village's own way is direct."""
    county = tiers(
        [to("V1", load=1_000)], departures=(bus(room=(1_200,)),), modes=dict.fromkeys(BEHIND, frozenset({DIRECT, LINE}))
    )
    legs = expand(county, dict.fromkeys(BEHIND, DIRECT), {})
    plan = settle(legs, complete(legs.problem, {}))
    exact = assign_exactly(county, plan)
    assert_clean(county, exact)
    assert exact.exceptions == {"D-V1": LINE}
    assert exact.plan.cost.total_fen == 100
