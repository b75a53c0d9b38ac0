"""The keys of an events file: single settings, and the columns of its lists of tables."""

from __future__ import annotations

from scenarios import cells
from scenarios.columns import ORDERS, Column, Table
from scenarios.events import BrokenVehicle, CancelledOrder, ClosedRoad, LateBrand

EVENTS_FILE = "events.toml"
"""What an events file is called in documents; any name will do."""

_MINUTES = cells.number("min", scale=60, high=1_440)
_YUAN = cells.number("yuan", scale=100, high=10_000_000)
_ID = cells.ident()

EVENT_SETTINGS = (
    Column(name="now", zh="现在时刻", field="now_s", cell=cells.clock(), about="empty: the day has not begun"),
    Column(
        name="recovery_min",
        zh="故障车货物再装(分钟)",
        field="recovery_s",
        cell=_MINUTES,
        is_placeholder=True,
        about="from its return to the depot",
    ),
    Column(
        name="weights.vehicle_yuan",
        zh="换车(元/批)",
        field="weights.vehicle_fen",
        cell=_YUAN,
        is_placeholder=True,
        about="a shipment on another vehicle",
    ),
    Column(
        name="weights.swap_yuan",
        zh="换序(元/对)",
        field="weights.swap_fen",
        cell=_YUAN,
        is_placeholder=True,
        about="two neighbouring visits in the other order",
    ),
    Column(
        name="weights.shift_yuan_per_min",
        zh="改时(元/分钟)",
        field="weights.shift_fen_per_min",
        cell=_YUAN,
        is_placeholder=True,
        about="a visit that much earlier or later",
    ),
    Column(
        name="weights.free_shift_min",
        zh="不计的改时(分钟)",
        field="weights.free_shift_s",
        cell=_MINUTES,
        is_placeholder=True,
        about="shifts up to it do not count",
    ),
    Column(
        name="weights.unserved_yuan",
        zh="不再服务(元/批)",
        field="weights.unserved_fen",
        cell=_YUAN,
        is_placeholder=True,
        about="besides its penalty",
    ),
)
"""Single settings of an events file."""

ADDED = Table(name="added", file=EVENTS_FILE, zh="新增订单", of=ORDERS.of, key="id", columns=ORDERS.columns)

CANCELLED = Table(
    name="cancelled",
    file=EVENTS_FILE,
    zh="取消订单",
    of=CancelledOrder,
    key="",
    columns=(Column(name="order", zh="订单号", field="order", cell=_ID, is_required=True),),
)

BROKEN = Table(
    name="broken",
    file=EVENTS_FILE,
    zh="故障车辆",
    of=BrokenVehicle,
    key="",
    columns=(
        Column(name="vehicle_type", zh="车型编号", field="vehicle_type", cell=_ID, is_required=True),
        Column(name="number", zh="车号", field="number", cell=cells.whole(low=1, high=10_000), is_required=True),
        Column(name="at", zh="时刻", field="at_s", cell=cells.clock(), about="empty: now; a later one is taken as now"),
    ),
)

LATE = Table(
    name="late",
    file=EVENTS_FILE,
    zh="到货延迟",
    of=LateBrand,
    key="",
    columns=(
        Column(name="brand", zh="品牌", field="brand", cell=_ID, is_required=True),
        Column(name="wave", zh="波次", field="wave", cell=cells.whole(low=1, high=20)),
        Column(name="ready", zh="可装时刻", field="ready_s", cell=cells.clock(), is_required=True),
    ),
)

CLOSED = Table(
    name="closed",
    file=EVENTS_FILE,
    zh="封路",
    of=ClosedRoad,
    key="",
    columns=(
        Column(name="file", zh="封路文件", field="file", cell=cells.text(500), about="beside the events file"),
        Column(name="edges", zh="路段", field="edges", cell=cells.idents(as_set=False), about="numbers"),
        Column(name="ways", zh="OSM 道路", field="ways", cell=cells.idents(as_set=False), about="numbers"),
        Column(name="lon", zh="经度", field="lon", cell=cells.real("degree", low=-180, high=180), about="WGS-84"),
        Column(name="lat", zh="纬度", field="lat", cell=cells.real("degree", low=-90, high=90), about="WGS-84"),
        Column(
            name="radius_m",
            zh="半径(米)",
            field="radius_m",
            cell=cells.whole("m", low=1, high=20_000),
            about="all roads so near to the point",
        ),
    ),
)

EVENT_TABLES = (ADDED, CANCELLED, BROKEN, LATE, CLOSED)
"""Lists of tables in an events file, such as ``[[broken]]``."""
