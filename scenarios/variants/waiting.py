"""A sampled day of a county that visits every other day: half the villages, each with the goods of two days.

Which half it is follows the date, so days take turns. Both halves and the goods of the day before are drawn by the
same chance for every variant. Waiting rules are those of visit frequency (``scenarios.frequency.gather``): fresh
goods, goods with a due time of their own and those that must go never wait.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from scenarios.frequency.gather import gather
from scenarios.frequency.model import ALTERNATE, Cycle, Frequency
from scenarios.frequency.policies import visit_days
from scenarios.text import Text

if TYPE_CHECKING:
    from scenarios.sampled_days import SampledDay
    from scenarios.scenario import Scenario

EVERY_OTHER_DAY = Frequency(id=ALTERNATE, name=Text("隔日", "every other day"), rule=ALTERNATE)

WAITING = Text(
    "隔日到访的方案：当天只送一半的村，各带两天的货；等待的一天不在时效之内，覆盖率也只看当天到访的村",
    "variants that visit every other day: half the villages a day, each with the goods of two days; the day of waiting "
    "is not in timeliness, and coverage counts the villages of the day only",
)
"""What measures of such a day leave out."""


def eve_of(day: SampledDay) -> SampledDay:
    """Return the day before, whose draws are its own."""
    return replace(day, id=f"{day.id} eve", date=day.date - timedelta(days=1))


def every_other_day(county: Scenario, day: Scenario, eve: Scenario) -> Scenario:
    """Return ``day`` with what goes on it where villages of ``county`` are visited every other day. O(orders).

    ``day`` and ``eve`` are the county on two days that follow each other.
    """
    turn = day.date.toordinal() % 2
    drawn = (day.orders, eve.orders) if turn == 0 else (eve.orders, day.orders)
    dates = (day.date, eve.date) if turn == 0 else (eve.date, day.date)
    visits = visit_days(county, EVERY_OTHER_DAY, Cycle(id=ALTERNATE, dates=dates))
    return replace(day, orders=gather(county, drawn, visits).orders[turn])
