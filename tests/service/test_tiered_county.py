"""Questions about the library's county with stations, buses, a villager's van and drones: changed, asked, replanned."""

from __future__ import annotations

import json
import shutil
import threading
import zlib
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock

import numpy as np
import pytest

from api.schemas import Origin, PlanFile, from_tiered
from api.service.questions import Asked
from api.service.tiered_insertions import insertions
from api.service.tiered_retiming import evaluate
from api.service.work import replanning
from api.service.work.desk import PLAN, Desk
from api.tiers import gone_wrong
from optimizer.repair import complete
from optimizer.replan import Weights
from optimizer.stop import Stop
from optimizer.tiers.check import check_tiers
from optimizer.tiers.clocks import first_clocks
from optimizer.tiers.legs import expand
from optimizer.tiers.moves import Moves
from optimizer.tiers.plan import settle
from optimizer.tiers.replanning import replan_tiers
from scenarios.build import build_problem
from scenarios.events import BrokenVehicle, Events
from scenarios.files import read_scenario
from tests.service.tiered import asked, dropped, routes_of

if TYPE_CHECKING:
    from optimizer.tiers.model import TieredPlan, Tiers
    from scenarios.build import County

THREE = Path(__file__).resolve().parents[2] / "scenarios" / "library" / "three_tiers"


@lru_cache(maxsize=1)
def day() -> tuple[County, Tiers, TieredPlan]:
    """Return the county and a plan by cheapest insertion, villages through their stations; accepted."""
    county = build_problem(read_scenario(THREE))
    tiers = county.tiers
    assert tiers is not None
    choice = Moves(tiers, np.random.default_rng(1)).through()
    legs = expand(tiers, choice, first_clocks(tiers, choice))
    plan = settle(legs, complete(legs.problem, {}))
    assert not check_tiers(tiers, plan)
    assert plan.handovers
    assert plan.rides
    return county, tiers, plan


def question(folder: Path, **fields: Any) -> Asked:
    county, tiers, plan = day()
    made = asked(tiers, plan, folder, **fields)
    return Asked(county=county, question=made.question, folder=folder)


def test_an_unchanged_county_is_what_it_was_and_half_a_way_is_lost(tmp_path: Path) -> None:
    """Not a fen more for the stored trips; without one second leg exactly that shipment is lost, at its station."""
    _, tiers, plan = day()
    same = evaluate(question(tmp_path, routes=routes_of(plan)))
    assert (same["violations"], same["cost_change_fen"]) == ([], 0)
    stored = from_tiered(plan, Origin()).model_dump(mode="json")["tiers"]
    same["tiers"]["handovers"].sort(key=lambda handover: handover["shipment"])
    stored["handovers"].sort(key=lambda handover: handover["shipment"])
    assert same["tiers"] == stored
    handover = next(h for h in plan.handovers if f"{h.shipment}/2" not in {r.shipment for r in plan.rides})
    assert tiers.problem.shipment_of[handover.shipment]
    half = evaluate(question(tmp_path, routes=dropped(routes_of(plan), f"{handover.shipment}/2")))
    broken = [(v["rule"], v["shipment"], v["place"]) for v in half["violations"]]
    assert broken == [("lost", handover.shipment, handover.station)]


def test_an_order_of_a_village_with_every_way_is_offered_several(tmp_path: Path) -> None:
    """V009 may be served direct, by bus, through S02 and by both: sorted, allowed, leaving it out at its penalty."""
    _, tiers, _ = day()
    (shipment,) = (s for s in tiers.problem.shipments if s.destination == "V009" and s.commodity == "parcel")
    (told,) = insertions(question(tmp_path, order=shipment.id, most=6))["shipments"]
    carried = [option for option in told["options"] if option["kind"] == "carry"]
    assert told["options"] == sorted(told["options"], key=lambda option: option["total_change_fen"])
    ways = {option["way"] for option in carried}
    assert len(ways) >= 3
    assert ways <= {str(way) for way in tiers.ways("V009")}
    left = next(option for option in told["options"] if option["kind"] == "leave_out")
    assert left["total_change_fen"] == told["penalty_fen"] + left["operating_change_fen"]
    assert carried[0]["total_change_fen"] <= 0


@pytest.mark.slow
def test_a_job_replans_the_county_and_stores_an_answer_with_its_handovers(tmp_path: Path) -> None:
    """An order is cancelled at 09:10: the plan of the job is of version 2, and all three answers are in the result."""
    _, _, plan = day()
    shutil.copytree(THREE, tmp_path / "scenario", ignore=shutil.ignore_patterns("cache"))
    events = 'now = "09:10"\n[[cancelled]]\norder = "D00002"\n'
    asked_for = {"iterations": 1, "seed": 1, "plan": "pln_1", "events": events, "answer": "smallest"}
    desk = Desk(
        folder=tmp_path,
        cache=tmp_path / "cache",
        request=asked_for,
        most_s=60,
        most_workers=1,
        tell=MagicMock(),
        cancel=threading.Event(),
    )
    record = from_tiered(plan, Origin()).model_dump_json(by_alias=True)
    (tmp_path / PLAN).write_bytes(zlib.compress(record.encode()))
    done = replanning.run(desk)
    assert done.plan is not None
    assert done.result is not None
    stored = PlanFile.model_validate_json(zlib.decompress(done.plan))
    assert stored.tiers is not None
    assert stored.tiers.handovers
    assert set(json.loads(zlib.decompress(done.result))["plans"]) == {"smallest", "balanced", "cheapest"}


@pytest.mark.slow
def test_the_county_goes_on_after_a_breakdown() -> None:
    """The vehicle with most goods stops at 09:30: every answer is accepted, and the busiest hours before stand."""
    county, _, plan = day()
    route = max(plan.plan.routes, key=lambda r: sum(len(t.shipments) for t in r.trips))
    broken = BrokenVehicle(vehicle_type=route.vehicle_type, number=route.number)
    _, past = gone_wrong(county, plan, Events(now_s=34_200, broken=(broken,)))
    found = replan_tiers(past, weights=Weights(), stop=Stop(iterations=1))
    for name, answer in found.plans.items():
        wrong = past.judge(answer)
        assert not wrong, (name, [each.render("en") for each in wrong])
    dearer = replace(plan.plan, cost=replace(plan.plan.cost, time_fen=plan.plan.cost.time_fen + 1))
    assert past.judge(replace(plan, plan=dearer))
