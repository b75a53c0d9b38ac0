"""What OpenStreetMap tags mean to a vehicle: class, access, direction, limits, barriers.

Functions of tag dictionaries only; nothing here reads a file. The administrative letter
of ``ref`` (G, S, X, Y, C and digits) is trusted before the OSM highway class, but an
expressway stays a motorway, whose ``ref`` begins with G or S too.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

CLASS_OF_HIGHWAY = {
    "motorway": "motorway",
    "trunk": "G",
    "primary": "S",
    "secondary": "X",
    "tertiary": "Y",
    "unclassified": "C",
    "road": "C",
    "residential": "street",
    "living_street": "street",
    "service": "service",
    "track": "track2",
} | {f"{name}_link": kind for name, kind in zip(
    ("motorway", "trunk", "primary", "secondary", "tertiary"), ("motorway", "G", "S", "X", "Y"), strict=True
)}  # fmt: skip
"""Ways of any other ``highway`` are no roads for vehicles."""

TRACK_OF_GRADE = {"grade1": "track1", "grade2": "track2", "grade3": "track3", "grade4": "track4", "grade5": "track4"}
"""A track without a grade counts as grade 2, or grade 1 when it is paved."""

PAVED = frozenset({"asphalt", "concrete", "paved", "paving_stones", "concrete:plates"})

ACCESS_OF_WORD = (
    dict.fromkeys(("yes", "permissive", "designated", "official", "public", "unknown"), "yes")
    | dict.fromkeys(("destination", "customers", "residents"), "destination")
    | {"delivery": "delivery"}
    | dict.fromkeys(("private", "permit"), "private")
    | dict.fromkeys(
        ("no", "agricultural", "forestry", "agricultural;forestry", "military", "emergency", "psv", "bus", "taxi",
         "use_sidepath", "discouraged_hgv", "restricted"), "no",
    )
)  # fmt: skip
"""OSM's access words -> ours; words not listed are counted and read as yes."""

ACCESS_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
"""From special to general: the first one that is tagged counts."""

OPEN_BARRIERS = frozenset(
    {"gate", "lift_gate", "swing_gate", "cattle_grid", "border_control", "toll_booth", "sally_port", "entrance",
     "height_restrictor", "kerb", "bump_gate", "no"}
)  # fmt: skip
"""Barriers that let vehicles pass unless locked or tagged otherwise; all others bar them."""

_REF = re.compile(r"\s*([GSXYC])\s*\d")
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z/\"']*)", re.IGNORECASE)
_FEET = re.compile(r"(\d+)'\s*(?:(\d+)\"?)?")
_NO_LIMIT = frozenset({"", "none", "no", "default", "below_default", "unsigned", "signals", "variable", "walk"})
_UNITS = {
    "speed": {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344},
    "weight": {"": 1.0, "t": 1.0, "kg": 0.001},
    "size": {"": 1.0, "m": 1.0, "cm": 0.01},
}


class WayRow(NamedTuple):
    """The edge columns that a way's tags decide."""

    road_class: str
    name: str
    ref: str
    surface: str
    smoothness: str
    access: str
    hgv: str
    forward: bool
    backward: bool
    bridge: bool
    tunnel: bool
    ford: bool
    seasonal: bool
    maxspeed_kmh: float
    maxweight_t: float
    maxwidth_m: float
    maxheight_m: float


def way_row(tags: Mapping[str, str]) -> WayRow | None:
    """Return the columns of a way, or None when it is no road for vehicles."""
    road_class = road_class_of(tags)
    if road_class == "" or tags.get("area") == "yes":
        return None
    get = tags.get
    forward, backward = directions_of(tags)
    return WayRow(
        road_class=road_class,
        name=get("name:zh", get("name", "")),
        ref=get("ref", ""),
        surface=get("surface", ""),
        smoothness=get("smoothness", ""),
        access=access_of(tags),
        hgv=ACCESS_OF_WORD.get(get("hgv", ""), ""),
        forward=forward,
        backward=backward,
        bridge=get("bridge", "no") != "no",
        tunnel=get("tunnel", "no") not in ("no", "culvert"),
        ford=get("ford", "no") != "no",
        seasonal=get("seasonal", "no") != "no" or get("winter_road") == "yes" or get("ice_road") == "yes",
        maxspeed_kmh=limit(get("maxspeed", ""), "speed"),
        maxweight_t=limit(get("maxweight", ""), "weight"),
        maxwidth_m=limit(get("maxwidth", get("maxwidth:physical", "")), "size"),
        maxheight_m=limit(get("maxheight", get("maxheight:physical", "")), "size"),
    )


def road_class_of(tags: Mapping[str, str]) -> str:
    """Return the road class, "" when the way is no road for vehicles."""
    kind = CLASS_OF_HIGHWAY.get(tags.get("highway", ""), "")
    if kind in ("", "motorway"):
        return kind
    letter = _REF.match(tags.get("ref", ""))
    if letter:
        return letter.group(1)
    if kind == "track2":
        default = "track1" if tags.get("surface") in PAVED else kind
        return TRACK_OF_GRADE.get(tags.get("tracktype", ""), default)
    return kind


def access_of(tags: Mapping[str, str]) -> str:
    """Return who may drive here: a word of ``networks.network.ACCESS``."""
    for key in ACCESS_KEYS:
        if key in tags:
            return ACCESS_OF_WORD.get(tags[key], "yes")
    return "yes"


def strange_words(tags: Mapping[str, str]) -> list[str]:
    """Return the access words and limits of a way that could not be understood."""
    words = [f"{key}={tags[key]}" for key in ACCESS_KEYS if key in tags and tags[key] not in ACCESS_OF_WORD]
    for key, kind in (("maxspeed", "speed"), ("maxweight", "weight"), ("maxwidth", "size"), ("maxheight", "size")):
        text = tags.get(key, "")
        if text not in _NO_LIMIT and ":" not in text and math.isnan(limit(text, kind)):
            words.append(f"{key}={text}")
    return words


def directions_of(tags: Mapping[str, str]) -> tuple[bool, bool]:
    """Return whether traffic may run along and against the way; roundabouts and motorways are one-way by nature."""
    oneway = tags.get("oneway", "")
    if oneway in ("yes", "true", "1"):
        return True, False
    if oneway in ("-1", "reverse"):
        return False, True
    if oneway == "reversible":
        return False, False  # open one way or the other by the clock: not to be relied on
    is_round = tags.get("junction") in ("roundabout", "circular") or tags.get("highway") == "motorway"
    return True, oneway in ("no", "alternating") or not is_round


@lru_cache(maxsize=4096)
def limit(text: str, kind: str) -> float:
    """Return km/h, tonnes or metres ("speed", "weight", "size"); nan when there is no limit to be read."""
    if text in _NO_LIMIT:
        return math.nan
    feet = _FEET.fullmatch(text) if kind == "size" else None
    if feet:
        return int(feet.group(1)) * 0.3048 + int(feet.group(2) or 0) * 0.0254
    number = _NUMBER.fullmatch(text.strip())
    factor = _UNITS[kind].get(number.group(2).lower()) if number else None
    if number is None or factor is None:
        return math.nan
    value = float(number.group(1).replace(",", ".")) * factor
    return value if 0 < value < 1000 else math.nan


def barrier_effect(tags: Mapping[str, str]) -> str:
    """Return what a barrier node does to vehicles: "cut", "private" or "" (they pass)."""
    kind = tags.get("barrier", "no")
    if any(key in tags for key in ACCESS_KEYS):
        access = access_of(tags)
        return {"no": "cut", "private": "private"}.get(access, "")
    if tags.get("locked") == "yes" or kind not in OPEN_BARRIERS:
        return "cut"
    return ""
