"""Where people live: the seat beside the river, township centres apart from each other, villages, inhabitants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import KDTree

from networks.county.ground import SEAT_BLOCK_M, TOWN_BLOCK_M, TOWN_BLOCKS, Town

if TYPE_CHECKING:
    from networks.county.ground import FreeGround
    from networks.county.terrain import Land

CLEAR_OF_WATER_M = 150.0
"""Least distance from the seat's streets to the river."""

SEAT_FACTOR = 6
"""How many times more people the seat has than a township centre."""

NEARBY = 60
"""Township centres look for gentle ground within about a sixtieth of the county's width."""

GOLDEN_ANGLE = 2.399963
"""Radians; points at multiples of it spread evenly over a disc (Vogel 1979)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Settlements:
    """Towns (0 is the seat), villages (v, 2) in local metres, and the inhabitants of both."""

    towns: list[Town]
    villages: np.ndarray
    town_people: np.ndarray
    village_people: np.ndarray


def settle(land: Land, free: FreeGround, townships: int, villages: int, rng: np.random.Generator) -> Settlements:
    """Choose sites among the free points; O((townships + villages) n)."""
    slope = _slope(land, free.xy)
    seat = _seat(land, free.xy, slope, rng)
    roomy = land.river_distance_m(free.xy) > TOWN_BLOCKS * TOWN_BLOCK_M + 0.4 * free.spacing_m
    sites = _spread(free.xy[roomy], seat.xy, slope[roomy], free.spacing_m, townships - 1)
    towns = [seat, *(_township(xy, rng) for xy in sites)]
    homes = _villages(land, free.xy, towns, villages, rng)
    town_people = rng.uniform(2.5, 7, townships) * land.figures.villagers
    town_people[0] *= SEAT_FACTOR
    return Settlements(
        towns=towns,
        villages=homes,
        town_people=_round(town_people),
        village_people=_inhabitants(land, homes, towns, rng),
    )


def _township(xy: np.ndarray, rng: np.random.Generator) -> Town:
    return Town(xy=xy, angle=rng.uniform(0, np.pi), blocks=TOWN_BLOCKS, block_m=TOWN_BLOCK_M)


def _slope(land: Land, xy: np.ndarray) -> np.ndarray:
    """Rise over run of the ground itself, from heights a little east and north."""
    step = land.radius_m / 200
    here = land.elevation_m(xy)
    east, north = (land.elevation_m(xy + offset) - here for offset in ([step, 0.0], [0.0, step]))
    return np.asarray(np.hypot(east, north) / step)


def _seat(land: Land, free: np.ndarray, slope: np.ndarray, rng: np.random.Generator) -> Town:
    """Near the middle of the county, on one bank, its streets clear of the water and turned with the river."""
    half_m = land.figures.seat_blocks * SEAT_BLOCK_M / np.sqrt(2)
    clear_m = land.river_distance_m(free) - half_m - CLEAR_OF_WATER_M
    score = (np.hypot(*free.T) + 2.5 * clear_m) / land.radius_m + 4 * slope + np.where(clear_m < 0, 1e9, 0.0)
    xy = free[np.argmin(score)]
    at = int(np.argmin(np.hypot(*(land.river - xy).T)))
    ahead, behind = land.river[min(at + 5, len(land.river) - 1)], land.river[max(at - 5, 0)]
    angle = float(np.arctan2(*(ahead - behind)[::-1]) + rng.uniform(-0.1, 0.1))
    return Town(xy=xy, angle=angle, blocks=land.figures.seat_blocks, block_m=SEAT_BLOCK_M)


def _spread(free: np.ndarray, seat: np.ndarray, slope: np.ndarray, spacing_m: float, count: int) -> np.ndarray:
    """Choose sites far from each other on gentle ground: middles of equal regions, then the best point nearby."""
    reach_m = spacing_m * np.sqrt(len(free)) / NEARBY
    chosen = [np.argmin(np.hypot(*(free - c).T) / reach_m + 25 * slope) for c in _middles(free, seat, count)]
    return np.asarray(free[np.array(chosen, dtype=np.int64)])


def _middles(free: np.ndarray, seat: np.ndarray, count: int) -> np.ndarray:
    """Middles of ``count`` regions of like size, the seat's own region left out (Lloyd 1982, 12 rounds)."""
    angle = GOLDEN_ANGLE * np.arange(count)
    ring = np.sqrt((np.arange(count) + 0.7) / max(count, 1))[:, None]
    half = (free.max(axis=0) - free.min(axis=0)) / 2
    centres = free.mean(axis=0) + 0.8 * ring * half * np.column_stack((np.cos(angle), np.sin(angle)))
    for _ in range(12):
        owner = KDTree(np.vstack((seat, centres))).query(free)[1]
        sums = np.column_stack([np.bincount(owner, free[:, axis], count + 1) for axis in (0, 1)])[1:]
        sizes = np.bincount(owner, minlength=count + 1)[1:, None]
        centres = np.where(sizes > 0, sums / np.maximum(sizes, 1), centres)
    return np.asarray(centres)


def _villages(land: Land, free: np.ndarray, towns: list[Town], count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw sites, gentle and low ones first, each apart from those drawn before.

    The distance kept shrinks until there is room for all.
    """
    slope, height = _slope(land, free), land.elevation_m(free)
    low = (height - height.min()) / max(1.0, float(height.max() - height.min()))
    key = rng.gumbel(size=len(free)) - 14 * slope - 2.0 * low
    order = np.argsort(-key)
    taken_by_town = np.zeros(len(free), dtype=bool)
    for town in towns:
        taken_by_town |= np.hypot(*(free - town.xy).T) < town.radius_m + 250
    apart_m = 0.62 * np.sqrt(np.pi * land.radius_m**2 / count)
    while True:
        chosen = _apart(free, order, taken_by_town, float(apart_m))[:count]
        if len(chosen) == count:
            return np.asarray(free[chosen])
        apart_m *= 0.85


def _apart(free: np.ndarray, order: np.ndarray, taken: np.ndarray, apart_m: float) -> list[int]:
    """Positions in ``order`` that keep ``apart_m`` from each other."""
    tree = KDTree(free)
    blocked, chosen = taken.copy(), []
    for point in order:
        if not blocked[point]:
            chosen.append(int(point))
            blocked[tree.query_ball_point(free[point], apart_m)] = True
    return chosen


def _inhabitants(land: Land, homes: np.ndarray, towns: list[Town], rng: np.random.Generator) -> np.ndarray:
    """More people near towns, fewer far up: log-normal about the terrain's mean, tens of people."""
    nearest = KDTree(np.array([t.xy for t in towns])).query(homes)[0]
    remoteness = np.clip(nearest / (0.25 * land.radius_m), 0, 2)
    return _round(land.figures.villagers * rng.lognormal(-0.1, 0.45, len(homes)) * (1.35 - 0.4 * remoteness))


def _round(people: np.ndarray) -> np.ndarray:
    return np.asarray(np.maximum(60, np.round(people, -1)), dtype=np.int64)
