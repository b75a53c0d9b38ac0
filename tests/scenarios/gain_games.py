"""Cost games for the tests of gain sharing: textbook ones, random ones, and slow judges of their solutions."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linprog

from scenarios.gain_sharing import every_coalition, make_consistent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Game = dict[frozenset[str], int]


def of_values(value: Callable[[frozenset[str]], int], brands: str, each: int) -> Game:
    """Return the cost game in which every brand pays ``each`` less the value that its coalition earns."""
    return {c: each * len(c) - value(c) for c in every_coalition(brands)}


def airport(runways: Mapping[str, int]) -> Game:
    """Return the game in which a coalition needs the longest of its runways (Littlechild and Owen 1973)."""
    return {c: max(runways[brand] for brand in c) for c in every_coalition(runways)}


def airport_shapley(runways: Mapping[str, int]) -> dict[str, Fraction]:
    """Return the Shapley value of an airport game: each stretch of runway is shared by all who need it."""
    order = sorted(runways, key=lambda brand: runways[brand])
    shares, paid, before = {}, Fraction(0), 0
    for k, brand in enumerate(order):
        paid += Fraction(runways[brand] - before, len(order) - k)
        shares[brand], before = paid, runways[brand]
    return shares


def airport_nucleolus(runways: Mapping[str, int]) -> dict[str, Fraction]:
    """Return the nucleolus of an airport game by the recursion of Littlechild (1974), A simple expression."""
    order = sorted(runways, key=lambda brand: runways[brand])
    n, k, paid, shares = len(order), 0, Fraction(0), {}
    while k < n:
        rates = {i: (runways[order[i - 1]] - paid) / (i - k + (i < n)) for i in range(k + 1, n + 1)}
        least = min(rates.values())
        last = max(i for i, rate in rates.items() if rate == least)
        for i in range(k, last):
            shares[order[i]] = least
        paid, k = paid + least * (last - k), last
    return shares


def talmud(estate: int, claims: Mapping[str, int], each: int) -> Game:
    """Return the bankruptcy game of Aumann and Maschler (1985): a coalition gets what the others' claims leave."""
    whole = sum(claims.values())
    return of_values(lambda c: max(0, estate - whole + sum(claims[b] for b in c)), "".join(claims), each)


@st.composite
def games(draw: st.DrawFn, most: int = 4, least: int = 1, *, is_consistent: bool = True) -> Game:
    """Draw a game whose costs are 1 to 300; consistent unless told otherwise."""
    brands = "ABCDE"[: draw(st.integers(least, most))]
    costs = {c: draw(st.integers(1, 300)) for c in every_coalition(brands)}
    return dict(make_consistent(costs).costs) if is_consistent else costs


def swapped(game: Game, one: str, other: str) -> Game:
    """Return the game with two brands in each other's place."""
    places = {one: other, other: one}
    return {frozenset(places.get(b, b) for b in c): cost for c, cost in game.items()}


def excesses(game: Game, shares: Mapping[str, Fraction]) -> dict[frozenset[str], Fraction]:
    """Return what each coalition short of everyone pays beyond its cost."""
    return {c: sum(shares[b] for b in c) - cost for c, cost in game.items() if len(c) < len(shares)}


def is_prenucleolus(game: Game, shares: Mapping[str, Fraction]) -> bool:
    """Judge by Kohlberg (1971): no shift of money spares a worse-treated coalition without burdening another.

    For each level of excess: whatever shift burdens none of those at or above it leaves all of them as they are.
    """
    order = sorted(shares)
    excess = excesses(game, shares)
    for level in set(excess.values()):
        rows = np.array([[b in c for b in order] for c, e in excess.items() if e >= level], dtype=float)
        found = linprog(
            rows.sum(axis=0),
            A_ub=rows,
            b_ub=np.zeros(len(rows)),
            A_eq=np.ones((1, len(order))),
            b_eq=[0],
            bounds=(-1, 1),
            method="highs-ipm",
        )
        if found.fun < -1e-6:
            return False
    return sum(shares.values()) == game[frozenset(order)]


def least_core_by_lp(game: Game) -> float:
    """Return the least core value by one program, interior point; 0 for a single brand."""
    order = sorted(frozenset().union(*game))
    parts = [c for c in game if len(c) < len(order)]
    if not parts:
        return 0.0
    rows = np.array([[*(b in c for b in order), -1.0] for c in parts], dtype=float)
    found = linprog(
        [0.0] * len(order) + [1.0],
        A_ub=rows,
        b_ub=[game[c] for c in parts],
        A_eq=[[1.0] * len(order) + [0.0]],
        b_eq=[game[frozenset(order)]],
        bounds=(None, None),
        method="highs-ipm",
    )
    return float(found.fun)


def least_difference_by_lp(game: Game, widened: float) -> float:
    """Return the least span of share / stand-alone cost in the widened core: one band around all, no pairs."""
    order = sorted(frozenset().union(*game))
    n = len(order)
    rows, limits = [], []
    for c, cost in game.items():
        if len(c) < n:
            rows.append([*(float(b in c) for b in order), 0, 0])
            limits.append(cost + widened + 1e-9)
    for k, b in enumerate(order):
        own = game[frozenset(b)]
        one = [1 / own if k == i else 0.0 for i in range(n)]
        rows += [[*one, 0, -1], [*(-v for v in one), 1, 0]]
        limits += [0, 0]
    found = linprog(
        [0.0] * n + [-1, 1],
        A_ub=rows,
        b_ub=limits,
        A_eq=[[1.0] * n + [0, 0]],
        b_eq=[game[frozenset(order)]],
        bounds=(None, None),
        method="highs-ipm",
    )
    return float(found.fun)


def cheapest_partition(game: Game, coalition: frozenset[str]) -> int:
    """Return the least cost of a coalition over all its partitions, by trying each."""
    if not coalition:
        return 0
    first, *rest = sorted(coalition)
    return min(
        game[frozenset((first, *others))] + cheapest_partition(game, coalition - {first, *others})
        for size in range(len(rest) + 1)
        for others in combinations(rest, size)
    )
