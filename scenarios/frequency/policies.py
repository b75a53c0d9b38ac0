"""On which days of a cycle each village is visited under a policy.

Villages of one township share their days, so that a vehicle that goes there finds all of them; townships take turns
so that every day has about as much to carry.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scenarios.frequency.gather import waiting_places
from scenarios.frequency.model import ALTERNATE, DAILY, MARKET, TWICE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scenarios.frequency.model import Cycle, Frequency, VisitDays
    from scenarios.market_days import MarketDays
    from scenarios.scenario import Scenario


def visit_days(scenario: Scenario, policy: Frequency, cycle: Cycle) -> VisitDays:
    """Return the days of every place that may wait, for all rules but "chosen". O(places x days)."""
    places, days = waiting_places(scenario), cycle.days
    if policy.rule == DAILY:
        return dict.fromkeys(places, frozenset(range(days)))
    if policy.rule == ALTERNATE:
        return _in_turns(scenario, [frozenset(range(phase, days, 2)) for phase in range(min(2, days))])
    least = spread(days, 2) if policy.rule == TWICE else spread(days, policy.floor)
    found = _in_turns(scenario, least)
    return found if policy.rule != MARKET else _on_markets(scenario, policy, cycle, found)


def spread(days: int, visits: int) -> list[frozenset[int]]:
    """Return every way to put ``visits`` as evenly as can be into a cycle, by the day of the first; each once.

    More visits than days are one a day.
    """
    count = min(days, max(1, visits))
    ways = (frozenset((start + k * days // count) % days for k in range(count)) for start in range(days))
    return list(dict.fromkeys(ways))


def market_rules(scenario: Scenario) -> dict[str, MarketDays]:
    """Return the calendar of each place that may wait: its own, else that of a place of its township."""
    towns = {p.township: p.market for p in reversed(scenario.places) if p.market is not None and p.township}
    rules = {p.id: p.market or towns.get(p.township) for p in scenario.places}
    return {place: rule for place in waiting_places(scenario) if (rule := rules[place]) is not None}


def _in_turns(scenario: Scenario, ways: list[frozenset[int]]) -> VisitDays:
    """Give each group of neighbours one of ``ways``, the largest first, each the way whose days have least so far."""
    group_of = dict(_groups(scenario))
    pieces = Counter[str]()
    for order in scenario.orders:
        for end in {order.origin, order.destination} & group_of.keys():
            pieces[group_of[end]] += order.pieces
    carried = Counter[int]()
    chosen: dict[str, frozenset[int]] = {}
    for group in sorted(set(group_of.values()), key=lambda g: (-pieces[g], g)):
        way = min(ways, key=lambda w: (sum(carried[d] for d in w) / len(w), sorted(w)))
        chosen[group] = way
        for day in way:
            carried[day] += pieces[group]
    return {place: chosen[group] for place, group in group_of.items()}


def _groups(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Yield places that may wait with their township, or by themselves where none is stated."""
    township_of = {place.id: place.township for place in scenario.places}
    for place in waiting_places(scenario):
        yield place, township_of[place] or place


def _on_markets(scenario: Scenario, policy: Frequency, cycle: Cycle, least: VisitDays) -> VisitDays:
    """Return market days; where they are fewer than the floor, also as many of ``least`` as are wanting."""
    rules, found = market_rules(scenario), dict(least)
    for place, rule in rules.items():
        days = {k for k, date in enumerate(cycle.dates) if rule.is_market_day(date)}
        for day in sorted(least[place] - days):
            if len(days) >= policy.floor:
                break
            days.add(day)
        for day in range(cycle.days):
            if len(days) >= policy.floor:
                break
            days.add(day)
        found[place] = frozenset(days)
    return found
