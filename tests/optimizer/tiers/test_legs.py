"""Legs: two for whoever passes the station, due and ready at its clock, and reasons for those who cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from optimizer.errors import InvalidInput
from optimizer.model import Lock, Place, TimeWindow
from optimizer.problem import Matrix
from optimizer.tiers.legs import expand
from optimizer.tiers.model import DIRECT
from tests.helpers import HOUR_S
from tests.optimizer.tiers.towns import AT, BEHIND, S, back, tiers, to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.model import Shipment
    from optimizer.tiers.legs import Legs

THROUGH = dict.fromkeys(BEHIND, S)
CLOCKS = {("S", "down"): (9 * HOUR_S,), ("S", "up"): (14 * HOUR_S,)}


def legs(shipments: Sequence[Shipment], clocks: Any = CLOCKS, **changes: Any) -> Legs:
    """Return the legs with everything behind the station going through it."""
    return expand(tiers(shipments, **changes), THROUGH, clocks)


def reasons(found: Legs) -> dict[str, str]:
    return {u.shipment: u.reason for u in found.refused}


def test_a_shipment_down_arrives_by_the_clock_and_goes_on_when_handled() -> None:
    """Handling takes 10 min from 09:00; the penalty of 1,000,001 hangs on both legs once, handling on the first."""
    goods = to("V1", due_s=12 * HOUR_S, penalty_fen=1_000_001, handling_fen=7, pieces=3)
    first, second = legs([goods]).problem.shipments
    assert (first.id, first.origin, first.destination) == ("D-V1/1", "H", "S")
    assert (first.ready_s, first.due_s, first.pieces) == (0, 9 * HOUR_S, 3)
    assert (second.id, second.origin, second.destination) == ("D-V1/2", "S", "V1")
    assert (second.ready_s, second.due_s) == (9 * HOUR_S + 600, 12 * HOUR_S)
    assert first.penalty_fen + second.penalty_fen == 1_000_001
    assert (first.handling_fen, second.handling_fen) == (7, 0)


def test_a_shipment_up_is_at_the_station_by_the_clock_and_at_the_hub_when_due() -> None:
    """The trunk leaves at 16:00: the second leg keeps that, the first is due at 14:00."""
    first, second = legs([back("V2", ready_s=8 * HOUR_S, due_s=16 * HOUR_S)]).problem.shipments
    assert (first.origin, first.destination, first.ready_s, first.due_s) == ("V2", "S", 8 * HOUR_S, 14 * HOUR_S)
    assert (second.origin, second.destination, second.ready_s) == ("S", "H", 14 * HOUR_S + 600)
    assert second.due_s == 16 * HOUR_S


def test_direct_goods_stay_whole() -> None:
    """N1 has no choice, V1 chooses direct; both keep their ids."""
    found = expand(tiers([to("N1"), to("V1")]), {"V1": DIRECT}, {})
    assert [s.id for s in found.problem.shipments] == ["D-N1", "D-V1"]
    assert not found.parts


def test_a_way_that_the_place_does_not_allow_is_refused_by_name() -> None:
    """N1 goes direct only."""
    with pytest.raises(InvalidInput, match=r"^E155 way S .* N1"):
        expand(tiers([to("N1")]), {"N1": S}, {})


def test_goods_ride_the_first_wave_they_can_be_there_for_and_the_last_that_is_in_time() -> None:
    """From H to S is an hour: ready at 06:00 they are there by 09:00, ready at 09:30 only by 13:00.

    Up, 16:00 at the hub allows leaving at 15:00, that is waves until 14:50.
    """
    clocks = {("S", "down"): (9 * HOUR_S, 13 * HOUR_S), ("S", "up"): (10 * HOUR_S, 14 * HOUR_S, 15 * HOUR_S)}
    goods = [to("V1", ready_s=6 * HOUR_S), to("V2", ready_s=9 * HOUR_S + 1_800), back("V3", due_s=16 * HOUR_S)]
    parts = legs(goods, clocks).parts
    assert parts["D-V1/1"].wave == ("S", "down", 0)
    assert parts["D-V2/2"].wave == ("S", "down", 1)
    assert parts["U-V3/1"].wave == ("S", "up", 1)


def test_time_on_board_holds_from_door_to_door() -> None:
    """Three hours at most: from the earliest loading to the latest handing over are just three hours.

    The clock stands at 09:00, the drive to S takes 3,600 s, handling 600 s, the drive on 600 s: 6,000 s are
    left over, half of it on the way in. So loading from 07:10, the village by 10:10.
    """
    first, second = legs([to("V1", max_on_board_s=3 * HOUR_S)]).problem.shipments
    assert first.ready_s == 9 * HOUR_S - 3_600 - 3_000
    assert second.due_s - first.ready_s == 3 * HOUR_S
    assert first.max_on_board_s is None


def test_a_wave_of_more_than_a_quarters_pieces_is_ready_later() -> None:
    """Four shipments of 6 pieces at 10 a quarter: one fits in each, so the last is handled in the fourth.

    09:10 lies in the quarter from 09:00, the fourth begins at 09:45.
    """
    goods = [to(v, id=f"{v}{k}", pieces=6) for v in ("V1", "V2") for k in (1, 2)]
    found = legs(goods, station={"pieces_per_quarter_h": 10})
    assert {s.ready_s for s in found.problem.shipments if s.origin == "S"} == {9 * HOUR_S + 2_700}


def hours(early_h: int, late_h: int) -> tuple[Place, ...]:
    """Return the county's places with opening hours at the station."""
    window = (TimeWindow(early_s=early_h * HOUR_S, late_s=late_h * HOUR_S),)
    return tuple(Place(id=p, windows=window if p == "S" else ()) for p in AT)


def cut_off() -> dict[str, Matrix]:
    """Return the road with V3 on no path."""
    seconds = np.full((6, 6), 600)
    seconds[5, :] = seconds[:, 5] = -1
    return {"road": Matrix(duration_s=seconds, distance_m=seconds)}


@pytest.mark.parametrize(
    ("reason", "goods", "changes"),
    [
        ("U190", to("V3"), {"matrices": cut_off()}),
        ("U191", to("V1", commodity="pesticide"), {"station": {"barred": frozenset({"pesticide"})}}),
        ("U192", to("V1", ready_s=9 * HOUR_S), {"places": hours(6, 9)}),
        ("U193", to("V1", ready_s=9 * HOUR_S), {}),
        ("U194", to("V1", due_s=9 * HOUR_S + 660), {}),
        ("U194", back("V1", due_s=14 * HOUR_S), {}),
        ("U195", to("V1", max_on_board_s=4_799), {}),
        ("U196", to("V1", pieces=11), {"station": {"pieces_per_quarter_h": 10}}),
        ("U197", to("V1", load=11), {"station": {"storage": (10,)}}),
    ],
)
def test_what_cannot_pass_the_station_is_refused_with_a_reason(
    reason: str, goods: Shipment, changes: dict[str, Any]
) -> None:
    """Infeasible is not an error: the shipment is no part of the problem and its reason is known."""
    found = legs([goods], **changes)
    assert reasons(found) == {goods.id: reason}
    assert not found.problem.shipments


def test_goods_just_in_time_pass_the_station() -> None:
    """One second more than in the refused cases: 4,800 s under way, and 600 s from 09:10 to V1."""
    for goods in (to("V1", max_on_board_s=4_800), to("V1", due_s=9 * HOUR_S + 1_200)):
        assert not legs([goods]).refused


def test_a_full_station_keeps_the_dearest_goods() -> None:
    """Room for 20: two of three shipments of 10, not the one of least penalty."""
    goods = [to("V1", penalty_fen=5), to("V2", penalty_fen=3), to("V3", penalty_fen=9)]
    assert reasons(legs(goods, station={"storage": (20,)})) == {"D-V2": "U197"}


def test_locks_follow_the_leg_that_calls_at_the_village() -> None:
    """The village is the second leg's business on the way down, the first's on the way up."""
    locks = (Lock(shipment="D-V1", vehicle_type="wheeler"), Lock(shipment="U-V2", after="D-V1"))
    found = legs([to("V1"), back("V2")], locks=locks).problem.locks
    assert [(k.shipment, k.after) for k in found] == [("D-V1/2", None), ("U-V2/1", "D-V1/2")]
