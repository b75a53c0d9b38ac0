"""What replan's answers are judged by: the referee's rules, and a past that nobody can change.

The road: H V1 V2 V3 V4, 600 s and 5,000 m a step; 60 s a visit, 600 s to load at H. By 08:01 van#1 has
left V1 and V2 behind and carries D3 and D4; van#2 is at home.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from optimizer.plan import Plan, Route
from optimizer.problem import Matrix
from optimizer.replan import LAPSES, Breakdown, Situation, judge, pin
from tests.helpers import HOUR_S, Call, four_village_problem, plan, route, run

COUNTY = four_village_problem()
V1, V2 = Call("V1", ("D1",)), Call("V2", ("D2",), ("U2",), start_s=8 * HOUR_S)
V3, V4 = Call("V3", ("D3",)), Call("V4", ("D4",), ("U4",))
OLD = plan(COUNTY, route(run(COUNTY, V1, V2, V3, V4, load_start_s=7 * HOUR_S)))
NOW = Situation(now_s=8 * HOUR_S + 60)


def told(answer: Plan, situation: Situation = NOW) -> list[str]:
    """Return what is wrong, in English."""
    return [each.render("en") for each in judge(pin(COUNTY, COUNTY, OLD, situation), answer)]


def names(answer: Plan, situation: Situation = NOW) -> set[str]:
    """Return the rules broken, with the first vehicle that the sentence names."""
    found = (re.match(r"\[(\w+)\].*?(\w+#\d|$)", each) for each in told(answer, situation))
    return {f"{each[1]} {each[2]}" for each in found if each}


def test_the_old_plan_goes_on() -> None:
    """Nothing has happened: the plan itself is an answer."""
    assert names(OLD) == set()


def test_a_visit_made_cannot_be_unmade_and_another_hour_cannot_be_made_up() -> None:
    """V1 put last, and a whole trip loaded at 07:30 by a van that stood at home."""
    assert "past_visit van#1" in names(plan(COUNTY, route(run(COUNTY, V2, V3, V4, V1, load_start_s=7 * HOUR_S))))
    first = run(COUNTY, V1, V2, V3, load_start_s=7 * HOUR_S)
    second = run(COUNTY, V4, load_start_s=7 * HOUR_S + 1_800)
    assert "past_loading van#2" in names(plan(COUNTY, route(first), route(second, number=2)))


def test_goods_on_board_do_not_change_trips() -> None:
    """D4 is on board at 08:01; to bring it home and out again is not what was asked."""
    first = run(COUNTY, V1, V2, V3, load_start_s=7 * HOUR_S)
    second = run(COUNTY, V4, load_start_s=10 * HOUR_S)
    assert "past_aboard van#1" in names(plan(COUNTY, route(first, second)))


def test_a_trip_begun_is_not_forgotten() -> None:
    """The van that is out stays at home instead, the other goes at 09:00."""
    later = run(COUNTY, V1, Call("V2", ("D2",), ("U2",)), V3, V4, load_start_s=9 * HOUR_S)
    assert "past_trip van#1" in names(plan(COUNTY, route(later, number=2)))


def test_a_broken_van_goes_no_further() -> None:
    """Broken at 08:01, it may neither finish its trip nor begin a day; van#2, broken at home, cannot help."""
    broken = Breakdown(vehicle_type="van", number=1, at_s=NOW.now_s)
    assert "past_broken van#1" in names(OLD, replace(NOW, breakdowns=(broken,)))
    idle = Breakdown(vehicle_type="van", number=2, at_s=NOW.now_s)
    first, second = run(COUNTY, V1, V2, V3, load_start_s=7 * HOUR_S), run(COUNTY, V4, load_start_s=10 * HOUR_S)
    both = plan(COUNTY, route(first), route(second, number=2))
    assert "vehicle_number van#2" in names(both, replace(NOW, breakdowns=(idle,)))


def test_a_road_closed_from_now_on_was_open_before() -> None:
    """V1 > V2 was driven at 600 s; twice as long from now on, the past stands and the referee agrees."""
    road = COUNTY.matrices["road"]
    duration_s = np.array(road.duration_s)
    duration_s[1, 2] *= 2
    after = replace(COUNTY, matrices={"road": Matrix(duration_s=duration_s, distance_m=road.distance_m)})
    assert judge(pin(COUNTY, after, OLD, NOW), OLD) == ()


def test_a_vehicle_that_does_not_exist_is_named_as_the_plan_names_it() -> None:
    """bus#3 is nobody's."""
    other = replace(OLD, routes=(*OLD.routes, Route(vehicle_type="bus", number=3, trips=())))
    assert any("bus" in judged.render("en") for judged in judge(pin(COUNTY, COUNTY, OLD, NOW), other))


@pytest.mark.parametrize("name", LAPSES)
def test_every_lapse_is_told_in_both_languages_with_the_same_values(name: str) -> None:
    """A value shown in one language is shown in the other."""
    zh, en = LAPSES[name]
    assert re.search(r"[一-鿿]", zh)
    assert not re.search(r"[一-鿿]", en)
    assert set(re.findall(r"\{(\w+)", zh)) == set(re.findall(r"\{(\w+)", en))
