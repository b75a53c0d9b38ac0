"""Policies laid over the same drawn weeks: the cells to be planned, and how long goods wait.

Chance is that of ``scenarios.sampled_days``, so that every policy sees the same goods. Each day is planned by the
ordinary solver under all rules, as a cell of a comparison (``scenarios.variants``): results are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from scenarios.frequency.gather import gather, waiting_places
from scenarios.frequency.model import CHOSEN, DAILY, Cycle, Standing
from scenarios.frequency.policies import market_rules, visit_days
from scenarios.sampled_days import SampledDay, scenario_on
from scenarios.text import Text
from scenarios.variants.cells import plan_cell
from scenarios.variants.compare import Agenda, DayPlan
from scenarios.variants.model import Variant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from scenarios.frequency.model import Frequency, VisitDays
    from scenarios.scenario import Scenario
    from scenarios.variants.cells import Limit

WEEK = 7

ASSUMED = (
    Text(
        "限时保鲜、写明截止时间或优先级为“必须”的货物不等待，当天必到访；其余货物等到下一个到访日，站点有地方存放",
        "fresh goods, goods with a due time of their own and those that must go never wait and force a visit; all "
        "others wait for the next day of visit, and there is room to keep them",
    ),
    Text(
        "等待不影响货量：到访少的村不会因此少寄少收",
        "waiting changes no demand: villages that are visited less often order and send no less",
    ),
    Text(
        "周期首尾相接：周期末未送的货物在下一周期的第一次到访送出，下一周期与本周期相同",
        "the cycle repeats: what waits at its end goes on the first visit of the next one, which is like this one",
    ),
    Text(
        "除“优选”外，同一乡镇的村在同样的日子到访，各乡镇轮流，使每天的货量相近",
        "but for days that are chosen, villages of a township share their days, and townships take turns so that days "
        "are alike",
    ),
    Text(
        "每天的求解时间相同，而每日到访的一天停靠更多、更难求优：求解时间过短会高估少到访的节省",
        "every day is searched equally long, and a day with more visits is harder: short searches overstate what fewer "
        "visits save",
    ),
)
"""What a study of visit frequency assumes."""

CHOICE = Text(
    "“优选”的到访日由周期性路径模型选定：典型日货量、一种车、从县级中心直送；费用以随后逐日完整规划的结果为准",
    "chosen days come from periodic routing on a typical day's goods with one kind of vehicle straight from the hub; "
    "costs are those of the days planned afterwards under all rules",
)
"""What choosing assumes."""

NO_MARKETS = Text(
    "{count} 个村没有赶集日历，按最低次数到访", "{count} villages state no market days and get the least visits"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What is to be planned, and how goods wait under each policy and in each cycle."""

    scenario: Scenario
    policies: tuple[Frequency, ...]
    cycles: tuple[Cycle, ...]
    agenda: Agenda
    standings: tuple[Standing, ...]
    visits: Mapping[str, VisitDays]

    @property
    def days(self) -> int:
        """Length of the cycle in days."""
        return self.cycles[0].days

    @property
    def days_of(self) -> dict[str, tuple[str, ...]]:
        """The ids of the sampled days by that of their cycle, in order."""
        return {c.id: tuple(day.id for day in self.agenda.days if day.date in c.dates) for c in self.cycles}


def cycles_of(scenario: Scenario, days: int, weeks: int) -> tuple[Cycle, ...]:
    """Return ``weeks`` cycles of consecutive days from the scenario's date on, each beginning on its weekday."""
    step = -(-days // WEEK) * WEEK
    return tuple(
        Cycle(
            id=f"week {w + 1}",
            dates=tuple(scenario.date + timedelta(days=w * step + k) for k in range(days)),
        )
        for w in range(weeks)
    )


def lay_out(
    scenario: Scenario,
    policies: Sequence[Frequency],
    chosen: Mapping[str, VisitDays],
    cycles: Sequence[Cycle],
    *,
    limit: Limit,
    cache: Path | None = None,
) -> Study:
    """Return what is to be planned: every day of every cycle under every policy. O(policies x days x orders).

    ``chosen``: days of visit of the policies whose days are chosen, by their ids.
    """
    cells: list[DayPlan] = []
    standings: list[Standing] = []
    visits: dict[str, VisitDays] = {}
    days: list[SampledDay] = []
    for cycle in cycles:
        sampled = [SampledDay(id=f"{cycle.id} day {k}", date=date) for k, date in enumerate(cycle.dates, start=1)]
        drawn = [scenario_on(scenario, day, limit.seed) for day in sampled]
        days += sampled
        for policy in policies:
            own = chosen[policy.id] if policy.rule == CHOSEN else visit_days(scenario, policy, cycle)
            visits.setdefault(policy.id, own)
            found = gather(scenario, [day.orders for day in drawn], own)
            standings.append(Standing(policy=policy.id, cycle=cycle.id, waits=found.waits, calls=found.calls))
            for day, whole, orders in zip(sampled, drawn, found.orders, strict=True):
                cell = plan_cell(replace(whole, orders=orders), limit, cache)
                cells.append(DayPlan(variant=policy.id, day=day, parts=(("", cell),)))
    cells.sort(key=lambda cell: days.index(cell.day))
    agenda = Agenda(
        variants=tuple(Variant(id=policy.id, name=policy.name) for policy in policies),
        against=next((policy.id for policy in policies if policy.rule == DAILY), policies[0].id),
        days=tuple(days),
        cells=tuple(cells),
        limit=limit,
        placeholders=(*cells[0].parts[0][1].part.placeholders, *_assumed(scenario, policies)),
    )
    return Study(
        scenario=scenario,
        policies=tuple(policies),
        cycles=tuple(cycles),
        agenda=agenda,
        standings=tuple(standings),
        visits=visits,
    )


def _assumed(scenario: Scenario, policies: Sequence[Frequency]) -> tuple[Text, ...]:
    rules = {policy.rule for policy in policies}
    without = len(waiting_places(scenario)) - len(market_rules(scenario))
    found = [*ASSUMED]
    if CHOSEN in rules:
        found.append(CHOICE)
    if "market" in rules and without:
        found.append(Text(NO_MARKETS.zh.format(count=without), NO_MARKETS.en.format(count=without)))
    return tuple(found)
