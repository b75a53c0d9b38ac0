"""Measures of hand-made days, calculated by hand.

The road: H - V1 - V2 - V3, 10 km and 15 min a step. The van: 100 kg, 1,000 L; 100 yuan a day,
1 yuan a km, 36 yuan an hour.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import pytest

from optimizer.plan import Plan, Route, Trip, Unserved, Visit
from scenarios.kpis import KPI_DEFINITIONS, Kpis, measure
from scenarios.policy import Policy
from scenarios.scenario import Load
from scenarios.service_kpis import weighted_rank
from tests.scenarios.small_county import county, order, place, scenario, van

H = 3_600


def visit(name: str, start_s: int, *, deliver: tuple[str, ...] = (), collect: tuple[str, ...] = ()) -> Visit:
    """Return a visit without waiting and without service time."""
    return Visit(
        place=name, arrive_s=start_s, start_s=start_s, end_s=start_s, depart_s=start_s, deliver=deliver, collect=collect
    )


def one_trip(*visits: Visit, unserved: tuple[str, ...] = (), steps_home: int) -> Plan:
    """Return a plan of one trip that loads and leaves at 08:00 and drives home from its last visit."""
    back_s = visits[-1].depart_s + 900 * steps_home
    trip = Trip(start="H", end="H", load_start_s=8 * H, depart_s=8 * H, return_s=back_s, visits=visits)
    left = tuple(Unserved(shipment=name, reason="U100") for name in unserved)
    return Plan(routes=(Route(vehicle_type="van", number=1, trips=(trip,)),), unserved=left)


def kg(amount: int) -> Load:
    """Return a load of so many kilograms."""
    return Load(load_g=amount * 1_000)


ORDERS = (
    order("1", "H", "V1", brand="a", pieces=4, load=kg(40)),
    order("2", "H", "V2", brand="b", pieces=1, load=kg(20)),
    order("3", "V2", "H", brand="a", pieces=5, load=kg(50)),
    order("4", "H", "V3", brand="b", pieces=10, load=kg(1)),
)
D1, D2, U2, D3 = "H>V1:a:parcel", "H>V2:b:parcel", "V2>H:a:parcel", "H>V3:b:parcel"

PLAN = one_trip(
    visit("V1", 8 * H + 900, deliver=(D1,)),
    visit("V2", 8 * H + 1_800, deliver=(D2,), collect=(U2,)),
    unserved=(D3,),
    steps_home=2,
)
"""H to V1 with 60 kg, V1 to V2 with 20 kg, V2 to H with 50 kg up; V3 is left behind. 40 km, 1 h."""


def kpis(plan: Plan = PLAN, **changes: object) -> Kpis:
    """Return the measures of the day of ``ORDERS``."""
    return measure(county(scenario(**{"orders": ORDERS, **changes})), plan)


def test_cost_per_piece_counts_each_carried_piece_once_and_no_penalty() -> None:
    """100 yuan + 40 km x 1 + 1 h x 36 = 176 yuan over 4 + 1 + 5 pieces."""
    found = kpis()
    assert (found.fixed_cost_fen, found.distance_cost_fen, found.time_cost_fen) == (10_000, 4_000, 3_600)
    assert found.operating_cost_fen == 17_600
    assert found.cost_per_piece_fen == pytest.approx(1_760)


def test_costs_add_up_where_a_vehicle_is_paid_by_the_piece() -> None:
    """10 pieces at 70 fen are 7 yuan; hired for at least 20, the van costs 20 more, and every fen has a row."""
    found = kpis(fleet=(van(piece_fen=70),))
    assert (found.pay_cost_fen, found.operating_cost_fen) == (700, 17_600 + 700)
    found = kpis(fleet=(van(piece_fen=70, min_pay_fen=2_000),))
    assert (found.pay_cost_fen, found.line_cost_fen, found.operating_cost_fen) == (2_000, 0, 17_600 + 2_000)
    names = [name for name in KPI_DEFINITIONS if name.endswith("_cost_fen") and name != "operating_cost_fen"]
    assert sum(getattr(found, name) for name in names) == found.operating_cost_fen


def test_load_factor_is_weighed_by_kilometres_and_told_for_down_and_up_apart() -> None:
    """Down (60 x 10 + 20 x 10) / (100 x 40) = 0.2; up 50 x 20 / 4,000 = 0.25; litres are all zero."""
    assert (kpis().load_factor_down, kpis().load_factor_up) == (pytest.approx(0.2), pytest.approx(0.25))


def test_load_factor_is_that_of_the_tightest_dimension() -> None:
    """900 of 1,000 L over half of the way beat 1 of 100 kg: 0.45."""
    orders = (order("1", "H", "V1", brand="a", load=Load(load_g=1_000, load_ml=900_000)),)
    found = kpis(one_trip(visit("V1", 8 * H + 900, deliver=(D1,)), steps_home=1), orders=orders)
    assert found.load_factor_down == pytest.approx(0.45)


def test_empty_share_is_the_kilometres_with_nothing_on_board() -> None:
    """Out with goods, home with none: half. With goods both ways: none."""
    orders = (order("1", "H", "V1", brand="a"),)
    assert kpis(one_trip(visit("V1", 8 * H + 900, deliver=(D1,)), steps_home=1), orders=orders).empty_share == 0.5
    assert kpis().empty_share == 0.0


def test_co_delivery_share_counts_pieces_on_trips_of_two_brands() -> None:
    """10 of 20 pieces rode on a trip of brands a and b; the 10 left behind were on none."""
    assert kpis().co_delivery_share == pytest.approx(0.5)


def test_goods_without_a_brand_make_no_trip_shared() -> None:
    """One brand and one farmer."""
    orders = (order("1", "H", "V1", brand="a"), order("2", "H", "V2"))
    plan = one_trip(
        visit("V1", 8 * H + 900, deliver=(D1,)), visit("V2", 8 * H + 1_800, deliver=("H>V2:-:parcel",)), steps_home=2
    )
    assert kpis(plan, orders=orders).co_delivery_share == 0.0


def test_coverage_counts_administrative_villages_with_enough_visits_a_week() -> None:
    """2 of 3 villages are visited 5 days a week: covered at 5, not at 6; a hamlet does not count."""
    policy = Policy(service_days_per_week=5, coverage_visits_per_week=5)
    assert kpis(policy=policy).coverage == pytest.approx(2 / 3)
    assert kpis(policy=replace(policy, coverage_visits_per_week=6)).coverage == 0.0
    places = (place(0), place(1), place(2), place(3, is_administrative=False))
    assert kpis(policy=policy, places=places).coverage == 1.0


def test_timeliness_runs_from_ready_to_handover_and_weighs_pieces() -> None:
    """Ready at 08:00; 4 pieces after 15 min, 1 after 30: half of them by 15 min, nine tenths by 30."""
    assert (kpis().timeliness_p50_s, kpis().timeliness_p90_s) == (900, 1_800)


def test_on_time_share_counts_the_unserved_as_late() -> None:
    """Promise 08:20: 4 of 15 down pieces; promise 08:30 sharp: 5 of 15."""
    assert kpis(policy=Policy(promise_s=8 * H + 1_200)).on_time_share == pytest.approx(4 / 15)
    assert kpis(policy=Policy(promise_s=8 * H + 1_800)).on_time_share == pytest.approx(5 / 15)


def test_the_worst_tenth_of_three_villages_is_one_village() -> None:
    """V3's goods wait until midnight: 16 h after 08:00."""
    assert kpis().worst_decile_s == pytest.approx(16 * H)


def test_days_between_visits_and_the_longest_gap() -> None:
    """Two villages once a day on 5 of 7 days: 1.4 days; V3 was last visited 4 days ago, V1 today."""
    places = (place(0), place(1, last_visit=date(2026, 2, 1)), place(2), place(3, last_visit=date(2026, 3, 1)))
    found = kpis(places=places, policy=Policy(service_days_per_week=5))
    assert found.days_between_visits == pytest.approx(1.4)
    assert found.longest_gap_days == 4


def test_distance_to_the_pickup_point_is_weighted_by_inhabitants() -> None:
    """100 m for 300 people and 900 m for 100: 300 m; the third village states none."""
    near, far = place(1, pickup_distance_m=100, population=300), place(2, pickup_distance_m=900, population=100)
    found = kpis(places=(place(0), near, far, place(3)))
    assert found.pickup_distance_m == pytest.approx(300)


def test_counts_of_the_day() -> None:
    """One van, one trip, two visits, 40 km, an hour all of it driving, one shipment of 10 pieces left."""
    found = kpis()
    assert (found.vehicles, found.trips, found.visits) == (1, 1, 2)
    assert (found.distance_m, found.duration_s, found.driving_s) == (40_000, H, H)
    assert (found.pieces, found.carried_pieces) == (20, 10)
    assert (found.unserved_shipments, found.unserved_pieces) == (1, 10)


def test_brands_are_told_apart() -> None:
    """Brand a: 9 pieces, all carried. Brand b: 11, of which 1 carried and on time."""
    a, b = kpis().brands
    assert (a.brand, a.pieces, a.carried_pieces, a.unserved_shipments, a.on_time_share) == ("a", 9, 9, 0, 1.0)
    assert (b.brand, b.pieces, b.carried_pieces, b.unserved_shipments) == ("b", 11, 1, 1)
    assert b.on_time_share == pytest.approx(1 / 11)


def test_a_day_without_trips_has_no_ratios() -> None:
    """Nothing carried: no cost per piece, no load factor, no timeliness; but a service level of zero."""
    plan = Plan(unserved=tuple(Unserved(shipment=name, reason="U100") for name in (D1, D2, U2, D3)))
    found = kpis(plan)
    assert found.cost_per_piece_fen is None
    assert found.load_factor_down is None
    assert found.timeliness_p50_s is None
    assert (found.on_time_share, found.coverage, found.co_delivery_share) == (0.0, 0.0, 0.0)


def test_every_measure_has_its_definition_in_both_languages() -> None:
    """All fields but the table of brands, and nothing else."""
    assert set(KPI_DEFINITIONS) == {f.name for f in fields(Kpis)} - {"brands"}
    for definition in KPI_DEFINITIONS.values():
        assert all((*definition.name, *definition.text, definition.unit, definition.group))


def test_ranks_are_of_the_weight() -> None:
    """10 with weight 1, 20 with 8, 30 with 1: half at 20, nine tenths still at 20, all at 30; nothing has no rank."""
    values = [(30, 1), (10, 1), (20, 8)]
    assert [weighted_rank(values, share) for share in (0.1, 0.5, 0.9, 1.0)] == [10, 20, 20, 30]
    assert weighted_rank([], 0.5) is None
    assert weighted_rank([(5, 0)], 0.5) is None


def test_a_van_by_the_hour_costs_its_share() -> None:
    """An idle vehicle type costs nothing and does not count."""
    assert kpis(fleet=(van(), van("spare"))).vehicles == 1
