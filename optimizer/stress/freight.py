"""The goods of the days: which are late, who waits for them, which ride where, and what the docks allow."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.stress.docks import dock_free_s

if TYPE_CHECKING:
    from optimizer.stress.disturbance import Disturbance
    from optimizer.stress.script import Script
    from optimizer.stress.steps import DrivenStep, Step
    from optimizer.tiers.lines import Ride

ROUNDING_S = 1e-6
"""Moments nearer than this are the same: sums of floats."""


class Aboard(NamedTuple):
    """One shipment or leg on one vehicle or departure; arrays are (days,).

    It leaves its place at ``left_s`` and is handed over at ``handed_s``, planned for ``planned_s``. ``is_missed``: it
    was not there in time; ``is_lost``: it was not handed over, for that or because a place was closed.
    """

    vehicle: str
    planned_s: int
    left_s: np.ndarray
    handed_s: np.ndarray
    is_missed: np.ndarray
    is_lost: np.ndarray


class Freight:
    """What all vehicles share: goods that come late, handovers between vehicles, docks."""

    def __init__(self, script: Script, disturbance: Disturbance, earlier_s: int) -> None:
        self.script, self.disturbance, self.earlier_s = script, disturbance, earlier_s
        self.goods: dict[str, Aboard] = {}
        self.begun: dict[str, list[np.ndarray]] = defaultdict(list)
        self.never = np.zeros(disturbance.days, dtype=bool)
        self.ready_s = {script.legs(s.id)[0]: s.ready_s for s in script.goods}
        for ride in script.rides:
            if ride.shipment not in script.relays:
                self._ride(ride)

    def waited(self, step: Step, there_s: np.ndarray) -> np.ndarray:
        """Return when the work of a step may begin: once late goods have come, or are waited for no longer."""
        late = [ready_s for i in step.takes if (ready_s := self._ready_s(i)) is not None]
        if not late:
            return there_s
        most_s = np.maximum(there_s, step.planned_s) + self.disturbance.wait_s
        start_s = there_s
        for ready_s in late:
            start_s = np.where(np.isfinite(ready_s), np.maximum(start_s, np.minimum(ready_s, most_s)), start_s)
        return start_s

    def docked(self, step: Step, wanted_s: np.ndarray) -> np.ndarray:
        """Return when a loading finds a dock, which it then has."""
        depot = self.script.problem.depot_of[step.place]
        if depot.docks is None:
            return wanted_s
        begun = self.begun[step.place]
        start_s = dock_free_s(begun, wanted_s, loading_s=depot.loading_s, docks=depot.docks)
        begun.append(start_s)
        return start_s

    def handle(self, driven: DrivenStep, vehicle: str) -> None:
        """Note what a vehicle takes and hands over at a step."""
        for i in driven.step.hands:
            if i in self.goods:
                taken = self.goods[i]
                self.goods[i] = taken._replace(
                    handed_s=driven.start_s,
                    planned_s=driven.step.planned_s,
                    is_lost=taken.is_lost | driven.is_closed,
                )
        for i in driven.step.takes:
            ready_s = self._ready_s(i)
            missed = self.never if ready_s is None else ready_s > driven.start_s + ROUNDING_S
            lost = missed | driven.is_closed
            self.goods[i] = Aboard(vehicle, driven.step.planned_s, driven.depart_s, driven.start_s, missed, lost)

    def ride_on(self) -> None:
        """Put goods that have passed a station on their departures, once all vehicles are back."""
        for ride in self.script.rides:
            if ride.shipment in self.script.relays:
                self._ride(ride)

    def _ride(self, ride: Ride) -> None:
        """Put goods on a departure, which waits for nobody."""
        ready_s = self._ready_s(ride.shipment)
        missed = self.never if ready_s is None else ready_s > ride.board_s + ROUNDING_S
        left_s, handed_s = (np.full(self.disturbance.days, float(at_s)) for at_s in (ride.board_s, ride.alight_s))
        self.goods[ride.shipment] = Aboard(ride.departure, ride.alight_s, left_s, handed_s, missed, missed)

    def _ready_s(self, i: str) -> np.ndarray | None:
        """Return when goods can be taken on where that may be late, inf where they never come; None: as planned."""
        relay = self.script.relays.get(i)
        if relay is None:
            late_s = self.disturbance.late_s.get(i)
            return None if late_s is None else self.ready_s[i] + late_s
        brought = self.goods.get(relay.first)
        if brought is None:
            return np.full(self.disturbance.days, np.inf)
        ready_s = relay.ready_s + np.maximum(0.0, brought.handed_s - relay.arrived_s)
        return np.where(brought.is_lost, np.inf, ready_s)
