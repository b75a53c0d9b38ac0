"""Shorter graphs with the same shortest paths: merge through roads, drop dead ends.

A node between exactly two others is only passed through, so the arcs on either side
become one chain. A dead end without a point on it is never on a shortest path. Both
are exact, both are whole-array work: chains are found by pointer doubling in
O(k log longest chain) for k arcs. Nothing here knows about roads, only about
tails, heads and weights that add up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Chains:
    """c chains made of k arcs.

    ``chain`` (k,) is the chain of every arc, -1 when it was dropped; ``offset`` (k,) the
    weight on that chain before the arc. ``tail``, ``head``, ``weight``, ``kind``,
    ``first``, ``last`` are (c,): end nodes, sum, kind, first and last arc.
    """

    chain: np.ndarray
    offset: np.ndarray
    tail: np.ndarray
    head: np.ndarray
    weight: np.ndarray
    kind: np.ndarray
    first: np.ndarray
    last: np.ndarray


def one_arc_chains(tail: np.ndarray, head: np.ndarray, weight: np.ndarray, kind: np.ndarray) -> Chains:
    """Return every arc as a chain of its own: nothing merged yet."""
    arc = np.arange(tail.size)
    return Chains(
        chain=arc, offset=np.zeros_like(weight), tail=tail, head=head, weight=weight, kind=kind, first=arc, last=arc
    )


def contract(arcs: Chains, keep: np.ndarray) -> Chains:
    """Return the longest chains that pass no node of ``keep`` (nodes,) bool.

    Arcs of different ``kind`` are never merged. A ring without a kept node keeps one.
    """
    follower, previous = _followers(arcs, keep)
    root, offset, is_done = _roots(previous, arcs.weight)
    if not is_done.all():
        return contract(arcs, keep | _one_node_per_ring(arcs, ~is_done, keep.size))
    starts, ends = np.flatnonzero(previous < 0), np.flatnonzero(follower < 0)
    rank = np.empty(arcs.tail.size, dtype=np.int64)
    rank[starts] = np.arange(starts.size)
    chain = rank[root]  # (k,)
    last = np.empty(starts.size, dtype=np.int64)
    last[chain[ends]] = ends
    return _joined(arcs, chain, offset, starts, last)


def without_dead_ends(arcs: Chains, keep: np.ndarray, has_point: np.ndarray) -> Chains:
    """Return the arcs that a path between points may use; drops stubs, traps and loops, round by round.

    ``keep`` (nodes,) bool are never taken for a dead end, ``has_point`` (c,) bool chains are
    never dropped. Rounds = depth of the deepest bundle of dead ends.
    """
    needed = keep.copy()
    needed[arcs.tail[has_point]] = True
    needed[arcs.head[has_point]] = True
    alive = has_point | (arcs.tail != arcs.head) | keep[arcs.head]
    count = -1
    while count != (count := int(alive.sum())):
        tail, head = arcs.tail[alive], arcs.head[alive]
        low, high = _neighbours(tail, head, keep.size)
        is_trap = (np.bincount(tail, minlength=keep.size) == 0) | (np.bincount(head, minlength=keep.size) == 0)
        dead = ~needed & ((low >= high) | is_trap)
        alive &= ~(dead[arcs.tail] | dead[arcs.head])
    return subset(arcs, alive)


def subset(arcs: Chains, alive: np.ndarray) -> Chains:
    """Return only the chains of ``alive`` (c,) bool, renumbered."""
    number = np.append(np.where(alive, np.cumsum(alive) - 1, -1), -1)  # its last entry is for dropped arcs, -1
    return Chains(
        chain=number[arcs.chain],
        offset=arcs.offset,
        tail=arcs.tail[alive],
        head=arcs.head[alive],
        weight=arcs.weight[alive],
        kind=arcs.kind[alive],
        first=arcs.first[alive],
        last=arcs.last[alive],
    )


def _followers(arcs: Chains, keep: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the arc after and the arc before each arc within its chain, -1 at the chain's ends."""
    tail, head = arcs.tail, arcs.head
    low, high = _neighbours(tail, head, keep.size)
    passed = _through_nodes(arcs, keep, low, high)
    to_low, to_high = (np.full(keep.size, -1) for _ in range(2))
    arc = np.arange(tail.size)
    is_low = head == low[tail]
    to_low[tail[is_low]] = arc[is_low]
    to_high[tail[~is_low]] = arc[~is_low]
    onward = np.where(tail == low[head], to_high[head], to_low[head])  # (k,)
    follower = np.where(passed[head], onward, -1)
    previous = np.full(tail.size, -1)
    followed = follower >= 0
    previous[follower[followed]] = arc[followed]
    return follower, previous


def _neighbours(tail: np.ndarray, head: np.ndarray, num_nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and highest neighbour of each node, loops apart; num_nodes and -1 where none."""
    low, high = np.full(num_nodes, num_nodes), np.full(num_nodes, -1)
    proper = tail != head
    tail, head = tail[proper], head[proper]
    np.minimum.at(low, tail, head)
    np.minimum.at(low, head, tail)
    np.maximum.at(high, tail, head)
    np.maximum.at(high, head, tail)
    return low, high


def _through_nodes(arcs: Chains, keep: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return the nodes that can only be passed: two neighbours, one arc each way to both or a one-way through."""
    size = keep.size

    def count(node: np.ndarray, mask: np.ndarray) -> np.ndarray:
        return np.bincount(node[mask], minlength=size)

    tail, head = arcs.tail, arcs.head
    out_low, out_high = count(tail, head == low[tail]), count(tail, head == high[tail])
    in_low, in_high = count(head, tail == low[head]), count(head, tail == high[head])
    ways = np.bincount(tail, minlength=size) + np.bincount(head, minlength=size)
    kinds = np.bincount(tail, weights=arcs.kind, minlength=size) + np.bincount(head, weights=arcs.kind, minlength=size)
    at_most_one = (np.maximum(out_low, out_high) <= 1) & (np.maximum(in_low, in_high) <= 1)
    has_two = (low < high) & (out_low + out_high + in_low + in_high == ways)
    is_even = (kinds == 0) | (kinds == ways)
    shape = out_low + 2 * out_high + 4 * in_low + 8 * in_high
    is_through = (shape == 0b1111) | (shape == 0b0110) | (shape == 0b1001)  # both ways, low to high, high to low
    return np.asarray(~keep & has_two & at_most_one & is_even & is_through)


def _roots(previous: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each arc's chain start, the weight before it, and whether it has a start (rings have none)."""
    arc = np.arange(previous.size)
    root = np.where(previous >= 0, previous, arc)
    offset = np.where(previous >= 0, weight[previous], 0)
    is_done = previous[root] < 0
    for _ in range(int(previous.size).bit_length()):
        if is_done.all():
            break
        offset = offset + offset[root]
        root = root[root]
        is_done = previous[root] < 0
    return root, offset, is_done


def _one_node_per_ring(arcs: Chains, in_ring: np.ndarray, num_nodes: int) -> np.ndarray:
    tail, head = arcs.tail[in_ring], arcs.head[in_ring]
    links = coo_array((np.ones(tail.size), (tail, head)), shape=(num_nodes, num_nodes))
    _, ring = connected_components(links, directed=False)
    _, first = np.unique(ring[tail], return_index=True)
    chosen = np.zeros(num_nodes, dtype=bool)
    chosen[tail[first]] = True
    return chosen


def _joined(arcs: Chains, chain: np.ndarray, offset: np.ndarray, first: np.ndarray, last: np.ndarray) -> Chains:
    """Return the new chains in terms of the arcs that ``arcs`` itself is made of."""
    chain, before = np.append(chain, -1), np.append(offset, 0)  # the last entries are for dropped arcs, -1
    return Chains(
        chain=chain[arcs.chain],
        offset=before[arcs.chain] + arcs.offset,
        tail=arcs.tail[first],
        head=arcs.head[last],
        weight=offset[last] + arcs.weight[last],
        kind=arcs.kind[first],
        first=arcs.first[first],
        last=arcs.last[last],
    )
