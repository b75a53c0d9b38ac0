"""Counties built so that the best policy is known: ``gongpei compare``, ``share`` and ``sweep`` have to say so.

The four villages lie 5 km and more from the hub H: A and the station S beside its road in the east, C in the north.
Sampled days differ by chance, as ever; what is planted is larger than that noise. Everything runs in this process,
because starting one for each of so many small plans takes longer than planning them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import pytest

from api.cli import main
from optimizer.model import Conflict
from optimizer.stop import Stop
from optimizer.tiers.check import check_tiers
from optimizer.tiers.model import TieredPlan
from optimizer.tiers.search import walked
from scenarios.files import read_scenario, write_scenario
from scenarios.scenario import Commodity, Load, Order
from scenarios.stations import ScenarioStation
from tests.helpers import assert_clean, searched
from tests.scenarios.tasks import Here

if TYPE_CHECKING:
    from scenarios.build import County
    from scenarios.scenario import Scenario

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
COST = "operating_cost_fen"
DAYS = "3"

BUS = """line,departure,stop,arrive,depart,lon,lat,place,free_kg,free_l,max_piece_kg,dwell_s,yuan_per_piece
B,B1,h,08:30,08:30,109.3,30.2,H,2000,9000,50,600,{fare}
B,B1,a,09:00,09:10,109.3519253,30.2450932,A,,,,,
"""


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plan and judge in this process."""

    def plan(day: County, **_: object) -> TieredPlan:
        if day.tiers is None:
            found = searched(day.problem)
            assert_clean(day.problem, found)
            return TieredPlan(choice={}, plan=found)
        across = walked(day.tiers, stop=Stop(iterations=3))
        assert check_tiers(day.tiers, across) == ()
        return across

    monkeypatch.setattr("scenarios.variants.cells.solve_county", plan)
    monkeypatch.setattr("api.commands.running.LocalProcesses", Here)


def county(*orders: Order, **changes: Any) -> Scenario:
    """Return the four villages with these orders and six vans, each good for one trip a day."""
    day = read_scenario(LIBRARY / "four_villages")
    vans = tuple(replace(van, count=6, max_trips=1) for van in day.fleet[:1])
    fields = {"orders": orders, "brands": (), "fleet": vans, "locks": (), "conflicts": (), "cleanings": ()}
    return replace(day, **{**fields, **changes})


def goods(brand: str, village: str, commodity: str = "parcel", pieces: int = 40) -> Order:
    """Return an order down to a village, light enough for any van."""
    load = Load(load_g=1_000 * pieces, load_ml=2_000 * pieces)
    return Order(
        id=f"{brand}{village}",
        origin="H",
        destination=village,
        brand=brand,
        commodity=commodity,
        pieces=pieces,
        load=load,
    )


def written(day: Scenario, folder: Path, *, fare: float | None = None) -> Path:
    """Write the county, with a bus from the hub to A at this price a piece if one is given."""
    write_scenario(day, folder)
    if fare is not None:
        (folder / "timetable.csv").write_text(BUS.format(fare=fare), encoding="utf-8")
        settings = folder / "scenario.toml"
        settings.write_text(settings.read_text("utf-8") + '\n[timetable]\nfile = "timetable.csv"\n', encoding="utf-8")
    return folder


def compared(folder: Path, variants: str) -> dict[str, Any]:
    """Compare over three sampled days; return what the file of results says."""
    (folder / "v.toml").write_text(variants, encoding="utf-8")
    out = folder / "out"
    work = ["--days", DAYS, "--iterations", "0", "--out", str(out), "--lang", "en"]
    assert main(["compare", str(folder), str(folder / "v.toml"), *work]) == 0
    return json.loads((out / "comparison.json").read_text("utf-8"))  # type: ignore[no-any-return]


def cost_of(found: dict[str, Any], variant: str) -> dict[str, Any]:
    """Return the row of the mean cost of one variant."""
    return next(cell for cell in found["measures"][COST] if cell["variant"] == variant)


def test_useless_stations_cost_more_beyond_the_noise(tmp_path: Path) -> None:
    """A second vehicle takes over at S, 5 km before A: the fixed 100 yuan of its day come on top, day after day."""
    day = county(goods("P", "A"), stations=(ScenarioStation(place="S", handling_s=1_800),))
    found = compared(written(day, tmp_path), '[[variants]]\nid = "through"\nmode = "station"\n')
    change = cost_of(found, "through")["change"]
    assert change["mean"] >= 10_000
    assert not change["is_noise"]
    assert all(ways["direct"] > 0 and ways["station"] == 0 for ways in found["ways"]["base"].values())


def test_a_free_bus_carries_everything_and_saves_the_van(tmp_path: Path) -> None:
    """With the bus a day costs nothing; without it a van's day, 100 yuan and more."""
    found = compared(written(county(goods("P", "A")), tmp_path, fare=0), '[[variants]]\nid = "no_bus"\nlines = "off"\n')
    assert cost_of(found, "base")["mean"] == 0
    change = cost_of(found, "no_bus")["change"]
    assert change["mean"] > 10_000
    assert not change["is_noise"]
    assert all(ways["direct"] == 0 and ways["line"] > 0 for ways in found["ways"]["base"].values())


def worthless() -> Scenario:
    """Return P and Q with parcels for A, and W with lime for C that may ride with nothing else: W shares no trip."""
    lime = Commodity(id="lime", name="石灰", goods_class="other", piece_g=1_000, piece_ml=2_000)
    parcel = next(c for c in read_scenario(LIBRARY / "four_villages").commodities if c.id == "parcel")
    return county(
        goods("P", "A"),
        goods("Q", "A"),
        goods("W", "C", "lime"),
        commodities=(parcel, lime),
        conflicts=(Conflict(first="lime", second="parcel", sealed_ok=False),),
    )


def test_a_worthless_brand_adds_nothing_to_the_comparison_and_the_others_do(tmp_path: Path) -> None:
    """W apart costs the same to the fen; P and Q apart need one van more, beyond the noise."""
    variants = '[[variants]]\nid = "w_apart"\nbrands = ["P+Q"]\n[[variants]]\nid = "apart"\nbrands = "separate"\n'
    found = compared(written(worthless(), tmp_path), variants)
    assert cost_of(found, "w_apart")["change"]["mean"] == 0
    assert cost_of(found, "w_apart")["change"]["is_noise"]
    change = cost_of(found, "apart")["change"]
    assert change["mean"] > 10_000
    assert not change["is_noise"]


def test_a_worthless_brand_is_charged_what_it_costs_alone_by_methods_of_coalitions(tmp_path: Path) -> None:
    """W is a dummy: Shapley and nucleolus charge W its own cost, and P and Q share their saving."""
    folder = written(worthless(), tmp_path)
    work = ["--days", "2", "--iterations", "0", "--out", str(folder / "out"), "--lang", "en"]
    assert main(["share", str(folder), *work]) == 0
    found = json.loads((folder / "out" / "sharing.json").read_text("utf-8"))
    costs = {"+".join(c["coalition"]): c["cost_fen"] for c in found["coalitions"]}
    assert costs["P+Q+W"] == costs["P+Q"] + costs["W"]
    assert costs["P+Q"] < costs["P"] + costs["Q"]
    for method in ("shapley", "nucleolus"):
        shares = found["methods"][method]["shares_fen"]
        assert shares["W"] == costs["W"]
        assert sum(shares.values()) == costs["P+Q+W"]
    for method in ("shapley", "nucleolus", "epm"):
        assert found["methods"][method]["core"]["is_in_core"]


def test_the_bus_breaks_even_where_its_fares_reach_the_price_of_the_van(tmp_path: Path) -> None:
    """By bus 3 yuan a piece, by van the same trip whatever its load: equal at (cost of the van) / (3 x pieces)."""
    folder = written(county(goods("P", "A")), tmp_path, fare=3)
    sides = '[[variants]]\nid = "bus"\nmode = "bus"\n[[variants]]\nid = "van"\nmode = "direct"\n'
    (folder / "v.toml").write_text(sides, encoding="utf-8")
    sweep = ["--vary", "volume=0.5,2,3", "--variants", str(folder / "v.toml"), "--between", "van,bus"]
    work = ["--days", "1", "--iterations", "0", "--out", str(folder / "out"), "--lang", "en"]
    assert main(["sweep", str(folder), *sweep, *work]) == 0
    found = json.loads((folder / "out" / "sweep.json").read_text("utf-8"))
    curves = {
        curve["variant"]: {p["value"]: p["cost_fen"]["mean"] for p in curve["points"]} for curve in found["curves"]
    }
    van_fen, a_piece_more_fen = fmean(curves["van"].values()), (curves["bus"][3.0] - curves["bus"][0.5]) / 2.5
    assert set(curves["van"].values()) == {van_fen}
    (crossing,) = found["break_evens"]
    assert crossing["at"] == pytest.approx(van_fen / a_piece_more_fen, rel=0.05)
    assert (crossing["cheaper_below"], crossing["cheaper_above"]) == ("bus", "van")
    assert crossing["is_level"]
