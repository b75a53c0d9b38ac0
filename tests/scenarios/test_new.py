"""New counties have what a day needs: places, orders, a fleet that fits, rules, and a list of what is assumed."""

from __future__ import annotations

from functools import cache

import pytest

from scenarios.build import build_problem
from scenarios.errors import InvalidInput
from scenarios.fleet import estimate_work, size_fleet
from scenarios.new import new_scenario
from scenarios.scenario import Load, Order, Scenario, ScenarioPlace

SMALL = {"terrain": "hill", "townships": 3, "villages": 20, "pieces": 300, "brands": 3, "seed": 5}


@cache
def small(**changes: object) -> Scenario:
    """Return a hill county of 20 villages; made once for all tests that only look at it."""
    return new_scenario(**{**SMALL, **changes})  # type: ignore[arg-type]


def test_a_new_county_has_hub_stations_villages_and_orders_of_all_kinds() -> None:
    """1 + 3 + 20 places; every village belongs to the station of its township."""
    scenario = small()
    tiers = [p.tier for p in scenario.places]
    assert tiers == ["hub"] + ["station"] * 3 + ["village"] * 20
    township = {p.id: p.township for p in scenario.places if p.tier == "station"}
    assert all(township[p.station] == p.township for p in scenario.places if p.tier == "village")
    assert sum(o.pieces for o in scenario.orders if o.commodity == "parcel") == 300
    assert {o.brand for o in scenario.orders} == {"中通", "圆通", "韵达", ""}


def test_the_same_arguments_give_the_same_scenario_and_each_of_them_matters() -> None:
    """Equal digests; another seed, another number of pieces or a peak give another day."""
    digests = [small().digest, small(seed=6).digest, small(pieces=301).digest, small(peak=1.3).digest]
    assert len(set(digests)) == 4
    assert small.__wrapped__().digest == digests[0]


def test_the_fleet_mixes_trucks_vans_and_three_wheelers_at_the_hub() -> None:
    """Loads as the sources give them: 1.5 t and 14 m3, 0.8 t and 4.5 m3, and 60 km on a charge."""
    fleet = {v.profile: v for v in small().fleet}
    assert set(fleet) == {"truck", "van", "three_wheeler"}
    assert all(v.depot == "H" and v.count >= 1 for v in fleet.values())
    assert fleet["truck"].compartments[0].room == Load(load_g=1_500_000, load_ml=14_000_000)
    assert fleet["van"].compartments[0].room == Load(load_g=800_000, load_ml=4_500_000)
    assert fleet["three_wheeler"].range_m == 60_000


def test_the_rules_of_the_day_are_set() -> None:
    """Docks, loading, conflicts and cleaning, the driving rule, trunk departures between 15:00 and 17:00."""
    scenario = small()
    hub = scenario.places[0]
    assert (hub.loading_s, hub.docks) == (1_200, -(-sum(v.count for v in scenario.fleet) // 3))
    assert ("pesticide", "greens") in {(c.first, c.second) for c in scenario.conflicts}
    assert ("pesticide", "greens") in {(c.after, c.before) for c in scenario.cleanings}
    assert scenario.policy.driving_rule is not None
    leaves = [b.trunk_leaves_s for b in scenario.brands]
    assert (leaves[0], leaves[-1]) == (15 * 3_600, 17 * 3_600)


def test_what_nobody_has_measured_is_listed_in_both_languages() -> None:
    """Costs, brand shares, piece sizes, freshness, roads: each has its line."""
    listed = small().placeholders
    assert len(listed) == len(set(listed)) > 8
    assert all(text.zh and text.en.isascii() for text in listed)
    for word in ("costs", "shares", "parcel 1.5 kg", "freshness", "fictional", "docks"):
        assert any(word in text.en for text in listed), word


def test_every_shipment_of_a_new_county_can_be_delivered_by_some_vehicle() -> None:
    """No place is out of the van's reach; what is too much for a van goes where a truck can go."""
    county = build_problem(small())
    assert int((county.matrices["van"].duration_s < 0).sum()) == 0
    for shipment in county.problem.shipments:
        ends = [county.problem.index(place) for place in (shipment.origin, shipment.destination)]
        assert any(
            all(load <= most for load, most in zip(shipment.load, vehicle.capacity, strict=True))
            and all(county.problem.matrices[vehicle.profile].duration_s[0, end] >= 0 for end in ends)
            for vehicle in county.problem.vehicle_types
        )


@pytest.mark.parametrize(
    ("change", "field"), [({"pieces": 0}, "pieces"), ({"pieces": 200_001}, "pieces"), ({"brands": 7}, "brands")]
)
def test_refuses_numbers_out_of_range(change: dict[str, int], field: str) -> None:
    """The message names the field and its bounds."""
    with pytest.raises(InvalidInput, match=rf"^E360 {field} is {change[field]}"):
        small(**change)


def test_refuses_what_the_road_generator_refuses() -> None:
    """With its code and sentence among the faults."""
    with pytest.raises(InvalidInput, match=r"^E300 ") as caught:
        small(terrain="swamp")
    assert [fault.code for fault in caught.value.faults] == ["E270"]
    assert "swamp" in caught.value.faults[0].render("zh")


def square(count: int) -> tuple[ScenarioPlace, ...]:
    """Return a hub and ``count``^2 villages on a square grid with sides of about 10 km."""
    step = 0.09 / (count - 1)
    villages = (
        ScenarioPlace(id=f"V{i}", tier="village", name="村", lon=110 + step * (i % count), lat=step * (i // count))
        for i in range(count * count)
    )
    return (ScenarioPlace(id="H", tier="hub", name="中心", lon=110.0, lat=0.0), *villages)


def test_work_grows_with_the_root_of_the_number_of_places() -> None:
    """Four times the villages on the same ground: the tour doubles, the service quadruples.

    100 km2 and 16 villages on a plain: tour 2.0 x 0.7124 x sqrt(1,600) = 57 km, one trip out and back.
    """
    hours = []
    for count in (4, 8):
        places = square(count)
        orders = [Order(id=p.id, origin="H", destination=p.id, load=Load(load_ml=1)) for p in places[1:]]
        hours.append(estimate_work(places, orders, "plain").hours)
    assert hours[0] == pytest.approx((57 + 2 * 1.4 * 5.5 * 17 / 16) / 26 + 17 * 120 / 3_600, rel=0.08)
    assert 2 < hours[1] / hours[0] < 4


def test_a_day_without_orders_still_has_a_small_fleet() -> None:
    """One truck, the fewest vans, one three-wheeler: somebody may yet call."""
    assert [v.count for v in size_fleet(square(2), [], terrain="plain")] == [1, 3, 1]


def test_bulk_asks_for_trucks_and_never_takes_the_vans() -> None:
    """Ten tonnes of fertiliser: ceil(10 / 3.75) + 1 = 4 trucks, and still three vans."""
    places = square(2)
    orders = [Order(id="F", origin="H", destination="V0", commodity="fertilizer", load=Load(load_g=10_000_000))]
    fleet = {v.profile: v.count for v in size_fleet(places, orders, terrain="plain")}
    assert fleet == {"truck": 4, "van": 3, "three_wheeler": 1}
