"""Turn restrictions of OpenStreetMap as banned turns between edges.

``no_*`` bans the turns it names; ``only_*`` bans all others from the same edge at the
same node, turning round included. Restrictions via a way, those that depend on the
clock, and those whose ways are not in the file or pass through the node are counted,
never guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping, Sequence

KEYS = ("restriction", "restriction:motor_vehicle", "restriction:motorcar", "restriction:goods", "restriction:hgv")
"""Tags that may hold the kind of restriction; the first one present counts."""

EXCEPTED = frozenset({"motor_vehicle", "motorcar"})
"""A restriction that excepts one of these binds none of our vehicles."""


class Restriction(NamedTuple):
    """One restriction via a node, in OSM ids; ``is_only`` bans all other turns instead of this one."""

    is_only: bool
    from_ways: tuple[int, ...]
    via_node: int
    to_ways: tuple[int, ...]


def restriction_of(
    tags: Mapping[str, str], members: Sequence[tuple[str, int, str]], counts: Counter[str]
) -> Restriction | None:
    """Return the restriction of a relation; None, counted under "via way" or "unclear", when it cannot be applied."""
    kind = next((tags[key] for key in KEYS if key in tags), "")
    if EXCEPTED & {word.strip() for word in tags.get("except", "").split(";")}:
        return None
    via = [(member, ref) for member, ref, role in members if role == "via"]
    from_ways = tuple(ref for member, ref, role in members if role == "from" and member == "w")
    to_ways = tuple(ref for member, ref, role in members if role == "to" and member == "w")
    if any(member == "w" for member, _ in via):
        counts["via way"] += 1
        return None
    is_timed = "day_on" in tags or "hour_on" in tags
    if not kind.startswith(("no_", "only_")) or len(via) != 1 or not from_ways or not to_ways or is_timed:
        counts["unclear"] += 1
        return None
    return Restriction(kind.startswith("only_"), from_ways, via[0][1], to_ways)


def banned_turns(
    restrictions: list[Restriction], osm_id: np.ndarray, ends: np.ndarray, way: np.ndarray, counts: Counter[str]
) -> np.ndarray:
    """Return (b, 3) from_edge, via_node, to_edge.

    ``osm_id`` (nodes,) ascending, ``ends`` (2, m) node positions and ``way`` (m,) OSM ids of the edges.
    """
    meeting = _edges_meeting(sorted({item.via_node for item in restrictions}), osm_id, ends)
    found: list[tuple[int, int, int]] = []
    for item in restrictions:
        via, edges = meeting.get(item.via_node, (-1, np.zeros(0, np.int64)))
        sources = _only_piece(edges, way, item.from_ways)
        targets = _only_piece(edges, way, item.to_ways)
        if not sources or not targets:
            counts["unclear"] += 1
        elif item.is_only:
            found += [(a, via, b) for a in sources for b in edges.tolist() if b not in targets]
        else:
            found += [(a, via, b) for a in sources for b in targets]
    return np.array(found, dtype=np.int64).reshape(-1, 3)


def _edges_meeting(via: list[int], osm_id: np.ndarray, ends: np.ndarray) -> dict[int, tuple[int, np.ndarray]]:
    """Return OSM id -> (node position, edges that end there) for the nodes ``via`` that the network has."""
    position = np.minimum(np.searchsorted(osm_id, via), osm_id.size - 1)
    nodes = position[osm_id[position] == via]
    flat = ends.ravel()
    meant = np.flatnonzero(np.isin(flat, nodes))
    meant = meant[np.argsort(flat[meant], kind="stable")]
    first = np.searchsorted(flat[meant], np.append(nodes, flat.size))
    groups = zip(nodes.tolist(), first[:-1], first[1:], strict=True)
    return {int(osm_id[node]): (node, np.unique(meant[a:b] % ends.shape[1])) for node, a, b in groups}


def _only_piece(edges: np.ndarray, way: np.ndarray, ways: tuple[int, ...]) -> list[int]:
    """Return the one edge of each of ``ways`` that ends at the node; nothing when one of them passes through it."""
    pieces = [edges[way[edges] == wanted] for wanted in ways]
    return [int(piece[0]) for piece in pieces] if all(piece.size == 1 for piece in pieces) else []
