"""What a brand is told of the others."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from api.service.brand_view import brand_view, shares_fen

if TYPE_CHECKING:
    import pytest

    from api.service.questions import Asked


def day(*brands: str, cost_fen: int = 1_000, is_carried: bool = True) -> Any:
    """Return measures of a day that costs ``cost_fen``."""
    names = ("bags", "shipments", "unserved_shipments")
    measured = [
        SimpleNamespace(brand=b, pieces=n, carried_pieces=n * is_carried, **dict.fromkeys(names, 0))
        for n, b in enumerate(brands, 1)
    ]
    return SimpleNamespace(brands=measured, operating_cost_fen=cost_fen)


def told(monkeypatch: pytest.MonkeyPatch, *brands: str, is_first: bool = True) -> dict[str, Any]:
    """Return what 中通 is told of a plan in which each brand has as many pieces as its place in the list."""
    monkeypatch.setattr("api.service.brand_view._measured", lambda _: day(*brands))
    monkeypatch.setattr("api.service.brand_view._orders", lambda *_: ())
    scenario = SimpleNamespace(date=date(2026, 4, 15))
    asked = SimpleNamespace(
        question={"brand": "中通", "has_totals": is_first}, county=SimpleNamespace(scenario=scenario)
    )
    return brand_view(cast("Asked", asked))


def test_goods_without_a_brand_are_no_brand_that_hides_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past bug: two brands and goods of nobody were three, so that a total told of two."""
    assert told(monkeypatch, "中通", "圆通", "韵达", "")["others"] is None


def test_a_total_of_three_others_is_of_named_brands_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """2 + 3 + 5 pieces; the 4 of nobody are not among them."""
    others = told(monkeypatch, "中通", "圆通", "韵达", "", "申通")["others"]
    assert (others["brands"], others["pieces"]) == (3, 10)


def test_a_total_is_told_of_one_plan_a_day_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past bug: the totals of two plans, the second with one brand more, told that brand's pieces and money."""
    assert told(monkeypatch, "中通", "圆通", "韵达", "申通", "极兔", is_first=False)["others"] is None


def test_a_brand_pays_by_its_carried_pieces_to_the_fen() -> None:
    """1,000 fen over 1 + 2 + 3 pieces: 166.67, 333.33 and 500; the fen that is left goes to the largest remainder."""
    assert shares_fen(day("中通", "圆通", "")) == {"中通": 167, "圆通": 333, "": 500}


def test_a_day_that_carries_nothing_is_paid_by_nobody() -> None:
    assert shares_fen(day("中通", "圆通", is_carried=False)) == {"中通": 0, "圆通": 0}


def test_a_brand_is_told_its_own_share_and_that_of_three_others_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """1 of 10 pieces pays 100 of 1,000 fen, three others 900; of two others nothing is told, nor what the day costs."""
    found = told(monkeypatch, "中通", "圆通", "韵达", "申通")
    assert (found["statement"]["cost_fen"], found["others"]["cost_fen"]) == (100, 900)
    few = told(monkeypatch, "中通", "圆通", "韵达")
    assert (few["statement"]["cost_fen"], few["others"]) == (167, None)
    assert 1_000 not in {value for value in few["statement"].values() if isinstance(value, int)}
