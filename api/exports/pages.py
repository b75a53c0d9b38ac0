"""The one jinja2 environment: everything is escaped, an unknown name is an error, nothing is fetched."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from api import units
from api.exports.tables import goods_text
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.views import DayView, Goods, TripView, VisitView
    from optimizer.plan import Cost


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the environment with autoescape on for every template, whatever its name."""
    made = Environment(
        loader=PackageLoader("api", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        clock=units.clock,
        km=units.km,
        yuan=units.yuan,
        hours=units.hours,
        load_name=units.load_name,
        bags=_bags,
        cost_parts=_cost_parts,
        goods_both=_goods_both,
        loads_text=_loads_text,
        metres=_metres,
        percent=_percent,
        shorten=_shorten,
        bags_of=_bags_of,
        brand_line=_brand_line,
        density=_density,
        fill=_fill,
        goods_load=_goods_load,
        trip_bags=_trip_bags,
        trip_brands=_trip_brands,
        weight=_weight,
    )
    return made


def _bags(goods: Iterable[Goods]) -> int:
    return sum(g.bags for g in goods)


def _bags_of(goods: Iterable[Goods], brand: str) -> int:
    """Return the bags of parcels of one brand; other goods have a line of their own."""
    return sum(g.bags for g in goods if g.brand == brand and g.is_parcel)


def _trip_bags(trip: TripView, brand: str) -> int:
    return sum(_bags_of(visit.deliver, brand) for visit in trip.visits)


def _trip_brands(trip: TripView, day: DayView) -> list[str]:
    """Return the brands of parcels on the trip, in the order of the whole day, so that columns keep their place."""
    there = {g.brand for visit in trip.visits for g in visit.deliver if g.is_parcel}
    return [brand for brand in day.brands if brand in there]


STYLES = (("", 205.0, 11.8, 4.4, 5.6, 2), ("dense", 222.0, 8.6, 3.6, 4.8, 2), ("tight", 234.0, 6.6, 3.2, 4.2, 3))
"""Styles of a sheet, as printed on A4, in millimetres.

Each: its name, the room for visits and loading list, a visit of two lines, a further line
of it, a line of the loading list; and the columns of that list.
"""


def _density(trip: TripView) -> str:
    """Return the roomiest style that brings a trip onto one page; the tightest when none does."""
    for name, room, row, line, item, columns in STYLES:
        visits = sum(row + line * max(0, _lines(visit) - 2) for visit in trip.visits)
        loading = -(-sum(1 for visit in trip.visits if visit.deliver) // columns) * item
        if visits + loading <= room:
            return name
    return STYLES[-1][0]


def _lines(visit: VisitView) -> int:
    """Return the lines that a visit takes on its sheet: goods that are no parcels and opening hours have their own."""
    return max(1 + sum(not g.is_parcel for g in visit.deliver) + bool(visit.windows), len(visit.collect))


def _brand_line(goods: Iterable[Goods], lang: str) -> str:
    parts = []
    for g in goods:
        kind = "" if g.is_parcel else g.commodity.pick(lang)
        where = f" [{g.compartment}]" if g.compartment else ""
        parts.append(" ".join(part for part in (g.brand, kind, str(g.bags)) if part) + where)
    return " · ".join(parts)


def _goods_load(goods: Goods, day: DayView) -> str:
    first = next(iter(day.dimensions), "")
    return units.load_text(goods.load[0], first) if first else ""


def _weight(goods: Iterable[Goods], day: DayView) -> str:
    first = next(iter(day.dimensions), "")
    return units.load_text(sum(g.load[0] for g in goods), first) if first else ""


def _loads_text(load: tuple[int, ...], day: DayView) -> str:
    return ", ".join(units.load_text(amount, name) for amount, name in zip(load, day.dimensions, strict=True))


def _goods_both(goods: tuple[Goods, ...]) -> Text:
    return Text(goods_text(goods, "zh"), goods_text(goods, "en"))


def _fill(text: Text, **values: object) -> Text:
    return Text(text.zh.format(**values), text.en.format(**values))


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share * 100:.1f} %"


def _metres(distance_m: int) -> str:
    return f"{distance_m // 1000} km" if distance_m >= 1000 else f"{distance_m} m"


def _shorten(text: str, length: int) -> str:
    """Cut to ``length`` half-width columns; a Chinese character takes two."""
    width, kept = 0, ""
    for character in text:
        width += 2 if ord(character) > 0x2E7F else 1
        if width > length:
            return kept + "…"
        kept += character
    return text


COST_COLORS = {
    "fixed_fen": "#34495e",
    "distance_fen": "#2364aa",
    "time_fen": "#5fa8d3",
    "overtime_fen": "#d98e04",
    "pay_fen": "#7b5ea7",
    "line_fen": "#138a96",
    "handling_fen": "#8d99ae",
    "penalty_fen": "#b3261e",
}


def _cost_parts(cost: Cost) -> list[tuple[str, str, int]]:
    """Return the parts of the cost that are not zero: name, colour, fen."""
    return [(name, color, getattr(cost, name)) for name, color in COST_COLORS.items() if getattr(cost, name)]
