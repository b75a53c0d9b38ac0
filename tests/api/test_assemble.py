"""From a plan to trips as people see them; the four-village county on one straight road."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.assemble import PALETTE, Names, assemble_trips, legs_driven
from api.views import PlaceView
from optimizer.plan import Plan, Route, Trip, Visit
from scenarios.text import Text
from tests.helpers import down, four_village_problem, problem, shipment, vehicle

if TYPE_CHECKING:
    from optimizer.problem import Problem

LINES = {("road", "H", "V1"): ((108.0, 27.0), (108.1, 27.0))}


def names(county: Problem) -> Names:
    """Return names of a county whose villages lie eastwards along a line; two bags a shipment of 中通."""
    places = {
        p.id: PlaceView(id=p.id, name=f"村{p.id}", tier=p.tier, lon=108 + i / 10, lat=27)
        for i, p in enumerate(county.places)
    }
    return Names(
        places=places,
        commodity=lambda id_: Text(f"货{id_}", id_),
        is_parcel=lambda id_: id_ == "parcel",
        brand=lambda id_: {"zto": "中通"}.get(id_, id_),
        vehicle=lambda id_: f"{id_}车",
        bags=lambda s: 2 if s.brand == "zto" else 1,
        lines=LINES,
    )


def visit(place: str, at_s: int, *, deliver: tuple[str, ...] = (), collect: tuple[str, ...] = ()) -> Visit:
    """Return a visit of one minute."""
    return Visit(
        place=place, arrive_s=at_s, start_s=at_s, end_s=at_s + 60, depart_s=at_s + 60, deliver=deliver, collect=collect
    )


def trip(*visits: Visit, depart_s: int = 22_200, return_s: int = 30_000) -> Trip:
    """Return a trip from the hub with ten minutes of loading."""
    return Trip(start="H", end="H", load_start_s=depart_s - 600, depart_s=depart_s, return_s=return_s, visits=visits)


def plan(*trips: Trip, number: int = 1) -> Plan:
    """Return a plan of one van."""
    return Plan(routes=(Route(vehicle_type="van", number=number, trips=trips),))


def test_loads_on_the_legs_split_into_down_and_up() -> None:
    """D1 and D2 (20 each) leave; U2 (30) comes aboard at V2: 40 down, 20 down, then 30 up."""
    county = four_village_problem()
    made = plan(trip(visit("V1", 22_800, deliver=("D1",)), visit("V2", 28_800, deliver=("D2",), collect=("U2",))))
    (view,) = assemble_trips(county, made, names(county))
    assert [(leg.load_down, leg.load_up) for leg in view.legs] == [((40,), (0,)), ((20,), (0,)), ((0,), (30,))]
    assert view.peak == (0, 0.4)


def test_local_goods_are_up_goods_until_they_are_handed_over() -> None:
    """From V1 to V2, 10 on board in between."""
    county = problem([shipment("L", "V1", "V2")])
    made = plan(trip(visit("V1", 22_800, collect=("L",)), visit("V2", 23_460, deliver=("L",))))
    (view,) = assemble_trips(county, made, names(county))
    assert [(leg.load_down, leg.load_up) for leg in view.legs] == [((0,), (0,)), ((0,), (10,)), ((0,), (0,))]


def test_metres_are_those_of_the_matrix_and_lines_are_taken_where_known() -> None:
    """One step of 5 km there and back; the way back has no line."""
    county = four_village_problem()
    (view,) = assemble_trips(county, plan(trip(visit("V1", 22_800, deliver=("D1",)))), names(county))
    assert [leg.distance_m for leg in view.legs] == [5_000, 5_000]
    assert [leg.line for leg in view.legs] == [LINES["road", "H", "V1"], ()]


def test_trips_are_numbered_as_they_leave() -> None:
    """The second vehicle leaves first: its trip is T01."""
    county = four_village_problem()
    late, early = (
        trip(visit("V1", 40_000, deliver=("D1",)), depart_s=39_000, return_s=50_000),
        trip(visit("V2", 23_400, deliver=("D2",))),
    )
    made = Plan(
        routes=(
            Route(vehicle_type="van", number=1, trips=(late,)),
            Route(vehicle_type="van", number=2, trips=(early,)),
        )
    )
    views = assemble_trips(county, made, names(county))
    assert [(view.code, view.vehicle) for view in views] == [("T01", "van车#2"), ("T02", "van车#1")]


def test_goods_are_grouped_by_brand_and_commodity_parcels_first() -> None:
    """Two shipments of one brand become one line of four bags; fertiliser has its own."""
    county = problem(
        [
            down(1, brand="供销社", commodity="fertiliser"),
            shipment("A", "H", "V1", 10, brand="zto", pieces=3),
            shipment("B", "H", "V1", 5, brand="zto", pieces=4),
        ]
    )
    (view,) = assemble_trips(county, plan(trip(visit("V1", 22_800, deliver=("D1", "A", "B")))), names(county))
    first, second = view.visits[0].deliver
    assert (first.brand, first.bags, first.pieces, first.load, first.shipments) == ("中通", 4, 7, (15,), ("A", "B"))
    assert (second.brand, second.is_parcel, second.commodity.zh) == ("供销社", False, "货fertiliser")


def test_legs_driven_are_named_once_per_profile() -> None:
    """Two trips to V1 drive two distinct legs."""
    county = four_village_problem()
    first = trip(visit("V1", 22_800, deliver=("D1",)), return_s=24_000)
    second = trip(visit("V1", 30_000, deliver=()), depart_s=29_400)
    assert legs_driven(county, plan(first, second)) == {"road": [("H", "V1"), ("V1", "H")]}


@pytest.mark.parametrize("count", [1, len(PALETTE), len(PALETTE) + 1, 3 * len(PALETTE)])
def test_neighbouring_trips_never_share_a_colour(count: int) -> None:
    """Colours run around the hub; the second round is dashed."""
    county = problem([down(1)], (vehicle(count=count),), villages=1)
    trips = tuple(Route(vehicle_type="van", number=i + 1, trips=(trip(visit("V1", 22_800)),)) for i in range(count))
    views = assemble_trips(county, Plan(routes=trips), names(county))
    styles = [(view.color, view.is_dashed) for view in views]
    assert len(set(styles)) == min(count, 2 * len(PALETTE))
