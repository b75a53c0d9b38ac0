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
    return sum(g.bags for g in goods if g.brand == brand)


def _trip_bags(trip: TripView, brand: str) -> int:
    return sum(_bags_of(visit.deliver, brand) for visit in trip.visits)


def _trip_brands(trip: TripView, day: DayView) -> list[str]:
    """Return the brands delivered on the trip, in the order of the whole day, so that columns keep their place."""
    there = {g.brand for visit in trip.visits for g in visit.deliver}
    return [brand for brand in day.brands if brand in there]


def _density(trip: TripView) -> str:
    """Return the style that brings a trip onto one A4 page: "", "dense" or "tight"."""
    lines = sum(max(_lines(visit), len(visit.collect)) for visit in trip.visits)
    loading = sum(1 for visit in trip.visits if visit.deliver)
    height = 6.5 * lines + 2.2 * loading  # mm, at the widest style
    return "" if height <= 150 else "dense" if height <= 215 else "tight"


def _lines(visit: VisitView) -> int:
    return 1 + sum(not g.is_parcel for g in visit.deliver) + bool(visit.windows)


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
    "handling_fen": "#8d99ae",
    "penalty_fen": "#b3261e",
}


def _cost_parts(cost: Cost) -> list[tuple[str, str, int]]:
    """Return the parts of the cost that are not zero: name, colour, fen."""
    return [(name, color, getattr(cost, name)) for name, color in COST_COLORS.items() if getattr(cost, name)]
