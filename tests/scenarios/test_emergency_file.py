"""Emergency files: every fault at once, the defaults named, and goods and orders of their own."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from scenarios.emergency.read import read_emergency, usual_classes
from scenarios.errors import InvalidInput
from scenarios.files import read_scenario
from scenarios.scenario import Commodity
from tests.scenarios.one_bridge import CLOSED, bridge_day
from tests.scenarios.test_library import LIBRARY

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.emergency.model import Emergency


def read(folder: Path, text: str) -> Emergency:
    """Return what a file with this text says about the county with one bridge."""
    path = folder / "emergency.toml"
    path.write_text(text, encoding="utf-8")
    return read_emergency(path, bridge_day(folder))


def faults(folder: Path, text: str) -> list[tuple[str, str, str]]:
    """Return code, column and value of every fault, by column."""
    with pytest.raises(InvalidInput, match=r"^E540 ") as caught:
        read(folder, text)
    return sorted((f.code, f.column, f.value) for f in caught.value.faults)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    """A dozen mistakes in one file, each with its entry, key and value."""
    text = f"""
until = 2026-03-01
nmae = "?"
{CLOSED}
[[closed]]
lon = 110.1
[[relays]]
id = "A"
lat = 30.0
[[vehicles]]
relay = "R9"
like = "lorry"
[[drones]]
id = "UAV"
range_km = -3
[[classes]]
name = "x"
commodities = ["medicine", "insulin"]
[[classes]]
name = "y"
commodities = ["medicine"]
[[commodities]]
id = "parcel"
[[added]]
id = "N1"
origin = "H"
destination = "Z"
weight_kg = 1
volume_l = 1
"""
    assert faults(tmp_path, text) == [
        ("E312", "drones[1].range_km", "-3"),
        ("E321", "added[1].destination", "Z"),
        ("E321", "classes[1].commodities", "insulin"),
        ("E321", "vehicles[1].like", "lorry"),
        ("E321", "vehicles[1].relay", "R9"),
        ("E335", "nmae", ""),
        ("E373", "closed[2].file", ""),
        ("E541", "until", "2026-03-01"),
        ("E543", "relays[1].lon", ""),
        ("E544", "relays[1].id", "A"),
        ("E547", "classes[2].commodities", "medicine"),
        ("E548", "commodities[1].id", "parcel"),
    ]


def test_a_file_that_closes_nothing_is_refused(tmp_path: Path) -> None:
    """An emergency without closures is none."""
    assert faults(tmp_path, 'name = "nothing"\n') == [("E542", "closed", "")]


def test_a_file_that_is_no_toml_says_where(tmp_path: Path) -> None:
    """The position is in the detail of E304."""
    assert [code for code, _, _ in faults(tmp_path, "[[closed")] == ["E304"]


def test_figures_that_nobody_stated_are_named_as_placeholders(tmp_path: Path) -> None:
    """Payload, range and turnaround of the drones, throughput and hours of the relay, and the order of classes."""
    found = read(tmp_path, CLOSED + '[[relays]]\nid = "R"\n[[drones]]\nid = "UAV"\npayload_kg = 40\n')
    said = " ".join(text.en for text in found.assumed)
    assert "for R: totes_per_hour=40, max_piece_kg=30, hours=07:00-18:00" in said
    assert "payload_l=120, range_km=30, turnaround_min=10" in said
    assert "payload_kg" not in said
    assert "order of priority is a placeholder" in said
    assert all(text.zh for text in found.assumed)


def test_closures_end_with_the_emergency_unless_they_say_otherwise(tmp_path: Path) -> None:
    """Until the 9th, both closures; the county's day is the 5th."""
    found = read(tmp_path, f"until = 2026-03-09\n{CLOSED}")
    assert [c.last_day for c in found.closures] == [date(2026, 3, 9)]


def test_new_goods_may_be_ordered_and_ranked_at_once(tmp_path: Path) -> None:
    """Serum is no commodity of the county; the file brings it, ranks it first and orders 3 pieces of 2 kg."""
    text = f"""{CLOSED}
[[commodities]]
id = "serum"
piece_kg = 2
piece_l = 1
[[classes]]
name = "血清"
commodities = ["serum"]
[[added]]
id = "N1"
origin = "H"
destination = "E"
commodity = "serum"
pieces = 3
"""
    found = read(tmp_path, text)
    assert [(o.commodity, o.pieces, o.load.load_g) for o in found.added] == [("serum", 3, 6_000)]
    assert found.classes[0].text.en == "血清"


def test_the_usual_order_is_medicine_food_relief_and_never_pesticide() -> None:
    """Told by ids and names; 农药 holds the character of medicine and is none."""
    goods = (
        Commodity(id="parcel"),
        Commodity(id="pesticide", name="农药", goods_class="pesticide"),
        Commodity(id="rice", goods_class="food"),
        Commodity(id="tents", name="救灾帐篷", goods_class="other"),
        Commodity(id="drugs", name="药品", goods_class="other"),
    )
    assert [(c.name_en, c.commodities) for c in usual_classes(goods)] == [
        ("medicine", ("drugs",)),
        ("food", ("rice",)),
        ("relief goods", ("tents",)),
    ]


def test_the_committed_example_fits_its_county() -> None:
    """Two classes, one relay with two hired vans, one base of drones near the break, three orders of the emergency."""
    path = LIBRARY / "emergencies" / "mountain.toml"
    found = read_emergency(path, read_scenario(LIBRARY / "mountain"))
    assert (len(found.classes), len(found.relays), len(found.drones), len(found.added)) == (2, 1, 1, 3)
    assert [(v.count, v.is_hired) for v in found.vehicles] == [(2, True)]
