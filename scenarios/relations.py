"""How the things of a scenario must fit together, and every way in which they do not.

Works on ``Item``s: an object together with the place in the files it came from. An item
whose own row is faulty has no object but still its id, so that nothing else is
blamed for it, and its other cells, so that their references are judged at once. Nothing
raises here; the caller decides what faults are worth.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from scenarios.dangerous import LIMITED_QUANTITY_G, danger
from scenarios.errors import Fault
from scenarios.geography import misplaced
from scenarios.policy import PRIORITIES, TIERS
from scenarios.stations import VEHICLE_KINDS
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from scenarios.scenario import OrderLock, Roads, Scenario

KINDS = {
    "places": (Text("地点", "place"), "places.csv"),
    "orders": (Text("订单", "order"), "orders.csv"),
    "vehicles": (Text("车型", "vehicle type"), "vehicles.csv"),
    "commodities": (Text("货物", "commodity"), "commodities.csv"),
    "brands": (Text("品牌", "brand"), "brands.csv"),
}
"""What other things may refer to, and where it is defined."""


REFERENCES = (
    ("places", "station", "places"),
    ("places", "vehicle_types", "vehicles"),
    ("orders", "origin", "places"),
    ("orders", "destination", "places"),
    ("orders", "commodity", "commodities"),
    ("orders", "brand", "brands"),
    ("vehicles", "depot", "places"),
    ("vehicles", "end", "places"),
    ("compartments", "commodities", "commodities"),
    ("stations", "place", "places"),
    ("stations", "barred", "commodities"),
    ("modes", "station", "places"),
    ("locks", "order", "orders"),
    ("locks", "after", "orders"),
    ("locks", "vehicle_type", "vehicles"),
    ("conflicts", "first", "commodities"),
    ("conflicts", "second", "commodities"),
    ("cleanings", "after", "commodities"),
    ("cleanings", "before", "commodities"),
)
"""Table, field, and the table that it must lead to."""

OPTIONAL = ("station", "brand", "end")
"""References that may be the empty text."""

LABELS = {"tier": TIERS, "priority": PRIORITIES, "kind": VEHICLE_KINDS}
"""Fields with a fixed choice of words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One object and where it stands; ``header`` gives the column of a field.

    A faulty row has no ``thing``, but ``values`` of those cells that are right.
    """

    thing: Any
    ident: str | None
    file: str
    row: int
    values: Mapping[str, Any] = field(default_factory=dict)
    header: Mapping[str, str] = field(default_factory=dict)

    def fault(self, code: str, name: str = "", value: object = "", **values: object) -> Fault:
        """Return a fault at this item, in the column of field ``name``."""
        column = self.header.get(name, name)
        return Fault(code=code, file=self.file, row=self.row, column=column, value=str(value), values=values)


Parts = dict[str, tuple[Item, ...]]
"""Items by table: places, orders, vehicles, compartments, commodities, brands, locks, conflicts, cleanings, stations
and modes."""


def parts_of(scenario: Scenario) -> Parts:
    """Return the items of a scenario as if it had been written to files and read again."""
    fleet = scenario.fleet
    tables: dict[str, tuple[Any, ...]] = {
        "places": scenario.places,
        "orders": scenario.orders,
        "vehicles": fleet,
        "compartments": tuple(c for v in fleet for c in v.compartments),
        "commodities": scenario.commodities,
        "brands": scenario.brands,
        "locks": scenario.locks,
        "conflicts": scenario.conflicts,
        "cleanings": scenario.cleanings,
        "stations": scenario.stations,
        "modes": scenario.modes,
    }
    return {
        name: tuple(
            Item(thing=thing, ident=getattr(thing, "id", None), file=f"{name}.csv", row=row)
            for row, thing in enumerate(things, start=2)
        )
        for name, things in tables.items()
    }


def find_faults(parts: Parts, roads: Roads | None, unread: frozenset[str] = frozenset()) -> tuple[Fault, ...]:
    """Return every broken rule between the objects, sorted. O(n log n).

    ``unread`` names tables whose files could not be read whole: nothing is blamed for
    referring to what may stand there. ``roads`` None: they could not be read either.
    """
    checks: tuple[Callable[[Parts], Iterable[Fault]], ...] = (
        _values,
        _doubles,
        _station_cycles,
        _lock_cycles,
        _geography,
        _orders,
        _goods,
        _fleet,
        _lock_numbers,
    )
    found = [fault for check in checks for fault in check(parts)]
    found += _references(parts, unread)
    if roads is not None and bool(roads.file) == bool(roads.terrain and roads.townships and roads.villages):
        found.append(Fault(code="E337", file="scenario.toml", column="roads"))
    return tuple(sorted(found, key=lambda fault: fault.order))


def _sound(parts: Parts, name: str) -> Iterator[Item]:
    return (item for item in parts[name] if item.thing is not None)


def _values(parts: Parts) -> Iterator[Fault]:
    """No count, time or price is negative; labels are known. Readers have refused these already."""
    names: dict[type, tuple[str, ...]] = {}
    for item in (item for items in parts.values() for item in items if item.thing is not None):
        kind = type(item.thing)
        for name in names.get(kind) or names.setdefault(kind, tuple(f.name for f in fields(kind))):
            value = getattr(item.thing, name)
            if not _is_possible(name, value):
                yield item.fault("E339", name, value, what=item.ident, field=name)


def _is_possible(name: str, value: Any) -> bool:
    if name in LABELS:
        return value in LABELS[name]
    if isinstance(value, frozenset):
        return bool(value)  # None means all; none at all cannot be meant
    return type(value) is not int or value >= (1 if name == "pieces" else 0)


def _doubles(parts: Parts) -> Iterator[Fault]:
    for name in KINDS:
        first: dict[str, int] = {}
        for item in parts[name]:
            if item.ident is None:
                continue
            if item.ident in first:
                yield item.fault("E320", "id", item.ident, first=first[item.ident])
            first.setdefault(item.ident, item.row)


def _references(parts: Parts, unread: frozenset[str]) -> Iterator[Fault]:
    known = {name: {item.ident for item in parts[name]} for name in KINDS}
    if not parts["brands"]:  # brands need no table of their own
        unread = unread | {"brands"}
    rules = [(table, name, target) for table, name, target in REFERENCES if target not in unread]
    for item, name, target in ((item, name, target) for table, name, target in rules for item in parts[table]):
        value = item.values.get(name) if item.thing is None else getattr(item.thing, name)
        if value is None or (not value and name in OPTIONAL):
            continue
        kind, where = KINDS[target]
        for ident in set(_names(value)) - known[target]:
            yield item.fault("E321", name, ident, kind=kind, table=where)


def _names(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _station_cycles(parts: Parts) -> Iterator[Fault]:
    above = {item.thing.id: (item.thing.station,) for item in _sound(parts, "places") if item.thing.station}
    at = {item.ident: item for item in parts["places"]}
    for cycle in _cycles(above):
        yield at[cycle[0]].fault("E322", "station", " > ".join(cycle))


def _lock_cycles(parts: Parts) -> Iterator[Fault]:
    after: dict[str, list[str]] = {}
    at: dict[str, Item] = {}
    for item in _sound(parts, "locks"):
        lock: OrderLock = item.thing
        if lock.after is not None:
            after.setdefault(lock.order, []).append(lock.after)
            at.setdefault(lock.order, item)
    for cycle in _cycles(after):
        yield at[cycle[0]].fault("E322", "after", " > ".join(cycle))


def _cycles(successors: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Yield one cycle, closed, for each knot of references; depth first without recursion. O(references)."""
    done: set[str] = set()
    for start in successors:
        path: dict[str, None] = {}  # in order, and quick to look into
        stack = [(start, iter(successors[start]))] if start not in done else []
        while stack:
            node, rest = stack[-1]
            path[node] = None
            following = next((n for n in rest if n not in done), None)
            if following in path:
                way = list(path)
                yield [*way[way.index(following) :], following]
                done.update(way)
                break
            if following is None:
                done.add(node)
                stack.pop()
                del path[node]
            else:
                stack.append((following, iter(successors.get(following, ()))))


def _geography(parts: Parts) -> Iterator[Fault]:
    places = list(_sound(parts, "places"))
    if parts["places"] and all(item.thing is not None and item.thing.tier != "hub" for item in parts["places"]):
        yield Fault(code="E327", file=places[0].file, column=places[0].header.get("tier", "tier"))
    found = misplaced([(item.thing.lon, item.thing.lat) for item in places])
    for idx in found.out_of_range:
        place = places[idx].thing
        yield places[idx].fault("E324", "lon", f"{place.lon:g}, {place.lat:g}")
    if found.swapped:
        ids = ", ".join(places[idx].thing.id for idx in found.swapped[:5])
        more = f" ... ({len(found.swapped)})" if len(found.swapped) > 5 else ""
        yield places[found.swapped[0]].fault("E325", "lat", ids + more)
    for idx, distance_km in found.far:
        yield places[idx].fault("E326", "lon", f"{distance_km:.0f}", limit=found.limit_km)


def _orders(parts: Parts) -> Iterator[Fault]:
    waves = {item.thing.id: len(item.thing.waves_s) for item in _sound(parts, "brands")}
    for item in _sound(parts, "orders"):
        order = item.thing
        if order.origin == order.destination:
            yield item.fault("E323", "destination", order.destination)
        if order.ready_s is not None and order.due_s is not None and order.ready_s > order.due_s:
            yield item.fault("E334", "due_s", ready=_clock(order.ready_s), due=_clock(order.due_s))
        most = max(1, waves.get(order.brand, 1))
        if order.wave > most and (order.brand in waves or not parts["brands"]):
            yield item.fault("E312", "wave", order.wave, low=1, high=most)


def _clock(time_s: int) -> str:
    return f"{time_s // 3600:02d}:{time_s // 60 % 60:02d}"


def _goods(parts: Parts) -> Iterator[Fault]:
    for item in _sound(parts, "commodities"):
        reason = danger(item.thing)
        if reason is not None:
            yield item.fault("E330", "id", item.thing.id, reason=reason)


def _fleet(parts: Parts) -> Iterator[Fault]:
    limited = [item.thing.id for item in _sound(parts, "commodities") if item.thing.is_limited_quantity]
    for item in _sound(parts, "vehicles"):
        vehicle = item.thing
        if not vehicle.compartments:
            yield item.fault("E332", "id", vehicle.id)
        names = [c.id for c in vehicle.compartments]
        for name in sorted(n for n, count in Counter(names).items() if count > 1):
            yield item.fault("E320", "compartments", name, first=item.row)
        for commodity in limited:
            most_g = sum(
                c.room.load_g for c in vehicle.compartments if c.commodities is None or commodity in c.commodities
            )
            if most_g > LIMITED_QUANTITY_G:
                kg = {"amount": most_g // 1_000, "limit": LIMITED_QUANTITY_G // 1_000}
                yield item.fault("E331", "id", vehicle.id, **kg)
                break


def _lock_numbers(parts: Parts) -> Iterator[Fault]:
    counts = {item.thing.id: item.thing.count for item in _sound(parts, "vehicles")}
    unread = {item.ident for item in parts["vehicles"] if item.thing is None}
    for item in _sound(parts, "locks"):
        lock: OrderLock = item.thing
        if lock.number is None or lock.vehicle_type in unread:
            continue
        count = counts.get(lock.vehicle_type or "", 0)
        if not 1 <= lock.number <= count:
            yield item.fault("E333", "number", lock.number, count=count)
