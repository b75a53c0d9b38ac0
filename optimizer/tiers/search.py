"""The search across tiers: ways, clocks and all trips together, not one tier after the other.

It begins with the best of these plans: everything direct, everything through its nearest station, two-stage
(loops first, then line-haul), and through stations where goods down meet goods up. Then a village, a township or
a station goes another way, or a clock is retimed; each time the vehicles' days of both tiers are searched on,
from where they stand, for a short while, and the new plan is taken when it is not much dearer (record-to-record
travel: Dueck 1993, "New optimization heuristics", J. Computational Physics 104). At the end the best plan's days
are cooled down once more.

One process. The plan that serves nobody is the answer of last resort, and every plan kept has been judged.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.engines import Budget
from optimizer.errors import SolverFailed
from optimizer.fallback import unserved_plan
from optimizer.repair import complete
from optimizer.schedule import draft_of
from optimizer.tiers.check import check_tiers
from optimizer.tiers.clocks import first_clocks, met
from optimizer.tiers.cooling import cooled, counted, part, time_share, timed
from optimizer.tiers.legs import expand
from optimizer.tiers.model import TieredPlan
from optimizer.tiers.moves import Decision, Moves
from optimizer.tiers.plan import settle

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.stop import Stop
    from optimizer.tiers.legs import Legs
    from optimizer.tiers.model import Choice, Clocks, Tiers

logger = logging.getLogger(__name__)

START_STRETCHES = 10
"""Stretches for each first plan, and for the last cooling, where moves are counted."""

START_SHARE, END_SHARE = 0.35, 0.85
"""Shares of the time at which the first plans are done, and at which the last cooling begins."""

MOVE_STEPS = 500
"""Steps of the two stretches of annealing after each move."""

MOVE_BEGIN, END_BEGIN = 0.8, 0.6
"""Share of the cooling that is left out after a move, and at the end: good days are searched on."""

DEVIATION = 0.004
"""How much dearer than the best a plan may be to go on from, at first; less and less to nothing."""

RETIMED = frozenset({"U192", "U193", "U194", "U195", "U197"})
"""Reasons of refusal that other clocks may cure."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Stand:
    """Where the search stands: a decision spelt out in legs, and the best plan known for it."""

    legs: Legs
    tiered: TieredPlan

    @property
    def cost_fen(self) -> int:
        return self.tiered.plan.cost.total_fen


def solve_tiers(tiers: Tiers, *, stop: Stop, seed: int = 0) -> TieredPlan:
    """Return the best plan across tiers found until ``stop``, refereed; never dearer than its first plans.

    ``stop.iterations`` counts moves; alone it makes the search repeatable. The time it takes grows with the
    number of places squared for each move (the arrays of ``DaySearch``). Without a compiler plans are made by
    cheapest insertion only.
    """
    return _Search(tiers, stop, seed).best()


class _Search:
    def __init__(self, tiers: Tiers, stop: Stop, seed: int) -> None:
        self.tiers = tiers
        self._stop = stop
        self._budget = Budget(seconds=stop.seconds, iterations=stop.iterations)
        self._rng = np.random.default_rng(seed)
        self._moves = Moves(tiers, self._rng)

    def best(self) -> TieredPlan:
        best = now = self._first()
        k = 0
        while not self._budget.is_spent(k) and time_share(self._budget) < END_SHARE:
            then = self._tried(now)
            k += 1
            if then.cost_fen < best.cost_fen and self._is_clean(then):
                best = now = then
            elif then.cost_fen <= best.cost_fen * (1 + DEVIATION * (1 - self._share(k))):
                now = then
        plan = self._cooled(best.legs.problem, best.tiered.plan, until=1.0, begin=END_BEGIN)
        last = _Stand(legs=best.legs, tiered=settle(best.legs, plan))
        is_better = last.cost_fen < best.cost_fen and self._is_clean(last)
        return (last if is_better else best).tiered

    def _first(self) -> _Stand:
        """Return the cheapest of all direct, all through stations, two-stage, meeting there, and serving nobody."""
        direct, through = self._moves.direct(), self._moves.through()
        known = [self._nobody(direct), self._whole(direct, first_clocks(self.tiers, direct), quarter=1)]
        if through != direct:
            clocks = first_clocks(self.tiers, through)
            known.append(self._two_stage(through, clocks, quarter=2))
            known.append(self._whole(through, clocks, known[-1], quarter=3))
            meeting = met(self.tiers, clocks)
            if meeting != clocks:
                known.append(self._whole(through, meeting, known[-1], quarter=4))
        return min((stand for stand in known if self._is_clean(stand)), key=lambda stand: stand.cost_fen)

    def _nobody(self, choice: Choice) -> _Stand:
        legs = expand(self.tiers, choice, {})
        return _Stand(legs=legs, tiered=TieredPlan(choice=choice, plan=unserved_plan(self.tiers.problem)))

    def _whole(self, choice: Choice, clocks: Clocks, given: _Stand | None = None, *, quarter: int) -> _Stand:
        """Plan all legs together, from nothing or on from a plan whose loops and line-haul do not know each other."""
        legs = self._expanded(Decision(choice, clocks))
        begin, plan = (0.0, None) if given is None else (END_BEGIN, given.tiered.plan)
        plan = self._cooled(legs.problem, plan, until=START_SHARE * quarter / 4, begin=begin)
        return _Stand(legs=legs, tiered=settle(legs, plan))

    def _two_stage(self, choice: Choice, clocks: Clocks, *, quarter: int) -> _Stand:
        """Plan the loops of the stations' vehicles by themselves, then line-haul and all direct goods by the others."""
        legs = expand(self.tiers, choice, clocks)
        loops = {leg for leg, part in legs.parts.items() if (part.index == 2) == (part.wave[1] == "down")}
        own = {v.id for v in legs.problem.vehicle_types if v.depot in self.tiers.station_of}
        others = {v.id for v in legs.problem.vehicle_types} - own
        rest = {s.id for s in legs.problem.shipments} - loops
        middle, end = START_SHARE * (quarter - 0.5) / 4, START_SHARE * quarter / 4
        first = self._cooled(part(legs.problem, loops, own), None, until=middle)
        second = self._cooled(part(legs.problem, rest, others), None, until=end)
        days = {(r.vehicle_type, r.number): [draft_of(t) for t in r.trips] for r in (*first.routes, *second.routes)}
        return _Stand(legs=legs, tiered=settle(legs, complete(legs.problem, days)))

    def _tried(self, now: _Stand) -> _Stand:
        """Return where one move leads, after a short search."""
        decision = self._moves.next(now.legs, now.tiered)
        legs = self._expanded(decision)
        plan = self._cooled(legs.problem, now.tiered.plan, until=None, begin=MOVE_BEGIN)
        return _Stand(legs=legs, tiered=settle(legs, plan))

    def _expanded(self, decision: Decision) -> Legs:
        """Return the legs; a station whose clocks do not suit goods that are new there gets its first clocks again."""
        legs = expand(self.tiers, decision.choice, decision.clocks)
        late = {str(u.numbers["station"]) for u in legs.refused if u.reason in RETIMED}
        if not late:
            return legs
        fresh = first_clocks(self.tiers, decision.choice)
        clocks = {key: fresh.get(key, own) if key[0] in late else own for key, own in decision.clocks.items()}
        other = expand(self.tiers, decision.choice, clocks)
        return other if len(other.refused) < len(legs.refused) else legs

    def _cooled(self, problem: Problem, given: Plan | None, *, until: float | None, begin: float = 0.0) -> Plan:
        """Cool the days of ``problem`` down until a share of the time, or for a count of stretches where none is set.

        After a move (``until`` is None) there are two short stretches.
        """
        if until is None:
            return cooled(problem, given, rng=self._rng, shares=counted(2), begin=begin, steps=MOVE_STEPS)
        is_timed = self._budget.seconds is not None
        shares = timed(self._budget, until) if is_timed else counted(START_STRETCHES)
        return cooled(problem, given, rng=self._rng, shares=shares, begin=begin)

    def _share(self, k: int) -> float:
        """Return the share done of all moves before move ``k``."""
        counted_share = k / self._stop.iterations if self._stop.iterations else 0.0
        return min(1.0, max(counted_share, time_share(self._budget) / END_SHARE))

    def _is_clean(self, stand: _Stand) -> bool:
        violations = check_tiers(self.tiers, stand.tiered)
        if violations:
            logger.error("%s", SolverFailed("E191", detail=f"tiers: {violations[0].render('en')}"))
        return not violations
