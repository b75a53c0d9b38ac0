"""Consistent costs, the core check, rounding, and statements that a brand can reckon again."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.errors import InvalidInput
from scenarios.gain_sharing import (
    METHODS,
    Repair,
    check_core,
    draw_joinings,
    make_consistent,
    round_to_fen,
    share,
    statements,
)
from scenarios.gain_sharing.words import fen, yuan
from tests.scenarios.gain_games import Game, cheapest_partition, games

A, B, C, AB, BC, ABC = map(frozenset, ("A", "B", "C", "AB", "BC", "ABC"))
THREE = {A: 100, B: 100, C: 200, AB: 110, frozenset("AC"): 300, BC: 300, ABC: 300}


def test_a_union_takes_the_plans_of_its_parts_where_they_are_cheaper() -> None:
    """B + C for 250 is dearer than 90 + 100 apart; everyone for 400 is dearer than A + B with C, 150 + 100."""
    costs = {A: 100, B: 90, C: 100, AB: 150, frozenset("AC"): 180, BC: 250, ABC: 400}
    found = make_consistent(costs)
    assert found.costs == costs | {BC: 190, ABC: 250}
    assert found.repairs == (
        Repair(coalition=BC, plans=(B, C), before_fen=250, after_fen=190),
        Repair(coalition=ABC, plans=(AB, C), before_fen=400, after_fen=250),
    )


@given(games(is_consistent=False))
@settings(max_examples=60, deadline=None)
def test_every_coalition_ends_at_its_cheapest_partition_and_its_repairs_say_which(costs: Game) -> None:
    found = make_consistent(costs)
    assert found.costs == {c: cheapest_partition(costs, c) for c in costs}
    assert make_consistent(found.costs).repairs == ()
    for repair in found.repairs:
        assert sorted(b for plan in repair.plans for b in plan) == sorted(repair.coalition)
        assert (
            sum(costs[plan] for plan in repair.plans) == repair.after_fen < repair.before_fen == costs[repair.coalition]
        )
    repaired = {repair.coalition for repair in found.repairs}
    assert all(found.costs[c] == cost for c, cost in costs.items() if c not in repaired)


@given(games(is_consistent=False))
@settings(max_examples=60, deadline=None)
def test_with_goods_left_out_nobody_is_paid_for_joining(costs: Game) -> None:
    """A part never costs more than the whole, the whole never more than its parts; the plans cover the coalition."""
    found = make_consistent(costs, may_leave_out=True)
    for c, cost in found.costs.items():
        assert all(cost <= other for d, other in found.costs.items() if c < d)
        assert cost == cheapest_partition(dict(found.costs), c)
    for repair in found.repairs:
        assert repair.coalition <= frozenset().union(*repair.plans)
        assert sum(costs[plan] for plan in repair.plans) == repair.after_fen


def test_a_plan_that_leaves_goods_stands_in_for_no_other() -> None:
    """Together for 18,000, but 3 pieces stay behind: A keeps its own plan of 20,500, with none left it would not."""
    costs = {A: 20_500, B: 18_000, AB: 18_000}
    found = make_consistent(costs, may_leave_out=True, left={AB: 3})
    assert (found.costs, found.repairs, found.left) == (costs, (), {AB: 3})
    assert make_consistent(costs, may_leave_out=True).costs[A] == 18_000


def test_plans_side_by_side_may_leave_what_the_plan_of_the_union_leaves_too() -> None:
    """A leaves 2 wherever it is: A and B apart, 30 fen, stand in for 40 together with 2 left, never with 1."""
    costs = {A: 10, B: 20, AB: 40}
    found = make_consistent(costs, may_leave_out=True, left={A: 2, AB: 2})
    assert (found.costs[AB], found.left) == (30, {A: 2, AB: 2})
    assert make_consistent(costs, may_leave_out=True, left={A: 2, AB: 1}).costs[AB] == 40


def test_costs_of_a_sample_are_made_consistent_as_far_as_they_are_known() -> None:
    """A + B + C can be put together from A + B and C; A + B not, as nothing is known of A."""
    found = make_consistent({AB: 100, C: 10, ABC: 200, B: 5})
    assert found.costs == {AB: 100, C: 10, ABC: 110, B: 5}


def test_an_unusable_cost_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^E345 the cost -1 of coalition A \+ B"):
        make_consistent({AB: -1})


def test_the_most_dissatisfied_coalition_is_named_with_what_it_pays_too_much() -> None:
    """At 75, 75 and 150 A + B pay 150 against 110 of their own."""
    found = check_core(THREE, {"A": 75, "B": 75, "C": 150})
    assert (found.coalition, found.excess_fen, found.is_in_core) == (AB, 40, False)
    assert "A + B is the most dissatisfied, paying 0.40 yuan more" in found.text.en
    assert "A、B" in found.text.zh


def test_in_the_core_those_who_gain_least_are_named_the_smallest_first() -> None:
    """At 55, 55 and 190 A + B gain nothing."""
    found = check_core(THREE, {"A": 55, "B": 55, "C": 190})
    assert (found.coalition, found.excess_fen, found.is_in_core) == (AB, 0, True)
    assert check_core({A: 10, B: 10, AB: 20}, {"A": 10, "B": 10}).coalition == A


def test_the_check_says_how_many_coalitions_it_knew() -> None:
    found = check_core({A: 10, AB: 12, ABC: 30}, {"A": 10, "B": 5, "C": 15})
    assert (found.known, found.possible) == (2, 6)
    assert "2 of 6 coalitions" in found.text.en
    assert "6 个联盟中的 2 个" in found.text.zh
    assert "coalitions looked at" not in check_core(THREE, {"A": 55, "B": 55, "C": 190}).text.en


def test_a_single_brand_has_nobody_to_leave_with() -> None:
    found = check_core({A: 10}, {"A": 10})
    assert found.coalition is None
    assert found.is_in_core
    assert "only one brand" in found.text.en


def test_the_fen_that_are_left_go_to_the_largest_remainders() -> None:
    """100/3 three times: 34, 33, 33. Of -1/2, 1/4 and 5/4 the first and none else is rounded up, to 0, 0 and 1."""
    assert round_to_fen(dict.fromkeys("CBA", Fraction(100, 3))) == {"A": 34, "B": 33, "C": 33}
    assert round_to_fen({"A": Fraction(-1, 2), "B": Fraction(1, 4), "C": Fraction(5, 4)}) == {"A": 0, "B": 0, "C": 1}


@given(st.lists(st.fractions(-1_000, 1_000, max_denominator=60), min_size=1, max_size=8), st.integers(-500, 500))
def test_rounding_keeps_the_sum_and_moves_no_share_by_a_fen(parts: list[Fraction], total: int) -> None:
    shares = {str(k): part for k, part in enumerate([*parts, total - sum(parts, Fraction(0))])}
    rounded = round_to_fen(shares)
    assert sum(rounded.values()) == total
    assert all(abs(rounded[brand] - shares[brand]) < 1 for brand in shares)


def told_fen(line: str) -> Fraction:
    """Return weight times amount as a line of a statement tells them: the last numbers in its brackets."""
    weight, inside = re.fullmatch(r"  (.+?) x \[(.*)\] = .*", line).groups()
    difference = re.search(r"(\d+) - (\d+)$", inside)
    amount = int(difference[1]) - int(difference[2]) if difference else int(re.search(r"(\d+) of [A-Z]", inside)[1])
    return number(weight) * amount


def number(text: str) -> Fraction:
    """Read fen as ``words.fen`` writes them."""
    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text)
    return sign * sum((Fraction(part) for part in rest.split()), Fraction(0))


@given(games(is_consistent=False), st.sampled_from(["shapley", "nucleolus"]))
@settings(max_examples=30, deadline=None)
def test_a_brand_can_reckon_its_share_from_the_text_alone(costs: Game, method: str) -> None:
    """The lines of the statement, read back and added up, round to the share; weights of Shapley add up to 1."""
    for statement in statements(costs, share(costs, method)):
        lines = [line for line in statement.text.en.splitlines() if line.startswith("  ")]
        assert sum(map(told_fen, lines)) == statement.exact_fen == statement.share_fen - statement.rounding_fen
        assert abs(statement.rounding_fen) < 1
        assert method != "shapley" or sum(step.weight for step in statement.steps) == 1


def test_a_statement_says_everything_in_both_languages() -> None:
    """A joins first for 100, then at 10 or 100 more, or for nothing: 100/3 + 10/6 + 100/6 + 0 = 155/3."""
    first = statements(THREE, share(THREE, "shapley"))[0]
    assert (first.share_fen, first.alone_fen, first.saving_fen, first.rounding_fen) == (52, 100, 48, Fraction(1, 3))
    assert first.text.en.splitlines()[:7] == [
        "A: Shapley value",
        "alone 1.00 yuan, share 0.52 yuan, saving 0.48 yuan (48.00 %)",
        "  1/3 x [joins first: 100 - 0] = 33 1/3 fen",
        "  1/6 x [joins B: 110 - 100] = 1 2/3 fen",
        "  1/6 x [joins C: 300 - 200] = 16 2/3 fen",
        "  1/3 x [joins B + C: 300 - 300] = 0 fen",
        "sum 51 2/3 fen, rounding 1/3 fen, share 52 fen",
    ]
    assert first.text.zh.splitlines()[:3] == [
        "A: 沙普利值",
        "单独配送 1.00 元，分摊 0.52 元，节省 0.48 元（48.00 %）",
        "  1/3 x [最先加入：100 − 0] = 33 1/3 分",
    ]


@pytest.mark.parametrize("method", METHODS)
def test_statements_of_every_method_add_up_to_the_cost_and_speak_both_languages(method: str) -> None:
    split = share(THREE, method, pieces={"A": 1, "B": 1, "C": 5}, joinings=draw_joinings("ABC", 4, seed=1))
    found = statements(THREE, split)
    assert sum(statement.share_fen for statement in found) == 300
    for statement in found:
        assert statement.exact_fen + statement.rounding_fen == statement.share_fen
        assert not re.search(r"[一-鿿]", statement.text.en)
        assert len(statement.text.zh.splitlines()) == len(statement.text.en.splitlines())
        assert (statement.error_fen is not None) == (method == "sampled_shapley")
        assert ("standard error" in statement.text.en) == (method == "sampled_shapley")


def test_a_statement_needs_the_stand_alone_cost() -> None:
    split = share({AB: 10}, "volume", pieces={"A": 1, "B": 1})
    with pytest.raises(InvalidInput, match=r"^E344 .*coalition B is missing"):
        statements({A: 5, AB: 10}, split)


def test_a_brand_without_stand_alone_cost_has_no_saving_in_percent() -> None:
    costs = {A: 0, B: 10, AB: 10}
    assert "saving 0.00 yuan (-)" in statements(costs, share(costs, "epm"))[0].text.en


@pytest.mark.parametrize(
    ("amount", "as_fen", "as_yuan"),
    [
        (0, "0", "0.00"),
        (123_456, "123456", "1,234.56"),
        (Fraction(20_000, 3), "6666 2/3", "66.67"),
        (Fraction(-1, 2), "-1/2", "0.00"),
        (Fraction(-301, 2), "-150 1/2", "-1.50"),
        (-150, "-150", "-1.50"),
    ],
)
def test_money_is_written_exactly_in_fen_and_rounded_in_yuan(amount: Fraction, as_fen: str, as_yuan: str) -> None:
    assert fen(amount) == as_fen
    assert yuan(amount) == as_yuan
