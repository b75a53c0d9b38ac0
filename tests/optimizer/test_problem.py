"""A problem is valid by construction: what does not fit together is refused, and named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from optimizer.errors import InvalidInput
from optimizer.model import Compartment, Depot, Lock, Place, TimeWindow
from optimizer.problem import UNREACHABLE, Matrix
from tests.helpers import down, four_village_problem, line_matrix, problem, shipment, up, vehicle

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.problem import Problem

HUB, V1 = Place(id="H"), Place(id="V1")


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: problem([], places=(HUB, HUB), matrices={"road": line_matrix(2)}), "place"),
        (lambda: problem([], depots=(Depot(place="H"), Depot(place="H"))), "depot"),
        (lambda: problem([], [vehicle(), vehicle()]), "vehicle type"),
        (lambda: problem([down(1), down(1)]), "shipment"),
        (
            lambda: problem([], [vehicle(compartments=(Compartment(capacity=(1,)), Compartment(capacity=(2,))))]),
            "compartment of van",
        ),
    ],
)
def test_ids_are_unique(make: Callable[[], Problem], what: str) -> None:
    """E120 says of what."""
    with pytest.raises(InvalidInput, match=r"^E120 ") as caught:
        make()
    assert caught.value.values["what"] == what


@pytest.mark.parametrize(
    ("make", "field", "value"),
    [
        (lambda: problem([], depots=(Depot(place="X"),)), "place", "X"),
        (lambda: problem([], [vehicle(depot="V1")]), "depot", "V1"),
        (lambda: problem([], [vehicle(profile="air")]), "profile", "air"),
        (lambda: problem([shipment("s", "X", "V1")]), "place", "X"),
        (lambda: problem([shipment("s", "H", "X")]), "place", "X"),
        (lambda: problem([], locks=(Lock(shipment="s"),)), "shipment", "s"),
        (lambda: problem([down(1)], locks=(Lock(shipment="D1", after="s"),)), "shipment", "s"),
        (lambda: problem([down(1)], locks=(Lock(shipment="D1", vehicle_type="bus"),)), "vehicle type", "bus"),
        (lambda: problem([down(1)], locks=(Lock(shipment="D1", vehicle_type="van", number=2),)), "vehicle number", 2),
        (lambda: problem([down(1)], locks=(Lock(shipment="D1", number=1),)), "vehicle number", 1),
    ],
)
def test_every_reference_resolves(make: Callable[[], Problem], field: str, value: object) -> None:
    """E121 names the field and what it names; a vehicle number needs a vehicle type that has so many."""
    with pytest.raises(InvalidInput, match=r"^E121 ") as caught:
        make()
    assert (caught.value.values["field"], caught.value.values["value"]) == (field, value)


def test_places_name_vehicle_types_that_exist() -> None:
    """E121 for a bus that there is not."""
    county = problem([])
    barred = replace(county.places[1], vehicle_types=frozenset({"van", "bus"}))
    with pytest.raises(InvalidInput, match=r"^E121 .*bus"):
        replace(county, places=(county.places[0], barred, *county.places[2:]))


@pytest.mark.parametrize(
    "changes",
    [
        {"duration_s": np.zeros((4, 5))},
        {"distance_m": np.zeros((5,))},
    ],
)
def test_matrices_have_a_row_and_a_column_for_each_place(changes: dict[str, Any]) -> None:
    """E130 with the shape found and the shape expected."""
    line = line_matrix(5)
    arrays = {"duration_s": line.duration_s, "distance_m": line.distance_m, **changes}
    with pytest.raises(InvalidInput, match=r"^E130 ") as caught:
        problem([], matrices={"road": Matrix(**arrays)})
    assert caught.value.values["expected"] == (5, 5)


@pytest.mark.parametrize(("entry", "is_fine"), [(0, True), (UNREACHABLE, True), (-2, False)])
def test_minus_one_means_no_path_and_less_means_nothing(entry: int, is_fine: bool) -> None:
    """E132 below -1."""
    seconds = line_matrix(5).duration_s.copy()
    seconds[1, 2] = entry
    matrices = {"road": Matrix(duration_s=seconds, distance_m=line_matrix(5).distance_m)}
    if is_fine:
        assert problem([], matrices=matrices).matrices["road"].duration_s[1, 2] == entry
    else:
        with pytest.raises(InvalidInput, match=r"^E132 "):
            problem([], matrices=matrices)


@pytest.mark.parametrize(
    "make",
    [
        lambda: problem([down(1, (1, 2))]),
        lambda: problem([], [vehicle(capacity=(1, 2))]),
        lambda: problem([], places=(HUB, replace(V1, shelf=(1, 2))), matrices={"road": line_matrix(2)}),
    ],
    ids=["shipment", "vehicle", "shelf"],
)
def test_loads_and_capacities_have_the_same_dimensions(make: Callable[[], Problem]) -> None:
    """E131: the problem declares one load dimension, these have two."""
    with pytest.raises(InvalidInput, match=r"^E131 "):
        make()


def test_order_locks_do_not_run_in_a_circle() -> None:
    """E133: 1 after 2 after 3 after 1; without the last it is a line and fine."""
    line = [Lock(shipment="D1", after="D2"), Lock(shipment="D2", after="D3")]
    goods = [down(1), down(2), down(3)]
    assert len(problem(goods, locks=tuple(line)).locks) == 2
    with pytest.raises(InvalidInput, match=r"^E133 .*D1 > D2 > D3 > D1"):
        problem(goods, locks=(*line, Lock(shipment="D3", after="D1")))


def test_a_circle_is_found_beside_other_locks_of_a_shipment_and_soon() -> None:
    """Past bug: of two locks of one shipment the last counted; a line of 2,000 took 12 s."""
    goods = [down(1), down(2), down(3)]
    pairs = (("D1", "D2"), ("D2", "D1"), ("D1", "D3"))
    with pytest.raises(InvalidInput, match=r"^E133 .*(D1 > D2 > D1|D2 > D1 > D2)"):
        problem(goods, locks=tuple(Lock(shipment=late, after=early) for late, early in pairs))
    many = [shipment(f"S{k}", "H", "V1") for k in range(20_000)]
    line = tuple(Lock(shipment=f"S{k}", after=f"S{k + 1}") for k in range(19_999))
    assert len(problem(many, locks=line).locks) == 19_999


def test_direction_follows_the_depots() -> None:
    """Down from a depot, up to one, local between two places that are none."""
    county = problem([down(1), up(1), shipment("L", "V1", "V2")])
    assert [county.direction(s) for s in county.shipments] == ["down", "up", "local"]


def test_things_are_found_by_id() -> None:
    """Rows of places, and lookups of everything else."""
    county = four_village_problem()
    assert (county.index("V3"), county.place("V3").id) == (3, "V3")
    assert county.shipment_of["U2"].origin == "V2"
    assert county.vehicle_type_of["van"].count == 2
    assert county.depot_of["H"].docks == 2


def test_matrices_are_whole_numbers_that_nobody_changes() -> None:
    """Arrays are copied to int64 and set read-only."""
    given = np.zeros((2, 2))
    matrix = Matrix(duration_s=given, distance_m=given)
    given[0, 1] = 5
    assert (matrix.duration_s.dtype, matrix.duration_s[0, 1]) == (np.int64, 0)
    with pytest.raises(ValueError, match="read-only"):
        matrix.duration_s[0, 1] = 5


def test_the_digest_is_the_same_for_equal_problems_and_another_for_any_change() -> None:
    """Made twice it is equal; a fen, a second, a metre or a rule makes it different."""
    county = four_village_problem()
    metres = county.matrices["road"].distance_m.copy()
    metres[0, 1] += 1
    others = [
        replace(county, name="other"),
        replace(county, locks=(Lock(shipment="D1", window=TimeWindow()),)),
        replace(county, shipments=(replace(county.shipments[0], penalty_fen=1), *county.shipments[1:])),
        replace(county, matrices={"road": Matrix(duration_s=county.matrices["road"].duration_s, distance_m=metres)}),
    ]
    assert county.digest == four_village_problem().digest
    assert len({county.digest, *(other.digest for other in others)}) == 5
