"""From typed rows to the objects of a scenario, each with the place that it came from.

A row that is faulty becomes an item without object. Figures that a file leaves out and
that nobody has measured are noted as placeholders.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scenarios.columns import COMPARTMENTS, PARTS
from scenarios.relations import Item
from scenarios.scenario import FleetVehicle, Order, ScenarioCompartment
from scenarios.text import Text, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scenarios.scenario import Commodity
    from scenarios.tables import Findings, Row, Rows

BOX = "box."
"""Fields of the one compartment that a row of vehicles.csv may describe by itself."""

TYPICAL = {"load_g": ("piece_g", "重量", "weight", "kg"), "load_ml": ("piece_ml", "体积", "volume", "L")}
"""Load dimension -> field of the commodity's typical piece, and words for the note."""


@dataclass(slots=True, kw_only=True)
class Desk:
    """What all assembling shares: findings, the load dimensions that bind, placeholder figures that stood in."""

    findings: Findings
    dimensions: tuple[str, ...]
    assumed: list[Text] = field(default_factory=list)

    def missing(self, row: Row, rows: Rows, path: str) -> None:
        """Add the fault that a row lacks a value at ``path``, in a column that may be missing altogether."""
        column = rows.table.column_of[path]
        header = rows.header.get(path, f"{column.name} ({column.zh})")
        self.findings.fault("E310", rows.file, row=row.row, column=header)


def make(kind: type, values: Mapping[str, Any]) -> Any:
    """Return ``kind`` with the values at their dotted paths, nested objects included."""
    flat: dict[str, Any] = {}
    nested: dict[str, dict[str, Any]] = {}
    for path, value in values.items():
        head, _, rest = path.partition(".")
        if rest:
            nested.setdefault(head, {})[rest] = value
        else:
            flat[head] = value
    return kind(**flat, **{head: make(PARTS[head], inner) for head, inner in nested.items()})


def items(rows: Rows, maker: Callable[[Row], Any] | None = None) -> tuple[Item, ...]:
    """Return one item a row; ``maker`` may return None when it has found the row faulty."""
    build = maker or (lambda row: make(rows.table.of, row.values))
    return tuple(
        Item(
            thing=build(row) if row.is_sound else None,
            ident=row.ident,
            file=rows.file,
            row=row.row,
            values=row.values,
            header=rows.header or {c.field: f"{row.ident}.{c.name}" for c in rows.table.columns},
        )
        for row in rows.rows
    )


def order_items(rows: Rows, commodities: tuple[Item, ...], desk: Desk) -> tuple[Item, ...]:
    """Return the orders; one that does not state a load that binds gets the typical piece of its commodity.

    Where the commodity has none, the missing load is a fault.
    """
    typical = {item.thing.id: item.thing for item in commodities if item.thing is not None}
    guessed: Counter[tuple[str, str]] = Counter()

    def maker(row: Row) -> Order | None:
        order: Order = make(Order, row.values)
        goods: Commodity | None = typical.get(order.commodity)
        if goods is None:
            return order  # an unknown commodity is a fault of its own
        values = dict(row.values)
        is_complete = True
        for name in (n for n in desk.dimensions if n in TYPICAL and f"load.{n}" not in values):
            a_piece = getattr(goods, TYPICAL[name][0])
            if not a_piece:
                desk.missing(row, rows, f"load.{name}")
                is_complete = False
            guessed[goods.id, name] += 1
            values[f"load.{name}"] = a_piece * order.pieces
        return make(Order, values) if is_complete else None

    made = items(rows, maker)
    for (goods, name), count in sorted(guessed.items()):
        field_name, zh_what, en_what, unit = TYPICAL[name]
        a_piece = f"{getattr(typical[goods], field_name) / 1_000:g} {unit}"
        zh = f"{count} 张 {goods} 订单没有{zh_what}，按每件 {a_piece} 计"
        desk.assumed.append(
            Text(zh, f"{en_what} not stated, {a_piece} a piece taken: {counted(count, 'order')} of {goods}")
        )
    return made


def compartment_items(rows: Rows, vehicles: Rows, desk: Desk) -> tuple[dict[str, list[Item]], tuple[Item, ...]]:
    """Return the rows of compartments.csv by vehicle, and as items; an unknown vehicle is a fault."""
    known = {row.ident for row in vehicles.rows}
    by_vehicle: dict[str, list[Item]] = {}

    def maker(row: Row) -> ScenarioCompartment | None:
        values = {name: value for name, value in row.values.items() if name != "vehicle"}
        return make(ScenarioCompartment, values) if _has_room(row, rows, "", desk) else None

    made = items(rows, maker)
    for row, item in zip(rows.rows, made, strict=True):
        vehicle = row.values.get("vehicle")
        if vehicle is None:
            continue
        by_vehicle.setdefault(vehicle, []).append(item)
        if vehicle not in known and not desk.findings.is_broken(vehicles.file):
            kind = Text("车型", "vehicle type")
            desk.findings.faults.append(item.fault("E321", "vehicle", vehicle, kind=kind, table=vehicles.file))
    return by_vehicle, made


def vehicle_items(rows: Rows, own: Mapping[str, list[Item]], desk: Desk) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Return the vehicles, and the boxes that vehicles.csv itself describes as items of compartments.

    ``own``: rows of compartments.csv by vehicle. A vehicle has either a box or such rows.
    """
    boxes: list[Item] = []
    may_be_elsewhere = desk.findings.is_broken(COMPARTMENTS.file)

    def maker(row: Row) -> FleetVehicle | None:
        values = {name: value for name, value in row.values.items() if not name.startswith(BOX)}
        has_box = any(name.startswith(f"{BOX}room.") for name in row.values)
        parts = own.get(values["id"], [])
        if has_box and not parts:
            if not _has_room(row, rows, BOX, desk):
                return None
            box = _box(row, rows)
            boxes.append(box)
            parts = [box]
        elif has_box == bool(parts) and not may_be_elsewhere:
            column = rows.header.get("id", "id")
            desk.findings.fault("E332", rows.file, row=row.row, column=column, value=values["id"])
            return None
        if not parts or any(part.thing is None for part in parts):
            return None  # told where the compartment is
        vehicle: FleetVehicle = make(FleetVehicle, {**values, "compartments": tuple(part.thing for part in parts)})
        return vehicle

    made = items(rows, maker)
    desk.assumed += [text for row in rows.rows if row.is_sound and (text := _assumed_prices(row, rows)) is not None]
    return made, tuple(boxes)


def _has_room(row: Row, rows: Rows, prefix: str, desk: Desk) -> bool:
    """Whether the row states its capacity in every load dimension that binds; each one missing is a fault."""
    missing = [f"{prefix}room.{n}" for n in desk.dimensions if f"{prefix}room.{n}" not in row.values]
    for path in missing:
        desk.missing(row, rows, path)
    return not missing


def _box(row: Row, rows: Rows) -> Item:
    values = {name.removeprefix(BOX): value for name, value in row.values.items() if name.startswith(BOX)}
    header = {name.removeprefix(BOX): shown for name, shown in rows.header.items()}
    return Item(thing=make(ScenarioCompartment, values), ident="box", file=rows.file, row=row.row, header=header)


def _assumed_prices(row: Row, rows: Rows) -> Text | None:
    missing = [c for c in rows.table.columns if c.is_placeholder and c.field not in row.values]
    if not missing:
        return None
    shown = {column.name: column.cell.show(getattr(_DEFAULTS, column.field)) for column in missing}
    zh = "、".join(f"{column.zh}={shown[column.name]}" for column in missing)
    en = ", ".join(f"{column.name}={shown[column.name]}" for column in missing)
    name = row.values["id"]
    return Text(f"车型 {name} 未填，取占位值：{zh}", f"placeholders taken for {name}: {en}")


_DEFAULTS = FleetVehicle(id="-", depot="-", compartments=())
