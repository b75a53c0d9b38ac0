"""Drives a plan through many days at once: the same steps, other travel times, late goods, breakdowns.

The rules of the road are kept as people keep them: nobody begins before a window opens, a driver takes the rests of
the plan, docks serve one after the other, a vehicle waits for late goods only so long. What people cannot keep is
told: a place that is closed when the vehicle comes late, goods that missed their vehicle, driving beyond the rule. A
place found closed and goods found missing take as long as if they were handled, so that nothing is won by failing;
a depot opens for a vehicle that is late. Nobody waits for goods that do not come at all that day.

Every step is whole-array work over the days; the only loop is over the steps, in the order of the plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.stress.freight import ROUNDING_S, Aboard, Freight
from optimizer.stress.steps import DaySteps, DrivenStep, Step, steps_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.stress.disturbance import Breakdown, Disturbance
    from optimizer.stress.script import Script
    from optimizer.timeline import Windows


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
    """A plan driven on ``days`` days; ``goods`` by shipment or leg, on vehicles and departures."""

    days: int
    vehicles: tuple[DrivenDay, ...]
    goods: Mapping[str, Aboard]


class _At(NamedTuple):
    """A step by vehicle and position."""

    vehicle: int
    step: int


def drive(script: Script, disturbance: Disturbance, *, earlier_s: int = 0) -> Driven:
    """Drive ``script`` through the days of ``disturbance``.

    Parameters
    ----------
    script
        Its problem has the legs of a quiet day, and every leg driven has a path.
    earlier_s
        People come that much earlier to every loading and planned wait, as far as goods, shifts and windows let them.

    Notes
    -----
    O(steps x days); with docks also O(loadings^2 x days) a depot.
    """
    freight = Freight(script, disturbance, earlier_s)
    wheels = [_Vehicle(day, disturbance, freight) for day in steps_of(script.problem, script.plan)]
    handing = {
        i: _At(v, k) for v, wheel in enumerate(wheels) for k, step in enumerate(wheel.planned.steps) for i in step.hands
    }
    order = sorted(
        (step.planned_s, _At(v, k)) for v, wheel in enumerate(wheels) for k, step in enumerate(wheel.planned.steps)
    )
    for _, at in order:
        _take(wheels, at, handing, script)
    freight.ride_on()
    return Driven(days=disturbance.days, vehicles=tuple(wheel.driven() for wheel in wheels), goods=freight.goods)


def _take(wheels: list[_Vehicle], at: _At, handing: Mapping[str, _At], script: Script) -> None:
    """Drive one vehicle up to a step; what it takes on at a station is brought there first."""
    wheel = wheels[at.vehicle]
    while len(wheel.steps) <= at.step:
        step = wheel.planned.steps[len(wheel.steps)]
        for i in step.takes:
            relay = script.relays.get(i)
            if relay is not None and relay.first in handing:
                _take(wheels, handing[relay.first], handing, script)
        wheel.take(step)


class _Vehicle:
    """One vehicle on its way through all days at once."""

    def __init__(self, planned: DaySteps, disturbance: Disturbance, freight: Freight) -> None:
        self.planned, self.disturbance, self.freight = planned, disturbance, freight
        zeros = np.zeros(disturbance.days)
        self.now_s, self.since_rest_s, self.driven_s = zeros, zeros, zeros
        self.planned_s = 0
        self.breaks = np.zeros(disturbance.days, dtype=bool)
        self.breakdown: Breakdown | None = disturbance.breakdowns.get(planned.route.vehicle)
        self.steps: list[DrivenStep] = []
        self.rule = planned.kind.driving_rule

    def take(self, step: Step) -> None:
        """Do one step, which begins where the vehicle stands."""
        if step.kind == "loading":
            self._load(step)
        else:
            self._go(step)

    def driven(self) -> DrivenDay:
        """Return the whole day."""
        daily_s = self.rule.max_daily_driving_s if self.rule is not None else None
        breaks = self.breaks if daily_s is None else self.breaks | (self.driven_s > daily_s + ROUNDING_S)
        return DrivenDay(planned=self.planned, steps=tuple(self.steps), breaks_driving=breaks)

    def _load(self, step: Step) -> None:
        clean_s = self.now_s + step.cleaning_s
        there_s = np.maximum(clean_s + step.before.rest_s, max(self._earliest(step.before.until_s), step.ready_s))
        there_s = self.freight.waited(step, there_s)
        start_s = self.freight.docked(step, first_within(step.windows, there_s))
        self._work(step, clean_s, start_s, np.zeros(start_s.shape, dtype=bool))

    def _go(self, step: Step) -> None:
        arrive_s = self._drive(step)
        there_s = np.maximum(arrive_s + step.before.rest_s, self._earliest(step.before.until_s))
        start_s, is_closed = _served(step, self.freight.waited(step, there_s))
        self._work(step, arrive_s, start_s, is_closed)

    def _work(self, step: Step, arrive_s: np.ndarray, start_s: np.ndarray, is_closed: np.ndarray) -> None:
        """Note a step whose work begins at ``start_s``, its goods, and whether the pauses were a rest."""
        end_s = start_s + step.work_s
        depart_s = np.maximum(end_s + step.after.rest_s, self._earliest(step.after.until_s))
        self.now_s = depart_s
        driven = DrivenStep(
            step=step, arrive_s=arrive_s, start_s=start_s, end_s=end_s, depart_s=depart_s, is_closed=is_closed
        )
        self.steps.append(driven)
        self.freight.handle(driven, self.planned.route.vehicle)
        if self.rule is not None and step.kind != "return":
            has_rested = np.maximum(start_s - arrive_s, depart_s - end_s) >= self.rule.rest_s - ROUNDING_S
            self.since_rest_s = np.where(has_rested, 0.0, self.since_rest_s)

    def _earliest(self, until_s: int) -> int:
        return until_s - self.freight.earlier_s

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


def _served(step: Step, there_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return when work begins, and whether the place was closed by then; a return is never turned away."""
    start_s = _next_within(step.windows, there_s)
    if step.kind == "visit" and step.opening != step.windows:
        start_s = np.where(np.isfinite(start_s), start_s, _next_within(step.opening, there_s))
    is_closed = ~np.isfinite(start_s)
    start_s = np.where(is_closed, there_s, start_s)
    return start_s, is_closed if step.kind == "visit" else np.zeros_like(is_closed)


def first_within(windows: Windows, at_s: np.ndarray) -> np.ndarray:
    """Return the first moment within ``windows``, or ``at_s`` itself after the last of them."""
    found = _next_within(windows, at_s)
    return np.where(np.isfinite(found), found, at_s)


def _next_within(windows: Windows, at_s: np.ndarray) -> np.ndarray:
    """Return the first moment at or after ``at_s`` within ``windows``, inf where they are over."""
    found = np.full(at_s.shape, np.inf)
    for early, late in reversed(windows):
        found = np.where(at_s <= late + ROUNDING_S, np.maximum(at_s, early), found)
    return found
