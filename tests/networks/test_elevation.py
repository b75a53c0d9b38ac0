"""Elevation: tiles made by hand, voids, smoothing, bridges; and the real tile where it is at hand."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from networks.elevation import VOID, along_roads, filled, read_tile, with_elevation
from networks.errors import InvalidInput
from networks.network import RoadNetwork, build_network
from networks.osm import read_osm
from tests.shared_data import ANDORRA, ANDORRA_TILE, needs

if TYPE_CHECKING:
    from pathlib import Path

SIDE = 1201


def tile_bytes(height_m: np.ndarray) -> bytes:
    """Return a three-arc-second tile, big-endian from the north-west."""
    return height_m.astype(">i2").tobytes()


def slope(east_m: float = 0.0, north_m: float = 0.0) -> np.ndarray:
    """Return a tile that rises so many metres over the whole degree to the east and to the north."""
    step = np.linspace(0, 1, SIDE)
    return east_m * step + (north_m * (1 - step))[:, None]


def written(folder: Path, height_m: np.ndarray, name: str = "N30E100.hgt") -> Path:
    """Write a tile, zipped when the name says so."""
    path = folder / name
    data = tile_bytes(height_m)
    if name.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name.removesuffix(".zip"), data)
    else:
        path.write_bytes(data)
    return path


def straight(num_nodes: int = 41, **edges: object) -> RoadNetwork:
    """Return a road east along 30.5 north with a node about every 96 m."""
    lon = 100.4 + 0.001 * np.arange(num_nodes)
    u = np.arange(num_nodes - 1)
    return build_network(lon=lon, lat=np.full(num_nodes, 30.5), u=u, v=u + 1, edges=edges)


@pytest.mark.parametrize("name", ["N30E100.hgt", "N30E100.hgt.zip"])
def test_heights_are_read_between_the_cells(tmp_path: Path, name: str) -> None:
    """1,200 m over the degree to the east: at 100.42 it is 504 m; smoothing changes nothing far from the ends."""
    network = with_elevation(straight(), written(tmp_path, slope(east_m=1200), name))
    assert network.nodes["elevation_m"][20] == pytest.approx(504, abs=0.01)
    assert network.grade[20] == pytest.approx(1200 / 95_979, rel=0.01)  # a degree of longitude at 30.5 north


def test_north_is_up(tmp_path: Path) -> None:
    """1,000 m higher at the northern edge: half-way it is 500 m."""
    network = with_elevation(straight(), written(tmp_path, slope(north_m=1000)))
    assert network.nodes["elevation_m"].to_numpy() == pytest.approx(500, abs=0.5)


def test_southern_and_western_tiles_lie_where_they_say(tmp_path: Path) -> None:
    """S31W070 covers 31 to 30 south."""
    tile = read_tile(written(tmp_path, slope(), "S31W070.hgt"))
    assert (tile.lon, tile.lat) == (-70, -31)


def test_voids_are_filled_from_around_them() -> None:
    """A hole in a plateau of 700 m is 700 m; measurements stay as they are."""
    plateau = np.full((40, 40), 700.0)
    plateau[10:20, 10:20] = np.nan
    assert filled(plateau) == pytest.approx(700)
    ramp = np.tile(np.arange(40.0), (40, 1))
    holed = ramp.copy()
    holed[18:22, 18:22] = np.nan
    patched = filled(holed)
    assert np.array_equal(patched[~np.isnan(holed)], ramp[~np.isnan(holed)])
    assert np.abs(patched - ramp).max() < 2.5


def test_voids_of_a_tile_never_reach_a_node(tmp_path: Path) -> None:
    """A band of voids under the middle of the road."""
    height_m = slope(east_m=1200)
    height_m[:, 490:500] = VOID
    network = with_elevation(straight(), written(tmp_path, height_m))
    heights = network.nodes["elevation_m"].to_numpy()
    assert heights.min() > 400
    assert heights.max() < 600


def test_a_saw_is_smoothed_away_and_a_ramp_is_kept() -> None:
    """Teeth of +-10 m every 96 m on a 5 % ramp: the ramp stays, of the teeth 1 / (1 + 4 (75 / 96)^2) = 29 % remain."""
    network = straight()
    along_m = np.append(0, np.cumsum(network.edges["length_m"]))
    saw = 20.0 * (np.arange(41) % 2)
    smooth = along_roads(network, 0.05 * along_m + saw)
    teeth = smooth - 0.05 * along_m - 10
    assert np.abs(teeth[8:-8]) == pytest.approx(2.906, abs=0.01)
    assert np.polyfit(along_m[8:-8], smooth[8:-8], 1)[0] == pytest.approx(0.05, rel=0.02)


def test_smoothing_is_the_average_under_the_stated_kernel() -> None:
    """A lone peak of 1 m becomes about d / (2 r) exp(-x / r) m at x, with nodes d = 9.6 m apart and r = 75 m."""
    lon = 100.4 + 0.0001 * np.arange(401)
    u = np.arange(400)
    network = build_network(lon=lon, lat=np.full(401, 30.5), u=u, v=u + 1)
    step_m = network.edges["length_m"][0]
    peak = np.zeros(401)
    peak[200] = 1.0
    found = along_roads(network, peak)[200:230:10]
    expected = step_m / 150 * np.exp(-np.arange(0, 30, 10) * step_m / 75)
    assert found.tolist() == pytest.approx(expected.tolist(), rel=0.01)


def test_a_bridge_is_straight_between_its_ends() -> None:
    """Over a gorge 200 m deep: nodes 20 and 21 hang on the line from 19 to 22."""
    bridge = np.isin(np.arange(40), [19, 20, 21])
    ground = np.full(41, 800.0)
    ground[20:22] = 600
    ground[22:] = 830
    heights = along_roads(straight(bridge=bridge), ground)
    assert heights[19] == pytest.approx(800, abs=1e-6)
    assert heights[22] == pytest.approx(830, abs=1e-6)
    assert heights[20:22].tolist() == pytest.approx([810, 820], abs=0.01)


def test_a_tunnel_that_nothing_leads_to_keeps_the_ground() -> None:
    """All edges are tunnel: there is nothing to interpolate between."""
    ground = np.linspace(100, 140, 41)
    assert along_roads(straight(tunnel=True), ground).tolist() == ground.tolist()


def test_nodes_beyond_the_tiles_are_level_and_counted(tmp_path: Path) -> None:
    """The road leaves the tile at 101 east: the rest keeps no elevation, and a note says how many."""
    lon = 100.95 + 0.005 * np.arange(21)
    u = np.arange(20)
    network = build_network(lon=lon, lat=np.full(21, 30.5), u=u, v=u + 1)
    raised = with_elevation(network, [written(tmp_path, slope(east_m=1200))])
    assert np.isnan(raised.nodes["elevation_m"]).sum() == 10
    assert raised.grade[-5:].tolist() == [0] * 5
    assert [note.code for note in raised.notes] == ["N209"]
    assert np.isnan(network.nodes["elevation_m"]).all()


def test_two_tiles_cover_a_road_across_their_border(tmp_path: Path) -> None:
    """Level ground of 500 m on both sides."""
    lon = 100.95 + 0.005 * np.arange(21)
    u = np.arange(20)
    network = build_network(lon=lon, lat=np.full(21, 30.5), u=u, v=u + 1)
    level = np.full((SIDE, SIDE), 500)
    tiles = [written(tmp_path, level, "N30E100.hgt"), written(tmp_path, level, "N30E101.hgt")]
    assert with_elevation(network, tiles).nodes["elevation_m"].to_numpy() == pytest.approx(500)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("N30E100.hgt", b"", "E201"),
        ("N30E100.hgt", b"abc", "E241"),
        ("N30E100.hgt.zip", b"abc", "E202"),
        ("tile.hgt", b"abc", "E240"),
        ("N30E100.hgt", tile_bytes(np.full((SIDE, SIDE), VOID)), "E242"),
        ("N10E010.hgt", tile_bytes(np.zeros((SIDE, SIDE))), "E243"),
    ],
)
def test_a_wrong_tile_is_refused_with_a_code(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    """Never a traceback."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=rf"^{code} "):
        with_elevation(straight(), path)


def test_a_zip_without_a_tile_or_with_damage_is_refused(tmp_path: Path) -> None:
    """E202 for both."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "nothing here")
    path = tmp_path / "N30E100.hgt.zip"
    path.write_bytes(buffer.getvalue())
    with pytest.raises(InvalidInput, match=r"^E202 .*no .hgt inside"):
        read_tile(path)
    whole = written(tmp_path, slope(east_m=900), "N30E100.hgt.zip").read_bytes()
    path.write_bytes(whole[:1000] + bytes(2000) + whole[3000:])
    with pytest.raises(InvalidInput, match=r"^E202 "):
        read_tile(path)


@needs(ANDORRA, ANDORRA_TILE)
@pytest.mark.slow
def test_real_roads_are_gentler_than_the_grid_says() -> None:
    """Andorra: every node has a height between 800 and 2,700 m; provincial roads average 3 to 8 %."""
    network = with_elevation(read_osm(ANDORRA), ANDORRA_TILE)
    heights = network.nodes["elevation_m"].to_numpy()
    assert 800 < heights.min() < heights.max() < 2_700
    is_s = (network.edges["road_class"] == "S").to_numpy()
    mean = np.average(np.abs(network.grade[is_s]), weights=network.edges["length_m"][is_s])
    assert 0.03 < mean < 0.08
