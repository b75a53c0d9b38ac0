"""From a problem to the arrays of the compiled search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.bundles import as_windows, carriers, fleet_units, make_bundles
from optimizer.model import HORIZON_S
from optimizer.schedule import VisitDraft
from optimizer.search.boxes import NONE, cleanings, foes, stowage_arrays, touchy_bits
from optimizer.timeline import intersect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.bundles import Bundle
    from optimizer.daybook import Unit
    from optimizer.model import Shipment
    from optimizer.problem import Problem
    from optimizer.timeline import Windows

NODE = (
    "row",
    "service",
    "ready",
    "due",
    "window_from",
    "window_to",
    "goods",
    "delivers",
    "collects",
    "down_limit",
    "up_limit",
    "pair_limit",
    "mate",
    "rival",
    "is_drop",
    "after",
    "shelf",
    "worth",
    "pieces",
)
"""Columns of the struct ``Node`` in ``kernel/model.hpp``, where they are explained."""

KIND = (
    "profile",
    "depot",
    "depot_row",
    "loading",
    "docks",
    "shift_early",
    "shift_late",
    "regular",
    "longest",
    "fixed",
    "per_km",
    "per_h",
    "overtime_per_h",
    "per_piece",
    "min_pay",
    "max_trips",
    "range",
    "trip_range",
    "deliveries_first",
    "max_driving",
    "rest",
    "daily_driving",
    "open_from",
    "open_to",
    "end_row",
    "close_from",
    "close_to",
    "sealed_only",
    "box_from",
    "boxes",
)
"""Columns of the struct ``Kind``."""

FAR = 1 << 40
"""As in ``kernel/model.hpp``."""

MOST_NEAR = 100
"""Near nodes listed for each node."""


@dataclass(frozen=True, kw_only=True)
class Nodes:
    """The arrays of a problem by name, and what their numbers stand for.

    ``visits`` hands over each node, ``units`` is the vehicle of each row, ``heads`` are the nodes that can be put
    somewhere by themselves: all but the deliveries of local shipments, which follow their collections,
    and other ways of carrying what a head carries (``rivals``).
    """

    arrays: dict[str, np.ndarray]
    visits: tuple[VisitDraft, ...]
    units: tuple[Unit, ...]
    heads: tuple[int, ...]

    def node_of(self) -> dict[str, int]:
        """Return the node that carries each shipment, a local one's collection; rivals aside."""
        known: dict[str, int] = {}
        for m in self.heads:
            for shipment in (*self.visits[m].deliver, *self.visits[m].collect):
                known.setdefault(shipment, m)
        return known

    def rivals(self) -> dict[int, int]:
        """Return, for nodes that carry the same goods in two ways, the other one: both its ends have it."""
        rival = self.arrays["node"][:, NODE.index("rival")]
        return {m: int(rival[m]) for m in range(len(rival)) if rival[m] != NONE}

    def mates(self) -> dict[int, int]:
        """Return the delivery of each local shipment's collection."""
        mate, is_drop = (self.arrays["node"][:, NODE.index(name)] for name in ("mate", "is_drop"))
        return {m: int(mate[m]) for m in range(len(mate)) if mate[m] != NONE and not is_drop[m]}


@dataclass(kw_only=True)
class _Node:
    visit: VisitDraft
    windows: Windows
    units: frozenset[Unit]
    columns: dict[str, int]
    load: tuple[tuple[int, ...], tuple[int, ...]]


def nodes_of(problem: Problem, *, is_coarse: bool) -> Nodes:
    """Return the arrays of ``problem``; O(n^2) for n places.

    ``is_coarse`` joins what is handed over at one place more freely: fewer nodes, and so a
    faster search, that cannot part them.
    """
    nodes = _nodes(problem, is_coarse=is_coarse)
    units = fleet_units(problem)
    window = [w for node in nodes for w in node.windows]
    begins = np.cumsum([0, *(len(n.windows) for n in nodes)])
    used = {n.visit.place for n in nodes} | {d.place for d in problem.depots}
    used |= {v.last_place for v in problem.vehicle_types}
    there_and_back = _there_and_back(problem, indices := np.array(sorted(map(problem.index, used)), dtype=np.int64))
    chain = _chain_of(there_and_back)
    indices, there_and_back = indices[chain], there_and_back[np.ix_(chain, chain)]
    row = {problem.places[i].id: r for r, i in enumerate(indices)}
    table = np.zeros((len(nodes), len(NODE)), dtype=np.int64)
    for m, node in enumerate(nodes):
        columns = node.columns | {"window_from": int(begins[m]), "window_to": int(begins[m + 1])}
        columns["row"] = row[node.visit.place]
        table[m] = [columns.get(name, 0) for name in NODE]
    is_second = [n.columns["rival"] != NONE and min(n.columns["rival"], m) < m for m, n in enumerate(nodes)]
    kind = _kinds(problem, window, row)
    vehicle, names = _vehicles(problem, units)
    legs = _legs(problem, indices)
    dimensions, shelves = len(problem.load_dimensions), [p.shelf for p in problem.places if p.shelf]
    arrays = {
        "node": table,
        "load": np.array([n.load for n in nodes], dtype=np.int64).reshape(len(nodes), 2, dimensions),
        "window": np.array(window, dtype=np.int64).reshape(len(window), 2),
        "kind": kind,
        "room": np.array([v.capacity for v in problem.vehicle_types], dtype=np.int64),
        "vehicle": vehicle,
        "legs": legs,
        "turned": np.ascontiguousarray(legs.transpose(0, 2, 1, 3)),
        "visit_s": np.array([problem.places[i].visit_s for i in indices], dtype=np.int64),
        "allowed": np.array([[u in n.units for u in units] for n in nodes], dtype=np.uint8).reshape(
            len(nodes), len(units)
        ),
        "foes": foes(problem),
        "cleaning": cleanings(problem),
        "shelf": np.array(shelves, dtype=np.int64).reshape(len(shelves), dimensions),
        "near": _near(there_and_back, table[:, NODE.index("row")], is_second),
        **stowage_arrays(problem, [n.visit for n in nodes], table[:, NODE.index("is_drop")].tolist()),
    }
    heads = tuple(m for m in range(len(nodes)) if not is_second[m] and not nodes[m].columns.get("is_drop"))
    return Nodes(arrays=arrays, visits=tuple(n.visit for n in nodes), units=names, heads=heads)


def _nodes(problem: Problem, *, is_coarse: bool) -> list[_Node]:
    """All nodes: bundles, both ends of local shipments; what an order lock or a shelf binds is on its own."""
    chained = {x for lock in problem.locks if lock.after is not None for x in (lock.shipment, lock.after)}
    alone = chained | {s.id for s in problem.shipments if problem.place(s.destination).shelf}
    bundles = make_bundles(problem, [s for s in problem.shipments if s.id not in alone], is_coarse=is_coarse)
    for shipment in problem.shipments:
        if shipment.id in alone:
            bundles += make_bundles(problem, [shipment], is_coarse=False)
    nodes = [_bundle_node(problem, bundle) for bundle in bundles]
    for shipment in problem.shipments:
        if problem.direction(shipment) == "local":
            nodes += _pair(problem, [shipment], carriers(problem, shipment, fleet_units(problem)), len(nodes))
    bundled = {i for bundle in bundles for i in bundle.shipments}
    for shipment in problem.shipments:
        if shipment.id not in bundled and problem.direction(shipment) != "local":
            nodes += _pair(problem, [shipment], carriers(problem, shipment, fleet_units(problem)), len(nodes))
    _chain(problem, nodes)
    if len(problem.depots) > 1:
        for m, bundle in enumerate(bundles):
            _add_rival(problem, nodes, m, bundle)
    return nodes


def _add_rival(problem: Problem, nodes: list[_Node], m: int, bundle: Bundle) -> None:
    """To vehicles of other depots a depot is a place like any other: they carry the bundle as a local shipment.

    Bundles of both directions, and those that a lock binds in time or order, have no such way.
    """
    bound = {x for lock in problem.locks if lock.window or lock.after for x in (lock.shipment, lock.after)}
    if (bundle.deliver and bundle.collect) or bound & set(bundle.shipments):
        return
    goods = [problem.shipment_of[i] for i in bundle.shipments]
    able = frozenset.intersection(*(carriers(problem, s, fleet_units(problem)) for s in goods))
    pair = _pair(problem, goods, able - bundle.units, len(nodes))
    if pair and len({(s.origin, s.destination) for s in goods}) == 1:
        pair[0].columns["rival"], nodes[m].columns["rival"] = m, len(nodes)
        pair[1].columns["rival"] = m
        nodes += pair


def _bundle_node(problem: Problem, bundle: Bundle) -> _Node:
    goods = [problem.shipment_of[i] for i in bundle.shipments]
    down_limits = [problem.shipment_of[i].max_on_board_s for i in bundle.deliver]
    up_limits = [problem.shipment_of[i].max_on_board_s for i in bundle.collect]
    columns = _columns(problem, goods) | {
        "ready": bundle.ready_s,
        "due": bundle.due_s,
        "delivers": int(bool(bundle.deliver)),
        "collects": int(bool(bundle.collect)),
        "down_limit": min((x for x in down_limits if x is not None), default=-1),
        "up_limit": min((x for x in up_limits if x is not None), default=-1),
        "shelf": _shelf(problem, bundle.place) if bundle.deliver else NONE,
    }
    change = tuple(y - x for x, y in zip(bundle.down, bundle.up, strict=True))
    visit = VisitDraft(place=bundle.place, deliver=bundle.deliver, collect=bundle.collect)
    return _Node(visit=visit, windows=bundle.windows, units=bundle.units, columns=columns, load=(bundle.down, change))


def _pair(problem: Problem, goods: Sequence[Shipment], units: frozenset[Unit], first: int) -> list[_Node]:
    """Both ends of goods from one place to another, or nothing when no vehicle or no moment suits."""
    origin, destination = goods[0].origin, goods[0].destination
    pick: Windows = ((0, HORIZON_S),)
    drop: Windows = ((0, HORIZON_S),)
    for s in goods:
        locks = [k.window for k in problem.locks_of.get(s.id, ()) if k.window is not None]
        pick = intersect(pick, _windows(problem, origin, s.pickup_windows, ((s.ready_s, HORIZON_S),)))
        drop = intersect(drop, _windows(problem, destination, s.delivery_windows, ((0, s.due_s),)))
        for lock in locks:
            drop = intersect(drop, as_windows((lock,)))
    if not units or not pick or not drop:
        return []
    load = tuple(map(sum, zip(*(s.load for s in goods), strict=True)))
    nothing = (0,) * len(load)
    columns, ids = _columns(problem, goods), tuple(s.id for s in goods)
    begin = _Node(
        visit=VisitDraft(place=origin, collect=ids),
        windows=pick,
        units=units,
        columns=columns | {"mate": first + 1, "collects": 1},
        load=(nothing, load),
    )
    ends = {
        "mate": first,
        "is_drop": 1,
        "delivers": 1,
        "pair_limit": min((s.max_on_board_s for s in goods if s.max_on_board_s is not None), default=-1),
        "worth": 0,
        "pieces": 0,
        "shelf": _shelf(problem, destination),
    }
    end = _Node(
        visit=VisitDraft(place=destination, deliver=ids),
        windows=drop,
        units=units,
        columns=columns | ends,
        load=(nothing, tuple(-x for x in load)),
    )
    return [begin, end]


def _windows(problem: Problem, place: str, own: Sequence[object], allowed: Windows) -> Windows:
    for windows in (problem.place(place).windows, own):
        if windows:
            allowed = intersect(allowed, as_windows(windows))  # type: ignore[arg-type]  # both are time windows
    return allowed


def _columns(problem: Problem, goods: Sequence[Shipment]) -> dict[str, int]:
    """Columns that any node has; what is missing is 0."""
    bits = touchy_bits(problem)
    aboard = 0
    for commodity in {s.commodity for s in goods} & set(bits):
        aboard |= 1 << bits[commodity]
    columns = dict.fromkeys(("down_limit", "up_limit", "pair_limit", "mate", "rival", "after", "shelf"), NONE)
    return columns | {
        "service": sum(s.service_s for s in goods),
        "due": HORIZON_S,
        "goods": aboard,
        "worth": sum(s.penalty_fen - s.handling_fen for s in goods),
        "pieces": sum(s.pieces for s in goods),
    }


def _chain(problem: Problem, nodes: list[_Node]) -> None:
    """Note the order locks: each node knows one that must come earlier on its route."""
    handed = {i: m for m, n in enumerate(nodes) for i in (*n.visit.deliver, *n.visit.collect)}
    for lock in problem.locks:
        if lock.after is not None and lock.shipment in handed:
            if lock.after in handed:
                nodes[handed[lock.shipment]].columns["after"] = handed[lock.after]
            else:
                nodes[handed[lock.shipment]].units = frozenset()


def _shelf(problem: Problem, place: str) -> int:
    """Row of the place's shelf, or ``NONE``."""
    if not problem.place(place).shelf:
        return NONE
    return [p.id for p in problem.places if p.shelf].index(place)


def _kinds(problem: Problem, window: list[tuple[int, int]], row: Mapping[str, int]) -> np.ndarray:
    """Rows of ``Facts.kind``; appends the opening windows of the depots to ``window``."""
    table = np.zeros((len(problem.vehicle_types), len(KIND)), dtype=np.int64)
    depots, profiles = [d.place for d in problem.depots], list(problem.matrices)
    for k, v in enumerate(problem.vehicle_types):
        depot, rule, begin = problem.depot_of[v.depot], v.driving_rule, len(window)
        window += as_windows(problem.place(v.depot).windows) or ((0, HORIZON_S),)
        opened = len(window)
        window += (as_windows(problem.place(v.end).windows) or ((0, HORIZON_S),)) if v.end else ()
        columns = {
            "profile": profiles.index(v.profile),
            "depot": depots.index(v.depot),
            "depot_row": row[v.depot],
            "loading": depot.loading_s,
            "docks": FAR if depot.docks is None else depot.docks,
            "shift_early": v.shift.early_s,
            "shift_late": min(v.shift.late_s, HORIZON_S),
            "regular": v.regular_s,
            "longest": v.regular_s + v.max_overtime_s,
            "fixed": v.fixed_fen,
            "per_km": v.distance_fen_per_km,
            "per_h": v.time_fen_per_h,
            "overtime_per_h": v.overtime_fen_per_h,
            "per_piece": v.piece_fen,
            "min_pay": v.min_pay_fen,
            "max_trips": FAR if v.max_trips is None else v.max_trips,
            "range": FAR if v.range_m is None else v.range_m,
            "trip_range": FAR if v.trip_range_m is None else v.trip_range_m,
            "deliveries_first": int(v.deliveries_first),
            "max_driving": FAR if rule is None else rule.max_driving_s,
            "rest": FAR if rule is None else rule.rest_s,
            "daily_driving": FAR if rule is None or rule.max_daily_driving_s is None else rule.max_daily_driving_s,
            "open_from": begin,
            "open_to": opened,
            "end_row": row[v.last_place],
            "close_from": opened if v.end else begin,
            "close_to": len(window),
            "sealed_only": int(all(c.sealed for c in v.compartments)),
            "box_from": sum(len(u.compartments) for u in problem.vehicle_types[:k]),
            "boxes": len(v.compartments),
        }
        table[k] = [columns[name] for name in KIND]
    return table


def _vehicles(problem: Problem, units: Sequence[Unit]) -> tuple[np.ndarray, tuple[Unit, ...]]:
    names = tuple((v.id, n) for v in problem.vehicle_types for n in range(1, v.count + 1))
    rank = {unit: g for g, unit in enumerate(units)}
    kinds = {v.id: k for k, v in enumerate(problem.vehicle_types)}
    rows = [(kinds[kind], rank.get((kind, n), rank.get((kind, 0), 0))) for kind, n in names]
    return np.array(rows, dtype=np.int64).reshape(len(rows), 2), names


def _legs(problem: Problem, indices: np.ndarray) -> np.ndarray:
    """(profiles, n, n, 2) seconds and metres, side by side, of the places of these ``indices`` (n,)."""
    some = np.ix_(indices, indices)
    tables = [np.stack([m.duration_s[some], m.distance_m[some]], axis=-1) for m in problem.matrices.values()]
    return np.stack(tables).astype(np.int32)


def _there_and_back(problem: Problem, indices: np.ndarray) -> np.ndarray:
    """(n, n) driving there and back between the places of these ``indices``, whoever drives fastest.

    In metres where driving takes no time, as in problems of distance alone.
    """
    some = np.ix_(indices, indices)
    best = np.full((len(indices), len(indices)), np.inf)
    for matrix in problem.matrices.values():
        seconds, metres = (a[some].astype(float) for a in (matrix.duration_s, matrix.distance_m))
        one_way = seconds if seconds.max(initial=0) > 0 else metres
        one_way[seconds < 0] = np.inf
        best = np.minimum(best, one_way + one_way.T)
    return best


def _chain_of(there_and_back: np.ndarray) -> np.ndarray:
    """(n,) order of places, from each to the nearest not yet named: what is used together lies together in memory."""
    order = np.zeros(len(there_and_back), dtype=np.int64)
    is_left = np.ones(len(there_and_back), dtype=bool)
    for k in range(1, len(order)):
        is_left[order[k - 1]] = False
        left = np.flatnonzero(is_left)
        order[k] = left[there_and_back[order[k - 1], left].argmin()]
    return order


def _near(there_and_back: np.ndarray, row_of: np.ndarray, is_second: Sequence[bool]) -> np.ndarray:
    """(m, a) int32 other nodes, nearest first; ``row_of`` is the place of each. Second ways come last."""
    rows = np.unique(row_of)
    by_row: dict[int, list[int]] = {}
    for m, row in enumerate(row_of):
        by_row.setdefault(int(row), []).append(m)
    seconds = sum(is_second)
    size = max(0, min(MOST_NEAR, len(row_of) - 1))
    near = np.zeros((len(row_of), size), dtype=np.int32)
    most = min(size + 1 + seconds, len(rows))  # rows that hold enough nodes for any of them
    for row in rows:
        far = there_and_back[row, rows]
        close = np.sort(np.argpartition(far, most - 1)[:most])
        close = close[np.argsort(far[close], kind="stable")]
        order = [m for j in close for m in by_row[int(rows[j])]]
        order.sort(key=is_second.__getitem__)
        for m in by_row[int(row)]:
            near[m] = [q for q in order if q != m][:size]
    return near
