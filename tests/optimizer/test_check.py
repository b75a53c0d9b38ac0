"""The referee's front: what it returns, in what order and in what words."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

import optimizer
from optimizer.check import RULES, Violation, check, summary
from tests.helpers import Call, assert_clean, down, four_village_problem, plan, problem, route, rules, run

HOUR_S = 3_600


def test_the_four_villages_are_served_in_one_sweep_at_the_cost_worked_out_by_hand() -> None:
    """600 s of loading, 8 x 600 s of driving, 4 x 60 s + 6 x 5 s of service: 5,670 s; 40 km; 19,670 fen."""
    county = four_village_problem()
    calls = (
        Call("V1", ("D1",)),
        Call("V2", ("D2",), ("U2",)),
        Call("V3", ("D3",)),
        Call("V4", ("D4",), ("U4",)),
    )
    day = plan(county, route(run(county, *calls, load_start_s=8 * HOUR_S)))
    assert_clean(county, day)
    assert day.routes[0].trips[0].return_s == 8 * HOUR_S + 5_670
    assert day.cost.total_fen == 10_000 + 4_000 + 5_670


def test_serving_nobody_is_a_clean_plan_at_the_price_of_all_penalties() -> None:
    """Six shipments at 1,000,000 fen."""
    county = four_village_problem()
    day = plan(county)
    assert_clean(county, day)
    assert day.cost.total_fen == 6_000_000


def test_violations_come_in_the_order_of_the_rules() -> None:
    """Coverage first, then fleet, clock and loads, docks and cost last; a summary counts them in that order."""
    county = problem([down(1, 200), down(2)])
    trip = run(county, Call("V1", ("D1",)))
    bad = replace(plan(county, route(replace(trip, return_s=9_999), number=2)), unserved=())
    found = check(county, bad)
    assert [v.rule for v in found] == ["not_served", "vehicle_number", "travel_time", "capacity", "cost"]
    assert summary(found) == {"not_served": 1, "vehicle_number": 1, "travel_time": 1, "capacity": 1, "cost": 1}
    assert list(summary(found)) == rules(county, bad)


def test_a_violation_reads_well_in_both_languages() -> None:
    """Who, where, when, how far: all from the values."""
    late = Violation(rule="due", shipment="U2", vehicle="van#1", place="H", time_s=57_660, amount=57_660, limit=57_600)
    assert late.render("en") == "[due] shipment U2 reaches H with vehicle van#1 at 16:01, due at 16:00"
    assert late.render("zh") == "[due] 货运 U2 于 16:01 由车辆 van#1 送达 H，期限是 16:00"


@pytest.mark.parametrize(
    ("seconds", "en", "zh"),
    [(0, "0 s", "0秒"), (3_661, "1 h 1 min 1 s", "1小时1分1秒"), (7_200, "2 h", "2小时"), (-60, "-1 min", "-1分")],
)
def test_lengths_of_time_are_written_out(seconds: int, en: str, zh: str) -> None:
    """Leaving out what is zero; a negative gap keeps its sign."""
    gap = Violation(rule="cleaning", vehicle="van#1", place="H", time_s=90_000, amount=seconds, limit=900, detail="x")
    assert f"there is {en} between the trips (loading at 25:00)" in gap.render("en")
    assert f"只有 {zh}（25:00 装车）" in gap.render("zh")


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_rule_has_a_sentence_that_takes_any_values(rule: str, lang: str) -> None:
    """Even a violation that names nothing can be shown, and no brace is left over."""
    sentence = Violation(rule=rule).render(lang)
    assert sentence.startswith(f"[{rule}] ")
    assert not set("{}") & set(sentence)


def test_every_rule_is_judged_somewhere_and_nothing_else_is() -> None:
    """The names in the referee's source are the keys of the catalogue."""
    sources = Path(optimizer.__file__).parent.glob("referee_*.py")
    named = {
        node.value
        for path in sources
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in RULES
    }
    assert named == set(RULES)


def test_every_rule_is_tested_on_both_sides() -> None:
    """Each rule's name stands in a test of the referee."""
    text = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_referee_*.py"))
    assert [rule for rule in RULES if f'"{rule}"' not in text] == []
