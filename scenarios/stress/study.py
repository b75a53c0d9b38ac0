"""A whole stress test of one plan: a quiet day, many days, closed roads, and what it costs to be surer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scenarios.errors import InvalidInput
from scenarios.stress.buffers import AS_IT_IS, SLACKS, buffers_of, cheapest, frontier, slack_problem, stressed
from scenarios.stress.draws import deadlines_of
from scenarios.stress.noise import PLACEHOLDERS, QUIET
from scenarios.stress.roads import closed_roads

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.stress.outcome import Outcome
    from scenarios.build import County
    from scenarios.stress.buffers import Buffer
    from scenarios.stress.noise import Noise
    from scenarios.stress.roads import ClosedRoad

WANTED = 0.95
"""Mean share of pieces on time that is wanted where nothing else is said."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked: on how many days, drawn from which seed, and which mean share of pieces on time is wanted."""

    noise: Noise = PLACEHOLDERS
    days: int = 1_000
    seed: int = 0
    wanted: float = WANTED


@dataclass(frozen=True, kw_only=True, eq=False)
class Study:
    """Everything found; ``is_whole`` is False when it was ended early, so that roads or buffers are missing."""

    county: County
    plan: Plan
    question: Question
    quiet: Outcome
    outcome: Outcome
    roads: tuple[ClosedRoad, ...]
    buffers: tuple[Buffer, ...]
    is_whole: bool = True

    @property
    def frontier(self) -> tuple[Buffer, ...]:
        """Buffers that no other beats, cheapest first."""
        return frontier(self.buffers)

    @property
    def best(self) -> Buffer | None:
        """The cheapest that reaches what is wanted, if any does."""
        return cheapest(self.buffers, self.question.wanted)


def refuse_tiers(county: County, *, is_tiered_plan: bool = False) -> None:
    """Refuse a day, or a plan, with goods that pass through stations or go on lines.

    Raises
    ------
    InvalidInput
        E531.
    """
    if county.tiers is not None or is_tiered_plan:
        raise InvalidInput("E531", value=county.scenario.name)


def study(
    county: County,
    plan: Plan,
    question: Question,
    *,
    plan_again: Callable[[Problem], Plan],
    cache: Path | None = None,
    told: Callable[[str], None] = lambda _: None,
    is_ended: Callable[[], bool] = lambda: False,
) -> Study:
    """Stress ``plan``, close roads in turn, and try buffers.

    Parameters
    ----------
    plan_again
        Makes the plan of a problem with slack.
    told
        Is told "stress", "closures" and "buffers" when each begins.
    is_ended
        Is asked between the parts; what is done by then is returned.

    Raises
    ------
    InvalidInput
        E532, when the plan drives nothing.
    """
    if not any(route.trips for route in plan.routes):
        raise InvalidInput("E532")
    noise, days, seed = question.noise, question.days, question.seed
    told("stress")
    calm = replace(QUIET, tolerance_min=noise.tolerance_min)
    quiet = stressed(county, plan, calm, days=1, seed=seed)
    outcome = stressed(county, plan, noise, days=days, seed=seed)
    told("closures")
    roads = closed_roads(county, plan, deadlines_of(county, plan, noise), cache=cache, is_ended=is_ended)
    told("buffers")
    buffers = list(buffers_of(county, AS_IT_IS, plan, noise, days=days, seed=seed))
    for slack in SLACKS:
        if not is_ended():
            made = plan_again(slack_problem(county.problem, slack))
            buffers += buffers_of(county, slack, made, noise, days=days, seed=seed)
    return Study(
        county=county,
        plan=plan,
        question=question,
        quiet=quiet,
        outcome=outcome,
        roads=roads,
        buffers=tuple(buffers),
        is_whole=not is_ended(),
    )
