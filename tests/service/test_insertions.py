"""``:candidates`` of a day of one tier: an order of several shipments, and one of more than anybody reads."""

from __future__ import annotations

import zlib
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from api.schemas import Origin, from_plan
from api.service.documents import toml_of
from api.service.insertions import MOST_SHIPMENTS, insertions
from api.service.questions import Asked
from optimizer.repair import complete
from scenarios.build import build_problem
from scenarios.files import read_scenario
from tests.service.workers import LIBRARY

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.build import County


@pytest.fixture(scope="module")
def county() -> County:
    return build_problem(read_scenario(LIBRARY / "four_villages"))


def told(county: County, folder: Path, **row: Any) -> dict[str, Any]:
    """Ask where a new order from the hub could ride in a plan in which a van carries everything else."""
    new = {"id": "N1", "origin": "H", "brand": "中通", **row}
    record = from_plan(complete(county.problem, {}), Origin())
    question = {
        "ask": "candidates",
        "order": "N1",
        "added": toml_of({"added": [new]}),
        "most": 4,
        "plan": b64encode(zlib.compress(record.model_dump_json(by_alias=True).encode())).decode(),
    }
    return insertions(Asked(county=county, question=question, folder=folder))


def test_two_shipments_that_are_offered_the_same_truck_are_also_told_together(county: County, tmp_path: Path) -> None:
    """1,600 kg are two loads of the truck: 25,333 fen for one of them, 30,667 for both, not twice as much.

    One: 20,000 for the day, 10 km x 200, and 20 min of loading, 20 of driving, 10 of the visit at 4,000 an hour.
    Both: 20 km and 100 min, 20,000 + 4,000 + 6,667.
    """
    answer = told(county, tmp_path, destination="C", pieces=1_600)
    best = [shipment["options"][0] for shipment in answer["shipments"]]
    assert [(way["vehicle"], way["total_change_fen"], way["is_new_trip"]) for way in best] == [
        ("truck#1", 25_333, True)
    ] * 2
    together = answer["together"]
    assert (together["total_change_fen"], together["left"]) == (30_667, [])
    assert sorted((ride["vehicle"], ride["trip"]) for ride in together["carried"]) == [("truck#1", 1), ("truck#1", 2)]


def test_of_an_order_in_two_hundred_shipments_ten_are_told(county: County, tmp_path: Path) -> None:
    """100,000 pieces of 1 kg are 200 loads of a van."""
    answer = told(county, tmp_path, destination="D", pieces=100_000)
    assert (answer["num_shipments"], len(answer["shipments"])) == (200, MOST_SHIPMENTS)
    assert answer["together"] is None


def test_an_order_of_one_shipment_needs_no_together(county: County, tmp_path: Path) -> None:
    """Three pieces for A ride on the van that goes there anyway."""
    answer = told(county, tmp_path, destination="A", pieces=3)
    assert (answer["num_shipments"], answer["together"]) == (1, None)
    assert answer["shipments"][0]["options"][0]["vehicle"] == "van#1"
