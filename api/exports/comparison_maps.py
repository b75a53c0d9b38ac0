"""Maps side by side: the trips of one sampled day under every variant, all on the same scale.

Roads and places are drawn once and shown by every map, so that a page of several maps stays small.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from api.assemble import assemble_trips
from api.county_day import names_of, road_views
from api.exports.canvas import fit, ground
from api.exports.comparison_words import day_name
from api.exports.svg import path_data, trip_path
from api.tiered_day import Teller
from api.views import DayView
from optimizer.plan import Cost
from scenarios.text import Text
from scenarios.tiered_kpis import driven_county
from scenarios.variants.planned import planned_day

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.exports.canvas import Canvas
    from api.views import Line, PlaceView, TripView
    from optimizer.tiers.model import TieredPlan
    from scenarios.build import County
    from scenarios.variants.compare import Comparison
    from scenarios.variants.store import Store

WIDTH, MAX_HEIGHT, MARGIN = 600.0, 620.0, 26.0
TOLERANCE = 0.35
"""How far a simplified road may stray, in units of the drawing: some 35 m on a county of 60 km."""

MOST_MAPS = 8
"""Variants that are drawn, the first of them; more maps than that nobody compares by eye."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The map of one variant: ways as (colour, is flown, path data), courses of lines, and what it shows in figures.

    ``short``: positions of places with goods left behind.
    """

    name: Text
    ways: tuple[tuple[str, bool, str], ...]
    courses: str
    short: tuple[tuple[float, float], ...]
    caption: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Maps:
    """All maps of one day: what they share, then a panel a variant; ``places`` are tiers with their positions."""

    day: Text
    date: str
    height: float
    bar_m: int
    bar: float
    ground: dict[str, str]
    places: tuple[tuple[str, float, float], ...]
    panels: tuple[Panel, ...]
    left_out: int

    @property
    def width(self) -> float:
        """Width of a map in units of the drawing."""
        return WIDTH


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sketch:
    """What one variant's plan shows on the ground, in degrees; ``around`` holds all that the canvas must show."""

    name: Text
    around: DayView
    trips: tuple[TripView, ...]
    courses: tuple[Line, ...]
    vehicles: int


def typical_day(comparison: Comparison) -> str | None:
    """Return the ordinary day whose cost under the reference is nearest its mean, of those that all variants have."""
    ordinary = [day.id for day in comparison.agenda.days if day.peak == 1]
    common = [day for day in ordinary if all(day in days for days in comparison.measured.values())]
    if not common:
        return None
    costs = {day: comparison.measured[comparison.agenda.against][day].operating_cost_fen for day in common}
    mean = sum(costs.values()) / len(costs)
    return min(common, key=lambda day: abs(costs[day] - mean))


def maps_of(comparison: Comparison, store: Store, *, report: Callable[[int, int], None] | None = None) -> Maps | None:
    """Return the maps of the typical day; None where no day has all variants, or plans are gone from the store.

    About a second a variant: each county is built again and each leg's way searched. ``report`` gets how many maps of
    how many are made.
    """
    day = typical_day(comparison)
    if day is None:
        return None
    variants = comparison.agenda.variants[:MOST_MAPS]
    sketches = []
    for made, variant in enumerate(variants):
        if report is not None:
            report(made, len(variants))
        planned = planned_day(comparison, store, variant.id, day)
        if planned is None:
            return None
        sketches.append(_sketch(variant.name, *planned))
    return _drawn(day, tuple(sketches), left_out=len(comparison.agenda.variants) - len(variants))


def _sketch(name: Text, county: County, tiered: TieredPlan) -> _Sketch:
    of_trips, courses = county, []
    if county.tiers is not None:
        of_trips = driven_county(county, county.tiers, tiered)
        departures = Teller(county=of_trips, tiers=county.tiers, tiered=tiered).view().departures
        courses = [line for departure in departures for line in departure.course]
    names = names_of(of_trips, tiered.plan)
    trips = assemble_trips(of_trips.problem, tiered.plan, names)
    left = {u.shipment for u in tiered.plan.unserved}
    ends = {end for s in county.problem.shipments if s.id in left for end in (s.origin, s.destination)}
    around = DayView(
        county=county.scenario.name,
        date=county.scenario.date.isoformat(),
        dimensions=county.problem.load_dimensions,
        places=tuple(replace(p, is_short=p.id in ends and p.tier != "hub") for p in names.places.values()),
        trips=trips,
        unserved=(),
        kpis=(),
        cost=Cost(),
        roads=road_views(county.network),
    )
    vehicles = sum(1 for route in tiered.plan.routes if route.trips)
    return _Sketch(name=name, around=around, trips=trips, courses=tuple(dict.fromkeys(courses)), vehicles=vehicles)


def _drawn(day: str, sketches: tuple[_Sketch, ...], *, left_out: int) -> Maps:
    first = sketches[0].around
    everything = replace(first, trips=tuple(trip for sketch in sketches for trip in sketch.trips))
    canvas = fit(everything, width=WIDTH, max_height=MAX_HEIGHT, margin=MARGIN)
    lines = ground(first, canvas, tolerance=TOLERANCE)
    return Maps(
        day=day_name(day),
        date=first.date,
        height=round(canvas.height, 1),
        bar_m=canvas.bar_m(),
        bar=round(canvas.bar_m() * canvas.scale, 1),
        ground={name: "".join(map(path_data, lines[name])) for name in reversed(lines)},
        places=tuple((place.tier, *_spot(place, canvas)) for place in first.places),
        panels=tuple(_panel(sketch, canvas) for sketch in sketches),
        left_out=left_out,
    )


def _panel(sketch: _Sketch, canvas: Canvas) -> Panel:
    km = sum(trip.distance_m for trip in sketch.trips) / 1000
    return Panel(
        name=sketch.name,
        ways=tuple((trip.color, trip.is_flown, trip_path(trip, canvas)) for trip in sketch.trips),
        courses="".join(path_data(canvas.project(course)) for course in sketch.courses),
        short=tuple(_spot(place, canvas) for place in sketch.around.places if place.is_short),
        caption=Text(
            f"{sketch.vehicles} 辆车，{len(sketch.trips)} 趟，{km:,.0f} km",
            f"{sketch.vehicles} vehicles, {len(sketch.trips)} trips, {km:,.0f} km",
        ),
    )


def _spot(place: PlaceView, canvas: Canvas) -> tuple[float, float]:
    x, y = canvas.project([(place.lon, place.lat)])[0].tolist()
    return round(x, 1), round(y, 1)
