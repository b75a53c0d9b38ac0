"""A folder gives a scenario, or every fault of every file at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from optimizer.model import Cleaning, Conflict, DrivingRule, TimeWindow
from scenarios.errors import Fault, InvalidInput
from scenarios.files import read_scenario, write_scenario
from scenarios.policy import Bag, Penalties, Policy, VisitTimes
from scenarios.scenario import (
    Brand,
    Commodity,
    Load,
    OrderLock,
    Roads,
    ScenarioCompartment,
    Shelf,
    Source,
    Text,
)
from tests.scenarios.small_county import RECIPE, SETTINGS, order, place, scenario, van, write_files

if TYPE_CHECKING:
    from pathlib import Path


def faults(folder: Path) -> list[Fault]:
    """Return the faults for which a folder is refused."""
    with pytest.raises(InvalidInput, match=r"^E300 ") as caught:
        read_scenario(folder)
    return list(caught.value.faults)


def spots(folder: Path) -> list[tuple[str, str, int, str]]:
    """Return (code, file, row, column) of every fault."""
    return [(f.code, f.file, f.row, f.column) for f in faults(folder)]


def test_a_small_folder_is_read(tmp_path: Path) -> None:
    """One hub, one village, one order of 1 kg and 2 L, one van of 100 kg."""
    day = read_scenario(write_files(tmp_path))
    assert (day.name, day.date) == ("t", date(2026, 3, 5))
    assert [p.id for p in day.places] == ["H", "V1"]
    assert day.orders[0].load == Load(load_g=1_000, load_ml=2_000)
    assert day.fleet[0].compartments[0].room == Load(load_g=100_000, load_ml=1_000_000)


def test_what_is_written_reads_back_equal(tmp_path: Path) -> None:
    """Every field of every table differs from its default and comes back."""
    rule = DrivingRule(max_driving_s=7_200, rest_s=600, max_daily_driving_s=28_800)
    windows = (TimeWindow(early_s=28_800, late_s=39_600), TimeWindow(early_s=50_000, late_s=60_001))
    village = place(
        1,
        code="990101101201",
        aliases=("旧名", "小村"),
        township="镇",
        station="H",
        windows=windows,
        visit_s=100,
        vehicle_types=frozenset({"van"}),
        shelf=Shelf(load_g=5_001, totes=0),
        population=420,
        is_administrative=False,
        pickup_distance_m=350,
        last_visit=date(2026, 3, 1),
        loading_s=61,
        docks=2,
    )
    parts = (
        ScenarioCompartment(id="front", room=Load(load_g=1, load_ml=2, totes=3, pallets=4), is_sealed=True),
        ScenarioCompartment(id="back", room=Load(), commodities=frozenset({"parcel", "greens"})),
    )
    day = scenario(
        season="wet",
        weather="rain",
        terrain="hill",
        places=(place(0), village),
        orders=(
            order("1", "H", "V1", brand="中通", pieces=7, wave=2, ready_s=30_000, due_s=86_401, max_on_board_s=3_601),
            order("2", "V1", "H", priority="must", service_s=9, handling_fen=1, penalty_fen=0, load=Load()),
            order("3", "V1", "H", commodity="greens", pickup_windows=windows, delivery_windows=windows[:1]),
        ),
        fleet=(
            van(name="面包车", shift=windows[0], regular_s=100, max_overtime_s=1, overtime_fen_per_h=7, fixed_fen=0),
            van("two", compartments=parts, max_trips=3, range_m=60_500, deliveries_first=True, driving_rule=rule),
        ),
        commodities=(
            Commodity(id="parcel", bag_pieces=5, bag_g=20_000, bag_ml=100_000),
            Commodity(id="greens", name="青菜", goods_class="produce", max_on_board_s=10_800, handling_fen_per_piece=3),
        ),
        brands=(Brand(id="中通", name="ZTO", waves_s=(25_200, 32_400), trunk_leaves_s=60_000), Brand(id="x")),
        conflicts=(Conflict(first="parcel", second="greens", sealed_ok=False),),
        cleanings=(Cleaning(after="parcel", before="greens", duration_s=100),),
        locks=(OrderLock(order="1", vehicle_type="van", number=1, after="2", window=windows[0]), OrderLock(order="3")),
        roads=replace(scenario().roads, seed=5),
        policy=Policy(
            load_dimensions=("load_ml", "totes"),
            penalties_fen=Penalties(low=1, normal=2, high=3, must=4),
            visit_s=VisitTimes(village=77),
            driving_rule=None,
            grid="east",
            bag=Bag(pieces=1, load_g=2, load_ml=3),
        ),
        sources=(Source(what='"a"\\', origin="b", datum="GCJ-02"),),
        placeholders=(Text("甲", "a"),),
    )
    write_scenario(day, tmp_path)
    again = read_scenario(tmp_path)
    assert again == day
    assert again.notes == ()
    write_scenario(day, tmp_path / "en", lang="en")
    assert read_scenario(tmp_path / "en") == day


def test_the_same_scenario_writes_the_same_bytes(tmp_path: Path) -> None:
    """Twice, file by file."""
    for name in ("one", "two"):
        write_scenario(scenario(orders=(order("1", "H", "V1"),)), tmp_path / name)
    files = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}


def test_a_road_file_is_still_found_when_the_scenario_is_written_elsewhere(tmp_path: Path) -> None:
    """A path relative to the old folder becomes absolute; one relative to the same folder stays."""
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "roads.gpkg").write_bytes(b"x")
    day = replace(scenario(), roads=Roads(file="roads.gpkg"), folder=tmp_path / "old")
    write_scenario(day, tmp_path / "new")
    assert read_scenario(tmp_path / "new").roads.file == str((tmp_path / "old" / "roads.gpkg").resolve())
    write_scenario(day, tmp_path / "old")
    assert read_scenario(tmp_path / "old").roads.file == "roads.gpkg"


def test_a_dozen_different_faults_give_a_dozen_messages(tmp_path: Path) -> None:
    """Four files, fourteen faults of fourteen kinds, each at its own row and column, each in two languages."""
    folder = write_files(
        tmp_path,
        scenario='name = "t"\ndate = "2026-02-30"\nwhether = "rain"\n' + RECIPE,
        places=(
            "编号,层级,名称,经度,纬度,开放时段,颜色\n"
            "H,hub,中心,110,30,,\n"
            "V1,village,甲村,110.1,30,12:00-08:00,\n"
            "V1,village,乙村,110.2,30,,\n"
            "V3,hamlet,丙村,110.3,30,,\n"
            "V4,village,丁村,30.1,110.1,,\n"
        ),
        orders=(
            "订单号,起点,终点,件数,重量(kg),可装时刻\n"
            "1,H,V9,1,1,\n"
            "2,H,V1,-3,1,\n"
            "3,H,V1,1,一公斤,\n"
            "4,H,V1,1,1,25:61\n"
            "1.23E+10,H,V1,1,1,\n"
            "6,H,H,1,1,\n"
        ),
        vehicles="id,count,depot,capacity_kg,capacity_l\nvan,,H,100,9\n",
    )
    found = faults(folder)
    assert [(f.code, f.file, f.row, f.column) for f in found] == [
        ("E321", "orders.csv", 2, "终点"),
        ("E312", "orders.csv", 3, "件数"),
        ("E311", "orders.csv", 4, "重量(kg)"),
        ("E314", "orders.csv", 5, "可装时刻"),
        ("E313", "orders.csv", 6, "订单号"),
        ("E323", "orders.csv", 7, "终点"),
        ("E306", "places.csv", 1, "颜色"),
        ("E315", "places.csv", 3, "开放时段"),
        ("E320", "places.csv", 4, "编号"),
        ("E316", "places.csv", 5, "层级"),
        ("E325", "places.csv", 6, "纬度"),
        ("E317", "scenario.toml", 0, "date"),
        ("E335", "scenario.toml", 0, "whether"),
        ("E310", "vehicles.csv", 2, "count"),
    ]
    assert len({f.render("zh") for f in found}) == len({f.render("en") for f in found}) == 14


def test_an_unknown_name_comes_with_the_nearest_known_one(tmp_path: Path) -> None:
    """``whether`` is close to ``weather``."""
    folder = write_files(tmp_path, orders="id,origin,destination,weigth_kg\n")
    (fault,) = faults(folder)
    assert "weight_kg" in fault.render("en")


def test_missing_and_empty_files_are_named(tmp_path: Path) -> None:
    """An empty settings file, an empty table, a table that is not there."""
    folder = write_files(tmp_path, scenario="", orders="  \n")
    (folder / "vehicles.csv").unlink()
    assert spots(folder) == [
        ("E302", "orders.csv", 0, ""),
        ("E302", "scenario.toml", 0, ""),
        ("E301", "vehicles.csv", 0, ""),
    ]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The path as it was given."""
    assert [f.code for f in faults(tmp_path / "nowhere")] == ["E301"]


def test_a_broken_table_blames_nothing_that_refers_to_it(tmp_path: Path) -> None:
    """Without a readable places.csv nobody knows whether H exists."""
    folder = write_files(tmp_path, places=b"\xff\xff\x00")
    assert {f.code for f in faults(folder)} == {"E303"}


def test_a_faulty_row_blames_nothing_that_refers_to_it(tmp_path: Path) -> None:
    """V1 has a wrong tier; the order to V1 is not to blame."""
    folder = write_files(tmp_path, places="id,tier,name,lon,lat\nH,hub,H,110,30\nV1,town,V1,110.1,30\n")
    assert spots(folder) == [("E316", "places.csv", 3, "tier")]


def test_a_row_with_one_fault_is_still_searched_for_others(tmp_path: Path) -> None:
    """A weight that is no number, a place that is none, a brand that fits: two faults, not one after the other."""
    orders = "id,origin,destination,weight_kg,volume_l\nO1,H,V8,heavy,1\n"
    assert spots(write_files(tmp_path, orders=orders)) == [
        ("E321", "orders.csv", 2, "destination"),
        ("E311", "orders.csv", 2, "weight_kg"),
    ]


def test_a_vehicle_is_not_blamed_for_its_faulty_compartment(tmp_path: Path) -> None:
    """The one compartment of the van weighs "much"; the van is fine."""
    vehicles, compartments = "id,count,depot\nvan,1,H\n", "vehicle,id,capacity_kg,capacity_l\nvan,a,much,1\n"
    folder = write_files(tmp_path, vehicles=vehicles, compartments=compartments)
    assert spots(folder) == [("E311", "compartments.csv", 2, "capacity_kg")]


def test_coordinates_are_converted_from_the_declared_datum(tmp_path: Path) -> None:
    """A GCJ-02 pair at (110, 30) lies some 500 m from the WGS-84 one and is noted; undeclared ones stay."""
    toml = SETTINGS + RECIPE + '[datums]\nplaces = "GCJ-02"\n'
    moved = read_scenario(write_files(tmp_path, scenario=toml))
    assert 0.002 < 110 - moved.places[0].lon < 0.008
    assert [note.en for note in moved.notes] == ["places.csv: converted from GCJ-02 to WGS-84"]
    assert moved.sources[0].datum == "GCJ-02"
    write_scenario(moved, tmp_path / "again")
    assert read_scenario(tmp_path / "again").places == moved.places


def test_an_order_that_states_no_load_takes_the_typical_piece_and_says_so(tmp_path: Path) -> None:
    """Parcels weigh 1.5 kg and measure 6 L: three of unknown load, one of which only the weight is known."""
    orders = "id,origin,destination,pieces,weight_kg\nO1,H,V1,3,\nO2,H,V1,1,2\nO3,H,V1,1,0\n"
    day = read_scenario(write_files(tmp_path, orders=orders))
    assert [o.load for o in day.orders] == [
        Load(load_g=4_500, load_ml=18_000),
        Load(load_g=2_000, load_ml=6_000),
        Load(load_g=0, load_ml=6_000),
    ]
    assert [text.en for text in day.placeholders if "parcel" in text.en] == [
        "weight not stated, 1.5 kg a piece taken: 1 order of parcel",
        "volume not stated, 6 L a piece taken: 3 orders of parcel",
    ]


def test_a_load_that_nobody_can_know_is_a_fault_if_it_binds(tmp_path: Path) -> None:
    """Feed has no typical piece: no weight is a fault, no volume is none where only weight binds."""
    orders = "id,origin,destination,commodity,weight_kg\nO1,H,V1,feed,\nO2,H,V1,feed,1\n"
    toml = SETTINGS + RECIPE + '[policy]\nload_dimensions = ["load_g"]\n'
    folder = write_files(tmp_path, scenario=toml, orders=orders, commodities="id\nfeed\n")
    assert spots(folder) == [("E310", "orders.csv", 2, "weight_kg")]


def test_a_capacity_that_binds_must_be_stated(tmp_path: Path) -> None:
    """A van of unknown volume would carry nothing that has any; so would the second half of another."""
    vehicles = "id,count,depot,capacity_kg\nvan,1,H,100\ntwo,1,H,\n"
    compartments = "vehicle,id,capacity_kg,capacity_l\ntwo,a,1,1\ntwo,b,1,\n"
    assert spots(write_files(tmp_path, vehicles=vehicles, compartments=compartments)) == [
        ("E310", "compartments.csv", 3, "capacity_l"),
        ("E310", "vehicles.csv", 2, "capacity_l (容积(L))"),
    ]


def test_tables_of_a_former_scenario_do_not_linger(tmp_path: Path) -> None:
    """Locks are written, then a day without locks into the same folder."""
    orders = (order("1", "H", "V1"),)
    write_scenario(scenario(orders=orders, locks=(OrderLock(order="1"),)), tmp_path)
    write_scenario(scenario(orders=orders), tmp_path)
    assert read_scenario(tmp_path).locks == ()


def test_prices_that_nobody_gave_are_named_as_placeholders(tmp_path: Path) -> None:
    """The van has a price per km and no other."""
    vehicles = "id,count,depot,capacity_kg,capacity_l,yuan_per_km\nvan,1,H,100,9,2\n"
    day = read_scenario(write_files(tmp_path, vehicles=vehicles))
    (text,) = (t.en for t in day.placeholders if "van" in t.en)
    assert "yuan_per_h=30" in text
    assert "yuan_per_km" not in text


def test_a_vehicle_has_its_capacity_in_one_place(tmp_path: Path) -> None:
    """Neither a capacity nor compartments, or both, is one fault each."""
    vehicles = "id,count,depot,capacity_kg,capacity_l\nnone,1,H,,\nboth,1,H,5,5\nparts,1,H,,\n"
    compartments = "vehicle,id,capacity_kg,capacity_l\nboth,a,1,1\nparts,a,1,1\nparts,b,1,1\nghost,a,1,1\n"
    folder = write_files(tmp_path, vehicles=vehicles, compartments=compartments)
    assert spots(folder) == [
        ("E321", "compartments.csv", 5, "vehicle"),
        ("E332", "vehicles.csv", 2, "id"),
        ("E332", "vehicles.csv", 3, "id"),
    ]


def test_faults_in_lists_of_tables_name_their_place(tmp_path: Path) -> None:
    """The second conflict names goods that do not exist, the third is no table, a source has no origin."""
    toml = SETTINGS + 'sources = [{what = "a"}]\n' + RECIPE
    toml += '[[conflicts]]\nfirst = "parcel"\nsecond = "parcel"\n[[conflicts]]\nfirst = "parcel"\nsecond = "gold"\n'
    assert spots(write_files(tmp_path, scenario=toml)) == [
        ("E321", "scenario.toml", 0, "conflicts[2].second"),
        ("E310", "scenario.toml", 0, "sources[1].origin"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("name = ", "E304"),
        ('name = "t"\nname = "u"', "E304"),
        ("x = " + "[" * 5_000, "E304"),
        ("x = " + "9" * 5_000, "E304"),
    ],
)
def test_settings_that_are_no_toml_are_one_fault(tmp_path: Path, text: str, code: str) -> None:
    """Cut short, doubled, nested too deep, a number of 5,000 digits."""
    assert [f.code for f in faults(write_files(tmp_path, scenario=text))] == [code]


def test_settings_of_the_wrong_type_are_named(tmp_path: Path) -> None:
    """A table where a value belongs, a nested list, a hexadecimal number with a thousand digits."""
    toml = "date = 2026-03-05\nname = [[1]]\nconflicts = 3\n" + RECIPE.replace("= 1", "= 0x" + "f" * 1000)
    assert [(f.code, f.column) for f in faults(write_files(tmp_path, scenario=toml))] == [
        ("E336", "conflicts"),
        ("E336", "name"),
        ("E337", "roads"),
        ("E312", "roads.townships"),
    ]


def test_road_files_profiles_and_weather_are_looked_for(tmp_path: Path) -> None:
    """A road file that is missing, a profile and a weather that nobody knows."""
    toml = SETTINGS + 'weather = "frogs"\n[roads]\nfile = "roads.gpkg"\n'
    vehicles = "id,count,depot,capacity_kg,capacity_l,profile\nvan,1,H,100,9,hovercraft\n"
    assert spots(write_files(tmp_path, scenario=toml, vehicles=vehicles)) == [
        ("E301", "scenario.toml", 0, "roads.file"),
        ("E316", "scenario.toml", 0, "weather"),
        ("E321", "vehicles.csv", 2, "profile"),
    ]


def test_faults_of_overlays_and_profiles_are_told_with_the_others(tmp_path: Path) -> None:
    """A closure on a day that is none, a profile file that is no TOML, and an order to nowhere, all at once."""
    toml = SETTINGS + RECIPE + 'closures = "closed.csv"\nprofiles = "profiles.toml"\n'
    folder = write_files(tmp_path, scenario=toml, orders="id,origin,destination,weight_kg\nO1,H,V7,1\n")
    (folder / "closed.csv").write_text("way,first_day\n12,never\n", encoding="utf-8")
    (folder / "profiles.toml").write_text("truck = \n", encoding="utf-8")
    found = faults(folder)
    assert {f.file for f in found} == {"closed.csv", "profiles.toml", "orders.csv"}
    assert all(f.render("zh") and f.render("en") for f in found)
