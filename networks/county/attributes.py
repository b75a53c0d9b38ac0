"""What each piece of road is like: class, number, surface, gates, fords, one-way streets, banned turns.

Quality falls with the class. The shares are the terrain's placeholders; a road has one
surface and one gate over its whole length, as roads built in one go do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from networks.county.roads import LADDER

if TYPE_CHECKING:
    from networks.county.ground import Mesh
    from networks.county.roads import Built
    from networks.county.shape import Drawing
    from networks.county.terrain import Land

TRACKS = ("track1", "track1", "track2", "track3")
"""Grades of tracks, as often as they are listed."""

PAVED = {"G": "asphalt", "S": "asphalt", "X": "asphalt", "Y": "concrete", "C": "concrete", "street": "asphalt"}
UNPAVED = ("gravel", "gravel", "compacted", "dirt")

LIMITS = {"weight": 3.5, "width": 2.1}
"""Gates that stop a 4.2 m box truck (4.495 t, 2.2 m and its mirrors) but no light van: tonnes, metres."""

STREET_KMH = 40.0
"""Limit in the seat's streets (no centre line, Decree 405 article 45)."""

NUMBER_FROM = {"G": 318, "S": 207, "X": 1, "Y": 101, "C": 201}
"""First road number of each class."""

FORD_SHARE = 0.05
"""Fords per mesh edge of a loop that has no bridge."""

NUM_BANS = 6
"""Left turns banned in the seat, at the most."""


def edge_columns(land: Land, mesh: Mesh, built: Built, drawing: Drawing, rng: np.random.Generator) -> dict[str, Any]:
    """Return the edge columns of ``networks.network.build_network`` for the pieces; O(p)."""
    figures = land.figures
    level, road, users = built.level[drawing.edge], built.road[drawing.edge], built.num_users[drawing.edge]
    chance = rng.random((3, int(built.road.max()) + 1))  # one draw per road and trait
    is_last = (level == LADDER.index("C")) & (users <= 1)
    is_track = is_last & (users == 1) & (chance[0, road] < figures.track_share)
    is_gravel = is_last & ~is_track & (chance[0, road] < figures.track_share + figures.gravel_share)
    is_gate = is_last & (chance[1, road] < figures.gate_share)
    is_wide = chance[2, road] < 0.5
    kind = np.array(LADDER)[level]
    road_class = np.where(is_track, np.array(TRACKS)[(chance[2, road] * len(TRACKS)).astype(int)], kind)
    bank = np.sign(land.side(drawing.xy))
    is_bridge = bank[drawing.u] != bank[drawing.v]
    return {
        "road_class": road_class,
        "way": np.unique(road * len(LADDER) + level, return_inverse=True)[1],
        "ref": _refs(road_class, road),
        "surface": _surfaces(kind, is_track, is_gravel, chance[2, road]),
        "smoothness": np.where(is_track, "bad", np.where(is_gravel, "intermediate", "good")),
        "bridge": is_bridge,
        "ford": _fords(drawing, is_last & (users == 0) & ~is_bridge, figures.gravel_share > 0.1, rng),
        "maxweight_t": np.where(is_gate & is_wide, LIMITS["weight"], np.nan),
        "maxwidth_m": np.where(is_gate & ~is_wide, LIMITS["width"], np.nan),
        "maxspeed_kmh": np.where(mesh.is_street[drawing.edge], STREET_KMH, np.nan),
        **_one_ways(mesh, built, drawing, figures.seat_blocks),
    }


def banned_turns(mesh: Mesh, drawing: Drawing, rng: np.random.Generator) -> np.ndarray:
    """Return (b, 3) from piece, via vertex, to piece: some left turns at crossings inside the seat."""
    in_seat = mesh.is_street[drawing.edge] & (mesh.town[mesh.tail[drawing.edge]] == 0)
    pieces = np.flatnonzero(in_seat)
    degree = np.bincount(np.append(drawing.u[pieces], drawing.v[pieces]), minlength=len(drawing.xy))
    crossings = np.flatnonzero(degree == 4)
    bans = []
    for node in rng.permutation(crossings)[:NUM_BANS].tolist():
        around = pieces[(drawing.u[pieces] == node) | (drawing.v[pieces] == node)]
        far = np.where(drawing.u[around] == node, drawing.v[around], drawing.u[around])
        out = drawing.xy[far] - drawing.xy[node]
        by_angle = around[np.argsort(np.arctan2(out[:, 1], out[:, 0]))]
        # Counter-clockwise from where one comes: right, ahead, left.
        bans.append((by_angle[0], node, by_angle[3]))
    return np.array(bans, dtype=np.int64).reshape(-1, 3)


def _refs(road_class: np.ndarray, road: np.ndarray) -> np.ndarray:
    """Letter of the class and a number that counts up within it; streets and tracks have none."""
    refs = np.full(len(road), "", dtype=object)
    for letter, number in NUMBER_FROM.items():
        rows = np.flatnonzero(road_class == letter)
        rank = np.unique(road[rows], return_inverse=True)[1]
        refs[rows] = [f"{letter}{number + r:03d}" for r in rank.tolist()]
    return refs


def _surfaces(kind: np.ndarray, is_track: np.ndarray, is_gravel: np.ndarray, chance: np.ndarray) -> np.ndarray:
    paved = np.array([PAVED[k] for k in kind.tolist()], dtype=object)
    unpaved = np.array(UNPAVED, dtype=object)[(chance * len(UNPAVED)).astype(int)]
    return np.where(is_track, "dirt", np.where(is_gravel, unpaved, paved))


def _fords(drawing: Drawing, is_loop: np.ndarray, is_poor: bool, rng: np.random.Generator) -> np.ndarray:
    """One piece of some loops, where roads are poor; no village depends on a loop."""
    first = np.flatnonzero(is_loop & np.append(True, np.diff(drawing.edge) != 0))
    ford = np.zeros(len(drawing.edge), dtype=bool)
    ford[first[rng.random(len(first)) < FORD_SHARE * is_poor]] = True
    return ford


def _one_ways(mesh: Mesh, built: Built, drawing: Drawing, blocks: int) -> dict[str, np.ndarray]:
    """Two neighbouring lines of the seat's grid, one each way; through roads stay open both ways."""
    side = blocks + 1
    tail, head = mesh.tail[drawing.edge], mesh.head[drawing.edge]
    is_free = mesh.is_street[drawing.edge] & (mesh.town[tail] == 0) & (built.road[drawing.edge] == 0)
    along = is_free & (head - tail == side)  # crossings are numbered row by row
    column = tail % side
    is_up, is_back = along & (column == blocks // 3), along & (column == blocks // 3 + 1)
    return {"forward": ~is_back, "backward": ~is_up}
