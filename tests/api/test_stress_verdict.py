"""What a stress test says in one sentence, from buffers made by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from api.exports.stress import verdict
from optimizer.stress.chance import Chance
from scenarios.stress.buffers import AS_IT_IS, Buffer, Slack, cheapest
from scenarios.stress.study import Question

if TYPE_CHECKING:
    from scenarios.stress.study import Study


def _buffer(cost_fen: float, on_time: float, **changes: Any) -> Buffer:
    fields: dict[str, Any] = {
        "slack": AS_IT_IS,
        "earlier_min": 0,
        "has_spare": False,
        "half_width": 0.005,
        "breaks_hours": Chance(0, 100),
        "trunk_missed_pieces": 0.0,
        "unserved": 0,
    }
    return Buffer(cost_fen=cost_fen, on_time=on_time, **{**fields, **changes})


def _said(wanted: float, *buffers: Buffer) -> str:
    best = cheapest(buffers, wanted)
    study = SimpleNamespace(question=Question(wanted=wanted), buffers=buffers, best=best)
    text = verdict(cast("Study", study))
    assert text.zh
    return text.en


BASE = _buffer(100_000, 0.9)
SLACKER = _buffer(110_000, 0.97, slack=Slack(more_percent=10))


def test_the_plan_itself_may_be_enough() -> None:
    """90 % of at least 85 %."""
    assert _said(0.85, BASE, SLACKER).startswith("the plan as it is reaches 85%: 90.0% ± 0.5%")


def test_the_cheapest_buffer_is_named_with_what_it_costs_more() -> None:
    """1,100 against 1,000 yuan."""
    said = _said(0.955, BASE, SLACKER)
    assert said.startswith(
        "cheapest to reach 95.5%: driving times + 10%, 97.0% ± 0.5%, 1,100.00 yuan a day, 100.00 more"
    )
    assert "noise" not in said
    assert "left" not in said


def test_goods_left_and_noise_are_said() -> None:
    """96.8 % wanted of 97 % give or take half a per cent; two shipments left."""
    leaving = _buffer(90_000, 0.97, slack=Slack(reserve_min=20), unserved=2)
    said = _said(0.968, BASE, leaving)
    assert "all due 20 min earlier" in said
    assert "100.00 less than the plan as it is, 2 shipments left; within the noise of the draws" in said


def test_it_is_said_when_nothing_is_enough() -> None:
    """The nearest is named."""
    assert _said(0.99, BASE, SLACKER).startswith(
        "nothing that was tried reaches 99%; “driving times + 10%” comes nearest with 97.0% ± 0.5%"
    )
