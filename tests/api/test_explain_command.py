"""``gongpei explain`` as a user meets it, on the four-village county."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from api.cli import main

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
PARCEL_B = "H>B:中通:parcel"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plan the county once; return the folder with ``four`` and ``plan.json``."""
    folder = tmp_path_factory.mktemp("explain")
    shutil.copytree(LIBRARY / "four_villages", folder / "four", ignore=shutil.ignore_patterns("cache"))
    assert main(["plan", str(folder / "four"), "--out", str(folder / "out"), "--iterations", "2"]) == 0
    return folder


def ask(planned: Path, *arguments: str) -> int:
    """Run the command."""
    return main(["explain", str(planned / "four"), str(planned / "out" / "plan.json"), *arguments])


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_village_that_opens_at_eight_cannot_be_served_before(
    planned: Path, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    """B opens at 08:00; the window is the reason, a wider one the remedy, at the price of an earlier start."""
    assert ask(planned, PARCEL_B, "--before", "07:40", "--lang", lang) == 0
    out = capsys.readouterr().out
    assert "[place_window]" in out
    assert ("最便宜的办法" if lang == "zh" else "the cheapest remedy") in out
    assert "07:40" in out
    assert any("一" <= letter <= "鿿" for letter in out.replace("中通", "")) == (lang == "zh")


@pytest.mark.slow
def test_an_order_may_be_asked_about_by_its_own_number(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """D2 is the order of the parcels for B; the second van could carry them too, for more."""
    assert ask(planned, "D2", "--vehicle", "van#2", "--lang", "en") == 0
    out = capsys.readouterr().out
    assert PARCEL_B in out
    assert "it can: van#2" in out
    assert "more than now" in out


@pytest.mark.slow
def test_a_road_too_narrow_for_the_truck_is_no_rule_to_relax(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The road to D is 2.1 m wide."""
    assert ask(planned, "D4", "--vehicle", "truck", "--lang", "en") == 0
    assert "no vehicle type has a path to D (tried truck)" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["ghost"], "E431"),
        (["D2", "--vehicle", "bus#1"], "E432"),
        (["D2", "--vehicle", "van#3"], "E432"),
        (["D2", "--vehicle", "van"], "E432"),
        (["D2", "--before", "soon"], "E401"),
    ],
)
def test_what_is_not_there_is_named(
    planned: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: str
) -> None:
    """One line with the code, exit code 2; a bare type is only enough where there is one of it."""
    assert ask(planned, *arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"{code} ")
    assert len(error.splitlines()) == 1


@pytest.mark.slow
def test_a_plan_that_breaks_rules_is_not_explained(
    planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An order that has grown too heavy: exit code 1, and the violations."""
    folder = tmp_path / "four"
    shutil.copytree(planned / "four", folder)
    orders = folder / "orders.csv"
    orders.write_text(orders.read_text("utf-8-sig").replace("parcel,10,10,50", "parcel,10,900,50"), encoding="utf-8")
    assert main(["explain", str(folder), str(planned / "out" / "plan.json"), PARCEL_B]) == 1
    assert "[capacity]" in capsys.readouterr().out
