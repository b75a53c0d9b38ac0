"""What a long run says of itself: what is counted, and how much of it is done."""

from __future__ import annotations

from datetime import date

from api.commands.running import known_before, stopped
from optimizer.stop import Stop
from scenarios.sampled_days import SampledDay
from scenarios.variants.cells import Limit
from scenarios.variants.compare import Agenda, Comparison

AGENDA = Agenda(
    variants=(),
    against="",
    days=(SampledDay(id="day 1", date=date(2026, 3, 2)),),
    cells=(),
    limit=Limit(stop=Stop(iterations=0)),
)


def test_a_run_that_was_ended_says_how_many_plans_are_done_of_all() -> None:
    """Of 31 plans 4 were known and 7 came back, one of them failed: 10 are done."""
    told = stopped(Comparison(agenda=AGENDA, measured={}, total=31, plans=31, known=4, computed=7, failed=1))
    assert told.en.startswith("stopped early: 10 of 31 plans are done")
    assert told.zh.startswith("已提前停止：方案已完成 10/31")


def test_what_is_no_plan_is_not_counted_as_one() -> None:
    """Of 9 tasks 6 are plans: 3 whole days are measured from them."""
    told = stopped(Comparison(agenda=AGENDA, measured={}, total=9, plans=6, known=0, computed=5))
    assert told.en.startswith("stopped early: 5 of 9 tasks are done")
    assert known_before(9, 2, others=3).en.startswith("9 tasks (6 plans, ")
    assert known_before(6, 2).en == "6 plans, 2 of them known before"
