"""Events files: every fault at once, and the changed day that they make of a county and its plan.

H ---- V1 ---- V2 ---- V3        10 km and 15 min a step
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.model import Lock
from optimizer.plan import Plan
from scenarios.build import reached
from scenarios.errors import InvalidInput
from scenarios.events import BrokenVehicle, CancelledOrder, Events, LateBrand
from scenarios.events_county import changed_day, gone_through
from scenarios.events_file import read_events
from scenarios.scenario import Brand, Load
from tests.helpers import Call, assert_clean, plan, route, run
from tests.scenarios.small_county import county, order, scenario

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.build import County

EIGHT = 28_800


def orders() -> tuple[Any, ...]:
    """Return two orders of one brand that ride together to V1, one to V2 and one from V3."""
    return (
        order("A1", "H", "V1", brand="ZTO", pieces=2, load=Load(load_g=2_000, load_ml=2_000)),
        order("A2", "H", "V1", brand="ZTO", pieces=3, load=Load(load_g=3_000, load_ml=3_000)),
        order("B1", "H", "V2", brand="YTO"),
        order("C1", "V3", "H", brand="ZTO"),
    )


def the_day(**changes: Any) -> tuple[County, Plan]:
    """Return the county and a plan by hand: loaded at 08:00, V1 at 08:15, V2, V3 and home."""
    brands = (Brand(id="ZTO"), Brand(id="YTO"))
    made = county(scenario(orders=orders(), brands=brands, **changes))
    calls = (
        Call("V1", ("H>V1:ZTO:parcel",)),
        Call("V2", ("H>V2:YTO:parcel",)),
        Call("V3", (), ("V3>H:ZTO:parcel",)),
    )
    day = plan(made.problem, route(run(made.problem, *calls, load_start_s=EIGHT)))
    assert_clean(made.problem, day)
    return made, day


def write(folder: Path, text: str) -> Path:
    """Write an events file."""
    (folder / "events.toml").write_text(text, encoding="utf-8")
    return folder / "events.toml"


def read(folder: Path, text: str) -> Events:
    """Read an events file of these lines."""
    return read_events(write(folder, text), the_day()[0].scenario)


def faults(folder: Path, text: str) -> list[tuple[str, str]]:
    """Return code and key of every fault."""
    with pytest.raises(InvalidInput, match=r"^E370 ") as caught:
        read(folder, text)
    return [(fault.code, fault.column) for fault in caught.value.faults]


def test_everything_that_can_happen_is_read(tmp_path: Path) -> None:
    """One of each; weights in yuan become fen, times seconds."""
    (tmp_path / "closed.csv").write_text("edge\n0\n", encoding="utf-8")
    events = read(
        tmp_path,
        """
now = "09:30"
recovery_min = 45
[weights]
vehicle_yuan = 12.5
free_shift_min = 10
[[added]]
id = "N1"
origin = "H"
destination = "V3"
pieces = 4
[[cancelled]]
order = "A1"
[[broken]]
vehicle_type = "van"
number = 1
at = "10:00"
[[late]]
brand = "ZTO"
ready = "09:15"
[[closed]]
file = "closed.csv"
[[closed]]
edges = "1;2"
[[closed]]
lon = 110.1
lat = 30.0
radius_m = 80
""",
    )
    assert (events.now_s, events.recovery_s) == (34_200, 2_700)
    assert (events.weights.vehicle_fen, events.weights.free_shift_s, events.weights.swap_fen) == (1_250, 600, 500)
    (added,) = events.added
    assert (added.id, added.pieces, added.load.load_g) == ("N1", 4, 6_000), "the typical parcel weighs 1.5 kg"
    assert events.cancelled == (CancelledOrder(order="A1"),)
    assert events.broken == (BrokenVehicle(vehicle_type="van", number=1, at_s=36_000),)
    assert events.late == (LateBrand(brand="ZTO", ready_s=33_300),)
    assert [closure.edges for closure in events.closures] == [(0,), (1, 2), ()]
    west, _, east, _ = events.closures[2].area.bounds
    assert (east - west) * 111_195 * 0.866 == pytest.approx(160, rel=0.01)


def test_figures_that_nobody_gave_are_said_to_be_placeholders(tmp_path: Path) -> None:
    """All of them by default, none when all are given."""
    (text,) = read(tmp_path, 'now = "09:00"').assumed
    assert "weights.vehicle_yuan=10" in text.en
    assert "占位值" in text.zh
    given = "recovery_min = 1\n[weights]\nvehicle_yuan = 1\nswap_yuan = 1\nshift_yuan_per_min = 1\n"
    assert read(tmp_path, given + "free_shift_min = 1\nunserved_yuan = 1").assumed == ()


def test_every_fault_is_told_at_once_with_its_key(tmp_path: Path) -> None:
    """Twelve of them, in one go."""
    text = """
now = "9:99"
speed = 3
[[added]]
id = "A1"
origin = "H"
destination = "Nowhere"
[[cancelled]]
order = "Z9"
[[broken]]
vehicle_type = "bus"
number = 1
[[broken]]
vehicle_type = "van"
number = 2
[[late]]
brand = "STO"
ready = "10:00"
[[closed]]
file = "nothing.csv"
[[closed]]
edges = "1;b"
[[closed]]
lon = 109
[[closed]]
"""
    assert faults(tmp_path, text) == [
        ("E321", "added[1].destination"),
        ("E320", "added[1].id"),
        ("E321", "broken[1].vehicle_type"),
        ("E371", "broken[2].number"),
        ("E321", "cancelled[1].order"),
        ("E301", "closed[1].file"),
        ("E311", "closed[2].edges"),
        ("E373", "closed[3].file"),
        ("E373", "closed[4].file"),
        ("E372", "late[1].brand"),
        ("E314", "now"),
        ("E335", "speed"),
    ]


@pytest.mark.parametrize(
    ("content", "code"), [("now = ", "E304"), ("  ", "E302"), ("added = 3", "E336"), ("[[added]]\nid = 1e400", "E310")]
)
def test_a_file_that_is_no_events_file_is_a_fault_not_a_crash(tmp_path: Path, content: str, code: str) -> None:
    """Broken TOML, nothing, a number for a list, an endless number."""
    assert code in [found for found, _ in faults(tmp_path, content)]


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    """E301 within E370."""
    with pytest.raises(InvalidInput) as caught:
        read_events(tmp_path / "none.toml", the_day()[0].scenario)
    assert [fault.code for fault in caught.value.faults] == ["E301"]


def test_faults_of_a_closures_file_keep_their_code_and_place(tmp_path: Path) -> None:
    """An unknown column of the file beside."""
    (tmp_path / "closed.csv").write_text("edge,colour\n0,red\n", encoding="utf-8")
    found = faults(tmp_path, '[[closed]]\nfile = "closed.csv"')
    assert found
    assert all(code.startswith("E2") for code, _ in found)


def test_new_orders_become_shipments_of_their_own_and_old_ones_keep_their_names() -> None:
    """Another order of ZTO for V1 does not grow the shipment that is there."""
    made, day = the_day()
    new = order("N1", "H", "V1", brand="ZTO", pieces=7, load=Load(load_g=7_000, load_ml=7_000))
    changed = changed_day(made, day, Events(added=(new,)))
    assert [s.id for s in changed.problem.shipments] == [*made.problem.shipment_of, "H>V1:ZTO:parcel+1"]
    assert changed.problem.shipment_of["H>V1:ZTO:parcel"] == made.problem.shipment_of["H>V1:ZTO:parcel"]
    assert changed.problem.shipment_of["H>V1:ZTO:parcel+1"].pieces == 7
    assert changed.orders["H>V1:ZTO:parcel+1"] == ("N1",)


def test_a_cancelled_order_leaves_its_shipment_before_loading() -> None:
    """A2 of 3 pieces goes, A1 of 2 stays; B1 goes with its shipment."""
    made, day = the_day()
    gone = (CancelledOrder(order="A2"), CancelledOrder(order="B1"))
    changed = changed_day(made, day, Events(cancelled=gone))
    rest = changed.problem.shipment_of["H>V1:ZTO:parcel"]
    assert (rest.pieces, rest.load) == (2, (2_000, 2_000))
    assert "H>V2:YTO:parcel" not in changed.problem.shipment_of
    assert changed.notes == ()


def test_bags_of_what_is_cancelled_are_not_loaded() -> None:
    """One bag holds 20 pieces: of 18 and 18 in two bags 18 stay, in one; B1 and its bag are gone.

    Past bug: the loading list asked for the bags of the day as it had been.
    """
    brands = (Brand(id="ZTO"), Brand(id="YTO"))
    pair = (order(name, "H", "V1", brand="ZTO", pieces=18) for name in ("A1", "A2"))
    made = county(scenario(orders=(*pair, order("B1", "H", "V2", brand="YTO")), brands=brands))
    assert made.bags == {"H>V1:ZTO:parcel": 2, "H>V2:YTO:parcel": 1}
    gone = (CancelledOrder(order="A2"), CancelledOrder(order="B1"))
    assert changed_day(made, Plan(), Events(cancelled=gone)).bags == {"H>V1:ZTO:parcel": 1}


def test_what_came_late_stays_late_when_an_order_of_it_is_cancelled_later() -> None:
    """ZTO is late until 09:15; at 08:30 A2 is cancelled, and A1 has not come any earlier.

    Past bug: the rest was made anew from the scenario, which knows nothing of the wave that is late.
    """
    made, _ = the_day()
    late = Events(late=(LateBrand(brand="ZTO", ready_s=33_300),))
    day = gone_through(made, Plan(), late, changed_day(made, Plan(), late))
    changed = changed_day(day, Plan(), Events(now_s=EIGHT + 1_800, cancelled=(CancelledOrder(order="A2"),)))
    rest = changed.problem.shipment_of["H>V1:ZTO:parcel"]
    assert (rest.pieces, rest.ready_s) == (2, 33_300)


def test_many_cancelled_orders_do_not_have_the_county_read_again_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past cost: for each of 300 shipments with an order less, all places, vehicles and reach were gone through."""
    made, day = the_day()
    looked: list[int] = []

    def counted(*about: Any) -> dict[str, frozenset[str]]:
        looked.append(1)
        return reached(*about)

    monkeypatch.setattr("scenarios.events_county.reached", counted)
    monkeypatch.setattr("scenarios.scenario.find_faults", pytest.fail)
    gone = tuple(CancelledOrder(order=name) for name in ("A2", "B1", "C1"))
    changed_day(made, day, Events(cancelled=gone))
    assert looked == [1]


def test_on_the_road_an_order_is_cancelled_only_if_its_shipment_is_not_handed_over() -> None:
    """At 08:20 V1 is done; B1 is on board alone and comes back; A1 has been delivered."""
    made, day = the_day()
    gone = tuple(CancelledOrder(order=name) for name in ("A1", "B1", "C1"))
    changed = changed_day(made, day, Events(now_s=EIGHT + 900 + 60, cancelled=gone))
    assert set(changed.problem.shipment_of) == {"H>V1:ZTO:parcel"}
    assert ["A1" in note.en for note in changed.notes] == [True, False]
    assert "too late" in changed.notes[0].en
    assert "comes back" in changed.notes[1].en


def test_a_late_wave_delays_what_is_not_loaded() -> None:
    """Before 08:00 all of ZTO waits until 09:15; at 08:01 it is on the road already; goods from villages never wait."""
    made, day = the_day()
    late = (LateBrand(brand="ZTO", ready_s=33_300),)
    before = changed_day(made, day, Events(late=late)).problem.shipment_of
    assert before["H>V1:ZTO:parcel"].ready_s == 33_300
    assert before["H>V2:YTO:parcel"].ready_s == made.problem.shipment_of["H>V2:YTO:parcel"].ready_s
    assert before["V3>H:ZTO:parcel"].ready_s == 0
    after = changed_day(made, day, Events(now_s=EIGHT + 60, late=late))
    assert after.problem.shipment_of["H>V1:ZTO:parcel"].ready_s == EIGHT
    assert len(after.notes) == 1


def test_a_van_breaks_now_unless_it_says_when() -> None:
    """At 09:30, or at 10:00, which then is now."""
    made, day = the_day()
    broken = (
        BrokenVehicle(vehicle_type="van", number=1),
        BrokenVehicle(vehicle_type="van", number=1, at_s=36_000),
    )
    changed = changed_day(made, day, Events(now_s=34_200, broken=broken))
    assert [each.at_s for each in changed.situation.breakdowns] == [34_200, 36_000]
    assert changed.situation.now_s == 36_000
    assert "10:00" in changed.notes[0].en


def test_no_closure_leaves_the_very_same_matrices() -> None:
    """So that nobody looks for legs that have changed."""
    made, day = the_day()
    assert changed_day(made, day, Events()).problem.matrices is made.problem.matrices


def test_a_plan_that_serves_nothing_can_be_gone_on_from() -> None:
    """Nothing has begun."""
    made, _ = the_day()
    changed = changed_day(made, Plan(), Events(now_s=EIGHT, cancelled=(CancelledOrder(order="A1"),)))
    assert changed.problem.shipment_of["H>V1:ZTO:parcel"].pieces == 3


def test_locks_of_cancelled_orders_go_with_them() -> None:
    """C1 was to come after B1, which is cancelled."""
    made, day = the_day()
    locked = replace(made.problem, locks=(Lock(shipment="V3>H:ZTO:parcel", after="H>V2:YTO:parcel"),))
    changed = changed_day(replace(made, problem=locked), day, Events(cancelled=(CancelledOrder(order="B1"),)))
    assert changed.problem.locks == ()
