"""The settings of ``scenario.toml``: which keys there are, and the lists of tables among them.

A setting is a ``Column`` whose English header is its dotted path in the file. ``DATUMS``
are the datums that the files beside it may declare.
"""

from __future__ import annotations

from networks.synthetic import MOST_TOWNSHIPS, MOST_VILLAGES
from optimizer.model import Cleaning, Conflict
from scenarios import cells
from scenarios.columns import MODE_WORDS, Column, Table
from scenarios.scenario import LOAD_DIMENSIONS, Source, Text

FILE = "scenario.toml"
"""The settings file of a scenario folder."""

DATUMS = {"WGS-84": "", "GCJ-02": "火星坐标", "BD-09": "百度坐标", "CGCS2000": "国家大地坐标"}
"""Datums of coordinates, with their everyday Chinese names."""

SEASON_WORDS = {"dry": "旱季", "wet": "雨季"}
TERRAIN_WORDS = {"plain": "平原", "hill": "丘陵", "mountain": "山区", "pastoral": "牧区"}
LOAD_WORDS = dict(zip(LOAD_DIMENSIONS, ("重量", "体积", "周转箱", "托盘"), strict=True))
GRID_WORDS = {
    "national": "全国",
    "north": "华北",
    "northeast": "东北",
    "east": "华东",
    "central": "华中",
    "northwest": "西北",
}

_MINUTES = cells.number("min", scale=60, high=1_440)
_HOURS = cells.number("h", scale=3_600, high=720)
_YUAN = cells.number("yuan", scale=100, high=10_000_000)
_DATUM = cells.choice(DATUMS)
_PATH = cells.text(500)


def _setting(
    name: str, zh: str, cell: cells.Cell, field: str = "", *, about: str = "", is_required: bool = False
) -> Column:
    return Column(name=name, zh=zh, field=field or name, cell=cell, about=about, is_required=is_required)


_PENALTIES = tuple(
    Column(
        name=f"policy.penalty_{priority}_yuan",
        zh=f"未服务惩罚：{zh}(元)",
        field=f"policy.penalties_fen.{priority}",
        cell=_YUAN,
        about="a shipment left unserved; ranks, is not paid",
    )
    for priority, zh in (("low", "低"), ("normal", "普通"), ("high", "高"), ("must", "必达"))
)

_VISITS = tuple(
    _setting(f"policy.visit_{tier}_min", f"停靠时间：{zh}(分钟)", _MINUTES, f"policy.visit_s.{tier}")
    for tier, zh in (("hub", "县级中心"), ("station", "服务站"), ("village", "村"), ("farm", "农场"), ("shop", "商店"))
)

SETTINGS = (
    _setting("name", "名称", cells.text(), is_required=True),
    _setting("date", "日期", cells.day(), is_required=True),
    _setting("season", "季节", cells.choice(SEASON_WORDS), about="wet closes fords and slows unpaved roads"),
    _setting("weather", "天气", cells.ident(), about="a weather of the road profiles"),
    _setting("terrain", "地形", cells.choice(TERRAIN_WORDS)),
    _setting("roads.file", "路网文件", _PATH, about=".osm.pbf, .gpkg, .geojson, .shp; or a recipe:"),
    _setting("roads.terrain", "生成：地形", cells.choice(TERRAIN_WORDS)),
    _setting("roads.townships", "生成：乡镇数", cells.whole(low=1, high=MOST_TOWNSHIPS)),
    _setting("roads.villages", "生成：村数", cells.whole(low=1, high=MOST_VILLAGES)),
    _setting("roads.seed", "生成：随机种子", cells.whole(high=2**31 - 1)),
    _setting("roads.layer", "图层", cells.text(), about="of a file with several"),
    _setting("roads.overrides", "道路修正", _PATH),
    _setting("roads.closures", "封路", _PATH),
    _setting("roads.profiles", "道路类别文件", _PATH, about="empty: the built-in profiles"),
    _setting("roads.elevation", "高程文件", cells.idents(as_set=False, limit=500), about="SRTM tiles"),
    _setting("datums.places", "地点坐标系", _DATUM, about="of places.csv; converted on reading"),
    _setting("datums.roads", "路网坐标系", _DATUM, "roads.datum", about="of the road file"),
    _setting("datums.overrides", "道路修正坐标系", _DATUM, "roads.overrides_datum"),
    _setting("datums.closures", "封路坐标系", _DATUM, "roads.closures_datum"),
    _setting("timetable.file", "时刻表", _PATH, "timetable_file.file", about="CSV, or GTFS folder or zip"),
    _setting("timetable.datum", "时刻表坐标系", _DATUM, "timetable_file.datum"),
    _setting("timetable.walk_m", "站点服务半径(米)", cells.whole("m", high=5_000), "timetable_file.walk_m"),
    _setting("policy.load_dimensions", "装载维度", cells.choices(LOAD_WORDS), about="those that bind"),
    *_PENALTIES,
    _setting("policy.penalty_yuan_per_piece", "未服务惩罚(元/件)", _YUAN, "policy.penalty_fen_per_piece"),
    _setting("policy.hub_ready", "中心可装时刻", cells.clock(), "policy.hub_ready_s"),
    _setting("policy.up_due", "上行截止时刻", cells.clock(), "policy.up_due_s", about="back at the hub"),
    _setting("policy.promise", "承诺送达时刻", cells.clock(), "policy.promise_s", about="for the on-time share only"),
    *_VISITS,
    _setting("policy.cleaning_min", "清洗时间(分钟)", _MINUTES, "policy.cleaning_s", about="pesticide, then food"),
    _setting(
        "policy.has_driving_rule", "执行驾驶时间规定", cells.yes_no(), "policy.has_driving_rule", about="default yes"
    ),
    _setting("policy.max_driving_h", "连续驾驶(小时)", _HOURS, "policy.driving_rule.max_driving_s"),
    _setting("policy.rest_min", "休息(分钟)", _MINUTES, "policy.driving_rule.rest_s"),
    _setting("policy.max_daily_driving_h", "每日驾驶(小时)", _HOURS, "policy.driving_rule.max_daily_driving_s"),
    _setting("policy.service_days_per_week", "每周运营天数", cells.whole(low=1, high=7)),
    _setting("policy.coverage_visits_per_week", "覆盖标准(次/周)", cells.whole(low=1, high=14)),
    _setting("policy.grid", "电网区域", cells.choice(GRID_WORDS), about="for CO2"),
    _setting("policy.bag_pieces", "每袋件数", cells.whole(high=100_000), "policy.bag.pieces", about="0: no limit"),
    _setting("policy.bag_kg", "每袋重量(kg)", cells.number("kg", scale=1_000, high=10_000), "policy.bag.load_g"),
    _setting("policy.modes", "默认服务方式", cells.choices(MODE_WORDS), about="empty: all there are means for"),
    _setting("policy.forced_mode", "强制服务方式", cells.choice(MODE_WORDS), about="of each place that may have it"),
    _setting("policy.together", "整乡同一方式", cells.yes_no(), about="all places of a township go the same way"),
    _setting(
        "policy.market_factor",
        "赶集日件数倍数",
        cells.real("x", low=0.01, high=100),
        about="sampled days: what goes from and to a township with a market that day; placeholder",
    ),
    _setting("policy.bag_l", "每袋体积(L)", cells.number("L", scale=1_000, high=100_000), "policy.bag.load_ml"),
)
"""All single settings; those without a default may be left out too, unless required."""

CONFLICTS = Table(
    name="conflicts",
    file=FILE,
    zh="不得同车",
    of=Conflict,
    key="",
    columns=(
        Column(name="first", zh="货物一", field="first", cell=cells.ident(), is_required=True),
        Column(name="second", zh="货物二", field="second", cell=cells.ident(), is_required=True),
        Column(name="sealed_ok", zh="密封隔开即可", field="sealed_ok", cell=cells.yes_no()),
    ),
)

CLEANINGS = Table(
    name="cleanings",
    file=FILE,
    zh="清洗",
    of=Cleaning,
    key="",
    columns=(
        Column(name="after", zh="装过", field="after", cell=cells.ident(), is_required=True),
        Column(name="before", zh="再装", field="before", cell=cells.ident(), is_required=True),
        Column(name="minutes", zh="时间(分钟)", field="duration_s", cell=_MINUTES, is_required=True),
    ),
)

SOURCES = Table(
    name="sources",
    file=FILE,
    zh="来源",
    of=Source,
    key="",
    columns=(
        Column(name="what", zh="内容", field="what", cell=cells.text(500), is_required=True),
        Column(name="origin", zh="出处", field="origin", cell=cells.text(500), is_required=True),
        Column(name="datum", zh="坐标系", field="datum", cell=_DATUM),
    ),
)

PLACEHOLDERS = Table(
    name="placeholders",
    file=FILE,
    zh="占位数值",
    of=Text,
    key="",
    columns=(
        Column(name="zh", zh="中文", field="zh", cell=cells.text(500), is_required=True),
        Column(name="en", zh="英文", field="en", cell=cells.text(500), is_required=True),
    ),
)

LISTS = (CONFLICTS, CLEANINGS, SOURCES, PLACEHOLDERS)
"""Lists of tables in ``scenario.toml``, such as ``[[conflicts]]``."""

MAPPING = "roads.mapping"
"""The one table with free keys: our road columns -> those of the road file."""
