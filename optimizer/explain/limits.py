"""The limits that may stand against one shipment, each of which can be lifted to see whether it is the one.

They act on a ``Problem`` of a single shipment and a single vehicle type, as
``optimizer.explain.alone`` makes it. To lift a limit is to make another problem; nothing is changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.model import HORIZON_S, TimeWindow

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.model import Shipment
    from optimizer.problem import Problem


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: ``code`` of the reason when it alone stands in the way, and how to lift it.

    ``rules`` are those of the referee that speak of it: a plan made with the limit
    lifted breaks nothing else.
    """

    name: str
    code: str
    rules: frozenset[str]
    lift: Callable[[Problem], Problem]


def _with_shipment(problem: Problem, **changes: object) -> Problem:
    return replace(problem, shipments=tuple(replace(s, **changes) for s in problem.shipments))  # type: ignore[arg-type]


def _with_vehicle(problem: Problem, **changes: object) -> Problem:
    kinds = tuple(replace(v, **changes) for v in problem.vehicle_types)  # type: ignore[arg-type]
    return replace(problem, vehicle_types=kinds)


def _with_places(problem: Problem, **changes: object) -> Problem:
    return replace(problem, places=tuple(replace(p, **changes) for p in problem.places))  # type: ignore[arg-type]


def _lift_windows(problem: Problem) -> Problem:
    """Open everything but the home depot, which has hours of its own."""
    home = problem.vehicle_types[0].depot
    places = tuple(p if p.id == home else replace(p, windows=()) for p in problem.places)
    return _with_shipment(replace(problem, places=places), pickup_windows=(), delivery_windows=())


def _lift_depot_windows(problem: Problem) -> Problem:
    home = problem.vehicle_types[0].depot
    return replace(problem, places=tuple(replace(p, windows=()) if p.id == home else p for p in problem.places))


def _lift_commodity(problem: Problem) -> Problem:
    boxes = (replace(box, commodities=None) for box in problem.vehicle_types[0].compartments)
    return _with_vehicle(problem, compartments=tuple(boxes))


def _lift_count(problem: Problem) -> Problem:
    return replace(problem, vehicle_types=tuple(replace(v, count=max(1, v.count)) for v in problem.vehicle_types))


def _lift_size(problem: Problem) -> Problem:
    return _with_shipment(problem, load=(0,) * len(problem.load_dimensions))


def set_load(problem: Problem, load: tuple[int, ...]) -> Problem:
    """Return the problem with another load of the shipment."""
    return _with_shipment(problem, load=load)


def set_due(problem: Problem, due_s: int) -> Problem:
    """Return the problem with another due time."""
    return _with_shipment(problem, due_s=due_s)


def set_ready(problem: Problem, ready_s: int) -> Problem:
    """Return the problem with another ready time."""
    return _with_shipment(problem, ready_s=ready_s)


def set_on_board(problem: Problem, max_on_board_s: int) -> Problem:
    """Return the problem with another longest time on board."""
    return _with_shipment(problem, max_on_board_s=max_on_board_s)


def set_overtime(problem: Problem, max_overtime_s: int) -> Problem:
    """Return the problem with another cap on overtime."""
    return _with_vehicle(problem, max_overtime_s=max_overtime_s)


def set_shift(problem: Problem, shift: TimeWindow) -> Problem:
    """Return the problem with another shift."""
    return _with_vehicle(problem, shift=shift)


LIMITS: tuple[Limit, ...] = (
    Limit(
        "lock",
        "U115",
        frozenset({"lock_vehicle", "lock_window", "lock_after"}),
        lambda problem: replace(problem, locks=()),
    ),
    Limit("size", "U112", frozenset({"capacity", "stowage_missing"}), _lift_size),
    Limit("commodity", "U113", frozenset({"stowage_commodity"}), _lift_commodity),
    Limit("shelf", "U114", frozenset({"shelf"}), lambda problem: _with_places(problem, shelf=())),
    Limit("count", "U116", frozenset({"vehicle_number"}), _lift_count),
    Limit(
        "range",
        "U117",
        frozenset({"range", "trip_range"}),
        lambda problem: _with_vehicle(problem, range_m=None, trip_range_m=None),
    ),
    Limit(
        "driving",
        "U118",
        frozenset({"driving", "daily_driving"}),
        lambda problem: _with_vehicle(problem, driving_rule=None),
    ),
    Limit(
        "on_board",
        "U119",
        frozenset({"time_on_board"}),
        lambda problem: _with_shipment(problem, max_on_board_s=None),
    ),
    Limit("due", "U120", frozenset({"due"}), lambda problem: set_due(problem, HORIZON_S)),
    Limit("ready", "U121", frozenset({"ready"}), lambda problem: set_ready(problem, 0)),
    Limit("windows", "U122", frozenset({"place_window", "pickup_window", "delivery_window"}), _lift_windows),
    Limit("depot_windows", "U123", frozenset({"loading_window", "return_window"}), _lift_depot_windows),
    Limit(
        "shift",
        "U124",
        frozenset({"shift_start", "shift_end"}),
        lambda problem: set_shift(problem, TimeWindow(early_s=0, late_s=HORIZON_S)),
    ),
    Limit("overtime", "U125", frozenset({"overtime"}), lambda problem: set_overtime(problem, HORIZON_S)),
    Limit("access", "U111", frozenset({"vehicle_access"}), lambda problem: _with_places(problem, vehicle_types=None)),
)
"""In the order in which they are suspected: decisions and goods first, hours later, access last."""


def admitted_room(problem: Problem, goods: Shipment) -> tuple[int, ...]:
    """Return, per load dimension, the most room of one compartment that may hold the goods; zeros if none may."""
    boxes = [b for v in problem.vehicle_types for b in v.compartments]
    fit = [b.capacity for b in boxes if b.commodities is None or goods.commodity in b.commodities]
    return tuple(max((room[d] for room in fit), default=0) for d in range(len(problem.load_dimensions)))
