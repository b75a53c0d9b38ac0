"""From variants to comparable measures: lay out what is to be computed, compute what is not yet known, collect.

Every variant sees the same days with the same draws. What two variants have in common, such as a part that a change
does not touch, is planned once. Whatever fails or is not computed in time is missing from the result, never guessed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from scenarios.errors import InvalidInput
from scenarios.sampled_days import DEFAULT_MODEL, market_towns, plan_days, scenario_on
from scenarios.service import Service
from scenarios.variants.apply import ASSUMED, DAILY_APART, ONE_WAY, SAME_TIERS, changed_day, parts_of_day
from scenarios.variants.cells import DayCell, PlanCell, day_cell, kpis_of, plan_cell
from scenarios.variants.effort import shared_limits
from scenarios.variants.offers import OfferCell, family_of, offer_cell
from scenarios.variants.usage import Usage, unpack_usage
from scenarios.variants.waiting import WAITING, eve_of, every_other_day, turns_of

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from scenarios.kpis import Kpis
    from scenarios.sampled_days import DayModel, SampledDay
    from scenarios.scenario import Scenario
    from scenarios.text import Text
    from scenarios.variants.cells import Limit
    from scenarios.variants.executor import Executor, Failure
    from scenarios.variants.model import Variant, VariantSet
    from scenarios.variants.store import Store
    from scenarios.variants.waiting import Turns

SPARE_S = 6.0
"""What building, judging and measuring a day is taken to need beyond its limit, until the first is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """One day of one variant: its parts by name, and the cell that measures them together where there are several.

    ``turns``: visits over both turns of a variant that visits every other day.
    """

    variant: str
    day: SampledDay
    parts: tuple[tuple[str, PlanCell], ...]
    whole: DayCell | None = None
    turns: Turns | None = None

    @property
    def key(self) -> str:
        """Where the measures of the day are found."""
        return self.parts[0][1].key if self.whole is None else self.whole.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """All that a comparison asks for, nothing computed yet; ``markets``: towns that have one, by id of the day."""

    variants: tuple[Variant, ...]
    against: str
    days: tuple[SampledDay, ...]
    cells: tuple[DayPlan, ...]
    limit: Limit
    placeholders: tuple[Text, ...] = ()
    markets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A day of a variant, or a part of it, that has no result."""

    variant: str
    day: str
    part: str
    failure: Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Measures by variant and id of the day, as far as there are any.

    ``ways``: carried pieces by kind of way, ``usage``: what each vehicle type did, both by variant and day.

    Days of a county without stations, lines and rules about modes have no ways.
    Of ``total`` tasks, ``plans`` of them plans and the others whole days and offers, ``known`` were in the store and
    ``computed`` were done now or are among the ``failed``; ``is_whole`` tells that no day is missing.
    """

    agenda: Agenda
    measured: dict[str, dict[str, Kpis]]
    losses: tuple[Loss, ...] = ()
    total: int = 0
    plans: int = 0
    known: int = 0
    computed: int = 0
    failed: int = 0
    is_whole: bool = True
    keys: dict[str, dict[str, str]] = field(default_factory=dict)
    ways: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    usage: dict[str, dict[str, dict[str, Usage]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a comparison is; ``left_s`` is an estimate. ``has_others``: some tasks are no plans."""

    done: int
    total: int
    failed: int
    left_s: float
    has_others: bool = False


def prepare(
    scenario: Scenario,
    wanted: VariantSet,
    *,
    days: int,
    limit: Limit,
    peaks: tuple[float, ...] = (),
    cache: Path | None = None,
    model: DayModel = DEFAULT_MODEL,
) -> Agenda:
    """Return what is to be planned, the days drawn with the seed of ``limit``. O(variants x days x orders).

    Raises
    ------
    InvalidInput
        E349, for days or peaks that there cannot be, are no peaks, or are there twice.
    """
    _refuse_odd(peaks)
    model = replace(model, markets=wanted.markets or model.markets)
    if wanted.market_factor is not None:
        model = replace(model, market_factor=wanted.market_factor)
    sampled = plan_days(scenario.date, days, limit.seed, peaks=peaks)
    planner = _Planner(scenario, model, limit, cache)
    cells = tuple(planner.day_plan(variant, day) for day in sampled for variant in wanted.variants)
    return Agenda(
        variants=wanted.variants,
        against=wanted.against,
        days=sampled,
        cells=cells,
        limit=limit,
        placeholders=_assumed(scenario, wanted, sampled[0], model),
        markets={day.id: market_towns(scenario, day.date, model) for day in sampled},
    )


def carry_out(
    agenda: Agenda,
    store: Store,
    executor: Executor,
    *,
    report: Callable[[Standing], None] | None = None,
    cancel: threading.Event | None = None,
) -> Comparison:
    """Compute what the store does not have, then collect; what is done when ``cancel`` is set is collected too.

    Plans come first, whole days and offers (``scenarios.variants.offers``) after them; where a stop leaves no time for
    offers, own plans stand. The order is by day, so that after a stop the days that are there are
    there for all variants. Whole days whose plans are all there are measured after a stop as well, about a second
    each: else it would take every variant of several parts from the result.
    """
    plans = {cell.key: cell for each in agenda.cells for _, cell in each.parts}
    wholes = {each.whole.key: each.whole for each in agenda.cells if each.whole is not None}
    missing = [cell for key, cell in plans.items() if store.get(key) is None]
    unmeasured = [cell for key, cell in wholes.items() if store.get(key) is None]
    offered = _offers(agenda, plans.keys())
    unoffered = {cell.key for cell in offered.values() if store.get(cell.key) is None}
    total = len(plans) + len(wholes) + len({cell.key for cell in offered.values()})
    todo = len(missing) + len(unmeasured) + len(unoffered)
    crew = _Progress(_usual_s(missing), executor.workers, todo, report, has_others=todo > len(missing))
    for outcome in executor.run(missing, store, cancel):
        crew.take(outcome.key, outcome.seconds, outcome.failure)
    ready = [cell for cell in unmeasured if all(store.get(key) is not None for key in cell.parts)]
    if not _is_set(cancel):
        offered = _offers(agenda, plans.keys() - crew.failures.keys())
        asked = {cell.key: cell for cell in offered.values() if store.get(cell.key) is None}
        for outcome in executor.run([*ready, *asked.values()], store, cancel):
            crew.take(outcome.key, outcome.seconds, outcome.failure)
    if _is_set(cancel):
        left = [cell for cell in ready if cell.key not in crew.failures and store.get(cell.key) is None]
        for outcome in executor.run(left, store):
            crew.take(outcome.key, outcome.seconds, outcome.failure)
    found = _collect(agenda, store, crew.failures, {name: cell.key for name, cell in offered.items()})
    known, failed = total - todo, len(crew.failures)
    return replace(found, total=total, plans=len(plans), known=known, computed=crew.done, failed=failed)


def _is_set(cancel: threading.Event | None) -> bool:
    return cancel is not None and cancel.is_set()


def _offers(agenda: Agenda, plans: Collection[str]) -> dict[tuple[str, str], OfferCell]:
    """Return, by variant and day, what compares a plan with others of its day, of those that are among ``plans``."""
    families: dict[tuple[str, str], list[DayPlan]] = {}
    variants = {variant.id: variant for variant in agenda.variants}
    for each in agenda.cells:
        if each.whole is None and each.key in plans:
            families.setdefault((each.day.id, family_of(variants[each.variant])), []).append(each)
    found: dict[tuple[str, str], OfferCell] = {}
    for family in families.values():
        keys = {each.key for each in family}
        if len(keys) > 1 and any(Service(each.parts[0][1].part).is_tiered for each in family):
            found |= {(each.variant, each.day.id): offer_cell(each.parts[0][1], keys) for each in family}
    return found


@dataclass(frozen=True, slots=True)
class _Planner:
    scenario: Scenario
    model: DayModel
    limit: Limit
    cache: Path | None
    drawn: dict[tuple[str, float], Scenario] = field(default_factory=dict)

    def day_plan(self, variant: Variant, day: SampledDay) -> DayPlan:
        drawn = self._draw(day, variant.volume)
        other: Scenario | None = None
        if variant.is_every_other_day:
            drawn, other = every_other_day(self.scenario, drawn, self._draw(eve_of(day), variant.volume))
        whole = changed_day(drawn, variant)
        found = parts_of_day(whole, variant)
        turns = None if other is None else _turns(variant, whole, other)
        limits = shared_limits(self.limit, [len(part.orders) for _, part in found])
        cells = tuple(plan_cell(part, limit, self.cache) for (_, part), limit in zip(found, limits, strict=True))
        parts = tuple((name, cell) for (name, _), cell in zip(found, cells, strict=True))
        together = day_cell(whole, cells, self.cache) if len(parts) > 1 else None
        return DayPlan(variant=variant.id, day=day, parts=parts, whole=together, turns=turns)

    def _draw(self, day: SampledDay, volume: float) -> Scenario:
        """Return the day as drawn, once for all variants that leave the volume."""
        if (day.id, volume) not in self.drawn:
            model = replace(self.model, volume=self.model.volume * volume)
            self.drawn[day.id, volume] = scenario_on(self.scenario, day, self.limit.seed, model=model)
        return self.drawn[day.id, volume]


def _refuse_odd(peaks: tuple[float, ...]) -> None:
    """Refuse a peak of 1, which is an ordinary day that counted in the means, and two days of one name."""
    names = [f"{peak:g}" for peak in peaks]  # as days are called
    odd = [name for name in dict.fromkeys(names) if name == "1" or names.count(name) > 1]
    if odd:
        raise InvalidInput("E349", what="peaks", value=", ".join(odd))


def _turns(variant: Variant, day: Scenario, other: Scenario) -> Turns:
    both = (parts_of_day(each, variant) for each in (day, replace(day, orders=other.orders)))
    return turns_of(day, [[part for _, part in parts] for parts in both])


def _assumed(scenario: Scenario, wanted: VariantSet, day: SampledDay, model: DayModel) -> tuple[Text, ...]:
    """Return what the base and the changes assume, each once."""
    found = list(scenario_on(scenario, day, 0, model=model).placeholders)
    is_apart = any(variant.coalitions is not None for variant in wanted.variants)
    is_one_way = any(variant.is_one_way for variant in wanted.variants)
    if is_apart:
        found += ASSUMED
    if any(variant.coalitions is not None and not variant.is_every_other_day for variant in wanted.variants):
        found.append(DAILY_APART)
    if any(variant.is_every_other_day for variant in wanted.variants):
        found.append(WAITING)
    if is_one_way:
        found.append(ONE_WAY)
    if (is_apart or is_one_way) and Service(scenario).is_tiered:
        found.append(SAME_TIERS)
    return tuple(dict.fromkeys(found))


def _usual_s(cells: Sequence[PlanCell]) -> float:
    """Return what a plan is taken to need until the first is done."""
    return SPARE_S + sum(cell.limit.stop.seconds or 0.0 for cell in cells) / max(1, len(cells))


@dataclass(slots=True)
class _Progress:
    """Counts outcomes and guesses what is left."""

    usual_s: float
    workers: int
    todo: int
    report: Callable[[Standing], None] | None
    has_others: bool = False
    done: int = 0
    spent_s: float = 0.0
    failures: dict[str, Failure] = field(default_factory=dict)
    began_at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._tell()

    def take(self, key: str, seconds: float, failure: Failure | None) -> None:
        self.done += 1
        self.spent_s += seconds
        if failure is not None:
            self.failures[key] = failure
        self._tell()

    def _tell(self) -> None:
        if self.report is None:
            return
        each_s = self.spent_s / self.done if self.done else self.usual_s
        left_s = (self.todo - self.done) * each_s / self.workers
        failed = len(self.failures)
        self.report(Standing(done=self.done, total=self.todo, failed=failed, left_s=left_s, has_others=self.has_others))


def _collect(
    agenda: Agenda, store: Store, failures: dict[str, Failure], offers: dict[tuple[str, str], str]
) -> Comparison:
    measured: dict[str, dict[str, Kpis]] = {variant.id: {} for variant in agenda.variants}
    keys: dict[str, dict[str, str]] = {variant.id: {} for variant in agenda.variants}
    ways: dict[str, dict[str, dict[str, int]]] = {variant.id: {} for variant in agenda.variants}
    usage: dict[str, dict[str, dict[str, Usage]]] = {variant.id: {} for variant in agenda.variants}
    losses: list[Loss] = []
    has_offers = True
    for each in agenda.cells:
        offer = offers.get((each.variant, each.day.id), each.key)
        content = store.get(offer)
        has_offers &= content is not None
        keys[each.variant][each.day.id] = each.key if content is None else offer
        content = content or store.get(each.key)
        if content is not None:
            kpis = kpis_of(content)
            measured[each.variant][each.day.id] = kpis if each.turns is None else each.turns.told(kpis)
            usage[each.variant][each.day.id] = unpack_usage(content["usage"])
            if content["ways"] is not None:
                ways[each.variant][each.day.id] = content["ways"]
        losses += _losses(each, failures)
    return Comparison(
        agenda=agenda,
        measured=measured,
        losses=tuple(losses),
        is_whole=has_offers and all(len(days) == len(agenda.days) for days in measured.values()),
        keys=keys,
        ways=ways,
        usage=usage,
    )


def _losses(each: DayPlan, failures: dict[str, Failure]) -> Iterator[Loss]:
    cells = [(name, cell.key) for name, cell in each.parts]
    if each.whole is not None:
        cells.append(("", each.whole.key))
    for name, key in cells:
        if key in failures:
            yield Loss(variant=each.variant, day=each.day.id, part=name, failure=failures[key])
