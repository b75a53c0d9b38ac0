"""Plans an emergency: the same day with each of the means, the first class sooner, and one vehicle more.

Every plan is searched by the ordinary solver across tiers and judged by its referee. A plan that does with fewer means
is a plan of more means too, so more means never bring less: their plan stands in where it is the better one.

The first class comes sooner: it is planned alone, and the whole day again with that class due when it would be done
alone, ``early_slack_s`` added. That plan is gone by if it brings the class sooner and no less of any class but the
last: hours of the first class come before goods of the last one, and the page says what that costs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from optimizer.fallback import UNEXPLAINED, unserved_plan
from optimizer.solve import HURRIED_WORK
from optimizer.stop import Stop
from optimizer.tiers.check import check_tiers
from optimizer.tiers.model import TieredPlan
from optimizer.tiers.plan import Traces
from optimizer.tiers.reasons import explain_tiers
from optimizer.tiers.search import solve_tiers
from scenarios.emergency.apart import joined, part, rest
from scenarios.emergency.means import Means, county_with, offered, one_more
from scenarios.emergency.priority import rank_of
from scenarios.emergency.standing import class_rows, crossing_shipments, villages_reached
from scenarios.errors import ScenarioFailed
from scenarios.variants.cells import Limit
from scenarios.variants.kept_plans import KeptPlans, reasons_key, solve_key

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

    from optimizer.crew import Progress
    from optimizer.model import Shipment
    from optimizer.plan import Unserved
    from optimizer.tiers.model import Tiers
    from optimizer.tiers.search import TieredResult
    from scenarios.build import County
    from scenarios.emergency.county import Rescue
    from scenarios.emergency.standing import ClassRow

ACROSS_SHARE, REST_SHARE, WHOLE_SHARE = 0.3, 0.3, 0.4
"""How the seconds of a plan are shared: its two parts, then the whole day at once. Rounds are not shared.

Where goods of a higher class are left, their solve is followed by two more of its share: see
``scenarios.emergency.effort``.
"""

FIRST_PLANS = Stop(iterations=0)
"""First plans however long they take, and no search: an emergency is never left without an answer."""


class Ear(Protocol):
    """Who is told what is being planned, and better plans of it."""

    def phase(self, name: str) -> None:
        """Hear that the plan of this name is begun."""

    def better(self, progress: Progress) -> None:
        """Hear of a better plan."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The plan of one set of means and what it brings.

    ``tiers``: those of ``county``. ``rows`` by class; ``villages`` of ``places`` that are cut off and have goods.
    ``is_hurried``: its first class is due soon, see the module.
    """

    means: Means
    county: County
    tiers: Tiers
    plan: TieredPlan
    rows: tuple[ClassRow, ...]
    villages: int
    places: int
    is_hurried: bool = False

    @property
    def cost_fen(self) -> int:
        """What the whole day costs, penalties apart."""
        return self.plan.plan.cost.operating_fen

    @property
    def carried(self) -> int:
        """Pieces that cross."""
        return sum(row.carried for row in self.rows)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """All plans of one emergency: by means, the fullest last, and with one vehicle more than the fullest.

    ``best``: the plan to go by. ``is_whole``: nobody ended it early.
    """

    compared: tuple[Answer, ...]
    best: Answer
    more: tuple[Answer, ...] = ()
    is_whole: bool = True


class Planner:
    """Plans one emergency, one solve after the other, until ``cancel`` is set; what is done then is kept.

    Solves that are in ``kept`` are not done again.
    """

    def __init__(
        self,
        rescue: Rescue,
        *,
        stop: Stop,
        seed: int = 0,
        workers: int = 1,
        cancel: threading.Event | None = None,
        ear: Ear | None = None,
        kept: KeptPlans | None = None,
    ) -> None:
        self._rescue = rescue
        self._kept = kept or KeptPlans()
        self._stop, self._seed, self._workers = stop, seed, workers
        self._cancel, self._ear = cancel, ear

    def answers(self) -> Answers:
        """Return every plan; 2 to 4 means, two for the first class, one for each vehicle more.

        Raises
        ------
        ScenarioFailed
            E357, should the referee refuse an answer, a bug.
        """
        compared: list[Answer] = []
        for means in offered(self._rescue):
            if compared and self._is_over:
                break
            compared.append(self._with(means, compared))
        fullest = compared[-1]
        best = (None if self._is_over else self._hurried(fullest)) or fullest
        more = () if self._is_over else self._more(fullest)
        is_whole = not self._is_over
        return Answers(compared=tuple(compared), best=self._explained(best), more=more, is_whole=is_whole)

    @property
    def _is_over(self) -> bool:
        return self._cancel is not None and self._cancel.is_set()

    def _with(self, means: Means, others: Sequence[Answer]) -> Answer:
        """Return the plan with these means, or the plan of fewer means where that is better."""
        county, tiers = county_with(self._rescue, means)
        phase = f"more:{means.more}" if means.more else means.key
        plan = self._planned(tiers, phase) if means.is_any else self._solved_at_once(tiers, phase)
        for other in others:
            is_better = other.plan.plan.cost.total_fen < plan.plan.cost.total_fen
            if is_better and not check_tiers(tiers, other.plan):
                plan = other.plan
        return self._answer(means, county, tiers, plan)

    def _solved_at_once(self, tiers: Tiers, phase: str) -> TieredPlan:
        self._tell(phase)
        return self._solved(tiers)

    def _tell(self, phase: str) -> None:
        if self._ear is not None:
            self._ear.phase(phase)

    def _planned(self, tiers: Tiers, phase: str) -> TieredPlan:
        """Return the better of two plans: one of the whole day, one of its parts (``scenarios.emergency.apart``)."""
        self._tell(phase)
        cut = self._rescue.isolated
        goods = {s.id for s in tiers.problem.shipments if s.origin in cut or s.destination in cut}
        if not 0 < len(goods) < len(tiers.problem.shipments):
            return self._by_class(tiers)
        first = self._by_class(part(tiers, goods), ACROSS_SHARE)
        parts = self._completed(tiers, goods, first, REST_SHARE)
        whole = self._solved(tiers, WHOLE_SHARE)
        return whole if parts is None or parts.plan.cost.total_fen >= whole.plan.cost.total_fen else parts

    def _by_class(self, tiers: Tiers, share: float = 1.0) -> TieredPlan:
        """Return a plan; where it leaves goods of a higher class, the higher classes are tried before the last."""
        plan = self._solved(tiers, share)
        rank = rank_of(self._rescue.emergency.classes)
        last = max((rank(s.commodity) for s in tiers.problem.shipments), default=0)
        upper = {s.id for s in tiers.problem.shipments if rank(s.commodity) < last}
        if self._is_over or not upper & {u.shipment for u in plan.plan.unserved}:
            return plan
        found = self._completed(tiers, upper, self._solved(part(tiers, upper), share), share)
        return plan if found is None or found.plan.cost.total_fen >= plan.plan.cost.total_fen else found

    def _completed(self, tiers: Tiers, goods: set[str], first: TieredPlan, share: float) -> TieredPlan | None:
        """Return the plan of some goods with that of all others added, None where the referee refuses both together."""
        both = joined(tiers, goods, first, self._solved(rest(tiers, goods, first), share))
        return None if check_tiers(tiers, both) else both

    def _solved(self, tiers: Tiers, share: float = 1.0) -> TieredPlan:
        stop = self._stop if self._stop.seconds is None else replace(self._stop, seconds=self._stop.seconds * share)
        limit = Limit(stop=stop, seed=self._seed, workers=self._workers)
        return self._kept.plan(solve_key("emergency", tiers, limit), lambda: self._judged(tiers, stop))

    def _judged(self, tiers: Tiers, stop: Stop) -> tuple[TieredPlan, bool]:
        """Return a plan that the referee passes, and whether it is one to keep: nobody ended its search early."""
        found = self._searched(tiers, stop)
        if not (found.history or found.iterations or self._is_over):
            found = self._searched(tiers, FIRST_PLANS)  # the time was over before any process had begun
        if not (found.history or found.iterations):
            return _nobody(tiers), False
        violations = check_tiers(tiers, found.plan)
        if violations:
            raise ScenarioFailed("E357", detail=violations[0].render("en"))
        return found.plan, not self._is_over

    def _searched(self, tiers: Tiers, stop: Stop) -> TieredResult:
        return solve_tiers(
            tiers,
            stop=stop,
            seed=self._seed,
            workers=self._workers,
            cancel=self._cancel,
            progress=None if self._ear is None else self._ear.better,
        )

    def _answer(self, means: Means, county: County, tiers: Tiers, plan: TieredPlan) -> Answer:
        villages, places = villages_reached(self._rescue, tiers, plan)
        rows = class_rows(self._rescue, tiers, plan)
        return Answer(
            means=means,
            county=county,
            tiers=tiers,
            plan=plan,
            rows=rows,
            villages=villages,
            places=places,
        )

    def _hurried(self, usual: Answer) -> Answer | None:
        """Return the plan with the first class due when it would be done alone, None where that is no better."""
        first = self._first_class(usual)
        if len(usual.rows) < 2 or not first:
            return None
        tiers = usual.tiers
        alone = replace(tiers, problem=replace(tiers.problem, shipments=tuple(first), locks=()))
        self._tell("alone")
        moments = _moments(alone, self._solved(alone, ACROSS_SHARE), first)
        if not moments or self._is_over:
            return None
        due_s = max(moments.values()) + self._rescue.emergency.early_slack_s
        wanted = {s.id: replace(s, due_s=max(s.ready_s, min(s.due_s, due_s))) for s in first if s.id in moments}
        shipments = tuple(wanted.get(s.id, s) for s in tiers.problem.shipments)
        plan = self._planned(replace(tiers, problem=replace(tiers.problem, shipments=shipments)), "hurried")
        if check_tiers(tiers, plan):
            return None
        found = replace(self._answer(usual.means, usual.county, tiers, plan), is_hurried=True)
        is_no_less = all(now.carried >= was.carried for now, was in list(zip(found.rows, usual.rows, strict=True))[:-1])
        return found if is_no_less and _mean_s(found) < _mean_s(usual) else None

    def _first_class(self, usual: Answer) -> list[Shipment]:
        """Return the goods down of the highest class among those that cross."""
        rank = rank_of(self._rescue.emergency.classes)
        down = [s for s in crossing_shipments(self._rescue, usual.tiers) if s.destination in self._rescue.isolated]
        best = min((rank(s.commodity) for s in down), default=0)
        return [s for s in down if rank(s.commodity) == best]

    def _explained(self, answer: Answer) -> Answer:
        if not answer.plan.plan.unserved:
            return answer
        self._tell("reasons")
        plan = self._kept.plan(reasons_key(answer.tiers, answer.plan), lambda: self._reasons(answer))
        return replace(answer, plan=plan)

    def _reasons(self, answer: Answer) -> tuple[TieredPlan, bool]:
        """Return the plan with reasons, and whether to keep it: one that was told in a hurry says less."""
        is_hurried = self._is_over
        work = {"most_work": HURRIED_WORK} if is_hurried else {}
        return _told(answer.tiers, explain_tiers(answer.tiers, answer.plan, **work)), not is_hurried

    def _more(self, best: Answer) -> tuple[Answer, ...]:
        """Return the plans with one vehicle more on the far side of each relay, and one drone more at each base."""
        left = {u.shipment for u in best.plan.plan.unserved}
        if not any(s.id in left for s in crossing_shipments(self._rescue, best.tiers)):
            return ()
        found: list[Answer] = []
        for kind in one_more(self._rescue):
            if self._is_over:
                break
            found.append(self._with(replace(best.means, more=kind), [best]))
        return tuple(found)


def _nobody(tiers: Tiers) -> TieredPlan:
    """Return the plan that serves nobody, by ways that every place allows."""
    choice = {place: min(ways) for part, ways in tiers.groups for place in part}
    return TieredPlan(choice=choice, plan=unserved_plan(tiers.problem))


def _told(tiers: Tiers, plan: TieredPlan) -> TieredPlan:
    """Return the plan with a reason for goods through a station that no search has said anything of: no vehicle."""
    known = tiers.problem.shipment_of

    def told(left: Unserved) -> Unserved:
        station = tiers.way(known[left.shipment], plan.choice, plan.exceptions).station
        is_open = left.reason != UNEXPLAINED or not station
        return left if is_open else replace(left, reason="U198", numbers={"station": station})

    return replace(plan, plan=replace(plan.plan, unserved=tuple(map(told, plan.plan.unserved))))


def _moments(tiers: Tiers, plan: TieredPlan, goods: Sequence[Shipment]) -> dict[str, int]:
    """Return when goods are delivered, of those that are."""
    traces = Traces(tiers, plan)
    last = {s.id: traces.of(s.id)[-1] for s in goods}
    return {id_: stage.at_s for id_, stage in last.items() if stage.what == "delivered" and stage.at_s is not None}


def _mean_s(answer: Answer) -> float:
    """Return the mean hour of delivery of the first class; endless where nothing of it comes."""
    mean_s = answer.rows[0].mean_s if answer.rows else None
    return float("inf") if mean_s is None else mean_s
