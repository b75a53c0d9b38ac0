"""Maps of sets of sites: candidates open and closed, villages joined to their site, near and far; roads drawn once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from api.county_day import names_of, road_views
from api.exports.canvas import Clutter, Label, place_labels
from api.exports.svg import draw_map
from api.views import DayView
from optimizer.plan import Cost

if TYPE_CHECKING:
    from api.exports.canvas import Placed
    from api.exports.svg import MapDrawing
    from scenarios.siting.model import SiteSet
    from scenarios.siting.nominate import Costs

COLORS = ("#2364aa", "#b3541e", "#2f6f4f", "#7b5ea7", "#c2185b", "#138a96", "#8a6d00", "#5b6673")
"""Of sites, by turns; a village has the colour of its site."""

NAME_SIZE, NAME_GAP = 26.0, 15.0
"""Of names beside sites, in units of the drawing; the template's type is as large."""

PRIORITY = {"hub": 0, "open": 1, "closed": 3}
"""Whose name is placed first; closed candidates go without where there is no room."""

LOOSE = "#5b6673"
"""Of a place without a site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place that sites serve: where it is, its colour, whether a site is within the time limit, the line to it."""

    x: float
    y: float
    color: str
    is_near: bool
    title: str
    line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A candidate, or a hub where ``state`` is "hub"; else that is "open" or "closed"."""

    x: float
    y: float
    color: str
    state: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMap:
    """The map of one set."""

    spots: tuple[Spot, ...]
    marks: tuple[Mark, ...]
    names: tuple[Placed, ...]


def draw_ground(costs: Costs) -> MapDrawing:
    """Return roads and names of the county, without any trip; what all maps share."""
    county = costs.ground.county
    day = DayView(
        county=county.scenario.name,
        date=county.scenario.date.isoformat(),
        dimensions=county.problem.load_dimensions,
        places=tuple(names_of(county).places.values()),
        trips=(),
        unserved=(),
        kpis=(),
        cost=Cost(),
        roads=road_views(county.network),
    )
    return draw_map(day)


def draw_set(costs: Costs, chosen: SiteSet, ground: MapDrawing) -> SetMap:
    """Return the marks of a set on ``ground``; O(clients x candidates)."""
    at = {mark.place.id: (mark.x, mark.y) for mark in ground.marks}
    titles = {mark.place.id: mark.title for mark in ground.marks}
    candidates = [each.place for each in costs.siting.candidates]
    colors = {site: COLORS[k % len(COLORS)] for k, site in enumerate(sorted(chosen.sites))}
    columns = [rank for rank, site in enumerate(candidates) if site in chosen.sites]
    near = (costs.way_s[:, columns] <= costs.siting.limit_s).any(axis=1)  # (n,)
    owner = _owners(costs, chosen)
    spots = tuple(
        Spot(
            x=at[place][0],
            y=at[place][1],
            color=colors.get(owner.get(place, ""), LOOSE),
            is_near=bool(is_near),
            title=titles[place],
            line=_line(at[place], at.get(owner.get(place, ""))),
        )
        for place, is_near in zip(costs.clients, np.asarray(near), strict=True)
    )
    sites = [(site, colors.get(site, LOOSE), "open" if site in chosen.sites else "closed") for site in candidates]
    hubs = [(hub, "#111", "hub") for hub in costs.ground.hubs]
    marks = tuple(
        Mark(x=at[place][0], y=at[place][1], color=color, state=state, title=titles[place])
        for place, color, state in (*sites, *hubs)
    )
    names = {mark.place.id: mark.place.name for mark in ground.marks}
    labels = [
        Label(
            key=place,
            text=names[place],
            x=at[place][0],
            y=at[place][1],
            size=NAME_SIZE,
            priority=PRIORITY[state],
            gap=NAME_GAP,
        )
        for place, _, state in (*sites, *hubs)
    ]
    return SetMap(spots=spots, marks=marks, names=tuple(place_labels(labels, _clutter(marks, ground))))


def _clutter(marks: tuple[Mark, ...], ground: MapDrawing) -> Clutter:
    return Clutter(
        width=ground.width,
        height=ground.height,
        markers=np.array([(mark.x, mark.y, 10.0) for mark in marks]).reshape(-1, 3),
        reserved=np.empty((0, 4)),
        ways=np.empty((0, 2)),
    )


def _owners(costs: Costs, chosen: SiteSet) -> dict[str, str]:
    """Return the site of each place: as assigned, today as places.csv has it."""
    if not chosen.is_today:
        return dict(chosen.assigned)
    return {place.id: place.station for place in costs.ground.scenario.places if place.station in chosen.sites}


def _line(place: tuple[float, float], site: tuple[float, float] | None) -> str:
    return "" if site is None else f"M{place[0]:g} {place[1]:g}L{site[0]:g} {site[1]:g}"
