"""The model's objects refuse nonsense at birth and have harmless defaults."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.errors import InvalidInput
from optimizer.model import (
    DAY_S,
    HORIZON_S,
    Cleaning,
    Compartment,
    Conflict,
    Depot,
    DrivingRule,
    Place,
    Shipment,
    TimeWindow,
    VehicleType,
)

if TYPE_CHECKING:
    from collections.abc import Callable

BOX = (Compartment(capacity=(10,)),)


def test_a_window_may_be_a_single_moment() -> None:
    """0 <= early <= late."""
    assert TimeWindow(early_s=5, late_s=5) == TimeWindow(early_s=5, late_s=5)
    assert TimeWindow() == TimeWindow(early_s=0, late_s=DAY_S)


@pytest.mark.parametrize(("early_s", "late_s"), [(-1, 5), (6, 5)])
def test_a_window_that_ends_before_it_begins_or_begins_before_the_day_is_refused(early_s: int, late_s: int) -> None:
    """E110 with both moments."""
    with pytest.raises(InvalidInput, match=r"^E110 ") as caught:
        TimeWindow(early_s=early_s, late_s=late_s)
    assert caught.value.values == {"early_s": early_s, "late_s": late_s}


def good_shipment(**changes: Any) -> Shipment:
    """Return a shipment of 1 from A to B."""
    return Shipment(**{"id": "s", "origin": "A", "destination": "B", "load": (1,), **changes})


def good_vehicle(**changes: Any) -> VehicleType:
    """Return a vehicle type at A with one box of 10."""
    return VehicleType(**{"id": "van", "depot": "A", "compartments": BOX, **changes})


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: good_shipment(load=(1, -1)), "load"),
        (lambda: good_shipment(pieces=-1), "pieces"),
        (lambda: good_shipment(ready_s=-1), "ready_s"),
        (lambda: good_shipment(due_s=-1), "due_s"),
        (lambda: good_shipment(max_on_board_s=-1), "max_on_board_s"),
        (lambda: good_shipment(service_s=-1), "service_s"),
        (lambda: good_shipment(handling_fen=-1), "handling_fen"),
        (lambda: good_shipment(penalty_fen=-1), "penalty_fen"),
        (lambda: good_vehicle(count=-1), "count"),
        (lambda: good_vehicle(regular_s=-1), "regular_s"),
        (lambda: good_vehicle(max_overtime_s=-1), "max_overtime_s"),
        (lambda: good_vehicle(fixed_fen=-1), "fixed_fen"),
        (lambda: good_vehicle(distance_fen_per_km=-1), "distance_fen_per_km"),
        (lambda: good_vehicle(time_fen_per_h=-1), "time_fen_per_h"),
        (lambda: good_vehicle(overtime_fen_per_h=-1), "overtime_fen_per_h"),
        (lambda: good_vehicle(range_m=-1), "range_m"),
        (lambda: Place(id="A", visit_s=-1), "visit_s"),
        (lambda: Place(id="A", shelf=(3, -1)), "shelf"),
        (lambda: Depot(place="A", loading_s=-1), "loading_s"),
        (lambda: Compartment(capacity=(-1,)), "capacity"),
        (lambda: DrivingRule(max_driving_s=-1), "max_driving_s"),
        (lambda: DrivingRule(rest_s=-1), "rest_s"),
        (lambda: Cleaning(after="a", before="b", duration_s=-1), "duration_s"),
    ],
)
def test_negative_amounts_are_refused_by_name(make: Callable[[], object], field: str) -> None:
    """E111 names the field and the value."""
    with pytest.raises(InvalidInput, match=r"^E111 ") as caught:
        make()
    assert (caught.value.values["field"], caught.value.values["value"]) == (field, -1)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Place(id=""), "id"),
        (lambda: good_shipment(id=""), "id"),
        (lambda: good_shipment(origin=""), "origin"),
        (lambda: good_shipment(destination=""), "destination"),
        (lambda: good_vehicle(id=""), "id"),
        (lambda: good_vehicle(depot=""), "depot"),
        (lambda: good_vehicle(compartments=()), "compartments"),
    ],
)
def test_names_may_not_be_empty(make: Callable[[], object], field: str) -> None:
    """E112 names the field."""
    with pytest.raises(InvalidInput, match=r"^E112 ") as caught:
        make()
    assert caught.value.values["field"] == field


@pytest.mark.parametrize(
    "make", [lambda: Depot(place="A", docks=0), lambda: good_vehicle(max_trips=0)], ids=["docks", "max_trips"]
)
def test_limits_that_would_allow_nothing_are_refused(make: Callable[[], object]) -> None:
    """E113: no docks or no trips is not a number of them; None is no limit."""
    with pytest.raises(InvalidInput, match=r"^E113 "):
        make()


def test_a_shipment_goes_somewhere() -> None:
    """E122 when it starts where it ends."""
    with pytest.raises(InvalidInput, match=r"^E122 ") as caught:
        good_shipment(destination="A")
    assert caught.value.values == {"ids": "s", "value": "A"}


def test_zero_is_allowed_wherever_a_number_is() -> None:
    """Weightless goods, a fleet of none, a compartment without room."""
    assert good_shipment(load=(0,), pieces=0, due_s=0, max_on_board_s=0).load == (0,)
    assert good_vehicle(count=0, range_m=0, compartments=(Compartment(capacity=(0,)),)).capacity == (0,)


def test_a_vehicle_holds_what_its_compartments_hold_together() -> None:
    """(10, 1) and (5, 2) are (15, 3)."""
    boxes = Compartment(id="a", capacity=(10, 1)), Compartment(id="b", capacity=(5, 2))
    assert good_vehicle(compartments=boxes).capacity == (15, 3)


def test_defaults_ask_for_nothing() -> None:
    """No windows, no limits, due at the horizon, the driving rule of article 62(7)."""
    goods = good_shipment()
    assert (goods.ready_s, goods.due_s, goods.max_on_board_s, goods.pickup_windows) == (0, HORIZON_S, None, ())
    assert (Place(id="A").vehicle_types, Place(id="A").shelf, Depot(place="A").docks) == (None, (), None)
    assert (DrivingRule().max_driving_s, DrivingRule().rest_s) == (4 * 3_600, 20 * 60)
    assert Conflict(first="a", second="b").sealed_ok


def test_objects_are_frozen_and_changed_by_replacing() -> None:
    """A what-if is another object, checked like the first."""
    goods = good_shipment()
    with pytest.raises(FrozenInstanceError):
        goods.due_s = 5  # type: ignore[misc]  # the point of the test
    assert replace(goods, due_s=5).due_s == 5
    with pytest.raises(InvalidInput, match=r"^E111 "):
        replace(goods, due_s=-5)
