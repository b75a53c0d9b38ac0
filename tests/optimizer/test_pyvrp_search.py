"""PyVRP as an engine: what it can express is expressed, and comes back as trips."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.bundles import make_bundles
from optimizer.engines import Budget
from optimizer.engines.offers import Offer, whole_fleet
from optimizer.engines.pyvrp_data import NEVER_S, adapt
from optimizer.engines.pyvrp_search import PyVrpSearch, days_of, improve, numbered
from optimizer.model import Compartment, Conflict, Depot, Lock, TimeWindow
from optimizer.repair import complete
from tests.helpers import (
    HOUR_S,
    assert_clean,
    down,
    four_village_problem,
    problem,
    shipment,
    up,
    vehicle,
    with_place,
)

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.problem import Problem


def searched(county: Problem, *, iterations: int = 60, is_coarse: bool = True, start: Plan | None = None) -> Plan:
    """Search, let the referee judge every plan reported, and return the best."""
    plan = PyVrpSearch(is_coarse=is_coarse).search(
        county, Budget(iterations=iterations), 1, start, lambda p: assert_clean(county, p)
    )
    assert_clean(county, plan)
    return plan


def test_reaches_the_optimum_of_the_four_villages() -> None:
    """One van, one sweep: 19,670 fen by hand."""
    assert searched(four_village_problem()).cost.total_fen == 19_670


@pytest.mark.parametrize("is_coarse", [True, False])
def test_neighbours_at_one_place_pay_the_visit_once(is_coarse: bool) -> None:
    """Two waves for V1 in one visit of 60 s: 600 + 60 + 600 s."""
    county = problem([shipment("A", "H", "V1"), shipment("B", "H", "V1", ready_s=600)])
    plan = searched(county, is_coarse=is_coarse)
    (trip,) = plan.routes[0].trips
    assert len(trip.visits) == 1
    assert trip.return_s - trip.load_start_s == 1_260


def test_calls_within_one_of_two_windows() -> None:
    """V1 opens in the morning and again in the afternoon; the goods come at noon, so it is the afternoon."""
    morning, afternoon = (TimeWindow(early_s=h * HOUR_S, late_s=(h + 2) * HOUR_S) for h in (8, 14))
    county = with_place(problem([down(1, ready_s=12 * HOUR_S)]), "V1", windows=(morning, afternoon))
    assert searched(county).routes[0].trips[0].visits[0].start_s >= 14 * HOUR_S


def test_reloads_at_home_and_pays_the_loading() -> None:
    """Three loads of 60 into 100: three trips of one van, loading 600 s each time."""
    county = problem([down(k, 60) for k in (1, 2, 3)], depots=(Depot(place="H", loading_s=600),))
    plan = searched(county)
    assert [len(r.trips) for r in plan.routes] == [3]


def test_sends_the_vehicle_that_may_call_there() -> None:
    """Only the dear truck may call at V1."""
    county = problem([down(1)], (vehicle(), vehicle("truck", fixed_fen=90_000)))
    county = with_place(county, "V1", vehicle_types=frozenset({"truck"}))
    assert [r.vehicle_type for r in searched(county).routes] == ["truck"]


def test_bars_others_by_arcs_that_never_end() -> None:
    """In the van's profile V1 cannot be entered; in the truck's it can."""
    county = problem([down(1)], (vehicle(), vehicle("truck")))
    county = with_place(county, "V1", vehicle_types=frozenset({"truck"}))
    adapter = adapt(county, is_coarse=True)
    kinds = zip(adapter.offers, adapter.data.vehicle_types(), strict=True)
    arcs = {offer.unit[0]: int(adapter.data.duration_matrix(kind.profile)[0, 1]) for offer, kind in kinds}
    assert arcs == {"van": NEVER_S, "truck": 600 + 60}


def test_counts_goods_that_only_some_compartments_hold() -> None:
    """50 chilled of 100 in all: two loads of 30 chilled goods need two trips."""
    boxes = (Compartment(id="cold", capacity=(50,)), Compartment(capacity=(50,), commodities=frozenset({"parcel"})))
    goods = [down(k, 30, commodity="meat") for k in (1, 2)]
    county = problem(goods, (vehicle(compartments=boxes),))
    (kind,) = adapt(county, is_coarse=True).data.vehicle_types()
    assert list(kind.capacity) == [100, 50]
    assert len(searched(county).routes[0].trips) == 2


def test_carries_local_goods_as_pairs() -> None:
    """V1 to V3 on the way."""
    county = problem([down(2), shipment("L", "V1", "V3")])
    plan = searched(county)
    assert not plan.unserved
    assert len(plan.routes[0].trips) == 1


def test_leaves_what_is_not_worth_the_way() -> None:
    """A van costs 10,000; a penalty of 5,000 is cheaper."""
    assert [u.shipment for u in searched(problem([down(1, penalty_fen=5_000)])).unserved] == ["D1"]


def test_brings_up_goods_home_in_time() -> None:
    """U1 is due 1,300 s after the day begins at 06:00, which a trip to V1 alone takes; V4 needs a second trip."""
    van = vehicle(shift=TimeWindow(early_s=6 * HOUR_S, late_s=18 * HOUR_S))
    county = problem([up(1, due_s=6 * HOUR_S + 1_300), down(4)], (van,))
    plan = searched(county)
    assert not plan.unserved


def test_parts_bundles_that_must_not_meet() -> None:
    """Pesticide down to V1 and greens up from V1 are two bundles, parcels join either."""
    goods = [down(1, commodity="pesticide"), up(1, commodity="greens"), shipment("P", "H", "V1")]
    county = problem(goods, conflicts=(Conflict(first="pesticide", second="greens"),))
    assert len(make_bundles(county, county.shipments, is_coarse=True)) == 2


def test_joins_waves_only_when_coarse() -> None:
    """Two release waves for one village: one bundle coarse, two fine."""
    county = problem([shipment("A", "H", "V1"), shipment("B", "H", "V1", ready_s=600)])
    sizes = [len(make_bundles(county, county.shipments, is_coarse=coarse)) for coarse in (True, False)]
    assert sizes == [1, 2]


def test_plans_survive_the_way_to_pyvrp_and_back() -> None:
    """A plan put into PyVRP's terms and read back serves the same on the same trips."""
    county = four_village_problem()
    plan = complete(county, {})
    adapter = adapt(county, is_coarse=True)
    back = numbered(county, adapter.days(adapter.solution(days_of(county, plan))))
    assert complete(county, back) == plan


def test_named_vehicles_keep_their_numbers() -> None:
    """A lock names van 2: it is a unit of its own, and the anonymous ones are numbered around it."""
    county = problem(
        [down(1), down(2)], (vehicle(count=3),), locks=(Lock(shipment="D1", vehicle_type="van", number=2),)
    )
    assert [(o.unit, o.count) for o in whole_fleet(county)] == [(("van", 0), 2), (("van", 2), 1)]
    assert list(numbered(county, [(("van", 0), []), (("van", 2), []), (("van", 0), [])])) == [
        ("van", 2),
        ("van", 1),
        ("van", 3),
    ]


def test_an_offer_refuses_goods_due_before_it_is_home() -> None:
    """Home by 16:00 is too late for goods due at 15:00, unless they are its own."""
    county = problem([up(1, due_s=15 * HOUR_S)])
    (bundle,) = make_bundles(county, county.shipments, is_coarse=True)
    late = Offer(unit=("van", 0), count=1, home_by_s=16 * HOUR_S)
    own = Offer(unit=("van", 0), count=1, home_by_s=16 * HOUR_S, own=frozenset({"U1"}))
    assert (late.takes(bundle), own.takes(bundle)) == (False, True)


def test_same_seed_and_iterations_give_the_same_days() -> None:
    """Work is counted, so nothing depends on the clock."""
    county = four_village_problem()
    runs = [improve(adapt(county, is_coarse=False), Budget(iterations=50), 3, None) for _ in range(2)]
    assert runs[0] == runs[1]


def test_nothing_to_carry_needs_no_search() -> None:
    """No clients: no days."""
    assert improve(adapt(problem([]), is_coarse=True), Budget(iterations=5), 0, None) == []
