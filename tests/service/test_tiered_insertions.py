"""``:candidates`` across tiers: an order's ways by van, through the station and by bus, ranked by what they cost."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pytest

from api.errors import InvalidInput
from api.service.asking import ANSWERS
from api.service.questions import Asked
from api.service.tiered_insertions import insertions
from optimizer.tiers.model import DIRECT, Way
from tests.api.tiered import tiered_county, tiered_plan
from tests.optimizer.tiers.towns import BEHIND, S, assert_clean, back, bus, clocks, home, planned, tiers, to
from tests.service.tiered import asked

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.tiers.model import TieredPlan, Tiers

ALL = frozenset({DIRECT, S, Way(last="line"), Way("S", "line"), Way("S", last="line")})
"""Every way but by two lines."""


@lru_cache(maxsize=1)
def day() -> tuple[Tiers, TieredPlan]:
    """Return the county with buses out at 08:00 and back at 15:00; D-V1 and D-V2 go through S, U-V3 as well."""
    goods = [to("V1"), to("V2"), back("V3")]
    county = tiers(goods, departures=[bus("B1", 8), home("R1", 15)], modes=dict.fromkeys(BEHIND, ALL))
    plan = planned(county, dict.fromkeys(BEHIND, S), clocks())
    assert_clean(county, plan)
    return county, plan


def told(folder: Path, order: str, most: int = 20, plan: TieredPlan | None = None) -> dict[str, Any]:
    county, known = day()
    answer = insertions(asked(county, plan or known, folder, order=order, most=most))
    (shipment,) = answer["shipments"]
    found: dict[str, Any] = shipment
    return found


def simple(folder: Path, order: str = "D-V1") -> dict[str, Any]:
    """Ask of a county in which the van goes to S, and the wheeler from S to V1 and V2, for 24,652 fen."""
    county = tiers([to("V1"), to("V2")], departures=[bus("B1", 8)], modes=dict.fromkeys(BEHIND, ALL))
    plan = planned(county, dict.fromkeys(BEHIND, S), clocks())
    assert plan.plan.cost.total_fen == 24_652
    found: dict[str, Any] = insertions(asked(county, plan, folder, order=order, most=20))["shipments"][0]
    return found


def test_every_way_is_offered_at_what_it_costs(tmp_path: Path) -> None:
    """As it is: 0. Without D-V1 the wheeler spares 60 s, 6 fen; each way by bus costs 100 instead.

    Where the bus goes to S only the wheeler calls at V1 all the same. The van goes on from S to V1 and back:
    10 km x 100 + 1,260 s = 2,260.
    """
    found = simple(tmp_path)
    cheapest: dict[str, int] = {}
    for option in found["options"]:
        cheapest.setdefault(option.get("way", "leave_out"), option["total_change_fen"])
    expected = {"S": 0, "line": 94, "S>line": 94, "line>S": 100, "direct": 2_254, "leave_out": 1_000_000 - 6}
    assert cheapest == expected
    changes = [option["total_change_fen"] for option in found["options"]]
    assert changes == sorted(changes)
    assert found["is_complete"]


def told_together(folder: Path, room: int) -> dict[str, Any]:
    """Ask of an order that rides as D-V1 and D-V2, of 10 each, beside a bus with so much room."""
    county = tiers([to("V1"), to("V2")], departures=[bus("B1", 8, room=(room,))], modes=dict.fromkeys(BEHIND, ALL))
    plan = planned(county, dict.fromkeys(BEHIND, S), clocks())
    question = asked(county, plan, folder, order="O1", most=20)
    vars(question.county)["orders"] = {"D-V1": ("O1",), "D-V2": ("O1",)}
    answer = insertions(question)
    cheapest = [min(o["total_change_fen"] for o in each["options"]) for each in answer["shipments"]]
    assert cheapest == [0, -126]
    together: dict[str, Any] = answer["together"]
    assert (together["left"], together["is_complete"]) == ([], True)
    return together


def test_an_order_of_two_shipments_is_also_told_as_a_whole(tmp_path: Path) -> None:
    """One by bus spares the wheeler a way at most, 126 fen with the fare; both spare both vehicles, 24,652 less 200."""
    together = told_together(tmp_path, room=20)
    assert together["total_change_fen"] == 200 - 24_652
    assert {(each["shipment"], each["way"], each["departure"]) for each in together["carried"]} == {
        ("D-V1", "line", "B1"),
        ("D-V2", "line", "B1"),
    }


def test_what_is_told_as_a_whole_fits_at_once(tmp_path: Path) -> None:
    """The bus has room for one of the two, for 100; the other rides as before, without the 6 for stopping at V1."""
    together = told_together(tmp_path, room=10)
    assert together["total_change_fen"] == 100 - 6
    assert sorted(each["way"] for each in together["carried"]) == ["S", "line"]


def test_each_leg_says_who_hands_it_over_and_where(tmp_path: Path) -> None:
    """By bus to S at 08:31, where handling takes 10 min, then by wheeler to V1, a drive of 10 min: 08:51."""
    found = simple(tmp_path)
    (option,) = (o for o in found["options"] if o.get("way") == "line>S" and o.get("vehicle") == "wheeler#1")
    first, second = option["legs"]
    assert (first["leg"], first["departure"], first["place"]) == ("D-V1/1", "B1", "S")
    assert (first["at"], second["at"]) == ("2026-04-15T08:31:00+08:00", "2026-04-15T08:51:00+08:00")
    assert (option["place"], option["vehicle"], option["at"]) == ("V1", "wheeler#1", second["at"])
    assert found["now"]["vehicle"] == "wheeler#1"


def test_a_few_ways_are_of_as_many_kinds(tmp_path: Path) -> None:
    """Three ways are the best three kinds and not three vehicles of one."""
    options = told(tmp_path, "D-V1", most=3)["options"]
    assert len({o["way"] for o in options if o["kind"] == "carry"}) == 3
    assert [o["kind"] for o in options].count("leave_out") == 1


def test_goods_up_are_handed_over_where_they_are_collected(tmp_path: Path) -> None:
    """U-V3 by bus R1 boards at V3 at 15:00."""
    options = told(tmp_path, "U-V3")["options"]
    (by_bus,) = (o for o in options if o.get("way") == "line")
    assert (by_bus["departure"], by_bus["place"], by_bus["at"]) == ("R1", "V3", "2026-04-15T15:00:00+08:00")
    assert {"S", "line", "direct"} <= {o["way"] for o in options if o["kind"] == "carry"}


def test_a_bus_without_room_is_no_way(tmp_path: Path) -> None:
    """B1 holds 50 and has 10 each of D-V1 and D-V2; 35 more go by van only, or through S without a bus."""
    county, plan = day()
    heavy = to("V3", load=35)
    grown = replace(county, problem=replace(county.problem, shipments=(*county.problem.shipments, heavy)))
    full = replace(grown, departures=tuple(replace(d, room=(34,)) for d in grown.departures))
    ways = insertions(asked(full, plan, tmp_path, order="D-V3", most=20))["shipments"][0]["options"]
    kinds = {o["way"] for o in ways if o["kind"] == "carry"}
    assert kinds == {"S", "direct"}


def test_a_plan_that_breaks_a_rule_takes_nothing(tmp_path: Path) -> None:
    """Without its handovers the plan is not accepted; what is left of it is not offered either."""
    _, plan = day()
    moved = tuple(
        replace(r, trips=tuple(replace(t, return_s=t.return_s + 1) for t in r.trips)) for r in plan.plan.routes
    )
    found = told(tmp_path, "D-V1", plan=replace(plan, plan=replace(plan.plan, routes=moved)))
    assert (found["options"], found["is_complete"]) == ([], False)


def test_unknown_orders_are_refused_by_name(tmp_path: Path) -> None:
    """E431, as on a day of one tier."""
    with pytest.raises(InvalidInput, match=r"^E431 "):
        told(tmp_path, "D-V9")


def test_a_new_order_is_asked_about_on_a_day_with_station_and_bus(tmp_path: Path) -> None:
    """Three pieces for B, which takes goods through S only: left out they cost their penalty, carried their way."""
    county, towns = tiered_county()
    real = replace(county, tiers=towns, scenario=replace(county.scenario, folder=None))
    added = '[[added]]\nid = "N1"\nbrand = "中通"\norigin = "H"\ndestination = "B"\npieces = 3\n'
    question = asked(towns, tiered_plan(), tmp_path, ask="candidates", order="N1", added=added, most=4).question
    answer = ANSWERS["candidates"](Asked(county=real, question=question, folder=tmp_path))
    (found,) = answer["shipments"]
    assert {o["way"] for o in found["options"] if o["kind"] == "carry"} == {"S"}
    left = next(o for o in found["options"] if o["kind"] == "leave_out")
    assert (left["total_change_fen"], left["operating_change_fen"]) == (found["penalty_fen"], 0)
    assert found["now"] is None
    assert found["options"][0]["total_change_fen"] < found["penalty_fen"]
