"""Reads a file of variants, with every fault found before anything is planned.

    against = "base"                     # changes are counted from this variant
    market_factor = 1.3
    [markets]
    "青龙镇" = "1,4,7"                    # township -> market days, see scenarios.market_days
    [[variants]]
    id = "apart"
    name_zh = "各自配送"
    brands = "separate"                  # or "shared", or coalitions: ["中通+邮政", "圆通"]; "others": without brand
    directions = "one-way"               # or "two-way"
    visits = "alternate"                 # villages every other day, or "daily"
    season = "wet"                       # weather = "rain", closures = "closed.csv"
    volume = 1.3                         # numbers may be ranges: "0.7:1.3:0.1", or lists: [0.7, 1.3]
    wages = 1.1                          # fixed_cost, km_cost, fares: factors too
    mode = "station"                     # the only one of every place that has it
    modes = "direct;station"             # the only ones that are left of those that places have
    stations = "off"                     # lines = "off": no goods on buses
    fuel_yuan_per_l = 0.5                # more than now; electricity_yuan_per_kwh
    [variants.vehicles.truck42]          # columns of vehicles.csv, or replaced_by = "van"
    count = 2

Goods, places and roads stay those of the county; what is not written stays as it is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

from scenarios import cells
from scenarios.columns import MODE_WORDS, VEHICLES, Column
from scenarios.errors import Fault, InvalidInput
from scenarios.market_days import parse_market_days
from scenarios.relations import KINDS
from scenarios.settings import SEASON_WORDS
from scenarios.tables import Findings, nearest, read_cells
from scenarios.text import Text
from scenarios.toml_rows import read_tree
from scenarios.variants.model import BASE, OTHERS, Prices, Variant, VariantSet, VehicleChange
from scenarios.variants.proof import find_variant_faults
from scenarios.variants.ranges import NotARange, numbers_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scenarios.market_days import MarketDays
    from scenarios.scenario import Scenario


def _setting(name: str, zh: str, field: str, cell: cells.Cell) -> Column:
    return Column(name=name, zh=zh, field=field, cell=cell)


_FACTOR = cells.real("x", low=0.01, high=100)
_SWITCH = cells.choice({"on": "开", "off": "关"})
_MORE = cells.number("yuan", scale=100, low=-1_000, high=1_000)

NUMBERS = (
    _setting("volume", "件数倍数", "volume", _FACTOR),
    _setting("fixed_cost", "出车费倍数", "prices.fixed", _FACTOR),
    _setting("km_cost", "里程费倍数", "prices.distance", _FACTOR),
    _setting("wages", "人工费倍数", "prices.wages", _FACTOR),
    _setting("fares", "班线运价倍数", "prices.fares", cells.real("x", low=0, high=100)),
    _setting("fuel_yuan_per_l", "油价变动(元/升)", "prices.fuel_fen_per_l", _MORE),
    _setting("electricity_yuan_per_kwh", "电价变动(元/度)", "prices.power_fen_per_kwh", _MORE),
)
"""Settings that may be ranges; each value makes a variant of its own."""

WORDS = (
    _setting("id", "编号", "id", cells.ident()),
    _setting("name_zh", "名称", "name_zh", cells.text()),
    _setting("name_en", "英文名称", "name_en", cells.text()),
    _setting("directions", "方向", "is_one_way", cells.choice({"one-way": "单向", "two-way": "双向"})),
    _setting("visits", "到访", "visits", cells.choice({"daily": "每日", "alternate": "隔日"})),
    _setting("season", "季节", "season", cells.choice(SEASON_WORDS)),
    _setting("weather", "天气", "weather", cells.ident()),
    _setting("closures", "封路文件", "closures", cells.text(500)),
    _setting("mode", "强制服务方式", "forced_mode", cells.choice(MODE_WORDS)),
    _setting("modes", "保留的服务方式", "modes", cells.choices(MODE_WORDS)),
    _setting("stations", "服务站", "stations", _SWITCH),
    _setting("lines", "班线带货", "lines", _SWITCH),
)
"""Settings of one value."""

TOP = (
    _setting("against", "对照", "against", cells.ident()),
    _setting("market_factor", "赶集倍数", "market_factor", _FACTOR),
)
FIGURES = tuple(c for c in VEHICLES.columns if "." not in c.field and c.name not in ("id", "depot"))
"""Columns of vehicles.csv that a variant may change."""

_COLUMN_OF = {column.name: column for column in (*NUMBERS, *WORDS)}
_TABLES = ("brands", "vehicles")


def _nowhere(_town: str) -> bool:
    return False


def read_variants(path: Path, scenario: Scenario, *, is_elsewhere: Callable[[str], bool] = _nowhere) -> VariantSet:
    """Return the variants of a file, each proven to fit the county and to change something. O(variants x orders).

    ``is_elsewhere``: whether a township that the county lacks is of another one; its market is left out.

    Raises
    ------
    InvalidInput
        E351 with ``faults``: every fault of the file, in the order of their places.
    """
    desk = _Desk(path.name, Findings(), scenario, is_elsewhere)
    tree = read_tree(path, desk.findings)
    found = VariantSet(variants=()) if tree is None else _read_set(tree, desk)
    if desk.findings.faults:
        faults = tuple(sorted(desk.findings.faults, key=lambda fault: fault.order))
        raise InvalidInput("E351", faults=faults, count=len(faults))
    return found


@dataclass(frozen=True, slots=True)
class _Desk:
    file: str
    findings: Findings
    scenario: Scenario
    is_elsewhere: Callable[[str], bool]

    def fault(self, code: str, column: str, value: object = "", **values: object) -> None:
        found = Fault(code=code, file=self.file, column=column[:80], value=str(value)[:80], values=values)
        self.findings.faults.append(found)

    def wrong_type(self, column: str, value: object, zh: str, en: str) -> None:
        self.fault("E336", column, repr(value)[:80], expected=Text(zh, en))

    def unknown(self, column: str, value: str, kind: str) -> None:
        name, where = KINDS[kind]
        self.fault("E321", column, value, kind=name, table=where)

    def values(self, given: list[tuple[Column, str, str]]) -> dict[str, Any]:
        found, _ = read_cells(given, file=self.file, row=0, findings=self.findings, folded=Counter())
        return found


def _read_set(tree: dict[str, Any], desk: _Desk) -> VariantSet:
    entries, markets, base = (tree.pop(name, None) for name in ("variants", "markets", "base"))
    top = _words(tree, {column.name: column for column in TOP}, "", desk)
    if not isinstance(entries, list) or not entries:
        desk.fault("E356", "variants")
        entries = []
    families = [_read_family(entry, f"variants[{i}]", desk) for i, entry in enumerate(entries, start=1)]
    variants = [Variant(id=BASE, name=_base_name(base, desk)), *(each for family in families for each in family)]
    known = [variant.id for variant in variants]
    for number, family in enumerate(families, start=1):
        for variant in family[:1]:
            if known.count(variant.id) > 1:
                desk.fault("E355", f"variants[{number}].id", variant.id)
        path = f"variants[{number}]"
        is_sound = not any(fault.column.startswith(f"{path}.") for fault in desk.findings.faults)
        found = find_variant_faults(desk.scenario, family, path, desk.file)
        # what is faulty changes nothing only because it could not be read
        desk.findings.faults += [fault for fault in found if is_sound or fault.code != "E352"]
    against = top.get("against", BASE)
    if against not in known:
        desk.fault("E321", "against", against, kind=Text("方案", "variant"), table=desk.file)
    factor = top.get("market_factor")
    return VariantSet(
        variants=tuple(variants), against=against, markets=_markets(markets or {}, desk), market_factor=factor
    )


def _base_name(entry: Any, desk: _Desk) -> Text:
    names = {column.name: column for column in WORDS if column.name.startswith("name_")}
    values = _words(entry, names, "base.", desk) if isinstance(entry, dict) else {}
    if entry is not None and not isinstance(entry, dict):
        desk.wrong_type("base", entry, "表", "a table")
    return Text(values.get("name_zh", "现状"), values.get("name_en", "as it is"))


def _markets(entry: Any, desk: _Desk) -> dict[str, MarketDays]:
    if not isinstance(entry, dict):
        desk.wrong_type("markets", entry, "表", "a table")
        return {}
    towns = {place.township for place in desk.scenario.places if place.township}
    found = {}
    for town, rule in entry.items():
        column = f"markets.{town}"
        if town not in towns and not desk.is_elsewhere(town):
            desk.fault("E321", column, town, kind=Text("乡镇", "township"), table="places.csv")
        try:
            parsed = parse_market_days(str(rule))
            if town in towns:
                found[town] = parsed
        except InvalidInput as error:
            desk.fault(error.code, column, rule, **{k: v for k, v in error.values.items() if k != "value"})
    return found


def _words(entry: dict[str, Any], known: dict[str, Column], prefix: str, desk: _Desk) -> dict[str, Any]:
    """Return the values of single settings by field; unknown names and wrong types are faults."""
    given = []
    for name, value in entry.items():
        if name not in known:
            desk.fault("E335", prefix + name, nearest=nearest(name, known))
        elif isinstance(value, bool):
            given.append((known[name], prefix + name, "yes" if value else "no"))
        elif isinstance(value, str | int | float):
            given.append((known[name], prefix + name, str(value)))
        else:
            desk.wrong_type(prefix + name, value, "单个值", "a value")
    return desk.values(given)


def _read_family(entry: Any, path: str, desk: _Desk) -> list[Variant]:
    """Return the variants of one entry: one, or one for each value of its ranges."""
    if not isinstance(entry, dict):
        desk.wrong_type(path, entry, "表", "a table")
        return []
    ranges = _ranges({c.name: entry[c.name] for c in NUMBERS if c.name in entry}, path, desk)
    rest = {k: v for k, v in entry.items() if k not in ranges and k not in _TABLES and k not in _NUMBER_NAMES}
    values = _words(rest, _COLUMN_OF, f"{path}.", desk)
    if "id" not in values:
        desk.fault("E310", f"{path}.id")
        return []
    fixed = _one(values, entry, path, desk)
    found = []
    for chosen in product(*ranges.values()):
        numbers = dict(zip(ranges, chosen, strict=True))
        given = [(_COLUMN_OF[name], f"{path}.{name}", text) for name, text in numbers.items()]
        several = [f"{name}={text}" for name, text in numbers.items() if len(ranges[name]) > 1]
        found.append(_with_numbers(fixed, desk.values(given), " ".join(several)))
    return found


_NUMBER_NAMES = frozenset(column.name for column in NUMBERS)


def _ranges(entry: dict[str, Any], path: str, desk: _Desk) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, value in entry.items():
        try:
            found[name] = numbers_of(value)
        except NotARange as error:
            desk.fault("E353", f"{path}.{name}", repr(value), most=error.most)
    return found


def _one(values: dict[str, Any], entry: dict[str, Any], path: str, desk: _Desk) -> Variant:
    name_zh = values.get("name_zh", values.get("name_en", values["id"]))
    return Variant(
        id=values["id"],
        name=Text(name_zh, values.get("name_en", name_zh)),
        coalitions=_coalitions(entry.get("brands", "shared"), f"{path}.brands", desk),
        is_one_way=values.get("is_one_way") == "one-way",
        season=values.get("season"),
        weather=values.get("weather"),
        closures=values.get("closures"),
        vehicles=_vehicles(entry.get("vehicles", {}), f"{path}.vehicles", desk),
        modes=values.get("modes", ()),
        forced_mode=values.get("forced_mode", ""),
        has_stations=values.get("stations") != "off",
        has_lines=values.get("lines") != "off",
        is_every_other_day=values.get("visits") == "alternate",
    )


def _with_numbers(variant: Variant, values: dict[str, Any], told: str) -> Variant:
    prices = {name.partition(".")[2]: value for name, value in values.items() if "." in name}
    if told:
        name = Text(f"{variant.name.zh} {told}", f"{variant.name.en} {told}")
        variant = replace(variant, id=f"{variant.id} {told}", name=name)
    return replace(variant, volume=values.get("volume", 1.0), prices=Prices(**prices))


def _coalitions(value: Any, column: str, desk: _Desk) -> tuple[frozenset[str], ...] | None:
    if value == "shared":
        return None
    if value == "separate":
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        desk.wrong_type(column, value, "separate、shared 或联盟的列表", "separate, shared or a list of coalitions")
        return None
    groups = tuple(tuple(name.strip() for name in each.split("+") if name.strip()) for each in value)
    counts = Counter(name for group in groups for name in group)
    known = {order.brand or OTHERS for order in desk.scenario.orders} | {b.id for b in desk.scenario.brands}
    for brand, count in counts.items():
        if brand not in known:
            desk.unknown(column, brand, "brands")
        if count > 1:
            desk.fault("E354", column, brand)
    return tuple(frozenset(group) for group in groups if group)


def _vehicles(entry: Any, path: str, desk: _Desk) -> tuple[VehicleChange, ...]:
    if not isinstance(entry, dict) or not all(isinstance(values, dict) for values in entry.values()):
        desk.wrong_type(path, entry, "按车型编号的表", "tables by id of the vehicle type")
        return ()
    fleet = {vehicle.id for vehicle in desk.scenario.fleet}
    columns = {column.name: column for column in FIGURES}
    found = []
    for vehicle, figures in entry.items():
        successor = figures.get("replaced_by", "")
        for column, name in ((f"{path}.{vehicle}", vehicle), (f"{path}.{vehicle}.replaced_by", successor)):
            if (name or column == f"{path}.{vehicle}") and name not in fleet:
                desk.unknown(column, str(name), "vehicles")
        if successor and (len(figures) > 1 or successor == vehicle):
            others = [name for name in figures if name != "replaced_by"] or [vehicle]
            desk.fault("E338", f"{path}.{vehicle}.replaced_by", other=", ".join(others))
        rest = {name: value for name, value in figures.items() if name != "replaced_by"}
        values = _words(rest, columns, f"{path}.{vehicle}.", desk)
        found.append(VehicleChange(vehicle=vehicle, values=values, replaced_by=str(successor)))
    return tuple(found)
