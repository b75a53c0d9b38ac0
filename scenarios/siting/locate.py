"""Exact location models: which sites to open so that clients are covered, near, or cheap to serve.

One mixed-integer program, solved by HiGHS through scipy, holds the textbook models: maximal coverage (Church and
ReVelle 1974), set covering (Toregas and others 1971), p-median (Hakimi 1964; ReVelle and Swain 1970) and fixed charges
with or without capacities (Balinski 1965). Further sets come from cuts that forbid those found before. Nothing here
knows of roads or money: costs are numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, vstack

from scenarios.errors import ScenarioFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NODE_LIMIT = 20_000
"""Of branch and bound: work and not time, so that a run can be repeated; county models end at the first node."""

EXACT = 1e-9
"""Relative differences up to it are those of rounding."""

INFEASIBLE = 2
"""Status of ``scipy.optimize.milp``."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SitingModel:
    """Clients, sites and what each choice costs.

    ``cost`` (n, m): serving client i all from site j; inf where that may not be. ``without`` (n,): leaving client i
    unserved; inf where that may not be. ``opening`` (m,): of each open site. ``weight`` (n,) and ``capacity`` (m,):
    what clients need and sites hold; inf is no limit, else each client is served whole from one site. ``count``: how
    many sites are open, None leaves it to the model.
    """

    cost: np.ndarray
    without: np.ndarray
    opening: np.ndarray
    weight: np.ndarray
    capacity: np.ndarray
    count: int | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of clients and of sites."""
        n, m = self.cost.shape
        return int(n), int(m)


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Sites to open, the site of each client (-1 where it has none), the value and a proven lower bound on it."""

    sites: frozenset[int]
    served_by: tuple[int, ...]
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """(value - bound) / value; 0 is proven to be the optimum, as exactly as floats tell."""
        gap = (self.value - self.bound) / abs(self.value) if self.value else 0.0
        return gap if gap > EXACT else 0.0


def max_coverage(weight: np.ndarray, time_s: np.ndarray, limit_s: float, count: int) -> SitingModel:
    """Return the model that leaves the least weight (n,) beyond ``limit_s`` of ``count`` sites; times are (n, m)."""
    near = np.where(time_s <= limit_s, 0.0, np.inf)
    return _free(cost=near, without=weight.astype(float), opening=np.zeros(time_s.shape[1]), count=count)


def set_cover(time_s: np.ndarray, limit_s: float) -> SitingModel:
    """Return the model of the fewest sites that leave no client farther than ``limit_s``.

    Clients that no site is near to are left out, they cost nothing.
    """
    near = np.where(time_s <= limit_s, 0.0, np.inf)  # (n, m)
    without = np.where(np.isfinite(near).any(axis=1), np.inf, 0.0)  # (n,)
    return _free(cost=near, without=without, opening=np.ones(time_s.shape[1]))


def p_median(weight: np.ndarray, time_s: np.ndarray, count: int) -> SitingModel:
    """Return the model of ``count`` sites with the least sum of weight (n,) x time (n, m); inf where there is no way.

    A client that no site reaches is left out, it costs nothing.
    """
    cost = np.where(np.isfinite(time_s), weight[:, None] * np.where(np.isfinite(time_s), time_s, 0), np.inf)
    without = np.where(np.isfinite(time_s).any(axis=1), np.inf, 0.0)
    return _free(cost=cost, without=without, opening=np.zeros(time_s.shape[1]), count=count)


def best_sites(model: SitingModel, *, banned: Sequence[frozenset[int]] = ()) -> Located | None:
    """Return the cheapest set of sites that is none of ``banned``; None when there is none.

    Raises
    ------
    ScenarioFailed
        E529, when the solver ends without a set though there may be one.
    """
    frame = _Frame(model)
    found = milp(
        frame.costs,
        constraints=[frame.served(), *frame.opened(), *frame.counted(banned)],
        bounds=Bounds(0, 1),
        integrality=frame.integrality,
        options={"node_limit": NODE_LIMIT, "mip_rel_gap": 0.0},
    )
    if found.status == INFEASIBLE:
        return None
    if found.x is None:
        raise ScenarioFailed("E529", detail=found.message)
    return frame.read(found.x, float(found.fun), float(found.mip_dual_bound))


def best_sets(model: SitingModel, most: int) -> Iterator[Located]:
    """Yield up to ``most`` different sets, the cheapest first."""
    banned: list[frozenset[int]] = []
    while len(banned) < most:
        found = best_sites(model, banned=banned)
        if found is None:
            return
        yield found
        banned.append(found.sites)


def _free(*, cost: np.ndarray, without: np.ndarray, opening: np.ndarray, count: int | None = None) -> SitingModel:
    """Return a model without capacities."""
    n, m = cost.shape
    return SitingModel(
        cost=cost, without=without, opening=opening, weight=np.zeros(n), capacity=np.full(m, np.inf), count=count
    )


class _Frame:
    """Columns and rows of the program: sites, then allowed pairs of client and site, then clients left unserved."""

    def __init__(self, model: SitingModel) -> None:
        self.model = model
        self.n, self.m = model.shape
        self.client, self.site = np.nonzero(np.isfinite(model.cost))  # (pairs,) each
        self.left = np.flatnonzero(np.isfinite(model.without))  # (k,)
        self.first_left = self.m + len(self.client)
        self.size = self.first_left + len(self.left)
        pairs = model.cost[self.client, self.site]
        self.costs = np.concatenate([model.opening, pairs, model.without[self.left]])
        is_whole = np.isfinite(model.capacity).any()
        self.integrality = np.concatenate([np.ones(self.m), np.full(self.size - self.m, float(is_whole))])

    def served(self) -> LinearConstraint:
        """Every client is served once, or left."""
        rows = np.concatenate([self.client, self.left])
        return LinearConstraint(self._matrix(rows, np.arange(self.m, self.size), self.n), 1, 1)

    def opened(self) -> Iterator[LinearConstraint]:
        """Clients are served by open sites only, each pair in a row of its own (a tight relaxation), within room."""
        pairs = np.arange(len(self.client))
        if len(pairs):
            inside = self._matrix(pairs, self.m + pairs, len(pairs))
            open_ = self._matrix(pairs, self.site, len(pairs))
            yield LinearConstraint(inside - open_, -np.inf, 0)
        limited = np.flatnonzero(np.isfinite(self.model.capacity))
        if len(limited):
            used = coo_array(
                (self.model.weight[self.client], (self.site, self.m + pairs)), shape=(self.m, self.size)
            ).tocsr()[limited]
            room = coo_array(
                (self.model.capacity[limited], (np.arange(len(limited)), limited)), shape=(len(limited), self.size)
            ).tocsr()
            yield LinearConstraint(used - room, -np.inf, 0)

    def counted(self, banned: Sequence[frozenset[int]]) -> Iterator[LinearConstraint]:
        """So many sites are open, and at least one is not as in each banned set."""
        sites = np.arange(self.m)
        if self.model.count is not None:
            row = self._matrix(np.zeros(self.m, dtype=int), sites, 1)
            yield LinearConstraint(row, self.model.count, self.model.count)
        if banned:
            is_in = np.array([[j in each for j in range(self.m)] for each in banned])  # (b, m)
            signs = coo_array(np.where(is_in, -1.0, 1.0))
            rest = coo_array((len(banned), self.size - self.m))
            matrix = vstack([signs.T, rest.T]).T.tocsr()
            yield LinearConstraint(matrix, 1 - is_in.sum(axis=1), np.inf)

    def read(self, x: np.ndarray, value: float, bound: float) -> Located:
        """Return what the columns say; without capacities each client goes to its cheapest open site."""
        is_open = x[: self.m] > 0.5
        served = np.full(self.n, -1)
        if self.integrality[self.m :].any():
            chosen = x[self.m : self.first_left] > 0.5
            served[self.client[chosen]] = self.site[chosen]
        elif self.m:
            cost = np.where(is_open, self.model.cost, np.inf)  # (n, m)
            nearest = cost.argmin(axis=1)
            is_served = cost[np.arange(self.n), nearest] < self.model.without
            served[is_served] = nearest[is_served]
        return Located(
            sites=frozenset(np.flatnonzero(is_open).tolist()),
            served_by=tuple(served.tolist()),
            value=value,
            bound=min(bound, value),
        )

    def _matrix(self, rows: np.ndarray, columns: np.ndarray, height: int) -> csr_array:
        return csr_array(coo_array((np.ones(len(rows)), (rows, columns)), shape=(height, self.size)))
