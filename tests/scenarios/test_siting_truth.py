"""Planted truths, planned and refereed: what pays is opened, what does not is not, and noise is called noise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.stop import Stop
from scenarios.siting.nominate import nominate
from scenarios.siting.outcome import Ranking, rank
from scenarios.siting.plans import agenda_of, drawn_days, flow_cells
from scenarios.variants.cells import Limit
from scenarios.variants.compare import carry_out
from scenarios.variants.store import Store
from tests.scenarios.siting_county import candidates, costs_of, far_county
from tests.scenarios.tasks import Here

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.scenario import Scenario
    from scenarios.siting.outcome import Outcome

LIMIT = Limit(stop=Stop(iterations=1))


def ranked(folder: Path, day: Scenario, *, sets: int, days: int = 2, **asked: Any) -> Ranking:
    """Return the sets of a county after planning its days in this process."""
    costs = costs_of(day, candidates(folder), days=days, **asked)
    store = Store(folder=folder / "results")
    agenda = agenda_of(costs, nominate(costs, sets), days=days, limit=LIMIT, cache=folder / "cache")
    run = carry_out(agenda, store, Here())
    assert run.is_whole
    cells = flow_cells(agenda, run, store)
    assert not [outcome.failure for outcome in Here().run(list(cells.values()), store) if outcome.failure]
    flows = {at: store.get(cell.key) or {} for at, cell in cells.items()}
    return rank(costs, nominate(costs, sets), run, flows, drawn_days(day, agenda.days, LIMIT.seed))


def by_sites(ranking: Ranking) -> dict[frozenset[str], Outcome]:
    """Return outcomes by their sites."""
    return {outcome.chosen.sites: outcome for outcome in ranking.outcomes}


@pytest.mark.slow
def test_exactly_the_far_station_is_opened_where_it_pays(tmp_path: Path) -> None:
    """Four vans spare some 100 km each; the near station brings nothing for its 164 yuan a day. One day proves nothing.

    A day is the sum of delivery as the plan pays it and 162.64 yuan for each new site.
    """
    ranking = ranked(tmp_path, far_county(tmp_path), sets=2, days=1)
    best = ranking.best
    assert best is not None
    assert best.chosen.sites == {"S2"}
    assert best.against_today is not None
    assert best.against_today.is_noise
    found = by_sites(ranking)
    assert best.mean_fen("plan_fen") < found[frozenset()].mean_fen("plan_fen") - 20_000
    (site,) = best.sites
    assert site.passed >= 60  # what the four villages get, at the least
    for outcome in ranking.outcomes:
        cost, kpis = outcome.days["day 1"], outcome.kpis["day 1"]
        assert (cost.plan_fen, cost.penalty_fen) == (kpis.operating_cost_fen, 0)
        assert cost.sites_fen == 16_264 * len(outcome.chosen.sites)
        assert outcome.total.mean == cost.plan_fen + cost.sites_fen


@pytest.mark.slow
def test_no_station_is_opened_where_all_are_useless(tmp_path: Path) -> None:
    """A truck takes everything to all villages on one trip: today's empty set is the cheapest, beyond the noise."""
    day = far_county(tmp_path)
    wide = replace(day, places=tuple(replace(p, vehicle_types=None) for p in day.places))
    ranking = ranked(tmp_path, wide, sets=1, count=1)
    best, other = ranking.outcomes
    assert best.chosen.sites == frozenset()
    assert best.total.mean == best.mean_fen("plan_fen")
    assert other.against_today is not None
    assert other.against_today.difference.mean > 0
    assert not other.against_today.is_noise
    assert ranking.equals == ()
