"""The words of Chinese and English road layers: headers, classes, directions, surfaces.

A mapping says which column of a layer holds what; what it leaves out is looked for
under the usual headers. Nothing here reads geometry.

Keys of a mapping (a dict, or a TOML file): the columns of ``HEADERS``, each with the
layer's header. Besides: ``crs`` and ``datum`` when the file does not say or says it wrong,
``default_class`` for rows without a class, ``join_gap_m`` up to which loose ends are
joined, ``class_words`` and ``surface_words``: the layer's words -> ours.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import pandas as pd

from networks.errors import Fault, InvalidInput, raise_faults
from networks.network import ACCESS, ROAD_CLASSES
from networks.osm_tags import CLASS_OF_HIGHWAY
from networks.toml_shape import Number, Table, Text, faults_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from networks.toml_shape import Shape

HEADERS: dict[str, tuple[str, ...]] = {
    "road_class": ("road_class", "行政等级", "道路等级", "公路等级", "等级", "highway", "fclass", "class"),
    "name": ("name", "名称", "道路名称", "路线名称", "路名"),
    "ref": ("ref", "编号", "路线编号", "道路编号", "路线代码"),
    "oneway": ("oneway", "单行", "单向", "通行方向"),
    "surface": ("surface", "路面", "路面类型"),
    "smoothness": ("smoothness", "平整度"),
    "access": ("access", "通行"),
    "hgv": ("hgv", "货车"),
    "maxspeed_kmh": ("maxspeed_kmh", "maxspeed", "限速"),
    "maxweight_t": ("maxweight_t", "maxweight", "限重", "载重"),
    "maxwidth_m": ("maxwidth_m", "maxwidth", "限宽", "宽度", "路面宽度", "width"),
    "maxheight_m": ("maxheight_m", "maxheight", "限高"),
    "bridge": ("bridge", "桥梁", "桥"),
    "tunnel": ("tunnel", "隧道"),
    "ford": ("ford", "过水路面", "漫水桥"),
    "seasonal": ("seasonal", "季节性"),
    "closed": ("closed", "封闭"),
    "way": ("way", "osm_id"),
}
"""Edge column (or ``oneway``) -> headers under which it is looked for, case ignored."""

CLASS_WORDS: dict[str, str] = (
    {name: name for name in ROAD_CLASSES}
    | CLASS_OF_HIGHWAY
    | {"国道": "G", "省道": "S", "县道": "X", "乡道": "Y", "村道": "C", "专用公路": "Y"}
    | dict.fromkeys(("高速", "高速公路", "国家高速", "省级高速"), "motorway")
    | dict.fromkeys(("街道", "城市道路", "城镇道路", "村内道路", "巷道"), "street")
    | {"内部道路": "service", "机耕路": "track2", "机耕道": "track2", "便道": "track3", "小路": "track4"}
)
"""A class as layers write it -> ours; codes such as X012 are read by their letter."""

SURFACE_WORDS = {
    "沥青": "asphalt", "沥青混凝土": "asphalt", "柏油": "asphalt", "水泥": "concrete", "水泥混凝土": "concrete",
    "混凝土": "concrete", "硬化": "paved", "铺装": "paved", "砂石": "gravel", "碎石": "gravel", "石子": "gravel",
    "简易": "compacted", "简易铺装": "compacted", "未铺装": "unpaved", "未硬化": "unpaved", "土": "ground",
    "土路": "ground", "泥": "mud", "泥路": "mud", "沙": "sand",
}  # fmt: skip
"""A surface as layers write it -> OSM's word; others are kept as they are."""

ACCESS_WORDS = {"": "yes", "是": "yes", "允许": "yes", "可通行": "yes", "否": "no", "禁止": "no", "禁行": "no",
                "专用": "private", "内部": "private"} | {word: word for word in ACCESS}  # fmt: skip

ONEWAY_WORDS = (
    dict.fromkeys(("", "no", "false", "0", "b", "n", "否", "双向", "双行"), (True, True))
    | dict.fromkeys(("yes", "true", "1", "f", "y", "ft", "是", "单行", "单向", "正向"), (True, False))
    | dict.fromkeys(("-1", "t", "tf", "reverse", "反向", "逆向"), (False, True))
)
"""A direction as layers write it -> open along, open against the line."""

FLAG_WORDS = (
    dict.fromkeys(("", "no", "false", "0", "f", "n", "否", "无"), False)
    | dict.fromkeys(("yes", "true", "1", "t", "y", "是", "有"), True)
)  # fmt: skip

MAPPING_SHAPE: dict[str, Shape] = {
    **dict.fromkeys(HEADERS, Text()),
    "crs": Text(),
    "datum": Text(),
    "default_class": Text(ROAD_CLASSES),
    "join_gap_m": Number(0, 100),
    "class_words": Table(Text(ROAD_CLASSES)),
    "surface_words": Table(Text()),
}

LIMITS = {"maxspeed_kmh": 200.0, "maxweight_t": 200.0, "maxwidth_m": 100.0, "maxheight_m": 50.0}
"""Larger numbers are taken for mistakes; zero means that there is no limit."""

_CODE = re.compile(r"([GSXYC])\d+")
_NUMBER = re.compile(r"([-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?)\s*(?:t|m|km/h|吨|米|公里/小时)?", re.IGNORECASE)


def plain(value: Any) -> str:
    """Return a cell as text without the quirks of spreadsheets: full-width forms, blanks around, None and nan."""
    if pd.isna(value):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return unicodedata.normalize("NFKC", str(value)).strip()


def check_mapping(mapping: Mapping[str, Any], file: str) -> None:
    """Refuse a mapping with unknown keys (E221) or wrong values (E220), all at once."""
    raise_faults(file, faults_of(dict(mapping), MAPPING_SHAPE, "", file))


def find_columns(headers: Iterable[str], mapping: Mapping[str, Any], file: str) -> dict[str, str]:
    """Return edge column -> header of the layer, from the mapping or by the usual names.

    Raises
    ------
    InvalidInput
        E214, when the mapping names a header that the layer lacks.
    """
    known = list(headers)
    by_name = {plain(header).lower(): header for header in reversed(known)}
    found: dict[str, str] = {}
    for column, names in HEADERS.items():
        if column in mapping and mapping[column] not in known:
            raise InvalidInput("E214", column=mapping[column], path=file, known=", ".join(known))
        usual = next((by_name[name] for name in _with_short_forms(names) if name in by_name), None)
        header = mapping.get(column, usual)
        if header is not None:
            found[column] = header
    return found


def _with_short_forms(names: tuple[str, ...]) -> list[str]:
    """Return ``names``, then what a Shapefile leaves of them: ten bytes."""
    return [*names, *(name.encode()[:10].decode(errors="ignore") for name in names)]


def class_of(text: str, words: Mapping[str, str]) -> str | None:
    """Return the road class that a cell means, "" for an empty one, None when it is not understood."""
    if text in words:
        return words[text]
    code = _CODE.match(text.upper())
    if code:
        return code.group(1)
    return (CLASS_WORDS | {"": ""}).get(text, CLASS_WORDS.get(text.lower(), CLASS_WORDS.get(text.upper())))


def number_of(text: str, high: float) -> float | None:
    """Return the number in a cell, nan for an empty one or zero, None when it is no number in 0..high."""
    if text in ("", "-", "--", "—", "无", "/"):
        return float("nan")
    match = _NUMBER.fullmatch(text)
    value = float(match.group(1)) if match else -1.0
    if not 0 <= value <= high:
        return None
    return value or float("nan")


def whole_number_of(text: str) -> int | None:
    """Return the whole number in a cell, None when it is none."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else None


def cell_fault(file: str, row: int, header: str, value: str, expected: str) -> Fault:
    """Return the fault of one cell; ``row`` 1 is the first feature."""
    values = {"expected": expected}
    return Fault(code="E213", file=file, row=row, column=header, value=value[:60], values=values)
