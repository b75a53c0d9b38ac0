"""What came of a plan on many days: per shipment, visit and vehicle, and of the whole.

A shipment is on time on a day when it was there for its vehicles, was handed over at a place that was open, by its
deadline and, where it may not be long on board, soon enough. What the plan leaves unserved is never on time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.cost import SECONDS_PER_H
from optimizer.stress.chance import Chance
from optimizer.stress.freight import ROUNDING_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.model import Shipment
    from optimizer.plan import Plan
    from optimizer.stress.execute import Driven, DrivenDay
    from optimizer.stress.freight import Aboard
    from optimizer.stress.script import Script

LATE_BINS_MIN = tuple(range(-180, 181, 15))
"""Edges of the histogram of lateness in minutes; beyond both ends all in one."""


class Span(NamedTuple):
    """Planned moment, and the moments that half and nine in ten of the days do not exceed, in seconds."""

    planned_s: int
    p50_s: float
    p90_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentOutcome:
    """One carried shipment. ``left``: it missed a vehicle; ``trunk_missed``: it went up and came late or never."""

    shipment: Shipment
    vehicle: str
    deadline_s: int
    handed: Span
    on_time: Chance
    left: Chance
    trunk_missed: Chance


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitOutcome:
    """One visit. ``rank`` counts from 1 within its trip; ``on_time``: all goods handed over in it were."""

    vehicle: str
    trip: int
    rank: int
    place: str
    arrive: Span
    on_time: Chance
    closed: Chance


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleOutcome:
    """One vehicle's day. ``overtime_s``: mean and nine in ten; the chances are of breaking the rule of that name."""

    vehicle: str
    returns: Span
    overtime_s: tuple[float, float]
    max_overtime: Chance
    shift_end: Chance
    driving: Chance


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """Everything; arrays are (days,). ``on_time_share`` is of the pieces of all shipments, unserved ones included.

    ``cost_fen``: what each day really costs, penalties for unserved goods left out. ``breaks_hours``: some vehicle
    exceeds its overtime, its shift or its driving rule. ``lateness`` (bins,): shares of
    pieces carried by handover less deadline, between the edges ``LATE_BINS_MIN``; ``not_handed`` is the share of none.
    """

    days: int
    shipments: tuple[ShipmentOutcome, ...]
    visits: tuple[VisitOutcome, ...]
    vehicles: tuple[VehicleOutcome, ...]
    on_time_share: np.ndarray
    trunk_missed_pieces: np.ndarray
    left_pieces: np.ndarray
    cost_fen: np.ndarray
    breaks_hours: Chance
    lateness: np.ndarray
    not_handed: float

    @property
    def on_time(self) -> float:
        """Mean share of pieces on time."""
        return float(self.on_time_share.mean())

    @property
    def on_time_half_width(self) -> float:
        """Half of the 95 % interval of ``on_time``; 0 from a single day."""
        if self.days == 1:
            return 0.0
        return float(1.96 * self.on_time_share.std(ddof=1) / np.sqrt(self.days))


def outcome_of(script: Script, driven: Driven, deadlines: Mapping[str, int]) -> Outcome:
    """Return what came of a plan; ``deadlines`` by shipment, due times where they name none. O(shipments x days)."""
    count = _Count(script, driven, deadlines)
    pieces = sum(s.pieces for s in script.goods)
    carried = max(1, sum(each.shipment.pieces for each in count.shipments))
    hours = [_breaks_hours(day) for day in driven.vehicles]
    return Outcome(
        days=driven.days,
        shipments=tuple(count.shipments),
        visits=tuple(visit for day in driven.vehicles for visit in _visits(day, count.on_time)),
        vehicles=tuple(_vehicle(day) for day in driven.vehicles),
        on_time_share=count.on_time_pieces / pieces if pieces else np.ones(driven.days),
        trunk_missed_pieces=count.trunk_pieces,
        left_pieces=count.left_pieces,
        cost_fen=_cost_fen(script.plan, driven),
        breaks_hours=_chance(np.any(hours, axis=0) if hours else np.zeros(driven.days, dtype=bool)),
        lateness=count.lateness / (carried * driven.days),
        not_handed=count.not_handed / (carried * driven.days),
    )


class _Count:
    """Adds up shipment by shipment; ``on_time`` by what a shipment is called on each leg."""

    def __init__(self, script: Script, driven: Driven, deadlines: Mapping[str, int]) -> None:
        self.hubs = script.problem.depot_of.keys()
        self.shipments: list[ShipmentOutcome] = []
        self.on_time: dict[str, np.ndarray] = {}
        self.on_time_pieces, self.trunk_pieces, self.left_pieces = (np.zeros(driven.days) for _ in range(3))
        self.lateness = np.zeros(len(LATE_BINS_MIN) + 1)
        self.not_handed = 0.0
        for goods in script.goods:
            legs = script.legs(goods.id)
            if legs[-1] in driven.goods:
                aboard = [driven.goods[leg] for leg in legs if leg in driven.goods]
                self._add(goods, legs, aboard, deadlines.get(goods.id, goods.due_s))

    def _add(self, goods: Shipment, legs: tuple[str, ...], aboard: list[Aboard], deadline_s: int) -> None:
        """Add a shipment that is carried, with its legs in order."""
        first, last = aboard[0], aboard[-1]
        missed = np.any([leg.is_missed for leg in aboard], axis=0)
        is_on_time = ~last.is_lost & (last.handed_s <= deadline_s + ROUNDING_S)
        if goods.max_on_board_s is not None:
            is_on_time &= last.handed_s - first.left_s <= goods.max_on_board_s + ROUNDING_S
        is_back_late = (last.handed_s > goods.due_s + ROUNDING_S) | last.is_lost
        is_up = goods.destination in self.hubs and goods.origin not in self.hubs
        trunk_missed = is_back_late & is_up
        self.on_time |= dict.fromkeys(legs, is_on_time)
        self.on_time_pieces += goods.pieces * is_on_time
        self.trunk_pieces += goods.pieces * trunk_missed
        self.left_pieces += goods.pieces * missed
        self._late(goods, ~last.is_lost, last.handed_s - deadline_s)
        self.shipments.append(
            ShipmentOutcome(
                shipment=goods,
                vehicle=last.vehicle,
                deadline_s=deadline_s,
                handed=_span(last.planned_s, last.handed_s),
                on_time=_chance(is_on_time),
                left=_chance(missed),
                trunk_missed=_chance(trunk_missed),
            )
        )

    def _late(self, goods: Shipment, is_handed: np.ndarray, late_s: np.ndarray) -> None:
        bins = np.digitize((late_s[is_handed] - ROUNDING_S) / 60, LATE_BINS_MIN)
        self.lateness += goods.pieces * np.bincount(bins, minlength=self.lateness.size)
        self.not_handed += goods.pieces * int((~is_handed).sum())


def _visits(day: DrivenDay, on_time: Mapping[str, np.ndarray]) -> Iterator[VisitOutcome]:
    """Yield the visits of one vehicle in order."""
    trip, rank = 0, 0
    for step in day.steps:
        if step.step.kind == "loading":
            trip, rank = trip + 1, 0
        if step.step.kind != "visit":
            continue
        rank += 1
        goods = [on_time[i] for i in (*step.step.takes, *step.step.hands) if i in on_time]
        kept = np.all(goods, axis=0) if goods else np.ones(step.start_s.shape, dtype=bool)
        yield VisitOutcome(
            vehicle=day.planned.route.vehicle,
            trip=trip,
            rank=rank,
            place=step.step.place,
            arrive=_span(day.planned.route.trips[trip - 1].visits[rank - 1].arrive_s, step.arrive_s),
            on_time=_chance(kept),
            closed=_chance(step.is_closed),
        )


def _vehicle(day: DrivenDay) -> VehicleOutcome:
    kind, last = day.planned.kind, day.steps[-1]
    over_s = np.maximum(0.0, day.duration_s - kind.regular_s)
    return VehicleOutcome(
        vehicle=day.planned.route.vehicle,
        returns=_span(last.step.planned_s, last.start_s),
        overtime_s=(float(over_s.mean()), _quantile(over_s, 0.9)),
        max_overtime=_chance(over_s > kind.max_overtime_s + ROUNDING_S),
        shift_end=_chance(last.start_s > kind.shift.late_s + ROUNDING_S),
        driving=_chance(day.breaks_driving),
    )


def _breaks_hours(day: DrivenDay) -> np.ndarray:
    kind, returns_s = day.planned.kind, day.steps[-1].start_s
    is_over = day.duration_s > kind.regular_s + kind.max_overtime_s + ROUNDING_S
    return np.asarray(is_over | (returns_s > kind.shift.late_s + ROUNDING_S) | day.breaks_driving)


def _cost_fen(plan: Plan, driven: Driven) -> np.ndarray:
    """Return what each day costs: the plan's own costs, with hours and overtime as they came (not rounded)."""
    cost = plan.cost
    total = np.full(driven.days, float(cost.operating_fen - cost.time_fen - cost.overtime_fen))
    for day in driven.vehicles:
        kind = day.planned.kind
        over_s = np.maximum(0.0, day.duration_s - kind.regular_s)
        total += (day.duration_s * kind.time_fen_per_h + over_s * kind.overtime_fen_per_h) / SECONDS_PER_H
    return total


def _chance(happened: np.ndarray) -> Chance:
    return Chance(int(happened.sum()), happened.size)


def _span(planned_s: int, at_s: np.ndarray) -> Span:
    return Span(planned_s, _quantile(at_s, 0.5), _quantile(at_s, 0.9))


def _quantile(values: np.ndarray, share: float) -> float:
    """Return the least value that ``share`` of all do not exceed."""
    at = int(np.ceil(share * values.size)) - 1
    return float(np.partition(values, at)[at])
