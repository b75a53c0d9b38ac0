"""Every freighter's route worth having: for each satellite and set of customers that fits, the shortest one.

Without windows and pickups two routes from one satellite to the same customers differ in
length alone. Sets are numbers whose bit i stands for the i-th customer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.two_echelon.instance import Loop, TwoEchelon

MOST_SETS = 400_000
"""Sets of customers for all satellites together; beyond, memory and the linear programmes grow too large."""


class TooLargeError(ValueError):
    """An instance that the exact models do not take on."""


@dataclass(frozen=True, eq=False)
class Loops:
    """Routes of one satellite, one a set: ``masks``, ``cost`` and ``load`` are (m,).

    ``layers``: by number of customers the sorted sets (k,) and the length of the shortest
    path that ends at each customer (k, customers), infinite where it is not in the set.
    """

    satellite: int
    masks: np.ndarray
    cost: np.ndarray
    load: np.ndarray
    layers: tuple[tuple[np.ndarray, np.ndarray], ...]


def cheapest_loops(instance: TwoEchelon, satellite: int, most: int = MOST_SETS) -> Loops:
    """Return the routes from ``satellite``; Held and Karp's recursion over the sets that fit. O(sets n^2).

    Raises ``TooLargeError`` beyond ``most`` sets.
    """
    first = instance.customers.start
    there, between = instance.length[satellite, first:], instance.length[first:, first:]
    masks, costs = np.int64(1) << np.arange(len(there)), np.where(np.eye(len(there)) > 0, there, np.inf)
    fits = instance.delivery[first:] <= instance.freighters.capacity
    layers, num_sets = [(masks[fits], costs[fits])], int(fits.sum())
    while len(layers[-1][0]):
        layers.append(_longer(instance, between, *layers[-1], most - num_sets))
        num_sets += len(layers[-1][0])
    masks = np.concatenate([layer[0] for layer in layers])
    lengths = np.concatenate([(layer[1] + there).min(axis=1, initial=np.inf) for layer in layers])
    freighters = instance.freighters
    return Loops(
        satellite=satellite,
        masks=masks,
        cost=freighters.fixed + freighters.per_length * lengths,
        load=_loads(instance, masks),
        layers=tuple(layers),
    )


def loop_of(instance: TwoEchelon, loops: Loops, mask: int) -> Loop:
    """Return the shortest route through the customers of ``mask``, traced back through the layers."""
    first = instance.customers.start
    back: list[int] = []
    after = loops.satellite
    while mask:
        masks, costs = loops.layers[mask.bit_count() - 1]
        last = int(np.argmin(costs[np.searchsorted(masks, mask)] + instance.length[first:, after]))
        mask ^= 1 << last
        after = first + last
        back.append(after)
    return Loop(satellite=loops.satellite, customers=tuple(reversed(back)))


def bits(masks: np.ndarray, count: int) -> np.ndarray:
    """Return which of ``count`` customers are in each set, (m, count) of 0 and 1."""
    return (masks[:, None] >> np.arange(count)) & 1


def _longer(
    instance: TwoEchelon, between: np.ndarray, masks: np.ndarray, costs: np.ndarray, most: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the sets with one customer more that still fit, and the shortest paths through them."""
    count = len(between)
    loads = _loads(instance, masks)
    grown: list[tuple[np.ndarray, np.ndarray]] = []
    for j in range(count):
        fits = ((masks >> j) & 1 == 0) & (
            loads + instance.delivery[instance.customers[j]] <= instance.freighters.capacity
        )
        grown.append((masks[fits] | (1 << j), (costs[fits] + between[:, j]).min(axis=1, initial=np.inf)))
    sets = np.unique(np.concatenate([grown_masks for grown_masks, _ in grown]))
    if len(sets) > most:
        raise TooLargeError(f"{instance.name}: too many sets of customers fit a freighter")
    paths = np.full((len(sets), count), np.inf)
    for j, (grown_masks, lengths) in enumerate(grown):
        paths[np.searchsorted(sets, grown_masks), j] = lengths
    return sets, paths


def _loads(instance: TwoEchelon, masks: np.ndarray) -> np.ndarray:
    demand = instance.delivery[instance.customers.start :]
    return np.asarray(bits(masks, len(demand)) @ demand)
