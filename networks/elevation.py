"""Elevation of nodes from SRTM tiles: voids filled, smoothed along the roads, bridges level between their ends.

A 90 m grid on a hillside makes a level road look like a saw. So heights are smoothed
along the network with an exponential kernel whose mean reach is ``REACH_M`` to either side;
gradients are clipped where they are used (``RoadNetwork.grade``). Bridges and tunnels do
not follow the ground: nodes inside them are interpolated between their ends.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage
from scipy.sparse import coo_array, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve

from networks.errors import InvalidInput, Note
from networks.text import read_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from networks.network import RoadNetwork

REACH_M = 75.0
"""Mean distance from which a height draws its average, so 150 m of road in all."""

VOID = -32_768
"""What SRTM writes where it has no measurement."""

SIDES = (1201, 3601)
"""Cells along a tile's side: three and one arc seconds."""

MARGIN = 60
"""Cells around the roads that are kept, so that voids at the edge fill from outside."""

_NAME = re.compile(r"([NS])(\d{2})([EW])(\d{3})", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Tile:
    """One degree by one degree; ``height_m`` (side, side) float64 from the north-west, nan where void."""

    lon: int
    lat: int
    height_m: np.ndarray


def with_elevation(network: RoadNetwork, tiles: Path | str | Sequence[Path | str]) -> RoadNetwork:
    """Return ``network`` with ``elevation_m`` of its nodes read from ``tiles`` (``.hgt`` or ``.hgt.zip``).

    Nodes that no tile covers keep nan and are counted in a note. O(n log n) in nodes,
    plus the cells around them.

    Raises
    ------
    InvalidInput
        E200 to E202 a tile cannot be read, E240 name, E241 size, E242 nothing but voids,
        E243 no tile covers any of the roads.
    """
    paths = [tiles] if isinstance(tiles, Path | str) else list(tiles)
    ground_m = np.full(len(network.nodes), np.nan)
    for path in paths:
        tile = read_tile(Path(path))
        inside = np.flatnonzero(
            (network.lon >= tile.lon) & (network.lon <= tile.lon + 1)
            & (network.lat >= tile.lat) & (network.lat <= tile.lat + 1)
        )  # fmt: skip
        if inside.size:
            ground_m[inside] = sample(tile, network.lon[inside], network.lat[inside])
    num_bare = int(np.isnan(ground_m).sum())
    if num_bare == ground_m.size:
        raise InvalidInput("E243", tiles=", ".join(Path(path).name for path in paths))
    nodes = network.nodes.copy(deep=False)
    nodes["elevation_m"] = along_roads(network, ground_m)
    notes = (Note(code="N209", values={"count": num_bare}),) if num_bare else ()
    return replace(network, nodes=nodes, notes=network.notes + notes)


def read_tile(path: Path) -> Tile:
    """Return a tile, voids as nan; raises as ``with_elevation``."""
    name = _NAME.match(path.name)
    if not name:
        raise InvalidInput("E240", path=path.name)
    data = read_bytes(path)
    if path.suffix.lower() == ".zip":
        data = _unzipped(data, path.name)
    side = round((len(data) / 2) ** 0.5)
    if side not in SIDES or side * side * 2 != len(data):
        raise InvalidInput("E241", path=path.name, size=len(data))
    height_m = np.frombuffer(data, dtype=">i2").reshape(side, side).astype(np.float64)
    height_m[height_m == VOID] = np.nan
    if np.isnan(height_m).all():
        raise InvalidInput("E242", path=path.name)
    lat = int(name[2]) * (1 if name[1].upper() == "N" else -1)
    lon = int(name[4]) * (1 if name[3].upper() == "E" else -1)
    return Tile(lon, lat, height_m)


def sample(tile: Tile, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return (n,) bilinear heights at points inside ``tile``, voids filled from their surroundings."""
    last = tile.height_m.shape[0] - 1
    row, column = (tile.lat + 1 - lat) * last, (lon - tile.lon) * last  # (n,) row 0 is the northern edge
    top, left = (max(int(part.min()) - MARGIN, 0) for part in (row, column))
    bottom, right = (min(int(part.max()) + MARGIN + 2, last + 1) for part in (row, column))
    window = tile.height_m[top:bottom, left:right]
    if np.isnan(window).all():
        window, top, left = tile.height_m, 0, 0
    return np.asarray(ndimage.map_coordinates(filled(window), [row - top, column - left], order=1, mode="nearest"))


def filled(height_m: np.ndarray) -> np.ndarray:
    """Return heights with every void filled: the nearest measurement, blurred so that no step remains inside."""
    is_void = np.isnan(height_m)
    if not is_void.any():
        return height_m
    nearest = ndimage.distance_transform_edt(is_void, return_distances=False, return_indices=True)
    patched = height_m[tuple(nearest)]
    return np.where(is_void, ndimage.gaussian_filter(patched, sigma=2.0, mode="nearest"), height_m)


def along_roads(network: RoadNetwork, ground_m: np.ndarray) -> np.ndarray:
    """Return (nodes,) heights smoothed along the roads; nan stays nan.

    Solves (M + r^2 L) h = M z with M the road length around each node, L the Laplacian of
    the roads with weight 1 / length and r = ``REACH_M``: on a straight road this is the
    average under exp(-distance / r). Bridges and tunnels are left out, then interpolated.
    """
    u, v = network.edges["u"].to_numpy(), network.edges["v"].to_numpy()
    length_m = np.maximum(network.edges["length_m"].to_numpy(), 1.0)
    is_known = ~np.isnan(ground_m)
    is_structure = (network.edges["bridge"] | network.edges["tunnel"]).to_numpy()
    is_ground = ~is_structure & is_known[u] & is_known[v]
    u_ground, v_ground, run_m = u[is_ground], v[is_ground], length_m[is_ground]
    size = ground_m.size
    mass = np.bincount(np.concatenate([u_ground, v_ground]), np.tile(run_m / 2, 2), minlength=size)
    free = np.flatnonzero(mass > 0)
    height_m = ground_m.copy()
    if free.size:
        matrix = diags_array(mass) + REACH_M**2 * _laplacian(u_ground, v_ground, 1 / run_m, size)
        height_m[free] = spsolve(matrix.tocsc()[free][:, free], (mass * np.nan_to_num(ground_m))[free])
    return _levelled(height_m, u[is_structure], v[is_structure], length_m[is_structure], mass > 0)


def _levelled(
    height_m: np.ndarray, u: np.ndarray, v: np.ndarray, run_m: np.ndarray, is_ground: np.ndarray
) -> np.ndarray:
    """Interpolate nodes inside bridges and tunnels, linearly along the way, between nodes on the ground."""
    size = height_m.size
    if u.size == 0:
        return height_m
    _, part = connected_components(coo_array((np.ones(u.size), (u, v)), shape=(size, size)), directed=False)
    is_end = is_ground & ~np.isnan(height_m)
    has_end = np.bincount(part, is_end, minlength=size)[part] > 0
    touched = np.zeros(size, dtype=bool)
    touched[u], touched[v] = True, True
    inner = np.flatnonzero(touched & ~is_end & has_end)
    if inner.size == 0:
        return height_m
    laplacian = _laplacian(u, v, 1 / run_m, size).tocsr()[inner]
    pull = -(laplacian @ np.where(is_end, height_m, 0.0))
    levelled = height_m.copy()
    levelled[inner] = spsolve(laplacian[:, inner].tocsc(), pull)
    return levelled


def _laplacian(u: np.ndarray, v: np.ndarray, weight: np.ndarray, size: int) -> coo_array:
    rows, columns = np.concatenate([u, v, u, v]), np.concatenate([v, u, u, v])
    return coo_array((np.concatenate([-weight, -weight, weight, weight]), (rows, columns)), shape=(size, size))


def _unzipped(data: bytes, file: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            first = next((name for name in archive.namelist() if name.lower().endswith(".hgt")), None)
            if first is None:
                raise InvalidInput("E202", path=file, detail="no .hgt inside")
            if archive.getinfo(first).file_size > 2 * SIDES[-1] ** 2:  # before unpacking: it may be a bomb
                raise InvalidInput("E241", path=file, size=archive.getinfo(first).file_size)
            return archive.read(first)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise InvalidInput("E202", path=file, detail=str(error)) from error
