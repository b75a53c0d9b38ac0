"""Exact location models against enumeration, textbook answers by hand, and cuts that give the next best set."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.siting.locate import SitingModel, best_sets, best_sites, max_coverage, p_median, set_cover

LINE_S = np.abs(np.arange(6)[:, None] - np.array([0, 2, 5])[None, :]) * 600.0
"""Six villages ten minutes apart on one road; sites at the first, third and sixth."""


@st.composite
def models(draw: st.DrawFn) -> SitingModel:
    """Draw up to five clients and four sites with whole costs, some pairs barred, some clients bound to be served."""
    n, m = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    amount = st.integers(0, 20)
    cost = np.array(draw(st.lists(st.one_of(amount, st.just(np.inf)), min_size=n * m, max_size=n * m)), dtype=float)
    without = np.array(draw(st.lists(st.one_of(amount, st.just(np.inf)), min_size=n, max_size=n)), dtype=float)
    room = draw(st.one_of(st.just(np.inf), st.integers(1, 8)))
    return SitingModel(
        cost=cost.reshape(n, m),
        without=without,
        opening=np.array(draw(st.lists(amount, min_size=m, max_size=m)), dtype=float),
        weight=np.array(draw(st.lists(st.integers(1, 4), min_size=n, max_size=n)), dtype=float),
        capacity=np.full(m, room, dtype=float),
        count=draw(st.one_of(st.none(), st.integers(0, m))),
    )


def cheapest(model: SitingModel, sites: frozenset[int]) -> float:
    """Return the least cost of an open set by trying every assignment, inf where there is none."""
    n, _ = model.shape

    def rest(i: int, room: dict[int, float]) -> float:
        if i == n:
            return 0.0
        best = model.without[i] + rest(i + 1, room) if np.isfinite(model.without[i]) else np.inf
        for j in sites:
            if np.isfinite(model.cost[i, j]) and room[j] >= model.weight[i]:
                left = {**room, j: room[j] - model.weight[i]}
                best = min(best, model.cost[i, j] + rest(i + 1, left))
        return best

    return float(sum(model.opening[j] for j in sites) + rest(0, {j: model.capacity[j] for j in sites}))


def ranked(model: SitingModel) -> list[float]:
    """Return the values of all sets that serve everybody, the cheapest first."""
    _, m = model.shape
    counts = range(m + 1) if model.count is None else [model.count]
    values = [cheapest(model, frozenset(each)) for k in counts for each in combinations(range(m), k)]
    return sorted(value for value in values if np.isfinite(value))


@settings(max_examples=60, deadline=None)
@given(models())
def test_the_best_sets_are_those_of_full_enumeration(model: SitingModel) -> None:
    """Three sets by cuts have the values of the three cheapest of all, with no gap; the first is told at its cost."""
    expected = ranked(model)
    found = list(best_sets(model, 3))
    assert [each.value for each in found] == pytest.approx(expected[:3], abs=1e-6)
    assert len({each.sites for each in found}) == len(found)
    for each in found:
        assert each.gap < 1e-6
        assert cheapest(model, each.sites) == pytest.approx(each.value, abs=1e-6)


def test_maximal_coverage_takes_the_two_ends_by_hand() -> None:
    """Within ten minutes site 0 covers 2 villages, site 1 covers 3 of weight 1, site 2 the last two of weight 5."""
    weight = np.array([1, 1, 1, 1, 5, 5])
    found = best_sites(max_coverage(weight, LINE_S, 600, 2))
    assert found is not None
    assert found.sites == {1, 2}
    assert found.value == 1  # village 0 is twenty minutes from site 1
    assert found.served_by == (-1, 1, 1, 1, 2, 2)


def test_set_covering_needs_two_of_three_sites() -> None:
    """Twenty minutes: site 1 covers villages 0 to 4, the last one needs site 2."""
    found = best_sites(set_cover(LINE_S, 1_200))
    assert found is not None
    assert (found.sites, found.value) == ({1, 2}, 2)


def test_what_nothing_can_cover_does_not_stop_the_others() -> None:
    """A village an hour from everything is left; the others are covered by one site."""
    far = np.vstack([LINE_S[:3], np.full((1, 3), np.inf)])
    found = best_sites(set_cover(far, 1_200))
    assert found is not None
    assert found.served_by[3] == -1
    assert len(found.sites) == 1


def test_the_median_of_one_site_is_the_middle_one() -> None:
    """Sites 0, 1, 2 are 15, 9 and 15 steps of ten minutes from all six villages together."""
    found = best_sites(p_median(np.ones(6), LINE_S, 1))
    assert found is not None
    assert (found.sites, found.value) == ({1}, 9 * 600)


def test_there_is_no_set_where_a_client_cannot_be_served() -> None:
    """Nobody reaches it and it may not be left."""
    model = SitingModel(
        cost=np.full((1, 2), np.inf),
        without=np.array([np.inf]),
        opening=np.zeros(2),
        weight=np.ones(1),
        capacity=np.full(2, np.inf),
    )
    assert best_sites(model) is None
