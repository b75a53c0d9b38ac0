"""A county from an extract: real towns, villages and roads, and clear words when the file does not suffice."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from scenarios.build import build_problem
from scenarios.errors import InvalidInput
from scenarios.files import read_scenario, write_scenario
from scenarios.from_osm import scenario_from_osm
from tests.shared_data import ANDORRA, ANDORRA_TILE, LIECHTENSTEIN, needs

if TYPE_CHECKING:
    from pathlib import Path

PLACES = {
    "大镇": ("town", 110.00, 30.00, "5000", {}),
    "县城": ("town", 110.05, 30.00, "4000", {"capital": "6"}),
    "东村": ("village", 110.06, 30.01, "300", {}),
    "西村": ("hamlet", 110.01, 30.01, "", {}),
    "山头": ("locality", 110.02, 30.02, "", {}),
}
"""Name -> place, lon, lat, population, other tags."""


def extract(folder: Path, *names: str) -> Path:
    """Return an OSM XML file of these places on one road along the 30th parallel."""
    rows = ['<osm version="0.6">']
    for i, name in enumerate(names or PLACES, start=1):
        place, lon, lat, population, others = PLACES[name]
        tags = {"place": place, "name": name, **({"population": population} if population else {}), **others}
        inner = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        rows.append(f'<node id="{i}" lon="{lon}" lat="{lat}" version="1">{inner}</node>')
    rows += [f'<node id="{90 + i}" lon="{110 + 0.07 * i}" lat="30" version="1"/>' for i in (0, 1)]
    rows.append('<way id="1" version="1"><nd ref="90"/><nd ref="91"/><tag k="highway" v="secondary"/></way></osm>')
    path = folder / "county.osm"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_towns_become_stations_villages_and_hamlets_village_points_the_capital_the_hub(tmp_path: Path) -> None:
    """The capital, not the largest town; a locality is no village; a village belongs to the nearest town."""
    scenario = scenario_from_osm(extract(tmp_path))
    found = {p.name: (p.tier, p.station) for p in scenario.places}
    assert found == {
        "县城县级物流配送中心": ("hub", ""),
        "大镇服务站": ("station", ""),
        "县城服务站": ("station", ""),
        "东村": ("village", "S02"),
        "西村": ("village", "S01"),
    }
    assert (scenario.places[0].lon, scenario.places[0].lat) == (110.05, 30.00)


def test_people_are_those_of_the_file_or_of_the_kind_of_place(tmp_path: Path) -> None:
    """300 stand in the file; a hamlet without a number counts 90."""
    people = {p.name: p.population for p in scenario_from_osm(extract(tmp_path)).places}
    assert (people["东村"], people["西村"]) == (300, 90)


@pytest.mark.parametrize(
    ("hub", "lon"), [("大镇", 110.00), (" 东村 ", 110.06), ("110.03,30.0", 110.03), ("110.03，30.0", 110.03)]
)
def test_the_hub_is_a_name_of_the_file_or_a_point(tmp_path: Path, hub: str, lon: float) -> None:
    """LON,LAT with either comma."""
    assert scenario_from_osm(extract(tmp_path), hub=hub).places[0].lon == lon


def test_without_a_capital_the_largest_town_is_the_hub(tmp_path: Path) -> None:
    """And without towns the largest village, whose villages have no station."""
    assert scenario_from_osm(extract(tmp_path, "大镇", "东村")).places[0].lon == 110.00
    scenario = scenario_from_osm(extract(tmp_path, "东村", "西村"))
    assert scenario.places[0].lon == 110.06
    assert {p.station for p in scenario.places} == {""}


def test_parcels_are_sixteen_a_village_unless_told(tmp_path: Path) -> None:
    """Two villages: 32; or what the caller says."""
    for pieces, expected in ((None, 32), (50, 50)):
        orders = scenario_from_osm(extract(tmp_path), pieces=pieces).orders
        assert sum(o.pieces for o in orders if o.commodity == "parcel") == expected


def test_the_same_file_and_seed_give_the_same_scenario(tmp_path: Path) -> None:
    """Another seed gives other orders on the same places."""
    path = extract(tmp_path)
    first, again, other = (scenario_from_osm(path, seed=seed) for seed in (1, 1, 2))
    assert first.digest == again.digest != other.digest
    assert first.places == other.places


def test_a_scenario_from_an_extract_survives_its_files_and_builds(tmp_path: Path) -> None:
    """Road paths are absolute, so any folder will do."""
    scenario = scenario_from_osm(extract(tmp_path))
    write_scenario(scenario, tmp_path / "county")
    again = read_scenario(tmp_path / "county")
    assert again.digest == scenario.digest
    assert len(build_problem(again).problem.shipments) > 0


def test_assumptions_say_that_only_roads_and_names_are_real(tmp_path: Path) -> None:
    """And the source names OpenStreetMap and its licence."""
    scenario = scenario_from_osm(extract(tmp_path))
    assert any("invented" in text.en for text in scenario.placeholders)
    assert "ODbL" in scenario.sources[0].origin


def test_refuses_a_file_without_villages(tmp_path: Path) -> None:
    """A town alone is no county."""
    with pytest.raises(InvalidInput, match=r"^E361 county\.osm"):
        scenario_from_osm(extract(tmp_path, "大镇", "山头"))


def test_an_unknown_hub_is_answered_with_the_nearest_names(tmp_path: Path) -> None:
    """A slip of the pen finds its town."""
    with pytest.raises(InvalidInput, match=r"^E362 .*大真.*大镇"):
        scenario_from_osm(extract(tmp_path), hub="大真")


@pytest.mark.parametrize("hub", ["30.0,110.05", "30.0, 10.0"])
def test_refuses_a_hub_far_from_the_county(tmp_path: Path, hub: str) -> None:
    """Swapped numbers are no place of the file either."""
    with pytest.raises(InvalidInput, match=r"^E36[23] "):
        scenario_from_osm(extract(tmp_path), hub=hub)


@pytest.mark.parametrize("change", [{"pieces": 0}, {"pieces": 200_001}, {"seed": -1}])
def test_refuses_numbers_out_of_range(tmp_path: Path, change: dict[str, int]) -> None:
    """Pieces from 1 to 200,000, seeds from 0."""
    with pytest.raises(InvalidInput, match=r"^E360 "):
        scenario_from_osm(extract(tmp_path), **change)  # type: ignore[arg-type]


def test_a_missing_or_broken_extract_is_a_fault_of_that_file(tmp_path: Path) -> None:
    """The network's own code and sentence come through."""
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(b"no map at all")
    for path in (tmp_path / "missing.osm.pbf", broken):
        with pytest.raises(InvalidInput, match=r"^E300 ") as caught:
            scenario_from_osm(path)
        assert [fault.code[:2] for fault in caught.value.faults] == ["E2"]
        assert caught.value.faults[0].file == path.name


@needs(ANDORRA, ANDORRA_TILE, LIECHTENSTEIN)
@pytest.mark.slow
def test_andorra_is_a_mountain_county_of_seven_towns() -> None:
    """33 villages, 24 hamlets, 2 lone dwellings; the capital is the hub; every place is reached by a van."""
    scenario = scenario_from_osm(ANDORRA, elevation=[ANDORRA_TILE])
    assert Counter(p.tier for p in scenario.places) == {"hub": 1, "station": 7, "village": 59}
    hub = scenario.places[0]
    assert (round(hub.lon, 3), round(hub.lat, 3)) == (1.521, 42.507)
    county = build_problem(scenario)
    assert int((county.matrices["van"].duration_s < 0).sum()) == 0
    assert float(county.network.nodes["elevation_m"].max()) > 2_000


@needs(ANDORRA, ANDORRA_TILE, LIECHTENSTEIN)
@pytest.mark.slow
def test_the_hub_of_liechtenstein_is_its_capital_not_its_largest_town() -> None:
    """Vaduz, not Schaan."""
    scenario = scenario_from_osm(LIECHTENSTEIN)
    assert round(scenario.places[0].lat, 2) == 47.14
    assert scenario_from_osm(LIECHTENSTEIN, hub="沙恩").places[0].lat > scenario.places[0].lat
