"""How fresh perishable goods arrive: what is left of their longest time on board, piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.plan import Plan, Trip
    from optimizer.problem import Problem


def freshness_kept(problem: Problem, plan: Plan) -> float | None:
    """Return the mean over pieces with a longest time on board of 1 - time on board / longest time. O(visits).

    What is unserved has kept nothing and counts as 0. None where no goods have such a limit. Time on board is as the
    referee counts it: from leaving the place of loading to the beginning of the handover.
    """
    limits = {s.id: (s.pieces, s.max_on_board_s) for s in problem.shipments if s.max_on_board_s is not None}
    pieces = sum(count for count, _ in limits.values())
    if not pieces:
        return None
    kept = 0.0
    for _, trip in plan.trips():
        for name, on_board_s in _times_on_board(trip).items():
            if name in limits:
                count, most_s = limits[name]
                kept += count * (max(0.0, 1 - on_board_s / most_s) if most_s else 0.0)
    return kept / pieces


def _times_on_board(trip: Trip) -> dict[str, int]:
    left_s = {name: visit.depart_s for visit in trip.visits for name in visit.collect}
    handed_s = {name: visit.start_s for visit in trip.visits for name in visit.deliver}
    return {
        name: handed_s.get(name, trip.return_s) - left_s.get(name, trip.depart_s) for name in left_s.keys() | handed_s
    }
