"""Whether PyVRP can say a whole problem, not a likeness of it.

What it lacks: due times at the depot that differ from the vehicles' hours, longest time on board, goods
that must not meet, cleaning, compartments, docks, rests, shelves, locks, deliveries before
collections, several windows of a local shipment's ends, pay by the piece, trips that end elsewhere or on one charge,
vehicles from homes of their own, to which every depot is a place like others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.model import Shipment, VehicleType
    from optimizer.problem import Problem


def is_sayable(problem: Problem) -> bool:
    """Tell whether ``engines.pyvrp_data`` hides no rule of ``problem`` from PyVRP; O(shipments + vehicle types)."""
    if not problem.vehicle_types:  # PyVRP wants at least one
        return False
    if problem.locks or any(place.shelf for place in problem.places):
        return False
    if any(depot.docks is not None and depot.loading_s for depot in problem.depots):
        return False
    aboard = {s.commodity for s in problem.shipments}
    if any({c.first, c.second} <= aboard for c in problem.conflicts):
        return False
    if any({c.after, c.before} <= aboard for c in problem.cleanings):
        return False
    return (
        not _has_guests(problem)
        and all(_is_plain(kind) for kind in problem.vehicle_types)
        and all(_is_said(problem, s) for s in problem.shipments)
    )


def _has_guests(problem: Problem) -> bool:
    """Tell whether a vehicle has its home where no goods start or end."""
    homes = {kind.depot for kind in problem.vehicle_types if kind.count}
    busy = {p for s in problem.shipments for p in (s.origin, s.destination)}
    return len(problem.depots) > 1 and not homes <= busy


def _is_plain(kind: VehicleType) -> bool:
    boxes = kind.compartments
    is_one = len(boxes) == 1 and boxes[0].commodities is None
    has_rules = kind.driving_rule is not None or kind.deliveries_first or kind.trip_range_m is not None
    return is_one and not has_rules and not kind.is_hired


def _is_said(problem: Problem, shipment: Shipment) -> bool:
    if shipment.max_on_board_s is not None:
        return False
    direction = problem.direction(shipment)
    if direction == "up":
        own = [v for v in problem.vehicle_types if v.depot == shipment.destination]
        return all(shipment.due_s >= v.shift.late_s for v in own)
    if direction == "down":
        return True
    ends = (problem.place(shipment.origin).windows, shipment.pickup_windows)
    others = (problem.place(shipment.destination).windows, shipment.delivery_windows)
    return all(len(windows) <= 1 for windows in (*ends, *others))
