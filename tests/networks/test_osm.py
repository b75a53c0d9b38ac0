"""OpenStreetMap extracts: hand-written ones for each rule, and the real one where it is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from networks.errors import InvalidInput
from networks.osm import read_osm, read_osm_places
from networks.osm_tags import access_of, barrier_effect, directions_of, limit, road_class_of, strange_words
from networks.profiles import arc_times, load_profiles
from tests.shared_data import ANDORRA, needs

if TYPE_CHECKING:
    from pathlib import Path

    from networks.network import RoadNetwork

Tags = dict[str, str]


def osm_text(
    nodes: dict[int, tuple[float, float] | tuple[float, float, Tags]],
    ways: dict[int, tuple[list[int], Tags]],
    relations: tuple[tuple[list[tuple[str, int, str]], Tags], ...] = (),
) -> str:
    """Return an OSM XML file; nodes are (lon, lat[, tags]), relation members (type, ref, role)."""

    def tags_of(tags: Tags) -> str:
        return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())

    parts = ['<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">']
    for number, (lon, lat, *more) in nodes.items():
        parts.append(f'<node id="{number}" version="1" lon="{lon}" lat="{lat}">{tags_of(*more or [{}])}</node>')
    for number, (refs, tags) in ways.items():
        members = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        parts.append(f'<way id="{number}" version="1">{members}{tags_of(tags)}</way>')
    for number, (members, tags) in enumerate(relations, start=1):
        listed = "".join(f'<member type="{kind}" ref="{ref}" role="{role}"/>' for kind, ref, role in members)
        parts.append(f'<relation id="{number}" version="1">{listed}{tags_of(tags)}</relation>')
    return "".join([*parts, "</osm>"])


def network_of(folder: Path, *args: object) -> RoadNetwork:
    """Write the text of ``osm_text(*args)`` and read it."""
    path = folder / "roads.osm"
    path.write_text(osm_text(*args), encoding="utf-8")  # type: ignore[arg-type]
    return read_osm(path)


CROSS = {1: (100.0, 30.0), 2: (100.01, 30.0), 3: (100.02, 30.0), 4: (100.01, 30.01), 5: (100.01, 29.99)}
"""A crossing at node 2: west 1, east 3, north 4, south 5."""

ARMS = {
    10: ([1, 2], {"highway": "primary"}),
    11: ([2, 3], {"highway": "primary"}),
    12: ([2, 4], {"highway": "tertiary"}),
    13: ([5, 2], {"highway": "tertiary"}),
}


def turns_of(network: RoadNetwork) -> set[tuple[int, int, int]]:
    """Return banned turns as (way, OSM node, way)."""
    way, node = network.edges["way"].to_numpy(), network.nodes["osm_id"].to_numpy()
    return {(int(way[a]), int(node[n]), int(way[b])) for a, n, b in network.turns.to_numpy()}


def restriction(kind: str, a: int, b: int, **tags: str) -> tuple[list[tuple[str, int, str]], Tags]:
    """Return a restriction from way a via node 2 to way b."""
    members = [("way", a, "from"), ("node", 2, "via"), ("way", b, "to")]
    return members, {"type": "restriction", "restriction": kind, **tags}


def test_every_piece_between_two_nodes_becomes_an_edge(tmp_path: Path) -> None:
    """A way of three nodes gives two edges that know their way, tags and coordinates."""
    tags = {"highway": "secondary", "name": "Long", "name:zh": "长路", "surface": "gravel", "maxspeed": "40"}
    network = network_of(tmp_path, CROSS, {7: ([1, 2, 3], tags)})
    edges = network.edges
    assert network.nodes["osm_id"].tolist() == [1, 2, 3]
    assert edges[["u", "v", "way"]].to_numpy().tolist() == [[0, 1, 7], [1, 2, 7]]
    assert edges["road_class"].tolist() == ["X", "X"]
    assert edges["name"].tolist() == ["长路", "长路"]
    assert edges["maxspeed_kmh"].tolist() == [40, 40]
    assert edges["length_m"].sum() == pytest.approx(1929.7, abs=0.1)  # 0.02 degrees x 96.486 km
    assert (network.lon.tolist(), network.lat.tolist()) == ([100.0, 100.01, 100.02], [30.0, 30.0, 30.0])


def test_what_is_no_road_for_vehicles_is_left_out(tmp_path: Path) -> None:
    """Of a footway, a square, a river and a street only the street remains."""
    ways = {
        1: ([1, 2], {"highway": "footway"}),
        2: ([1, 2, 4, 1], {"highway": "service", "area": "yes"}),
        3: ([1, 2], {"waterway": "river"}),
        4: ([2, 3], {"highway": "residential"}),
    }
    network = network_of(tmp_path, CROSS, ways)
    assert network.edges["way"].tolist() == [4]
    assert len(network.nodes) == 2


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "trunk"}, "G"),
        ({"highway": "unclassified", "ref": "X012"}, "X"),
        ({"highway": "tertiary", "ref": "G318;S207"}, "G"),
        ({"highway": "secondary", "ref": "CG-2"}, "X"),  # no digit follows the letter
        ({"highway": "motorway", "ref": "G5"}, "motorway"),
        ({"highway": "primary_link"}, "S"),
        ({"highway": "living_street"}, "street"),
        ({"highway": "track"}, "track2"),
        ({"highway": "track", "surface": "concrete"}, "track1"),
        ({"highway": "track", "tracktype": "grade3"}, "track3"),
        ({"highway": "track", "tracktype": "grade5"}, "track4"),
        ({"highway": "path"}, ""),
        ({"railway": "rail"}, ""),
    ],
)
def test_the_letter_of_the_number_goes_before_the_highway_tag(tags: Tags, expected: str) -> None:
    """As the administration counts: 国道 G, 省道 S, 县道 X, 乡道 Y, 村道 C."""
    assert road_class_of(tags) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, (True, True)),
        ({"oneway": "yes"}, (True, False)),
        ({"oneway": "-1"}, (False, True)),
        ({"oneway": "no", "junction": "roundabout"}, (True, True)),
        ({"junction": "roundabout"}, (True, False)),
        ({"highway": "motorway"}, (True, False)),
        ({"oneway": "reversible"}, (False, False)),
    ],
)
def test_directions(tags: Tags, expected: tuple[bool, bool]) -> None:
    """Open along the way, open against it."""
    assert directions_of(tags) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, "yes"),
        ({"access": "private"}, "private"),
        ({"access": "no", "vehicle": "destination"}, "destination"),
        ({"access": "yes", "motor_vehicle": "no"}, "no"),
        ({"motor_vehicle": "agricultural;forestry"}, "no"),
        ({"access": "customers"}, "destination"),
        ({"access": "delivery"}, "delivery"),
        ({"access": "dunno"}, "yes"),
    ],
)
def test_the_most_special_access_tag_counts(tags: Tags, expected: str) -> None:
    """Motor vehicles before vehicles before everybody."""
    assert access_of(tags) == expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("50", "speed", 50), ("30 mph", "speed", 48.28032), ("60 km/h", "speed", 60), ("none", "speed", np.nan),
        ("3.5", "weight", 3.5), ("3,5 t", "weight", 3.5), ("7500 kg", "weight", 7.5), ("-3", "weight", np.nan),
        ("4.30", "size", 4.3), ("12'6\"", "size", 3.81), ("250 cm", "size", 2.5), ("default", "size", np.nan),
        ("99999999", "size", np.nan), ("low", "size", np.nan), ("０", "size", np.nan),
    ],
)  # fmt: skip
def test_limits_are_read_with_their_units(text: str, kind: str, expected: float) -> None:
    """Kilometres an hour, tonnes, metres; what makes no sense is no limit."""
    assert limit(text, kind) == pytest.approx(expected, nan_ok=True)


def test_what_is_not_understood_is_counted(tmp_path: Path) -> None:
    """A note says how many, with one example; nothing is guessed in silence."""
    tags = {"highway": "primary", "access": "dunno", "maxweight": "heavy", "maxspeed": "CN:rural"}
    assert strange_words(tags) == ["access=dunno", "maxweight=heavy"]
    notes = network_of(tmp_path, CROSS, {1: ([1, 2], tags)}).notes
    assert [(note.code, note.values["count"]) for note in notes] == [("N205", 2)]
    assert "access=dunno" in notes[0].render("zh")


@pytest.mark.parametrize(
    ("tags", "effect"),
    [
        ({"barrier": "bollard"}, "cut"),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, ""),
        ({"barrier": "gate"}, ""),
        ({"barrier": "gate", "locked": "yes"}, "cut"),
        ({"barrier": "gate", "locked": "yes", "access": "destination"}, ""),
        ({"barrier": "gate", "access": "no"}, "cut"),
        ({"barrier": "lift_gate", "access": "private"}, "private"),
        ({"barrier": "cattle_grid"}, ""),
        ({"barrier": "yes"}, "cut"),
    ],
)
def test_barriers_bar_unless_a_tag_says_otherwise(tags: Tags, effect: str) -> None:
    """Bollards and locked gates cut the road for motor vehicles."""
    assert barrier_effect(tags) == effect


def test_a_bollard_cuts_the_road_in_two(tmp_path: Path) -> None:
    """Node 2 is doubled: no path from 1 to 3, though both edges remain to be delivered on."""
    nodes = CROSS | {2: (100.01, 30.0, {"barrier": "bollard"})}
    network = network_of(tmp_path, nodes, {7: ([1, 2, 3], {"highway": "residential"})})
    assert len(network.edges) == 2
    assert network.nodes["osm_id"].tolist() == [1, 2, 3, 2]
    assert network.nodes["barrier"].tolist() == ["", "bollard", "", "bollard"]
    assert set(network.edges.loc[0, ["u", "v"]]) & set(network.edges.loc[1, ["u", "v"]]) == set()
    assert [note.code for note in network.notes] == ["N204"]


def test_a_private_gate_lets_only_legs_end_behind_it(tmp_path: Path) -> None:
    """Both edges at the gate become private, the next one does not; a stricter tag stays."""
    nodes = {1: (100.0, 30.0), 2: (100.01, 30.0, {"barrier": "gate", "access": "private"}), 3: (100.02, 30.0)}
    nodes |= {4: (100.03, 30.0)}
    network = network_of(tmp_path, nodes, {7: ([1, 2, 3, 4], {"highway": "residential"})})
    assert network.edges["access"].tolist() == ["private", "private", "yes"]


def test_a_height_restrictor_limits_the_edges_beside_it(tmp_path: Path) -> None:
    """2.6 m at node 2 of a road that has a limit of 4 m: the box truck does not pass, the van does."""
    nodes = CROSS | {2: (100.01, 30.0, {"barrier": "height_restrictor", "maxheight": "2.6"})}
    network = network_of(tmp_path, nodes, {7: ([1, 2, 3], {"highway": "primary", "maxheight": "4"})})
    assert network.edges["maxheight_m"].tolist() == [2.6, 2.6]
    profiles = load_profiles()
    assert np.isinf(arc_times(network, profiles["truck"]).duration_s).all()
    assert np.isfinite(arc_times(network, profiles["van"]).duration_s).all()


def test_a_ford_on_a_node_wets_the_edges_beside_it(tmp_path: Path) -> None:
    """But not the other arms of a junction."""
    nodes = CROSS | {2: (100.01, 30.0, {"ford": "yes"})}
    assert network_of(tmp_path, nodes, {7: ([1, 2, 3], {"highway": "track"})}).edges["ford"].tolist() == [True, True]
    assert not network_of(tmp_path, nodes, ARMS).edges["ford"].any()


def test_no_left_turn_bans_one_turn(tmp_path: Path) -> None:
    """From the west to the north at node 2, and nothing else."""
    assert turns_of(network_of(tmp_path, CROSS, ARMS, (restriction("no_left_turn", 10, 12),))) == {(10, 2, 12)}


def test_only_straight_on_bans_all_others(tmp_path: Path) -> None:
    """Coming from the west only the east remains: north, south and turning round are banned."""
    network = network_of(tmp_path, CROSS, ARMS, (restriction("only_straight_on", 10, 11),))
    assert turns_of(network) == {(10, 2, 12), (10, 2, 13), (10, 2, 10)}


def test_a_restriction_that_excepts_cars_binds_nobody(tmp_path: Path) -> None:
    """One that excepts buses only still binds: no vehicle of ours then drives against a sign."""
    cars = network_of(tmp_path, CROSS, ARMS, (restriction("no_left_turn", 10, 12, **{"except": "motorcar;psv"}),))
    assert turns_of(cars) == set()
    buses = network_of(tmp_path, CROSS, ARMS, (restriction("no_left_turn", 10, 12, **{"except": "psv"}),))
    assert turns_of(buses) == {(10, 2, 12)}


def test_restrictions_that_cannot_be_applied_are_counted(tmp_path: Path) -> None:
    """One via a way; one from outside; one by the clock; one whose way passes through: N202 once, N203 three times."""
    via_way = ([("way", 10, "from"), ("way", 12, "via"), ("way", 11, "to")], restriction("no_u_turn", 0, 0)[1])
    outside = restriction("no_left_turn", 99, 12)
    timed = restriction("no_left_turn", 10, 12, hour_on="07:00")
    through = restriction("no_left_turn", 14, 12)
    ways = ARMS | {14: ([1, 2, 3], {"highway": "service"})}
    network = network_of(tmp_path, CROSS, ways, (via_way, outside, timed, through))
    assert turns_of(network) == set()
    assert {note.code: note.values["count"] for note in network.notes} == {"N202": 1, "N203": 3}


def test_nodes_outside_the_extract_leave_a_gap(tmp_path: Path) -> None:
    """Node 9 is not in the file: of 1-9-2-3 only 2-3 remains, and a note says so."""
    network = network_of(tmp_path, CROSS, {7: ([1, 9, 2, 3], {"highway": "primary"})})
    assert network.nodes["osm_id"].tolist() == [2, 3]
    assert [(note.code, note.values["count"]) for note in network.notes] == [("N201", 1)]


def test_places_carry_their_chinese_name(tmp_path: Path) -> None:
    """Population is a number or unknown; other nodes are no places."""
    nodes = {
        1: (100.0, 30.0, {"place": "village", "name": "Shang", "name:zh": "上村", "population": "1 200"}),
        2: (100.1, 30.1, {"place": "hamlet", "population": "some"}),
        3: (100.2, 30.2, {"natural": "peak"}),
    }
    path = tmp_path / "places.osm"
    path.write_text(osm_text(nodes, {}), encoding="utf-8")
    table = read_osm_places(path)
    assert table.drop(columns=["population", "is_capital", "local_name"]).to_numpy().tolist() == [
        [1, "上村", "village", 100.0, 30.0],
        [2, "", "hamlet", 100.1, 30.1],
    ]
    assert table["population"].tolist() == pytest.approx([1200, np.nan], nan_ok=True)
    assert table["local_name"].tolist() == ["Shang", ""]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.osm.pbf", b"", "E201"),
        ("a.osm.pbf", b"not a map at all", "E202"),
        ("a.osm", b"<osm version='0.6'><node id='1' lon='x'", "E202"),
        ("a.osm", b"<html></html>", "E202"),
        ("a.xlsx", b"x", "E203"),
        ("a.osm", b"<osm version='0.6'></osm>", "E206"),
    ],
)
def test_a_wrong_file_is_refused_with_a_code(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    """Never a traceback."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=rf"^{code} "):
        read_osm(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """E200."""
    with pytest.raises(InvalidInput, match=r"^E200 "):
        read_osm(tmp_path / "none.osm.pbf")


@needs(ANDORRA)
def test_a_truncated_extract_is_refused(tmp_path: Path) -> None:
    """A download that broke off half-way."""
    path = tmp_path / "half.osm.pbf"
    path.write_bytes(ANDORRA.read_bytes()[:400_000])
    with pytest.raises(InvalidInput, match=r"^E202 half.osm.pbf cannot be read"):
        read_osm(path)


@pytest.mark.slow
@needs(ANDORRA)
def test_a_real_extract_gives_a_network_that_all_classes_drive() -> None:
    """Andorra: some 44,000 edges; one-way streets, bridges and restrictions; every class finds roads."""
    network = read_osm(ANDORRA)
    assert 40_000 < len(network.edges) < 50_000
    assert 60 < len(network.turns) < 120
    assert network.edges["bridge"].any()
    assert 500_000 < network.edges["length_m"].sum() < 3_000_000
    for profile in load_profiles().values():
        assert np.isfinite(arc_times(network, profile).duration_s).mean() > 0.4
    assert (read_osm_places(ANDORRA)["place"] == "town").sum() == 7
