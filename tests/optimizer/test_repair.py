"""Completing anybody's trips: what may stay stays, what breaks a rule goes, the rest is inserted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.daybook import DayBook, book_of
from optimizer.model import Compartment, Conflict, Depot, DrivingRule, Lock, TimeWindow, VehicleType
from optimizer.repair import complete
from optimizer.schedule import TripDraft, VisitDraft
from tests.helpers import (
    HOUR_S,
    assert_clean,
    down,
    four_village_problem,
    problem,
    shipment,
    up,
    vehicle,
    with_place,
    with_shipment,
)

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.problem import Problem


def draft(*calls: tuple[int, str, str]) -> TripDraft:
    """Return a trip of (village, delivered, collected) with ids parted by blanks."""
    visits = (VisitDraft(place=f"V{k}", deliver=tuple(d.split()), collect=tuple(c.split())) for k, d, c in calls)
    return TripDraft(visits=tuple(visits))


def completed(county: Problem, *trips: TripDraft, insert: bool = False, kind: str = "van") -> Plan:
    """Complete one vehicle's trips under the referee's eyes."""
    done = complete(county, {(kind, 1): trips}, insert=insert)
    assert_clean(county, done)
    return done


def unserved(done: Plan) -> set[str]:
    return {u.shipment for u in done.unserved}


def test_serves_the_four_villages_from_nothing() -> None:
    """Insertion alone serves everything; no more than the two vans are used."""
    done = complete(four_village_problem(), {})
    assert_clean(four_village_problem(), done)
    assert not done.unserved


def test_keeps_trips_that_break_no_rule() -> None:
    """V2 before V1 is silly, and nobody's business here."""
    county = problem([down(1), down(2)])
    assert [v.place for v in completed(county, draft((2, "D2", ""), (1, "D1", ""))).routes[0].trips[0].visits] == [
        "V2",
        "V1",
    ]


def test_drops_what_does_not_fit() -> None:
    """60 and 60 into 100: the second stays behind."""
    county = problem([down(1, 60), down(2, 60)])
    assert unserved(completed(county, draft((1, "D1", ""), (2, "D2", "")))) == {"D2"}


def test_inserts_what_was_dropped_into_a_trip_of_its_own() -> None:
    """The same with insertion: the van comes back for it."""
    county = problem([down(1, 60), down(2, 60)])
    done = completed(county, draft((1, "D1", ""), (2, "D2", "")), insert=True)
    assert not done.unserved
    assert len(done.routes[0].trips) == 2


def test_serves_a_shipment_once() -> None:
    """Delivered on two trips: the first counts."""
    county = problem([down(1), down(2)])
    done = completed(county, draft((1, "D1", "")), draft((1, "D1", ""), (2, "D2", "")))
    assert [t.shipments for t in done.routes[0].trips] == [("D1",), ("D2",)]


def test_ignores_what_nobody_knows_and_what_is_handed_over_elsewhere() -> None:
    """A shipment without a name in the problem, one at the wrong village, a vehicle that does not exist."""
    county = problem([down(1), down(2)])
    drafts = {("van", 1): [draft((1, "D1 X9", ""), (3, "D2", ""))], ("van", 7): [draft((2, "D2", ""))]}
    done = complete(county, drafts, insert=False)
    assert_clean(county, done)
    assert unserved(done) == {"D2"}


def test_parts_goods_that_must_not_meet() -> None:
    """Pesticide and greens on one trip: the greens go on a second."""
    goods = (down(1, commodity="pesticide"), down(2, commodity="greens"))
    county = problem(goods, conflicts=(Conflict(first="pesticide", second="greens"),))
    both = draft((1, "D1", ""), (2, "D2", ""))
    assert unserved(completed(county, both)) == {"D2"}
    assert not completed(county, both, insert=True).unserved


def test_uses_a_sealed_wall_where_there_is_one() -> None:
    """The same two ride together when one lies behind a sealed wall."""
    goods = (down(1, commodity="pesticide"), down(2, commodity="greens"))
    boxes = (Compartment(id="safe", capacity=(50,), sealed=True), Compartment(id="box", capacity=(50,)))
    rule = (Conflict(first="pesticide", second="greens"),)
    county = problem(goods, (vehicle(compartments=boxes),), conflicts=rule)
    assert not completed(county, draft((1, "D1", ""), (2, "D2", ""))).unserved


def test_drops_the_cheaper_good_for_its_due_time() -> None:
    """U1 is due when V4 cannot be reached any more; D4 is worth more, so U1 stays behind."""
    goods = (up(1, due_s=3_000, penalty_fen=500), down(4))
    assert unserved(completed(problem(goods), draft((1, "", "U1"), (4, "D4", "")))) == {"U1"}


def test_loads_at_a_dock_that_is_free() -> None:
    """Two vans ready at 08:00, one dock, 600 s a loading: one of them waits its turn."""
    van = vehicle(count=2, capacity=(10,), max_trips=1)
    goods = (down(1, ready_s=8 * HOUR_S, due_s=9 * HOUR_S), down(2, ready_s=8 * HOUR_S, due_s=9 * HOUR_S))
    county = problem(goods, (van,), depots=(Depot(place="H", loading_s=600, docks=1),))
    done = complete(county, {("van", 1): [draft((1, "D1", ""))], ("van", 2): [draft((2, "D2", ""))]})
    assert_clean(county, done)
    assert not done.unserved
    loads = sorted(t.load_start_s for _, t in done.trips())
    assert loads[1] - loads[0] >= 600


def test_leaves_unserved_what_costs_more_than_its_penalty() -> None:
    """A van costs 10,000 before it moves; a penalty of 9,000 is cheaper."""
    assert unserved(complete(problem([down(1, penalty_fen=9_000)]), {})) == {"D1"}


def test_keeps_the_shelf_free() -> None:
    """The shelf of V1 takes 15: of two bags of 10 one stays behind."""
    goods = (shipment("A", "H", "V1"), shipment("B", "H", "V1"))
    county = with_place(problem(goods), "V1", shelf=(15,))
    assert len(complete(county, {}).unserved) == 1
    assert len(completed(county, draft((1, "A B", "")), insert=True).unserved) == 1


@pytest.mark.parametrize("number", [1, 2])
def test_keeps_the_vehicle_that_a_lock_names(number: int) -> None:
    """D1 must ride with the given van, whoever else is on the road."""
    locks = (Lock(shipment="D1", vehicle_type="van", number=number),)
    county = problem([down(1), down(2)], (vehicle(count=2),), locks=locks)
    done = complete(county, {("van", 3 - number): [draft((2, "D2", ""), (1, "D1", ""))]})
    assert_clean(county, done)
    assert not done.unserved


def test_keeps_the_order_that_a_lock_asks_for() -> None:
    """V1 lies before V2, yet D1 comes after D2."""
    county = problem([down(1), down(2)], locks=(Lock(shipment="D1", after="D2"),))
    done = complete(county, {("van", 1): [draft((1, "D1", ""), (2, "D2", ""))]})
    assert_clean(county, done)


def test_inserts_local_goods_with_both_ends() -> None:
    """V1 to V3 and V3 to V2 on one trip."""
    county = problem([shipment("A", "V1", "V3"), shipment("B", "V3", "V2")])
    done = complete(county, {})
    assert_clean(county, done)
    assert not done.unserved


def test_a_day_book_takes_back_what_it_is_told_to() -> None:
    """After restore the book is what it was at the snapshot."""
    county = four_village_problem()
    book = book_of(county, complete(county, {}))
    before, memory = book.plan(), book.snapshot()
    unit = next(iter(book.trips))
    done = book.tried(unit, [])
    assert done is not None
    book.put(unit, *done)
    assert book.plan() != before
    book.restore(memory)
    assert book.plan() == before


def test_an_empty_book_leaves_everybody_at_home() -> None:
    """All penalties, nothing else."""
    county = four_village_problem()
    empty = DayBook(county).plan()
    assert empty.cost.total_fen == sum(s.penalty_fen for s in county.shipments) == empty.cost.penalty_fen


def mixed(rng: np.random.Generator) -> Problem:
    """Return a county of six villages with a handful of rules drawn at random."""
    goods = []
    for k in range(1, 7):
        kind = str(rng.choice(["parcel", "pesticide", "greens"]))
        goods.append(down(k, int(rng.integers(5, 60)), commodity=kind, service_s=int(rng.integers(0, 300))))
        if rng.random() < 0.6:
            due_s, limit_s = int(rng.integers(6, 20)) * HOUR_S, int(rng.integers(1, 6)) * HOUR_S
            goods.append(up(k, int(rng.integers(5, 60)), due_s=due_s, max_on_board_s=limit_s, commodity="greens"))
    rule = DrivingRule(max_driving_s=7_200, rest_s=1_200) if rng.random() < 0.5 else None
    vans: tuple[VehicleType, ...] = (
        vehicle(count=2, driving_rule=rule, regular_s=6 * HOUR_S, max_overtime_s=HOUR_S, max_trips=2),
        vehicle("truck", capacity=(150,), fixed_fen=20_000, deliveries_first=bool(rng.random() < 0.5)),
    )
    county = problem(
        goods,
        vans,
        villages=6,
        depots=(Depot(place="H", loading_s=600, docks=1),),
        conflicts=(Conflict(first="pesticide", second="greens"),),
    )
    for k in rng.choice(6, 2, replace=False):
        early_s = int(rng.integers(6, 16)) * HOUR_S
        county = with_place(county, f"V{k + 1}", windows=(TimeWindow(early_s=early_s, late_s=early_s + HOUR_S),))
    return with_shipment(county, "D1", ready_s=8 * HOUR_S)


@pytest.mark.parametrize("seed", range(12))
def test_any_drafts_of_any_rules_pass_the_referee(seed: int) -> None:
    """Random trips of random counties, with and without insertion."""
    rng = np.random.default_rng(seed)
    county = mixed(rng)
    ids = [s.id for s in county.shipments]
    drafts = {}
    for unit in (("van", 1), ("van", 2), ("truck", 1)):
        some = [county.shipment_of[str(i)] for i in rng.permutation(ids)[:5]]
        visits = [
            VisitDraft(place=s.destination, deliver=(s.id,))
            if s.origin == "H"
            else VisitDraft(place=s.origin, collect=(s.id,))
            for s in some
        ]
        drafts[unit] = [TripDraft(visits=tuple(visits[:3])), TripDraft(visits=tuple(visits[3:]))]
    for insert in (False, True):
        assert_clean(county, complete(county, drafts, insert=insert))
