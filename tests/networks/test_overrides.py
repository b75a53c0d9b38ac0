"""Overrides, connectors and closures: what people know about roads."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from networks.errors import InvalidInput
from networks.network import RoadNetwork, build_network
from networks.overrides import Closure, Override, apply_closures, apply_overrides, read_closures, read_overrides

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 7, 1)


def tee() -> RoadNetwork:
    """Return way 7 from west (0) over 1 to east (2), and way 8 from 1 to the north (3); left from 0 to 8 is banned."""
    return build_network(
        lon=[100, 100.01, 100.02, 100.01],
        lat=[30, 30, 30, 30.01],
        u=[0, 1, 1],
        v=[1, 2, 3],
        edges={"way": [7, 7, 8], "road_class": "X", "name": "县道"},
        turns=[[0, 1, 2]],
    )


def csv(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write a CSV file."""
    path = folder / "roads.csv"
    path.write_bytes(text.encode(encoding))
    return path


def geojson(folder: Path, *features: tuple[dict[str, object], str, list[object]]) -> Path:
    """Write a GeoJSON file of (properties, geometry type, coordinates)."""
    path = folder / "roads.geojson"
    items = [
        {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}
        for properties, kind, coordinates in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": items}), "utf-8")
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_rows_are_read_in_either_language_and_any_encoding(tmp_path: Path, encoding: str) -> None:
    """Chinese headers, full-width digits, two ways in one cell."""
    text = "道路,速度,通行,分钟,等级,开始日期,备注\r\n7；8,３３,private,,Y,2026/7/1,坏路\r\n,,,,,,\r\n8,,,10,,,\r\n"
    first, second = read_overrides(csv(tmp_path, text, encoding))
    assert first.ways == (7, 8)
    assert first.values == {"speed_kmh": 33, "access": "private", "road_class": "Y"}
    assert (first.first_day, first.last_day, first.row) == (DAY, None, 2)
    assert (second.ways, second.minutes, second.row) == ((8,), 10, 4)


def test_an_override_sets_what_it_names_and_nothing_else() -> None:
    """Way 7 has edges 0 and 1; the old network keeps its values."""
    old = tee()
    new = apply_overrides(
        old, [Override(ways=(7,), values={"speed_kmh": 33.0, "access": "private", "road_class": "Y"})]
    )
    assert new.edges["speed_kmh"].tolist() == pytest.approx([33, 33, np.nan], nan_ok=True)
    assert new.edges["access"].tolist() == ["private", "private", "yes"]
    assert new.edges["road_class"].tolist() == ["Y", "Y", "X"]
    assert old.edges["access"].tolist() == ["yes"] * 3
    assert np.isnan(old.edges["speed_kmh"]).all()


def test_minutes_are_for_all_edges_meant_together() -> None:
    """10 minutes for way 7, whose two edges are equally long: 300 s each."""
    new = apply_overrides(tee(), [Override(ways=(7,), minutes=10)])
    assert new.edges["duration_s"].tolist() == pytest.approx([300, 300, np.nan], nan_ok=True)


def test_later_overrides_win() -> None:
    """The whole way first, then one edge of it."""
    rules = [Override(ways=(7,), values={"speed_kmh": 20.0}), Override(edges=(1,), values={"speed_kmh": 40.0})]
    assert apply_overrides(tee(), rules).edges["speed_kmh"].tolist()[:2] == [20, 40]


def test_an_override_holds_on_its_days_only() -> None:
    """Both ends included; without a day every override holds."""
    rule = [Override(edges=(0,), values={"access": "no"}, first_day=date(2026, 7, 1), last_day=date(2026, 7, 2))]
    words = [apply_overrides(tee(), rule, date(2026, month, day)).edges["access"][0]
             for month, day in ((6, 30), (7, 1), (7, 2), (7, 3))]  # fmt: skip
    assert words == ["yes", "no", "no", "yes"]
    assert apply_overrides(tee(), rule).edges["access"][0] == "no"


def test_a_connector_splits_the_road_that_it_joins() -> None:
    """From a village 554 m north of the road to 40 % of edge 0: the road is cut there, edges keep their positions."""
    rule = [Override(path=("V1", (100.004, 30.0001)), minutes=5)]
    new = apply_overrides(tee(), rule, places={"V1": (100.004, 30.005)})
    assert new.edges[["u", "v", "way"]].to_numpy().tolist() == [[0, 5, 7], [1, 2, 7], [1, 3, 8], [5, 1, 7], [4, 5, -1]]
    assert new.edges["road_class"].tolist() == ["X", "X", "X", "X", "connector"]
    assert new.edges["name"].tolist() == ["县道"] * 4 + [""]
    assert new.edges["duration_s"].tolist()[-1] == 300
    assert new.edges["length_m"].tolist() == pytest.approx([385.95, 964.86, 1108.53, 578.92, 554.26], abs=0.01)


def test_a_banned_turn_follows_the_piece_at_the_junction() -> None:
    """Of edge 0 the far piece, edge 3, now arrives at node 1."""
    new = apply_overrides(tee(), [Override(path=((100.004, 30.005), (100.004, 30.0)))])
    assert new.turns.to_numpy().tolist() == [[3, 1, 2]]


def test_two_connectors_may_join_the_same_edge() -> None:
    """At 20 % and 60 %, given in any order: edge 0 becomes three pieces; manual time is shared 2 : 4 : 4."""
    rules = [
        Override(edges=(0,), minutes=10),
        Override(path=((100.006, 30.0), (100.006, 30.003))),
        Override(path=((100.002, 30.0), (100.002, 30.003))),
    ]
    new = apply_overrides(tee(), rules)
    chain = new.edges.loc[[0, 3, 4], ["u", "v"]].to_numpy()
    assert chain[0, 0] == 0
    assert chain[-1, 1] == 1
    assert (chain[:-1, 1] == chain[1:, 0]).all()
    assert new.edges.loc[[0, 3, 4], "duration_s"].tolist() == pytest.approx([120, 240, 240], abs=0.1)
    assert len(new.edges) == 7


def test_a_connector_to_a_node_splits_nothing() -> None:
    """Its end lies half a metre from node 3; the other end is free. Heights do not matter."""
    new = apply_overrides(tee(), [Override(path=((100.01, 30.010004), (100.02, 30.012)))])
    assert new.edges[["u", "v"]].to_numpy().tolist()[3:] == [[3, 4]]


def test_connectors_may_continue_each_other() -> None:
    """The second starts where the first ends, a kilometre from any road: together they hold."""
    rules = [Override(path=((100.02, 30.0), (100.03, 30.0))), Override(path=((100.03, 30.0), (100.04, 30.0)))]
    new = apply_overrides(tee(), rules)
    assert new.edges[["u", "v"]].to_numpy().tolist()[3:] == [[2, 4], [4, 5]]


def test_a_connector_far_from_every_road_is_refused() -> None:
    """E237 with the distance: the arm to the north is 0.01 degrees east, some 964 m."""
    with pytest.raises(InvalidInput, match=r"^E237 no road to connect to .*nearest is 96\d m"):
        apply_overrides(tee(), [Override(path=((100.0, 30.01), (100.001, 30.02)), row=3)])


def test_a_line_in_geojson_is_a_connector(tmp_path: Path) -> None:
    """With a bend; class and speed from its properties."""
    line = [[100.02, 30.0], [100.025, 30.001], [100.03, 30.0]]
    rules = read_overrides(geojson(tmp_path, ({"class": "C", "速度": 15}, "LineString", line)))
    new = apply_overrides(tee(), rules)
    assert new.edges[["u", "v"]].to_numpy().tolist()[3:] == [[2, 5], [5, 4]]
    assert new.edges["speed_kmh"].tolist()[3:] == [15, 15]
    assert new.edges["road_class"].tolist()[3:] == ["C", "C"]


def test_coordinates_in_another_datum_are_converted(tmp_path: Path) -> None:
    """The same cell read as GCJ-02 lies some 500 m from where it says."""
    path = csv(tmp_path, 'start,end\n"100,30","100.1,30.1"\n')
    plain, moved = (read_overrides(path, datum=name)[0].path for name in ("WGS-84", "GCJ-02"))
    assert plain == ((100.0, 30.0), (100.1, 30.1))
    assert 0.001 < abs(moved[0][0] - 100) + abs(moved[0][1] - 30) < 0.01  # type: ignore[operator]


def test_all_faults_of_a_file_come_at_once(tmp_path: Path) -> None:
    """Nine mistakes in six rows, each with row, the user's own header and value, in both languages."""
    text = (
        "way,速度,通行,起点,终点,foo,开始日期,结束日期\n"
        "x,-3,hm,,,1,2026-13-01,\n"
        ",5,,,,,,\n"
        "7,,,,,,,\n"
        ",,,V1,,,2026-02-01,2026-01-01\n"
    )
    with pytest.raises(InvalidInput, match=r"^E205 roads.csv has 9 faults") as caught:
        read_overrides(csv(tmp_path, text))
    assert sorted((fault.row, fault.code, fault.column, fault.value) for fault in caught.value.faults) == [
        (1, "E231", "foo", ""),
        (2, "E230", "way", "x"),
        (2, "E230", "开始日期", "2026-13-01"),
        (2, "E230", "通行", "hm"),
        (2, "E230", "速度", "-3"),
        (3, "E232", "edge", ""),
        (4, "E235", "speed_kmh", ""),
        (5, "E230", "终点", ""),
        (5, "E236", "first_day", ""),
    ]
    for fault in caught.value.faults:
        assert fault.render("zh") != fault.render("en")


def test_unknown_roads_and_places_are_named() -> None:
    """An edge, a way and a place that are not there, from different rows: three faults."""
    rules = [
        Override(edges=(1, 99), ways=(1,), values={"speed_kmh": 9.0}, file="o.csv", row=2),
        Override(path=("V9", (100.0, 30.0)), file="o.csv", row=5),
    ]
    with pytest.raises(InvalidInput, match=r"^E205 o.csv has 3 faults") as caught:
        apply_overrides(tee(), rules)
    found = [(fault.code, fault.row, fault.column, fault.value) for fault in caught.value.faults]
    assert found == [("E233", 2, "edge", "99"), ("E233", 2, "way", "1"), ("E234", 5, "start", "V9")]


@pytest.mark.parametrize(
    ("rule", "closed"),
    [
        (Closure(edges=(0, 2)), [True, False, True]),
        (Closure(ways=(7,)), [True, True, False]),
        (Closure(ways=(7,), season="dry"), [True, True, False]),
        (Closure(ways=(7,), season="wet"), [False, False, False]),
        (Closure(ways=(7,), last_day=date(2026, 6, 30)), [False, False, False]),
        (Closure(ways=(7,), first_day=DAY, last_day=DAY), [True, True, False]),
    ],
)
def test_closures_shut_roads_on_their_days(rule: Closure, closed: list[bool]) -> None:
    """On 1 July, in the dry season; the old network stays open."""
    old = tee()
    assert apply_closures(old, [rule], DAY).edges["closed"].tolist() == closed
    assert not old.edges["closed"].any()


def test_an_area_shuts_all_that_touches_it(tmp_path: Path) -> None:
    """A landslide over the northern road: edge 2 only; written in Chinese, in the wet season."""
    ring = [[100.009, 30.004], [100.011, 30.004], [100.011, 30.006], [100.009, 30.006], [100.009, 30.004]]
    rules = read_closures(geojson(tmp_path, ({"季节": "雨季", "说明": "滑坡"}, "Polygon", [ring])))
    assert apply_closures(tee(), rules, DAY, season="wet").edges["closed"].tolist() == [False, False, True]
    assert not apply_closures(tee(), rules, DAY, season="dry").edges["closed"].any()


def test_a_closure_that_shuts_nothing_gives_the_same_network() -> None:
    """So that caches hold."""
    network = tee()
    assert apply_closures(network, [Closure(ways=(7,), season="wet")], DAY) is network


def test_closure_files_are_checked_as_well(tmp_path: Path) -> None:
    """A bad season, a row without a road, a point."""
    with pytest.raises(InvalidInput, match=r"^E205 .* 2 faults"):
        read_closures(csv(tmp_path, "way,season\n7,monsoon\n,wet\n"))
    with pytest.raises(InvalidInput, match=r"^E230 geometry is Point"):
        read_closures(geojson(tmp_path, ({}, "Point", [100, 30])))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "E201"),
        ("a.csv", b"\xff\xfe\xff", "E204"),
        ("a.xlsx", b"x", "E203"),
        ("a.geojson", b"{]", "E202"),
        ("a.geojson", b'{"type": "Point"}', "E202"),
        ("a.geojson", b'{"features": [{"properties": {"way": 1}, "geometry": {"type": "Blob"}}]}', "E230"),
        ("a.csv", b"way,speed_kmh\n1,1e999\n", "E230"),
        ("a.csv", b"way,speed_kmh\n99999999999999999999,5\n", "E230"),
        ("a.csv", b"way,speed_kmh\n1,5,6\n", "E230"),
        ("a.csv", b"start,end\n\"30,100\",V1\n", "E230"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_a_code(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    """Never a traceback."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=rf"^{code} "):
        read_overrides(path)


def test_a_file_of_headers_only_changes_nothing(tmp_path: Path) -> None:
    """No rows, no overrides, the same network."""
    network = tee()
    assert read_overrides(csv(tmp_path, "way,speed_kmh\n")) == ()
    assert apply_overrides(network, ()) is network
