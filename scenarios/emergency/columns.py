"""The keys of an emergency file: single settings, and the columns of its lists of tables."""

from __future__ import annotations

from dataclasses import replace

from scenarios import cells
from scenarios.columns import COMMODITIES, Column, Table
from scenarios.emergency.model import DroneBase, FarVehicles, PriorityClass, Relay
from scenarios.event_columns import ADDED, CLOSED

EMERGENCY_FILE = "emergency.toml"
"""What an emergency file is called in documents; any name will do."""

_ID = cells.ident()
_MINUTES = cells.number("min", scale=60, high=1_440)
_KG = cells.number("kg", scale=1_000, high=1_000_000)
_LITRE = cells.number("L", scale=1_000, high=10_000_000)
_METRES = cells.whole("m", high=20_000)
_YUAN = cells.number("yuan", scale=100, high=10_000_000)
_LON = Column(name="lon", zh="经度", field="lon", cell=cells.real("degree", low=-180, high=180), about="WGS-84")
_LAT = Column(name="lat", zh="纬度", field="lat", cell=cells.real("degree", low=-90, high=90), about="WGS-84")
_WINDOW = cells.window()

EMERGENCY_SETTINGS = (
    Column(name="name", zh="名称", field="name", cell=cells.text()),
    Column(name="name_en", zh="英文名称", field="name_en", cell=cells.text(), about="empty: as name"),
    Column(name="until", zh="封路到", field="until", cell=cells.day(), about="last day of the closures"),
    Column(
        name="early_slack_min",
        zh="首要物资可让(分钟)",
        field="early_slack_s",
        cell=_MINUTES,
        is_placeholder=True,
        about="what the first class may be later than if it had the day to itself",
    ),
)
"""Single settings of an emergency file."""

RELAYS = Table(
    name="relays",
    file=EMERGENCY_FILE,
    zh="接驳点",
    of=Relay,
    columns=(
        Column(name="id", zh="编号", field="id", cell=_ID, is_required=True),
        Column(name="name", zh="名称", field="name", cell=cells.text()),
        replace(_LON, about="near the break; empty: the shortest way across"),
        _LAT,
        Column(
            name="walk_m",
            zh="步行距离(米)",
            field="walk_m",
            cell=_METRES,
            is_placeholder=True,
            about="empty: along the closed road",
        ),
        Column(
            name="min_per_tote",
            zh="每箱分钟",
            field="tote_s",
            cell=_MINUTES,
            is_placeholder=True,
            about="from side to side; empty: at 50 m a minute",
        ),
        Column(
            name="totes_per_hour",
            zh="每小时箱数",
            field="totes_per_h",
            cell=cells.whole(low=4, high=100_000),
            is_placeholder=True,
            about="by everybody together; a tote is a bag",
        ),
        Column(
            name="max_piece_kg",
            zh="单件限重(kg)",
            field="max_piece_g",
            cell=_KG,
            is_placeholder=True,
            about="heavier goods are not carried",
        ),
        Column(name="hours", zh="接驳时段", field="hours", cell=_WINDOW, is_placeholder=True),
    ),
)

FAR = Table(
    name="vehicles",
    file=EMERGENCY_FILE,
    zh="对岸车辆",
    of=FarVehicles,
    key="",
    columns=(
        Column(name="relay", zh="接驳点", field="relay", cell=_ID, is_required=True),
        Column(name="like", zh="同车型", field="like", cell=_ID, is_required=True, about="a type of vehicles.csv"),
        Column(name="count", zh="数量", field="count", cell=cells.whole(low=1, high=10_000)),
        Column(name="hired", zh="雇用", field="is_hired", cell=cells.yes_no(), about="no: stranded there"),
        Column(name="fixed_yuan", zh="出车费(元)", field="fixed_fen", cell=_YUAN, about="empty: as the type"),
    ),
)

DRONES = Table(
    name="drones",
    file=EMERGENCY_FILE,
    zh="无人机",
    of=DroneBase,
    columns=(
        Column(name="id", zh="编号", field="id", cell=_ID, is_required=True),
        Column(name="count", zh="数量", field="count", cell=cells.whole(low=1, high=1_000)),
        Column(name="payload_kg", zh="载重(kg)", field="payload_g", cell=_KG, is_placeholder=True),
        Column(name="payload_l", zh="容积(L)", field="payload_ml", cell=_LITRE, is_placeholder=True),
        Column(
            name="range_km",
            zh="单次航程(km)",
            field="range_m",
            cell=cells.number("km", scale=1_000, high=500),
            is_placeholder=True,
            about="there and back",
        ),
        Column(name="turnaround_min", zh="换电装货(分钟)", field="turnaround_s", cell=_MINUTES, is_placeholder=True),
        Column(
            name="handling_min",
            zh="车机交接(分钟)",
            field="handling_s",
            cell=_MINUTES,
            is_placeholder=True,
            about="where they do not start at a hub",
        ),
        replace(_LON, about="where they start; empty: at the hub"),
        _LAT,
        Column(name="hours", zh="飞行时段", field="hours", cell=_WINDOW, is_placeholder=True),
        Column(name="fixed_yuan", zh="出勤费(元)", field="fixed_fen", cell=_YUAN, is_placeholder=True),
        Column(name="yuan_per_km", zh="每公里费用(元)", field="distance_fen_per_km", cell=_YUAN, is_placeholder=True),
    ),
)

CLASSES = Table(
    name="classes",
    file=EMERGENCY_FILE,
    zh="优先等级",
    of=PriorityClass,
    key="",
    columns=(
        Column(name="name", zh="名称", field="name", cell=cells.text(), is_required=True),
        Column(name="name_en", zh="英文名称", field="name_en", cell=cells.text(), about="empty: as name"),
        Column(name="commodities", zh="货物", field="commodities", cell=cells.idents(as_set=False), is_required=True),
        Column(name="by", zh="最晚送达", field="by_s", cell=cells.clock(), about="binds; empty: no hour"),
    ),
)

GOODS = replace(COMMODITIES, file=EMERGENCY_FILE)
"""Kinds of goods that the county does not know yet, such as medicine."""

EMERGENCY_TABLES = (
    replace(CLOSED, file=EMERGENCY_FILE),
    RELAYS,
    FAR,
    DRONES,
    CLASSES,
    GOODS,
    replace(ADDED, file=EMERGENCY_FILE),
)
"""Lists of tables in an emergency file, such as ``[[relays]]``."""
