"""What an island searches with: PyVRP where it lacks no rule, annealing under the full rules elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.annealing import Annealing
from optimizer.engines.sayable import is_sayable
from optimizer.model import Cleaning, Compartment, Conflict, Depot, DrivingRule, Lock, TimeWindow
from optimizer.over_pyvrp import LongWalk, Memetic
from optimizer.parts import ALL_PARTS, Parts
from optimizer.searchers import kinds
from optimizer.sweeps import Sweeps
from tests.helpers import HOUR_S, down, problem, shipment, up, vehicle, with_place

if TYPE_CHECKING:
    from optimizer.problem import Problem

ONE_TRIP = (vehicle(max_trips=1),)
MORNING, EVENING = (TimeWindow(early_s=h * HOUR_S, late_s=(h + 2) * HOUR_S) for h in (8, 18))

SAID: dict[str, Problem] = {
    "both ways": problem([down(1), up(2)], ONE_TRIP),
    "local": problem([shipment("L", "V1", "V2")]),
    "several windows": with_place(problem([down(1)]), "V1", windows=(MORNING, EVENING)),
    "several trips": problem([down(1)], (vehicle(max_trips=3),)),
    "a conflict of goods that are not there": problem(
        [down(1)], conflicts=(Conflict(first="pesticide", second="greens"),)
    ),
    "docks without loading": problem([down(1)], depots=(Depot(place="H", docks=1),)),
}

NOT_SAID: dict[str, Problem] = {
    "due at the depot": problem([up(1, due_s=9 * HOUR_S)]),
    "time on board": problem([up(1, max_on_board_s=HOUR_S)]),
    "conflict": problem(
        [down(1, commodity="pesticide"), down(2, commodity="greens")],
        conflicts=(Conflict(first="pesticide", second="greens"),),
    ),
    "cleaning": problem(
        [down(1, commodity="pesticide"), down(2, commodity="greens")],
        cleanings=(Cleaning(after="pesticide", before="greens", duration_s=60),),
    ),
    "docks": problem([down(1)], depots=(Depot(place="H", docks=1, loading_s=60),)),
    "rests": problem([down(1)], (vehicle(driving_rule=DrivingRule()),)),
    "compartments": problem(
        [down(1)], (vehicle(compartments=(Compartment(id="a", capacity=(9,)), Compartment(id="b", capacity=(9,)))),)
    ),
    "deliveries first": problem([down(1)], (vehicle(deliveries_first=True),)),
    "a fleet without vehicles": problem([down(1)], ()),
    "lock": problem([down(1), down(2)], locks=(Lock(shipment="D1", after="D2"),)),
    "shelf": with_place(problem([down(1)]), "V1", shelf=(100,)),
    "two windows of a local shipment": problem([shipment("L", "V1", "V2", pickup_windows=(MORNING, EVENING))]),
}


@pytest.mark.parametrize("name", SAID)
def test_pyvrp_can_say(name: str) -> None:
    assert is_sayable(SAID[name])


@pytest.mark.parametrize("name", NOT_SAID)
def test_pyvrp_cannot_say(name: str) -> None:
    assert not is_sayable(NOT_SAID[name])


def test_a_small_county_of_single_trips_gets_a_walk_and_a_population_first() -> None:
    assert kinds(SAID["both ways"], ALL_PARTS) == [LongWalk, Memetic, Annealing]


def test_several_trips_get_annealing_and_a_walk() -> None:
    assert kinds(SAID["several trips"], ALL_PARTS) == [Annealing, LongWalk]


def test_rules_that_pyvrp_lacks_get_annealing_alone() -> None:
    assert kinds(NOT_SAID["docks"], ALL_PARTS) == [Annealing]


def test_what_is_left_out_does_not_take_part() -> None:
    assert kinds(SAID["both ways"], Parts(annealing=False)) == [LongWalk, Memetic]
    assert kinds(SAID["both ways"], Parts(genetic=False)) == [Annealing]


def test_sweeps_serve_where_neither_can_run() -> None:
    assert kinds(NOT_SAID["docks"], Parts(annealing=False)) == [Sweeps]
