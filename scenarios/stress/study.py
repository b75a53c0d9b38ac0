"""A whole stress test of one plan: a quiet day, many days, closed roads, and what it costs to be surer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from optimizer.stress.script import script_of, tiered_script
from scenarios.errors import InvalidInput
from scenarios.stress.buffers import AS_IT_IS, SLACKS, buffers_of, cheapest, frontier, slack_problem, stressed
from scenarios.stress.draws import deadlines_of
from scenarios.stress.noise import PLACEHOLDERS, QUIET
from scenarios.stress.roads import closed_roads

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from optimizer.stress.outcome import Outcome
    from optimizer.stress.script import Script
    from optimizer.tiers.model import TieredPlan
    from scenarios.build import County
    from scenarios.stress.buffers import Buffer, Slack
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
    plan: TieredPlan
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


def scripted(county: County, plan: TieredPlan) -> Script:
    """Return the script of a plan of ``county``; where it has no tiers, of an ordinary plan."""
    return script_of(county.problem, plan.plan) if county.tiers is None else tiered_script(county.tiers, plan)


def study(
    county: County,
    plan: TieredPlan,
    question: Question,
    *,
    plan_again: Callable[[County], TieredPlan],
    cache: Path | None = None,
    told: Callable[[str, int, int], None] = lambda _phase, _done, _total: None,
    is_ended: Callable[[], bool] = lambda: False,
) -> Study:
    """Stress ``plan``, close roads in turn, and try buffers.

    Parameters
    ----------
    plan_again
        Makes the plan of the county with slack.
    told
        Is told "stress", "closures" and "buffers" as each goes on, how much of it is done and of how much.
    is_ended
        Is asked between the parts; what is done by then is returned, without the plan that was being made.

    Raises
    ------
    InvalidInput
        E531, when the plan drives nothing.
    """
    if not any(route.trips for route in plan.plan.routes):
        raise InvalidInput("E531")
    script = scripted(county, plan)
    noise, days, seed = question.noise, question.days, question.seed
    told("stress", 0, 1)
    calm = replace(QUIET, tolerance_min=noise.tolerance_min)
    quiet = stressed(county, script, calm, days=1, seed=seed)
    outcome = stressed(county, script, noise, days=days, seed=seed)
    deadlines = deadlines_of(county, script, noise)
    roads = closed_roads(county, script, deadlines, cache=cache, told=partial(told, "closures"), is_ended=is_ended)
    buffers = list(buffers_of(county, AS_IT_IS, script, noise, days=days, seed=seed))
    for done, slack in enumerate(SLACKS):
        told("buffers", done, len(SLACKS))
        made = None if is_ended() else plan_again(_with_slack(county, slack))
        if made is not None and not is_ended():  # a search that was cut short says nothing about its buffer
            buffers += buffers_of(county, slack, scripted(county, made), noise, days=days, seed=seed)
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


def _with_slack(county: County, slack: Slack) -> County:
    """Return the county as it is to be planned; scheduled departures keep their timetable."""
    problem = slack_problem(county.problem, slack)
    tiers = None if county.tiers is None else replace(county.tiers, problem=problem)
    return replace(county, problem=problem, tiers=tiers)
