"""Reads an events file (TOML) against the scenario that it happens to, with every fault at once.

``[[added]]`` has the columns of orders.csv; what else there is stands in ``scenarios.event_columns``.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shapely import Polygon

import networks.errors
from networks.override_model import Closure
from networks.overrides import read_closures
from optimizer.replan.changes import Weights
from scenarios.assembly import Desk, items, order_items
from scenarios.errors import Fault, InvalidInput, adopt
from scenarios.event_columns import ADDED, BROKEN, CANCELLED, CLOSED, EVENT_SETTINGS, EVENT_TABLES, LATE
from scenarios.events import Events
from scenarios.geography import EARTH_KM
from scenarios.relations import KINDS, find_faults, parts_of
from scenarios.tables import Findings
from scenarios.text import Text
from scenarios.toml_rows import read_list, read_tree, read_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scenarios.columns import Table
    from scenarios.events import BrokenVehicle, ClosedRoad, LateBrand
    from scenarios.relations import Item
    from scenarios.scenario import Order, Scenario
    from scenarios.tables import Rows


def read_events(path: Path | str, scenario: Scenario) -> Events:
    """Return the events in a file. O(bytes + orders).

    Raises
    ------
    InvalidInput
        E370 with ``faults``: every fault of the file, and of the files that it names.
    """
    path = Path(path)
    findings = Findings()
    tree = read_tree(path, findings)
    if tree is None:
        raise _invalid(findings)
    rows = {each.name: read_list(tree.pop(each.name, []), at_path(each, path), findings) for each in EVENT_TABLES}
    values = read_values(tree, EVENT_SETTINGS, path.name, findings)
    desk = Desk(findings=findings, dimensions=scenario.policy.load_dimensions)
    added = added_orders(rows[ADDED.name], scenario, desk)
    found = {each.name: items(rows[each.name]) for each in (CANCELLED, BROKEN, LATE, CLOSED)}
    findings.faults += _faults(found, scenario)
    closures = tuple(c for item in found[CLOSED.name] if item.thing for c in closures_of(item, path.parent, findings))
    if findings.faults:
        raise _invalid(findings)
    weights = {name.partition(".")[2]: value for name, value in values.items() if name.startswith("weights.")}
    return Events(
        **{name: value for name, value in values.items() if "." not in name},
        added=added,
        cancelled=tuple(item.thing for item in found[CANCELLED.name]),
        broken=tuple(item.thing for item in found[BROKEN.name]),
        late=tuple(item.thing for item in found[LATE.name]),
        closures=closures,
        weights=Weights(**weights),
        assumed=(*_placeholders(values), *desk.assumed),
    )


def _invalid(findings: Findings) -> InvalidInput:
    faults = tuple(sorted(findings.faults, key=lambda fault: fault.order))
    return InvalidInput("E370", faults=faults, count=len(faults))


def at_path(table: Table, path: Path) -> Table:
    """Return a table whose faults name the file at ``path``."""
    return replace(table, file=path.name)


def added_orders(rows: Rows, scenario: Scenario, desk: Desk) -> tuple[Order, ...]:
    """Return the new orders; they must fit together with each other and with the scenario."""
    parts = parts_of(scenario)
    made = order_items(rows, parts["commodities"], desk)
    old = parts["orders"]
    parts["orders"] = (*old, *(replace(i, ident=i.values.get("id"), header=_header(i)) for i in made))
    desk.findings.faults += [fault for fault in find_faults(parts, None) if fault.file == rows.file]
    return tuple(item.thing for item in made if item.thing is not None)


def _header(item: Item) -> dict[str, str]:
    """Return where each field of an entry stands, such as ``added[2].destination``."""
    return {c.field: f"{item.ident}.{c.name}" for c in ADDED.columns}


def _faults(found: dict[str, tuple[Item, ...]], scenario: Scenario) -> Iterator[Fault]:
    """Yield what an event names and the scenario does not have."""
    sound = {name: [item for item in each if item.thing is not None] for name, each in found.items()}
    orders = {order.id for order in scenario.orders}
    for item in sound[CANCELLED.name]:
        if item.thing.order not in orders:
            yield _unknown(item, "order", item.thing.order, "orders")
    counts = {vehicle.id: vehicle.count for vehicle in scenario.fleet}
    for item in sound[BROKEN.name]:
        yield from _broken(item, counts)
    depots = {place.id for place in scenario.depots}
    waves = {(order.brand, order.wave) for order in scenario.orders if order.origin in depots}
    for item in sound[LATE.name]:
        late: LateBrand = item.thing
        if (late.brand, late.wave) not in waves:
            yield item.fault("E372", "brand", late.brand, wave=late.wave)
    for item in sound[CLOSED.name]:
        yield from closed_faults(item)


def _broken(item: Item, counts: Mapping[str, int]) -> Iterator[Fault]:
    broken: BrokenVehicle = item.thing
    if broken.vehicle_type not in counts:
        yield _unknown(item, "vehicle_type", broken.vehicle_type, "vehicles")
    elif broken.number > counts[broken.vehicle_type]:
        count = counts[broken.vehicle_type]
        yield item.fault("E371", "number", broken.number, vehicle_type=broken.vehicle_type, count=count)


def closed_faults(item: Item) -> Iterator[Fault]:
    """Yield what is wrong with one closed road, beyond its single cells."""
    closed: ClosedRoad = item.thing
    has_point = closed.lon is not None and closed.lat is not None
    named = (bool(closed.file), bool(closed.edges), bool(closed.ways), has_point)
    if sum(named) != 1 or (closed.lon is None) != (closed.lat is None):
        yield item.fault("E373", "file")
    for name in ("edges", "ways"):
        for number in getattr(closed, name):
            if not number.isdecimal():
                yield item.fault("E311", name, number)


def _unknown(item: Item, name: str, value: str, table: str) -> Fault:
    kind, where = KINDS[table]
    return item.fault("E321", name, value, kind=kind, table=where)


def closures_of(item: Item, folder: Path, findings: Findings) -> tuple[Closure, ...]:
    """Return what one ``[[closed]]`` shuts; faults of its file go to ``findings``."""
    closed: ClosedRoad = item.thing
    if any(fault.column.startswith(f"{item.ident}.") for fault in findings.faults):
        return ()
    if closed.file:
        path = folder / closed.file
        if not path.is_file():
            findings.faults.append(item.fault("E301", "file", closed.file))
            return ()
        try:
            return read_closures(path)
        except networks.errors.InvalidInput as error:
            findings.faults += adopt(error, file=closed.file)
            return ()
    make = partial(Closure, file=item.file, row=item.row)
    if closed.lon is not None and closed.lat is not None:
        return (make(area=_around(closed.lon, closed.lat, closed.radius_m)),)
    return (make(edges=tuple(map(int, closed.edges)), ways=tuple(map(int, closed.ways))),)


def _around(lon: float, lat: float, radius_m: int) -> Polygon:
    """Return a circle on the ground as a polygon of 32 corners in degrees."""
    up = math.degrees(radius_m / 1_000 / EARTH_KM)
    across = up / max(0.01, math.cos(math.radians(lat)))
    angles = [math.tau * k / 32 for k in range(32)]
    return Polygon([(lon + across * math.cos(a), lat + up * math.sin(a)) for a in angles])


def _placeholders(values: dict[str, Any]) -> Iterator[Text]:
    """Tell which figures that nobody has measured stand at their defaults."""
    defaults = {**{f"weights.{n}": getattr(Weights(), n) for n in Weights.__slots__}, "recovery_s": Events().recovery_s}
    missing = [c for c in EVENT_SETTINGS if c.is_placeholder and c.field not in values]
    if missing:
        zh = "、".join(f"{c.zh}={c.cell.show(defaults[c.field])}" for c in missing)
        en = ", ".join(f"{c.name}={c.cell.show(defaults[c.field])}" for c in missing)
        yield Text(f"取占位值：{zh}", f"placeholders taken: {en}")
