"""VROOM on a public instance, through ``pyvroom`` where it is installed (it is no dependency of ours).

Lengths are its costs; where vehicles differ in cost, lengths stand for durations and a
vehicle has a price an hour, which leaves no room for time windows. VROOM stops by itself
when its exploration is done, mostly long before the time.
"""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from benchmarks.peers.barred import lengths

if TYPE_CHECKING:
    from benchmarks.instances.instance import Instance, Routes, Vehicles

EXPLORATION = 5
"""VROOM's most thorough level."""

ALIKE = 1_000
"""``Vehicles.per_thousand`` of a vehicle whose cost is its length."""


def cannot(instance: Instance) -> str:
    """Return why VROOM cannot run on ``instance``; empty when it can."""
    if find_spec("vroom") is None:
        return "pyvroom is not installed"
    if instance.reloads:
        return "VROOM knows no reloading"
    if _is_mixed(instance) and instance.is_timed:
        return "VROOM prices hours, which are lengths here"
    return ""


def run(instance: Instance, seconds: float, workers: int) -> Routes:
    """Return VROOM's solution with ``workers`` threads; what it leaves unassigned is in no route."""
    vroom: Any = import_module("vroom")  # only where it is installed
    problem = vroom.Input()
    kinds: list[int] = []
    matrix = lengths(instance)
    problem.set_durations_matrix("car", matrix if _is_mixed(instance) else instance.duration_s)
    if not _is_mixed(instance):
        problem.set_costs_matrix("car", matrix)
    for k, vehicles in enumerate(instance.fleet):
        for _ in range(vehicles.count):
            problem.add_vehicle(_vehicle(vroom, instance, len(kinds), vehicles))
            kinds.append(k)
    _add_jobs(vroom, problem, instance)
    found = problem.solve(exploration_level=EXPLORATION, nb_threads=workers, timeout=timedelta(seconds=seconds))
    return _routes(found.routes, kinds)


def _is_mixed(instance: Instance) -> bool:
    return any(v.fixed or v.per_thousand != ALIKE for v in instance.fleet)


def _vehicle(vroom: Any, instance: Instance, number: int, vehicles: Vehicles) -> Any:
    fields: dict[str, Any] = {"start": vehicles.depot, "end": vehicles.depot, "capacity": [vehicles.capacity]}
    if _is_mixed(instance):
        fields["costs"] = vroom.VehicleCosts(fixed=vehicles.fixed, per_hour=36 * vehicles.per_thousand // 10, per_km=0)
    if instance.windows_s is not None:
        fields["time_window"] = vroom.TimeWindow(*(int(x) for x in instance.windows_s[vehicles.depot]))
    elif vehicles.longest_s is not None:  # nobody waits where there are no windows: the span is the duration
        fields["time_window"] = vroom.TimeWindow(0, vehicles.longest_s)
    return vroom.Vehicle(number, **fields)


def _add_jobs(vroom: Any, problem: Any, instance: Instance) -> None:
    for first, second in instance.pairs:
        ends = [vroom.ShipmentStep(row, location=row, **_times(vroom, instance, row)) for row in (first, second)]
        problem.add_shipment(vroom.Shipment(*ends, amount=vroom.Amount([int(instance.pickup[first])])))
    for row in instance.customers if not instance.pairs else ():
        loads = {"delivery": [int(instance.delivery[row])], "pickup": [int(instance.pickup[row])]}
        problem.add_job(vroom.Job(row, location=row, **loads, **_times(vroom, instance, row)))


def _times(vroom: Any, instance: Instance, row: int) -> dict[str, Any]:
    fields: dict[str, Any] = {"default_service": int(instance.service_s[row])}
    if instance.windows_s is not None:
        fields["time_windows"] = [vroom.TimeWindow(*(int(x) for x in instance.windows_s[row]))]
    return fields


def _routes(table: Any, kinds: list[int]) -> Routes:
    routes = []
    for number, steps in table.groupby("vehicle_id", sort=False):
        rows = tuple(int(i) for i, what in zip(steps["id"], steps["type"], strict=True) if what not in ("start", "end"))
        if rows:
            routes.append((kinds[int(number)], (rows,)))
    return tuple(routes)
