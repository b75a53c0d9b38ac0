"""From degrees to a drawing: a local projection, lighter lines, and labels that do not overlap.

Shared by the picture and the report's map, so that both look alike. Distances are
true to about 0.5 % over a county, which is what a scale bar needs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from api.views import DayView

METRES_PER_DEGREE = 111_320.0
"""One degree of latitude, or of longitude at the equator."""

CLASS_ORDER = ("G", "S", "X", "Y", "C", "street", "connector", "other")
"""Road classes from most to least important on a map."""

GROUND_CLASSES = {
    "motorway": "G",
    "G": "G",
    "S": "S",
    "X": "X",
    "Y": "Y",
    "C": "C",
    "street": "street",
    "connector": "connector",
}
"""Class of a road -> class of the ground; all else is "other"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """Maps degrees to a drawing of ``width`` by ``height`` units with y downwards."""

    west: float
    north: float
    width: float
    height: float
    scale: float
    """Drawing units per metre."""
    shrink: float
    """Cosine of the middle latitude."""

    def project(self, line: Sequence[tuple[float, float]] | np.ndarray) -> np.ndarray:
        """Return the drawing coordinates (n, 2) of degrees (n, 2)."""
        points = np.asarray(line, dtype=float).reshape(-1, 2)  # (n, 2)
        x = (points[:, 0] - self.west) * METRES_PER_DEGREE * self.shrink * self.scale
        y = (self.north - points[:, 1]) * METRES_PER_DEGREE * self.scale
        return np.column_stack([x, y])  # (n, 2)

    def bar_m(self) -> int:
        """Return a round length in metres for the scale bar, about a fifth of the width."""
        target = self.width / self.scale / 5
        power = 10 ** math.floor(math.log10(max(target, 1)))
        return int(power * max(step for step in (1, 2, 5) if step * power <= max(target, 1)))


def fit(day: DayView, *, width: float, max_height: float, margin: float) -> Canvas:
    """Return the canvas that shows all places and trips; roads beyond are cut by the frame.

    A county of one place gets a window of about a kilometre.
    """
    points = [(p.lon, p.lat) for p in day.places]
    points += [point for trip in day.trips for leg in trip.legs for point in leg.line]
    lon, lat = np.asarray(points or [(0.0, 0.0)], dtype=float).T  # each (n,)
    shrink = max(math.cos(math.radians(float(lat.min() + lat.max()) / 2)), 0.01)
    wide_m = max((lon.max() - lon.min()) * METRES_PER_DEGREE * shrink, 500.0)
    high_m = max((lat.max() - lat.min()) * METRES_PER_DEGREE, 500.0)
    scale = min((width - 2 * margin) / wide_m, (max_height - 2 * margin) / high_m)
    height = max(high_m * scale + 2 * margin, 0.45 * width)
    middle_lon, middle_lat = float(lon.min() + lon.max()) / 2, float(lat.min() + lat.max()) / 2
    return Canvas(
        west=middle_lon - width / 2 / scale / METRES_PER_DEGREE / shrink,
        north=middle_lat + height / 2 / scale / METRES_PER_DEGREE,
        width=width,
        height=height,
        scale=scale,
        shrink=shrink,
    )


def ground(day: DayView, canvas: Canvas, *, tolerance: float) -> dict[str, list[np.ndarray]]:
    """Return the roads of each ground class as few, simplified lines in drawing units, clipped to the frame.

    ``tolerance``: how far a simplified line may stray, in drawing units. O(vertices).
    """
    frame = (-canvas.width * 0.05, -canvas.height * 0.05, canvas.width * 1.05, canvas.height * 1.05)
    found: dict[str, list[np.ndarray]] = {name: [] for name in CLASS_ORDER}
    for road in day.roads:
        merged = shapely.line_merge(shapely.transform(road.shape, canvas.project))
        clipped = shapely.clip_by_rect(shapely.simplify(merged, tolerance), *frame)
        parts = (part for part in shapely.get_parts(clipped) if part.geom_type == "LineString")
        found[GROUND_CLASSES.get(road.road_class, "other")] += [shapely.get_coordinates(part) for part in parts]
    return {name: lines for name, lines in found.items() if lines}


def simplified(points: np.ndarray, tolerance: float) -> np.ndarray:
    """Return (k, 2) of the points (n, 2), straying no further than ``tolerance``."""
    if len(points) < 3:
        return points
    return shapely.get_coordinates(shapely.simplify(shapely.linestrings(points), tolerance))


MUST = 1
"""Priority of labels that a map cannot do without: the hub and the stations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A text beside a point, ``gap`` away from it, with ``pad`` of free room around; lengths in drawing units.

    Lower ``priority`` is placed first; ``MUST`` and below are placed even on a marker.
    """

    key: str
    text: str
    x: float
    y: float
    size: float
    priority: int
    gap: float = 7.0
    pad: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a label's text begins, ends or is centred (``anchor``), baseline at ``y``."""

    label: Label
    x: float
    y: float
    anchor: str

    def box_at(self, x: float, y: float) -> np.ndarray:
        """Return x0, y0, x1, y1 of the text when its point is at ``x``, ``y`` and the text as far from it as here."""
        return _box(self.label, self.x - self.label.x + x, self.y - self.label.y + y, self.anchor)


def text_width(text: str, size: float) -> float:
    """Return the estimated width: a Chinese character is one em, others about 0.56."""
    return size * sum(1.0 if ord(character) > 0x2E7F else 0.56 for character in text)


@dataclass(frozen=True, kw_only=True, eq=False)
class Clutter:
    """What labels keep off: ``markers`` (n, 3) x, y, radius; ``reserved`` (r, 4) boxes x0, y0, x1, y1.

    ``ways`` (k, 2) are points along the trips, which labels avoid where they can.
    """

    width: float
    height: float
    markers: np.ndarray
    reserved: np.ndarray
    ways: np.ndarray


def place_labels(labels: Iterable[Label], clutter: Clutter) -> list[Placed]:
    """Place as many labels as fit without touching another label, a marker or the frame.

    Greedy by priority; of eight positions around the point the one that hides least of the
    trips is taken. Who finds no room is left out. O(labels x (labels + markers + ways)).
    """
    boxes = clutter.reserved.reshape(-1, 4)
    placed: list[Placed] = []
    for label in sorted(labels, key=lambda each: (each.priority, each.key)):
        options = []
        for rank, (x, y, anchor) in enumerate(_positions(label)):
            box = _box(label, x, y, anchor)
            inside = box[0] >= 2 and box[1] >= 2 and box[2] <= clutter.width - 2 and box[3] <= clutter.height - 2
            covered = _covered(box, clutter.markers, label)
            if inside and not _hits(box, boxes) and (not covered or label.priority <= MUST):
                options.append(((covered, _hidden(box, clutter.ways), rank), box, (x, y, anchor)))
        if options:
            _, box, (x, y, anchor) = min(options, key=lambda option: option[0])
            boxes = np.vstack([boxes, box])
            placed.append(Placed(label=label, x=x, y=y, anchor=anchor))
    return placed


def along(lines: Iterable[np.ndarray], step: float) -> np.ndarray:
    """Return points (k, 2) no more than about ``step`` apart along lines (n, 2); a line of one spot has none."""
    pieces = [shapely.LineString(line) for line in lines if len(line) > 1 and np.ptp(line, axis=0).any()]
    return shapely.get_coordinates(shapely.segmentize(shapely.MultiLineString(pieces), step))


def _positions(label: Label) -> Iterable[tuple[float, float, str]]:
    away, up, down = label.gap, label.gap * 0.9, label.size * 0.95
    yield label.x + away, label.y + label.size * 0.36, "start"
    yield label.x - away, label.y + label.size * 0.36, "end"
    yield label.x, label.y - up, "middle"
    yield label.x, label.y + down + up, "middle"
    yield label.x + away * 0.8, label.y - up * 0.6, "start"
    yield label.x + away * 0.8, label.y + down + up * 0.3, "start"
    yield label.x - away * 0.8, label.y - up * 0.6, "end"
    yield label.x - away * 0.8, label.y + down + up * 0.3, "end"


def _box(label: Label, x: float, y: float, anchor: str) -> np.ndarray:
    wide = text_width(label.text, label.size)
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    top, bottom = y - label.size * 0.9, y + label.size * 0.18
    return np.array([left - label.pad, top - label.pad + 1, left + wide + label.pad, bottom + label.pad - 1])


def _hidden(box: np.ndarray, ways: np.ndarray) -> int:
    x, y = ways[:, 0], ways[:, 1]
    return int(((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])).sum())


def _hits(box: np.ndarray, boxes: np.ndarray) -> bool:
    apart = (boxes[:, 0] > box[2]) | (boxes[:, 2] < box[0]) | (boxes[:, 1] > box[3]) | (boxes[:, 3] < box[1])
    return bool((~apart).any())


def _covered(box: np.ndarray, obstacles: np.ndarray, label: Label) -> int:
    """Return how many markers other than the label's own the box lies on."""
    if not len(obstacles):
        return 0
    others = obstacles[(np.abs(obstacles[:, 0] - label.x) > 0.01) | (np.abs(obstacles[:, 1] - label.y) > 0.01)]
    dx = np.maximum(np.maximum(box[0] - others[:, 0], others[:, 0] - box[2]), 0)
    dy = np.maximum(np.maximum(box[1] - others[:, 1], others[:, 1] - box[3]), 0)
    return int((np.hypot(dx, dy) < others[:, 2]).sum())
