"""Policies of visit frequency: rules that say on which days of a cycle each village is visited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

DAILY, ALTERNATE, TWICE, MARKET, LEAST, CHOSEN = "daily", "alternate", "twice", "market", "least", "chosen"

RULES = {
    DAILY: Text("每日", "daily"),
    ALTERNATE: Text("隔日", "every other day"),
    TWICE: Text("每周期两次", "twice a cycle"),
    MARKET: Text("赶集日", "market days"),
    LEAST: Text("最低次数", "the least allowed"),
    CHOSEN: Text("优选", "chosen"),
}
"""Rules and what they are called."""

VisitDays = dict[str, frozenset[int]]
"""Days of the cycle, from 0, on which each place that may wait is visited; other places are visited daily."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequency:
    """One policy.

    ``floor``: visits in the cycle that every village gets under "market", "least" and "chosen". ``daily_above``:
    pieces a day, both ways, from which a village is visited daily under "chosen"; None: never for that reason.
    ``wait_fen``: what a piece that waits a day costs when days are chosen; it is no expense and in no result. A fen
    makes sure that of days that cost alike those with less waiting are taken.
    """

    id: str
    name: Text
    rule: str
    floor: int = 1
    daily_above: int | None = None
    wait_fen: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """Consecutive days that repeat: what still waits on the last goes on the first."""

    id: str
    dates: tuple[date, ...]

    @property
    def days(self) -> int:
        """Length in days."""
        return len(self.dates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Pieces from or to ``place`` that waited ``days`` after the day on which they could have gone."""

    place: str
    pieces: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A policy laid over one cycle: ``calls`` are the days on which there was something to carry, by place."""

    policy: str
    cycle: str
    waits: tuple[Wait, ...]
    calls: Mapping[str, frozenset[int]]
