"""Visit frequency: who is visited when, goods that wait and are never lost, and the frontier."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.exports.frequency import frontier_text
from optimizer.periodic.first import first_plan
from optimizer.periodic.native import Walk
from optimizer.stop import Stop
from scenarios.errors import InvalidInput
from scenarios.frequency.choice import Typical, cheapest_vehicle, even_days, gaps_before
from scenarios.frequency.gather import gather, together
from scenarios.frequency.model import CHOSEN, DAILY, MARKET, RULES, Cycle, Frequency, Wait
from scenarios.frequency.outcome import Outcome, frontier, outcomes_of, worst_decile
from scenarios.frequency.planned import PlannedDay, compared_cycles
from scenarios.frequency.policies import spread, visit_days
from scenarios.frequency.read import read_policies, usual_policies
from scenarios.frequency.study import cycles_of, lay_out
from scenarios.market_days import parse_market_days
from scenarios.scenario import Commodity, Load, Order, Scenario
from scenarios.variants.cells import Limit
from scenarios.variants.compare import Comparison
from tests.scenarios.small_county import county, order, place, plain_kpis, scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"

WEEK = Cycle(id="week 1", dates=tuple(date(2026, 3, 2) + timedelta(days=k) for k in range(6)))
"""Monday to Saturday."""


def policy(rule: str, floor: int = 1, **changes: object) -> Frequency:
    return Frequency(**{"id": rule, "name": RULES[rule], "rule": rule, "floor": floor, **changes})  # type: ignore[arg-type]


def three_villages(**changes: object) -> Scenario:
    """V1, V2 and V3 get two pieces each a day."""
    orders = tuple(order(f"O{k}", "H", f"V{k}", pieces=2) for k in (1, 2, 3))
    return scenario(**{"orders": orders, **changes})


def test_every_other_day_takes_turns_by_township() -> None:
    """Two townships: one on days 1, 3, 5, the other on 2, 4, 6; villages of one share their days."""
    towns = {1: "A", 2: "A", 3: "B"}
    day = three_villages(places=(place(0), *(place(k, township=towns[k]) for k in (1, 2, 3))))
    visits = visit_days(day, policy("alternate"), WEEK)
    assert visits == {"V1": frozenset({0, 2, 4}), "V2": frozenset({0, 2, 4}), "V3": frozenset({1, 3, 5})}


def test_twice_in_six_days_is_three_days_apart() -> None:
    """Every way to do so once."""
    assert spread(6, 2) == [frozenset({0, 3}), frozenset({1, 4}), frozenset({2, 5})]
    assert spread(6, 9) == [frozenset(range(6))]


def test_market_days_are_a_townships_and_others_get_the_floor() -> None:
    """V1 states Mondays and Thursdays, V2 shares the township, V3 has no calendar."""
    market = parse_market_days("weekday:1,4")
    places = (place(0), place(1, township="A", market=market), place(2, township="A"), place(3, township="B"))
    visits = visit_days(three_villages(places=places), policy(MARKET, floor=1), WEEK)
    assert visits["V1"] == visits["V2"] == frozenset({0, 3})
    assert len(visits["V3"]) == 1
    often = visit_days(three_villages(places=places), policy(MARKET, floor=3), WEEK)
    assert often["V1"] >= {0, 3}
    assert {len(days) for days in often.values()} == {3}


def test_goods_wait_for_the_next_visit_and_the_cycle_goes_round() -> None:
    """V1 is visited on days 1 and 4 of six: goods of days 2 to 4 go on day 4, of 5, 6 and 1 on day 1."""
    day = three_villages()
    found = gather(day, [day.orders] * 6, {"V1": frozenset({0, 3})})
    pieces = [sum(o.pieces for o in orders if o.destination == "V1") for orders in found.orders]
    assert pieces == [6, 0, 0, 6, 0, 0]
    own = [wait.days for wait in found.waits if wait.place == "V1"]
    assert own == [0, 2, 1, 0, 2, 1]
    assert found.calls["V1"] == {0, 3}
    assert found.calls["V2"] == set(range(6))  # who is not named is visited daily


@pytest.mark.parametrize(
    "urgent",
    [{"max_on_board_s": 3_600}, {"due_s": 40_000}, {"priority": "must"}, {"commodity": "greens"}, {"origin": "V2"}],
)
def test_goods_that_cannot_wait_force_a_visit_that_takes_the_rest_along(urgent: dict[str, object]) -> None:
    """V1 is visited on day 1 alone; on day 3 something is urgent, and what waited goes with it."""
    day = three_villages(commodities=(Commodity(id="parcel"), Commodity(id="greens", max_on_board_s=3_600)))
    extra = replace(order("U", "H", "V1"), **urgent)  # type: ignore[arg-type]
    drawn = [day.orders, day.orders, (*day.orders, extra), day.orders]
    found = gather(day, drawn, {"V1": frozenset({0})})
    assert [sum(o.pieces for o in orders if o.destination == "V1") for orders in found.orders] == [4, 0, 5, 0]


def test_orders_of_several_days_add_up() -> None:
    """Pieces, load and what is told of the whole order; what one day does not tell stays untold."""
    one = order("O", "H", "V1", pieces=2, service_s=10, penalty_fen=5)
    both = together((one, replace(one, pieces=3, load=Load(load_g=7), service_s=20, penalty_fen=None)))
    assert (both.pieces, both.load.load_g, both.service_s, both.penalty_fen) == (5, 1_007, 30, None)


DAYS_OF_VISIT = st.dictionaries(
    st.sampled_from(["V1", "V2", "V3"]), st.frozensets(st.integers(0, 4), min_size=1), max_size=3
)
DRAWN = st.lists(
    st.dictionaries(st.sampled_from(["O1", "O2", "O3"]), st.integers(1, 9), max_size=3), min_size=5, max_size=5
)


@settings(max_examples=60, deadline=None)
@given(DRAWN, DAYS_OF_VISIT)
def test_nothing_is_lost_and_nothing_waits_longer_than_the_longest_gap(
    drawn: list[dict[str, int]], visits: dict[str, frozenset[int]]
) -> None:
    """Pieces and grams before and after are the same; goods go on days of visit only."""
    day = three_villages()
    known = {o.id: o for o in day.orders}
    days: list[list[Order]] = [
        [replace(known[i], pieces=n, load=Load(load_g=n)) for i, n in sorted(orders.items())] for orders in drawn
    ]
    found = gather(day, days, visits)
    assert _amounts(found.orders) == _amounts(days)
    assert sum(wait.pieces for wait in found.waits) == sum(_amounts(days).values())
    for name, chosen in visits.items():
        assert found.calls.get(name, frozenset()) <= chosen
        longest = max(gaps_before(sorted(chosen), 5)) - 1
        assert all(wait.days <= longest for wait in found.waits if wait.place == name)


def _amounts(days: Iterable[Sequence[Order]]) -> Counter[str]:
    amounts: Counter[str] = Counter()
    for orders in days:
        for each in orders:
            amounts[each.id] += each.pieces
            assert each.load.load_g == each.pieces
    return amounts


def test_even_days_keep_gaps_alike() -> None:
    """Of six days: two visits are two, three or four apart; all six are one way."""
    assert (0, 3) in even_days(6, 2)
    assert (0, 2) in even_days(6, 2)
    assert (0, 1) not in even_days(6, 2)
    assert even_days(6, 6) == ((0, 1, 2, 3, 4, 5),)


def chosen_visits(day: Scenario, wanted: Frequency, days: int = 6) -> dict[str, tuple[int, ...]]:
    """Return the days that a short walk chooses."""
    built = county(day)
    typical = Typical(built, wanted, days, cheapest_vehicle(built))
    walk = Walk(typical.problem, first_plan(typical.problem), seed=0)
    walk.run(3_000, hot=10_000.0, cold=100.0, mean_taken=3, share_one_day=0.3)
    return typical.visits(typical.problem, walk.best().chosen)


def test_a_far_village_with_little_is_visited_as_seldom_as_the_floor_allows() -> None:
    """Planted: 30 km out, two pieces a day; each visit costs a van's day."""
    for floor in (1, 2, 3):
        visits = chosen_visits(three_villages(), policy(CHOSEN, floor=floor))
        assert {len(days) for days in visits.values()} == {floor}
        assert len(set(visits.values())) == 1  # one drive serves all three


def test_where_daily_is_the_floor_chosen_is_daily() -> None:
    """Nothing is left to choose."""
    visits = chosen_visits(three_villages(), policy(CHOSEN, floor=6))
    assert {frozenset(days) for days in visits.values()} == {frozenset(range(6))}
    assert visit_days(three_villages(), policy(DAILY), WEEK) == {v: frozenset(d) for v, d in visits.items()}


def test_volume_fresh_goods_and_a_price_on_waiting_bring_daily_visits() -> None:
    """V1 is above the threshold, V2 has greens; with 1,000 yuan a piece and day everybody is visited daily."""
    greens = Commodity(id="greens", max_on_board_s=3_600)
    orders = (
        order("O1", "H", "V1", pieces=30),
        order("O2", "V2", "H", commodity="greens"),
        order("O3", "H", "V3", pieces=2),
    )
    day = scenario(orders=orders, commodities=(Commodity(id="parcel"), greens))
    visits = chosen_visits(day, policy(CHOSEN, daily_above=30))
    assert {name: len(days) for name, days in visits.items()} == {"V1": 6, "V2": 6, "V3": 1}
    dear = chosen_visits(day, policy(CHOSEN, wait_fen=100_000))
    assert {len(days) for days in dear.values()} == {6}


def test_what_waits_must_fit_into_a_vehicle() -> None:
    """20 kg a day and a van of 100 kg: six days' goods are too much for one visit, three days' are not."""
    heavy = (order("O1", "H", "V1", load=Load(load_g=20_000, load_ml=1)),)
    visits = chosen_visits(scenario(orders=heavy), policy(CHOSEN))
    assert [gaps_before(days, 6) for days in visits.values()] == [[3, 3]]


def test_least_days_by_turns_are_a_choice_among_the_days_allowed() -> None:
    """V2 has greens and stays daily; V1 and V3 have every other day, whichever turn it is."""
    greens = Commodity(id="greens", max_on_board_s=3_600)
    orders = tuple(order(f"O{k}", "H", f"V{k}", commodity="greens" if k == 2 else "parcel") for k in (1, 2, 3))
    built = county(scenario(orders=orders, commodities=(Commodity(id="parcel"), greens)))
    typical = Typical(built, policy(CHOSEN, floor=3), 6, cheapest_vehicle(built))
    visits = typical.visits(typical.in_turns(), (-1, 0, 0, 0))
    assert visits["V2"] == tuple(range(6))
    assert {visits["V1"], visits["V3"]} <= {(0, 2, 4), (1, 3, 5)}


def test_the_frontier_holds_what_nobody_beats() -> None:
    """Daily and alternate stay; one that waits as long as alternate and costs more, and a double, do not."""
    assert frontier([(0.0, 9.0), (0.5, 6.0), (0.5, 7.0), None, (0.5, 6.0), (1.0, 6.5)]) == {0, 1}


def outcomes_at(
    costs: Mapping[str, tuple[int | None, ...]],
    *,
    policies: tuple[Frequency, ...] = (policy(DAILY), policy("alternate")),
    weeks: int = 1,
    left: dict[str, int] | None = None,
    visited: tuple[str, ...] = ("V1", "V2", "V3"),
) -> tuple[Outcome, ...]:
    """Return outcomes of two days a week that cost so much, None without a plan; ``left``: penalty of each day."""
    day = three_villages()
    study = lay_out(day, policies, {}, cycles_of(day, 2, weeks), limit=Limit(stop=Stop(iterations=1)))
    days = [each.id for each in study.agenda.days]
    measured, plans = {}, {}
    for name, told in costs.items():
        fen = (left or {}).get(name, 0)
        there = {key: plain_kpis(cost) for key, cost in zip(days, told, strict=True) if cost is not None}
        measured[name] = {key: replace(kpis, unserved_pieces=2 if fen else 0) for key, kpis in there.items()}
        plans[name] = {key: PlannedDay(visited=frozenset(visited), penalty_fen=fen) for key in there}
    return outcomes_of(study, Comparison(agenda=study.agenda, measured=measured), plans)


def test_costs_are_compared_over_whole_cycles_that_all_policies_have() -> None:
    """The dear second week was not planned for alternate: the first counts, where it costs 100 more, not 900 less.

    Least has one day of its first week: it has not all days, and no place on the frontier.
    """
    policies = (policy(DAILY), policy("alternate"), policy("least"))
    costs = {
        DAILY: (1_000, 1_000, 3_000, 3_000),
        "alternate": (1_100, 1_100, None, 1_200),
        "least": (1, None, None, None),
    }
    daily, alternate, least = outcomes_at(costs, policies=policies, weeks=2)
    assert daily.cost_fen is not None
    assert alternate.against is not None
    assert (daily.cost_fen.mean, daily.cost_fen.days) == (1_000, 2)
    assert alternate.against.difference.mean == 100
    assert [each.is_frontier for each in (daily, alternate, least)] == [True, False, False]
    assert (least.cost_fen, least.vehicles, least.visits_per_week, least.coverage) == (None, None, None, None)
    assert frontier_text(least).en == "not all days"


def test_no_cycle_is_compared_where_no_policy_has_one() -> None:
    """One day of two."""
    assert compared_cycles({"week 1": ("a", "b")}, {"x": {}, "y": {}}) == ()
    assert all(each.cost_fen is None for each in outcomes_at({DAILY: (1, None), "alternate": (None, 1)}))


def test_a_policy_that_leaves_goods_pays_the_countys_penalties_for_them() -> None:
    """Half as dear as daily visits, it leaves goods at 1,000 fen a day: 1,500 against 1,000, and off the frontier."""
    daily, alternate = outcomes_at({DAILY: (1_000, 1_000), "alternate": (500, 500)}, left={"alternate": 1_000})
    assert alternate.cost_fen is not None
    assert (alternate.cost_fen.mean, alternate.penalty_fen, alternate.unserved_pieces) == (1_500, 1_000, 2)
    assert (daily.is_frontier, alternate.is_frontier, alternate.is_sure) == (True, False, True)
    assert frontier_text(alternate).en == "no"


def test_a_place_on_the_frontier_that_hangs_on_noise_says_so() -> None:
    """Every other day saves 100 fen on one day and costs 50 more on the other: cheaper in the mean, but not surely."""
    daily, alternate = outcomes_at({DAILY: (1_000, 1_000), "alternate": (900, 1_050)})
    assert (daily.is_frontier, daily.is_sure) == (True, True)
    assert (alternate.is_frontier, alternate.is_sure) == (True, False)
    assert frontier_text(alternate).en == "≈ yes"


def test_visits_are_those_of_the_plans() -> None:
    """Goods for three places, but only V1 is visited, and on both days whatever the policy says: 7 / 3 a week."""
    once, _ = outcomes_at({"least": (1, 1), DAILY: (1, 1)}, policies=(policy("least"), policy(DAILY)), visited=("V1",))
    assert once.visits == {"week 1": {"V1": frozenset({0, 1}), "V2": frozenset(), "V3": frozenset()}}
    assert once.visits_per_week == pytest.approx(7 / 3)


def test_changes_of_policies_are_widened_for_the_number_of_policies() -> None:
    """Two policies besides daily visits, 500 and 490 fen a day dearer: 495 +- 5 t, t(1) being 25.45 for two at once."""
    policies = (policy(DAILY), policy("alternate"), policy("least"))
    costs = {DAILY: (1_000, 1_050), "alternate": (1_500, 1_540), "least": (1_000, 1_050)}
    _, alternate, _ = outcomes_at(costs, policies=policies)
    assert alternate.against is not None
    assert alternate.against.difference.mean == 495
    assert alternate.against.difference.half_width == pytest.approx(127.3, abs=0.1)


def test_the_worst_decile_is_the_place_that_waits_longest() -> None:
    """One of three places: (2 x 3 + 0 x 1) / 4 = 1.5 days."""
    waits = [Wait(place="V1", pieces=3, days=2), Wait(place="V1", pieces=1, days=0), Wait(place="V2", pieces=9, days=1)]
    assert worst_decile([*waits, Wait(place="V3", pieces=1, days=0)]) == 1.5
    assert worst_decile([]) == 0


def test_a_file_of_policies_is_read(tmp_path: Path) -> None:
    """Names, floors and prices; what is not written has the floor of the command."""
    text = '[[policies]]\nid = "a"\nrule = "chosen"\nwait_yuan_per_piece_day = 0.5\n'
    text += '[[policies]]\nid = "b"\nrule = "least"\nfloor = 2\nname_zh = "少"\n'
    file = tmp_path / "p.toml"
    file.write_text(text, encoding="utf-8")
    first, second = read_policies(file, three_villages(), 6, 3)
    assert (first.rule, first.floor, first.wait_fen) == (CHOSEN, 3, 50)
    assert (second.floor, second.name.zh, second.name.en) == (2, "少", "少")


def test_the_example_of_the_library_is_a_file_of_policies() -> None:
    """Five policies for a cycle of six days."""
    found = read_policies(LIBRARY / "policies" / "often.toml", three_villages(), 6, 1)
    assert [each.id for each in found] == ["daily", "alternate", "three", "two", "patient"]
    assert (found[3].daily_above, found[4].wait_fen) == (40, 50)


def test_every_fault_of_a_file_is_found_at_once(tmp_path: Path) -> None:
    """An unknown rule, a floor beyond the cycle, the same id twice, markets that nobody states, a word unknown."""
    rows = ['id = "a"\nrule = "chosen"\nfloor = 7', 'id = "a"\nrule = "market"\nfoo = 1', 'id = "b"\nrule = "never"']
    file = tmp_path / "p.toml"
    file.write_text("\n".join(f"[[policies]]\n{row}" for row in rows), encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"^E510 ") as caught:
        read_policies(file, three_villages(), 6, 1)
    assert {fault.code for fault in caught.value.faults} >= {"E511", "E512", "E513", "E335"}
    assert len(caught.value.faults) == 5


@pytest.mark.parametrize(
    ("day", "days", "floor", "code"),
    [(scenario(), 6, 1, "E514"), (three_villages(), 3, 4, "E511")],
)
def test_refuses_a_county_without_villages_and_a_floor_beyond_the_cycle(
    day: Scenario, days: int, floor: int, code: str
) -> None:
    """Before anything is planned."""
    with pytest.raises(InvalidInput, match=r"^E510 ") as caught:
        usual_policies(day, days, floor)
    assert [fault.code for fault in caught.value.faults] == [code]


def test_a_file_without_policies_is_refused(tmp_path: Path) -> None:
    """E515."""
    file = tmp_path / "p.toml"
    file.write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"^E510 ") as caught:
        read_policies(file, three_villages(), 6, 1)
    assert [fault.code for fault in caught.value.faults] == ["E515"]


def test_usual_policies_ask_for_market_days_where_there_are_any() -> None:
    """Without calendars there is no such policy."""
    assert [p.rule for p in usual_policies(three_villages(), 6, 3)] == [DAILY, "alternate", "twice", CHOSEN]
    places = (place(0), place(1, market=parse_market_days("1,4,7")), place(2), place(3))
    assert MARKET in [p.rule for p in usual_policies(three_villages(places=places), 6, 3)]
