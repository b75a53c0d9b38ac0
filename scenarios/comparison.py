"""Variants side by side over the same sampled days: means with intervals, what is within the noise, worst days.

All variants see the same days (``scenarios.sampled_days``), so a change is judged by the differences day by day, from
which what all variants share has gone: Student's interval of paired differences (Law 2015, *Simulation Modeling and
Analysis*, section 10.2.1). A search that stops by the clock adds noise of its own to every day; as it
differs from day to day, the interval has it in. Every day counts alike, also in the mean of a share; the cost per
piece is that of all days together, cost over pieces. Peak days are no ordinary days: hand them in apart.

Pure functions over the values of measures; nothing here plans or measures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import TYPE_CHECKING

from scipy.special import stdtrit

from scenarios.kpi_definitions import KPI_DEFINITIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scenarios.kpis import Kpis

CONFIDENCE = 0.95
"""Share of such intervals that hold the true mean, if days are drawn independently."""

GOOD_WHEN_HIGH = frozenset(
    (
        "carried_pieces",
        "load_factor_down",
        "load_factor_up",
        "co_delivery_share",
        "coverage",
        "on_time_share",
        "freshness_kept",
    )
)
"""Measures whose worst day is the one with the least value; of all others it is the one with the most."""

RATIOS = {"cost_per_piece_fen": ("operating_cost_fen", "carried_pieces")}
"""Measures that are a ratio of two others over any number of days: of their sums, never a mean of daily ratios."""

DayValues = dict[str, float]
"""A measure by the id of the day; days on which there was nothing to measure are not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean over ``days`` days and how far it is sure, half a width to each side; infinite from a single day."""

    mean: float
    half_width: float
    days: int

    @property
    def low(self) -> float:
        """Lower end."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """Upper end."""
        return self.mean + self.half_width


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Difference to the base on the days that both have, variant minus base.

    ``relative``: mean difference over the base's mean on these days; None where that is 0.
    """

    difference: Interval
    relative: float | None

    @property
    def is_noise(self) -> bool:
        """Whether the interval holds 0, so that these days cannot tell the change from none."""
        return self.difference.low <= 0 <= self.difference.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One measure of one variant; ``change`` None for the base itself and where no day is common."""

    measure: str
    variant: str
    over_days: Interval
    worst: float
    worst_day: str
    change: Change | None


def compare_kpis(
    measured: Mapping[str, Mapping[str, Kpis]], base: str, *, confidence: float = CONFIDENCE, looks: int = 1
) -> tuple[Cell, ...]:
    """Return a cell for every measure and variant, in the order of ``KPI_DEFINITIONS``, then of ``measured``.

    A measure that a variant has on no day has no cell. O(measures x variants x days).

    Parameters
    ----------
    measured
        Kpis by variant, then by id of the day; ``base`` is among the variants.
    looks
        How many changes are looked at together: the interval of each change is widened so that all hold at once with
        ``confidence`` (``widened``). With 1, one change in twenty that is none will look like one. Intervals of means
        judge nothing and stay at ``confidence`` each.
    """
    cells = []
    for measure in KPI_DEFINITIONS:
        for variant, days in measured.items():
            if _spread(days, measure):
                against = None if variant == base else measured[base]
                cells.append(_cell(measure, variant, days, against, (confidence, widened(looks, confidence))))
    return tuple(cells)


def widened(looks: int, confidence: float = CONFIDENCE) -> float:
    """Return the confidence of each of so many changes with which all of them hold at once (Bonferroni).

    With fewer than two looks it is ``confidence`` itself.
    """
    return 1 - (1 - confidence) / max(1, looks)


def interval(values: Sequence[float], confidence: float = CONFIDENCE) -> Interval:
    """Return the mean of at least one value with Student's interval."""
    n = len(values)
    if n < 2:
        return Interval(mean=values[0], half_width=math.inf, days=n)
    reach = float(stdtrit(n - 1, 0.5 + confidence / 2))
    return Interval(mean=fmean(values), half_width=reach * stdev(values) / math.sqrt(n), days=n)


def change(base: DayValues, variant: DayValues, confidence: float = CONFIDENCE) -> Change | None:
    """Return the change against the base by paired differences; None when the two have no day in common."""
    days = [day for day in base if day in variant]
    if not days:
        return None
    difference = interval([variant[day] - base[day] for day in days], confidence)
    before = fmean(base[day] for day in days)
    return Change(difference=difference, relative=difference.mean / before if before else None)


def linearised(above: DayValues, below: DayValues) -> DayValues:
    """Return values by day whose mean is R, all of ``above`` over all of ``below``, and whose interval is that of R.

    R + (above - R below) / mean below, the linear part of the ratio of two means (delta method: Cochran 1977,
    *Sampling Techniques*, section 6.3); so differences of two such ratios pair day by day as other values do.
    Nothing where all of ``below`` is 0. O(days).
    """
    whole = sum(below.values())
    if not whole:
        return {}
    ratio, mean = sum(above.values()) / whole, whole / len(below)
    return {day: ratio + (value - ratio * below[day]) / mean for day, value in above.items()}


def common_days(days: Iterable[Iterable[str]]) -> frozenset[str]:
    """Return the days that all have that have any, so that no mean is of other days than the next."""
    there = [found for each in days if (found := frozenset(each))]
    return frozenset[str].intersection(*there) if there else frozenset()


def worst_day(measure: str, values: DayValues) -> str:
    """Return the day on which a measure is worst, the first of equals."""
    choose = min if measure in GOOD_WHEN_HIGH else max
    return choose(values, key=lambda day: values[day])


def _cell(
    measure: str,
    variant: str,
    days: Mapping[str, Kpis],
    base: Mapping[str, Kpis] | None,
    confidence: tuple[float, float],
) -> Cell:
    """Return a cell; ``confidence`` of its mean, then of its change."""
    values = _values(days, measure)
    day = worst_day(measure, values)
    of_mean, of_change = confidence
    return Cell(
        measure=measure,
        variant=variant,
        over_days=interval(list(_spread(days, measure).values()), of_mean),
        worst=values[day],
        worst_day=day,
        change=None if base is None else _change(measure, base, days, of_change),
    )


def _change(measure: str, base: Mapping[str, Kpis], days: Mapping[str, Kpis], confidence: float) -> Change | None:
    """Return the change on common days, which have to be known before a ratio of sums is."""
    both = base.keys() & days.keys()
    before, after = ({day: kpis for day, kpis in each.items() if day in both} for each in (base, days))
    return change(_spread(before, measure), _spread(after, measure), confidence)


def _spread(days: Mapping[str, Kpis], measure: str) -> DayValues:
    """Return values by day of which mean and interval are taken."""
    if measure not in RATIOS:
        return _values(days, measure)
    above, below = (_values(days, name) for name in RATIOS[measure])
    return linearised(above, below)


def _values(days: Mapping[str, Kpis], measure: str) -> DayValues:
    found = {day: getattr(kpis, measure) for day, kpis in days.items()}
    return {day: float(value) for day, value in found.items() if value is not None}
