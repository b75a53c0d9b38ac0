"""What a brand is told of the others."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from api.service.brand_view import brand_view

if TYPE_CHECKING:
    import pytest

    from api.service.questions import Asked


def told(monkeypatch: pytest.MonkeyPatch, *brands: str) -> dict[str, Any]:
    """Return what 中通 is told of a plan in which each brand has as many pieces as its place in the list."""
    names = ("carried_pieces", "bags", "shipments", "unserved_shipments")
    measured = [SimpleNamespace(brand=b, pieces=n, **dict.fromkeys(names, 0)) for n, b in enumerate(brands, 1)]
    monkeypatch.setattr("api.service.brand_view._measured", lambda _: measured)
    monkeypatch.setattr("api.service.brand_view._orders", lambda *_: ())
    scenario = SimpleNamespace(date=date(2026, 4, 15))
    asked = SimpleNamespace(question={"brand": "中通"}, county=SimpleNamespace(scenario=scenario))
    return brand_view(cast("Asked", asked))


def test_goods_without_a_brand_are_no_brand_that_hides_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past bug: two brands and goods of nobody were three, so that a total told of two."""
    assert told(monkeypatch, "中通", "圆通", "韵达", "")["others"] is None


def test_a_total_of_three_others_is_of_named_brands_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """2 + 3 + 5 pieces; the 4 of nobody are not among them."""
    others = told(monkeypatch, "中通", "圆通", "韵达", "", "申通")["others"]
    assert (others["brands"], others["pieces"]) == (3, 10)
