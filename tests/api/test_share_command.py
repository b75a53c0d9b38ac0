"""``gongpei share`` as a user meets it, on the four-village county with two brands, one round a plan."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.cli import main
from api.exports.sharing import Report, a_day, methods_of, share_by, write_json
from api.exports.sharing_book import write_book
from api.exports.sharing_page import write_page
from optimizer.stop import Stop
from scenarios.coalition_costs import SharedCosts, ask, id_of, members_of, prepare_coalitions, shared_costs
from scenarios.errors import ScenarioFailed
from scenarios.files import read_scenario
from scenarios.gain_sharing import share
from scenarios.kpi_definitions import KPI_DEFINITIONS
from scenarios.kpis import Kpis
from scenarios.variants.cells import Limit
from scenarios.variants.compare import Comparison
from tests.api.spreadsheet import read_sheets

if TYPE_CHECKING:
    from scenarios.gain_sharing import Costs, Method, Split

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"


def _county(folder: Path, *, brands: tuple[str, ...]) -> Path:
    """Copy the county with the orders of some brands only."""
    shutil.copytree(LIBRARY / "four_villages", folder, ignore=shutil.ignore_patterns("cache"))
    file = folder / "orders.csv"
    head, *rows = file.read_text("utf-8").splitlines()
    file.write_text("\n".join([head, *(row for row in rows if row.split(",")[1] in brands)]) + "\n", "utf-8")
    return folder


def _share(folder: Path, *more: str) -> int:
    return main(["share", str(folder / "two"), "--days", "1", "--iterations", "0", "--lang", "en", *more])


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Share once; return the folder with ``two`` and ``out``."""
    folder = tmp_path_factory.mktemp("share")
    _county(folder / "two", brands=("中通", "邮政"))
    assert _share(folder, "--out", str(folder / "out")) == 0
    return folder


def test_every_method_shares_the_whole_cost_to_the_fen(shared: Path) -> None:
    """Shares add up to what everyone together costs; two brands split the gain in half by Shapley."""
    content = json.loads((shared / "out" / "sharing.json").read_text("utf-8"))
    cost = {"+".join(each["coalition"]): each["cost_fen"] for each in content["coalitions"]}
    assert list(content["methods"]) == ["shapley", "nucleolus", "epm", "volume", "stand_alone"]
    for method in content["methods"].values():
        assert sum(method["shares_fen"].values()) == cost["中通+邮政"]
    gain = cost["中通"] + cost["邮政"] - cost["中通+邮政"]
    paid = content["methods"]["shapley"]["shares_fen"]["中通"]
    assert abs(paid - (cost["中通"] - gain / 2)) <= 1


def test_every_coalition_and_day_has_a_row_of_all_measures(shared: Path) -> None:
    """Three coalitions on one day, at the cost that the shares are of."""
    with (shared / "out" / "sharing.csv").open(encoding="utf-8-sig", newline="") as file:
        costs = [int(row["operating_cost_fen"]) for row in csv.DictReader(file)]
    content = json.loads((shared / "out" / "sharing.json").read_text("utf-8"))
    assert sorted(costs) == sorted(each["cost_fen"] for each in content["coalitions"])


def test_the_page_asks_for_nothing_and_begins_with_what_is_assumed(shared: Path) -> None:
    """Assumptions, then the saving with why it is high, then the shares."""
    page = (shared / "out" / "sharing.html").read_text("utf-8")
    assert "http" not in page.replace("http-equiv", "")
    parts = [page.index(f'id="{name}"') for name in ("assumptions", "saving", "shares", "statements", "coalitions")]
    assert parts == sorted(parts)
    assert "placeholder, not measured" in page
    assert "above the published 20-30 %" in page


def test_the_workbook_reckons_every_brand_again(shared: Path) -> None:
    """A sheet a brand; its terms are formulas whose sum and rounding give the share."""
    with zipfile.ZipFile(shared / "out" / "sharing.xlsx") as book:
        names = book.read("xl/workbook.xml").decode()
        brand = book.read("xl/worksheets/sheet4.xml").decode()
    assert names.index('name="assumptions"') < names.index('name="中通"') < names.index('name="邮政"')
    assert "<f>B6*D6/C6</f>" in brand
    assert "<f>SUM(E6:E7)</f>" in brand
    assert "<f>ROUND(E8+E9,0)/100</f>" in brand


def test_the_workbook_shares_an_edited_cost_as_the_rules_say(shared: Path) -> None:
    """Everyone's cost 7.01 yuan higher: each of two pays 3.505 more by Shapley, one of them to the fen above.

    Proportional shares follow the total too, and pieces; the nucleolus stays and says that it does.
    """
    sheets = read_sheets(shared / "out" / "sharing.xlsx")
    costs, table = sheets["costs of coalitions"], sheets["shares by method"]
    content = json.loads((shared / "out" / "sharing.json").read_text("utf-8"))
    for row, brand in ((3, "中通"), (4, "邮政")):
        for column, method in zip("DFHJL", content["methods"].values(), strict=True):
            assert round(100 * table.reckon(f"{column}{row}")) == method["shares_fen"][brand]
            assert table.values[f"{column}{row}"] == pytest.approx(table.reckon(f"{column}{row}"))
    before = [table.reckon(f"F{row}") for row in (3, 4)]
    costs.values["D4"] += 7.01
    table.values["B3"] = 2 * table.values["B4"]
    fen = {"+".join(c["coalition"]): c["cost_fen"] for c in content["coalitions"]}
    everyone = fen["中通+邮政"] + 701
    edited = {frozenset(c.split("+")): cost for c, cost in (fen | {"中通+邮政": everyone}).items()}
    for column, method in (("D", "shapley"), ("L", "stand_alone")):
        expected = share(edited, method).shares_fen  # type: ignore[arg-type]
        assert [round(100 * table.reckon(f"{column}{row}")) for row in (3, 4)] == list(expected.values())
    assert round(100 * table.reckon("J3")) in (2 * everyone // 3, 2 * everyone // 3 + 1)
    assert [table.reckon(f"F{row}") for row in (3, 4)] == before
    assert sum(1 for value in sheets["中通"].values.values() if "numbers as planned" in str(value)) == 2


def test_a_second_run_takes_all_plans_from_the_store(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three coalitions on one day, none planned again, by another method."""
    assert _share(shared, "--out", str(shared / "again"), "--method", "nucleolus") == 0
    assert "3 plans, 3 of them known before" in capsys.readouterr().out
    assert list(json.loads((shared / "again" / "sharing.json").read_text("utf-8"))["methods"]) == ["nucleolus"]


def test_a_single_brand_is_refused_before_anything_is_planned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, the code on standard error, no progress."""
    _county(tmp_path / "two", brands=("中通",))
    assert _share(tmp_path, "--out", str(tmp_path / "out")) == 2
    told = capsys.readouterr().err
    assert told.startswith("E423 1 brands")
    assert "plans 0/" not in told


def test_a_sampled_split_is_written_with_its_error(tmp_path: Path) -> None:
    """Nine brands, the first of a coalition 100 fen, each more 10: who is drawn first in some orders has an error."""
    county = read_scenario(LIBRARY / "four_villages")
    orders = (*county.orders, replace(county.orders[0], id="X"))
    nine = replace(county, orders=tuple(replace(o, brand=f"B{k}") for k, o in enumerate(orders)), brands=(), locks=())
    question = ask(members_of(nine), seed=0, pairs=3)
    agenda = prepare_coalitions(nine, question, days=2, limit=Limit(stop=Stop(iterations=0)))
    zeros = dict.fromkeys(KPI_DEFINITIONS, 0)
    measured = {
        id_of(c): {d.id: Kpis(**zeros | {"operating_cost_fen": 90 + 10 * len(c)}, brands=()) for d in agenda.days}  # type: ignore[arg-type]
        for c in question.coalitions
    }
    run = Comparison(agenda=agenda, measured=measured)
    found = shared_costs(nine, question, run)
    shared, failed = share_by(found, methods_of("all", is_sampled=True))
    assert not failed
    report = Report(scenario=nine, run=run, found=found, shared=shared)
    write_json(report, tmp_path / "sharing.json")
    write_book(report, tmp_path / "sharing.xlsx", lang="zh")
    write_page(report, tmp_path / "sharing.html", lang="zh")
    content = json.loads((tmp_path / "sharing.json").read_text("utf-8"))
    assert content["is_sampled"]
    assert sum(content["methods"]["sampled_shapley"]["shares_fen"].values()) == 2 * 180
    assert any(error > 0 for error in content["methods"]["sampled_shapley"]["error_fen"].values())
    assert "抽样沙普利值" in (tmp_path / "sharing.html").read_text("utf-8")


def test_a_method_that_fails_is_missing_with_its_sentence_and_costs_no_file(
    shared: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One method fails by itself, as a bug would: exit code 4, all others are written as before."""

    def failing(costs: Costs, method: Method, **more: Any) -> Split:
        if method == "nucleolus":
            raise ScenarioFailed("E348", detail="levels left open")
        return share(costs, method, **more)

    monkeypatch.setattr("api.exports.sharing.share", failing)
    assert _share(shared, "--out", str(shared / "failed")) == 4
    assert "E348 the gain could not be shared (levels left open)" in capsys.readouterr().out
    content = json.loads((shared / "failed" / "sharing.json").read_text("utf-8"))
    whole = json.loads((shared / "out" / "sharing.json").read_text("utf-8"))
    assert [(each["method"], each["code"]) for each in content["failed"]] == [("nucleolus", "E348")]
    assert content["methods"] == {name: each for name, each in whole["methods"].items() if name != "nucleolus"}
    page = (shared / "failed" / "sharing.html").read_text("utf-8")
    assert "levels left open" in page[page.index('id="missing"') : page.index('id="saving"')]
    with zipfile.ZipFile(shared / "failed" / "sharing.xlsx") as book:
        assert "levels left open" in book.read("xl/sharedStrings.xml").decode()


def test_files_are_written_when_the_only_method_fails(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Costs and coalitions are there without any split."""

    def failing(*_: Any, **__: Any) -> Split:
        raise ScenarioFailed("E348", detail="levels left open")

    monkeypatch.setattr("api.exports.sharing.share", failing)
    assert _share(shared, "--out", str(shared / "none"), "--method", "epm") == 4
    content = json.loads((shared / "none" / "sharing.json").read_text("utf-8"))
    assert not content["methods"]
    assert content["coalitions"]
    assert (shared / "none" / "sharing.html").exists()
    assert (shared / "none" / "sharing.xlsx").exists()


def test_a_days_part_of_a_sum_is_rounded_half_up_wherever_it_is_shown() -> None:
    """1 fen over 2 days is a half: 1 fen; 5 over 2 is 3, where rounding to even gives 2 and the floor 2."""
    two_days = SharedCosts(
        question=ask(("A", "B"), seed=0),
        days=("day 1", "day 2"),
        costs={},
        by_day={},
        saving=None,
        pieces={},
        left={},
        repairs=(),
    )
    assert [a_day(two_days, fen) for fen in (1, 4, 5)] == ["0.01", "0.02", "0.03"]


def test_methods_that_need_every_coalition_are_left_out_of_a_sample() -> None:
    """Above eight brands the Shapley value is sampled."""
    assert methods_of("all", is_sampled=True) == ("sampled_shapley", "volume", "stand_alone")
    assert methods_of("shapley", is_sampled=False) == ("shapley",)
    assert methods_of("epm", is_sampled=False) == ("epm",)
