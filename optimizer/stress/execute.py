"""Drives a plan through many days at once: the same steps, other travel times, late goods, breakdowns.

The rules of the road are kept as people keep them: nobody begins before a window opens, a driver takes the rests of
the plan, docks serve one after the other, a trip waits for late goods only so long. What people cannot keep is told:
a place that is closed when the vehicle comes late, goods that missed their trip, driving beyond the rule. A place found
closed and goods found missing take as long as if they were handled, so that a worse day never looks better for it; a
depot opens for a vehicle that is late.

Every step is whole-array work over the days; the only loop is over the steps in the order of the plan.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.stress.docks import dock_free_s
from optimizer.stress.steps import DaySteps, Step, steps_of

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.stress.disturbance import Breakdown, Disturbance
    from optimizer.timeline import Windows

ROUNDING_S = 1e-6
"""Moments nearer than this are the same: sums of floats."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrivenStep:
    """What happened at one step on each day; all arrays are (days,).

    ``arrive_s`` <= ``start_s`` <= ``end_s`` <= ``depart_s``; of a return all four but ``arrive_s`` are one moment.
    ``is_closed``: the place had closed for the day, nothing was handed over.
    """

    step: Step
    arrive_s: np.ndarray
    start_s: np.ndarray
    end_s: np.ndarray
    depart_s: np.ndarray
    is_closed: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrivenDay:
    """One vehicle's days; ``breaks_driving`` (days,): it drove longer, at a stretch or in all, than its rule allows."""

    planned: DaySteps
    steps: tuple[DrivenStep, ...]
    breaks_driving: np.ndarray

    @property
    def duration_s(self) -> np.ndarray:
        """(days,) from the first loading to the last return."""
        return np.asarray(self.steps[-1].start_s - self.steps[0].start_s)


@dataclass(frozen=True, kw_only=True, eq=False)
class Driven:
    """A plan driven on ``days`` days. ``left``: shipments that were not there when their trip was loaded (days,)."""

    days: int
    vehicles: tuple[DrivenDay, ...]
    left: dict[str, np.ndarray]


def drive(problem: Problem, plan: Plan, disturbance: Disturbance, *, earlier_s: int = 0) -> Driven:
    """Drive ``plan`` through the days of ``disturbance``.

    Parameters
    ----------
    problem
        What the plan is for; its matrices are the legs of a quiet day, and every leg driven has a path.
    earlier_s
        People come that much earlier to every loading and planned wait, as far as goods, shifts and windows let them.

    Notes
    -----
    O(steps x days); with docks also O(loadings^2 x days) a depot.
    """
    wheels = [_Vehicle(day, disturbance) for day in steps_of(problem, plan)]
    order = sorted(
        (step.planned_s, v, k) for v, wheel in enumerate(wheels) for k, step in enumerate(wheel.planned.steps)
    )
    yard = _Yard(problem, disturbance, earlier_s)
    for _, v, k in order:
        wheels[v].take(wheels[v].planned.steps[k], yard)
    return Driven(days=disturbance.days, vehicles=tuple(wheel.driven() for wheel in wheels), left=yard.left)


class _Yard:
    """What vehicles share: docks, and goods that come late."""

    def __init__(self, problem: Problem, disturbance: Disturbance, earlier_s: int) -> None:
        self.problem, self.disturbance, self.earlier_s = problem, disturbance, earlier_s
        self.begun: dict[str, list[np.ndarray]] = defaultdict(list)
        self.left: dict[str, np.ndarray] = {}

    def load(self, step: Step, free_s: np.ndarray) -> np.ndarray:
        """Return when the loading begins on each day, of a vehicle that is there at ``free_s``."""
        there_s = np.maximum(free_s, max(step.before.until_s - self.earlier_s, step.ready_s))
        late = {i: self.disturbance.late_s[i] for i in step.goods if i in self.disturbance.late_s}
        start_s, most_s = there_s, np.maximum(there_s, step.before.until_s) + self.disturbance.wait_s
        for i, late_s in late.items():
            ready_s = self.problem.shipment_of[i].ready_s + late_s
            start_s = np.maximum(start_s, np.minimum(ready_s, most_s))
        start_s = _first_within(step.windows, start_s)
        depot = self.problem.depot_of[step.place]
        if depot.docks is not None:
            begun = self.begun[step.place]
            start_s = dock_free_s(begun, start_s, loading_s=depot.loading_s, docks=depot.docks)
            begun.append(start_s)
        for i, late_s in late.items():
            self.left[i] = self.problem.shipment_of[i].ready_s + late_s > start_s + ROUNDING_S
        return start_s


class _Vehicle:
    """One vehicle on its way through all days at once."""

    def __init__(self, planned: DaySteps, disturbance: Disturbance) -> None:
        self.planned, self.disturbance = planned, disturbance
        zeros = np.zeros(disturbance.days)
        self.now_s, self.since_rest_s, self.driven_s = zeros, zeros, zeros
        self.planned_s = 0
        self.breaks = np.zeros(disturbance.days, dtype=bool)
        self.is_open = np.zeros(disturbance.days, dtype=bool)
        self.breakdown: Breakdown | None = disturbance.breakdowns.get(planned.route.vehicle)
        self.steps: list[DrivenStep] = []
        self.rule = planned.kind.driving_rule

    def take(self, step: Step, yard: _Yard) -> None:
        """Do one step, which begins where the vehicle stands."""
        if step.kind == "loading":
            self._load(step, yard)
        else:
            self._go(step, yard.earlier_s)

    def driven(self) -> DrivenDay:
        """Return the whole day."""
        daily_s = self.rule.max_daily_driving_s if self.rule is not None else None
        breaks = self.breaks if daily_s is None else self.breaks | (self.driven_s > daily_s + ROUNDING_S)
        return DrivenDay(planned=self.planned, steps=tuple(self.steps), breaks_driving=breaks)

    def _load(self, step: Step, yard: _Yard) -> None:
        clean_s = self.now_s + step.cleaning_s
        start_s = yard.load(step, clean_s + step.before.rest_s)
        end_s = start_s + step.work_s
        depart_s = _pause(end_s, step, yard.earlier_s)
        self._note(
            DrivenStep(
                step=step, arrive_s=clean_s, start_s=start_s, end_s=end_s, depart_s=depart_s, is_closed=self.is_open
            )
        )
        self._rested(start_s - clean_s, depart_s - end_s)

    def _go(self, step: Step, earlier_s: int) -> None:
        arrive_s = self._drive(step)
        there_s = np.maximum(arrive_s + step.before.rest_s, step.before.until_s - earlier_s)
        start_s, is_closed = _served(step, there_s)
        end_s = start_s + step.work_s
        depart_s = _pause(end_s, step, earlier_s)
        self._note(
            DrivenStep(
                step=step, arrive_s=arrive_s, start_s=start_s, end_s=end_s, depart_s=depart_s, is_closed=is_closed
            )
        )
        if step.kind == "visit":
            self._rested(start_s - arrive_s, depart_s - end_s)

    def _drive(self, step: Step) -> np.ndarray:
        """Return when the vehicle arrives; notes driving, and a breakdown on the way."""
        factor = None if step.leg is None else self.disturbance.legs.get(step.leg)
        driving_s = np.full(self.disturbance.days, float(step.travel_s)) if factor is None else step.travel_s * factor
        self.driven_s = self.driven_s + driving_s
        self.since_rest_s = self.since_rest_s + driving_s
        if self.rule is not None:
            self.breaks = self.breaks | (self.since_rest_s > self.rule.max_driving_s + ROUNDING_S)
        return np.asarray(self.now_s + driving_s + self._stopped(step.travel_s))

    def _stopped(self, travel_s: int) -> np.ndarray | float:
        """Return the seconds lost to a breakdown on the coming leg of the planned day's driving."""
        before_s, self.planned_s = self.planned_s, self.planned_s + travel_s
        total_s = self.planned.driving_s
        if self.breakdown is None or total_s == 0:
            return 0.0
        at_s = self.breakdown.share * total_s
        is_here = self.breakdown.is_broken & (before_s <= at_s) & (at_s < self.planned_s)
        return np.where(is_here, float(self.disturbance.stopped_s), 0.0)

    def _rested(self, *pauses_s: np.ndarray) -> None:
        if self.rule is not None:
            has_rested = np.maximum(*pauses_s) >= self.rule.rest_s - ROUNDING_S
            self.since_rest_s = np.where(has_rested, 0.0, self.since_rest_s)

    def _note(self, driven: DrivenStep) -> None:
        self.now_s = driven.depart_s
        self.steps.append(driven)


def _pause(end_s: np.ndarray, step: Step, earlier_s: int) -> np.ndarray:
    return np.asarray(np.maximum(end_s + step.after.rest_s, step.after.until_s - earlier_s))


def _served(step: Step, there_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return when work begins, and whether the place was closed by then; a return is never turned away."""
    start_s = _next_within(step.windows, there_s)
    if step.kind == "visit" and step.opening != step.windows:
        start_s = np.where(np.isfinite(start_s), start_s, _next_within(step.opening, there_s))
    is_closed = ~np.isfinite(start_s)
    start_s = np.where(is_closed, there_s, start_s)
    return start_s, is_closed if step.kind == "visit" else np.zeros_like(is_closed)


def _first_within(windows: Windows, at_s: np.ndarray) -> np.ndarray:
    """Return the first moment within ``windows``, or ``at_s`` itself after the last of them."""
    found = _next_within(windows, at_s)
    return np.where(np.isfinite(found), found, at_s)


def _next_within(windows: Windows, at_s: np.ndarray) -> np.ndarray:
    """Return the first moment at or after ``at_s`` within ``windows``, inf where they are over."""
    found = np.full(at_s.shape, np.inf)
    for early, late in reversed(windows):
        found = np.where(at_s <= late + ROUNDING_S, np.maximum(at_s, early), found)
    return found
