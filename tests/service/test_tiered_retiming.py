"""``:evaluate`` across tiers: ways and handovers follow from trips and rides, and the referee of tiers judges them.

The county of ``towns``, D-V1 and D-V2 through S: the van drives H, S, H and the wheeler S, V1, V2, S, for
23,200 and 1,452 fen (``tests.optimizer.tiers.test_plan`` has the arithmetic).
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from api.errors import InvalidInput
from api.schemas import PlanFile, to_tiered
from api.service.retiming import unknown_in
from api.service.schemas import EvaluateRequest
from api.service.tiered_retiming import evaluate
from optimizer.model import TimeWindow
from optimizer.tiers.check import check_tiers
from optimizer.tiers.model import DIRECT, Way
from tests.helpers import HOUR_S, four_village_problem, with_vehicle
from tests.optimizer.tiers.towns import BEHIND, S, assert_clean, bus, clocks, planned, tiers, to
from tests.service.tiered import asked, dropped, routes_of

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.tiers.model import TieredPlan, Tiers

LINE = Way(last="line")
COST_FEN = 23_200 + 1_452
ON_BUS = {"shipment": "D-V1", "departure": "B1", "origin": "H", "destination": "V1"}


@lru_cache(maxsize=1)
def day() -> tuple[Tiers, TieredPlan]:
    """Return the county with a bus at 08:00 that any village may use, and the plan through the station."""
    county = tiers(
        [to("V1"), to("V2")], departures=[bus("B1", 8)], modes=dict.fromkeys(BEHIND, frozenset({DIRECT, S, LINE}))
    )
    plan = planned(county, dict.fromkeys(BEHIND, S), clocks())
    assert_clean(county, plan)
    assert plan.plan.cost.total_fen == COST_FEN
    return county, plan


def told(folder: Path, *, county: Tiers | None = None, **question: Any) -> dict[str, Any]:
    """Return the answer; whatever it says of rules, the referee says of the plan that it gives."""
    known, plan = day()
    county = county or known
    answer = evaluate(asked(county, plan, folder, **question))
    record = {"schema": "gongpei.plan", "version": 2, "plan": answer["plan"], "tiers": answer["tiers"]}
    again = to_tiered(PlanFile.model_validate_json(json.dumps(record)))
    assert [v.rule for v in check_tiers(county, again)] == rules(answer)
    return answer


def rules(answer: dict[str, Any]) -> list[str]:
    return [violation["rule"] for violation in answer["violations"]]


def decided() -> list[dict[str, Any]]:
    return routes_of(day()[1])


def of(routes: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """Return the only day of a vehicle type."""
    (route,) = (route for route in routes if route["vehicle_type"] == kind)
    return route


def test_an_unchanged_plan_is_what_it_was(tmp_path: Path) -> None:
    """The same times, ways and handovers, no fen more or less."""
    answer = told(tmp_path, routes=decided())
    assert (answer["is_accepted"], answer["cost_change_fen"], answer["unserved"]) == (True, 0, [])
    record = asked(*day(), tmp_path).record
    assert record.tiers is not None
    assert answer["tiers"] == record.tiers.model_dump(mode="json")
    assert answer["plan"] == record.plan.model_dump(mode="json")


def test_goods_moved_from_station_to_bus_cost_the_fare_and_save_a_visit(tmp_path: Path) -> None:
    """One piece for 100 fen; the wheeler passes V1 without its 60 s, which cost 6: 94 more. V1 goes by line then."""
    answer = told(tmp_path, routes=dropped(decided(), "D-V1/1", "D-V1/2"), rides=[ON_BUS])
    assert (rules(answer), answer["cost_change_fen"]) == ([], 94)
    assert answer["tiers"]["choice"]["V1"] == "line"
    (ride,) = answer["tiers"]["rides"]
    assert (ride["board_s"], ride["alight_s"]) == (8 * HOUR_S, 8 * HOUR_S + 2_220)
    assert [h["shipment"] for h in answer["tiers"]["handovers"]] == ["D-V2"]


def test_a_request_says_rides_without_times_and_nothing_unknown() -> None:
    """As somebody sends it; times and other fields are refused."""
    request = EvaluateRequest.model_validate({"routes": decided(), "rides": [ON_BUS]})
    assert request.model_dump(mode="json")["rides"] == [ON_BUS]
    assert EvaluateRequest.model_validate({"routes": []}).rides is None
    with pytest.raises(ValidationError, match="board_s"):
        EvaluateRequest.model_validate({"routes": [], "rides": [{**ON_BUS, "board_s": 0}]})


def test_goods_that_nothing_names_are_left_and_cost_their_penalty(tmp_path: Path) -> None:
    """Without D-V1 the wheeler saves 6 fen, and 1,000,000 are due."""
    answer = told(tmp_path, routes=dropped(decided(), "D-V1/1", "D-V1/2"))
    assert (rules(answer), answer["unserved"], answer["cost_change_fen"]) == ([], ["D-V1"], 1_000_000 - 6)


def test_goods_sent_direct_ride_on_the_van(tmp_path: Path) -> None:
    """V1 and V2 from the hub: the van drives two steps farther each way, and the station has nothing to do.

    10,000 + 80 km x 100 + (16 x 600 + 120) s at 1 fen = 27,720 fen.
    """
    visits = [{"place": p, "deliver": [f"D-{p}"], "collect": []} for p in ("V1", "V2")]
    answer = told(tmp_path, routes=[{"vehicle_type": "van", "number": 1, "trips": [{"visits": visits}]}])
    assert (rules(answer), answer["cost"]["total_fen"]) == ([], 27_720)
    assert set(answer["tiers"]["choice"].items()) >= {("V1", "direct"), ("V2", "direct")}


def test_whoever_takes_goods_on_waits_for_a_van_that_is_late(tmp_path: Path) -> None:
    """Loaded at 12:00 it is at S at 13:00; the wheeler, which nobody has touched, leaves at 13:10 instead."""
    routes = decided()
    of(routes, "van")["trips"][0]["load_start_s"] = 12 * HOUR_S
    answer = told(tmp_path, routes=routes)
    assert (rules(answer), answer["cost_change_fen"]) == ([], 0)
    assert of(answer["plan"]["routes"], "wheeler")["trips"][0]["load_start_s"] == 13 * HOUR_S + 600


def test_goods_taken_before_they_came_break_that_rule_alone(tmp_path: Path) -> None:
    """A wheeler that works until 12:00 cannot wait for 13:10; both handovers name the moment."""
    county, _ = day()
    short = with_vehicle(county.problem, "wheeler", shift=TimeWindow(early_s=6 * HOUR_S, late_s=12 * HOUR_S))
    routes = decided()
    of(routes, "van")["trips"][0]["load_start_s"] = 12 * HOUR_S
    answer = told(tmp_path, county=replace(county, problem=short), routes=routes)
    assert rules(answer) == ["left_before_ready"] * 2
    assert {v["limit"] for v in answer["violations"]} == {13 * HOUR_S + 600}
    assert all(v["zh"] and v["en"] for v in answer["violations"])


def test_half_a_way_is_lost_goods(tmp_path: Path) -> None:
    """Brought to S and fetched by nobody; the same the other way round."""
    for half, other in (("D-V1/2", "D-V1/1"), ("D-V1/1", "D-V1/2")):
        answer = told(tmp_path, routes=dropped(decided(), half))
        (broken,) = answer["violations"]
        assert (broken["rule"], broken["shipment"], broken["place"]) == ("lost", "D-V1", "S"), other


def test_a_bus_that_does_not_call_there_is_named_with_the_goods(tmp_path: Path) -> None:
    """B1 goes out, so it takes nothing from V1 to H."""
    ride = {**ON_BUS, "origin": "V1", "destination": "H"}
    answer = told(tmp_path, routes=dropped(decided(), "D-V1/1", "D-V1/2"), rides=[ride])
    (broken,) = answer["violations"]
    assert (broken["rule"], broken["vehicle"], broken["shipment"]) == ("ride_stops", "B1", "D-V1")


def test_a_way_that_a_village_does_not_allow_is_named(tmp_path: Path) -> None:
    """V1 by road only, yet D-V1 rides the bus."""
    county, _ = day()
    barred = replace(county, modes={**county.modes, "V1": frozenset({DIRECT, S})})
    answer = told(tmp_path, county=barred, routes=dropped(decided(), "D-V1/1", "D-V1/2"), rides=[ON_BUS])
    assert rules(answer) == ["way_barred"]


@pytest.mark.parametrize(
    ("code", "ids", "question"),
    [
        ("E658", "B9", {"rides": [{**ON_BUS, "departure": "B9"}]}),
        ("E658", "D-V9, V9", {"rides": [{**ON_BUS, "shipment": "D-V9", "destination": "V9"}]}),
        ("E658", "D-V1/3", {"routes": [("van", "V1", "D-V1/3")]}),
        ("E665", "D-V1", {"routes": [("van", "V1", "D-V1"), ("wheeler", "V1", "D-V1/2")]}),
        ("E665", "D-V1", {"routes": [("van", "V1", "D-V1")], "rides": [ON_BUS]}),
        ("E665", "D-V1", {"routes": [("van", "V1", "D-V1/1")]}),
    ],
)
def test_what_means_nothing_or_two_things_at_once_is_refused_by_name(
    code: str, ids: str, question: dict[str, Any], tmp_path: Path
) -> None:
    """Unknown departures, places and legs; goods whole and by legs, on a van and a bus, to a station that is none."""
    routes = [
        {"vehicle_type": kind, "number": 1, "trips": [{"visits": [{"place": place, "deliver": [i], "collect": []}]}]}
        for kind, place, i in question.pop("routes", [])
    ]
    with pytest.raises(InvalidInput, match=rf"^{code} ") as caught:
        told(tmp_path, routes=routes, **question)
    assert all(i in str(caught.value) for i in ids.split(", "))
    assert caught.value.render("zh")


def test_vehicles_that_are_named_more_than_once_are_told_in_their_order() -> None:
    """van#2 three times, van#1 twice.

    Past bug: each was told as "x2", in an order that changed from one start of the program to the next.
    """
    days = [{"vehicle_type": "van", "number": number, "trips": []} for number in (2, 1, 2, 1, 2)]
    assert unknown_in(four_village_problem(), days, set()) == ["van#2 x3", "van#1 x2"]
