"""A day is planned, as by ``gongpei plan``: the same search, judge and record; a retry begins with the checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.commands.plan import origin_of
from api.hired import worths_of
from api.schemas import from_plan, from_tiered, to_plan, to_tiered, with_worths
from api.service.work.desk import CHECKPOINT, Done
from api.tiers import has_tiers, judged, tiers_of
from optimizer.check import check
from optimizer.errors import SolverFailed
from optimizer.plan import Plan
from optimizer.solve import HURRIED_WORK, solve
from optimizer.tiers.model import TieredPlan
from optimizer.tiers.reasons import explain_tiers
from optimizer.tiers.search import solve_tiers
from scenarios.build import build_problem
from scenarios.files import read_scenario

if TYPE_CHECKING:
    from api.schemas import Origin, PlanFile
    from api.service.work.desk import Desk
    from optimizer.solve import Progress
    from optimizer.tiers.model import Tiers
    from scenarios.build import County


def run(desk: Desk) -> Done:
    """Plan the day in the folder.

    Raises
    ------
    InvalidInput
        Of any package, about the county.
    SolverFailed
        E191, should a plan break a rule after all.
    """
    desk.tell.phase("read")
    scenario = read_scenario(desk.scenario)
    desk.tell.phase("roads")
    county = build_problem(scenario, cache=desk.cache)
    work = _Tiered if has_tiers(county) else _Ordinary
    return work(desk=desk, county=county).done()


@dataclass(frozen=True, kw_only=True)
class _Ordinary:
    desk: Desk
    county: County

    def done(self) -> Done:
        problem, desk = self.county.problem, self.desk
        kept = desk.record(CHECKPOINT)
        desk.tell.phase("solve")
        result = solve(
            problem,
            stop=desk.stop,
            seed=desk.seed,
            workers=desk.workers,
            start=None if kept is None else to_plan(kept),
            progress=self.heard,
            cancel=desk.cancel,
        )
        require_sound(tuple(v.render("en") for v in check(problem, result.plan)))
        record = self.record(result.plan, is_stopped=result.stopped)
        if not result.stopped:
            desk.tell.phase("worth")
            record = with_worths(record, worths_of(self.county, tiers_of(self.county), result.plan, seed=desk.seed))
        desk.tell.phase("write")
        return done_with(desk, record, result.plan, bound_fen=result.bound_fen)

    def heard(self, progress: Progress) -> None:
        self.desk.tell.incumbent(progress.cost_fen, progress.num_unserved, progress.phase)
        if isinstance(progress.answer, Plan):
            record = self.record(progress.answer, is_stopped=True)
            self.desk.tell.checkpoint(progress.cost_fen, self.desk.packed(record))

    def record(self, plan: Plan, *, is_stopped: bool) -> PlanFile:
        return from_plan(plan, _origin(self.desk, self.county, is_stopped=is_stopped))


@dataclass(frozen=True, kw_only=True)
class _Tiered:
    desk: Desk
    county: County

    def done(self) -> Done:
        desk, tiers = self.desk, tiers_of(self.county)
        kept = desk.record(CHECKPOINT)
        desk.tell.phase("solve")
        result = solve_tiers(
            tiers, stop=desk.stop, seed=desk.seed, workers=desk.workers, progress=self.heard, cancel=desk.cancel
        )
        answer = _better(tiers, result.plan, None if kept is None else to_tiered(kept))
        desk.tell.phase("reasons")
        answer = explain_tiers(tiers, answer, **({"most_work": HURRIED_WORK} if result.stopped else {}))
        require_sound(tuple(v.en for v in judged(tiers, answer)))
        record = self.record(answer, is_stopped=result.stopped)
        if not result.stopped:
            desk.tell.phase("worth")
            record = with_worths(record, worths_of(self.county, tiers, answer, seed=desk.seed))
        desk.tell.phase("write")
        return done_with(desk, record, answer.plan)

    def heard(self, progress: Progress) -> None:
        self.desk.tell.incumbent(progress.cost_fen, progress.num_unserved, progress.phase)
        if isinstance(progress.answer, TieredPlan):
            record = self.record(progress.answer, is_stopped=True)
            self.desk.tell.checkpoint(progress.cost_fen, self.desk.packed(record))

    def record(self, tiered: TieredPlan, *, is_stopped: bool) -> PlanFile:
        return from_tiered(tiered, _origin(self.desk, self.county, is_stopped=is_stopped))


def done_with(desk: Desk, record: PlanFile, plan: Plan, *, bound_fen: int | None = None) -> Done:
    """Return the end of a job that has a plan."""
    return Done(
        plan=desk.packed(record),
        cost_fen=plan.cost.total_fen,
        bound_fen=bound_fen,
        unserved=len(plan.unserved),
        stopped=record.origin.stopped,
        versions=record.origin.versions,
    )


def require_sound(violations: tuple[str, ...]) -> None:
    """Refuse to hand over a plan that the referee has something against.

    Raises
    ------
    SolverFailed
        E191.
    """
    if violations:
        raise SolverFailed("E191", detail=violations[0])


def _better(tiers: Tiers, found: TieredPlan, kept: TieredPlan | None) -> TieredPlan:
    """Return the plan of an earlier attempt where it is cheaper, and sound."""
    if kept is None or kept.plan.cost.total_fen >= found.plan.cost.total_fen or judged(tiers, kept):
        return found
    return kept


def _origin(desk: Desk, county: County, *, is_stopped: bool) -> Origin:
    digest = county.problem.digest
    return origin_of(county, desk.stop, desk.options, digest=digest, is_stopped=is_stopped)
