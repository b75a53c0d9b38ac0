"""``gongpei site`` as a user meets it, on a county with one far township, with one round a plan."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from api.cli import main
from scenarios.files import write_scenario
from tests.scenarios.siting_county import candidates, far_county

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def sited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Site once; return the folder with ``county``, ``sites.csv`` and ``out``."""
    folder = tmp_path_factory.mktemp("site")
    day = far_county(folder)
    write_scenario(day, folder / "county")
    candidates(folder, "S2,trike,2,0.35", columns="place,vehicle,vehicles,fee_yuan_per_piece")
    assert _site(folder) == 0
    return folder


def _site(folder: Path, *more: str) -> int:
    arguments = [str(folder / "county"), "--out", str(folder / "out"), "--candidates", str(folder / "sites.csv")]
    return main(["site", *arguments, "--days", "1", "--iterations", "1", "--sets", "1", "--lang", "en", *more])


def test_the_answer_opens_the_far_station_and_says_that_one_day_proves_nothing(sited: Path) -> None:
    """Running 162.64 yuan, 465 pieces at 0.35 to break even: 464.7 rounded up."""
    content = json.loads((sited / "out" / "siting.json").read_text("utf-8"))
    best, today = content["sets"]
    assert (best["sites"], today["id"]) == (["S2"], "today")
    assert best["against_today"]["mean"] < 0
    assert best["against_today"]["is_noise"]
    (fare,) = best["sites_fare"]
    assert (fare["running_fen"], fare["fee_fen"], fare["break_even_pieces"]) == (16_264, 35, 465)
    day = best["days"]["day 1"]
    assert day["total_fen"] == day["plan_fen"] + day["sites_fen"] + day["penalty_fen"]
    assert best["nominations"][0]["gap"] == 0


def test_a_second_run_takes_everything_from_the_store(sited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Plans, offers and what was read from plans; the same bytes."""
    before = (sited / "out" / "siting.json").read_bytes()
    assert _site(sited) == 0
    told = capsys.readouterr()
    assert "plans 0/0" in told.err
    assert "plans read" not in told.err
    assert "cheapest: “set 1: S2村”" in told.out
    assert "would add" in told.out
    assert (sited / "out" / "siting.json").read_bytes() == before


def test_the_page_asks_for_nothing_and_begins_with_what_is_assumed(sited: Path) -> None:
    """Assumptions, answer, table, maps, sites, models; a map a set."""
    page = (sited / "out" / "siting.html").read_text("utf-8")
    assert "http" not in page.replace("http-equiv", "")
    parts = [page.index(f'id="{name}"') for name in ("assumptions", "verdict", "table", "maps", "viability", "models")]
    assert parts == sorted(parts)
    assert page.count('class="sites"') == 2
    assert 'id="missing"' not in page


def test_the_workbook_reckons_again_from_its_yellow_cells(sited: Path) -> None:
    """The running cost is a formula of rent, wage, power, opening and years; surplus and totals follow from it."""
    with zipfile.ZipFile(sited / "out" / "siting.xlsx") as book:
        calculator, table, fares = (book.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (2, 3, 4))
    assert "<f>ROUND((SUM(B5:D5)*12*F5+E5)/(52*$B$2*F5),2)</f><v>162.64" in calculator
    assert "<f>'calculator'!$H$5</f><v>162.64" in table
    assert "<f>E2*F2-G2</f>" in fares
    assert '<f>IF(F2&gt;0,ROUNDUP(ROUND(G2/F2,9),0),"")</f><v>465' in fares


def test_the_table_of_days_adds_up(sited: Path) -> None:
    """One row a set and day, in fen."""
    head, *rows = (sited / "out" / "siting.csv").read_text("utf-8-sig").splitlines()
    assert head.startswith("方案 set,")
    assert len(rows) == 2
    for row in rows:
        *parts, total = [int(cell) for cell in row.split(",")[3:]]
        assert sum(parts) == total


def test_bad_candidates_are_refused_before_anything_is_planned(
    sited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, every fault with its row, no progress."""
    path = candidates(tmp_path, "S9,1", "S2,-5", columns="place,rent_yuan_per_month")
    arguments = [str(sited / "county"), "--candidates", str(path), "--out", str(tmp_path), "--open", "3"]
    assert main(["site", *arguments, "--lang", "en"]) == 2
    told = capsys.readouterr().err
    assert "E321 sites.csv row 2 [place] «S9»" in told
    assert "E312 sites.csv row 3 [rent_yuan_per_month] «-5»" in told
    assert "E522 --open «3»" in told
    assert "plans 0/" not in told
