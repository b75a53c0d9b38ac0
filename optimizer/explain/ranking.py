"""What could be done with one shipment of a plan: the cheapest way on each vehicle, and leaving it out.

The others stay where they are, in their order. Shipments that belong together are also carried all at once, one after
the other, because what is offered to each of them may be the same room.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from optimizer.check import check
from optimizer.explain.insertion import insert_best
from optimizer.explain.question import taken_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.explain.insertion import Insertion
    from optimizer.plan import Plan
    from optimizer.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The cheapest way on each of some vehicles, the cheapest first, and the plan without the shipment.

    ``left_out`` is None where other goods may not ride without it. ``is_complete`` is False where the plan keeps not
    every rule, so that nothing can be put into it, and where a cheaper way may have been missed for lack of work.
    """

    ways: tuple[Insertion, ...] = ()
    left_out: Plan | None = None
    is_complete: bool = False


class Together(NamedTuple):
    """A plan with several shipments carried where that costs less than leaving them, and which of them are left."""

    plan: Plan
    left: tuple[str, ...]
    is_complete: bool


def rank_ways(problem: Problem, plan: Plan, shipment: str, *, most: int, most_work: int) -> Ranking:
    """Return what could be done with a shipment that the plan carries or leaves; ``most`` ways at most.

    Each is a whole plan that the referee accepts. No other place for the shipment on a vehicle costs less, docks
    apart, where the first that becomes free is taken. Work as ``optimizer.explain.insertion.insert_best``.
    """
    unbound = _unbound(problem, shipment)
    base = _without(unbound, plan, shipment)
    if base is None:
        return Ranking()
    if base is plan and check(unbound, plan):
        return Ranking(left_out=plan)
    search = insert_best(problem, base, problem.shipment_of[shipment], most_work=most_work, most=most, accepted=base)
    may_be_left = unbound is problem or not check(problem, base)
    left_out = base if may_be_left else None
    return Ranking(ways=search.found, left_out=left_out, is_complete=search.is_complete)


def carry_together(problem: Problem, plan: Plan, shipments: Sequence[str], *, most_work: int) -> Together | None:
    """Return the plan with all of these shipments put into it anew, the dearest to leave first; None as ``left_out``.

    Each goes where it costs least beside those before it, so that the whole is a way and not always the best one.
    """
    base: Plan | None = plan
    for name in shipments:
        base = None if base is None else _without(problem, base, name)
    if base is None or check(problem, base):
        return None
    left, is_complete = [], True
    for goods in sorted((problem.shipment_of[name] for name in shipments), key=lambda s: (-s.penalty_fen, s.id)):
        search = insert_best(problem, base, goods, most_work=most_work, below_fen=goods.penalty_fen, accepted=base)
        is_complete = is_complete and search.is_complete
        if search.best is None:
            left.append(goods.id)
        else:
            base = search.best.plan
    return Together(base, tuple(left), is_complete)


def _without(problem: Problem, plan: Plan, shipment: str) -> Plan | None:
    """Return the plan without a shipment, as ``taken_out``; the very same where it is left already."""
    is_carried = any(shipment in trip.shipments for _, trip in plan.trips())
    return taken_out(problem, plan, shipment) if is_carried else plan


def _unbound(problem: Problem, shipment: str) -> Problem:
    """Return the problem without locks of others to come after a shipment: they are judged once it is back."""
    free = tuple(lock for lock in problem.locks if lock.after != shipment)
    return problem if len(free) == len(problem.locks) else replace(problem, locks=free)
