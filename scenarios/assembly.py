"""From typed rows to the objects of a scenario, each with the place that it came from.

A row that is faulty becomes an item without object. Figures that a file leaves out and
that nobody has measured are noted as placeholders.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scenarios.columns import PARTS
from scenarios.relations import Item
from scenarios.scenario import Commodity, FleetVehicle, Load, Order, ScenarioCompartment
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scenarios.tables import Findings, Row, Rows

BOX = "box."
"""Fields of the one compartment that a row of vehicles.csv may describe by itself."""


@dataclass(slots=True)
class Assumed:
    """Placeholder figures that stood in for missing ones; fills up while objects are made."""

    texts: list[Text] = field(default_factory=list)


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
            header=rows.header or {c.field: f"{row.ident}.{c.name}" for c in rows.table.columns},
        )
        for row in rows.rows
    )


def order_items(rows: Rows, commodities: tuple[Item, ...], findings: Findings, assumed: Assumed) -> tuple[Item, ...]:
    """Return the orders; one that states no load gets the typical piece of its commodity, if that has one."""
    typical = {item.thing.id: item.thing for item in commodities if item.thing is not None}
    unread = {item.ident for item in commodities if item.thing is None}
    guessed: dict[str, int] = {}

    def maker(row: Row) -> Order | None:
        order: Order = make(Order, row.values)
        if order.load != Load() or any(name.startswith("load.") for name in row.values):
            return order
        goods: Commodity | None = typical.get(order.commodity)
        if goods is not None and (goods.piece_g or goods.piece_ml):
            guessed[goods.id] = guessed.get(goods.id, 0) + 1
            load = Load(load_g=goods.piece_g * order.pieces, load_ml=goods.piece_ml * order.pieces)
            return make(Order, {**row.values, "load": load})  # type: ignore[no-any-return]  # make returns its kind
        if goods is not None or order.commodity in unread:
            if goods is not None:
                header = rows.header.get("load.load_g", "weight_kg (重量(kg))")
                findings.fault("E310", rows.file, row=row.row, column=header)
            return None
        return order  # the unknown commodity is a fault of its own

    made = items(rows, maker)
    for name, count in sorted(guessed.items()):
        kg, litre = typical[name].piece_g / 1_000, typical[name].piece_ml / 1_000
        zh = f"{count} 张 {name} 订单没有重量和体积，按每件 {kg:g} kg、{litre:g} L 计"
        en = f"{count} orders of {name} state no load: {kg:g} kg and {litre:g} L a piece taken"
        assumed.texts.append(Text(zh, en))
    return made


def compartment_items(rows: Rows, vehicles: Rows, findings: Findings) -> tuple[dict[str, list[Item]], tuple[Item, ...]]:
    """Return the rows of compartments.csv by vehicle, and as items; an unknown vehicle is a fault."""
    known = {row.ident for row in vehicles.rows}
    by_vehicle: dict[str, list[Item]] = {}

    def maker(row: Row) -> ScenarioCompartment:
        values = {name: value for name, value in row.values.items() if name != "vehicle"}
        return make(ScenarioCompartment, values)  # type: ignore[no-any-return]  # make returns its kind

    made = items(rows, maker)
    for row, item in zip(rows.rows, made, strict=True):
        vehicle = row.values.get("vehicle")
        if vehicle is None:
            continue
        by_vehicle.setdefault(vehicle, []).append(item)
        if vehicle not in known and vehicles.rows:
            kind = Text("车型", "vehicle type")
            findings.faults.append(item.fault("E321", "vehicle", vehicle, kind=kind, table="vehicles.csv"))
    return by_vehicle, made


def vehicle_items(
    rows: Rows, own: Mapping[str, list[Item]], findings: Findings, assumed: Assumed
) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Return the vehicles, and their boxes as items of compartments."""
    boxes: list[Item] = []

    def maker(row: Row) -> FleetVehicle | None:
        values = {name: value for name, value in row.values.items() if not name.startswith(BOX)}
        box = {name.removeprefix(BOX): value for name, value in row.values.items() if name.startswith(BOX)}
        has_box = any(name.startswith("room.") for name in box)
        parts = own.get(values["id"], [])
        if has_box == bool(parts):
            findings.fault("E332", rows.file, row=row.row, column=rows.header.get("id", "id"), value=values["id"])
            return None
        if has_box:
            header = {name.removeprefix(BOX): shown for name, shown in rows.header.items()}
            made = make(ScenarioCompartment, box)
            boxes.append(Item(thing=made, ident="box", file=rows.file, row=row.row, header=header))
            return make(FleetVehicle, {**values, "compartments": (made,)})  # type: ignore[no-any-return]  # its kind
        if any(part.thing is None for part in parts):
            return None  # the compartment's own fault has been told
        return make(FleetVehicle, {**values, "compartments": tuple(p.thing for p in parts)})  # type: ignore[no-any-return]  # its kind

    made = items(rows, maker)
    assumed.texts += [text for row in rows.rows if row.is_sound and (text := _assumed_prices(row, rows)) is not None]
    return made, tuple(boxes)


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
