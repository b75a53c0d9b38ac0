"""routes.geojson: true lines where they are known, honest straight ones where not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.exports.geojson import write_geojson
from tests.api.days import small_day

if TYPE_CHECKING:
    from pathlib import Path

    from api.views import DayView


def features(day: DayView, path: Path, kind: str) -> list[dict[str, Any]]:
    """Write the day and return its features of one kind."""
    write_geojson(day, path / "routes.geojson")
    collection = json.loads((path / "routes.geojson").read_text("utf-8"))
    assert collection["type"] == "FeatureCollection"
    return [each for each in collection["features"] if each["properties"]["kind"] == kind]


def test_every_leg_is_a_line_from_place_to_place(tmp_path: Path) -> None:
    """Four visits make five legs that begin and end at the hub; longitude comes first."""
    day = small_day()
    legs = features(day, tmp_path, "leg")
    assert len(legs) == 5
    assert (legs[0]["properties"]["from"], legs[-1]["properties"]["to"]) == ("H", "H")
    assert legs[0]["geometry"]["coordinates"][0] == [108.5, 27.1]
    assert not any(leg["properties"]["is_straight"] for leg in legs)


def test_a_leg_without_a_road_is_straight_and_says_so(tmp_path: Path) -> None:
    """Two vertices, marked."""
    trip = small_day().trips[0]
    bare = replace(trip, legs=tuple(replace(leg, line=()) for leg in trip.legs))
    leg = features(small_day(trips=(bare,)), tmp_path, "leg")[0]
    assert leg["properties"]["is_straight"]
    assert len(leg["geometry"]["coordinates"]) == 2


def test_every_place_is_a_point_that_tells_what_is_unserved(tmp_path: Path) -> None:
    """Six places, one of them short."""
    places = features(small_day(), tmp_path, "place")
    assert len(places) == 6
    assert [each["properties"]["name"] for each in places if each["properties"]["is_short"]] == ["云顶村"]


def test_a_flown_leg_is_straight_and_dashed(tmp_path: Path) -> None:
    """Only legs through the air carry the mark, so that files of other days are as they were."""
    (trip,) = small_day().trips
    flown = replace(trip, is_flown=True, legs=tuple(replace(leg, line=()) for leg in trip.legs))
    legs = features(small_day(trips=(flown,)), tmp_path, "leg")
    assert all(leg["properties"]["is_flown"] and leg["properties"]["is_straight"] for leg in legs)
    assert not any("is_flown" in leg["properties"] for leg in features(small_day(), tmp_path, "leg"))
