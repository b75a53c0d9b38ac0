"""Variants: what a file may say, every fault of it at once, and the day that a variant leaves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scenarios.errors import InvalidInput
from scenarios.files import read_scenario
from scenarios.scenario import Brand
from scenarios.text import Text
from scenarios.variants.apply import changed_day, groups_of, parts_of_day
from scenarios.variants.model import Prices, Variant, VehicleChange
from scenarios.variants.read import read_variants
from tests.scenarios.small_county import order, scenario, van

if TYPE_CHECKING:
    from scenarios.scenario import Scenario
    from scenarios.variants.model import VariantSet

NAME = Text("x", "x")

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"


@pytest.fixture
def county() -> Scenario:
    """Return a day with two brands down, one of them up too, one order without a brand, a van and a truck."""
    return scenario(
        orders=(
            order("A1", "H", "V1", brand="A"),
            order("B1", "H", "V2", brand="B"),
            order("B2", "V3", "H", brand="B"),
            order("N1", "V1", "V2"),
        ),
        brands=(Brand(id="A"), Brand(id="B")),
        fleet=(van(count=3), van("truck", count=2, energy_source="diesel", energy_per_100km=13.0)),
    )


def read(folder: Path, county: Scenario, text: str) -> VariantSet:
    """Return what a file with ``text`` says."""
    path = folder / "variants.toml"
    path.write_text(text, encoding="utf-8")
    return read_variants(path, county)


def faults(folder: Path, county: Scenario, text: str) -> set[tuple[str, str]]:
    """Return code and place of every fault of a file with ``text``."""
    with pytest.raises(InvalidInput, match=r"^E351 ") as caught:
        read(folder, county, text)
    return {(fault.code, fault.column) for fault in caught.value.faults}


def names(county: Scenario, variant: Variant) -> dict[str, set[str]]:
    """Return the ids of the orders of each part."""
    return {name: {o.id for o in part.orders} for name, part in parts_of_day(county, variant)}


def test_the_base_comes_first_and_changes_are_counted_from_it_unless_told(tmp_path: Path, county: Scenario) -> None:
    """A file of one variant gives two."""
    found = read(tmp_path, county, '[[variants]]\nid = "apart"\nbrands = "separate"')
    assert [variant.id for variant in found.variants] == ["base", "apart"]
    assert found.against == "base"


def test_brands_on_their_own_are_a_part_each_and_goods_without_brand_another(county: Scenario) -> None:
    """A, B and the rest."""
    apart = Variant(id="x", name=NAME, coalitions=())
    assert names(county, apart) == {"A": {"A1"}, "B": {"B1", "B2"}, "others": {"N1"}}


def test_who_is_in_no_coalition_is_alone(county: Scenario) -> None:
    """A goes with the unbranded goods, B is left."""
    variant = Variant(id="x", name=NAME, coalitions=(frozenset(("A", "others")),))
    assert groups_of(county, variant) == (frozenset(("A", "others")), frozenset("B"))


def test_one_way_fetches_up_goods_apart_and_leaves_local_goods_with_down(county: Scenario) -> None:
    """B2 goes up; N1 runs between villages."""
    variant = Variant(id="x", name=NAME, is_one_way=True)
    assert names(county, variant) == {"down": {"A1", "B1", "N1"}, "up": {"B2"}}


def test_no_order_is_lost_or_doubled_when_brands_and_directions_are_apart(county: Scenario) -> None:
    """Four parts: A down, B down, B up, others."""
    parts = names(county, Variant(id="x", name=NAME, coalitions=(), is_one_way=True))
    assert set(parts) == {"A", "B / down", "B / up", "others"}
    assert sorted(i for ids in parts.values() for i in ids) == ["A1", "B1", "B2", "N1"]


def test_prices_multiply_and_fuel_is_added_by_consumption(county: Scenario) -> None:
    """The van: 100 fen/km x 1.1 + 10 l/100 km x 50 fen / 100 = 115; the hour 3,600 x 1.5 = 5,400; the day as it was."""
    prices = Prices(distance=1.1, wages=1.5, fuel_fen_per_l=50)
    vehicle = changed_day(county, Variant(id="x", name=NAME, prices=prices)).fleet[0]
    assert (vehicle.distance_fen_per_km, vehicle.time_fen_per_h, vehicle.fixed_fen) == (115, 5_400, 10_000)


def test_power_costs_only_what_runs_on_it(county: Scenario) -> None:
    """An electric van of 10 kWh/100 km pays 10 x 100 / 100 = 10 fen a km more, the diesel truck nothing."""
    day = replace(county, fleet=(replace(county.fleet[0], energy_source="electric"), county.fleet[1]))
    fleet = changed_day(day, Variant(id="x", name=NAME, prices=Prices(power_fen_per_kwh=100))).fleet
    assert [vehicle.distance_fen_per_km for vehicle in fleet] == [110, 100]


def test_a_replaced_type_hands_its_vehicles_over(county: Scenario) -> None:
    """Two trucks become vans: 5 and 0."""
    variant = Variant(id="x", name=NAME, vehicles=(VehicleChange(vehicle="truck", replaced_by="van"),))
    assert {v.id: v.count for v in changed_day(county, variant).fleet} == {"van": 5, "truck": 0}


def test_a_range_makes_a_variant_of_each_value(tmp_path: Path, county: Scenario) -> None:
    """0.7, 1, 1.3: the one that is as today may stand among them."""
    found = read(tmp_path, county, '[[variants]]\nid = "v"\nvolume = "0.7:1.3:0.3"')
    assert [variant.volume for variant in found.variants] == [1.0, 0.7, 1.0, 1.3]
    assert [variant.id for variant in found.variants[1:]] == ["v volume=0.7", "v volume=1", "v volume=1.3"]


def test_every_fault_of_a_file_is_told_at_once_with_its_field(tmp_path: Path, county: Scenario) -> None:
    """Unknown brand, brand twice, unknown vehicle, empty range, nothing changed, unknown setting, missing file."""
    text = """
against = "nobody"
[[variants]]
id = "a"
brands = ["A+C", "A"]
[[variants]]
id = "b"
volume = "1.3:0.7:0.1"
[variants.vehicles.bus]
count = 1
[[variants]]
id = "c"
volume = 1
[[variants]]
id = "d"
wage = 2
closures = "none.csv"
[[variants]]
id = "base"
weather = "frogs"
"""
    found = faults(tmp_path, county, text)
    assert not {("E352", f"variants[{k}]") for k in (1, 2, 4)} & found  # what could not be read is not blamed twice
    assert found >= {
        ("E321", "against"),
        ("E321", "variants[1].brands"),
        ("E354", "variants[1].brands"),
        ("E353", "variants[2].volume"),
        ("E321", "variants[2].vehicles.bus"),
        ("E352", "variants[3]"),
        ("E335", "variants[4].wage"),
        ("E301", "variants[4].closures"),
        ("E355", "variants[5].id"),
    }


def test_the_same_figures_again_change_nothing(tmp_path: Path, county: Scenario) -> None:
    """The van already costs 100 yuan a day."""
    text = '[[variants]]\nid = "same"\n[variants.vehicles.van]\nfixed_yuan = 100\n'
    assert faults(tmp_path, county, text) == {("E352", "variants[1]")}


def test_separate_changes_nothing_where_there_is_one_brand(tmp_path: Path, county: Scenario) -> None:
    """A alone is A together."""
    alone = replace(county, orders=county.orders[:1])
    assert faults(tmp_path, alone, '[[variants]]\nid = "s"\nbrands = "separate"') == {("E352", "variants[1]")}


def test_a_weather_that_no_profile_knows_is_refused(tmp_path: Path, county: Scenario) -> None:
    """E316 says which ones there are."""
    assert ("E316", "variants[1]: scenario.toml:weather") in faults(
        tmp_path, county, '[[variants]]\nid = "w"\nweather = "frogs"'
    )


def test_a_file_without_variants_is_refused(tmp_path: Path, county: Scenario) -> None:
    """E356."""
    assert faults(tmp_path, county, 'against = "base"') == {("E356", "variants")}


@pytest.mark.parametrize("values", ['""', "[]", '"1:2"', '"1:2:0"', '"1:2:-1"', '"a:b:c"', '"1:9:0.001"'])
def test_a_range_without_values_or_with_too_many_is_refused(tmp_path: Path, county: Scenario, values: str) -> None:
    """An empty text is no number, the others no range."""
    found = faults(tmp_path, county, f'[[variants]]\nid = "r"\nbrands = "separate"\nvolume = {values}')
    assert {column for _, column in found} == {"variants[1].volume"}


def test_markets_of_a_township_that_the_county_lacks_are_refused(tmp_path: Path, county: Scenario) -> None:
    """And so is a rule that nobody understands."""
    text = '[markets]\n"T9" = "1,1"\n[[variants]]\nid = "s"\nbrands = "separate"'
    assert {code for code, _ in faults(tmp_path, county, text)} == {"E321", "E342"}


@pytest.mark.parametrize("name", ["mountain", "plain"])
def test_the_example_of_the_library_fits_its_counties(name: str) -> None:
    """Five ways, counted from brands on their own."""
    found = read_variants(LIBRARY / "variants" / "ways.toml", read_scenario(LIBRARY / name))
    assert [v.id for v in found.variants] == ["base", "separate", "two_groups", "one_way", "electric"]
    assert found.against == "separate"
