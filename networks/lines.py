"""Bus lines on the roads: where their stops touch them, and the course from stop to stop.

A line with a drawn course follows the roads beside it, or the drawing itself where no road is near; a
line without one follows the profile's best path. A stop near no road and a leg without a path
are named, never bridged by a straight line. Nothing here knows about timetables or parcels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from networks.arcs import usable_arcs
from networks.corridors import ways_beside
from networks.errors import InvalidInput, Note
from networks.line_cuts import cut_course, piece_between
from networks.paths import leg_geometries
from networks.profiles import DRY_AND_CLEAR
from networks.snap import FAR_M, metres_per_degree, snap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from networks.arcs import Arcs
    from networks.network import RoadNetwork
    from networks.points import Points
    from networks.profiles import Conditions, Profile

ROADS, DRAWN_ON_ROADS, DRAWN, NOWHERE = "roads", "drawn_on_roads", "drawn", "nowhere"
"""What a leg follows: the profile's path, the roads under the drawn course, the drawing, nothing at all."""

SIMPLER_M = 2.0
"""A drawn course is thinned out by no more than this before its corridor is looked up."""


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class DrawnLine:
    """A line to be matched: ``stops`` are rows of the points, ``course`` (n, 2) lon and lat or None."""

    id: str
    stops: tuple[int, ...]
    course: np.ndarray | None = None


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class LineCourse:
    """The course of a line with k stops; its k - 1 legs join consecutive stops.

    ``legs`` are lines (lon, lat) on the road, from where one stop touches it to where the next
    does, empty where there is no path; ``follows`` is among ``ROADS``, ``DRAWN_ON_ROADS``, ``DRAWN``,
    ``NOWHERE``; ``length_m`` (k - 1,) is nan where there is no path.
    """

    id: str
    legs: tuple[shapely.LineString, ...]
    follows: tuple[str, ...]
    length_m: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class StopGap:
    """A stop that lies far from the roads (``line`` "") or from the drawn course of a line."""

    stop: str
    distance_m: float
    line: str = ""
    is_matched: bool = True


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class LineReport:
    """How lines lie on the roads of one profile.

    ``gaps``: stops farther than ``FAR_M`` from a road (``is_matched`` False: out of reach; nan:
    there is no road) or from their line's drawn course. ``unreachable``: line, stop and next stop of every
    leg without a path.
    """

    profile: str
    courses: tuple[LineCourse, ...]
    gaps: tuple[StopGap, ...]
    unreachable: tuple[tuple[str, str, str], ...]

    @property
    def notes(self) -> tuple[Note, ...]:
        """What somebody should look at, in words."""
        return (
            *(_gap_note(gap, self.profile) for gap in self.gaps),
            *(Note(code="N212", values={"line": a, "stop": b, "next": c}) for a, b, c in self.unreachable),
        )


def match_lines(
    network: RoadNetwork,
    profile: Profile,
    stops: Points,
    lines: Sequence[DrawnLine],
    conditions: Conditions = DRY_AND_CLEAR,
) -> LineReport:
    """Return how ``lines`` lie on the roads; one search per distinct stop that a leg without drawing begins at.

    Raises
    ------
    InvalidInput
        E254, when a line names a row that ``stops`` does not have.
    """
    _refuse_unknown(stops, lines)
    arcs = usable_arcs(network, profile, conditions)
    snaps = snap(network, profile, stops, conditions, arcs=arcs)
    drawn, gaps = _drawn_legs(network, arcs, stops, lines)
    pairs = {pair for line in lines for i, pair in _legs(line) if (line.id, i) not in drawn and pair[0] != pair[1]}
    wanted = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    paths = leg_geometries(network, profile, stops, wanted, conditions=conditions)
    by_road = {pair: _on_road(path) for pair, path in zip(map(tuple, wanted.tolist()), paths, strict=True)}
    spots = _standing(network, snaps.edge, snaps.fraction)
    courses = tuple(_course(line, drawn, by_road, spots) for line in lines)
    far = [
        StopGap(stop=stop, distance_m=float(distance), is_matched=status != "unreachable")
        for stop, status, distance in snaps.table[["id", "status", "distance_m"]].itertuples(index=False)
        if status != "ok"
    ]
    return LineReport(
        profile=profile.id,
        courses=courses,
        gaps=(*far, *gaps),
        unreachable=tuple(
            (line.id, stops.ids[a], stops.ids[b])
            for line, course in zip(lines, courses, strict=True)
            for i, (a, b) in _legs(line)
            if course.follows[i] == NOWHERE
        ),
    )


def _refuse_unknown(stops: Points, lines: Sequence[DrawnLine]) -> None:
    rows = [row for line in lines for row in line.stops]
    wrong = [row for row in rows if not 0 <= row < len(stops)]
    if wrong:
        raise InvalidInput("E254", count=len(stops), value=wrong[0])


def _legs(line: DrawnLine) -> enumerate[tuple[int, int]]:
    return enumerate(zip(line.stops[:-1], line.stops[1:], strict=True))


def _gap_note(gap: StopGap, profile: str) -> Note:
    distance = "-" if np.isnan(gap.distance_m) else f"{gap.distance_m:.0f}"
    values = {"stop": gap.stop, "distance_m": distance, "profile": profile, "line": gap.line}
    return Note(code="N213" if gap.line else "N210" if gap.is_matched else "N211", values=values)


_Drawn = dict[tuple[str, int], tuple[shapely.LineString, str]]
"""Line and number of the leg -> its course, and what that follows."""


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class _Piece:
    """One leg of a drawn course in flat metres."""

    line: str
    leg: int
    xy: np.ndarray


def _drawn_legs(
    network: RoadNetwork, arcs: Arcs, stops: Points, lines: Sequence[DrawnLine]
) -> tuple[_Drawn, list[StopGap]]:
    """Return the legs that a drawn course tells, and the stops that lie far from it."""
    scale = np.array(metres_per_degree(float(np.median(network.lat)) if network.lat.size else 0.0))
    place = np.column_stack([stops.lon, stops.lat]) * scale
    pieces: list[_Piece] = []
    gaps: list[StopGap] = []
    for line in lines:
        if line.course is None or len(line.course) < 2:
            continue
        cuts = cut_course(line.course * scale, place[list(line.stops)])
        is_near = cuts.off_m <= FAR_M
        gaps += [
            StopGap(stop=stops.ids[line.stops[k]], distance_m=float(cuts.off_m[k]), line=line.id)
            for k in np.flatnonzero(~is_near)
        ]
        moves = is_near[:-1] & is_near[1:] & (np.diff(cuts.position) > 0)
        for leg in np.flatnonzero(moves):
            xy = piece_between(line.course * scale, cuts.position[leg], cuts.position[leg + 1])
            pieces.append(_Piece(line=line.id, leg=int(leg), xy=xy))
    return _matched(network, arcs, pieces, scale), gaps


def _matched(network: RoadNetwork, arcs: Arcs, pieces: list[_Piece], scale: np.ndarray) -> _Drawn:
    node = np.column_stack([network.lon, network.lat]) * scale
    drawn = shapely.simplify([shapely.LineString(piece.xy) for piece in pieces], SIMPLER_M)
    found: _Drawn = {}
    for piece, way in zip(pieces, ways_beside(network, arcs, node, np.asarray(drawn)), strict=True):
        course, source = (piece.xy, DRAWN) if way is None else (way, DRAWN_ON_ROADS)
        found[piece.line, piece.leg] = (shapely.LineString(course / scale), source)
    return found


def _spots_at(network: RoadNetwork, edge: np.ndarray, fraction: np.ndarray) -> np.ndarray:
    """Return the points (n, 2) lon and lat on ``edge`` (n,) at ``fraction``."""
    u, v = (network.edges[end].to_numpy(np.int64)[edge] for end in ("u", "v"))
    lon = network.lon[u] + fraction * (network.lon[v] - network.lon[u])
    return np.column_stack([lon, network.lat[u] + fraction * (network.lat[v] - network.lat[u])])


def _on_road(path: shapely.LineString) -> shapely.LineString:
    """Return a leg's line without its two access legs."""
    return shapely.LineString(shapely.get_coordinates(path)[1:-1]) if not path.is_empty else path


def _standing(network: RoadNetwork, edge: np.ndarray, fraction: np.ndarray) -> list[shapely.LineString]:
    """Return for each stop the leg that goes nowhere: its spot on the road twice, empty where there is none."""
    lines = np.full(edge.size, shapely.LineString(), dtype=object)
    reached = np.flatnonzero(edge >= 0)
    at = _spots_at(network, edge[reached], fraction[reached])
    lines[reached] = shapely.linestrings(np.stack([at, at], axis=1))
    return list(lines)


def _course(
    line: DrawnLine,
    drawn: _Drawn,
    by_road: dict[tuple[int, ...], shapely.LineString],
    standing: list[shapely.LineString],
) -> LineCourse:
    legs: list[shapely.LineString] = []
    follows: list[str] = []
    for i, (a, b) in _legs(line):
        leg, source = drawn.get((line.id, i)) or (standing[a] if a == b else by_road[a, b], ROADS)
        legs.append(leg)
        follows.append(NOWHERE if leg.is_empty else source)
    return LineCourse(id=line.id, legs=tuple(legs), follows=tuple(follows), length_m=_lengths_m(legs))


def _lengths_m(legs: list[shapely.LineString]) -> np.ndarray:
    """Return (k,) metres, flat around each piece of road; nan for an empty leg."""
    coordinates, owner = shapely.get_coordinates(legs, return_index=True)
    lon, lat = coordinates.T
    east, north = metres_per_degree((lat[1:] + lat[:-1]) / 2)
    step_m = np.hypot(np.diff(lon) * east, np.diff(lat) * north)
    inside = owner[1:] == owner[:-1]
    length_m = np.bincount(owner[1:][inside], weights=step_m[inside], minlength=len(legs))
    return np.where([leg.is_empty for leg in legs], np.nan, length_m)
