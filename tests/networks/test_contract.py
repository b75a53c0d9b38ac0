"""Contraction keeps sums, ends and order; what it drops no path between points can use."""

from __future__ import annotations

import numpy as np

from networks.contract import Chains, contract, one_arc_chains, without_dead_ends


def arcs(*pairs: tuple[int, int, int], kind: tuple[bool, ...] = ()) -> Chains:
    """Return arcs (tail, head, weight), all of one kind unless told."""
    tail, head, weight = np.array(pairs).T
    return one_arc_chains(tail, head, weight, np.array(kind) if kind else np.ones(tail.size, dtype=bool))


def both_ways(*pairs: tuple[int, int, int]) -> Chains:
    """Return every arc and, right after it, the arc back."""
    return arcs(*(arc for u, v, w in pairs for arc in ((u, v, w), (v, u, w))))


def nodes(count: int, *kept: int) -> np.ndarray:
    """Return a mask of ``count`` nodes with those ``kept`` set."""
    return np.isin(np.arange(count), kept)


def ends(chains: Chains) -> set[tuple[int, int, int]]:
    """Return (tail, head, weight) of all chains."""
    return {tuple(row) for row in np.column_stack([chains.tail, chains.head, chains.weight]).tolist()}


def test_a_road_of_three_pieces_becomes_one_chain_each_way() -> None:
    """0-1-2-3 weighs 1 + 2 + 4 = 7; before its last piece lie 3, on the way back 0."""
    chains = contract(both_ways((0, 1, 1), (1, 2, 2), (2, 3, 4)), nodes(4))
    assert ends(chains) == {(0, 3, 7), (3, 0, 7)}
    assert chains.offset.tolist() == [0, 6, 1, 4, 3, 0]
    assert chains.first[chains.chain[0]] == 0
    assert chains.last[chains.chain[0]] == 4


def test_a_kept_node_ends_a_chain() -> None:
    """Node 2 is kept, so the road is cut there."""
    chains = contract(both_ways((0, 1, 1), (1, 2, 2), (2, 3, 4)), nodes(4, 2))
    assert ends(chains) == {(0, 2, 3), (2, 0, 3), (2, 3, 4), (3, 2, 4)}


def test_one_way_pieces_join_only_in_their_direction() -> None:
    """0 -> 1 -> 2 is one chain, and there is none back."""
    assert ends(contract(arcs((0, 1, 1), (1, 2, 2)), nodes(3))) == {(0, 2, 3)}


def test_a_node_where_two_way_road_becomes_one_way_is_not_passed_over() -> None:
    """Into 1 leads 0, out of it 0 and 2: merging would lose the way 1 -> 0."""
    chains = contract(arcs((0, 1, 1), (1, 0, 1), (1, 2, 2)), nodes(3))
    assert ends(chains) == {(0, 1, 1), (1, 0, 1), (1, 2, 2)}


def test_pieces_of_different_kinds_are_not_merged() -> None:
    """A private stretch keeps its own chain."""
    assert len(contract(arcs((0, 1, 1), (1, 2, 2), kind=(True, False)), nodes(3)).tail) == 2


def test_a_ring_without_a_junction_keeps_one_node() -> None:
    """0-1-2-0 weighs 7 in either direction, wherever it is cut."""
    chains = contract(both_ways((0, 1, 1), (1, 2, 2), (2, 0, 4)), nodes(3))
    assert sorted(chains.weight.tolist()) == [7, 7]
    assert (chains.tail == chains.head).all()


def test_dead_ends_fall_away_twig_by_twig_but_never_one_with_a_point() -> None:
    """The triangle 0-1-2 stays; 2-3-4 is a stub; 1-5 carries a point."""
    roads = both_ways((0, 1, 1), (1, 2, 1), (2, 0, 1), (2, 3, 1), (3, 4, 1), (1, 5, 1))
    kept = without_dead_ends(roads, nodes(6), np.arange(12) == 10)
    assert ends(kept) == {(u, v, 1) for a, b in ((0, 1), (1, 2), (2, 0), (1, 5)) for u, v in ((a, b), (b, a))}
    assert kept.chain[6] == -1


def test_traps_and_loops_fall_away() -> None:
    """Into 2 one drives and never out; 1-1 leads nowhere."""
    kept = without_dead_ends(arcs((0, 1, 1), (1, 0, 1), (1, 2, 1), (1, 1, 5)), nodes(3, 0), np.zeros(4, dtype=bool))
    assert ends(kept) <= {(0, 1, 1), (1, 0, 1)}


def test_nothing_is_left_of_a_county_without_points() -> None:
    """All roads are dead ends then, and an empty graph is a graph."""
    kept = contract(without_dead_ends(both_ways((0, 1, 1)), nodes(2), np.zeros(2, dtype=bool)), nodes(2))
    assert kept.tail.size == 0
    assert kept.chain.tolist() == [-1, -1]
