"""Sampled days: the same days for every variant, whatever orders it has, and as many pieces as today on average."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from statistics import NormalDist, mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.errors import InvalidInput
from scenarios.market_days import parse_market_days
from scenarios.policy import Policy
from scenarios.sampled_days import (
    PEAK_FACTORS,
    PLACEHOLDERS,
    DayModel,
    SampledDay,
    market_places,
    orders_on,
    plan_days,
    sample_days,
    with_pieces,
)
from scenarios.scenario import PARCEL, Commodity, Load, OrderLock
from tests.scenarios.small_county import DAY, order, place, scenario

STILL = DayModel(day_spread=0, order_spread=0)
"""Nothing varies by chance, so that factors can be read off."""

PLACES = (
    place(0),
    place(1, township="east"),
    place(2, township="east", last_visit=DAY - timedelta(days=3)),
    place(3, township="west"),
)


def day_with(*orders, **changes):
    """Return the small county with these orders."""
    return scenario(places=PLACES, orders=orders, **changes)


def pieces(day) -> dict[str, int]:
    """Return the pieces of each order that is there."""
    return {o.id: o.pieces for o in day.orders}


BASE = day_with(
    *(order(f"{brand}{k}", "H", f"V{k}", brand=brand, pieces=20) for brand in ("A", "B") for k in (1, 2, 3))
)


def test_a_week_of_days_has_every_weekday_once_and_twelve_weeks_every_date_once() -> None:
    days = [day.date for day in plan_days(DAY, 84, seed=1)]
    for week in range(12):
        assert {d.weekday() for d in days[7 * week : 7 * week + 7]} == set(range(7))
    assert sorted(days) == [DAY + timedelta(days=k) for k in range(84)]
    assert min(day.date for day in plan_days(DAY, 91, seed=1)[84:]) >= DAY + timedelta(days=84)


@given(seed=st.integers(0, 2**32), few=st.integers(1, 20), more=st.integers(0, 100))
@settings(max_examples=30, deadline=None)
def test_a_longer_plan_begins_with_the_shorter_one_and_has_the_same_peaks(seed: int, few: int, more: int) -> None:
    short = plan_days(DAY, few, seed, peaks=PEAK_FACTORS)
    long = plan_days(DAY, few + more, seed, peaks=PEAK_FACTORS)
    assert short[:few] == long[:few]
    assert short[few:] == long[few + more :]
    assert [day.peak for day in short[few:]] == [1.3, 1.8, 3.0]


def test_the_calendar_can_be_counted_on_the_plan() -> None:
    """Of 84 days from 5 March 2026 a sixth are days of 子 or 午 and a quarter are days of a four-day cycle."""
    days = [day.date for day in plan_days(DAY, 84, seed=7)]
    counts = Counter(
        rule for rule in ("branch:子,午", "cycle4:2026-01-01") for d in days if parse_market_days(rule).is_market_day(d)
    )
    assert counts == {"branch:子,午": 14, "cycle4:2026-01-01": 21}


def test_the_same_seed_gives_the_same_days_and_another_seed_others() -> None:
    first, again, other = (sample_days(BASE, 3, seed) for seed in (1, 1, 2))
    assert [day.digest for day in first] == [day.digest for day in again]
    assert [pieces(day) for day in first] != [pieces(day) for day in other]


def test_days_differ_from_one_another() -> None:
    days = sample_days(BASE, 5, seed=1)
    assert len({tuple(pieces(day).items()) for day in days}) == 5
    assert len({day.date for day in days}) == 5


def test_taking_a_brand_away_leaves_the_draws_of_the_others_as_they_were() -> None:
    alone = replace(BASE, orders=tuple(o for o in BASE.orders if o.brand == "B"))
    for shared, own in zip(sample_days(BASE, 6, seed=3), sample_days(alone, 6, seed=3), strict=True):
        assert own.date == shared.date
        assert own.orders == tuple(o for o in shared.orders if o.brand == "B")


def test_the_order_in_which_orders_stand_does_not_matter() -> None:
    turned = replace(BASE, orders=BASE.orders[::-1])
    for one, other in zip(sample_days(BASE, 3, seed=3), sample_days(turned, 3, seed=3), strict=True):
        assert pieces(one) == pieces(other)


@given(volume=st.floats(0.3, 3), seed=st.integers(0, 1_000))
@settings(max_examples=40, deadline=None)
def test_more_volume_never_gives_an_order_fewer_pieces(volume: float, seed: int) -> None:
    day = SampledDay(id="day 1", date=DAY)
    low = {o.id: o.pieces for o in orders_on(BASE, day, seed, model=DayModel(volume=volume))}
    high = {o.id: o.pieces for o in orders_on(BASE, day, seed, model=DayModel(volume=volume * 1.1))}
    assert all(low.get(o.id, 0) <= high.get(o.id, 0) for o in BASE.orders)


def test_the_mean_over_many_days_is_todays_even_for_single_pieces() -> None:
    """An order of 1 piece with a spread of 0.35: standard error over 2,000 days about 0.013."""
    one = day_with(order("O", "H", "V1"))
    model = DayModel(day_spread=0)
    seen = [
        sum(o.pieces for o in orders_on(one, SampledDay(id=str(k), date=DAY), 5, model=model)) for k in range(2_000)
    ]
    assert mean(seen) == pytest.approx(1, abs=0.05)


def test_the_spread_of_one_order_is_the_one_that_was_asked_for() -> None:
    """The share of days below the median of a log-normal factor of mean 1, exp(-0.5 x 0.5 / 2) = 0.882, is a half."""
    one = day_with(order("O", "H", "V1", pieces=100_000))
    model = DayModel(day_spread=0, order_spread=0.5)
    seen = sorted(
        orders_on(one, SampledDay(id=str(k), date=DAY), 5, model=model)[0].pieces / 100_000 for k in range(1_001)
    )
    assert seen[500] == pytest.approx(0.882, abs=0.05)
    assert seen[841] / seen[500] == pytest.approx(2.718 ** (0.5 * NormalDist().inv_cdf(841 / 1000)), abs=0.12)


def test_an_order_that_has_no_piece_is_not_there_that_day() -> None:
    few = day_with(order("O", "H", "V1"), order("P", "H", "V2", pieces=500))
    counts = [set(pieces(day)) for day in sample_days(few, 30, seed=1)]
    assert {"P"} in counts
    assert {"O", "P"} in counts


def test_a_peak_lifts_parcels_and_nothing_else() -> None:
    """20 parcels x 1.8 = 36; 20 sacks stay 20."""
    sacks = Commodity(id="sacks", goods_class="farm_input")
    goods = (order("P", "H", "V1", pieces=20), order("S", "H", "V1", pieces=20, commodity="sacks"))
    ordinary, peak = sample_days(day_with(*goods, commodities=(PARCEL, sacks)), 1, 1, peaks=(1.8,), model=STILL)
    assert pieces(ordinary) == {"P": 20, "S": 20}
    assert pieces(peak) == {"P": 36, "S": 20}


def test_a_market_lifts_what_comes_from_or_goes_to_its_town_on_its_day() -> None:
    """East has its market on Saturdays: 20 x 1.5 = 30 both ways; the hub and West are as always."""
    model = replace(STILL, markets={"east": parse_market_days("weekday:6")}, market_factor=1.5)
    goods = (order("E", "H", "V1", pieces=20), order("U", "V2", "H", pieces=20), order("W", "H", "V3", pieces=20))
    for day in sample_days(day_with(*goods), 7, 1, model=model):
        lifted = 30 if day.date.isoweekday() == 6 else 20
        assert pieces(day) == {"E": lifted, "U": lifted, "W": 20}


def test_weekdays_and_volume_multiply() -> None:
    """Monday 2, all else 1, volume 0.5: 20 parcels are 20 on a Monday and 10 otherwise."""
    model = replace(STILL, weekdays=(2.0, 1, 1, 1, 1, 1, 1), volume=0.5)
    for day in sample_days(day_with(order("O", "H", "V1", pieces=20)), 7, 1, model=model):
        assert pieces(day) == {"O": 20 if day.date.isoweekday() == 1 else 10}


def test_what_is_of_the_whole_order_scales_with_its_pieces_and_is_rounded_up() -> None:
    """3 of 2 pieces: 1,001 g x 3 / 2 = 1,501.5, so 1,502; what is not told stays so."""
    double = order("O", "H", "V1", pieces=2, load=Load(load_g=1_001, totes=1), service_s=5, penalty_fen=100)
    more = with_pieces(double, 3)
    assert more.load == Load(load_g=1_502, totes=2)
    assert (more.service_s, more.penalty_fen, more.handling_fen) == (8, 150, None)


def test_locks_are_of_today_and_visits_lie_as_many_days_back_as_today() -> None:
    base = replace(BASE, locks=(OrderLock(order="A1", vehicle_type="van"),))
    for day in sample_days(base, 4, seed=1):
        assert day.locks == ()
        visits = {p.id: p.last_visit for p in day.places if p.last_visit is not None}
        assert visits == {"V2": day.date - timedelta(days=3)}


def test_what_is_assumed_stands_among_the_placeholders_once() -> None:
    model = DayModel(markets={"east": parse_market_days("1,4,7")})
    assert PLACEHOLDERS[0] in sample_days(BASE, 1, 1)[0].placeholders
    assert PLACEHOLDERS[1] not in sample_days(BASE, 1, 1)[0].placeholders
    once = sample_days(BASE, 1, 1, model=model)[0]
    assert sample_days(once, 1, 1, model=model)[0].placeholders == once.placeholders == PLACEHOLDERS


def test_a_market_in_an_unknown_township_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^E349 markets .*nowhere"):
        sample_days(BASE, 1, 1, model=DayModel(markets={"nowhere": parse_market_days("1")}))


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda: plan_days(date(2026, 1, 1), 0, 1), "days"),
        (lambda: plan_days(date(2026, 1, 1), 1, 1, peaks=(0.0,)), "peak"),
        (lambda: DayModel(volume=0), "volume"),
        (lambda: DayModel(market_factor=-1), "market_factor"),
        (lambda: DayModel(day_spread=-0.1), "day_spread"),
        (lambda: DayModel(order_spread=-0.1), "order_spread"),
        (lambda: DayModel(weekdays=(1.0,) * 6), "weekdays"),
        (lambda: DayModel(weekdays=(1.0,) * 6 + (0.0,)), "weekdays"),
    ],
)
def test_no_day_and_factors_that_are_not_above_0_are_refused(call, what: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^E349 {what} "):
        call()


@pytest.mark.parametrize(
    ("rule", "is_open"),
    [
        ("5", True),
        ("6", False),
        ("weekday:4", True),
        ("lunar:7", True),
        ("branch:寅", True),
        ("cycle4:2026-03-01", True),
    ],
)
def test_a_market_of_the_scenario_draws_its_whole_township(rule: str, is_open: bool) -> None:
    """Thursday 2026-03-05 is the 17th of the first lunar month and a 寅 day; 10 pieces become 15, or stay 10."""
    places = (PLACES[0], replace(PLACES[1], market=parse_market_days(rule)), *PLACES[2:])
    orders = (order("e", "H", "V2", pieces=10), order("w", "H", "V3", pieces=10))
    there = scenario(places=places, orders=orders, policy=Policy(market_factor=1.5))
    found = orders_on(there, SampledDay(id="d", date=DAY), 0, model=STILL)
    assert [o.pieces for o in found] == [15 if is_open else 10, 10]


def test_a_model_with_a_rule_for_a_township_takes_the_place_of_its_own() -> None:
    """The scenario says market on the 5th, the variants' file on the 6th: on the 5th there is none."""
    places = (PLACES[0], replace(PLACES[1], market=parse_market_days("5")), *PLACES[2:])
    there = scenario(places=places)
    assert market_places(there, DAY) == {"V1", "V2"}
    assert market_places(there, DAY, DayModel(markets={"east": parse_market_days("6")})) == set()
