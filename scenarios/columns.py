"""The columns of every table of a scenario folder: headers, kinds, units, defaults.

The reader, the writer and the data dictionary all go by these tables and by nothing
else. A column's ``field`` is the path to its value in the object, such as
``load.load_g``; its default is that field's default.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from optimizer.model import DrivingRule
from optimizer.replan.changes import Weights
from scenarios import cells
from scenarios.market_cell import market_days
from scenarios.policy import PRIORITIES, TIERS, Bag, Penalties, Policy, VisitTimes
from scenarios.scenario import (
    ENERGY_SOURCES,
    GOODS_CLASSES,
    TOXICITIES,
    Brand,
    Commodity,
    FleetVehicle,
    Load,
    Order,
    OrderLock,
    Roads,
    ScenarioCompartment,
    ScenarioPlace,
    Shelf,
)
from scenarios.stations import SERVICE_MODES, VEHICLE_KINDS, ModeRule, ScenarioStation, TimetableFile
from scenarios.timetables.model import Carriage

if TYPE_CHECKING:
    from scenarios.cells import Cell

PARTS: dict[str, type] = {
    "load": Load,
    "shelf": Shelf,
    "room": Load,
    "box": ScenarioCompartment,
    "driving_rule": DrivingRule,
    "roads": Roads,
    "policy": Policy,
    "penalties_fen": Penalties,
    "visit_s": VisitTimes,
    "bag": Bag,
    "weights": Weights,
    "carriage": Carriage,
    "storage": Shelf,
    "timetable_file": TimetableFile,
}
"""Classes of the nested objects, by the name of the field that holds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: English and Chinese header, where the value goes, how it is written, what it means.

    ``is_placeholder``: its default is nobody's measurement; a reader that uses it says so.
    """

    name: str
    zh: str
    field: str
    cell: Cell
    about: str = ""
    is_required: bool = False
    is_placeholder: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table: its file, the class of its rows, its columns; ``key`` is the column of the id."""

    name: str
    file: str
    zh: str
    of: type
    columns: tuple[Column, ...]
    key: str = "id"
    is_required: bool = False

    @cached_property
    def column_of(self) -> dict[str, Column]:
        """Columns by their field."""
        return {column.field: column for column in self.columns}


def default_of(kind: type, path: str) -> Any:
    """Return the default of the field at a dotted path of a dataclass; None where there is none."""
    head, _, rest = path.partition(".")
    if rest:
        return default_of(PARTS[head], rest)
    found = next((f for f in fields(kind) if f.name == head), None)
    return None if found is None or found.default is MISSING else found.default


def _words(values: tuple[str, ...], *zh: str) -> dict[str, str]:
    return dict(zip(values, zh, strict=True))


TIER_WORDS = _words(TIERS, "县级中心", "乡镇服务站", "村级服务点", "农场", "商店")
PRIORITY_WORDS = _words(PRIORITIES, "低", "普通", "高", "必达")
GOODS_WORDS = _words(GOODS_CLASSES, "快递", "食品", "农产品", "农药", "农资", "退件", "空箱", "其他")
TOXICITY_WORDS = _words(TOXICITIES, "", "微毒", "低毒", "中毒", "高毒")
ENERGY_WORDS = _words(ENERGY_SOURCES, "柴油", "汽油", "电")
MODE_WORDS = _words(SERVICE_MODES, "直送", "经服务站", "客车", "固定线路", "闲散车辆", "无人车", "无人机")
KIND_WORDS = _words(VEHICLE_KINDS, "自有", "闲散", "无人", "无人机")

_KG = cells.number("kg", scale=1_000, high=1_000_000)
_LITRE = cells.number("L", scale=1_000, high=10_000_000)
_COUNT = cells.whole(high=100_000)
_MINUTES = cells.number("min", scale=60, high=1_440)
_HOURS = cells.number("h", scale=3_600, high=720)
_YUAN = cells.number("yuan", scale=100, high=10_000_000)
_ID = cells.ident()
_IDS = cells.idents(as_set=True)


def _load(prefix: str) -> tuple[Column, ...]:
    stems = {
        "load": ("", ""),
        "shelf": ("shelf_", "货架"),
        "storage": ("storage_", "库存"),
        "room": ("capacity_", "载重"),
        "box.room": ("capacity_", "载重"),
    }
    name, zh = stems[prefix]
    weight, volume = {
        "load": ("重量(kg)", "体积(L)"),
        "shelf": ("货架限重(kg)", "货架容积(L)"),
        "storage": ("库存限重(kg)", "库存容积(L)"),
    }.get(prefix, ("载重(kg)", "容积(L)"))
    kg, litre = {"load": ("weight_kg", "volume_l")}.get(prefix, (f"{name}kg", f"{name}l"))
    count_zh = {"": "", "货架": "货架", "库存": "库存", "载重": "可装"}[zh]
    return (
        Column(name=kg, zh=weight, field=f"{prefix}.load_g", cell=_KG),
        Column(name=litre, zh=volume, field=f"{prefix}.load_ml", cell=_LITRE),
        Column(name=f"{name}totes", zh=f"{count_zh}周转箱", field=f"{prefix}.totes", cell=_COUNT),
        Column(name=f"{name}pallets", zh=f"{count_zh}托盘", field=f"{prefix}.pallets", cell=_COUNT),
    )


PLACES = Table(
    name="places",
    file="places.csv",
    zh="地点",
    of=ScenarioPlace,
    is_required=True,
    columns=(
        Column(name="id", zh="编号", field="id", cell=_ID, is_required=True),
        Column(name="tier", zh="层级", field="tier", cell=cells.choice(TIER_WORDS), is_required=True),
        Column(name="name", zh="名称", field="name", cell=cells.text(), is_required=True),
        Column(name="lon", zh="经度", field="lon", cell=cells.real("degree", low=-180, high=180), is_required=True),
        Column(
            name="lat",
            zh="纬度",
            field="lat",
            cell=cells.real("degree", low=-180, high=180),
            is_required=True,
            about="beyond 90 it is taken for a longitude in the wrong column and refused",
        ),
        Column(name="code", zh="行政区划代码", field="code", cell=_ID, about="12 digits; keep as text"),
        Column(name="aliases", zh="别名", field="aliases", cell=cells.idents(as_set=False), about="former names"),
        Column(name="township", zh="乡镇", field="township", cell=cells.text()),
        Column(name="station", zh="所属服务站", field="station", cell=_ID, about="id of the station that serves it"),
        Column(name="windows", zh="开放时段", field="windows", cell=cells.windows(), about="empty: always open"),
        Column(name="visit_min", zh="停靠时间(分钟)", field="visit_s", cell=_MINUTES, about="empty: policy, by tier"),
        Column(name="vehicle_types", zh="可到车型", field="vehicle_types", cell=_IDS, about="empty: all"),
        *_load("shelf"),
        Column(name="population", zh="人口", field="population", cell=cells.whole(high=100_000_000)),
        Column(
            name="administrative",
            zh="行政村",
            field="is_administrative",
            cell=cells.yes_no(),
            about="counts for coverage",
        ),
        Column(
            name="pickup_distance_m", zh="取件距离(米)", field="pickup_distance_m", cell=cells.whole("m", high=200_000)
        ),
        Column(name="market", zh="赶集日", field="market", cell=market_days(), about="of its whole township"),
        Column(name="last_visit", zh="上次到访", field="last_visit", cell=cells.day(), about="before this day"),
        Column(name="loading_min", zh="装车时间(分钟)", field="loading_s", cell=_MINUTES, about="depots: one trip"),
        Column(
            name="docks",
            zh="装车口",
            field="docks",
            cell=cells.whole(low=1, high=1_000),
            about="depots; empty: no limit",
        ),
    ),
)

ORDERS = Table(
    name="orders",
    file="orders.csv",
    zh="订单",
    of=Order,
    is_required=True,
    columns=(
        Column(name="id", zh="订单号", field="id", cell=_ID, is_required=True),
        Column(name="brand", zh="品牌", field="brand", cell=_ID),
        Column(name="origin", zh="起点", field="origin", cell=_ID, is_required=True),
        Column(name="destination", zh="终点", field="destination", cell=_ID, is_required=True),
        Column(name="commodity", zh="货物", field="commodity", cell=_ID),
        Column(name="pieces", zh="件数", field="pieces", cell=cells.whole("pieces", low=1, high=1_000_000)),
        *_load("load"),
        Column(
            name="wave", zh="波次", field="wave", cell=cells.whole(low=1, high=20), about="arrival wave of the brand"
        ),
        Column(name="ready", zh="可装时刻", field="ready_s", cell=cells.clock(), about="empty: wave, then policy"),
        Column(name="due", zh="截止时刻", field="due_s", cell=cells.clock(), about="empty: brand's trunk, then policy"),
        Column(
            name="max_on_board_h", zh="最长在途(小时)", field="max_on_board_s", cell=_HOURS, about="empty: commodity"
        ),
        Column(name="priority", zh="优先级", field="priority", cell=cells.choice(PRIORITY_WORDS)),
        Column(
            name="service_s",
            zh="交接时间(秒)",
            field="service_s",
            cell=cells.whole("s", high=86_400),
            about="whole order",
        ),
        Column(name="handling_yuan", zh="操作费(元)", field="handling_fen", cell=_YUAN, about="whole order"),
        Column(name="penalty_yuan", zh="未服务惩罚(元)", field="penalty_fen", cell=_YUAN, about="empty: by priority"),
        Column(name="pickup_windows", zh="取货时段", field="pickup_windows", cell=cells.windows()),
        Column(name="delivery_windows", zh="送货时段", field="delivery_windows", cell=cells.windows()),
    ),
)

VEHICLES = Table(
    name="vehicles",
    file="vehicles.csv",
    zh="车型",
    of=FleetVehicle,
    is_required=True,
    columns=(
        Column(name="id", zh="车型编号", field="id", cell=_ID, is_required=True),
        Column(name="name", zh="车型名称", field="name", cell=cells.text()),
        Column(name="count", zh="数量", field="count", cell=cells.whole(high=10_000), is_required=True),
        Column(name="profile", zh="道路类别", field="profile", cell=_ID, about="road profile"),
        Column(name="depot", zh="驻地", field="depot", cell=_ID, is_required=True, about="place id"),
        *_load("box.room"),
        Column(name="holds", zh="可装货物", field="box.commodities", cell=_IDS, about="commodity ids; empty: all"),
        Column(name="sealed", zh="密封", field="box.is_sealed", cell=cells.yes_no()),
        Column(name="shift", zh="班次", field="shift", cell=cells.window()),
        Column(name="regular_h", zh="正常工时(小时)", field="regular_s", cell=_HOURS),
        Column(name="max_overtime_h", zh="最长加班(小时)", field="max_overtime_s", cell=_HOURS),
        Column(name="fixed_yuan", zh="出车费(元)", field="fixed_fen", cell=_YUAN, is_placeholder=True),
        Column(name="yuan_per_km", zh="每公里费用(元)", field="distance_fen_per_km", cell=_YUAN, is_placeholder=True),
        Column(name="yuan_per_h", zh="每小时费用(元)", field="time_fen_per_h", cell=_YUAN, is_placeholder=True),
        Column(
            name="overtime_yuan_per_h",
            zh="加班加价(元/小时)",
            field="overtime_fen_per_h",
            cell=_YUAN,
            is_placeholder=True,
            about="on top of yuan_per_h",
        ),
        Column(name="max_trips", zh="最多趟数", field="max_trips", cell=cells.whole(low=1, high=100)),
        Column(name="range_km", zh="续航(km)", field="range_m", cell=cells.number("km", scale=1_000, high=10_000)),
        Column(name="deliveries_first", zh="先送后取", field="deliveries_first", cell=cells.yes_no()),
        Column(name="max_driving_h", zh="连续驾驶(小时)", field="driving_rule.max_driving_s", cell=_HOURS),
        Column(name="rest_min", zh="休息(分钟)", field="driving_rule.rest_s", cell=_MINUTES),
        Column(name="max_daily_driving_h", zh="每日驾驶(小时)", field="driving_rule.max_daily_driving_s", cell=_HOURS),
        Column(name="energy", zh="能源", field="energy_source", cell=cells.choice(ENERGY_WORDS)),
        Column(
            name="energy_per_100km",
            zh="百公里能耗",
            field="energy_per_100km",
            cell=cells.real("L or kWh", low=0, high=500),
            is_placeholder=True,
        ),
        Column(name="kind", zh="类别", field="kind", cell=cells.choice(KIND_WORDS)),
        Column(name="end", zh="收车地点", field="end", cell=_ID, about="empty: the depot; one trip a day"),
        Column(
            name="detour_km",
            zh="可绕行(km)",
            field="detour_m",
            cell=cells.number("km", scale=1_000, high=1_000),
            about="idle vehicles: beyond the way from the depot over the hub to the end",
        ),
        Column(name="yuan_per_piece", zh="每件报酬(元)", field="piece_fen", cell=_YUAN),
        Column(
            name="min_pay_yuan", zh="最低报酬(元)", field="min_pay_fen", cell=_YUAN, about="of a day that is driven"
        ),
        Column(
            name="trip_range_km",
            zh="单趟续航(km)",
            field="trip_range_m",
            cell=cells.number("km", scale=1_000, high=10_000),
            about="charged or changed at the depot between trips",
        ),
        Column(name="flies_in", zh="可飞天气", field="flies_in", cell=_IDS, about="drones; empty: any weather"),
    ),
)

COMPARTMENTS = Table(
    name="compartments",
    file="compartments.csv",
    zh="车厢",
    of=ScenarioCompartment,
    columns=(
        Column(name="vehicle", zh="车型编号", field="vehicle", cell=_ID, is_required=True),
        Column(name="id", zh="车厢", field="id", cell=_ID, is_required=True),
        *_load("room"),
        Column(name="holds", zh="可装货物", field="commodities", cell=_IDS, about="commodity ids; empty: all"),
        Column(name="sealed", zh="密封", field="is_sealed", cell=cells.yes_no()),
    ),
)

COMMODITIES = Table(
    name="commodities",
    file="commodities.csv",
    zh="货物",
    of=Commodity,
    columns=(
        Column(name="id", zh="货物编号", field="id", cell=_ID, is_required=True),
        Column(name="name", zh="货物名称", field="name", cell=cells.text()),
        Column(name="class", zh="类别", field="goods_class", cell=cells.choice(GOODS_WORDS)),
        Column(name="max_on_board_h", zh="最长在途(小时)", field="max_on_board_s", cell=_HOURS, about="freshness"),
        Column(
            name="service_s_per_piece",
            zh="每件交接(秒)",
            field="service_s_per_piece",
            cell=cells.whole("s", high=3_600),
        ),
        Column(name="handling_yuan_per_piece", zh="每件操作费(元)", field="handling_fen_per_piece", cell=_YUAN),
        Column(name="piece_kg", zh="单件重量(kg)", field="piece_g", cell=_KG, about="for orders that state no load"),
        Column(name="piece_l", zh="单件体积(L)", field="piece_ml", cell=_LITRE, about="for orders that state no load"),
        Column(name="bag_pieces", zh="每袋件数", field="bag_pieces", cell=_COUNT, about="0: policy"),
        Column(name="bag_kg", zh="每袋重量(kg)", field="bag_g", cell=_KG, about="0: policy"),
        Column(name="bag_l", zh="每袋体积(L)", field="bag_ml", cell=_LITRE, about="0: policy"),
        Column(name="toxicity", zh="毒性", field="toxicity", cell=cells.choice(TOXICITY_WORDS), about="pesticides"),
        Column(name="inner_pack_kg", zh="内包装(kg)", field="inner_pack_g", cell=_KG, about="medium toxicity: <= 5"),
        Column(name="inner_pack_l", zh="内包装(L)", field="inner_pack_ml", cell=_LITRE, about="medium toxicity: <= 5"),
        Column(name="package_kg", zh="整件重量(kg)", field="package_g", cell=_KG, about="medium toxicity: <= 30"),
        Column(name="marked", zh="有标记", field="is_marked", cell=cells.yes_no(), about="medium toxicity"),
        Column(name="dangerous", zh="危险货物", field="is_dangerous", cell=cells.yes_no(), about="yes is refused"),
        Column(name="limited_quantity", zh="限量包装", field="is_limited_quantity", cell=cells.yes_no()),
    ),
)

BRANDS = Table(
    name="brands",
    file="brands.csv",
    zh="品牌",
    of=Brand,
    columns=(
        Column(name="id", zh="品牌", field="id", cell=_ID, is_required=True),
        Column(name="name", zh="品牌名称", field="name", cell=cells.text()),
        Column(name="waves", zh="到货波次", field="waves_s", cell=cells.clocks(), about="empty: policy"),
        Column(name="trunk_leaves", zh="干线发车", field="trunk_leaves_s", cell=cells.clock(), about="empty: policy"),
    ),
)

LOCKS = Table(
    name="locks",
    file="locks.csv",
    zh="锁定",
    of=OrderLock,
    key="",
    columns=(
        Column(name="order", zh="订单号", field="order", cell=_ID, is_required=True),
        Column(name="vehicle_type", zh="车型编号", field="vehicle_type", cell=_ID),
        Column(name="number", zh="车号", field="number", cell=cells.whole(low=1, high=10_000)),
        Column(name="after", zh="在此订单之后", field="after", cell=_ID),
        Column(name="window", zh="时段", field="window", cell=cells.window()),
    ),
)

STATIONS = Table(
    name="stations",
    file="stations.csv",
    zh="服务站",
    of=ScenarioStation,
    key="place",
    columns=(
        Column(
            name="place", zh="地点编号", field="place", cell=_ID, is_required=True, about="its windows are the hours"
        ),
        Column(name="handling_min", zh="换装时间(分钟)", field="handling_s", cell=_MINUTES),
        Column(
            name="pieces_per_quarter_h",
            zh="每刻钟件数",
            field="pieces_per_quarter_h",
            cell=cells.whole("pieces", low=1, high=1_000_000),
            about="empty: no limit",
        ),
        *_load("storage"),
        Column(name="barred", zh="禁运货物", field="barred", cell=_IDS, about="commodity ids"),
    ),
)

MODES = Table(
    name="modes",
    file="modes.csv",
    zh="服务方式",
    of=ModeRule,
    key="place",
    columns=(
        Column(name="place", zh="地点或乡镇", field="place", cell=cells.text(), is_required=True, about="id or name"),
        Column(name="modes", zh="方式", field="modes", cell=cells.choices(MODE_WORDS), is_required=True),
        Column(name="station", zh="服务站", field="station", cell=_ID, about="empty: the place's own"),
    ),
)

TABLES = (PLACES, ORDERS, VEHICLES, COMPARTMENTS, COMMODITIES, BRANDS, LOCKS, STATIONS, MODES)
"""All tables of a scenario folder, required ones first."""
