"""Market days beside other days: means and changes of each kind by themselves, with planted costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scenarios.variants.table import MarketRow, market_rows
from tests.scenarios.market_comparison import compared

if TYPE_CHECKING:
    from scenarios.variants.compare import Comparison


def costs_of(comparison: Comparison) -> tuple[MarketRow, MarketRow]:
    """Return the costs on market days and on others."""
    market, other = (each for each in market_rows(comparison) if each.row.measure == "operating_cost_fen")
    return market, other


def test_each_kind_of_days_has_its_own_means_and_changes() -> None:
    """Markets on days 2 and 4: 1,600 against 1,610 (+10 of 1,600); on the others 1,050 against 945 (-10 %)."""
    market, other = costs_of(compared("day 2", "day 4", "peak 3"))
    assert [(each.is_market, each.days) for each in (market, other)] == [(True, 2), (False, 2)]
    for each, before, after in ((market, 1_600, 1_610), (other, 1_050, 945)):
        base, bus = each.row.cells
        assert base is not None
        assert bus is not None
        assert bus.change is not None
        assert (base.over_days.mean, bus.over_days.mean) == (before, after)
        assert bus.change.relative == pytest.approx(after / before - 1)


def test_changes_are_widened_for_variants_on_both_kinds_of_days() -> None:
    """One change on two kinds: t(1) is 25.45 in place of 12.71; -100 and -110 are -105 +- 5 t, noise as it were."""
    _, other = costs_of(compared("day 2", "day 4"))
    bus = other.row.cells[1]
    assert bus is not None
    assert bus.change is not None
    assert bus.change.difference.half_width == pytest.approx(127.3, abs=0.1)
    assert bus.change.is_noise


@pytest.mark.parametrize("markets", [(), ("peak 3",), ("day 1", "day 2", "day 3", "day 4")])
def test_there_are_no_rows_unless_the_ordinary_days_have_both_kinds(markets: tuple[str, ...]) -> None:
    """No market at all, one on the peak alone, and one every day."""
    assert market_rows(compared(*markets)) == ()
