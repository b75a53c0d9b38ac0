"""A province is its counties: found, read with all faults, computed as one, and added up."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.stop import Stop
from scenarios.errors import InvalidInput
from scenarios.kpis import Kpis
from scenarios.province import agenda_of, find_counties, is_province, join, part, read_counties
from scenarios.province_sums import Weights, add_up, added, weights_of
from scenarios.scenario import Commodity
from scenarios.text import Text
from scenarios.variants.cells import Limit
from scenarios.variants.compare import carry_out, prepare
from scenarios.variants.model import BASE, Variant, VariantSet
from scenarios.variants.store import Store
from tests.scenarios.small_county import order, scenario
from tests.scenarios.tasks import Here

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
LIMIT = Limit(stop=Stop(iterations=1))
VARIANTS = '[[variants]]\nid = "pay"\nname_zh = "加薪"\nname_en = "higher wages"\nwages = 2\n'
NOTHING = dict.fromkeys(Kpis.__dataclass_fields__)


def kpis(**values: object) -> Kpis:
    """Return measures of nothing but ``values``; amounts are 0."""
    amounts = {name: 0 for name, each in Kpis.__dataclass_fields__.items() if "None" not in str(each.type)}
    return Kpis(**{**NOTHING, **amounts, "brands": (), **values})  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the counties ``east`` and ``west``, a folder that is none, and ``variants.toml``."""
    for name in ("west", "east"):
        shutil.copytree(LIBRARY / "four_villages", tmp_path / "p" / name, ignore=shutil.ignore_patterns("cache"))
    (tmp_path / "p" / "notes").mkdir()
    (tmp_path / "variants.toml").write_text(VARIANTS, encoding="utf-8")
    return tmp_path


# ---- finding and reading


def test_a_folder_of_counties_and_a_list_of_them_are_provinces_and_a_county_is_not(folder: Path) -> None:
    """A folder counts by what is in it, a list by its suffix, in the list's own order."""
    (folder / "p.txt").write_text("# two\np/west\n\np/east\n", encoding="utf-8")
    (folder / "p.toml").write_text('counties = ["p/west", "p/east"]\n', encoding="utf-8")
    assert is_province(folder / "p")
    assert not is_province(folder / "p" / "east")
    assert [each.name for each in find_counties(folder / "p")] == ["east", "west"]
    for listed in ("p.txt", "p.toml"):
        assert is_province(folder / listed)
        assert [each.name for each in find_counties(folder / listed)] == ["west", "east"]


@pytest.mark.parametrize("text", ["", "# nobody\n"])
def test_a_list_that_names_no_county_is_refused(tmp_path: Path, text: str) -> None:
    """E507, also for a TOML file without the key."""
    for name in ("p.txt", "p.toml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(InvalidInput, match=r"^E507 "):
            find_counties(tmp_path / name)


def test_folders_that_are_no_counties_or_share_a_name_are_all_told(folder: Path) -> None:
    """One is missing, two are called east."""
    shutil.copytree(folder / "p" / "east", folder / "other" / "east")
    (folder / "p.txt").write_text("p/east\nother/east\np/notes\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"^E508 ") as refused:
        find_counties(folder / "p.txt")
    assert [Path(fault.value).name for fault in refused.value.faults] == ["east", "east", "notes"]


def test_faults_of_all_counties_are_told_with_their_county(folder: Path) -> None:
    """West has no orders file that can be read, east does not know a brand that a variant names."""
    (folder / "p" / "west" / "orders.csv").write_text("nonsense\n", encoding="utf-8")
    (folder / "variants.toml").write_text('[[variants]]\nid = "a"\nbrands = ["谁"]\n', encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"^E508 ") as refused:
        read_counties(find_counties(folder / "p"), folder / "variants.toml")
    files = {fault.file for fault in refused.value.faults}
    assert {name.partition(":")[0] for name in files} == {"east", "west"}


# ---- adding


def test_amounts_are_added_and_shares_are_of_the_sums() -> None:
    """10 of 100 km and 30 of 300 pieces empty or on time: (0.1 x 100 + 0.5 x 300) / 400 = 0.4, not 0.3."""
    east = kpis(operating_cost_fen=1_000, carried_pieces=10, distance_m=100, empty_share=0.1, on_time_share=1.0)
    west = kpis(operating_cost_fen=5_000, carried_pieces=40, distance_m=300, empty_share=0.5, on_time_share=0.5)
    both = added([(east, Weights(down=10, fresh=0, villages=1)), (west, Weights(down=40, fresh=0, villages=1))])
    assert both.operating_cost_fen == 6_000
    assert both.cost_per_piece_fen == 120
    assert both.empty_share == pytest.approx(0.4)
    assert both.on_time_share == pytest.approx(0.6)
    assert both.load_factor_down is None


def test_a_share_that_a_county_cannot_tell_counts_without_it() -> None:
    """No fresh goods in the west: the east's share stands; nowhere any: None."""
    east, west = kpis(freshness_kept=0.8), kpis()
    of_east, of_west = Weights(down=0, fresh=5, villages=0), Weights(down=0, fresh=0, villages=0)
    assert added([(east, of_east), (west, of_west)]).freshness_kept == pytest.approx(0.8)
    assert added([(west, of_west)]).freshness_kept is None


def test_weights_are_counted_from_orders_and_places() -> None:
    """3 pieces down of which 2 must be quick, 4 up; three villages."""
    goods = (Commodity(id="milk", max_on_board_s=3_600), Commodity(id="parcel"))
    orders = (
        order("A", "H", "V1", pieces=2, commodity="milk"),
        order("B", "H", "V2", pieces=1, commodity="parcel"),
        order("C", "V1", "H", pieces=4, commodity="parcel"),
    )
    assert weights_of(scenario(orders=orders, commodities=goods)) == Weights(down=3, fresh=2, villages=3)


# ---- running


def drawn(agenda, variant: str) -> list[tuple[tuple[str, int], ...]]:
    """Return the pieces of every order on every day of a variant."""
    plans = [each for each in agenda.cells if each.variant == variant]
    return [tuple((o.id, o.pieces) for o in each.parts[0][1].part.orders) for each in plans]


def test_counties_have_days_of_their_own_that_all_their_variants_share(folder: Path) -> None:
    """Twins under two names: the same dates, other pieces every day; more wages change no draw of either."""
    members = read_counties(find_counties(folder / "p"), folder / "variants.toml")
    east, west = (agenda_of(member, days=3, limit=LIMIT) for member in members)
    assert east.days == west.days
    for one, other in zip(drawn(east, BASE), drawn(west, BASE), strict=True):
        assert one != other
    for each in (east, west):
        assert drawn(each, "pay") == drawn(each, BASE)


def test_the_market_of_a_township_that_another_county_has_is_no_fault(folder: Path) -> None:
    """Only the east has the township, so only the east has its market; what nobody has is told in both."""
    places = folder / "p" / "west" / "places.csv"
    places.write_text(places.read_text("utf-8-sig").replace(",青龙镇,", ",玄武镇,"), encoding="utf-8")
    (folder / "variants.toml").write_text('[markets]\n"青龙镇" = "1,4,7"\n' + VARIANTS, encoding="utf-8")
    east, west = read_counties(find_counties(folder / "p"), folder / "variants.toml")
    assert list(east.wanted.markets) == ["青龙镇"]
    assert not west.wanted.markets
    (folder / "variants.toml").write_text('[markets]\n"白虎镇" = "1,4,7"\n' + VARIANTS, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"^E508 ") as refused:
        read_counties(find_counties(folder / "p"), folder / "variants.toml")
    assert [(f.code, f.file, f.column) for f in refused.value.faults] == [
        ("E321", f"{name}: variants.toml", "markets.白虎镇") for name in ("east", "west")
    ]


def test_a_market_is_no_fault_where_the_county_that_may_have_it_cannot_be_read(folder: Path) -> None:
    """Only what is wrong in the west is told."""
    (folder / "p" / "west" / "orders.csv").write_text("nonsense\n", encoding="utf-8")
    (folder / "variants.toml").write_text('[markets]\n"青龙镇" = "1,4,7"\n' + VARIANTS, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"^E508 ") as refused:
        read_counties(find_counties(folder / "p"), folder / "variants.toml")
    assert {fault.file for fault in refused.value.faults} == {"west: orders.csv"}


def test_markets_of_a_province_are_those_of_all_its_counties() -> None:
    """A day of the province has a market where any county has one, and tells whose it is."""
    wanted = VariantSet(variants=(Variant(id=BASE, name=Text("", "")),))
    agenda = replace(prepare(scenario(), wanted, days=2, limit=LIMIT), cells=())
    found = carry_out(agenda, Store(folder=Path("/nonexistent")), Here())
    counties = {
        name: replace(found, agenda=replace(agenda, markets=markets))
        for name, markets in {"east": {"day 1": ("龙镇",), "day 2": ()}, "west": {"day 1": ("虎镇",)}}.items()
    }
    assert add_up(counties, found).agenda.markets == {"day 1": ("east 龙镇", "west 虎镇"), "day 2": ()}


@pytest.mark.slow
def test_a_province_costs_what_its_counties_cost_together(folder: Path) -> None:
    """Day by day, and the cost of a piece is of the sums; counties have plans of their own: 2 x 2 x 2."""
    members = read_counties(find_counties(folder / "p"), folder / "variants.toml")
    agendas = {m.name: agenda_of(m, days=2, limit=LIMIT, cache=folder / "c") for m in members}
    joined = join(agendas)
    assert [day.id for day in joined.days] == ["east/day 1", "west/day 1", "east/day 2", "west/day 2"]
    found = carry_out(joined, Store(folder=folder / "results"), Here())
    assert found.total == 8
    counties = part(found, agendas)
    assert all(each.is_whole for each in counties.values())
    province = add_up(counties, found)
    for variant, days in province.measured.items():
        for day, both in days.items():
            own = [counties[name].measured[variant][day] for name in ("east", "west")]
            assert both.operating_cost_fen == sum(one.operating_cost_fen for one in own)
            pieces = sum(one.carried_pieces for one in own)
            assert both.cost_per_piece_fen == pytest.approx(both.operating_cost_fen / pieces)


def test_a_day_that_one_county_lacks_is_no_day_of_the_province() -> None:
    """Nothing is made up for it."""
    days = prepare(scenario(), VariantSet(variants=(Variant(id=BASE, name=Text("", "")),)), days=2, limit=LIMIT)
    whole = {day.id: kpis() for day in days.days}
    found = carry_out(replace(days, cells=()), Store(folder=Path("/nonexistent")), Here())
    full = replace(found, agenda=days, measured={BASE: whole})
    half = replace(found, agenda=days, measured={BASE: {"day 1": kpis()}}, is_whole=False)
    province = add_up({"east": full, "west": half}, half)
    assert list(province.measured[BASE]) == ["day 1"]
    assert not province.is_whole
