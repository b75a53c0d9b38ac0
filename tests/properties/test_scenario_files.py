"""Laws of reading and consolidating: a scenario or a refusal, never anything else; nothing is lost."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.columns import TABLES, Table
from scenarios.consolidate import consolidate
from scenarios.errors import InvalidInput
from scenarios.files import read_scenario, write_scenario
from scenarios.scenario import Brand, Commodity, Load, Order, OrderLock, Scenario, ScenarioCompartment
from scenarios.split import shares
from scenarios.stations import ModeRule, ScenarioStation
from tests.scenarios.small_county import order, place, scenario, van, write_files

FILES = ("scenario.toml", *(table.file for table in TABLES))

NASTY = (
    ' |H|V1|1|-1|0|1e308|1.23E+10|９|是|08:00|08:00-09:00;x|nan|=1+1|"|,|\n|\x00|\ud7ff|parcel|van|2026-02-30|hub|中'
    "|a;b|999999999999999999999999999999|WGS-84|[|]|=|\t|'|"
)
WORDS = st.sampled_from(NASTY.split("|"))


def read_or_refuse(folder: Path) -> Scenario | None:
    """Read a folder; a refusal must speak both languages and name a file for every fault."""
    try:
        return read_scenario(folder)
    except InvalidInput as error:
        refusal = error
    assert refusal.code == "E300"
    assert refusal.faults
    for fault in refusal.faults:
        assert fault.file
        assert fault.render("zh")
        assert fault.render("en")
    return None


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(FILES), data=st.binary(max_size=200))
def test_any_bytes_in_any_file_give_a_scenario_or_a_refusal(name: str, data: bytes) -> None:
    """Whatever a file holds, nobody sees a traceback."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = write_files(Path(temporary))
        (folder / name).write_bytes(data)
        read_or_refuse(folder)


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(FILES), place_=st.integers(0, 400), cut=st.integers(0, 30), word=WORDS)
def test_a_mangled_file_gives_a_scenario_or_a_refusal(name: str, place_: int, cut: int, word: str) -> None:
    """A few characters of a sound file are replaced by something nasty."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_scenario(rich(), folder)
        text = (folder / name).read_text("utf-8")
        at = place_ % (len(text) + 1)
        (folder / name).write_text(text[:at] + word + text[at + cut :], encoding="utf-8", errors="replace")
        read_or_refuse(folder)


@settings(max_examples=100, deadline=None)
@given(
    table=st.sampled_from(TABLES),
    rows=st.lists(st.lists(WORDS | st.text(max_size=8), max_size=6), max_size=4),
    data=st.data(),
)
def test_a_table_of_nonsense_gives_a_scenario_or_a_refusal(
    table: Table, rows: list[list[str]], data: st.DataObject
) -> None:
    """Known headers in any order and number, over cells of nonsense."""
    header = data.draw(st.lists(st.sampled_from([c.zh for c in table.columns]), max_size=6))
    text = "\n".join(",".join(row) for row in [header, *rows])
    with tempfile.TemporaryDirectory() as temporary:
        folder = write_files(Path(temporary))
        (folder / table.file).write_text(text, encoding="utf-8", errors="replace")
        read_or_refuse(folder)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Small days of up to 8 orders with loads up to ten times the van's room."""
    loads = st.builds(
        Load, load_g=st.integers(0, 1_000_000), load_ml=st.integers(0, 10_000_000), totes=st.integers(0, 3)
    )
    ends = st.sampled_from([("H", "V1"), ("V1", "H"), ("H", "V2"), ("V1", "V2")])
    orders = [
        order(
            str(i),
            *draw(ends),
            pieces=draw(st.integers(1, 40)),
            load=draw(loads),
            brand=draw(st.sampled_from(["a", "b"])),
            penalty_fen=draw(st.none() | st.integers(0, 999)),
            priority=draw(st.sampled_from(["low", "must"])),
        )
        for i in range(draw(st.integers(0, 8)))
    ]
    return scenario(orders=tuple(orders), fleet=(van(), van("small", compartments=(box(draw),))))


def box(draw: st.DrawFn) -> ScenarioCompartment:
    """Any compartment, even one without room."""
    return ScenarioCompartment(room=Load(load_g=draw(st.integers(0, 10**5)), load_ml=draw(st.integers(0, 10**6))))


def rich() -> Scenario:
    """Return a day with something in every table."""
    goods = (Commodity(id="parcel"), Commodity(id="greens", goods_class="produce", max_on_board_s=7_200))
    orders: tuple[Order, ...] = (order("O1", "H", "V1", brand="a"), order("O2", "V1", "H", commodity="greens"))
    boxes = (ScenarioCompartment(id="l", room=Load(load_g=5)), ScenarioCompartment(id="r", room=Load(load_g=6)))
    fleet = (van(), van("two", compartments=boxes))
    return scenario(
        places=(place(0), place(1)),
        orders=orders,
        fleet=fleet,
        commodities=goods,
        brands=(Brand(id="a"),),
        stations=(ScenarioStation(place="V1"),),
        modes=(ModeRule(place="V1", modes=("direct",)),),
        locks=(OrderLock(order="O1", vehicle_type="van", number=1),),
    )


@settings(max_examples=60, deadline=None)
@given(day=scenarios())
def test_what_is_written_reads_back_equal(day: Scenario) -> None:
    """Files lose nothing."""
    with tempfile.TemporaryDirectory() as temporary:
        write_scenario(day, Path(temporary))
        assert read_scenario(Path(temporary)) == day


@settings(max_examples=100, deadline=None)
@given(day=scenarios())
def test_consolidation_conserves_pieces_loads_and_orders(day: Scenario) -> None:
    """Pair by pair of places and brand: pieces, grams, millilitres; every order is in some shipment."""
    goods = consolidate(day)
    for key in {(o.origin, o.destination, o.brand) for o in day.orders}:
        before = [o for o in day.orders if (o.origin, o.destination, o.brand) == key]
        after = [s for s in goods.shipments if (s.origin, s.destination, s.brand) == key]
        assert sum(o.pieces for o in before) == sum(s.pieces for s in after)
        assert sum(o.load.load_g for o in before) == sum(s.load[0] for s in after)
        assert sum(o.load.load_ml for o in before) == sum(s.load[1] for s in after)
    assert {name for names in goods.orders.values() for name in names} == {o.id for o in day.orders}


@settings(max_examples=100, deadline=None)
@given(day=scenarios())
def test_every_shipment_fits_the_largest_van(day: Scenario) -> None:
    """The van's 100 kg and 1,000 L hold anything cut small enough, and no part is larger."""
    assert all(s.load[0] <= 100_000 and s.load[1] <= 1_000_000 for s in consolidate(day).shipments)


@given(amount=st.integers(0, 10**9), weights=st.lists(st.integers(0, 50), min_size=1).filter(any))
def test_shares_sum_to_the_amount_and_none_exceeds_its_part_rounded_up(amount: int, weights: list[int]) -> None:
    """The bound is what makes a cut part fit."""
    found = shares(amount, weights)
    assert sum(found) == amount
    assert all(0 <= s <= -(-amount * w // sum(weights)) for s, w in zip(found, weights, strict=True))
