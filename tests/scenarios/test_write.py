"""Written files open as they are in a spreadsheet and hold no more than is needed."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

from scenarios.files import read_scenario
from scenarios.policy import Policy
from scenarios.scenario import Load, Text
from scenarios.write import write_scenario
from tests.scenarios.small_county import order, place, scenario

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.scenario import Scenario


def lines(day: Scenario, folder: Path, name: str, lang: str = "zh") -> list[str]:
    """Return the lines of one of the files that a scenario is written to."""
    write_scenario(day, folder, lang=lang)
    return (folder / name).read_text("utf-8-sig").splitlines()


def test_tables_begin_with_the_mark_that_spreadsheets_want(tmp_path: Path) -> None:
    """Without it a Chinese Excel shows UTF-8 as nonsense."""
    write_scenario(scenario(), tmp_path)
    assert (tmp_path / "places.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_headers_are_written_in_the_language_asked_for(tmp_path: Path) -> None:
    """The same five required columns, twice."""
    assert lines(scenario(), tmp_path, "places.csv")[0] == "编号,层级,名称,经度,纬度"
    assert lines(scenario(), tmp_path, "places.csv", "en")[0] == "id,tier,name,lon,lat"


def test_only_columns_that_say_something_are_written(tmp_path: Path) -> None:
    """Loads that bind are always said, even if they are nothing; pieces appear once there are two."""
    plain, many = order("1", "H", "V1", load=Load()), order("1", "H", "V1", load=Load(), pieces=2)
    assert lines(scenario(orders=(plain,)), tmp_path, "orders.csv", "en") == [
        "id,origin,destination,weight_kg,volume_l",
        "1,H,V1,0,0",
    ]
    assert (
        lines(scenario(orders=(many,)), tmp_path, "orders.csv", "en")[0]
        == "id,origin,destination,pieces,weight_kg,volume_l"
    )


def test_optional_tables_are_written_only_when_there_is_something_in_them(tmp_path: Path) -> None:
    """No brands, no locks, no vehicles in parts."""
    write_scenario(scenario(), tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"scenario.toml", "places.csv", "orders.csv", "vehicles.csv", "commodities.csv"}


def test_settings_are_sound_toml_whatever_the_texts_hold(tmp_path: Path) -> None:
    """Quotes, backslashes, emoji."""
    name = 'a "county" \\ of 四村 🍑'
    day = replace(scenario(), name=name, placeholders=(Text("引号“”", "it's"),))
    write_scenario(day, tmp_path)
    tree = tomllib.loads((tmp_path / "scenario.toml").read_text("utf-8"))
    assert tree["name"] == name
    assert read_scenario(tmp_path) == day


def test_no_driving_rule_is_written_as_a_decision(tmp_path: Path) -> None:
    """Leaving it out would mean the legal default."""
    day = scenario(policy=Policy(driving_rule=None))
    assert "has_driving_rule = false" in lines(day, tmp_path, "scenario.toml")
    assert read_scenario(tmp_path).policy.driving_rule is None


def test_coordinates_lose_nothing(tmp_path: Path) -> None:
    """The shortest text that reads back as the same float."""
    day = scenario(places=(place(0, lon=110.1 + 0.2, lat=30 / 7 + 26),))
    write_scenario(day, tmp_path)
    assert read_scenario(tmp_path).places == day.places
