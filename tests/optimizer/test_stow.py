"""Stowing: every leg of every compartment, the goods each may hold, and sealed walls between foes."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from optimizer.model import Cleaning, Compartment, Conflict
from optimizer.schedule import VisitDraft
from optimizer.stow import legs_on_board, stow
from tests.helpers import down, problem, shipment, up, vehicle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.model import Shipment


def draft(village: int, *, deliver: tuple[str, ...] = (), collect: tuple[str, ...] = ()) -> VisitDraft:
    """Return a visit to village n."""
    return VisitDraft(place=f"V{village}", deliver=deliver, collect=collect)


def test_one_compartment_needs_no_names_when_all_fits() -> None:
    """60 + 40 fill 100 exactly; one more does not."""
    van = vehicle(capacity=(100,))
    assert (
        stow(problem([down(1, 60), down(2, 40)], [van]), van, [draft(1, deliver=("D1",)), draft(2, deliver=("D2",))])
        == ()
    )
    assert (
        stow(problem([down(1, 60), down(2, 41)], [van]), van, [draft(1, deliver=("D1",)), draft(2, deliver=("D2",))])
        is None
    )


def test_goods_collected_take_the_room_of_goods_delivered_before() -> None:
    """100 down to V1 and 100 up from V1: delivered first, then collected, so a van of 100 does it."""
    van = vehicle(capacity=(100,))
    county = problem([down(1, 100), up(1, 100), up(2, 1)], [van])
    assert stow(county, van, [draft(1, deliver=("D1",), collect=("U1",))]) == ()
    assert stow(county, van, [draft(2, collect=("U2",)), draft(1, deliver=("D1",), collect=("U1",))]) is None


def test_a_local_shipment_rides_only_between_its_ends() -> None:
    """Collected at the first of three visits, delivered at the third: aboard on legs 1 and 2."""
    visits = [draft(1, collect=("L",)), draft(2, deliver=("D2",)), draft(3, deliver=("L",))]
    assert legs_on_board(visits) == {"L": (1, 3), "D2": (0, 2)}


def test_chilled_goods_lie_where_they_may() -> None:
    """Only the cold box takes milk, and it takes nothing else; 11 of milk are too much for its 10."""
    cold = Compartment(id="cold", capacity=(10,), commodities=frozenset({"milk"}))
    van = vehicle(compartments=(Compartment(id="box", capacity=(90,)), cold))
    milk = down(1, 10, commodity="milk")
    parcel = down(2, 90)
    county = problem([milk, parcel], [van])
    visits = [draft(1, deliver=("D1",)), draft(2, deliver=("D2",))]
    assert dict(stow(county, van, visits) or ()) == {"D1": "cold", "D2": "box"}
    assert stow(problem([down(1, 91), parcel], [van]), van, visits) is None


def test_foes_ride_together_only_behind_a_sealed_wall() -> None:
    """Pesticide and food: parted by the sealed box, impossible without it or where the law wants two trips."""
    plain, sealed = Compartment(id="box", capacity=(50,)), Compartment(id="safe", capacity=(50,), sealed=True)
    goods = [down(1, commodity="pesticide"), down(2, commodity="food")]
    visits = [draft(1, deliver=("D1",)), draft(2, deliver=("D2",))]
    conflict = Conflict(first="pesticide", second="food")

    with_wall = vehicle(compartments=(plain, sealed))
    lies_in = dict(stow(problem(goods, [with_wall], conflicts=(conflict,)), with_wall, visits) or ())
    assert set(lies_in.values()) == {"box", "safe"}

    never = Conflict(first="pesticide", second="food", sealed_ok=False)
    assert stow(problem(goods, [with_wall], conflicts=(never,)), with_wall, visits) is None
    open_boxes = vehicle(compartments=(plain, Compartment(id="other", capacity=(50,))))
    assert stow(problem(goods, [open_boxes], conflicts=(conflict,)), open_boxes, visits) is None
    assert stow(problem(goods, conflicts=(conflict,)), vehicle(), visits) is None


def test_goods_that_soil_go_behind_the_wall_when_they_can() -> None:
    """Nothing forces fertiliser into the safe, but there it needs no cleaning afterwards."""
    boxes = (Compartment(id="box", capacity=(50,)), Compartment(id="safe", capacity=(50,), sealed=True))
    van = vehicle(compartments=boxes)
    rule = Cleaning(after="fertiliser", before="food", duration_s=600)
    county = problem([down(1, commodity="fertiliser")], [van], cleanings=(rule,))
    assert stow(county, van, [draft(1, deliver=("D1",))]) == (("D1", "safe"),)


def test_the_exact_search_finds_what_greedy_misses() -> None:
    """5 4 4 3 2 2 into 10 and 10: largest first strands a 2, but 5 + 3 + 2 and 4 + 4 + 2 fill both."""
    van = vehicle(compartments=(Compartment(id="a", capacity=(10,)), Compartment(id="b", capacity=(10,))))
    goods = [shipment(f"S{i}", "H", "V1", load) for i, load in enumerate((5, 4, 4, 3, 2, 2))]
    county = problem(goods, [van])
    lies_in = stow(county, van, [draft(1, deliver=tuple(s.id for s in goods))])
    assert lies_in is not None
    boxes = [sum(county.shipment_of[s].load[0] for s, box in lies_in if box == name) for name in ("a", "b")]
    assert boxes == [10, 10]


def test_stowing_succeeds_exactly_when_some_assignment_does() -> None:
    """60 random trips of 5 shipments, 3 boxes and 2 load dimensions, against all 3^5 assignments."""
    rng = np.random.default_rng(7)
    conflict = Conflict(first="b", second="c")
    for _ in range(60):
        boxes = tuple(
            Compartment(
                id=str(k),
                capacity=tuple(int(x) for x in rng.integers(4, 12, 2)),
                commodities=None if rng.random() < 0.6 else frozenset(rng.choice(list("abc"), 2)),
                sealed=bool(rng.random() < 0.4),
            )
            for k in range(3)
        )
        van = vehicle(compartments=boxes)
        goods = [
            shipment(
                f"S{i}",
                *(("H", "V1") if i < 3 else ("V1", "H")),
                rng.integers(1, 8, 2).tolist(),
                commodity=str(rng.choice(list("abc"))),
            )
            for i in range(5)
        ]
        county = problem(goods, [van], conflicts=(conflict,), load_dimensions=("g", "ml"))
        visits = [draft(1, deliver=("S0", "S1", "S2"), collect=("S3", "S4"))]
        possible = any(_is_good(goods, boxes, choice) for choice in product(range(3), repeat=5))
        found = stow(county, van, visits)
        assert (found is not None) == possible
        if found is not None:
            assert _is_good(goods, boxes, tuple(int(dict(found)[s.id]) for s in goods))


def _is_good(goods: Sequence[Shipment], boxes: Sequence[Compartment], choice: Sequence[int]) -> bool:
    """Tell by the rules, one by one, whether a choice of boxes is good: three delivered, two collected."""
    for leg in (goods[:3], goods[3:]):
        for k, box in enumerate(boxes):
            aboard = [s for s in leg if choice[goods.index(s)] == k]
            if any(sum(s.load[d] for s in aboard) > box.capacity[d] for d in range(2)):
                return False
    for s, k in zip(goods, choice, strict=True):
        if boxes[k].commodities is not None and s.commodity not in boxes[k].commodities:
            return False
        for t, m in zip(goods, choice, strict=True):
            walled = k != m and (boxes[k].sealed or boxes[m].sealed)
            if {s.commodity, t.commodity} == {"b", "c"} and not walled:
                return False
    return True
