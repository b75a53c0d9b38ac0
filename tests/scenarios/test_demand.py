"""Drawn orders have the totals, shares, times and goods that the sources give."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest

from optimizer.model import HORIZON_S
from scenarios.demand import PEAKS, draw_orders
from scenarios.goods import COMMODITIES, CONFLICTS, courier_brands
from scenarios.scenario import Order, ScenarioPlace

HOUR_S = 3_600


def county(villages: int = 100) -> tuple[ScenarioPlace, ...]:
    """Return a hub with the seat's station, another station, and villages of 500 or 1,000 people by turns."""
    point = {"lon": 110.0, "lat": 30.0}
    return (
        ScenarioPlace(id="H", tier="hub", name="中心", township="城关镇", **point),
        ScenarioPlace(id="S01", tier="station", name="城关", township="城关镇", population=50_000, **point),
        ScenarioPlace(id="S02", tier="station", name="青龙", township="青龙镇", population=5_000, **point),
        *(
            ScenarioPlace(
                id=f"V{i:03d}",
                tier="village",
                name=f"村{i}",
                township="青龙镇",
                station="S02",
                population=500 * (1 + i % 2),
                **point,
            )
            for i in range(villages)
        ),
    )


def draw(pieces: int = 3_000, *, villages: int = 100, brands: int = 5, seed: int = 1, peak: float = 1.0) -> list[Order]:
    """Return one day's orders of the county above."""
    rng = np.random.default_rng(seed)
    return list(draw_orders(county(villages), courier_brands(brands), pieces=pieces, rng=rng, peak=peak))


def parcels(orders: list[Order], *, down: bool) -> int:
    """Return the parcels of one direction."""
    return sum(o.pieces for o in orders if o.commodity == "parcel" and (o.origin == "H") is down)


def test_parcels_of_both_ways_add_up_to_the_pieces_asked_for() -> None:
    """3,000 pieces at 4.5 : 1 are 2,455 down and 545 up."""
    orders = draw(3_000)
    assert (parcels(orders, down=True), parcels(orders, down=False)) == (2_455, 545)


@pytest.mark.parametrize(("peak", "pieces"), [("promotion", 3_900), ("promotion_day", 5_400), ("forecast", 9_000)])
def test_peaks_multiply_the_parcels(peak: str, pieces: int) -> None:
    """1.3, 1.8 and 3 times 3,000."""
    orders = draw(3_000, peak=PEAKS[peak])
    assert parcels(orders, down=True) + parcels(orders, down=False) == pieces


def test_peaks_leave_the_goods_of_farms_and_shops_alone() -> None:
    """As many kinds and places of them as on a normal day."""
    counts = [Counter(o.commodity for o in draw(peak=peak) if o.commodity != "parcel") for peak in (1.0, 3.0)]
    assert counts[0] == counts[1]


def test_every_village_gets_something_and_large_ones_about_twice_as_much() -> None:
    """1,000 people against 500; the seat's own station has couriers and gets nothing."""
    got: dict[str, int] = defaultdict(int)
    for order in draw(20_000):
        if order.commodity == "parcel" and order.origin == "H":
            got[order.destination] += order.pieces
    assert "S01" not in got
    assert min(got[f"V{i:03d}"] for i in range(100)) >= 1
    large, small = (sum(got[f"V{i:03d}"] for i in range(first, 100, 2)) for first in (1, 0))
    assert large / small == pytest.approx(2, rel=0.2)


def test_brands_share_as_their_weights_say() -> None:
    """The first brand of five has 26 of 90, the last 12; presence by village blurs it."""
    by_brand: dict[str, int] = defaultdict(int)
    for order in draw(100_000, villages=300):
        by_brand[order.brand] += order.pieces if order.commodity == "parcel" else 0
    total = sum(by_brand.values())
    assert by_brand["中通"] / total == pytest.approx(26 / 90, abs=0.06)
    assert by_brand["邮政"] / total == pytest.approx(12 / 90, abs=0.06)


@pytest.mark.parametrize(("villages", "least", "most"), [(60, 20, 20), (200, 60, 62), (600, 100, 100)])
def test_twenty_to_a_hundred_places_send_parcels(villages: int, least: int, most: int) -> None:
    """Three in ten places, but no fewer than 20 and no more than 100."""
    senders = {o.origin for o in draw(20_000, villages=villages) if o.commodity == "parcel" and o.origin != "H"}
    assert least <= len(senders) <= most


def test_an_order_is_all_parcels_of_a_village_and_brand() -> None:
    """No two orders share direction, place and brand, so that one order is one village's bags of one brand."""
    keys = [(o.origin, o.destination, o.brand) for o in draw() if o.commodity == "parcel"]
    assert len(keys) == len(set(keys))


def test_produce_is_picked_in_the_morning_and_due_at_five() -> None:
    """Ready between 08:00 and 12:00 on a quarter of an hour, due at 17:00, with a freshness of its own."""
    fresh = {c.id: c.max_on_board_s for c in COMMODITIES if c.goods_class == "produce"}
    orders = [o for o in draw() if o.commodity in fresh]
    assert {o.commodity for o in orders} == set(fresh) == {"greens", "fruit"}
    for order in orders:
        assert order.destination == "H"
        assert order.ready_s is not None
        assert 8 * HOUR_S <= order.ready_s <= 12 * HOUR_S
        assert order.ready_s % 900 == 0
        assert order.due_s == 17 * HOUR_S
    assert all(limit is not None and limit >= 4 * HOUR_S for limit in fresh.values())


def test_farm_inputs_come_by_the_tonne() -> None:
    """3 in 100 villages order 10 to 60 sacks of 40 kg: 0.4 to 2.4 t each."""
    orders = [o for o in draw() if o.commodity == "fertilizer"]
    assert len(orders) == 3
    assert all(400_000 <= o.load.load_g <= 2_400_000 and o.load.load_g == o.pieces * 40_000 for o in orders)


def test_pesticide_is_ordinary_goods_that_may_not_meet_food() -> None:
    """Low toxicity; in conflict with all that is eaten."""
    pesticide = next(c for c in COMMODITIES if c.id == "pesticide")
    edible = {c.id for c in COMMODITIES if c.goods_class in ("food", "produce")}
    assert pesticide.toxicity == "low"
    assert {c.second for c in CONFLICTS if c.first == "pesticide"} == edible
    assert any(o.commodity == "pesticide" for o in draw())


def test_crates_go_back_and_some_goods_stay_in_the_township() -> None:
    """Empties to the hub; local goods from the township's station to one of its villages."""
    orders = draw()
    assert all(o.destination == "H" for o in orders if o.commodity == "crates")
    local = [o for o in orders if "H" not in (o.origin, o.destination)]
    assert local
    assert {o.origin for o in local} == {"S02"}


def test_brands_arrive_one_after_the_other_and_leave_so_too() -> None:
    """Five brands: ready 06:45 to 08:00, trunk departures 15:00 to 17:00."""
    brands = courier_brands(5)
    ready = [b.waves_s[0] for b in brands]
    leaves = [b.trunk_leaves_s for b in brands]
    assert (ready[0], ready[-1]) == (6 * HOUR_S + 2_700, 8 * HOUR_S)
    assert (leaves[0], leaves[-1]) == (15 * HOUR_S, 17 * HOUR_S)
    assert ready == sorted(ready)
    assert [b.waves_s for b in courier_brands(1)] == [(6 * HOUR_S + 2_700,)]


def test_the_same_seed_draws_the_same_orders() -> None:
    """And another seed others."""
    assert draw(seed=4) == draw(seed=4)
    assert draw(seed=4) != draw(seed=5)


def test_a_county_without_villages_still_has_its_station_and_nothing_else() -> None:
    """All parcels go to the one station that the fleet serves; no goods of farms."""
    orders = draw(50, villages=0)
    assert {o.commodity for o in orders} == {"parcel"}
    assert {o.destination for o in orders if o.origin == "H"} == {"S02"}
    assert all(o.due_s is None or o.due_s <= HORIZON_S for o in orders)
