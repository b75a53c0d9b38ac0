"""Days of coalitions: whose goods are there, and how many pieces each brand has."""

from __future__ import annotations

from scenarios.gain_sharing import day_of_coalition, pieces_by_brand
from scenarios.gain_sharing.coalitions import SAME_FLEET, SAME_SERVICE
from scenarios.gain_sharing.game import named
from scenarios.sampled_days import sample_days
from scenarios.scenario import OrderLock
from scenarios.text import Text
from scenarios.variants.model import OTHERS
from tests.scenarios.small_county import order, scenario

ORDERS = (
    order("A1", "H", "V1", brand="A", pieces=5),
    order("A2", "V1", "H", brand="A", pieces=2),
    order("B1", "H", "V2", brand="B", pieces=3),
    order("free", "H", "V3", pieces=4),
)
LOCKS = (OrderLock(order="A1", after="B1"), OrderLock(order="A2", vehicle_type="van", number=1))
DAY = scenario(orders=ORDERS, locks=LOCKS)


def ids(*brands: str, unbranded: str = "") -> list[str]:
    """Return the orders of a coalition's day."""
    return [o.id for o in day_of_coalition(DAY, frozenset(brands), unbranded=unbranded).orders]


def test_a_coalition_has_the_goods_of_its_brands_only() -> None:
    assert ids("A") == ["A1", "A2"]
    assert ids("A", "B") == ["A1", "A2", "B1"]


def test_goods_of_no_brand_take_part_only_under_a_name() -> None:
    assert ids("A", "shops", unbranded="shops") == ["A1", "A2", "free"]
    assert ids("B", unbranded="shops") == ["B1"]


def test_a_lock_stays_if_all_that_it_binds_is_there() -> None:
    """A1 after B1 goes with B; A2 on the first van stays."""
    assert day_of_coalition(DAY, frozenset("A")).locks == LOCKS[1:]
    assert day_of_coalition(DAY, frozenset("AB")).locks == LOCKS


def test_what_is_assumed_of_coalitions_is_said_once() -> None:
    once = day_of_coalition(DAY, frozenset("AB"))
    assert once.placeholders == day_of_coalition(once, frozenset("A")).placeholders == (SAME_FLEET, SAME_SERVICE)
    assert once.fleet == DAY.fleet


def test_a_brand_has_the_same_goods_on_a_sampled_day_whoever_it_delivers_with() -> None:
    """Sampled then parted, or parted then sampled: the same orders."""
    alone = frozenset("A")
    for shared, own in zip(sample_days(DAY, 4, 1), sample_days(day_of_coalition(DAY, alone), 4, 1), strict=True):
        assert day_of_coalition(shared, alone).orders == own.orders


def test_pieces_are_counted_over_all_days() -> None:
    assert pieces_by_brand((DAY, DAY)) == {"A": 14, "B": 6}
    assert pieces_by_brand((DAY,), unbranded="shops") == {"A": 7, "B": 3, "shops": 4}


def test_goods_of_no_brand_are_named_in_words() -> None:
    """People read a coalition; files keep the id."""
    assert named(frozenset((OTHERS, "邮政"))) == Text("无品牌货物、邮政", "goods of no brand + 邮政")
