"""Lines on the ground of trips beyond the break, where relays lie at their far ends and only its roads count."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from api.exports.geojson import leg_ends
from networks.paths import leg_geometries
from scenarios.emergency.layout import far_profile

if TYPE_CHECKING:
    from api.views import DayView, Line, TripView
    from scenarios.emergency.county import Rescue

Legs = list[tuple[str, str]]


def seen(day: DayView, rescue: Rescue) -> DayView:
    """Return the day as it is shown: with lines on the far side, without bases of drones that there are none of."""
    spare = {base.id for base in rescue.emergency.drones if not base.count}
    places = tuple(p for p in day.places if p.id not in spare)
    tiers = day.tiers
    if tiers is not None:
        tiers = replace(tiers, stations=tuple(s for s in tiers.stations if s.place.id not in spare))
    return with_lines(replace(day, places=places, tiers=tiers), rescue)


def with_lines(day: DayView, rescue: Rescue) -> DayView:
    """Return the day with the legs of vehicles on the far side drawn along their roads; one search an origin."""
    profiles = {v.id: v.profile for v in rescue.county.problem.vehicle_types}
    legs: dict[str, Legs] = {}
    for trip in day.trips:
        legs.setdefault(profiles[trip.vehicle_type], []).extend(_legs(trip))
    lines: dict[tuple[str, str, str], Line] = {}
    for area in rescue.far_side:
        for name in rescue.ground.profiles:
            driven = legs.get(far_profile(name, area), [])
            lines |= _drawn(rescue, area, name, list(dict.fromkeys(driven)))
    trips = tuple(_redrawn(trip, profiles[trip.vehicle_type], lines) for trip in day.trips)
    return replace(day, trips=trips)


def _legs(trip: TripView) -> Legs:
    ends = (leg_ends(trip, rank) for rank in range(1, len(trip.legs) + 1))
    return [(a.id, b.id) for a, b in ends]


def _drawn(rescue: Rescue, area: int, profile: str, legs: Legs) -> dict[tuple[str, str, str], Line]:
    if not legs:
        return {}
    ground, points = rescue.ground, rescue.far_side[area]
    row = {name: k for k, name in enumerate(points.ids)}
    pairs = np.array([[row[a], row[b]] for a, b in legs])  # (k, 2)
    shapes = leg_geometries(
        ground.roads_of([area]), ground.profiles[profile], points, pairs, conditions=ground.conditions
    )
    name = far_profile(profile, area)
    found = zip(legs, shapes, strict=True)
    return {
        (name, a, b): tuple(map(tuple, shapely.get_coordinates(shape).tolist()))
        for (a, b), shape in found
        if not shape.is_empty
    }


def _redrawn(trip: TripView, profile: str, lines: dict[tuple[str, str, str], Line]) -> TripView:
    ends = _legs(trip)
    if not any((profile, *end) in lines for end in ends):
        return trip
    legs = (replace(leg, line=lines.get((profile, *end), leg.line)) for leg, end in zip(trip.legs, ends, strict=True))
    return replace(trip, legs=tuple(legs))
