"""Variants side by side: intervals against Student's table, paired differences, noise and worst days."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.plan import Plan, Unserved
from scenarios.comparison import GOOD_WHEN_HIGH, Change, change, compare_kpis, interval, linearised, worst_day
from scenarios.kpi_definitions import KPI_DEFINITIONS
from scenarios.kpis import Kpis, measure
from tests.scenarios.small_county import county, order, scenario

if TYPE_CHECKING:
    from scenarios.comparison import Cell

DAYS = ("mon", "tue", "wed")


def change_of(base: tuple[float, ...], variant: tuple[float, ...]) -> Change:
    """Return the change between values of the same days."""
    found = change(dict(zip(DAYS, base, strict=True)), dict(zip(DAYS, variant, strict=True)))
    assert found is not None
    return found


def test_the_interval_of_three_values_is_that_of_students_table() -> None:
    """1, 2, 3: mean 2, deviation 1, t(2; 0.975) = 4.303, so 4.303 / sqrt(3) = 2.484 to each side."""
    found = interval([1, 2, 3])
    assert (found.mean, found.days) == (2, 3)
    assert found.half_width == pytest.approx(2.484, abs=0.001)
    assert (found.low, found.high) == (found.mean - found.half_width, found.mean + found.half_width)


def test_a_single_day_says_nothing_about_others() -> None:
    assert interval([7]).half_width == math.inf
    found = change({"mon": 10}, {"mon": 1})
    assert found is not None
    assert found.is_noise


def test_days_that_differ_much_do_not_hide_a_small_change_that_all_of_them_have() -> None:
    """Differences -2, -3, -2.5: -2.5 +- 1.24, though the days run from 100 to 300; -2.5 of 200 is -1.25 %."""
    found = change_of((100, 200, 300), (98, 197, 297.5))
    assert found.difference.mean == pytest.approx(-2.5)
    assert found.difference.half_width == pytest.approx(1.242, abs=0.001)
    assert found.relative == pytest.approx(-0.0125)
    assert not found.is_noise


def test_a_change_whose_interval_holds_0_is_noise() -> None:
    """Differences -1, -2, 0: -1 +- 2.48."""
    assert change_of((10, 20, 30), (9, 18, 30)).is_noise
    assert change_of((10, 20, 30), (10, 20, 30)).is_noise


def test_only_days_that_both_have_are_compared() -> None:
    found = change({"mon": 10, "tue": 20}, {"tue": 15, "wed": 99})
    assert found is not None
    assert (found.difference.mean, found.difference.days, found.relative) == (-5, 1, -0.25)
    assert change({"mon": 1}, {"tue": 1}) is None


def test_a_change_from_nothing_has_no_percentage() -> None:
    assert change_of((0, 0, 0), (1, 2, 3)).relative is None


def test_intervals_hold_the_true_mean_as_often_as_they_say() -> None:
    """2,000 times five normal days: 95 % of the intervals hold 0, give or take 1.5 %."""
    rng = np.random.default_rng(1)
    held = [found.low <= 0 <= found.high for found in map(interval, rng.normal(size=(2_000, 5)).tolist())]
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


def test_the_worst_day_is_the_dearest_but_that_of_least_coverage() -> None:
    values = {"mon": 0.2, "tue": 0.9, "wed": 0.9}
    assert worst_day("operating_cost_fen", values) == "tue"
    assert worst_day("coverage", values) == "mon"


def test_measures_with_a_direction_exist() -> None:
    assert set(KPI_DEFINITIONS) >= GOOD_WHEN_HIGH
    assert {f.name for f in fields(Kpis)} >= set(KPI_DEFINITIONS)


def kpis(cost_fen: int, coverage: float | None = None) -> Kpis:
    """Return the measures of a day on which nothing was carried, with another cost and coverage."""
    day = county(scenario(orders=(order("O", "H", "V1"),)))
    nothing = Plan(routes=(), unserved=tuple(Unserved(shipment=s.id, reason="U100") for s in day.problem.shipments))
    return replace(measure(day, nothing), operating_cost_fen=cost_fen, coverage=coverage)


def cells(looks: int = 1) -> dict[tuple[str, str], Cell]:
    """Return the cells of a base and a variant that is always 10 to 12 fen cheaper."""
    base = {day: kpis(cost) for day, cost in zip(DAYS, (100, 200, 300), strict=True)}
    shared = {day: kpis(cost, 0.5) for day, cost in zip(DAYS, (90, 189, 288), strict=True)}
    found = compare_kpis({"base": base, "shared": shared}, "base", looks=looks)
    return {(cell.measure, cell.variant): cell for cell in found}


def test_the_table_has_means_worst_days_and_changes_against_the_base() -> None:
    found = cells()
    base, shared = found["operating_cost_fen", "base"], found["operating_cost_fen", "shared"]
    assert (base.over_days.mean, base.worst, base.worst_day, base.change) == (200, 300, "wed", None)
    assert (shared.over_days.mean, shared.worst_day) == (189, "wed")
    assert shared.change is not None
    assert shared.change.difference.mean == -11
    assert not shared.change.is_noise


def test_a_measure_that_a_variant_never_has_has_no_cell() -> None:
    """Coverage is measured of the variant only: a cell without a change."""
    found = cells()
    assert ("coverage", "base") not in found
    assert found["coverage", "shared"].change is None


def test_the_more_is_looked_at_the_wider_the_intervals_of_changes() -> None:
    """At 95 % of 10 changes together each stands at 99.5 %: t(2) grows from 4.303 to 14.089.

    Differences -10, -11, -12 deviate by 1, so the half width grows from 4.303 / sqrt(3) to 14.089 / sqrt(3).
    """
    for looks, quantile in ((1, 4.303), (10, 14.089)):
        found = cells(looks)["operating_cost_fen", "shared"].change
        assert found is not None
        assert found.difference.half_width == pytest.approx(quantile / math.sqrt(3), abs=0.001)


def piece_costs(days: tuple[tuple[int, int], ...]) -> dict[str, Kpis]:
    """Return measures of days with these costs and pieces carried."""
    found = {}
    for day, (cost, pieces) in zip(DAYS, days, strict=False):
        each = replace(kpis(cost), carried_pieces=pieces, cost_per_piece_fen=cost / pieces if pieces else None)
        found[day] = each
    return found


def test_the_cost_per_piece_of_several_days_is_all_cost_over_all_pieces() -> None:
    """300 fen for 100 pieces and 400 for 200: 700 / 300 = 7 / 3, where the mean of 3 and 2 would be 2.5.

    Residuals 300 - 700 / 3 and 400 - 1400 / 3 are 200 / 3 and -200 / 3, over 150 pieces a day 4 / 9 and -4 / 9, so
    the half width is t(1; 0.975) x (4 / 9) x sqrt(2) / sqrt(2) = 12.706 x 4 / 9 = 5.647. The variant is a fen a piece
    dearer on the first day and as dear on the second: 100 / 300 more a piece, of 7 / 3 that is 1 / 7.
    """
    base, dear = piece_costs(((300, 100), (400, 200))), piece_costs(((400, 100), (400, 200)))
    found = {(c.measure, c.variant): c for c in compare_kpis({"base": base, "dear": dear}, "base")}
    cell, other = found["cost_per_piece_fen", "base"], found["cost_per_piece_fen", "dear"]
    assert cell.over_days.mean == pytest.approx(7 / 3)
    assert cell.over_days.half_width == pytest.approx(5.647, abs=0.001)
    assert (cell.worst, cell.worst_day) == (3, "mon")
    assert other.change is not None
    assert other.change.difference.mean == pytest.approx(1 / 3)
    assert other.change.relative == pytest.approx(1 / 7)


def test_a_day_that_carries_nothing_counts_with_its_cost_only() -> None:
    """300 fen for 100 pieces and 60 for none: 3.60 a piece over both days; without any piece there is no cell."""
    found = compare_kpis({"base": piece_costs(((300, 100), (60, 0))), "idle": piece_costs(((5, 0),))}, "base")
    told = {cell.variant: cell.over_days.mean for cell in found if cell.measure == "cost_per_piece_fen"}
    assert told == {"base": pytest.approx(3.6)}


def test_a_change_of_the_cost_per_piece_is_of_days_that_both_have() -> None:
    """Tuesday is the base's alone: the change is 4 - 3 on Monday, a third."""
    both = {"base": piece_costs(((300, 100), (900, 100))), "dear": piece_costs(((400, 100),))}
    found = next(c for c in compare_kpis(both, "base") if (c.measure, c.variant) == ("cost_per_piece_fen", "dear"))
    assert found.change is not None
    assert found.change.relative == pytest.approx(1 / 3)


def test_the_interval_of_a_cost_per_piece_holds_the_truth_as_often_as_it_says() -> None:
    """2,000 times twelve days of 50 to 150 pieces at 2 fen each and noise: 95 % hold 2, give or take 1.5 %."""
    rng = np.random.default_rng(2)
    held = []
    for _ in range(2_000):
        pieces = rng.uniform(50, 150, 12)
        costs = 2 * pieces + rng.normal(0, 20, 12)
        below, above = ({str(k): value for k, value in enumerate(each.tolist())} for each in (pieces, costs))
        found = interval(list(linearised(above, below).values()))
        held.append(found.low <= 2 <= found.high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize("variant", ["base", "shared"])
def test_the_interval_of_a_mean_stays_at_95_percent_however_much_is_looked_at(variant: str) -> None:
    """100, 200, 300 deviate by 100, 90, 189, 288 by 99: with t(2; 0.975) = 4.303 that is 248.4 and 246.0 a side."""
    for looks in (1, 10):
        half = cells(looks)["operating_cost_fen", variant].over_days.half_width
        assert half == pytest.approx({"base": 248.4, "shared": 246.0}[variant], abs=0.1)
