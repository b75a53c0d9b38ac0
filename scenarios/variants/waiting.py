"""A sampled day of a county that visits every other day: half the villages, each with the goods of two days.

Which half it is follows the date, so days take turns. Both halves and the goods of the day before are drawn by the
same chance for every variant. Waiting rules are those of visit frequency (``scenarios.frequency.gather``): fresh
goods, goods with a due time of their own and those that must go never wait.

A plan of one half knows no visit of the other, so how often villages are visited is counted over both turns.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from scenarios.frequency.gather import gather
from scenarios.frequency.model import ALTERNATE, Cycle, Frequency
from scenarios.frequency.policies import visit_days
from scenarios.service_kpis import coverage, days_between_visits
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scenarios.kpis import Kpis
    from scenarios.sampled_days import SampledDay
    from scenarios.scenario import Scenario

EVERY_OTHER_DAY = Frequency(id=ALTERNATE, name=Text("隔日", "every other day"), rule=ALTERNATE)

WAITING = Text(
    "隔日到访的方案：当天只送一半的村，各带两天的货；等待的一天不在时效之内。覆盖率和到访间隔按轮流的两天计，"
    "分开配送的每一方有货即算到访一次；有货未送的日子不给这两项",
    "variants that visit every other day: half the villages a day, each with the goods of two days; the day of waiting "
    "is not in timeliness. Coverage and days between visits are over both turns, a visit for each who delivers apart "
    "and has goods there; days that leave goods behind have neither",
)
"""What measures of such a day leave out, and how they count visits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """How often places of ``day`` are visited: ``visits`` a day by place, a mean over both turns."""

    day: Scenario
    visits: Mapping[str, float]

    def told(self, kpis: Kpis) -> Kpis:
        """Return the measures of one turn with what is about visits over both; None where goods are left behind."""
        if kpis.unserved_shipments:
            return replace(kpis, coverage=None, days_between_visits=None)
        return replace(
            kpis,
            coverage=coverage(self.day, self.visits),
            days_between_visits=days_between_visits(self.day, self.visits),
        )


def turns_of(day: Scenario, turns: Sequence[Iterable[Scenario]]) -> Turns:
    """Return the visits of ``day`` from the parts of each of its turns: one wherever a part has goods. O(orders)."""
    visits: Counter[str] = Counter()
    for parts in turns:
        for part in parts:
            visits.update({end for order in part.orders for end in (order.origin, order.destination)})
    return Turns(day=day, visits={place: count / len(turns) for place, count in visits.items()})


def eve_of(day: SampledDay) -> SampledDay:
    """Return the day before, whose draws are its own."""
    return replace(day, id=f"{day.id} eve", date=day.date - timedelta(days=1))


def every_other_day(county: Scenario, day: Scenario, eve: Scenario) -> tuple[Scenario, Scenario]:
    """Return ``day`` with what goes on it where villages of ``county`` are visited every other day. O(orders).

    Then the same with what goes on the other turn. ``day`` and ``eve`` are the county on two days that follow each
    other.
    """
    turn = day.date.toordinal() % 2
    drawn = (day.orders, eve.orders) if turn == 0 else (eve.orders, day.orders)
    dates = (day.date, eve.date) if turn == 0 else (eve.date, day.date)
    visits = visit_days(county, EVERY_OTHER_DAY, Cycle(id=ALTERNATE, dates=dates))
    orders = gather(county, drawn, visits).orders
    return replace(day, orders=orders[turn]), replace(day, orders=orders[1 - turn])
