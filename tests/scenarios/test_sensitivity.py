"""Sensitivity: factors are read with every fault, swings and break-evens are those of planted costs."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.comparison import Interval
from scenarios.errors import InvalidInput
from scenarios.files import read_scenario
from scenarios.sensitivity import (
    Throughout,
    at,
    break_evens_of,
    changes_in,
    crossings_in,
    curve_of,
    find_break_evens,
    grid_of,
    on_common_days,
    read_factors,
    sides_of,
    throughout_of,
)
from scenarios.text import Text
from scenarios.variants.model import Variant, VariantSet
from tests.scenarios.small_county import plain_kpis

if TYPE_CHECKING:
    from scenarios.kpis import Kpis
    from scenarios.scenario import Scenario
    from scenarios.sensitivity import Factor

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
VAN = Variant(id="base", name=Text("面包车", "van"))
BUS = Variant(id="bus", name=Text("班车", "bus"), volume=1.0)
SIDES = VariantSet(variants=(VAN, BUS))


@pytest.fixture(scope="module")
def county() -> Scenario:
    """Read the four villages."""
    return read_scenario(LIBRARY / "four_villages")


def planted(factor: Factor, noise_fen: int = 0) -> dict[str, dict[str, Kpis]]:
    """Return two days on which the van costs 1,000 a unit of volume, the bus 600 and 300 a unit more."""
    measured: dict[str, dict[str, Kpis]] = {}
    for text in (*factor.texts, "1"):
        volume = float(text)
        for side, cost in ((VAN, 1_000 * volume), (BUS, 600 + 300 * volume)):
            name = side.id if text == "1" else at(side, "volume", text).id
            extra = noise_fen if side is BUS else 0
            measured[name] = {"day 1": plain_kpis(cost), "day 2": plain_kpis(cost + 50 + extra)}
    return measured


def test_a_planted_break_even_is_found_where_the_lines_cross(county: Scenario) -> None:
    """1,000 v = 600 + 300 v at v = 6/7, between the grid's 0.8 and 0.9; the van is cheaper below."""
    (factor,) = read_factors(["volume=0.7:1.3:0.1"], county, (VAN, BUS))
    measured = planted(factor)
    one, other = curve_of(measured, VAN, factor), curve_of(measured, BUS, factor)
    (found,) = break_evens_of(measured, one, other)
    assert found.at == pytest.approx(6 / 7)
    assert found.bracket == (0.8, 0.9)
    assert (found.below, found.above) == ("base", "bus")
    assert found.is_sure


def test_a_break_even_within_the_noise_is_told_as_unsure(county: Scenario) -> None:
    """The bus differs by 200 fen from day to day, more than 40 fen at either end of the bracket."""
    (factor,) = read_factors(["volume=0.7:1.3:0.1"], county, (VAN, BUS))
    measured = planted(factor, noise_fen=200)
    found = break_evens_of(measured, curve_of(measured, VAN, factor), curve_of(measured, BUS, factor))
    assert [each.is_sure for each in found] == [False]


def test_a_break_even_is_sure_only_if_it_is_at_all_points_that_are_looked_at(county: Scenario) -> None:
    """Two sides at 0.5, 0.7 and today's 1: three differences, of which the bracket's are -115 +- 5 t and 95 +- 5 t.

    On two days t is 12.71 at 95 %, and 38.19 where three hold together: 5 t = 63.5 and 190.9.
    """
    (factor,) = read_factors(["volume=0.5,0.7"], county, (VAN, BUS))
    assert crossings_in((VAN, BUS), (factor,)) == 3
    measured = planted(factor, noise_fen=10)
    one, other = curve_of(measured, VAN, factor), curve_of(measured, BUS, factor)
    for looks, is_sure in ((1, True), (3, False)):
        (found,) = break_evens_of(measured, one, other, looks)
        assert (found.bracket, found.is_sure) == ((0.7, 1.0), is_sure)


def test_a_change_is_judged_by_all_points_that_are_looked_at(county: Scenario) -> None:
    """Two sides at two values: four changes. Of one it is -500 and -490 fen: -495 +- 63.5, with four +- 254.6."""
    (factor,) = read_factors(["volume=0.5,0.7"], county, (VAN, BUS))
    assert changes_in((VAN, BUS), (factor,)) == 4
    measured = planted(factor)
    measured[at(VAN, "volume", "0.5").id] = {"day 1": plain_kpis(500), "day 2": plain_kpis(560)}
    for looks, half_width in ((1, 63.5), (4, 254.6)):
        curve = curve_of(measured, VAN, replace(factor, texts=("0.5",)), looks)
        found = curve.spots[0].against_today
        assert found is not None
        assert found.difference.mean == -495
        assert not curve.is_noise
        assert found.difference.half_width == pytest.approx(half_width, abs=0.1)
    assert curve_of(measured, VAN, replace(factor, texts=("0.5",)), 100).is_noise  # t is 1,273


def test_the_swing_is_from_the_cheapest_to_the_dearest_spot(county: Scenario) -> None:
    """Volumes of 0.7 to 1.3 move the van's cost by 600 fen, against today by 300 each way."""
    (factor,) = read_factors(["volume=0.7:1.3:0.1"], county, (VAN,))
    curve = curve_of(planted(factor), VAN, factor)
    assert curve.swing_fen == pytest.approx(600)
    assert [spot.value for spot in curve.spots] == [0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3]
    assert curve.spots[3].against_today is None
    last = curve.spots[-1].against_today
    assert last is not None
    assert last.difference.mean == pytest.approx(300)
    assert last.relative == pytest.approx(300 / 1_025)


def test_points_that_were_not_computed_are_left_out(county: Scenario) -> None:
    """After a stop the curve has what there is."""
    (factor,) = read_factors(["volume=0.7,1.3"], county, (VAN,))
    measured = planted(factor)
    del measured[at(VAN, "volume", "1.3").id]
    assert [spot.value for spot in curve_of(measured, VAN, factor).spots] == [0.7, 1.0]


def test_points_are_compared_over_the_days_that_all_have(county: Scenario) -> None:
    """Half the volume saves 100 fen each day; its cheap day is lost, so all count the dear one alone: -100, not +400.

    The van breaks even with the bus between 0.5 (100 dearer) and 1 (50 cheaper) on that day: at 0.5 + 0.5 x 100/150.
    """
    (factor,) = read_factors(["volume=0.5"], county, (VAN, BUS))
    half = {side.id: at(side, "volume", "0.5").id for side in (VAN, BUS)}
    costs = {
        "base": {"day 1": 1_000, "day 2": 2_000},
        half["base"]: {"day 2": 1_900},
        "bus": {"day 1": 500, "day 2": 2_050},
        half["bus"]: {"day 1": 100, "day 2": 1_800},
    }
    planned = {name: {day: plain_kpis(cost) for day, cost in days.items()} for name, days in costs.items()}
    measured = on_common_days(planned | {"stopped": {}})
    one, other = curve_of(measured, VAN, factor), curve_of(measured, BUS, factor)
    assert [(spot.cost_fen.mean, spot.cost_fen.days) for spot in one.spots] == [(1_900, 1), (2_000, 1)]
    assert one.swing_fen == 100
    (found,) = break_evens_of(measured, one, other)
    assert found.at == pytest.approx(5 / 6)
    assert (found.below, found.above) == ("bus", "base")


def test_pieces_left_behind_are_told_a_day(county: Scenario) -> None:
    """Three on the first day and none on the second are 1.5 a day."""
    (factor,) = read_factors(["volume=0.5"], county, (VAN,))
    measured = planted(factor)
    measured["base"]["day 1"] = replace(measured["base"]["day 1"], unserved_pieces=3)
    today = curve_of(measured, VAN, factor).today
    assert today is not None
    assert today.unserved_pieces == 1.5


def test_the_grid_varies_one_factor_at_a_time_and_plans_today_once(county: Scenario) -> None:
    """Two volumes and two wages, today's value not again: five variants a side, short names understood."""
    factors = read_factors(["volume=0.7:1.3:0.3", "wages=0.9,1.1", "volume=1"], county, (VAN,))
    assert [(f.name, f.texts) for f in factors] == [("volume", ("0.7", "1.3")), ("wages", ("0.9", "1.1"))]
    assert len(grid_of((VAN, BUS), factors)) == 2 * 5
    (fuel,) = read_factors(["fuel=-1:1:1"], county, (VAN,))
    assert (fuel.name, fuel.texts, fuel.today) == ("fuel_yuan_per_l", ("-1", "1"), 0.0)
    dear = at(VAN, fuel.name, "1")
    assert (dear.prices.fuel_fen_per_l, dear.name.en) == (100, "van, change of the fuel price (yuan/l) 1")
    assert at(at(VAN, "wages", "2"), "wages", "1.5").prices.wages == 3


def test_every_fault_of_what_is_to_be_varied_is_named(county: Scenario) -> None:
    """An unknown name with the nearest, no values, a value out of range: three faults at once."""
    with pytest.raises(InvalidInput) as caught:
        read_factors(["volum=0.5:1:0.1", "wages=1:0.5:0.1", "km_cost=0:1:0.5"], county, (VAN,))
    assert caught.value.code == "E329"
    assert [(f.code, f.column) for f in caught.value.faults] == [
        ("E335", "volum"),
        ("E353", "wages"),
        ("E312", "km_cost"),
    ]


def test_a_factor_that_changes_nothing_is_refused(county: Scenario) -> None:
    """Only today's value: nothing to see."""
    with pytest.raises(InvalidInput) as caught:
        read_factors(["volume=1"], county, (VAN,))
    assert [fault.code for fault in caught.value.faults] == ["E352"]


def test_two_variants_are_chosen_by_name_or_all_against_the_reference() -> None:
    """Without a choice the reference comes first; unknown names are faults."""
    assert sides_of(VariantSet(variants=(VAN, BUS), against="bus"), "") == (BUS, VAN)
    assert sides_of(SIDES, "bus, base") == (BUS, VAN)
    with pytest.raises(InvalidInput) as caught:
        sides_of(SIDES, "train")
    assert [fault.code for fault in caught.value.faults] == ["E321", "E336"]


def sure(mean: float) -> Interval:
    """Return an interval without width."""
    return Interval(mean=mean, half_width=0, days=2)


def test_equal_cost_on_the_grid_itself_is_the_break_even() -> None:
    """-10 at 1, 0 at 2 and 3, 5 at 4: in the middle of what is equal."""
    (found,) = find_break_evens("volume", "a", "b", [(1, sure(-10)), (2, sure(0)), (3, sure(0)), (4, sure(5))])
    assert (found.at, found.bracket) == (2.5, (1, 4))


def test_touching_without_crossing_is_no_break_even() -> None:
    """-10, 0, -10: the same one is cheaper on both sides."""
    assert find_break_evens("volume", "a", "b", [(1, sure(-10)), (2, sure(0)), (3, sure(-10))]) == ()


@settings(deadline=None)
@given(st.lists(st.integers(-100, 100), min_size=1, max_size=12))
def test_every_break_even_lies_in_its_bracket_and_winners_alternate(means: list[int]) -> None:
    """Whatever the differences: in order, inside, and who is cheaper above is cheaper below the next."""
    found = find_break_evens("volume", "a", "b", [(float(k), sure(mean)) for k, mean in enumerate(means)])
    for each in found:
        assert each.bracket[0] <= each.at <= each.bracket[1]
        assert each.below != each.above
    for before, after in itertools.pairwise(found):
        assert before.at <= after.at
        assert before.above == after.below


def test_who_is_cheaper_throughout_is_said_where_nothing_crosses(county: Scenario) -> None:
    """From 1 to 1.3 the bus is cheaper at every point (1,000 v above 600 + 300 v from 6/7 on)."""
    (factor,) = read_factors(["volume=1.1:1.3:0.1"], county, (VAN, BUS))
    measured = planted(factor)
    one, other = curve_of(measured, VAN, factor), curve_of(measured, BUS, factor)
    assert break_evens_of(measured, one, other) == ()
    found = throughout_of(measured, one, other)
    assert found == Throughout(factor="volume", span=(1.0, 1.3), cheaper="bus", dearer="base", is_sure=True)
    assert throughout_of(measured, other, one) == found


def test_curves_that_cross_have_no_one_cheaper_throughout_and_equal_ones_neither(county: Scenario) -> None:
    """A crossing at 6/7; and a curve against itself."""
    (factor,) = read_factors(["volume=0.7:1.3:0.1"], county, (VAN, BUS))
    measured = planted(factor)
    one = curve_of(measured, VAN, factor)
    assert throughout_of(measured, one, curve_of(measured, BUS, factor)) is None
    same = throughout_of(measured, one, one)
    assert same is not None
    assert (same.cheaper, same.is_sure) == ("", False)


def test_a_side_that_leaves_goods_behind_is_not_on_a_level(county: Scenario) -> None:
    """The bus leaves one piece at 0.8, which is inside the bracket of the break-even and so puts it in doubt."""
    (factor,) = read_factors(["volume=0.7:1.3:0.1"], county, (VAN, BUS))
    measured = planted(factor)
    name = at(BUS, "volume", "0.8").id
    measured[name] = {day: replace(kpis_, unserved_pieces=1) for day, kpis_ in measured[name].items()}
    found = break_evens_of(measured, curve_of(measured, VAN, factor), curve_of(measured, BUS, factor))
    assert [each.is_level for each in found] == [False]
