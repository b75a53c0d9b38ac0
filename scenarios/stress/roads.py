"""Roads whose closing hurts a plan most: who is cut off, and what the way round costs the others.

Two kinds. A section without a way round (``networks.critical``) cuts off the places behind it for every vehicle. Any
other stretch that the plan drives has a way round: it is closed, travel times are computed again, and the plan is
driven in its own order on an otherwise quiet day. Of these the stretches with the most pieces on board are tried.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from networks.arcs import usable_arcs
from networks.critical import cut_sections
from networks.driven import edges_driven
from networks.matrix import travel_matrix
from networks.network import replace_edges
from networks.snap import snap
from optimizer.problem import UNREACHABLE, Matrix
from optimizer.stress.disturbance import CALM
from optimizer.stress.execute import drive
from optimizer.stress.outcome import outcome_of
from scenarios.stress.draws import driven_legs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from optimizer.plan import Plan, Route, Trip
    from optimizer.problem import Problem
    from optimizer.stress.script import Script
    from scenarios.build import County

DETOURS_TRIED = 12
"""Stretches with a way round that are closed in turn: each costs a computation of travel times."""

ALIKE = 0.8
"""A stretch of which this share of a worse one's pieces is hurt is much the same, see ``_is_like``."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClosedRoad:
    """What happens when one stretch is closed for the day.

    ``edges`` ascending: of a section without a way round all of them, closing any does the same; of others those that
    were closed. ``isolated``: places cut off, ``isolated_pieces`` of today's goods with them. ``late_pieces``: pieces
    that are on time on a quiet day and then no longer, the isolated apart. ``detour_s``: more driving of the plan.
    ``like``: rank from 1 of a worse stretch that is much the same; 0 for none.
    """

    edges: tuple[int, ...]
    name: str
    road_class: str
    is_bridge: bool
    length_m: float
    isolated: tuple[str, ...] = ()
    isolated_pieces: int = 0
    late_pieces: int = 0
    detour_s: int = 0
    like: int = 0

    @property
    def hurt_pieces(self) -> int:
        """Pieces that do not come, or come late."""
        return self.isolated_pieces + self.late_pieces


def closed_roads(
    county: County,
    script: Script,
    deadlines: Mapping[str, int],
    *,
    cache: Path | None = None,
    told: Callable[[int, int], None] = lambda _done, _total: None,
    is_ended: Callable[[], bool] = lambda: False,
) -> tuple[ClosedRoad, ...]:
    """Return stretches by what closing them does to a plan, the worst first; those that hurt nobody are left out.

    ``told`` hears before every closing how many are done, of how many; ``is_ended`` is asked then: what is known so
    far is returned.
    """
    sections = _sections(county)
    bare = {edge for road in sections for edge in road.edges}
    detours, tried = [], _stretches(county, script, bare)[:DETOURS_TRIED]
    for done, edges in enumerate(tried):
        told(done, len(tried))
        if is_ended():
            break
        detours.append(_with_detour(county, script, deadlines, edges, cache))
    worst = sorted((*sections, *detours), key=lambda road: (-road.hurt_pieces, -road.detour_s, road.edges))
    return tuple(_marked([road for road in worst if road.hurt_pieces or road.detour_s]))


def hub_of(county: County) -> str:
    """Return the place from which nobody is to be cut off: the first depot that is a hub, or the first of all."""
    depots = [depot.place for depot in county.problem.depots]
    return next((place for place in depots if county.problem.place(place).tier == "hub"), depots[0])


def _sections(county: County) -> list[ClosedRoad]:
    """Return the sections without a way round for any vehicle; the hub stands at the nearer end of its edge."""
    is_open = np.zeros(len(county.network.edges), dtype=bool)
    place_edge, fraction = np.full(len(county.points), -1), np.zeros(len(county.points))
    for profile in county.profiles.values():
        arcs = usable_arcs(county.network, profile, county.conditions)
        is_open |= arcs.usable[::2] | arcs.usable[1::2]
        snaps = snap(county.network, profile, county.points, county.conditions, arcs=arcs)
        fraction = np.where(place_edge < 0, snaps.fraction, fraction)
        place_edge = np.where(place_edge < 0, snaps.edge, place_edge)
    hub = county.problem.index(hub_of(county))
    if place_edge[hub] < 0:
        return []
    node = int(county.network.edges["u" if fraction[hub] < 0.5 else "v"].to_numpy()[place_edge[hub]])
    place_edge[hub] = -1
    found = []
    for section in cut_sections(county.network, is_open, place_edge, node):
        places = [county.problem.places[k].id for k in section.places.tolist()]
        pieces = _pieces(county.problem, places)
        found.append(_road(county, section.edges, isolated=tuple(places), isolated_pieces=pieces))
    return found


def _pieces(problem: Problem, places: Iterable[str]) -> int:
    gone = set(places)
    return sum(s.pieces for s in problem.shipments if {s.origin, s.destination} & gone)


def _road(county: County, edges: np.ndarray, **found: object) -> ClosedRoad:
    """Return the road with its words: those of its longest edge that has any."""
    rows = county.network.edges.iloc[edges]
    longest = rows.iloc[int(rows["length_m"].to_numpy().argmax())]
    named = [str(text) for column in ("ref", "name") for text in rows[column].astype(str) if text]
    values: dict[str, object] = {
        "edges": tuple(edges.tolist()),
        "name": named[0] if named else "",
        "road_class": str(longest["road_class"]),
        "is_bridge": bool(rows["bridge"].any()),
        "length_m": float(rows["length_m"].sum()),
    }
    return ClosedRoad(**{**values, **found})  # type: ignore[arg-type]


def _stretches(county: County, script: Script, bare: set[int]) -> list[np.ndarray]:
    """Return the other edges driven, together where the very same legs use them, most pieces on board first."""
    pieces: dict[int, float] = defaultdict(float)
    users: dict[int, list[int]] = defaultdict(list)
    number = 0
    for profile, legs in driven_legs(county, script.plan).items():
        rows = np.array([[county.problem.index(a), county.problem.index(b)] for a, b in legs])
        network, conditions = county.network, county.conditions
        leg, edge = edges_driven(network, county.profiles[profile], county.points, rows, conditions=conditions)
        on_board = _on_board(script.problem, script.plan, profile)
        for k, e in zip(leg.tolist(), edge.tolist(), strict=True):
            if e not in bare and (not users[e] or users[e][-1] != number + k):
                users[e].append(number + k)
                pieces[e] += on_board[legs[k]]
        number += len(legs)
    grouped: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for e, mine in users.items():
        if mine:
            grouped[tuple(mine)].append(e)
    ranked = sorted(grouped.values(), key=lambda edges: (-pieces[edges[0]], edges[0]))
    return [np.array(sorted(edges)) for edges in ranked]


def _on_board(problem: Problem, plan: Plan, profile: str) -> dict[tuple[str, str], int]:
    """Return the pieces on board on each leg of a profile, all drives of the day together."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for route, trip in plan.trips():
        if problem.vehicle_type_of[route.vehicle_type].profile != profile:
            continue
        collected = {i for v in trip.visits for i in v.collect}
        load = sum(problem.shipment_of[i].pieces for v in trip.visits for i in v.deliver if i not in collected)
        at = trip.start
        for visit in trip.visits:
            found[at, visit.place] += load
            load += sum(problem.shipment_of[i].pieces for i in visit.collect)
            load -= sum(problem.shipment_of[i].pieces for i in visit.deliver)
            at = visit.place
        found[at, trip.end] += load
    return found


def _with_detour(
    county: County, script: Script, deadlines: Mapping[str, int], edges: np.ndarray, cache: Path | None
) -> ClosedRoad:
    """Close a stretch and drive the plan round it."""
    closed = county.network.edges["closed"].to_numpy(copy=True)
    closed[edges] = True
    network = replace_edges(county.network, closed=closed)
    matrices = dict(county.problem.matrices)
    for name in driven_legs(county, script.plan):
        profile = county.profiles[name]
        found = travel_matrix(network, profile, county.points, conditions=county.conditions, cache=cache)
        matrices[name] = Matrix(duration_s=found.duration_s, distance_m=found.distance_m)
    problem = replace(script.problem, matrices=matrices)
    kept, isolated = _still_reached(problem, script.plan)
    after = replace(script, problem=problem, plan=kept)
    on_time = [outcome_of(each, drive(each, CALM), deadlines).on_time for each in (script, after)]
    hurt = round((on_time[0] - on_time[1]) * sum(s.pieces for s in script.goods))
    cut_off = _carried_pieces(script) - _carried_pieces(after)
    return _road(
        county,
        edges,
        isolated=tuple(sorted(isolated)),
        isolated_pieces=cut_off,
        late_pieces=max(0, hurt - cut_off),
        detour_s=max(0, _driving_s(problem, kept) - _driving_s(script.problem, kept)),
    )


def _still_reached(problem: Problem, plan: Plan) -> tuple[Plan, set[str]]:
    """Return the plan without the visits that their vehicle cannot reach or leave any more, and their places."""
    lost: set[str] = set()
    routes = []
    for route in plan.routes:
        trips = tuple(_cut(problem, route, trip, lost) for trip in route.trips)
        routes.append(replace(route, trips=tuple(trip for trip in trips if trip.visits)))
    return replace(plan, routes=tuple(routes)), lost


def _cut(problem: Problem, route: Route, trip: Trip, lost: set[str]) -> Trip:
    seconds = problem.matrices[problem.vehicle_type_of[route.vehicle_type].profile].duration_s
    start, end = problem.index(trip.start), problem.index(trip.end)

    def is_reached(place: str) -> bool:
        row = problem.index(place)
        return UNREACHABLE not in (seconds[start, row], seconds[row, end])

    lost |= {v.place for v in trip.visits if not is_reached(v.place)}
    gone = {i for v in trip.visits if not is_reached(v.place) for i in (*v.deliver, *v.collect)}
    kept = (
        replace(
            v,
            deliver=tuple(i for i in v.deliver if i not in gone),
            collect=tuple(i for i in v.collect if i not in gone),
        )
        for v in trip.visits
        if is_reached(v.place)
    )
    return replace(trip, visits=tuple(kept))


def _carried_pieces(script: Script) -> int:
    """Return the pieces of the shipments all of whose legs have a vehicle or a departure."""
    carried = {i for _, trip in script.plan.trips() for i in trip.shipments} | {r.shipment for r in script.rides}
    return sum(s.pieces for s in script.goods if carried.issuperset(script.legs(s.id)))


def _driving_s(problem: Problem, plan: Plan) -> int:
    total = 0
    for route, trip in plan.trips():
        seconds = problem.matrices[problem.vehicle_type_of[route.vehicle_type].profile].duration_s
        rows = [problem.index(place) for place in (trip.start, *(v.place for v in trip.visits), trip.end)]
        total += int(seconds[rows[:-1], rows[1:]].sum())
    return total


def _marked(worst: list[ClosedRoad]) -> Iterator[ClosedRoad]:
    """Tell of each stretch which worse one is much the same."""
    shown: list[tuple[int, ClosedRoad]] = []
    for rank, road in enumerate(worst, start=1):
        like = 0
        for number, other in shown:
            if _is_like(road, other):
                like = number
        if not like:
            shown.append((rank, road))
        yield replace(road, like=like)


def _is_like(road: ClosedRoad, worse: ClosedRoad) -> bool:
    """Tell whether both cut off the same places, or parts of them, or have ways round and are one road by name."""
    if road.hurt_pieces < ALIKE * worse.hurt_pieces or bool(road.isolated) != bool(worse.isolated):
        return False
    if road.isolated:
        return set(road.isolated) <= set(worse.isolated)
    return bool(road.name) and (road.name, road.road_class) == (worse.name, worse.road_class)
