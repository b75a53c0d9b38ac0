"""Sharing rules against textbook games, their own axioms, and slow judges."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.errors import InvalidInput, ScenarioFailed
from scenarios.gain_sharing import (
    check_core,
    coalitions_to_plan,
    draw_joinings,
    every_coalition,
    find_nucleolus,
    least_core_fen,
    make_consistent,
    share,
)
from scenarios.gain_sharing.game import game_of
from scenarios.gain_sharing.linear import minimise
from tests.scenarios.gain_games import (
    Game,
    airport,
    airport_nucleolus,
    airport_shapley,
    excesses,
    games,
    is_prenucleolus,
    least_core_by_lp,
    least_difference_by_lp,
    of_values,
    swapped,
    talmud,
)

RUNWAYS = {"a": 100, "b": 200, "c": 300, "d": 400}
ALL_METHODS = ("shapley", "nucleolus", "epm", "stand_alone")


def gloves(c: frozenset[str]) -> int:
    """Return the value of a glove game: L has a left glove, R and S right ones; a pair is worth 60."""
    return 60 if "L" in c and len(c) > 1 else 0


def exact(game: Game, method: str) -> dict[str, Fraction]:
    """Return exact shares."""
    return share(game, method).exact_fen


def few(test):
    """Run a property on few examples: most solve linear programs."""
    return settings(max_examples=30, deadline=None)(test)


def test_the_glove_game_pays_the_left_glove_two_thirds_by_shapley() -> None:
    """Of 60 the left glove gets 40, the right ones 10 each: 100 - 40, 100 - 10."""
    assert exact(of_values(gloves, "LRS", 100), "shapley") == {"L": 60, "R": 90, "S": 90}


def test_the_glove_game_pays_the_left_glove_all_by_the_nucleolus() -> None:
    """Its core is a single point: the scarce glove takes the whole 60."""
    assert exact(of_values(gloves, "LRS", 100), "nucleolus") == {"L": 40, "R": 100, "S": 100}


def test_the_airport_game_shares_each_stretch_among_those_who_need_it() -> None:
    """25; 25 + 100/3; and 50, then 100 more."""
    assert exact(airport(RUNWAYS), "shapley") == {
        "a": 25,
        "b": Fraction(175, 3),
        "c": Fraction(325, 3),
        "d": Fraction(625, 3),
    }


def test_the_airport_game_has_the_nucleolus_of_littlechild() -> None:
    """100/2 = 50 for a; (200 - 50)/2 = 75 for b; (300 - 125)/2 = 87.5 for c; d pays what is left, 187.5."""
    assert exact(airport(RUNWAYS), "nucleolus") == {"a": 50, "b": 75, "c": Fraction(175, 2), "d": Fraction(375, 2)}


@few
@given(st.lists(st.integers(1, 500), min_size=1, max_size=6))
def test_airport_games_agree_with_their_formulas(costs: list[int]) -> None:
    runways = dict(zip("abcdef", costs, strict=False))
    assert exact(airport(runways), "shapley") == airport_shapley(runways)
    assert exact(airport(runways), "nucleolus") == airport_nucleolus(runways)


@pytest.mark.parametrize(
    ("estate", "shares"),
    [
        (100, (Fraction(100, 3), Fraction(100, 3), Fraction(100, 3))),
        (200, (50, 75, 75)),
        (300, (50, 100, 150)),
        (400, (50, 125, 225)),
    ],
)
def test_the_nucleolus_divides_an_estate_as_the_talmud_does(estate: int, shares: tuple[int, ...]) -> None:
    """Claims of 100, 200 and 300 (Aumann and Maschler 1985, table I); each brand pays 500 less what it gets."""
    game = talmud(estate, {"A": 100, "B": 200, "C": 300}, each=500)
    assert exact(game, "nucleolus") == {b: 500 - got for b, got in zip("ABC", shares, strict=True)}


THREE = {"A": 100, "B": 100, "C": 200, "AB": 110, "AC": 300, "BC": 300, "ABC": 300}
EMPTY_CORE = THREE | {"AB": 120, "AC": 200, "BC": 200}


def game(costs: dict[str, int]) -> Game:
    """Return a game whose brands are letters."""
    return {frozenset(name): cost for name, cost in costs.items()}


def test_equal_profit_is_proportional_where_that_is_in_the_core() -> None:
    """300 of 400 is 75 %; with A + B at 150 nobody would leave."""
    split = share(game(THREE | {"AB": 150}), "epm")
    assert split.exact_fen == {"A": 75, "B": 75, "C": 150}
    assert split.notes[0].en == "all brands save the same share"


def test_equal_profit_leaves_proportion_only_as_far_as_the_core_asks() -> None:
    """A + B may pay 110, so C pays 190 = 95 %; A and B 55 = 55 % each: a difference of 40 points."""
    split = share(game(THREE), "epm")
    assert split.exact_fen == {"A": 55, "B": 55, "C": 190}
    assert "40.0000 percentage points" in split.notes[0].en
    assert split.notes[1].en == "A + B at its limit of 110 fen"


def terms(costs: Game, method: str, brand: str) -> list[str]:
    """Return what a statement multiplies and adds up."""
    steps = share(costs, method).steps[brand]  # type: ignore[arg-type]
    return [f"{step.weight} x {step.amount_fen}: {step.text.en}" for step in steps]


def test_an_equal_saving_is_told_by_what_it_is_of() -> None:
    """All pay 300 together and 400 alone, so every brand saves 1 - 300 / 400, A 25 of its 100."""
    assert terms(game(THREE | {"AB": 150}), "epm", "A") == [
        "1 x 100: stand-alone cost",
        "-1/4 x 100: saving (25.0000 %): 1 - shared cost 300 / all stand-alone costs 400, alike for all",
    ]


def test_a_share_that_the_core_limits_is_told_as_costs_of_coalitions() -> None:
    """A and B share the 110 that they may pay, C pays the 300 of everyone less these; what is widened is a term."""
    assert terms(game(THREE), "epm", "A") == ["1/2 x 110: cost 110 of A + B"]
    assert terms(game(THREE), "epm", "C") == ["-1 x 110: cost 110 of A + B", "1 x 300: cost 300 of A + B + C"]
    assert terms(game(EMPTY_CORE), "epm", "C")[-1].endswith(" x 80/3: what each coalition bears more, 26 2/3")


def test_equal_profit_says_in_words_who_goods_of_no_brand_are() -> None:
    """The game above, C without a brand: A saves 45 %, C 5 %."""
    nobodys = {frozenset("others" if b == "C" else b for b in brands): fen for brands, fen in game(THREE).items()}
    told = share(nobodys, "epm").notes[0]
    assert "(A and goods of no brand)" in told.en
    assert "（A 与 无品牌货物）" in told.zh


def test_equal_profit_widens_an_empty_core_by_the_least_core_value() -> None:
    """Pairs may pay 520 but must pay twice 300, so each bears 80/3 more; then C pays 300 - 120 - 80/3 = 460/3."""
    split = share(game(EMPTY_CORE), "epm")
    assert split.exact_fen == {"A": Fraction(220, 3), "B": Fraction(220, 3), "C": Fraction(460, 3)}
    assert split.notes[0].en == "the core is empty; each coalition bears 26 2/3 fen more"


def test_a_brand_that_has_nothing_to_carry_pays_nothing_by_equal_profit() -> None:
    """C costs nothing alone and lowers A + B from 180 to 160, which the two share as 2 : 1 of 240 = 320/3, 160/3."""
    costs = {"A": 160, "B": 80, "C": 0, "AB": 180, "AC": 160, "BC": 80, "ABC": 160}
    assert exact(game(costs), "epm") == {"A": Fraction(320, 3), "B": Fraction(160, 3), "C": 0}


@few
@given(games(is_consistent=False))
def test_every_method_shares_out_the_cost_to_the_fen(costs: Game) -> None:
    total = costs[max(costs, key=len)]
    for method in ALL_METHODS:
        split = share(costs, method)
        assert sum(split.exact_fen.values()) == total
        assert sum(split.shares_fen.values()) == total
        assert all(abs(split.shares_fen[b] - split.exact_fen[b]) < 1 for b in split.steps)


@few
@given(games(least=2))
def test_brands_alike_pay_alike(costs: Game) -> None:
    """A game and its mirror image added up cannot tell A from B."""
    mirror = swapped(costs, "A", "B")
    both = {c: cost + mirror[c] for c, cost in costs.items()}
    for method in ALL_METHODS:
        shares = exact(both, method)
        assert shares["A"] == shares["B"]


@few
@given(games(most=3), st.integers(0, 50))
def test_a_brand_that_only_adds_its_own_cost_pays_just_that(costs: Game, own: int) -> None:
    wider = costs | {c | {"Z"}: cost + own for c, cost in costs.items()} | {frozenset("Z"): own}
    assert exact(wider, "shapley")["Z"] == own
    assert exact(wider, "nucleolus")["Z"] == own


@few
@given(games(most=3, least=3, is_consistent=False), games(most=3, least=3, is_consistent=False))
def test_shapley_shares_of_two_days_add_up_to_those_of_both(first: Game, second: Game) -> None:
    both = exact({c: first[c] + second[c] for c in first}, "shapley")
    one, other = exact(first, "shapley"), exact(second, "shapley")
    assert both == {brand: one[brand] + other[brand] for brand in both}


@few
@given(games(is_consistent=False))
def test_shapley_is_the_mean_over_all_orders_of_joining(costs: Game) -> None:
    """The definition itself, every order once: the sampled form on all of them is exact."""
    brands = sorted(max(costs, key=len))
    assert share(costs, "sampled_shapley", joinings=list(permutations(brands)) * 2).exact_fen == exact(costs, "shapley")


@few
@given(games(least=2, is_consistent=False))
def test_the_nucleolus_passes_the_test_of_kohlberg(costs: Game) -> None:
    assert is_prenucleolus(costs, exact(costs, "nucleolus"))


@few
@given(games(least=3), st.integers(1, 20))
def test_the_judge_refuses_what_is_not_the_nucleolus(costs: Game, shift: int) -> None:
    shares = exact(costs, "nucleolus")
    assert not is_prenucleolus(costs, shares | {"A": shares["A"] + shift, "B": shares["B"] - shift})


@few
@given(games(least=2, is_consistent=False))
def test_the_least_core_value_is_that_of_an_independent_program(costs: Game) -> None:
    least = least_core_fen(game_of(costs))
    assert float(least) == pytest.approx(least_core_by_lp(costs), abs=1e-4)
    assert max(excesses(costs, exact(costs, "nucleolus")).values()) == least


@few
@given(games(least=2))
def test_the_nucleolus_is_in_the_core_unless_it_is_empty_and_charges_nobody_more_than_alone(costs: Game) -> None:
    shares = exact(costs, "nucleolus")
    assert check_core(costs, shares).is_in_core == (least_core_fen(game_of(costs)) <= 0)
    assert all(shares[b] <= costs[frozenset(b)] for b in shares)


@few
@given(games(least=2))
def test_equal_profit_differs_no_more_than_an_independent_program_allows(costs: Game) -> None:
    shares = exact(costs, "epm")
    widened = max(Fraction(0), least_core_fen(game_of(costs)))
    assert check_core(costs, shares).excess_fen <= widened
    relative = [shares[b] / costs[frozenset(b)] for b in shares]
    assert float(max(relative) - min(relative)) == pytest.approx(
        least_difference_by_lp(costs, float(widened)), abs=1e-4
    )


def big_game(brands: int, seed: int) -> Game:
    """Return a county-like game: cost falls with size, up to 1,000 yuan a brand, and a little noise."""
    rng = np.random.default_rng(seed)
    weight = dict(zip("ABCDEFGH", rng.integers(100, 1_000, brands).tolist(), strict=False))
    costs = {
        c: int(1_000 * sum(weight[b] for b in c) ** 0.8) + int(rng.integers(5_000)) for c in every_coalition(weight)
    }
    return dict(make_consistent(costs).costs)


@pytest.mark.parametrize("seed", range(3))
def test_eight_brands_are_shared_exactly_too(seed: int) -> None:
    costs = big_game(8, seed)
    shares = exact(costs, "nucleolus")
    assert is_prenucleolus(costs, shares)
    assert check_core(costs, exact(costs, "epm")).excess_fen <= max(0, least_core_fen(game_of(costs)))


def test_the_nucleolus_tells_its_levels_and_each_share_as_a_sum_of_costs() -> None:
    """In the airport game {a} and {b, c, d} gain 50, no less; weights times costs give the share again."""
    found = find_nucleolus(game_of(airport(RUNWAYS)))
    assert found.levels[0].excess_fen == -50
    assert set(found.levels[0].coalitions) == {frozenset("a"), frozenset("bcd")}
    for brand, weights in found.weights.items():
        assert sum(w * airport(RUNWAYS)[c] for c, w in weights.items()) == found.shares_fen[brand]


def test_sampled_shares_keep_within_their_stated_error() -> None:
    """Ten brands, 60 pairs: each share within four standard errors of the formula, the errors small and above 0."""
    runways = {brand: 1_000 * k * k for k, brand in enumerate("abcdefghij", start=1)}
    joinings = draw_joinings(runways, 60, seed=1)
    costs = {c: max(runways[b] for b in c) for c in coalitions_to_plan(joinings)}
    split, truth = share(costs, "sampled_shapley", joinings=joinings), airport_shapley(runways)
    assert sum(split.shares_fen.values()) == 100_000
    for brand, error in split.error_fen.items():
        assert 0 < error < 5_000
        assert abs(split.exact_fen[brand] - truth[brand]) <= 4 * error


def test_more_pairs_mean_less_error() -> None:
    """Four times the pairs halve the error, here to within a third."""
    runways = {brand: 1_000 * k for k, brand in enumerate("abcdefghij", start=1)}
    errors = []
    for pairs in (50, 200):
        joinings = draw_joinings(runways, pairs, seed=2)
        costs = {c: max(runways[b] for b in c) for c in coalitions_to_plan(joinings)}
        errors.append(share(costs, "sampled_shapley", joinings=joinings).error_fen["j"])
    assert errors[1] / errors[0] == pytest.approx(0.5, rel=0.35)


def test_a_single_pair_has_an_unknown_error_and_more_pairs_begin_with_the_fewer() -> None:
    joinings = draw_joinings("ABC", 1, seed=1)
    assert draw_joinings("ABC", 3, seed=1)[:2] == joinings
    assert joinings[1] == joinings[0][::-1]
    assert set(share(game(THREE), "sampled_shapley", joinings=joinings).error_fen.values()) == {float("inf")}


def test_volume_shares_by_pieces_of_any_number_of_brands() -> None:
    """300 over 1, 2 and 7 pieces of ten."""
    split = share({frozenset("ABC"): 300}, "volume", pieces={"A": 1, "B": 2, "C": 7})
    assert split.shares_fen == {"A": 30, "B": 60, "C": 210}
    many = {frozenset(map(str, range(20))): 200}
    assert set(share(many, "volume", pieces=dict.fromkeys(map(str, range(20)), 1)).shares_fen.values()) == {10}


@pytest.mark.parametrize(
    ("costs", "method", "code"),
    [
        ({"A": 1, "AB": 2}, "shapley", "E344"),
        ({"A": 1, "AB": 2}, "stand_alone", "E344"),
        ({"A": 1, "B": 2}, "volume", "E344"),
        ({"A": 1, "B": 2, "AB": 2}, "sampled_shapley", None),
        ({"A": -1}, "nucleolus", "E345"),
        ({"A": 1.5}, "epm", "E345"),
        ({"": 1, "A": 1}, "shapley", "E345"),
        ({}, "shapley", "E346"),
        ({"ABCDEFGHI": 1}, "shapley", "E346"),
        ({"A": 1}, "volume", "E347"),
        ({"A": 0}, "epm", "E347"),
        ({"A": 0}, "stand_alone", "E347"),
    ],
)
def test_what_cannot_be_shared_is_refused(costs: dict[str, int], method: str, code: str | None) -> None:
    joinings = draw_joinings("AB", 2, seed=1)
    if code is None:
        assert share(game(costs), method, joinings=joinings)
        return
    with pytest.raises(InvalidInput, match=rf"^{code} "):
        share(game(costs), method, joinings=joinings)


@pytest.mark.parametrize("pieces", [{"A": 1}, {"A": -1, "B": 2}, {"A": 0, "B": 0}])
def test_weights_that_are_missing_negative_or_all_0_are_refused(pieces: dict[str, int]) -> None:
    with pytest.raises(InvalidInput, match=r"^E347 "):
        share(game({"AB": 1}), "volume", pieces=pieces)


def test_missing_coalitions_are_named_the_first_five_of_them() -> None:
    with pytest.raises(InvalidInput, match=r"A \+ B; A \+ C; A \+ D; B \+ C; B \+ D; \.\.\. \(10\)"):
        share(game({"A": 1, "B": 1, "C": 1, "D": 1, "ABCD": 1}), "shapley")


def test_a_program_without_an_answer_is_our_own_failure() -> None:
    """No z is both 0 and at most -1."""
    one = np.ones((1, 1))
    with pytest.raises(ScenarioFailed, match=r"^E348 "):
        minimise(np.ones(1), rows=one, limits=-np.ones(1), equal_rows=one, equal_to=np.zeros(1))


@few
@given(games(least=2, most=3))
def test_scaling_all_costs_scales_all_shares(costs: Game) -> None:
    """Fen or yuan, the split is the same; up to a hundred million."""
    large = {c: cost * 1_000_003 for c, cost in costs.items()}
    for method in ALL_METHODS:
        assert exact(large, method) == {b: s * 1_000_003 for b, s in exact(costs, method).items()}
