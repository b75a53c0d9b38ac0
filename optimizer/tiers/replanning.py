"""Replanning a day across tiers that has gone wrong: the answers of ``optimizer.replan``, with every handover kept.

The old plan is mended first, again and again, until each second leg waits for its goods and nothing is carried half way
that need not be; goods that may go another way try that of their place and the direct one. Then the ordinary
replanning searches vehicles, sequences and hours of the legs. Every answer has passed the ordinary referee with the
past as it was, and the referee of tiers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from optimizer.errors import SolverFailed
from optimizer.repair import complete
from optimizer.replan import Option, Replanned, compare, pin, replan
from optimizer.replan.answers import OPTIONS, rank
from optimizer.replan.settle import settled, truly_named
from optimizer.tiers.plan import driven
from optimizer.tiers.rest import Rest, as_one_tier

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from optimizer.plan import Plan
    from optimizer.replan import Weights
    from optimizer.stop import Stop
    from optimizer.tiers.model import TieredPlan
    from optimizer.tiers.past import TieredPast

MOST_ROUNDS = 12
"""How often the old plan is mended; every round moves, parts or leaves something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TieredReplanned:
    """The answers as of one tier, whose plans name legs, and each by its name as a plan across tiers."""

    answers: Replanned
    plans: Mapping[str, TieredPlan]


class _Mended(NamedTuple):
    """The rest of a day, and the old plan as far as it can stand in it; None where that is not known to be sound."""

    rest: Rest
    tiered: TieredPlan | None


def replan_tiers(
    day: TieredPast,
    *,
    weights: Weights,
    stop: Stop,
    keep: str = "none",
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[str], None] | None = None,
) -> TieredReplanned:
    """Return three ways to go on with a day; parameters as of ``optimizer.replan.replan``.

    The county after the events differs in shipments, matrices and locks alone. ``stop.seconds`` are shared out among
    the ways that goods which may go another way can go. What the referee of tiers refuses is no answer.

    Raises
    ------
    SolverFailed
        E192, when what has been driven cannot be told again within the rules.
    """
    mended = [_mended(Rest(day=day))]
    if mended[0].rest.parted:
        mended.append(_mended(Rest(day=day, is_direct=True)))
    share = replace(stop, seconds=None if stop.seconds is None else stop.seconds / len(mended))
    pool = [each.tiered for each in mended if each.tiered is not None]
    found: list[Replanned] = []
    for each in mended:
        found.append(
            replan(
                driven(day.before, day.plan),
                each.rest.problem,
                day.plan.plan,
                day.situation,
                weights=weights,
                stop=share,
                keep=keep,
                seed=seed,
                workers=workers,
                progress=progress,
            )
        )
        plans = {id(option.plan): option.plan for option in found[-1].options}
        pool += [tiered for plan in plans.values() if (tiered := _sound(each.rest, plan)) is not None]
        if found[-1].is_stopped:
            break
    if not pool:
        raise SolverFailed("E192")
    answers, plans_by_name = _answers(day, pool, weights)
    whole = replace(
        found[0],
        options=answers,
        num_candidates=sum(each.num_candidates for each in found),
        is_stopped=any(each.is_stopped for each in found),
    )
    return TieredReplanned(answers=whole, plans=plans_by_name)


def _answers(
    day: TieredPast, pool: Sequence[TieredPlan], weights: Weights
) -> tuple[tuple[Option, ...], dict[str, TieredPlan]]:
    """Return the best of the pool in each sense, as one tier and across tiers."""
    old = as_one_tier(day.before, day.plan)
    told = [(Option(name="", plan=t.plan, changes=compare(old, as_one_tier(day.after, t), weights)), t) for t in pool]
    best = {name: min(told, key=lambda each: rank(name, each[0])) for name in OPTIONS}
    options = tuple(replace(option, name=name) for name, (option, _) in best.items())
    return options, {name: tiered for name, (_, tiered) in best.items()}


def _sound(rest: Rest, plan: Plan) -> TieredPlan | None:
    """Return the plan across tiers that a plan of legs stands for, None where a referee refuses it."""
    tiered = rest.told(plan)
    return None if rest.half_carried(plan) or rest.day.judge(tiered) else tiered


def _mended(rest: Rest) -> _Mended:
    """Return the old plan mended until it keeps every handover, if it comes to that."""
    for _ in range(MOST_ROUNDS):
        plan = _stood(rest)
        if plan is None:
            break
        if not rest.adapt(plan):
            tiered = _sound(rest, plan)
            rest.settle_clocks(plan)
            return _Mended(rest, tiered)
    return _Mended(rest, None)


def _stood(rest: Rest) -> Plan | None:
    """Return the old plan as far as it can stand, with the rest inserted where it costs least, under true names."""
    day = rest.day
    pinned = pin(driven(day.before, day.plan), rest.problem, day.plan.plan, day.situation)
    for insert in (True, False):
        made = settled(pinned, complete(pinned.problem, pinned.drafts, insert=insert)).plan
        if made is not None:
            return truly_named(pinned, made)
    return None
