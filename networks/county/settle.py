"""Where people live: the seat beside the river, township centres apart from each other, villages, inhabitants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import KDTree

from networks.county.ground import SEAT_BLOCK_M, TOWN_BLOCK_M, TOWN_BLOCKS, Town

if TYPE_CHECKING:
    from networks.county.terrain import Land


@dataclass(frozen=True, kw_only=True, eq=False)
class Settlements:
    """Towns (0 is the seat), villages (v, 2) in local metres, and the inhabitants of both."""

    towns: list[Town]
    villages: np.ndarray
    town_people: np.ndarray
    village_people: np.ndarray


def settle(
    land: Land, free: np.ndarray, spacing_m: float, townships: int, villages: int, rng: np.random.Generator
) -> Settlements:
    """Choose sites among the free points; O((townships + villages) n)."""
    slope = _slope(land, free)
    seat = _seat(land, free, slope, rng)
    roomy = land.river_distance_m(free) > TOWN_BLOCKS * TOWN_BLOCK_M + 0.4 * spacing_m
    sites = _spread(free[roomy], seat.xy, slope[roomy], townships - 1)
    towns = [seat, *(Town(xy=xy, angle=rng.uniform(0, np.pi), blocks=2, block_m=TOWN_BLOCK_M) for xy in sites)]
    homes = _villages(land, free, slope, towns, villages, rng)
    return Settlements(
        towns=towns,
        villages=homes,
        town_people=_round(
            rng.uniform(2.5, 7, townships) * land.figures.villagers * np.where(_is_first(townships), 6, 1)
        ),
        village_people=_inhabitants(land, homes, towns, rng),
    )


def _slope(land: Land, xy: np.ndarray) -> np.ndarray:
    """Rise over run of the ground itself, from heights a little east and north."""
    step = land.radius_m / 200
    here = land.elevation_m(xy)
    east, north = (land.elevation_m(xy + offset) - here for offset in ([step, 0.0], [0.0, step]))
    return np.asarray(np.hypot(east, north) / step)


def _seat(land: Land, free: np.ndarray, slope: np.ndarray, rng: np.random.Generator) -> Town:
    """Near the middle of the county and on one bank, its streets clear of the water."""
    half = land.figures.seat_blocks * SEAT_BLOCK_M / np.sqrt(2)
    away = land.river_distance_m(free)
    unfit = np.where(away < half + 150, 1e9, 0.0)
    score = np.hypot(*free.T) / land.radius_m + 2.5 * (away - half) / land.radius_m + 4 * slope + unfit
    near = land.river[np.argmin(np.hypot(*(land.river - free[np.argmin(score)]).T))]
    flow = land.river[min(len(land.river) - 1, int(np.argmin(np.hypot(*(land.river - near).T))) + 5)] - near
    angle = float(np.arctan2(flow[1], flow[0]) + rng.uniform(-0.1, 0.1))
    return Town(xy=free[np.argmin(score)], angle=angle, blocks=land.figures.seat_blocks, block_m=SEAT_BLOCK_M)


def _spread(free: np.ndarray, seat: np.ndarray, slope: np.ndarray, count: int) -> np.ndarray:
    """Choose sites far from each other and from the border, on gentle ground: k-means, then the best point nearby."""
    centres = _lloyd(free, seat, count)
    chosen: list[np.ndarray] = []
    reach = np.sqrt(len(free)) / 60 * np.median(KDTree(free).query(free, k=2)[0][:, 1])
    for centre in centres:
        score = np.hypot(*(free - centre).T) / reach + 25 * slope
        chosen.append(free[np.argmin(score)])
    return np.array(chosen).reshape(-1, 2)


def _lloyd(free: np.ndarray, seat: np.ndarray, count: int) -> np.ndarray:
    """Middles of ``count`` regions of like size, the seat's own region left out."""
    start = np.linspace(0, len(free) - 1, count + 2).astype(int)[1:-1]
    angle = 2.399963 * np.arange(count)  # the golden angle spreads first guesses evenly over a disc
    middle, size = free.mean(axis=0), np.ptp(free, axis=0) / 2
    ring = np.sqrt((np.arange(count) + 0.7) / max(count, 1))
    centres = middle + np.column_stack((np.cos(angle), np.sin(angle))) * ring[:, None] * size * 0.8
    for _ in range(12 if len(start) else 0):
        owner = KDTree(np.vstack((seat, centres))).query(free)[1]
        sums = np.column_stack([np.bincount(owner, free[:, axis], count + 1) for axis in (0, 1)])
        counts = np.bincount(owner, minlength=count + 1)
        centres = np.where(counts[1:, None] > 0, sums[1:] / np.maximum(counts[1:, None], 1), centres)
    return centres


def _villages(
    land: Land, free: np.ndarray, slope: np.ndarray, towns: list[Town], count: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw sites, gentle and low ones first, each apart from those drawn before.

    The distance kept shrinks until there is room for all.
    """
    tree = KDTree(free)
    height = land.elevation_m(free)
    low = (height - height.min()) / max(1.0, float(np.ptp(height)))
    key = rng.gumbel(size=len(free)) - 14 * slope - 2.0 * low
    order = np.argsort(-key)
    taken_by_town = np.zeros(len(free), dtype=bool)
    for town in towns:
        taken_by_town |= np.hypot(*(free - town.xy).T) < town.radius_m + 250
    apart_m = 0.62 * np.sqrt(np.pi * land.radius_m**2 / count)
    while True:
        chosen = _apart(tree, free, order, taken_by_town, apart_m, count)
        if len(chosen) == count:
            return np.asarray(free[chosen])
        apart_m *= 0.85


def _apart(
    tree: KDTree, free: np.ndarray, order: np.ndarray, taken: np.ndarray, apart_m: float, count: int
) -> list[int]:
    """Positions in ``order`` that keep ``apart_m`` from each other, at most ``count``."""
    blocked, chosen = taken.copy(), []
    for point in order:
        if blocked[point]:
            continue
        chosen.append(int(point))
        if len(chosen) == count:
            break
        blocked[tree.query_ball_point(free[point], apart_m)] = True
    return chosen


def _inhabitants(land: Land, homes: np.ndarray, towns: list[Town], rng: np.random.Generator) -> np.ndarray:
    """More people near towns, fewer far up: log-normal about the terrain's mean, tens of people."""
    nearest = KDTree(np.array([t.xy for t in towns])).query(homes)[0]
    remoteness = np.clip(nearest / (0.25 * land.radius_m), 0, 2)
    return _round(land.figures.villagers * rng.lognormal(-0.1, 0.45, len(homes)) * (1.35 - 0.4 * remoteness))


def _round(people: np.ndarray) -> np.ndarray:
    return np.maximum(60, np.round(people, -1)).astype(np.int64)


def _is_first(count: int) -> np.ndarray:
    return np.arange(count) == 0
