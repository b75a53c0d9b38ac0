"""What sets one kind of county apart from another, and the ground it lies on: heights, outline, river.

Local coordinates are metres east and north of the county's middle. No official
table of county shapes was found, so every figure of ``FIGURES`` is a placeholder
chosen by judgement to give counties of the sizes in the literature: a plain county of
350 villages covers about 1,200 km2, a mountain county of 187 villages about
2,400 km2, and a pastoral one has villages 60 km from its seat.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.ndimage import map_coordinates
from scipy.spatial import KDTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Terrain:
    """Figures of one kind of county; all of them assumptions, see the module's opening."""

    km2_per_village: float
    least_km2: float
    relief_m: float
    """Standard deviation of the heights away from the river."""
    roughness: float
    """Spectral slope of the heights: larger is smoother."""
    valley_m: float
    """Half-width of the flat ground along the river."""
    bridges: int
    steepest: float
    """Grade that builders accept before they lengthen the road with bends."""
    grade_aversion: float
    winding: float
    """Road length over straight length on gentle ground."""
    piece_m: float
    """Distance between shape vertices along a road."""
    loops_per_village: float
    """Links that close a loop, per village: few where roads are trees, many in a mesh."""
    seat_blocks: int
    villagers: int
    base_m: float
    """Height of the river above the sea."""
    gravel_share: float
    track_share: float
    gate_share: float
    """Shares of the last village roads that are unpaved, mere tracks, or have a width or weight gate."""
    centre: tuple[float, float]
    """Fictional middle of the county, lon and lat, WGS-84."""


FIGURES = {
    "plain": Terrain(
        km2_per_village=3.5,
        least_km2=120,
        relief_m=9,
        roughness=2.6,
        valley_m=1_500,
        bridges=7,
        steepest=0.03,
        grade_aversion=0,
        winding=1.02,
        piece_m=130,
        loops_per_village=0.75,
        seat_blocks=9,
        villagers=1_500,
        base_m=22,
        gravel_share=0.05,
        track_share=0.01,
        gate_share=0.05,
        centre=(116.4, 36.6),
    ),
    "hill": Terrain(
        km2_per_village=7,
        least_km2=150,
        relief_m=75,
        roughness=2.9,
        valley_m=1_200,
        bridges=6,
        steepest=0.07,
        grade_aversion=3,
        winding=1.12,
        piece_m=90,
        loops_per_village=0.25,
        seat_blocks=8,
        villagers=1_300,
        base_m=90,
        gravel_share=0.1,
        track_share=0.03,
        gate_share=0.06,
        centre=(112.6, 28.4),
    ),
    "mountain": Terrain(
        km2_per_village=13,
        least_km2=200,
        relief_m=330,
        roughness=3.2,
        valley_m=900,
        bridges=5,
        steepest=0.08,
        grade_aversion=6,
        winding=1.22,
        piece_m=70,
        loops_per_village=0.08,
        seat_blocks=6,
        villagers=900,
        base_m=420,
        gravel_share=0.18,
        track_share=0.06,
        gate_share=0.08,
        centre=(109.3, 30.2),
    ),
    "pastoral": Terrain(
        km2_per_village=160,
        least_km2=9_000,
        relief_m=90,
        roughness=3.1,
        valley_m=4_000,
        bridges=4,
        steepest=0.06,
        grade_aversion=2,
        winding=1.04,
        piece_m=260,
        loops_per_village=0.1,
        seat_blocks=6,
        villagers=420,
        base_m=1_050,
        gravel_share=0.35,
        track_share=0.12,
        gate_share=0.05,
        centre=(101.2, 41.6),
    ),
}
"""By name; the names are ``networks.synthetic.TERRAINS``."""

GRID = 192
"""Samples of the height field along each side; a county side is 20 to 120 km, so 100 to 700 m apart."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Land:
    """Outline, heights and river of one county; (k, 2) arrays of local metres in, arrays out."""

    figures: Terrain
    radius_m: float
    outline: np.ndarray
    heights: np.ndarray
    river_angle: float
    river_waves: np.ndarray

    def contains(self, xy: np.ndarray) -> np.ndarray:
        """Tell which points lie within the county: (k,) bool."""
        angle = np.arctan2(xy[:, 1], xy[:, 0])
        return np.asarray(np.hypot(xy[:, 0], xy[:, 1]) <= self.radius_m * self.reach(angle))

    def reach(self, angle: np.ndarray) -> np.ndarray:
        """Return the border's distance from the middle in units of the radius, by direction."""
        size, phase = self.outline
        order = np.arange(2, 2 + len(size))
        return np.asarray(1 + (size * np.cos(order * np.asarray(angle)[..., None] + phase)).sum(axis=-1))

    def side(self, xy: np.ndarray) -> np.ndarray:
        """Return metres across the river, measured over its course; the sign is the bank."""
        along, across = self._turned(xy)
        return np.asarray(across - self._course(along))

    def river_distance_m(self, xy: np.ndarray) -> np.ndarray:
        """Return the distance to the middle of the river: (k,) metres."""
        return np.asarray(self._river_tree.query(xy)[0])

    @cached_property
    def river(self) -> np.ndarray:
        """Course of the river through the county, from border to border: (k, 2) local metres."""
        along = np.linspace(-1.4, 1.4, 900) * self.radius_m
        course = self._unturned(along, self._course(along))
        return np.asarray(course[self.contains(course)])

    def elevation_m(self, xy: np.ndarray) -> np.ndarray:
        """Return heights above the sea; the ground falls towards the river's flat valley: (k,) metres."""
        at = (xy.T / (1.5 * self.radius_m) + 1) / 2 * (GRID - 1)
        raw = map_coordinates(self.heights, at, order=3, mode="nearest")
        rise = 1 - np.exp(-((self.river_distance_m(xy) / self.figures.valley_m) ** 2) / 2)
        # Heights are lifted before they are damped, so that the valley is below and not level with the hills.
        return np.asarray(self.figures.base_m + rise * np.maximum(raw + 1.6, 0.05) * self.figures.relief_m)

    @cached_property
    def _river_tree(self) -> KDTree:
        return KDTree(self.river)

    def _course(self, along: np.ndarray) -> np.ndarray:
        size, order, phase = self.river_waves
        swing = size * np.sin(order * along[..., None] / self.radius_m + phase)
        return np.asarray(swing.sum(axis=-1) * self.radius_m)

    def _turned(self, xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        c, s = np.cos(self.river_angle), np.sin(self.river_angle)
        return xy[:, 0] * c + xy[:, 1] * s, -xy[:, 0] * s + xy[:, 1] * c

    def _unturned(self, along: np.ndarray, across: np.ndarray) -> np.ndarray:
        c, s = np.cos(self.river_angle), np.sin(self.river_angle)
        return np.column_stack((along * c - across * s, along * s + across * c))


def shape_land(terrain: str, villages: int, rng: np.random.Generator) -> Land:
    """Draw outline, heights and river for a county of so many villages; O(GRID^2 log GRID)."""
    figures = FIGURES[terrain]
    area_m2 = 1e6 * max(figures.least_km2, figures.km2_per_village * villages)
    waves = np.array([[0.14, 0.06, 0.032, 0.013], [1.6, 5.0, 12.0, 27.0], rng.uniform(0, 2 * np.pi, 4)])
    return Land(
        figures=figures,
        radius_m=float(np.sqrt(area_m2 / np.pi)),
        outline=np.array([rng.uniform(0.3, 1, 5) * [0.14, 0.1, 0.06, 0.04, 0.03], rng.uniform(0, 2 * np.pi, 5)]),
        heights=_heights(figures.roughness, rng),
        river_angle=float(rng.uniform(0, np.pi)),
        river_waves=waves,
    )


def _heights(roughness: float, rng: np.random.Generator) -> np.ndarray:
    """Smooth random field by spectral synthesis: mean 0, deviation 1, no detail finer than a few samples."""
    frequency = np.hypot(np.fft.fftfreq(GRID)[:, None], np.fft.rfftfreq(GRID)[None, :]) * GRID
    amplitude = np.where(frequency > 0, np.maximum(frequency, 3.0) ** (-roughness / 2 - 0.5), 0.0)
    amplitude *= np.exp(-((frequency / (GRID / 5)) ** 2))
    spectrum = amplitude * np.exp(2j * np.pi * rng.random(frequency.shape))
    field = np.fft.irfft2(spectrum, s=(GRID, GRID))
    return np.asarray((field - field.mean()) / field.std())
