"""``routes.geojson``: every leg of every trip along its real roads, and every place, for any map program.

RFC 7946: WGS-84, longitude first, no other reference system. A leg without a known
line is drawn straight and says so in ``is_straight``; one that a drone flies says ``is_flown`` as well.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from api.units import clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.tier_views import DepartureView, StationView
    from api.views import DayView, LegView, Line, PlaceView, TripView

DECIMALS = 6
"""About 0.1 m; RFC 7946 section 11.2 advises no more."""


def write_geojson(day: DayView, path: Path) -> None:
    """Write one feature per leg and per place, per stretch of a departure that takes goods, per station in use."""
    features = [
        _leg(trip, rank, leg, line)
        for trip in day.trips
        for rank, (leg, line) in enumerate(zip(trip.legs, lines_of(trip), strict=True), start=1)
    ]
    features += [_place(place) for place in day.places]
    if day.tiers is not None:
        features += [feature for departure in day.tiers.departures for feature in _courses(departure)]
        features += [_station(station) for station in day.tiers.stations if station.handovers]
    collection = {"type": "FeatureCollection", "name": f"{day.county} {day.date}".strip(), "features": features}
    path.write_text(json.dumps(collection, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def leg_ends(trip: TripView, rank: int) -> tuple[PlaceView, PlaceView]:
    """Return where leg ``rank`` (from 1) begins and ends."""
    places = [trip.start, *(visit.place for visit in trip.visits), trip.end]
    return places[rank - 1], places[rank]


def lines_of(trip: TripView) -> list[Line]:
    """Return the line of every leg, straight where its road is not known."""
    return [leg.line or _beeline(*leg_ends(trip, rank)) for rank, leg in enumerate(trip.legs, start=1)]


def _beeline(a: PlaceView, b: PlaceView) -> Line:
    return ((a.lon, a.lat), (b.lon, b.lat))


def _leg(trip: TripView, rank: int, leg: LegView, line: Line) -> dict[str, Any]:
    origin, destination = leg_ends(trip, rank)
    properties = {
        "kind": "leg",
        "trip": trip.code,
        "vehicle": trip.vehicle,
        "rank": rank,
        "from": origin.id,
        "to": destination.id,
        "from_name": origin.name,
        "to_name": destination.name,
        "depart": clock(leg.depart_s, seconds=True),
        "arrive": clock(leg.arrive_s, seconds=True),
        "distance_m": leg.distance_m,
        "load": [down + up for down, up in zip(leg.load_down, leg.load_up, strict=True)],
        "echelon": trip.echelon,
        "stroke": trip.color,
        "is_straight": not leg.line,
        **({"is_flown": True, "stroke-dasharray": "3 4"} if trip.is_flown else {}),
    }
    coordinates = [[round(lon, DECIMALS), round(lat, DECIMALS)] for lon, lat in line]
    return {"type": "Feature", "geometry": {"type": "LineString", "coordinates": coordinates}, "properties": properties}


def _courses(departure: DepartureView) -> Iterator[dict[str, Any]]:
    properties = {
        "kind": "line",
        "line": departure.line,
        "departure": departure.id,
        "depart": clock(departure.stops[0].depart_s, seconds=True),
        "pieces": departure.pieces,
        "fill": round(departure.fill, 3),
    }
    for course in departure.course:
        coordinates = [[round(lon, DECIMALS), round(lat, DECIMALS)] for lon, lat in course]
        geometry = {"type": "LineString", "coordinates": coordinates}
        yield {"type": "Feature", "geometry": geometry, "properties": properties}


def _station(station: StationView) -> dict[str, Any]:
    place = station.place
    properties = {
        "kind": "handovers",
        "id": place.id,
        "name": place.name,
        "shipments": len(station.handovers),
        "pieces": station.pieces,
    }
    point = [round(place.lon, DECIMALS), round(place.lat, DECIMALS)]
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": point}, "properties": properties}


def _place(place: PlaceView) -> dict[str, Any]:
    properties = {
        "kind": "place",
        "id": place.id,
        "name": place.name,
        "tier": place.tier,
        "is_visited": place.is_visited,
        "is_short": place.is_short,
    }
    point = [round(place.lon, DECIMALS), round(place.lat, DECIMALS)]
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": point}, "properties": properties}
