"""Road layers as offices keep them, and our own network files."""

from __future__ import annotations

import json
import sqlite3
import warnings
from typing import TYPE_CHECKING

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from networks.datum import from_wgs84
from networks.errors import InvalidInput, Note
from networks.layers import read_layer, read_network, write_network
from networks.network import build_network

if TYPE_CHECKING:
    from pathlib import Path

    from networks.network import RoadNetwork

LINES = [
    [(100.0, 30.0), (100.01, 30.0), (100.02, 30.0)],
    [(100.01, 30.0), (100.01, 30.01)],
    [(100.02, 30.0), (100.02, 30.01), (100.03, 30.01)],
]
"""A county road with two branches, both from vertices of it."""


def layer(
    lines: list[list[tuple[float, float]]] = LINES, crs: str | None = "EPSG:4326", **columns: object
) -> gpd.GeoDataFrame:
    """Return a road layer with Chinese headers."""
    values = columns or {"道路等级": ["县道", "村道", "X012"], "名称": ["甲路", "乙路", None]}
    return gpd.GeoDataFrame(values, geometry=[shapely.LineString(line) for line in lines], crs=crs)


def saved(frame: gpd.GeoDataFrame, path: Path, **options: object) -> Path:
    """Write a layer; what GDAL says about short Shapefile headers is not our concern."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame.to_file(path, **options)
    return path


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp", ".fgb"])
def test_chinese_headers_and_classes_are_known_in_every_format(tmp_path: Path, suffix: str) -> None:
    """Five pieces of three roads; the Shapefile cuts the header 道路等级 and is read all the same."""
    edges = read_layer(saved(layer(), tmp_path / f"roads{suffix}")).edges
    by_way = edges.groupby("way")["road_class"].agg(list)
    assert sorted(map(tuple, by_way)) == [("C",), ("X", "X"), ("X", "X")]
    assert sorted(set(edges["name"])) == ["", "乙路", "甲路"]


def test_lines_are_split_where_they_share_a_vertex(tmp_path: Path) -> None:
    """Six nodes for seven vertices of three lines: the branches begin on the county road."""
    network = read_layer(saved(layer(), tmp_path / "roads.gpkg"))
    assert (len(network.nodes), len(network.edges)) == (6, 5)
    degree = np.bincount(network.edges[["u", "v"]].to_numpy().ravel())
    assert sorted(degree.tolist()) == [1, 1, 1, 2, 2, 3]


def test_lines_that_only_cross_stay_apart(tmp_path: Path) -> None:
    """One may be a bridge: four nodes, two edges."""
    cross = [[(100.0, 30.0), (100.02, 30.0)], [(100.01, 29.99), (100.01, 30.01)]]
    network = read_layer(saved(layer(cross, 等级=["国道", "县道"]), tmp_path / "roads.gpkg"))
    assert (len(network.nodes), len(network.edges)) == (4, 2)


def test_a_loose_end_near_a_road_is_joined_and_noted(tmp_path: Path) -> None:
    """The branch misses the road by 0.5 m in the middle of a piece; another by 0.5 m at a vertex; a third by 5 m."""
    lines = [
        [(100.0, 30.0), (100.01, 30.0), (100.02, 30.0)],
        [(100.005, 30.0000045), (100.005, 30.01)],
        [(100.01, 30.0000045), (100.01, 30.01)],
        [(100.015, 30.000045), (100.015, 30.01)],
    ]
    network = read_layer(saved(layer(lines, 等级=["国道"] * 4), tmp_path / "roads.gpkg"))
    assert (len(network.nodes), len(network.edges)) == (8, 6)  # 3 + 2 + 1 + 2 nodes; 3 + 1 + 1 + 1 edges
    graph = network.to_networkx().to_undirected()
    assert sorted(len(part) for part in nx.connected_components(graph)) == [2, 6]
    assert [note.render("en")[:12] for note in network.notes] == ["2 loose ends"]
    apart = read_layer(tmp_path / "roads.gpkg", {"join_gap_m": 0})
    assert len(apart.nodes) == 9


def test_every_column_is_read(tmp_path: Path) -> None:
    """One road with all that a county bureau writes down."""
    row = {
        "行政等级": "乡道", "编号": "Y003", "单行": "反向", "宽度": "3.5米", "限重": "10t", "限高": 4, "限速": "30",
        "路面类型": "砂石", "桥梁": "是", "隧道": "否", "通行": "禁行", "备注": "x",
    }  # fmt: skip
    frame = layer(LINES[:1], **{name: [value] for name, value in row.items()})
    network = read_layer(saved(frame, tmp_path / "roads.gpkg"))
    edge = network.edges.iloc[0]
    assert (edge["road_class"], edge["ref"], edge["surface"], edge["access"]) == ("Y", "Y003", "gravel", "no")
    assert (edge["forward"], edge["backward"], edge["bridge"], edge["tunnel"]) == (False, True, True, False)
    limits = edge[["maxwidth_m", "maxweight_t", "maxheight_m", "maxspeed_kmh"]].tolist()
    assert limits == [3.5, 10, 4, 30]
    assert [note.render("zh")[:9] for note in network.notes] == ["未使用的列：备注；"]


def test_a_mapping_names_other_headers_and_words(tmp_path: Path) -> None:
    """As a dict or as a TOML file."""
    path = saved(layer(LINES[:2], DLDJ=["一", "二"], KD=[6, 3]), tmp_path / "roads.gpkg")
    mapping = {"road_class": "DLDJ", "maxwidth_m": "KD", "class_words": {"一": "X", "二": "C"}}
    assert read_layer(path, mapping).edges["road_class"].tolist() == ["X", "X", "C"]
    toml = tmp_path / "mapping.toml"
    toml.write_text('road_class = "DLDJ"\nmaxwidth_m = "KD"\n[class_words]\n"一" = "X"\n"二" = "C"\n', "utf-8")
    assert read_layer(path, toml).digest == read_layer(path, mapping).digest


def test_the_class_may_come_from_the_number_or_a_default(tmp_path: Path) -> None:
    """X012 is a county road; a row without both takes the default."""
    path = saved(layer(LINES[:2], 编号=["X012", ""]), tmp_path / "roads.gpkg")
    assert read_layer(path, {"default_class": "C"}).edges["road_class"].tolist() == ["X", "X", "C"]


def test_projected_coordinates_are_converted(tmp_path: Path) -> None:
    """CGCS2000 / 3-degree Gauss-Kruger: the same roads to a centimetre."""
    frame = layer().to_crs("EPSG:4524")
    found = read_layer(saved(frame, tmp_path / "gauss.gpkg"))
    assert found.edges["length_m"].sum() == pytest.approx(
        read_layer(saved(layer(), tmp_path / "plain.gpkg")).edges["length_m"].sum(), abs=0.05
    )


def test_a_layer_in_another_datum_is_converted_when_told(tmp_path: Path) -> None:
    """Lines drawn on Gaode's map; without the word they would lie some 500 m off."""
    drawn = [from_wgs84(*np.array(line).T, "gcj02") for line in LINES]
    shifted = [list(zip(lon.tolist(), lat.tolist(), strict=True)) for lon, lat in drawn]
    path = saved(layer(shifted, 等级=["国道"] * 3), tmp_path / "roads.gpkg")
    found = read_layer(path, {"datum": "GCJ-02"})
    assert np.sort(found.lon).tolist() == pytest.approx([100, 100.01, 100.01, 100.02, 100.02, 100.03], abs=2e-7)


def test_a_gbk_shapefile_without_a_code_page_is_read(tmp_path: Path) -> None:
    """As ArcGIS in China writes it; with and without the .cpg file."""
    path = saved(layer(), tmp_path / "roads.shp", encoding="gb18030")
    names = set(read_layer(path).edges["name"])
    path.with_suffix(".cpg").unlink()
    assert set(read_layer(path).edges["name"]) == names == {"甲路", "乙路", ""}


def test_a_gbk_geojson_is_read(tmp_path: Path) -> None:
    """UTF-8 is tried first, GB18030 next."""
    path = tmp_path / "roads.geojson"
    path.write_bytes(layer().to_json(ensure_ascii=False).encode("gb18030"))
    assert "甲路" in set(read_layer(path).edges["name"])


def test_several_lines_in_a_row_and_empty_ones(tmp_path: Path) -> None:
    """A MultiLineString of two is two roads of one way; an empty row is noted."""
    geometry = [shapely.MultiLineString(LINES[:2]), None, shapely.LineString(LINES[2])]
    frame = gpd.GeoDataFrame({"等级": ["国道"] * 3}, geometry=geometry, crs="EPSG:4326")
    network = read_layer(saved(frame, tmp_path / "roads.gpkg"))
    assert network.edges["way"].tolist() == [1, 1, 1, 3, 3]
    assert [note.render("en")[:7] for note in network.notes] == ["1 lines"]


def test_all_wrong_cells_come_at_once(tmp_path: Path) -> None:
    """Two classes, three weights and a direction: six faults with row, header and value."""
    frame = layer(道路等级=["大路", "国道", ""], 限重=["-3", "1e9", "重"], 单行=["也许", "是", "否"])
    with pytest.raises(InvalidInput, match=r"^E205 roads.gpkg has 6 faults") as caught:
        read_layer(saved(frame, tmp_path / "roads.gpkg"))
    assert [(fault.row, fault.column, fault.value) for fault in caught.value.faults] == [
        (1, "道路等级", "大路"),
        (1, "单行", "也许"),
        (1, "限重", "-3"),
        (2, "限重", "1e9"),
        (3, "限重", "重"),
        (3, "道路等级", ""),
    ]
    assert {fault.code for fault in caught.value.faults} == {"E213"}


def test_a_layer_without_coordinate_system_is_refused(tmp_path: Path) -> None:
    """A Shapefile without .prj is E210; a mapping may name it."""
    path = saved(layer(crs=None), tmp_path / "roads.shp")
    with pytest.raises(InvalidInput, match=r"^E210 roads.shp "):
        read_layer(path)
    assert len(read_layer(path, {"crs": "EPSG:4490"}).edges) == 5


def test_metres_that_call_themselves_degrees_are_refused(tmp_path: Path) -> None:
    """E211: the wrong coordinate system is named."""
    frame = layer().to_crs("EPSG:4524").set_crs("EPSG:4326", allow_override=True)
    with pytest.raises(InvalidInput, match=r"^E211 roads.gpkg has 3 lines outside .* EPSG:4326"):
        read_layer(saved(frame, tmp_path / "roads.gpkg"))


def test_swapped_coordinates_are_refused(tmp_path: Path) -> None:
    """E212: latitude 100 is nowhere."""
    swapped = [[(lat, lon) for lon, lat in line] for line in LINES]
    with pytest.raises(InvalidInput, match=r"^E212 longitude and latitude of roads.gpkg may be swapped: 3 lines"):
        read_layer(saved(layer(swapped, 等级=["国道"] * 3), tmp_path / "roads.gpkg"))


def test_points_and_areas_are_no_roads(tmp_path: Path) -> None:
    """E216 with the row and the kind."""
    frame = gpd.GeoDataFrame({"等级": ["国道"]}, geometry=[shapely.Point(100, 30)], crs="EPSG:4326")
    with pytest.raises(InvalidInput, match=r"^E216 geometry Point is not a line"):
        read_layer(saved(frame, tmp_path / "roads.gpkg"))


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({"road_class": "没有"}, "E214"),
        ({"colour": "x"}, "E221"),
        ({"default_class": "Z"}, "E220"),
        ({"crs": "EPSG:0"}, "E202"),
        ({"datum": "Xian80"}, "E245"),
    ],
)
def test_a_wrong_mapping_is_refused(tmp_path: Path, mapping: dict[str, object], code: str) -> None:
    """Each with its own code."""
    with pytest.raises(InvalidInput, match=rf"^{code} "):
        read_layer(saved(layer(), tmp_path / "roads.gpkg"), mapping)


def test_a_layer_without_any_class_is_refused(tmp_path: Path) -> None:
    """E215 lists the columns there are."""
    with pytest.raises(InvalidInput, match=r"^E215 .* 长度"):
        read_layer(saved(layer(长度=[1, 2, 3]), tmp_path / "roads.gpkg"))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.geojson", b"", "E201"),
        ("a.geojson", b"{", "E202"),
        ("a.geojson", b"[]", "E202"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": []}', "E206"),
        ("a.geojson", b"\xff\xfe\xff", "E204"),
        ("a.gpkg", b"nothing", "E202"),
        ("a.shp", b"nothing", "E202"),
        ("a.dwg", b"nothing", "E203"),
    ],
)
def test_a_wrong_file_is_refused_with_a_code(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    """Never a traceback."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=rf"^{code} "):
        read_network(path)


def test_a_file_with_several_layers_needs_a_name(tmp_path: Path) -> None:
    """E208 lists them, E209 when the name is wrong."""
    path = saved(layer(), tmp_path / "roads.gpkg", layer="main")
    saved(layer(), path, layer="paths", mode="a")
    with pytest.raises(InvalidInput, match=r"^E208 .*main, paths"):
        read_layer(path)
    with pytest.raises(InvalidInput, match=r"^E209 .*rails"):
        read_layer(path, layer="rails")
    assert len(read_layer(path, layer="paths").edges) == 5


def full_network() -> RoadNetwork:
    """Return a network in which every column holds something."""
    return build_network(
        lon=[100.1234567891, 100.2, 1 / 3],
        lat=[30.1, 30.2, -1 / 7],
        u=[0, 1],
        v=[1, 2],
        osm_id=[2**40, -1, 5],
        elevation_m=[1 / 3, np.nan, -4],
        barrier=["", "gate", ""],
        edges={
            "way": [2**41, 7], "road_class": ["G", "track3"], "access": ["private", "yes"], "name": ["一号路", ""],
            "ref": ["", "G318"], "surface": "gravel", "smoothness": ["bad", ""], "hgv": ["", "no"],
            "backward": [False, True], "bridge": [True, False], "closed": [False, True], "seasonal": True,
            "maxspeed_kmh": [0.1 + 0.2, np.nan], "duration_s": [np.nan, 1e-3], "maxweight_t": 3.5,
        },
        turns=[[0, 1, 1], [1, 1, 0]],
        source="县里的图",
        notes=(Note(code="N201", values={"count": 3}),),
    )  # fmt: skip


def test_a_network_comes_back_exactly(tmp_path: Path) -> None:
    """Every bit, order, kind and category; source and notes as well."""
    network = full_network()
    write_network(network, tmp_path / "net.gpkg")
    again = read_network(tmp_path / "net.gpkg")
    pd.testing.assert_frame_equal(again.edges, network.edges, check_exact=True)
    pd.testing.assert_frame_equal(again.nodes, network.nodes, check_exact=True)
    pd.testing.assert_frame_equal(again.turns, network.turns)
    assert (again.digest, again.source, again.notes) == (network.digest, network.source, network.notes)


def test_an_empty_network_comes_back(tmp_path: Path) -> None:
    """No rows in any layer."""
    empty = build_network(lon=[], lat=[], u=[], v=[])
    write_network(empty, tmp_path / "net.gpkg")
    assert read_network(tmp_path / "net.gpkg").digest == empty.digest


def test_writing_again_replaces_the_file_and_leaves_nothing_beside(tmp_path: Path) -> None:
    """The second network is there alone, and no half file."""
    write_network(full_network(), tmp_path / "net.gpkg")
    write_network(build_network(lon=[1, 2], lat=[1, 2], u=[0], v=[1]), tmp_path / "net.gpkg")
    assert len(read_network(tmp_path / "net.gpkg").edges) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["net.gpkg"]


def test_a_network_file_of_another_version_is_refused(tmp_path: Path) -> None:
    """E207 says which."""
    path = tmp_path / "net.gpkg"
    write_network(full_network(), path)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE about SET value = 'gongpei road network 0' WHERE key = 'format'")
    database.close()
    with pytest.raises(InvalidInput, match=r"^E207 net.gpkg .*network 0"):
        read_network(path)
    with pytest.raises(InvalidInput, match=r"^E203 "):
        write_network(full_network(), tmp_path / "net.shp")


def test_geojson_needs_no_coordinate_system(tmp_path: Path) -> None:
    """The format itself says WGS-84."""
    content = json.loads(layer().to_json())
    content.pop("crs", None)
    path = tmp_path / "roads.json"
    path.write_text(json.dumps(content), "utf-8")
    assert len(read_layer(path).edges) == 5


VIRTUAL = "<OGRVRTDataSource><OGRVRTLayer name='far'><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
"""What GDAL takes for a layer that lies elsewhere, whatever the file is called."""


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("x.gpkg", b"", b""),
        ("x.fgb", b"", b""),
        ("x.shp", b"", b""),
        ("x.fgb", b"fgb\x03fgb\x01abcd", b""),
        ("x.geojson", b'{"a": "', b'", "type": "FeatureCollection", "features": []}'),
        ("x.geojson", b"", b""),
    ],
)
def test_a_layer_that_points_to_another_file_is_not_followed(
    tmp_path: Path, name: str, before: bytes, after: bytes
) -> None:
    """Past bug: XML, bare or behind the mark of another format, was opened and read the file that it names."""
    far = saved(layer(), tmp_path / "far.geojson")
    path = tmp_path / name
    path.write_bytes(before + VIRTUAL.format(far).encode() + after)
    with pytest.raises(InvalidInput, match=r"^E20[26] "):
        read_network(path)
    with pytest.raises(InvalidInput, match=r"^E20[26] "):
        read_layer(path)


def test_a_sign_of_less_than_stays_in_the_names_of_geojson(tmp_path: Path) -> None:
    """A road called 甲<乙 keeps its name."""
    frame = layer(道路等级=["县道", "村道", "X012"], 名称=["甲<乙", "甲\\<乙", None])
    names = set(read_layer(saved(frame, tmp_path / "roads.geojson")).edges["name"])
    assert names == {"", "甲<乙", "甲\\<乙"}
