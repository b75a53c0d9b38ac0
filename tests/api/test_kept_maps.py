"""Maps are drawn once for the same results, and anew for others."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from api.exports import kept_maps as module
from api.exports.comparison_maps import Maps, Panel
from api.exports.kept_maps import kept_maps
from scenarios.text import Text
from scenarios.variants.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

DRAWN = Maps(
    day=Text("第 1 天", "day 1"),
    date="2026-04-15",
    height=500.5,
    bar_m=5_000,
    bar=60.1,
    ground={"village": "M0 0h1"},
    places=(("hub", 1.5, 2.0), ("village", 3.0, 4.0)),
    panels=(
        Panel(
            name=Text("现状", "as it is"),
            ways=(("#123456", False, "M1 1h2"),),
            courses="",
            short=((3.0, 4.0),),
            caption=Text("1 辆车", "1 vehicle"),
        ),
    ),
    left_out=0,
)


def comparison(key: str) -> Any:
    """Return as much of a comparison as is asked."""
    variant = SimpleNamespace(id="base", name=Text("现状", "as it is"))
    return SimpleNamespace(agenda=SimpleNamespace(variants=(variant,)), keys={"base": {"day 1": key}})


def test_maps_are_drawn_once_for_the_same_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def draw(asked: Any, store: Store, *, report: object = None) -> Maps:
        drawn.append(asked.keys["base"]["day 1"])
        return DRAWN

    monkeypatch.setattr(module, "typical_day", lambda _: "day 1")
    monkeypatch.setattr(module, "maps_of", draw)
    store = Store(folder=tmp_path)
    assert [kept_maps(comparison(key), store) for key in ("a1", "a1", "b2")] == [DRAWN] * 3
    assert drawn == ["a1", "b2"]
