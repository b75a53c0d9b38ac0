"""How the time of a variant's day is shared among its parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.stop import Stop
from scenarios.text import Text
from scenarios.variants.cells import Limit
from scenarios.variants.compare import prepare
from scenarios.variants.effort import LEAST_S, shared_limits
from scenarios.variants.model import BASE, Variant, VariantSet
from tests.scenarios.small_county import order, scenario


def seconds(total: float, *sizes: int) -> list[float | None]:
    """Return the seconds of parts of these sizes."""
    return [limit.stop.seconds for limit in shared_limits(Limit(stop=Stop(seconds=total)), sizes)]


def test_parts_share_the_time_by_their_size() -> None:
    """20 s for 10, 20 and 70 orders: 2 s is too short for the first, so 3 s, and 17 s are shared 2 to 7."""
    assert seconds(20, 10, 20, 70) == [3.0, 3.8, 13.2]
    assert seconds(20, 30, 70) == [6.0, 14.0]


def test_a_part_that_falls_short_after_others_were_raised_is_raised_too() -> None:
    """10 s for 1, 1, 29 and 69: the first two take 3 s each, of 4 s the third would have 1.2, the last 2.8."""
    assert seconds(10, 1, 1, 29, 69) == [3.0, 3.0, 3.0, 3.0]


def test_one_part_has_all_and_rounds_are_of_each_part() -> None:
    """20 s stay 20 s; 7 rounds are 7 for every part."""
    assert seconds(20, 5) == [20]
    assert [limit.stop.iterations for limit in shared_limits(Limit(stop=Stop(iterations=7)), (1, 9))] == [7, 7]


@given(total=st.floats(0.5, 600), sizes=st.lists(st.integers(1, 500), min_size=2, max_size=8))
def test_no_part_starves_and_nothing_is_lost(total: float, sizes: list[int]) -> None:
    """Everybody has the least, the sum is the time or, where that is too short, the least of all; larger gets more."""
    shares = [each or 0.0 for each in seconds(total, *sizes)]
    least = min(LEAST_S, total)
    assert min(shares) >= least - 0.05
    assert sum(shares) == pytest.approx(max(total, least * len(sizes)), abs=0.05 * len(sizes) + 1e-9)
    order_ = sorted(range(len(sizes)), key=lambda k: sizes[k])
    assert [shares[k] for k in order_] == sorted(shares)


def test_a_day_of_brands_apart_takes_no_more_time_than_the_shared_day() -> None:
    """Two brands with three orders to one: 15 and 5 of 20 s, and the shared day 20."""
    goods = (*(order(f"a{k}", "H", f"V{k}", brand="A") for k in (1, 2, 3)), order("b", "H", "V1", brand="B"))
    wanted = VariantSet(
        variants=(Variant(id=BASE, name=Text("", "")), Variant(id="apart", name=Text("", ""), coalitions=()))
    )
    agenda = prepare(scenario(orders=goods), wanted, days=1, limit=Limit(stop=Stop(seconds=20)))
    found = {(each.variant, name): cell.limit.stop.seconds for each in agenda.cells for name, cell in each.parts}
    drawn = [len(cell.part.orders) for each in agenda.cells for _, cell in each.parts]
    assert drawn == [4, 3, 1]
    assert found == {(BASE, ""): 20, ("apart", "A"): 15, ("apart", "B"): 5}
