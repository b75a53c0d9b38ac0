"""Variants of a county with stations and buses: modes, closures, fares, parts put together, and planted truths.

H ---- S ---- V2 ---- V3        10 km and 15 min a step; S is the station of the villages beyond it
"""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from optimizer.stop import Stop
from optimizer.tiers.check import check_tiers
from optimizer.tiers.model import DIRECT, TieredPlan, Way
from optimizer.tiers.search import walked
from scenarios.errors import InvalidInput
from scenarios.files import read_scenario
from scenarios.sampled_days import DayModel
from scenarios.scenario import Brand
from scenarios.sensitivity import sides_of
from scenarios.service import Service
from scenarios.stations import ModeRule
from scenarios.text import Text
from scenarios.tiers import build_tiers
from scenarios.variants.apply import changed_day, parts_of_day
from scenarios.variants.cells import Limit, plan_cell
from scenarios.variants.compare import carry_out, prepare
from scenarios.variants.county_plan import measure_county
from scenarios.variants.merge import merged, pieces_by_way, told
from scenarios.variants.model import Prices, Variant, VariantSet
from scenarios.variants.offers import family_of, offer_cell
from scenarios.variants.plan_json import pack_plan
from scenarios.variants.read import read_variants
from scenarios.variants.store import Store
from scenarios.variants.table import way_rows
from tests.scenarios.small_county import county as ordinary_county
from tests.scenarios.small_county import order, van
from tests.scenarios.tasks import Here
from tests.scenarios.test_tiers import FREE, bus, station_county

if TYPE_CHECKING:
    from scenarios.build import County
    from scenarios.scenario import Scenario
    from scenarios.variants.cells import PlanCell

NAME = Text("x", "x")
LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
AS_IT_IS = Variant(id="base", name=NAME)
LIMIT = Limit(stop=Stop(iterations=1))


def day() -> Scenario:
    """Return a day of two brands with goods for V2 and V3 from 6:30, a van, and a bus that goes all the way at 7:00."""
    orders = (order("A2", "H", "V2", brand="A", pieces=2), order("B3", "H", "V3", brand="B", pieces=3))
    stops = bus("H", "S", "V2", "V3", carriage=replace(FREE, dwell_s=300))
    found = station_county(orders=orders, brands=(Brand(id="A"), Brand(id="B")), timetable=stops)
    return replace(found, policy=replace(found.policy, hub_ready_s=23_400))


def county(scenario: Scenario) -> County:
    """Return the county with its tiers."""
    built = ordinary_county(scenario)
    second = build_tiers(scenario, built.problem)
    return replace(built, tiers=second and second.tiers)


def planned(scenario: Scenario) -> tuple[County, TieredPlan]:
    """Return the county and its plan after three moves, refereed."""
    built = county(scenario)
    assert built.tiers is not None
    plan = walked(built.tiers, stop=Stop(iterations=3))
    assert check_tiers(built.tiers, plan) == ()
    return built, plan


def variant(**changes: object) -> Variant:
    """Return the variant with these changes."""
    return replace(AS_IT_IS, id="x", **changes)  # type: ignore[arg-type]


def modes(scenario: Scenario, name: str) -> frozenset[str]:
    """Return the modes of one place."""
    return Service(scenario).modes(next(p for p in scenario.places if p.id == name))


def refused(scenario: Scenario, changes: Variant) -> list[tuple[str, str]]:
    """Return code and value of each fault."""
    with pytest.raises(InvalidInput, match=r"^E300 ") as caught:
        changed_day(scenario, changes)
    return [(fault.code, fault.value) for fault in caught.value.faults]


# ---- changes


def test_a_forced_mode_binds_only_the_places_that_have_it() -> None:
    """V3 may only be reached directly; V2 goes through its station."""
    ruled = replace(day(), modes=(ModeRule(place="V3", modes=("direct",)),))
    forced = changed_day(ruled, variant(forced_mode="station"))
    assert (modes(forced, "V2"), modes(forced, "V3")) == ({"station"}, {"direct"})


def test_modes_that_are_left_narrow_rules_and_never_widen_them() -> None:
    """V3 has bus and station, of which station stays; V2 has no rule."""
    ruled = replace(day(), modes=(ModeRule(place="V3", modes=("bus", "station")),))
    left = changed_day(ruled, variant(modes=("direct", "station")))
    assert (modes(left, "V2"), modes(left, "V3")) == ({"direct", "station"}, {"station"})


def test_places_without_any_mode_left_are_named() -> None:
    """V3 takes buses only; the other fault has a remedy of its own."""
    ruled = replace(day(), modes=(ModeRule(place="V3", modes=("bus",)),))
    assert refused(ruled, variant(modes=("direct",))) == [("E398", "V3")]
    assert refused(ruled, variant(has_lines=False)) == [("E398", "V3")]


def test_closed_stations_and_lines_leave_an_ordinary_day() -> None:
    """No tiers are built of it."""
    closed = changed_day(day(), variant(has_stations=False, has_lines=False))
    assert county(closed).tiers is None


def test_closed_lines_leave_stations_and_the_policy_without_buses() -> None:
    """A policy that forces buses forces nothing any more."""
    told_so = replace(day(), policy=replace(day().policy, modes=("bus", "station", "direct"), forced_mode="bus"))
    closed = changed_day(told_so, variant(has_lines=False))
    assert closed.policy.forced_mode == ""
    assert modes(closed, "V2") == {"station", "direct"}


def test_what_the_county_does_not_have_cannot_be_closed_or_forced() -> None:
    """Every fault is named: no stations, no lines, no drone."""
    plain = replace(day(), stations=(), timetable=None)
    assert refused(plain, variant(has_stations=False, has_lines=False)) == [("E399", "stations"), ("E399", "lines")]
    assert refused(day(), variant(forced_mode="drone")) == [("E365", "drone")]
    assert refused(day(), variant(modes=("drone",))) == [("E365", "drone")]


def test_a_mode_that_every_place_has_anyway_changes_nothing() -> None:
    """Direct, where there is nothing else; the day is the same, so the variant is refused as E352."""
    plain = replace(day(), stations=(), timetable=None)
    assert changed_day(plain, variant(forced_mode="direct")) == plain


def test_fares_are_multiplied() -> None:
    """50 fen a piece become 0 and 75, and 62.5 are 63: half up."""
    for factor, fen in ((0, 0), (1.5, 75), (1.25, 63)):
        table = changed_day(day(), variant(prices=Prices(fares=factor))).timetable
        assert table is not None
        assert [d.carriage.fen_per_piece for line in table.lines for d in line.departures] == [fen]


def test_a_file_says_modes_stations_lines_and_fares(tmp_path: Path) -> None:
    """And what it closes must be there: the fault stands at the variant."""
    path = tmp_path / "v.toml"
    text = '[[variants]]\nid = "a"\nmode = "station"\nfares = 0\n[[variants]]\nid = "b"\nmodes = "direct;bus"\n'
    path.write_text(text + '[[variants]]\nid = "c"\nstations = "off"\nlines = "off"\n', encoding="utf-8")
    _, a, b, c = read_variants(path, day()).variants
    assert (a.forced_mode, a.prices.fares, b.modes) == ("station", 0, ("direct", "bus"))
    assert (c.has_stations, c.has_lines) == (False, False)
    with pytest.raises(InvalidInput, match=r"^E351 ") as caught:
        read_variants(path, replace(day(), stations=(), timetable=None))
    assert {(f.code, f.column) for f in caught.value.faults} >= {("E399", "variants[3]: stations.csv")}


def test_the_break_even_example_has_a_pair_for_bus_drone_and_station() -> None:
    """Each can be swept: used wherever allowed, and not at all."""
    found = read_variants(LIBRARY / "variants" / "breakeven.toml", read_scenario(LIBRARY / "three_tiers"))
    for name in ("bus", "drone", "station"):
        used, unused = sides_of(found, f"{name},no_{name}")
        assert used.forced_mode == name
        assert unused.forced_mode == ""


def test_the_example_of_the_library_fits_its_county() -> None:
    """Four ways to serve, counted from direct."""
    found = read_variants(LIBRARY / "variants" / "tiers.toml", read_scenario(LIBRARY / "three_tiers"))
    assert [v.id for v in found.variants] == ["base", "direct", "stations", "no_lines"]
    assert found.against == "direct"


# ---- parts put together


def test_brands_that_go_other_ways_to_the_same_place_are_measured_as_they_go() -> None:
    """A goes direct, B by bus, both to V2: five pieces in two ways, each cost once."""
    both = replace(day(), orders=(order("A2", "H", "V2", brand="A", pieces=2), order("B2", "H", "V2", brand="B")))
    plans = []
    for (_, part), mode in zip(parts_of_day(both, variant(coalitions=())), ("direct", "bus"), strict=True):
        plans.append(planned(changed_day(part, variant(forced_mode=mode)))[1])
    whole = county(both)
    assert whole.tiers is not None
    together = merged(whole.tiers, plans)
    assert told(whole.tiers, together) == {s.id for s in whole.problem.shipments}
    assert pieces_by_way(whole.tiers, together) == {"direct": 2, "station": 0, "line": 1}
    kpis = measure_county(whole, together)
    assert kpis.operating_cost_fen == sum(plan.plan.cost.operating_fen for plan in plans)
    assert kpis.carried_pieces == 3


# ---- planted truths


def test_useless_stations_are_not_used_and_cost_nothing() -> None:
    """Handling takes all day: the free choice goes direct and costs what direct costs, to the fen."""
    lazy = replace(day(), timetable=None, stations=tuple(replace(s, handling_s=80_000) for s in day().stations))
    free = planned(lazy)[1]
    direct = planned(changed_day(lazy, variant(forced_mode="direct")))[1]
    assert set(free.choice.values()) <= {DIRECT}
    assert free.plan.cost == direct.plan.cost


def test_a_bus_free_of_charge_is_used_and_the_saving_is_the_whole_van() -> None:
    """The bus passes both villages: no vehicle goes out and nothing is paid; a bus at 500 yuan a piece stays empty."""
    built, free = planned(changed_day(day(), variant(prices=Prices(fares=0))))
    assert built.tiers is not None
    assert set(free.choice.values()) == {Way(last="line")}
    assert free.plan.cost.operating_fen == 0
    dear_county, dear = planned(changed_day(day(), variant(prices=Prices(fares=1_000))))
    assert dear_county.tiers is not None
    assert pieces_by_way(dear_county.tiers, dear)["line"] == 0
    direct = planned(changed_day(day(), variant(forced_mode="direct")))[1]
    assert dear.plan.cost.operating_fen <= direct.plan.cost.operating_fen
    assert direct.plan.cost.operating_fen > van().fixed_fen


# ---- offers


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store."""
    return Store(folder=tmp_path / "results")


def kept(store: Store, scenario: Scenario, plan: TieredPlan) -> PlanCell:
    """Keep a plan as if its cell had been run."""
    cell = plan_cell(scenario, LIMIT, None)
    store.put(cell.key, {"plan": pack_plan(plan)})
    return cell


def test_a_free_choice_takes_the_cheaper_plan_of_a_narrower_one_and_not_the_other_way(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The free one has found nothing by bus; the one that must take the bus costs a fare. Direct refuses that plan."""
    monkeypatch.setattr("scenarios.variants.offers.build_problem", lambda day, **_: county(day))
    narrow, direct = (changed_day(day(), variant(forced_mode=mode)) for mode in ("bus", "direct"))
    by_bus, by_van = planned(narrow)[1], planned(direct)[1]
    cells = [kept(store, one, plan) for one, plan in ((day(), by_van), (narrow, by_bus), (direct, by_van))]
    costs = []
    for cell in cells:
        found = offer_cell(cell, [each.key for each in cells]).run(store)
        costs.append((found["kpis"]["operating_cost_fen"], found["source"]))
    bus_fen, van_fen = by_bus.plan.cost.operating_fen, by_van.plan.cost.operating_fen
    assert bus_fen < van_fen
    assert costs == [(bus_fen, cells[1].key), (bus_fen, cells[1].key), (van_fen, cells[2].key)]


def test_a_plan_is_offered_at_the_prices_of_who_takes_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan by a bus that asks 50 fen a piece costs five pieces nothing where the bus is free."""
    monkeypatch.setattr("scenarios.variants.offers.build_problem", lambda day, **_: county(day))
    free_of_charge = changed_day(day(), variant(prices=Prices(fares=0)))
    direct = planned(changed_day(day(), variant(forced_mode="direct")))[1]
    by_bus = planned(changed_day(day(), variant(forced_mode="bus")))[1]
    own, other = kept(store, free_of_charge, direct), kept(store, day(), by_bus)
    assert by_bus.plan.cost.line_fen == 250
    assert offer_cell(own, [other.key]).run(store)["kpis"]["operating_cost_fen"] == 0


def test_variants_exchange_plans_that_differ_in_the_second_tier_only() -> None:
    """Modes and fares may differ, wages and brands may not; other goods are another day's."""
    narrow = variant(forced_mode="direct", has_lines=False, prices=Prices(fares=2))
    assert family_of(narrow) == family_of(AS_IT_IS)
    assert family_of(variant(prices=Prices(wages=2))) != family_of(AS_IT_IS)
    assert family_of(variant(coalitions=())) != family_of(AS_IT_IS)


def test_a_comparison_of_two_days_says_what_a_free_bus_saves_and_never_that_choice_costs(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through all of ``carry_out``: free fares save the whole cost of direct, and the base costs at most direct."""
    for module in ("cells", "offers"):
        monkeypatch.setattr(f"scenarios.variants.{module}.build_problem", lambda day, **_: county(day))
    monkeypatch.setattr(
        "scenarios.variants.cells.solve_county", lambda built, **_: walked(built.tiers, stop=Stop(iterations=1))
    )
    free = replace(variant(prices=Prices(fares=0)), id="free")
    wanted = VariantSet(variants=(AS_IT_IS, replace(variant(forced_mode="direct"), id="direct"), free))
    agenda = prepare(day(), wanted, days=2, limit=LIMIT, model=DayModel(day_spread=0.0, order_spread=0.0))
    found = carry_out(agenda, store, Here())
    assert (found.is_whole, found.losses, found.total) == (True, (), 12)
    for id_, kpis in found.measured["direct"].items():
        assert kpis.operating_cost_fen >= found.measured["base"][id_].operating_cost_fen
        assert found.measured["free"][id_].operating_cost_fen == 0
        assert found.ways["free"][id_] == {"direct": 0, "station": 0, "line": 5}
    assert {row.way: row.shares[1:] for row in way_rows(found)} == {"direct": (1, 0), "station": (0, 0), "line": (0, 1)}
    again = carry_out(agenda, store, Here())
    assert (again.computed, again.measured) == (0, found.measured)


def test_a_comparison_that_is_stopped_before_offers_shows_own_plans(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All plans are known, no offer is; the stop comes first: measured, and said not to be whole."""
    monkeypatch.setattr("scenarios.variants.cells.build_problem", lambda day, **_: county(day))
    monkeypatch.setattr(
        "scenarios.variants.cells.solve_county", lambda built, **_: walked(built.tiers, stop=Stop(iterations=0))
    )
    wanted = VariantSet(variants=(AS_IT_IS, variant(forced_mode="direct")))
    agenda = prepare(day(), wanted, days=1, limit=LIMIT)
    for each in agenda.cells:
        store.put(each.key, each.parts[0][1].run(store))
    cancel = threading.Event()
    cancel.set()
    found = carry_out(agenda, store, Here(), cancel=cancel)
    assert not found.is_whole
    assert [len(days) for days in found.measured.values()] == [1, 1]
