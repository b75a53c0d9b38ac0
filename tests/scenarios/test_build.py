"""The seam: a scenario becomes a problem, and what roads cannot do is said, not hidden."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import networks.errors
from networks.datum import from_wgs84
from networks.layers import write_network
from networks.network import build_network
from networks.synthetic import generate_county
from optimizer.model import Cleaning, Compartment, Conflict, Depot, DrivingRule, TimeWindow
from scenarios.build import build_problem
from scenarios.errors import InvalidInput
from scenarios.policy import LEGAL_DRIVING, Policy, VisitTimes
from scenarios.scenario import Commodity, Load, Roads, Scenario, ScenarioCompartment, Shelf
from tests.scenarios.small_county import DAY, order, place, scenario, van

if TYPE_CHECKING:
    from pathlib import Path

TRUCK = {"profile": "truck"}


@pytest.fixture
def straight(tmp_path: Path) -> Scenario:
    """Return the county on a real straight county road of 40 km/h for vans; V3 hangs on it by a mule track."""
    lon = np.array([110.0, 110.1, 110.2, 110.3])
    columns = {"road_class": np.array(["X", "X", "track4"])}
    network = build_network(lon=lon, lat=np.full(4, 30.0), u=np.arange(3), v=np.arange(1, 4), edges=columns)
    write_network(network, tmp_path / "roads.gpkg")
    return replace(scenario(), roads=Roads(file="roads.gpkg"), folder=tmp_path)


def test_matrices_follow_the_order_of_the_places(straight: Scenario) -> None:
    """0.1 degrees of longitude at 30 degrees north are 9,649 m; a van does 40 km/h on a county road: 868 s."""
    county = build_problem(straight)
    matrix = county.problem.matrices["van"]
    assert county.points.ids == tuple(p.id for p in county.problem.places) == ("H", "V1", "V2", "V3")
    assert matrix.distance_m[0, :3].tolist() == pytest.approx([0, 9_649, 19_297], abs=1)
    assert matrix.duration_s[0, :3].tolist() == pytest.approx([0, 868, 1_737], abs=1)


def test_a_place_out_of_reach_stays_in_the_problem_and_is_named(straight: Scenario) -> None:
    """No van drives the track to V3; its order is there to be left unserved with a reason."""
    county = build_problem(replace(straight, orders=(order("1", "H", "V3"),)))
    assert county.problem.matrices["van"].duration_s[0].tolist()[3] == -1
    assert [s.id for s in county.problem.shipments] == ["H>V3:-:parcel"]
    (note,) = [n for n in county.notes if "V3" in n.en]
    assert "out of reach of every vehicle type" in note.en
    assert "没有任何车型能到达" in note.zh


def test_a_class_that_misses_a_place_which_others_reach_is_noted(straight: Scenario) -> None:
    """A gate of 4 t on the second road stops the box truck of 4.5 t, not the van."""
    network = build_network(
        lon=np.array([110.0, 110.1, 110.2]),
        lat=np.full(3, 30.0),
        u=np.array([0, 1]),
        v=np.array([1, 2]),
        edges={"road_class": "X", "maxweight_t": np.array([np.nan, 4.0])},
    )
    write_network(network, straight.path("gate.gpkg"))
    day = replace(straight, places=straight.places[:3], fleet=(van(), van("lorry", **TRUCK)))
    county = build_problem(replace(day, roads=Roads(file="gate.gpkg")))
    assert [n.en for n in county.notes] == ["class truck cannot reach 1 place: V2 (V2)"]


def test_a_closure_of_the_day_cuts_the_road_and_only_on_that_day(straight: Scenario) -> None:
    """Closed on the fifth of March: V1 and beyond are cut off; a day later they are not."""
    straight.path("closed.csv").write_text(f"edge,first_day,last_day\n0,{DAY},{DAY}\n", encoding="utf-8")
    closed = replace(straight, roads=replace(straight.roads, closures="closed.csv"))
    assert _reaches(closed) == [True, False, False, False]
    assert _reaches(replace(closed, date=DAY.replace(day=6))) == [True, True, True, False]


def test_an_override_and_a_connector_change_the_roads(straight: Scenario) -> None:
    """Three minutes by hand on the first edge; a connector between V2 and V3, named by id, brings V3 into reach."""
    text = "edge,minutes,start,end,road_class\n0,3,,,\n,,V2,V3,C\n"
    straight.path("changes.csv").write_text(text, encoding="utf-8")
    county = build_problem(replace(straight, roads=replace(straight.roads, overrides="changes.csv")))
    durations = county.problem.matrices["van"].duration_s[0]
    assert durations[1] == 180
    assert durations[3] > 0


def _reaches(day: Scenario) -> list[bool]:
    county = build_problem(day)
    return (county.problem.matrices["van"].duration_s[0] >= 0).tolist()


def test_a_county_nowhere_near_its_roads_is_refused(straight: Scenario) -> None:
    """All places one degree further north: 111 km."""
    moved = tuple(replace(p, lat=31.0) for p in straight.places)
    with pytest.raises(InvalidInput, match=r"^E350 "):
        build_problem(replace(straight, places=moved))


def test_a_profile_or_a_weather_that_nobody_knows_is_refused(straight: Scenario) -> None:
    """A scenario made by hand names a hovercraft on a day of frogs."""
    with pytest.raises(InvalidInput, match=r"^E300 ") as caught:
        build_problem(replace(straight, fleet=(van(profile="hovercraft"),), weather="frogs"))
    assert [f.code for f in caught.value.faults] == ["E321", "E316"]


def test_a_road_file_that_cannot_be_used_is_the_networks_refusal(straight: Scenario) -> None:
    """Half a file."""
    straight.path("half.gpkg").write_bytes(b"SQLite format 3\x00")
    with pytest.raises(networks.errors.InvalidInput):
        build_problem(replace(straight, roads=Roads(file="half.gpkg")))


def test_vehicles_carry_their_rules_over(straight: Scenario) -> None:
    """Compartments by binding dimension, the policy's driving rule unless the vehicle has its own."""
    own = DrivingRule(max_driving_s=7_200)
    goods = frozenset({"parcel"})
    part = ScenarioCompartment(id="b", room=Load(load_g=5, load_ml=6, totes=7), commodities=goods, is_sealed=True)
    fleet = (
        van(compartments=(part,), range_m=60_000, max_trips=2, deliveries_first=True),
        van("own", driving_rule=own),
    )
    policy = Policy(load_dimensions=("totes", "load_g"))
    first, second = build_problem(replace(straight, fleet=fleet, policy=policy)).problem.vehicle_types
    assert first.compartments == (Compartment(id="b", capacity=(7, 5), commodities=goods, sealed=True),)
    assert (first.range_m, first.max_trips, first.deliveries_first) == (60_000, 2, True)
    assert (first.driving_rule, second.driving_rule) == (LEGAL_DRIVING, own)
    free = build_problem(replace(straight, policy=Policy(driving_rule=None))).problem
    assert free.vehicle_types[0].driving_rule is None


def test_places_carry_their_rules_over(straight: Scenario) -> None:
    """Fixed service by tier unless the place says so; a shelf limited in grams holds all millilitres there are."""
    window = TimeWindow(early_s=1, late_s=2)
    places = (
        place(0, loading_s=600, docks=2),
        place(1, windows=(window,), shelf=Shelf(load_g=500), vehicle_types=frozenset({"van"})),
        place(2, visit_s=7),
    )
    day = replace(straight, places=places, orders=(order("1", "H", "V1", load=Load(load_g=9, load_ml=8)),))
    problem = build_problem(replace(day, policy=Policy(visit_s=VisitTimes(village=90)))).problem
    assert problem.depots == (Depot(place="H", loading_s=600, docks=2),)
    v1, v2 = problem.place("V1"), problem.place("V2")
    assert (v1.visit_s, v1.windows, v1.shelf, v1.vehicle_types) == (90, (window,), (500, 8), frozenset({"van"}))
    assert (v2.visit_s, v2.shelf) == (7, ())


def test_the_law_on_pesticide_and_food_needs_no_line_in_any_file(straight: Scenario) -> None:
    """Conflicts and cleanings of every pesticide with every food, unless the scenario states its own."""
    commodities = (
        Commodity(id="spray", goods_class="pesticide", toxicity="low"),
        Commodity(id="rice", goods_class="food"),
        Commodity(id="greens", goods_class="produce"),
        Commodity(id="parcel"),
    )
    day = replace(straight, commodities=commodities, policy=Policy(cleaning_s=60))
    problem = build_problem(day).problem
    assert problem.conflicts == (Conflict(first="spray", second="rice"), Conflict(first="spray", second="greens"))
    assert problem.cleanings == tuple(Cleaning(after="spray", before=b, duration_s=60) for b in ("rice", "greens"))
    own: dict[str, Any] = {
        "conflicts": (Conflict(first="rice", second="spray", sealed_ok=False),),
        "cleanings": (Cleaning(after="spray", before="rice", duration_s=5),),
    }
    problem = build_problem(replace(day, **own)).problem
    assert problem.conflicts == (*own["conflicts"], Conflict(first="spray", second="greens"))
    assert [c.duration_s for c in problem.cleanings] == [5, 60]


def test_large_loads_are_cut_for_the_vehicles_that_get_there(tmp_path: Path, straight: Scenario) -> None:
    """The lorry holds 300 kg but is kept from V1; the van takes it in three parts of 100 kg."""
    lorry = van("lorry", compartments=(ScenarioCompartment(room=Load(load_g=300_000, load_ml=10**9)),))
    places = (place(0), place(1, vehicle_types=frozenset({"van"})), place(2))
    orders = tuple(order(v, "H", v, pieces=3, load=Load(load_g=300_000)) for v in ("V1", "V2"))
    county = build_problem(replace(straight, places=places, fleet=(van(), lorry), orders=orders), cache=tmp_path / "c")
    assert [(s.destination, s.pieces) for s in county.problem.shipments] == [("V1", 1), ("V1", 1), ("V1", 1), ("V2", 3)]
    assert set(county.bags) == set(county.orders) == {s.id for s in county.problem.shipments}


def test_a_county_without_vehicles_is_still_a_problem(straight: Scenario) -> None:
    """Everything will be unserved; there is nothing to compute travel times for."""
    county = build_problem(replace(straight, fleet=(), orders=(order("1", "H", "V1"),)))
    assert (len(county.problem.shipments), dict(county.matrices)) == (1, {})


def test_generated_roads_are_the_same_each_time_and_energy_comes_on_request() -> None:
    """The recipe of a small county; its places lie on its roads."""
    rows = generate_county(terrain="hill", townships=2, villages=5, seed=3).places
    places = tuple(
        replace(place(0), id=row.id, tier=row.tier, name=row.name, lon=row.lon, lat=row.lat)
        for row in rows.itertuples(index=False)
    )
    day = replace(
        scenario(), places=places, fleet=(van(),), roads=Roads(terrain="hill", townships=2, villages=5, seed=3)
    )
    one, two = build_problem(day, energy=True), build_problem(day)
    assert one.problem.digest == two.problem.digest
    assert one.network.digest == two.network.digest
    assert one.matrices["van"].energy_a is not None
    assert two.matrices["van"].energy_a is None
    assert one.notes == ()


def test_places_in_another_datum_are_questioned_never_moved(tmp_path: Path) -> None:
    """Places some 500 m north-west of a winding road, as GCJ-02 would put them, are noted and left where they are."""
    lon = 110 + np.arange(8) / 50
    lat = 30 + np.array([0, 1, 0, 1, 0, 1, 0, 1]) / 50
    network = build_network(lon=lon, lat=lat, u=np.arange(7), v=np.arange(1, 8), edges={"road_class": "Y"})
    write_network(network, tmp_path / "roads.gpkg")
    wrong_lon, wrong_lat = from_wgs84(lon, lat, "gcj02")
    places = tuple(place(i, lon=float(wrong_lon[i]), lat=float(wrong_lat[i])) for i in range(8))
    day = replace(scenario(), places=places, roads=Roads(file="roads.gpkg"), folder=tmp_path)
    county = build_problem(day)
    assert county.points.lon.tolist() == wrong_lon.tolist()
    assert any("gcj02" in note.en for note in county.notes)
