"""One walk across tiers: ways, clocks and all trips together, not one tier after the other.

It begins with its share of these plans: everything direct, everything through its nearest station, two-stage
(loops first, then line-haul), through stations where goods down meet goods up, and all ways at once
(``optimizer.tiers.joint``). Then a village, a township or a station goes another way, or a clock is retimed, or
all ways are chosen at once again at other prices; each time the days near the change are searched on
(``optimizer.tiers.nearby``), and the new plan is taken when it is not much dearer (record-to-record travel: Dueck
1993, "New optimization heuristics", J. Computational Physics 104). At the end the best plan's days are cooled down
once more.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import accumulate, count
from typing import TYPE_CHECKING

import numpy as np

from optimizer.engines import Budget
from optimizer.engines.sayable import is_sayable
from optimizer.errors import SolverFailed
from optimizer.fallback import unserved_plan
from optimizer.island import Island
from optimizer.repair import complete
from optimizer.schedule import draft_of
from optimizer.tiers.check import check_tiers
from optimizer.tiers.clocks import first_clocks, met
from optimizer.tiers.cooling import cooled, counted, part, time_share, timed
from optimizer.tiers.exact import assign_exactly
from optimizer.tiers.joint import Joint
from optimizer.tiers.legs import expand
from optimizer.tiers.model import TieredPlan
from optimizer.tiers.moves import Decision, Moves
from optimizer.tiers.nearby import Nearby, at_home
from optimizer.tiers.plan import settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.tiers.joint import Prices
    from optimizer.tiers.legs import Legs
    from optimizer.tiers.model import Choice, Clocks, Tiers

logger = logging.getLogger(__name__)

START_STRETCHES = 10
"""Stretches for each first plan, and for the last cooling, where moves are counted."""

START_SHARE, END_SHARE = 0.33, 0.78
"""Shares of the time at which the first plans are done, and at which the last cooling begins."""

JOINT_PRICES = (0.6, 1.6)
"""Range of the prices of line-haul at which all ways are chosen at once."""

JOINT_SHARE, JOINT_STEP = 0.5, 0.04
"""Share of the time for that, and of it for each price."""

JOINT_COUNT, JOINT_ROUNDS = 1, 2
"""Prices, and rounds of the search at each, where moves are counted."""

JOINT_BEGIN = 0.85
"""Share of the cooling that is left out when line-haul joins those loops."""

SHUT_SHARE = 0.3
"""Share of the stations that are shut, every other time."""

RIDES_SHARE = 0.96
"""Share of the time at which the last cooling ends where departures carry goods: they are chosen exactly then."""

DIRECT_WEIGHT, STATION_WEIGHTS = 3, (2, 5, 1)
"""How the time for first plans is shared out: all direct and by line; two-stage, through stations, meeting there."""

END_BEGIN = 0.4
"""Share of the last cooling that is left out: a good day is searched on."""

DEVIATION = 0.004
"""How much dearer than the best a plan may be to go on from, at first; less and less to nothing."""

CLOSE = 0.002
"""A walk whose best is within this share of another's goes on from its own; less and less to nothing."""

RETIMED = frozenset({"U192", "U193", "U194", "U195", "U197"})
"""Reasons of refusal that other clocks may cure."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Stand:
    """Where a walk stands: a decision spelt out in legs, and the best plan known for it."""

    legs: Legs
    tiered: TieredPlan

    @property
    def cost_fen(self) -> int:
        """Return what the whole plan costs."""
        return self.tiered.plan.cost.total_fen


class Walk:
    """A walk with its own seed; ``report`` hears of every first plan and every better one, and of what found it.

    ``moves`` is how many moves there will be, None when nobody knows; ``index`` of ``walkers`` says which of the
    first plans are its own.
    """

    def __init__(
        self,
        tiers: Tiers,
        *,
        seed: int,
        budget: Budget,
        report: Callable[[Stand, str], None],
        moves: int | None = None,
        index: int = 0,
        walkers: int = 1,
    ) -> None:
        self.tiers = tiers
        self._budget = budget
        self._report = report
        self._moves_due = moves
        self._own = (index, walkers)
        self._rng = np.random.default_rng([seed, index])
        self._moves = Moves(tiers, self._rng)
        self._nearby = Nearby(tiers, self._rng)
        self.best = self._now = self._nobody(self._moves.direct())

    def start(self) -> None:
        """Make the first plans that are this walk's own and stand at the cheapest."""
        self._offer(self._quick(), "first")
        for phase, stand in self._firsts():
            self._offer(stand, phase, is_told=True)

    def move(self, k: int) -> None:
        """Do move ``k``."""
        then = self._tried()
        if not self._offer(then, "moves") and then.cost_fen <= self.best.cost_fen * (1 + self._fading(DEVIATION, k)):
            self._now = then

    def end(self) -> None:
        """Cool the best plan's days down until the time is nearly up, and put its goods on departures exactly."""
        legs, given = self.best.legs, self.best.tiered.plan
        plan = self._cooled(legs.problem, given, until=RIDES_SHARE if self.best.tiered.rides else 1.0, begin=END_BEGIN)
        self._offer(Stand(legs=legs, tiered=settle(legs, plan)), "cooling")
        if self.best.tiered.rides:
            exact = assign_exactly(self.tiers, self.best.tiered)
            self._offer(Stand(legs=self.best.legs, tiered=exact), "rides")

    def is_over(self) -> bool:
        """Tell whether it is time for the end."""
        return time_share(self._budget) >= END_SHARE

    def adopt(self, others: Sequence[tuple[TieredPlan, Clocks]], done: int) -> None:
        """Go on from another walk's best plan, where the own is clearly dearer."""
        tiered, clocks = min(others, key=lambda other: other[0].plan.cost.total_fen)
        if self.best.cost_fen > tiered.plan.cost.total_fen * (1 + self._fading(CLOSE, done)):
            self.best = self._now = Stand(legs=expand(self.tiers, tiered.choice, clocks), tiered=tiered)

    def _offer(self, stand: Stand, phase: str, *, is_told: bool = False) -> bool:
        """Keep ``stand`` and go on from there if it is the best so far and breaks no rule."""
        is_better = stand.cost_fen < self.best.cost_fen
        if not (is_better or is_told) or not self._is_clean(stand):
            return False
        if is_better:
            self.best = self._now = stand
        self._report(stand, phase)
        return is_better

    def _firsts(self) -> Iterator[tuple[str, Stand]]:
        """Yield the first plans of this walk: those of each walker in turn, all where it is alone."""
        yield from self._joint_firsts()
        index, walkers = self._own
        has_direct, has_stations = walkers == 1 or index % 2 == 0, walkers == 1 or index % 2 == 1
        direct, through = self._moves.direct(), self._moves.through()
        has_stations &= through != direct
        weights = ([DIRECT_WEIGHT] if has_direct or not has_stations else []) + list(STATION_WEIGHTS) * has_stations
        begin, due = time_share(self._budget), (1 - time_share(self._budget)) * START_SHARE
        ends = [begin + due * done / sum(weights) for done in accumulate(weights)]
        if has_direct or not has_stations:
            until = (begin + ends[0]) / 2 if self.tiers.departures else ends[0]
            yield "direct", self._whole(direct, first_clocks(self.tiers, direct), until=until)
        lined = self._moves.lined()
        if has_direct and lined != direct:
            yield "lines", self._whole(lined, first_clocks(self.tiers, lined), until=ends[0])
        if not has_stations:
            return
        ends = ends[-len(STATION_WEIGHTS) :]
        clocks = first_clocks(self.tiers, through)
        two_stage = self._two_stage(through, clocks, until=ends[0])
        yield "two_stage", two_stage
        whole = self._whole(through, clocks, two_stage, until=ends[1])
        yield "through", whole
        meeting = met(self.tiers, clocks)
        if meeting != clocks:
            yield "through", self._whole(through, meeting, whole, until=ends[2])

    def _quick(self) -> Stand:
        """Return a plan at once, in which everything goes direct that may."""
        choice = self._moves.direct()
        legs = self._expanded(Decision(choice, first_clocks(self.tiers, choice)))
        problem = at_home(legs.problem, self.tiers.hubs, ())
        return Stand(legs=legs, tiered=settle(legs, cooled(problem, None, rng=self._rng, shares=counted(1))))

    def _joint_firsts(self) -> Iterator[tuple[str, Stand]]:
        """Yield plans of all ways at once at several prices, where PyVRP can say such a problem: its search is quick.

        Where it cannot, moves find better ways than prices do, as fixed costs of line-haul have no linear price.
        """
        joint = Joint(self.tiers)
        if not joint.is_of_use or not is_sayable(joint.problem(joint.prices(1.0))):
            return
        counted_rounds = range(JOINT_COUNT) if self._budget.seconds is None else count()
        for k in counted_rounds:
            begin = time_share(self._budget)
            if begin >= JOINT_SHARE:
                return
            near = self._near_plan(joint.problem(self._joint_prices(joint, k)), until=begin + JOINT_STEP)
            choice = joint.choice(near, self._moves.through())
            legs = self._expanded(Decision(choice, first_clocks(self.tiers, choice)))
            given = complete(legs.problem, joint.days(legs, near), insert=False)
            until = time_share(self._budget) + JOINT_STEP / 5
            plan = self._cooled(legs.problem, given, until=until, begin=JOINT_BEGIN)
            yield "joint", Stand(legs=legs, tiered=settle(legs, plan))

    def _joint_prices(self, joint: Joint, k: int) -> Prices:
        """Return the ``k``-th prices: full vehicles first, then dearer and cheaper ones, with some stations shut."""
        if k == 0:
            return joint.prices(1.0)
        prices = joint.prices(float(self._rng.uniform(*JOINT_PRICES)))
        is_shut = self._rng.random(len(prices)) < SHUT_SHARE * (k % 2)
        kept = {s: price for (s, price), shut in zip(prices.items(), is_shut, strict=True) if not shut}
        return kept or prices

    def _near_plan(self, problem: Problem, *, until: float) -> Plan:
        """Search an ordinary problem with what the ordinary solver would search it with."""
        seconds = self._budget.seconds
        left_s = None if seconds is None else max(0.0, until - time_share(self._budget)) * seconds
        budget = Budget(seconds=left_s)
        rounds = JOINT_ROUNDS if left_s is None else None
        seed = int(self._rng.integers(1 << 31))
        # the second kind of island is the population, the best on problems of this size
        island = Island(problem, seed=seed, index=1, budget=budget, report=lambda *_: None, rounds=rounds)
        island.start(None)
        done = 0
        while not budget.is_spent() and done != rounds:
            island.round(done)
            done += 1
        return island.best

    def _nobody(self, choice: Choice) -> Stand:
        legs = expand(self.tiers, choice, {})
        return Stand(legs=legs, tiered=TieredPlan(choice=choice, plan=unserved_plan(self.tiers.problem)))

    def _whole(self, choice: Choice, clocks: Clocks, given: Stand | None = None, *, until: float) -> Stand:
        """Plan all legs together, from nothing or on from a plan whose loops and line-haul do not know each other."""
        legs = self._expanded(Decision(choice, clocks))
        begin, plan = (0.0, None) if given is None else (END_BEGIN, given.tiered.plan)
        plan = self._cooled(legs.problem, plan, until=until, begin=begin)
        return Stand(legs=legs, tiered=settle(legs, plan))

    def _two_stage(self, choice: Choice, clocks: Clocks, *, until: float) -> Stand:
        """Plan the loops of the stations' vehicles by themselves, then line-haul and all direct goods by the others."""
        legs = expand(self.tiers, choice, clocks)
        loops = {leg for leg, part in legs.parts.items() if (part.index == 2) == (part.wave[1] == "down")}
        own = {v.id for v in legs.problem.vehicle_types if v.depot in self.tiers.station_of}
        others = {v.id for v in legs.problem.vehicle_types} - own
        rest = {s.id for s in legs.problem.shipments} - loops
        middle = (time_share(self._budget) + until) / 2
        first = self._cooled(part(legs.problem, loops, own), None, until=middle)
        second = self._cooled(part(legs.problem, rest, others), None, until=until)
        days = {(r.vehicle_type, r.number): [draft_of(t) for t in r.trips] for r in (*first.routes, *second.routes)}
        return Stand(legs=legs, tiered=settle(legs, complete(legs.problem, days)))

    def _tried(self) -> Stand:
        """Return where one move leads, after a short search near it."""
        now = self._now
        decision = self._moves.next(now.legs, now.tiered)
        legs = self._expanded(decision)
        touched = [place for place, way in decision.choice.items() if now.legs.choice.get(place) != way]
        plan = self._nearby.bettered(legs, now.tiered.plan, now.legs.problem.shipment_of, touched)
        return Stand(legs=legs, tiered=settle(legs, plan))

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

    def _cooled(self, problem: Problem, given: Plan | None, *, until: float, begin: float = 0.0) -> Plan:
        """Cool the days of ``problem`` down until a share of the time, or for a count of stretches without one."""
        is_timed = self._budget.seconds is not None
        shares = timed(self._budget, until) if is_timed else counted(START_STRETCHES)
        days = (((r.vehicle_type, r.number), r.trips) for r in given.routes) if given else ()
        return cooled(at_home(problem, self.tiers.hubs, days), given, rng=self._rng, shares=shares, begin=begin)

    def _fading(self, share: float, k: int) -> float:
        """Return a share that falls to nothing until the last move."""
        counted_share = k / self._moves_due if self._moves_due else 0.0
        return share * (1 - min(1.0, max(counted_share, time_share(self._budget) / END_SHARE)))

    def _is_clean(self, stand: Stand) -> bool:
        violations = check_tiers(self.tiers, stand.tiered)
        if violations:
            logger.error("%s", SolverFailed("E191", detail=f"tiers: {violations[0].render('en')}"))
        return not violations
