"""Coalition costs of sampled days: planted games come back, noise is repaired, days that are not whole stay out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from optimizer.stop import Stop
from scenarios.coalition_costs import BRANDS_ONLY, ask, id_of, members_of, prepare_coalitions, shared_costs
from scenarios.files import read_scenario
from scenarios.gain_sharing import share
from scenarios.kpi_definitions import KPI_DEFINITIONS
from scenarios.kpis import Kpis
from scenarios.variants.apply import OWN_GROUP
from scenarios.variants.cells import Limit
from scenarios.variants.compare import Agenda, Comparison

if TYPE_CHECKING:
    from scenarios.scenario import Scenario

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
LIMIT = Limit(stop=Stop(iterations=0))
PLANTED = {"others": 100, "中通": 200, "邮政": 300}
"""Each alone in a county where only the dearest of a coalition is paid."""


@pytest.fixture(scope="module")
def county() -> Scenario:
    """Read the four villages: two brands, and goods without one."""
    return read_scenario(LIBRARY / "four_villages")


def kpis(cost_fen: int, unserved: int = 0) -> Kpis:
    """Return measures of a day that cost so much; all others are 0."""
    values = dict.fromkeys(KPI_DEFINITIONS, 0) | {"operating_cost_fen": cost_fen, "unserved_pieces": unserved}
    return Kpis(**values, brands=())  # type: ignore[arg-type]


def planned(agenda: Agenda, brands: tuple[str, ...], noise_fen: int = 0) -> Comparison:
    """Return the costs of the planted game on every day; those of everyone are ``noise_fen`` too high."""
    measured: dict[str, dict[str, Kpis]] = {v.id: {} for v in agenda.variants}
    for cell in agenda.cells:
        members = cell.variant.split("+")
        extra = noise_fen if len(members) == len(brands) else 0
        measured[cell.variant][cell.day.id] = kpis(max(PLANTED[brand] for brand in members) + extra)
    return Comparison(agenda=agenda, measured=measured)


def test_every_coalition_with_goods_is_planned_once_a_day(county: Scenario) -> None:
    """Three members make seven coalitions; nobody's goods are counted twice."""
    question = ask(members_of(county), seed=0)
    assert question.brands == ("others", "中通", "邮政")
    agenda = prepare_coalitions(county, question, days=2, limit=LIMIT)
    assert len(agenda.cells) == 2 * 7
    for day in agenda.days:
        pieces = {c.variant: c.parts[0][1].part.pieces for c in agenda.cells if c.day == day}
        assert pieces["others+中通+邮政"] == sum(pieces[brand] for brand in question.brands)


def test_goods_without_a_brand_may_be_left_out_and_that_is_told(county: Scenario) -> None:
    """Two brands, three coalitions, and no plan holds an order without a brand."""
    question = ask(members_of(county, unbranded=""), seed=0, unbranded="")
    agenda = prepare_coalitions(county, question, days=1, limit=LIMIT)
    assert len(agenda.cells) == 3
    assert all(order.brand for cell in agenda.cells for order in cell.parts[0][1].part.orders)
    assert BRANDS_ONLY in agenda.placeholders
    assert OWN_GROUP not in agenda.placeholders


def test_a_planted_airport_is_shared_as_by_hand(county: Scenario) -> None:
    """Runways of 100, 200 and 300 fen on two days: Shapley pays 33 1/3, 83 1/3 and 183 1/3 a day."""
    question = ask(members_of(county), seed=0)
    agenda = prepare_coalitions(county, question, days=2, limit=LIMIT)
    found = shared_costs(county, question, planned(agenda, question.brands))
    assert (found.alone_fen, found.together_fen) == (1200, 600)
    assert share(found.costs, "shapley").shares_fen == {"others": 67, "中通": 167, "邮政": 366}
    assert found.saving is not None
    assert found.saving.relative == pytest.approx(-0.5)
    assert found.repairs == ()


def test_a_bad_plan_of_everyone_is_charged_by_the_plans_of_its_parts(county: Scenario) -> None:
    """Everyone's plan is 1,000 fen too dear: two parts side by side are taken, and that is told by day."""
    question = ask(members_of(county), seed=0)
    agenda = prepare_coalitions(county, question, days=1, limit=LIMIT)
    found = shared_costs(county, question, planned(agenda, question.brands, noise_fen=1_000))
    assert found.together_fen == 400  # 300 for the two dearest, 100 for the third
    assert [(each.day, each.repair.before_fen) for each in found.repairs] == [("day 1", 1_300)]


def test_a_brand_that_brings_nothing_to_the_others_pays_what_it_costs_alone(county: Scenario) -> None:
    """Costs that only add up: no saving, and every method gives each its own."""
    question = ask(members_of(county), seed=0)
    agenda = prepare_coalitions(county, question, days=1, limit=LIMIT)
    measured = {
        id_of(c): {"day 1": kpis(sum(PLANTED[brand] for brand in c), unserved=len(c) - 1)} for c in question.coalitions
    }
    found = shared_costs(county, question, Comparison(agenda=agenda, measured=measured))
    for method in ("shapley", "nucleolus", "epm", "stand_alone"):
        assert share(found.costs, method).shares_fen == PLANTED
    assert found.left[frozenset(question.brands)] == 2


def test_pieces_left_are_those_of_the_plans_that_are_charged(county: Scenario) -> None:
    """Two brands leave 4 pieces for 900 fen: apart they cost 500 and leave none, so none are told as left."""
    question = ask(members_of(county), seed=0)
    agenda = prepare_coalitions(county, question, days=1, limit=LIMIT)
    whole = planned(agenda, question.brands)
    whole.measured["中通+邮政"]["day 1"] = kpis(900, unserved=4)
    found = shared_costs(county, question, whole)
    assert (found.costs[frozenset(("中通", "邮政"))], found.left) == (300, {})


def test_a_brand_is_not_charged_by_a_plan_that_leaves_goods(county: Scenario) -> None:
    """Everyone together for 50 fen, but 3 pieces stay behind: nobody else gets that price, and the 3 are told."""
    question = ask(members_of(county), seed=0)
    agenda = prepare_coalitions(county, question, days=1, limit=LIMIT)
    whole = planned(agenda, question.brands)
    everyone = frozenset(question.brands)
    whole.measured[id_of(everyone)]["day 1"] = kpis(50, unserved=3)
    found = shared_costs(county, question, whole)
    assert {brand: found.costs[frozenset((brand,))] for brand in question.brands} == PLANTED
    assert (found.costs[everyone], found.left) == (50, {everyone: 3})


def test_a_day_that_lacks_a_coalition_is_left_out(county: Scenario) -> None:
    """Of two days one was cut short: costs and pieces are those of the other."""
    question = ask(members_of(county), seed=0)
    agenda = prepare_coalitions(county, question, days=2, limit=LIMIT)
    whole = planned(agenda, question.brands)
    del whole.measured["中通+邮政"]["day 1"]
    found = shared_costs(county, question, whole)
    assert found.days == ("day 2",)
    assert found.together_fen == 300


def test_above_eight_brands_some_coalitions_are_drawn_and_everyone_is_among_them() -> None:
    """Nine brands, four orders: nine alone, seven more an order and everyone at most, far fewer than 511."""
    question = ask(tuple("ABCDEFGHI"), seed=0, pairs=2)
    assert question.is_sampled
    assert frozenset("ABCDEFGHI") in question.coalitions
    assert 9 < len(question.coalitions) <= 9 + 4 * 7 + 1
