"""Reads an emergency file (TOML) against its scenario, with every fault at once.

``[[closed]]`` and ``[[added]]`` are those of an events file, ``[[commodities]]`` has the columns of commodities.csv;
all else stands in ``scenarios.emergency.columns``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.assembly import Desk, items
from scenarios.emergency.columns import DRONES, EMERGENCY_SETTINGS, EMERGENCY_TABLES, FAR, RELAYS
from scenarios.emergency.model import Emergency, PriorityClass
from scenarios.errors import Fault, InvalidInput
from scenarios.events_file import added_orders, closed_faults, closures_of
from scenarios.relations import KINDS
from scenarios.tables import Findings
from scenarios.text import Text
from scenarios.toml_rows import read_list, read_tree, read_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from networks.override_model import Closure
    from scenarios.columns import Column
    from scenarios.relations import Item
    from scenarios.scenario import Commodity, Scenario
    from scenarios.tables import Rows

Found = dict[str, tuple["Item", ...]]
"""Entries of each list of tables, by its name."""

RELAY_KIND = Text("接驳点", "relay")

MEDICINE, RELIEF = ("medic", "药"), ("relief", "救灾", "应急")
"""What medicine and relief goods have in their id or name, where nobody says which commodities they are."""


def read_emergency(path: Path | str, scenario: Scenario) -> Emergency:
    """Return what a file says. O(bytes + orders).

    Raises
    ------
    InvalidInput
        E540 with ``faults``: every fault of the file, and of the files that it names.
    """
    path, findings = Path(path), Findings()
    tree = read_tree(path, findings)
    if tree is None:
        raise _invalid(findings)
    rows = {t.name: read_list(tree.pop(t.name, []), replace(t, file=path.name), findings) for t in EMERGENCY_TABLES}
    values = read_values(tree, EMERGENCY_SETTINGS, path.name, findings)
    found = {name: items(each) for name, each in rows.items() if name != "added"}
    findings.faults += _faults(found, scenario, path.name)
    findings.faults += _until_fault(values, scenario, path.name)
    known = replace(scenario, commodities=(*scenario.commodities, *_new_goods(found, scenario)))
    desk = Desk(findings=findings, dimensions=scenario.policy.load_dimensions)
    added = added_orders(rows["added"], known, desk)
    closures = tuple(c for item in found["closed"] if item.thing for c in closures_of(item, path.parent, findings))
    if findings.faults:
        raise _invalid(findings)
    classes = tuple(item.thing for item in found["classes"])
    return Emergency(
        **values,
        closures=_until(closures, values),
        relays=tuple(item.thing for item in found["relays"]),
        vehicles=tuple(item.thing for item in found["vehicles"]),
        drones=tuple(item.thing for item in found["drones"]),
        classes=classes or usual_classes(known.commodities),
        commodities=tuple(item.thing for item in found["commodities"]),
        added=added,
        assumed=(*_placeholders(values, rows), *(() if classes else (USUAL_ORDER,)), *desk.assumed),
    )


USUAL_ORDER = Text(
    "优先等级为占位值：药品、食品、救灾物资先于其他，按货物编号和名称辨认；由指挥部在 [[classes]] 中确定",
    "the order of priority is a placeholder: medicine, food and relief goods before all else, told by ids and names of "
    "commodities; whoever is in command decides it under [[classes]]",
)


def usual_classes(commodities: Iterable[Commodity]) -> tuple[PriorityClass, ...]:
    """Return medicine, food and relief goods, as far as there are any; a placeholder order."""
    goods = [c for c in commodities if c.goods_class != "pesticide"]

    def named(words: Sequence[str]) -> tuple[str, ...]:
        return tuple(c.id for c in goods if any(word in f"{c.id} {c.name}".lower() for word in words))

    medicine = named(MEDICINE)
    food = tuple(c.id for c in goods if c.goods_class == "food" and c.id not in medicine)
    relief = tuple(id_ for id_ in named(RELIEF) if id_ not in (*medicine, *food))
    named_classes = (("药品", "medicine", medicine), ("食品", "food", food), ("救灾物资", "relief goods", relief))
    return tuple(PriorityClass(name=zh, name_en=en, commodities=ids) for zh, en, ids in named_classes if ids)


def _invalid(findings: Findings) -> InvalidInput:
    faults = tuple(sorted(findings.faults, key=lambda fault: fault.order))
    return InvalidInput("E540", faults=faults, count=len(faults))


def _new_goods(found: Found, scenario: Scenario) -> list[Commodity]:
    there = {c.id for c in scenario.commodities}
    made: dict[str, Commodity] = {}
    for item in found["commodities"]:
        if item.thing is not None and item.thing.id not in there:
            made.setdefault(item.thing.id, item.thing)
    return list(made.values())


def _until(closures: tuple[Closure, ...], values: Mapping[str, Any]) -> tuple[Closure, ...]:
    """Return the closures, each ending with the emergency unless it says itself when it ends."""
    last_day = values.get("until")
    return tuple(c if c.last_day or last_day is None else replace(c, last_day=last_day) for c in closures)


def _until_fault(values: Mapping[str, Any], scenario: Scenario, file: str) -> Iterator[Fault]:
    until = values.get("until")
    if until is not None and until < scenario.date:
        day = {"day": scenario.date.isoformat()}
        yield Fault(code="E541", file=file, column="until", value=until.isoformat(), values=day)


def _faults(found: Found, scenario: Scenario, file: str) -> Iterator[Fault]:
    """Yield what does not fit together, or names what the county does not have."""
    if not found["closed"]:
        yield Fault(code="E542", file=file, column="closed")
    for item in _sound(found["closed"]):
        yield from closed_faults(item)
    for item in (*_sound(found["relays"]), *_sound(found["drones"])):
        if (item.thing.lon is None) != (item.thing.lat is None):
            yield item.fault("E543", "lat" if item.thing.lat is None else "lon")
    yield from _taken_ids(found, scenario)
    yield from _far_faults(found, scenario)
    yield from _goods_faults(found, scenario)


def _sound(entries: Iterable[Item]) -> list[Item]:
    return [item for item in entries if item.thing is not None]


def _taken_ids(found: Found, scenario: Scenario) -> Iterator[Fault]:
    taken = {p.id for p in scenario.places} | {v.id for v in scenario.fleet}
    for item in (*_sound(found["relays"]), *_sound(found["drones"])):
        if item.thing.id in taken:
            yield item.fault("E544", "id", item.thing.id)
        taken.add(item.thing.id)


def _far_faults(found: Found, scenario: Scenario) -> Iterator[Fault]:
    relays = {item.values.get("id") for item in found["relays"]}
    kinds = {v.id for v in scenario.fleet if v.kind != "drone"}
    kind, where = KINDS["vehicles"]
    for item in _sound(found["vehicles"]):
        if item.thing.relay not in relays:
            yield item.fault("E321", "relay", item.thing.relay, kind=RELAY_KIND, table="[[relays]]")
        if item.thing.like not in kinds:
            yield item.fault("E321", "like", item.thing.like, kind=kind, table=where)


def _goods_faults(found: Found, scenario: Scenario) -> Iterator[Fault]:
    """Yield kinds of goods that are there already, and classes that share goods or name unknown ones."""
    known = {c.id for c in scenario.commodities}
    for item in found["commodities"]:
        name = item.values.get("id")
        if name is not None and name in known:
            yield item.fault("E548", "id", name)
        if name is not None:
            known.add(name)
    kind, where = KINDS["commodities"]
    first: dict[str, str] = {}
    for item in _sound(found["classes"]):
        for name in item.thing.commodities:
            if name not in known:
                yield item.fault("E321", "commodities", name, kind=kind, table=where)
            elif name in first:
                yield item.fault("E547", "commodities", name, first=first[name])
            first.setdefault(name, item.thing.name)


def _placeholders(values: Mapping[str, Any], rows: Mapping[str, Rows]) -> Iterator[Text]:
    """Tell which figures that nobody has measured stand at their defaults."""
    defaults = Emergency(closures=())
    missing = [c for c in EMERGENCY_SETTINGS if c.is_placeholder and c.field not in values]
    yield from _told("", missing, defaults)
    for table in (RELAYS, FAR, DRONES):
        for row in rows[table.name].rows:
            name = str(row.values.get("id", row.ident))
            left = [c for c in table.columns if c.is_placeholder and c.field not in row.values]
            yield from _told(name, left, table.of(**row.values))


def _told(name: str, missing: Sequence[Column], thing: object) -> Iterator[Text]:
    stated = [(c, getattr(thing, c.field)) for c in missing]
    known = [(c, value) for c, value in stated if value is not None]  # the rest follows from the roads
    if known:
        zh = "、".join(f"{c.zh}={c.cell.show(value)}" for c, value in known)
        en = ", ".join(f"{c.name}={c.cell.show(value)}" for c, value in known)
        yield Text(f"{name} 取占位值：{zh}".strip(), f"placeholders taken{f' for {name}' if name else ''}: {en}")
