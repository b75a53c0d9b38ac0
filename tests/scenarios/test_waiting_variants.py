"""Variants that visit every other day: half the villages a day with two days' goods, and the same chance as ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from optimizer.stop import Stop
from optimizer.tiers.model import TieredPlan
from scenarios.files import read_scenario
from scenarios.policy import Policy
from scenarios.sampled_days import DayModel
from scenarios.scenario import Brand
from scenarios.text import Text
from scenarios.variants.apply import DAILY_APART
from scenarios.variants.cells import Limit
from scenarios.variants.compare import carry_out, prepare
from scenarios.variants.model import BASE, Variant, VariantSet
from scenarios.variants.read import read_variants
from scenarios.variants.store import Store
from scenarios.variants.waiting import WAITING, Turns, every_other_day
from tests.helpers import searched
from tests.scenarios.small_county import DAY, county, order, place, scenario
from tests.scenarios.tasks import Here

if TYPE_CHECKING:
    from scenarios.kpis import Kpis

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
PLACES = (place(0), place(1, township="east"), place(2, township="west"))
GOODS = (order("e", "H", "V1", pieces=10), order("w", "H", "V2", pieces=10), order("now", "H", "V2", due_s=50_000))
NAME = Text("x", "x")


def pieces(first: int) -> dict[str, int]:
    """Return the pieces that go on a day so many days after the first, ten of each order having come up on both."""
    county = scenario(places=PLACES, orders=GOODS)
    day, eve = (replace(county, date=DAY + timedelta(days=first - k)) for k in (0, 1))
    return {o.id: o.pieces for o in every_other_day(county, day, eve)[0].orders}


def test_villages_take_turns_with_two_days_goods_and_what_is_due_goes_at_once() -> None:
    """East gets 20 on one day, west 20 on the other; the order that is due goes on both, and with it what waits."""
    days = [pieces(0), pieces(1)]
    assert sorted(day.get("e", 0) for day in days) == [0, 20]
    assert [day["now"] for day in days] == [1, 1]
    assert pieces(2) == days[0]


def test_nothing_is_lost_over_many_days() -> None:
    """Ten pieces of each order a day, however they wait."""
    days = [pieces(k) for k in range(8)]
    assert sum(day.get("e", 0) for day in days) == 8 * 10
    assert sum(day.get("w", 0) for day in days) == 8 * 10


def test_a_variant_changes_its_own_days_only_and_says_what_is_not_in_them() -> None:
    """The base has every order; the other half of them, twice as large; what is assumed is told."""
    county = scenario(places=PLACES, orders=GOODS[:2])
    base = Variant(id=BASE, name=NAME)
    variants = (base, Variant(id="alternate", name=NAME, coalitions=(), is_every_other_day=True))
    still = DayModel(day_spread=0, order_spread=0)
    limit = Limit(stop=Stop(iterations=0))
    agenda = prepare(county, VariantSet(variants=variants), days=1, limit=limit, model=still)
    drawn = {each.variant: [o.pieces for o in each.parts[0][1].part.orders] for each in agenda.cells}
    assert drawn == {BASE: [10, 10], "alternate": [20]}
    assert WAITING in agenda.placeholders
    assert DAILY_APART not in agenda.placeholders


# ---- how often villages are visited

THREE = (place(0), place(1, township="east"), place(2, township="west"), place(3, township="west"))
WEEKLY = Policy(service_days_per_week=6, coverage_visits_per_week=3)
STILL = DayModel(day_spread=0, order_spread=0)


def measured(folder: Path, monkeypatch: pytest.MonkeyPatch, policy: Policy, *coalitions: frozenset[str]) -> list[Kpis]:
    """Return two ordinary days of a variant that visits every other day: V1 and V2 have goods, V2 of two brands."""
    goods = (order("e", "H", "V1", brand="A"), order("w", "H", "V2", brand="A"), order("b", "H", "V2", brand="B"))
    day = scenario(places=THREE, orders=goods, policy=policy, brands=(Brand(id="A"), Brand(id="B")))
    monkeypatch.setattr("scenarios.variants.cells.build_problem", lambda day, **_: county(day))
    monkeypatch.setattr(
        "scenarios.variants.cells.solve_county",
        lambda built, **_: TieredPlan(choice={}, plan=searched(built.problem)),
    )
    slow = Variant(id="slow", name=NAME, coalitions=coalitions, is_every_other_day=True)
    wanted = VariantSet(variants=(Variant(id=BASE, name=NAME), slow))
    agenda = prepare(day, wanted, days=2, limit=Limit(stop=Stop(iterations=1)), model=STILL)
    return list(carry_out(agenda, Store(folder=folder), Here()).measured["slow"].values())


def test_coverage_counts_both_turns_whichever_half_is_planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every other day of 6 a week is 3 visits a week, as promised: V1 and V2 of three villages, 7 / 3 days between."""
    for found in measured(tmp_path, monkeypatch, WEEKLY, frozenset("AB")):
        assert found.coverage == pytest.approx(2 / 3)
        assert found.days_between_visits == pytest.approx(7 / 3)


def test_visits_of_brands_that_come_apart_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six visits a week are promised: A and B make 3 each at V2, A alone 3 at V1; (7 / 3 + 7 / 6) / 2 days between."""
    for found in measured(tmp_path, monkeypatch, replace(WEEKLY, coverage_visits_per_week=6)):
        assert found.coverage == pytest.approx(1 / 3)
        assert found.days_between_visits == pytest.approx(1.75)


def test_a_turn_that_leaves_goods_behind_tells_no_coverage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was not visited is not known of the other turn; all else stays as measured."""
    (found, _) = measured(tmp_path, monkeypatch, WEEKLY, frozenset("AB"))
    turns = Turns(day=scenario(places=THREE, policy=WEEKLY), visits={"V1": 0.5})
    left = replace(found, unserved_shipments=1)
    assert turns.told(left) == replace(left, coverage=None, days_between_visits=None)
    assert turns.told(found).coverage == pytest.approx(1 / 3)


@pytest.mark.parametrize("name", ["mountain", "plain"])
def test_the_example_of_the_library_counts_from_brands_that_come_every_other_day(name: str) -> None:
    """Four variants, the reference apart and every other day."""
    found = read_variants(LIBRARY / "variants" / "frequency.toml", read_scenario(LIBRARY / name))
    assert [v.id for v in found.variants] == ["base", "separate_alternate", "separate", "shared_alternate"]
    reference = next(v for v in found.variants if v.id == found.against)
    assert (reference.coalitions, reference.is_every_other_day) == ((), True)
