"""How sharply roads bend: the radius that a vehicle follows over 40 m of the same way.

A radius from three neighbouring nodes would mistake the wobble of a hand-drawn line for
hairpins, so the heading is compared 20 m before and 20 m behind the middle of each edge.
"""

from __future__ import annotations

import numpy as np

WINDOW_M = 40.0
"""Length of road over which the change of heading is taken."""


def bend_radius_m(
    *, lon: np.ndarray, lat: np.ndarray, u: np.ndarray, v: np.ndarray, way: np.ndarray, length_m: np.ndarray
) -> np.ndarray:
    """Return (m,) metres, inf where the road is straight; O(m).

    ``lon``, ``lat`` (nodes,) degrees; ``u``, ``v``, ``way``, ``length_m`` (m,). Edges that follow each
    other in order and in one way form a chain; bends between ways are turns, not bends.
    """
    if u.size == 0:
        return np.zeros(0)
    east = (lon[v] - lon[u]) * np.cos(np.radians(lat[u]))
    heading = np.arctan2(lat[v] - lat[u], east)  # (m,)
    follows = (u[1:] == v[:-1]) & (way[1:] == way[:-1])
    turn = np.where(follows, (np.diff(heading) + np.pi) % (2 * np.pi) - np.pi, 0.0)
    heading = np.append(0.0, np.cumsum(turn))  # without jumps of a whole turn
    gap_m = np.where(follows, 0.0, 2 * WINDOW_M)  # so that no window reaches into the next chain
    begin_m = np.append(0.0, np.cumsum(length_m[:-1] + gap_m))
    middle_m = begin_m + length_m / 2
    ahead, behind = (np.interp(middle_m + side * WINDOW_M / 2, middle_m, heading) for side in (1, -1))
    change = np.abs(ahead - behind)
    radius_m: np.ndarray = np.full(u.size, np.inf)
    np.divide(WINDOW_M, change, out=radius_m, where=change > 1e-6)
    return radius_m
