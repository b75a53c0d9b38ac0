"""The graph on which paths between points are searched: few states, every rule of the road kept.

States are the nodes left after contraction; a node where a vehicle may not turn round
has one state per arriving chain (see ``networks.arcs``), so that banned turns are simply
missing. Roads that a leg may only begin or end on (``transit`` False) lie in a layer
before and a layer after the through roads: once left, they cannot be entered again until
the last time. Points hang on chains: a search starts at their own state, which leads to the
ends of their chain, and ends at the states from which their chain is entered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from networks.arcs import turn_keys
from networks.contract import Chains, contract, one_arc_chains, without_dead_ends
from networks.packed import NO_PATH, length_dm, pack, time_ms

if TYPE_CHECKING:
    from networks.arcs import Arcs


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Hooks:
    """Where points touch arcs; h of them, at most two a point (one a direction).

    ``point``, ``arc`` (h,), ``before`` (h,) the packed weight of the arc up to the point.
    Sorted by point.
    """

    num_points: int
    point: np.ndarray
    arc: np.ndarray
    before: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Links:
    """Weighted connections from ``start`` to ``end``, (l,) each.

    ``via``: the chain driven along (links between states; -1 is a change of layer) or
    the hook passed (links between a point and a state).
    """

    start: np.ndarray
    end: np.ndarray
    weight: np.ndarray
    via: np.ndarray

    def take(self, idx: np.ndarray) -> Links:
        """Return the links at positions ``idx``."""
        return Links(start=self.start[idx], end=self.end[idx], weight=self.weight[idx], via=self.via[idx])

    def find(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Return positions (k,) of the links from ``start`` to ``end`` (k,) in sorted links, -1 where there is none."""
        if self.start.size == 0:
            return np.full(start.size, -1)
        base = int(max(self.end.max(), end.max(initial=0))) + 1
        keys, wanted = self.start * base + self.end, start * base + end
        found = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
        return np.where(keys[found] == wanted, found, -1)


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class RoadGraph:
    """States, the links between them, and the points' ways in and out.

    ``links`` join states. ``departures`` join points to states, ``arrivals`` states to
    points, ``pieces`` points to points on one chain without leaving it (``via``: number of
    the first hook times h plus that of the second). Of links with the same ends only the
    lightest is kept; links, departures and pieces are sorted by start, then end.
    """

    num_states: int
    hooks: Hooks
    chains: Chains
    links: Links
    departures: Links
    arrivals: Links
    pieces: Links

    def arrays(self) -> dict[str, np.ndarray]:
        """Return everything as arrays by dotted name, to be stored."""
        named = {"num_states": np.array(self.num_states), "num_points": np.array(self.hooks.num_points)}
        for part, names in _PARTS.items():
            named |= {f"{part}.{name}": getattr(getattr(self, part), name) for name in names}
        return named

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> RoadGraph:
        """Return the graph that ``arrays`` were made from."""
        parts = {part: {name: arrays[f"{part}.{name}"] for name in names} for part, names in _PARTS.items()}
        return cls(
            num_states=int(arrays["num_states"]),
            hooks=Hooks(num_points=int(arrays["num_points"]), **parts["hooks"]),
            chains=Chains(**parts["chains"]),
            **{name: Links(**parts[name]) for name in ("links", "departures", "arrivals", "pieces")},
        )


_LINK = ("start", "end", "weight", "via")
_PARTS = {
    "hooks": ("point", "arc", "before"),
    "chains": ("chain", "offset", "tail", "head", "weight", "kind", "first", "last"),
    "links": _LINK,
    "departures": _LINK,
    "arrivals": _LINK,
    "pieces": _LINK,
}
"""Arrays of each part of a ``RoadGraph``, by name."""


def hooks_of(arcs: Arcs, edge: np.ndarray, fraction: np.ndarray) -> Hooks:
    """Return the hooks of n points on ``edge`` (n,) (-1: nowhere) at ``fraction`` (n,) of its way from u to v.

    Along u->v the part before the point is the rounded fraction of the arc's time and
    length; backwards its length is what remains of the edge, its time the rounded rest.
    """
    point = np.repeat(np.arange(edge.size), 2)
    arc = np.column_stack([2 * edge, 2 * edge + 1]).ravel()
    along = np.column_stack([fraction, 1.0 - fraction]).ravel()
    is_used = (arc >= 0) & (arcs.weight[arc] != NO_PATH)
    point, arc, along = point[is_used], arc[is_used], along[is_used]
    weight = arcs.weight[arc]
    whole_dm = length_dm(weight)
    forward_dm = np.rint(fraction[point] * whole_dm).astype(np.int64)
    before_dm = np.where(arc % 2 == 0, forward_dm, whole_dm - forward_dm)
    before = pack(np.rint(along * time_ms(weight)), before_dm)
    return Hooks(num_points=edge.size, point=point, arc=arc, before=before)


def build_graph(arcs: Arcs, hooks: Hooks, *, contracted: bool = True) -> RoadGraph:
    """Return the graph for the paths between the points of ``hooks``.

    With ``contracted`` False every node stays: same paths, more states; a yardstick.
    O(m log longest chain) for m edges.
    """
    chains = _chains(arcs, hooks, contracted=contracted)
    states = _states(arcs, chains)
    chain = chains.chain[hooks.arc]  # (h,)
    position = chains.offset[hooks.arc] + hooks.before  # (h,)
    return RoadGraph(
        num_states=states.count,
        hooks=hooks,
        chains=chains,
        links=_links(chains, states),
        departures=_departures(chains, states, hooks, chain, position),
        arrivals=_arrivals(chains, states, hooks, chain, position),
        pieces=_pieces(hooks, chain, position),
    )


def _chains(arcs: Arcs, hooks: Hooks, *, contracted: bool) -> Chains:
    arc = np.flatnonzero(_useful(arcs, hooks))
    chains = one_arc_chains(arcs.tail[arc], arcs.head[arc], arcs.weight[arc], arcs.transit[arc])
    chains = _seen_from_arcs(chains, arc, arcs.weight.size)
    if not contracted:
        return chains
    keep = arcs.expanded | arcs.turnarounds
    chains = contract(chains, keep | _ends_of_lone_chains(chains, hooks, arcs.num_nodes))
    size = -1
    while size != (size := chains.tail.size):
        has_point = np.zeros(size, dtype=bool)
        has_point[chains.chain[hooks.arc]] = True
        chains = without_dead_ends(chains, keep, has_point)
        chains = contract(chains, keep | _ends_of_lone_chains(chains, hooks, arcs.num_nodes))
    return chains


def _ends_of_lone_chains(chains: Chains, hooks: Hooks, num_nodes: int) -> np.ndarray:
    """Return the ends (nodes,) bool of chains with a point and no chain back along the same road.

    There a path may begin on one carriageway and turn into the other, which a merged
    chain would not show.
    """
    pointed = np.unique(chains.chain[hooks.arc])
    back = chains.chain[chains.last[pointed] ^ 1]
    is_twin = (chains.first[back] ^ 1 == chains.last[pointed]) & (chains.last[back] ^ 1 == chains.first[pointed])
    lone = pointed[(back < 0) | ~is_twin]
    ends = np.zeros(num_nodes, dtype=bool)
    ends[chains.tail[lone]] = True
    ends[chains.head[lone]] = True
    return ends


def _seen_from_arcs(chains: Chains, arc: np.ndarray, num_arcs: int) -> Chains:
    """Return one-arc chains in terms of all arcs of the network, unusable ones dropped."""
    chain = np.full(num_arcs, -1)
    chain[arc] = np.arange(arc.size)
    return Chains(
        chain=chain,
        offset=np.zeros(num_arcs, dtype=np.int64),
        tail=chains.tail,
        head=chains.head,
        weight=chains.weight,
        kind=chains.kind,
        first=arc,
        last=arc,
    )


def _useful(arcs: Arcs, hooks: Hooks) -> np.ndarray:
    """Return the usable arcs less those bundles of leg-end roads on which no point lies."""
    usable = arcs.usable
    ends_only = np.flatnonzero(usable & ~arcs.transit)
    if ends_only.size == 0:
        return usable
    links = coo_array(
        (np.ones(ends_only.size), (arcs.tail[ends_only], arcs.head[ends_only])), shape=(arcs.num_nodes,) * 2
    )
    _, bundle = connected_components(links, directed=False)
    wanted = np.zeros(bundle.max() + 1, dtype=bool)
    wanted[bundle[arcs.tail[hooks.arc[~arcs.transit[hooks.arc]]]]] = True
    usable[ends_only] = wanted[bundle[arcs.tail[ends_only]]]
    return usable


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class _States:
    """Numbers of the states, through roads first.

    ``after`` (c,) is the state at the end of each chain; ``entry``, ``entered`` (t,) list
    which chains may be entered from which states. ``before_through``, ``after_through``
    give a state's twin in the first and last layer, -1 where it has none.
    """

    count: int
    after: np.ndarray
    entry: np.ndarray
    entered: np.ndarray
    before_through: np.ndarray
    after_through: np.ndarray


def _states(arcs: Arcs, chains: Chains) -> _States:
    is_left = np.zeros(arcs.num_nodes, dtype=bool)
    is_left[chains.tail] = is_left[chains.head] = True
    plain = np.cumsum(is_left & ~arcs.expanded) - 1  # (nodes,)
    num_plain = int(plain[-1]) + 1 if plain.size else 0
    per_chain = arcs.expanded[chains.head]  # (c,)
    after = np.where(per_chain, num_plain + np.cumsum(per_chain) - 1, plain[chains.head])
    entry, entered = _entries(arcs, chains, plain, after)
    num_through = num_plain + int(per_chain.sum())
    ends_only = np.unique(np.concatenate([entry[~chains.kind[entered]], after[~chains.kind]]))
    first, last = (np.full(num_through, -1) for _ in range(2))
    first[ends_only] = num_through + np.arange(ends_only.size)
    last[ends_only] = first[ends_only] + ends_only.size
    return _States(
        count=num_through + 2 * ends_only.size,
        after=after,
        entry=entry,
        entered=entered,
        before_through=first,
        after_through=last,
    )


def _entries(arcs: Arcs, chains: Chains, plain: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs (state, chain) such that the chain may be entered from the state."""
    chain = np.arange(chains.tail.size)
    at_turn = arcs.expanded[chains.tail]
    arriving, leaving = pairs_alike(chains.head, np.where(at_turn, chains.tail, -1))
    from_arc, to_arc = chains.last[arriving], chains.first[leaving]
    is_banned = np.isin(turn_keys(from_arc, to_arc, arcs.weight.size), arcs.banned)
    allowed = ~is_banned & (from_arc ^ 1 != to_arc)
    entry = np.concatenate([plain[chains.tail[~at_turn]], after[arriving[allowed]]])
    return entry, np.concatenate([chain[~at_turn], leaving[allowed]])


def pairs_alike(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of all pairs with ``left[i] == right[j]``, sorted by j."""
    order = np.argsort(left, kind="stable")
    low = np.searchsorted(left, right, side="left", sorter=order)
    count = np.searchsorted(left, right, side="right", sorter=order) - low
    j = np.repeat(np.arange(right.size), count)
    rank = np.arange(j.size) - np.repeat(np.cumsum(count) - count, count)
    return order[low[j] + rank], j


def _links(chains: Chains, states: _States) -> Links:
    """Return the links along through roads, along leg-end roads in both their layers, and between the layers."""
    first, last = states.before_through, states.after_through
    entry, chain = states.entry, states.entered
    end, weight, through = states.after[chain], chains.weight[chain], chains.kind[chain]
    aside = ~through
    twin = np.flatnonzero(first >= 0)
    free = np.zeros(2 * twin.size, dtype=np.int64)
    return lightest(
        Links(
            start=np.concatenate([entry[through], first[entry[aside]], last[entry[aside]], first[twin], twin]),
            end=np.concatenate([end[through], first[end[aside]], last[end[aside]], twin, last[twin]]),
            weight=np.concatenate([weight[through], weight[aside], weight[aside], free]),
            via=np.concatenate([chain[through], chain[aside], chain[aside], free - 1]),
        )
    )


def _departures(chains: Chains, states: _States, hooks: Hooks, chain: np.ndarray, position: np.ndarray) -> Links:
    after = states.after[chain]
    state = np.where(chains.kind[chain], after, states.before_through[after])
    weight = chains.weight[chain] - position
    return lightest(Links(start=hooks.point, end=state, weight=weight, via=np.arange(chain.size)))


def _arrivals(chains: Chains, states: _States, hooks: Hooks, chain: np.ndarray, position: np.ndarray) -> Links:
    entered, hook = pairs_alike(states.entered, chain)
    entry = states.entry[entered]
    through = chains.kind[chain[hook]]
    aside = entry[~through]
    state = np.concatenate([entry[through], states.before_through[aside], states.after_through[aside]])
    hook = np.concatenate([hook[through], hook[~through], hook[~through]])
    return lightest(Links(start=state, end=hooks.point[hook], weight=position[hook], via=hook))


def _pieces(hooks: Hooks, chain: np.ndarray, position: np.ndarray) -> Links:
    origin, target = pairs_alike(chain, chain)
    weight = position[target] - position[origin]
    ahead = (weight >= 0) & (hooks.point[origin] != hooks.point[target])
    origin, target, weight = origin[ahead], target[ahead], weight[ahead]
    return lightest(
        Links(start=hooks.point[origin], end=hooks.point[target], weight=weight, via=origin * chain.size + target)
    )


def lightest(links: Links) -> Links:
    """Return the links without heavier ones between the same ends, sorted by start, then end."""
    order = np.lexsort((links.weight, links.end, links.start))
    start, end = links.start[order], links.end[order]
    is_new = np.ones(order.size, dtype=bool)
    is_new[1:] = (start[1:] != start[:-1]) | (end[1:] != end[:-1])
    return links.take(order[is_new])
