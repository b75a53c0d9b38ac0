"""A two-echelon instance across tiers and back, and the benchmark's words on what it finds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks import tiers
from benchmarks.two_echelon.as_tiers import freighter_price, plan_of, tiers_of
from benchmarks.two_echelon.instance import Fleet, TwoEchelon
from benchmarks.two_echelon.judge import judge
from optimizer.stop import Stop
from optimizer.tiers.check import check_tiers
from optimizer.tiers.search import walked

if TYPE_CHECKING:
    from pathlib import Path

ROAD = np.array([0, 10, 20, 11, 12, 21, 22])
"""Depot, satellites at 10 and 20, two customers close behind each."""

FILE = "!\n2,16,1,0\n!\n2,{count},8,1,0\n!\n0,0   10,0   20,0\n!\n11,0,4   12,0,4   21,0,4   22,0,4\n"
"""The same road with one truck's load in all; 48 is the best: 20 there and back, 2 there and back twice."""


def road(count: int = 4, pickup: int = 0) -> TwoEchelon:
    """Return the road: 4 to each customer, trucks of 16, two freighters of 8 a satellite and ``count`` in all."""
    return TwoEchelon(
        family="tiny",
        name="road",
        num_satellites=2,
        length=np.abs(ROAD[:, None] - ROAD[None, :]),
        delivery=np.array([0, 0, 0, 4, 4, 4, 4]),
        pickup=np.array([0, 0, 0, pickup, 0, 0, 0]),
        trucks=Fleet(capacity=16, count=2),
        freighters=Fleet(capacity=8, count=count),
        per_satellite=2,
    )


def test_the_search_across_tiers_finds_the_best_plan_of_a_short_road() -> None:
    """Trucks bring to both satellites, one freighter leaves each; referee and judge agree, and on the cost."""
    county = tiers_of(road())
    tiered = walked(county, stop=Stop(iterations=5), seed=1)
    assert check_tiers(county, tiered) == ()
    assert judge(road(), plan_of(road(), tiered)) == (48, [])


def test_freighters_pay_only_where_their_number_in_all_is_short() -> None:
    """16 need two of 8; two or three allowed of four: ways of 1, 2, 1 and 2 to the nearest satellite, 1.5."""
    assert [freighter_price(road(count)) for count in (2, 3, 4)] == [1.5, 1.5, 0]


def test_pickups_are_not_mapped() -> None:
    """A customer gives something back."""
    with pytest.raises(ValueError, match="windows and pickups are not mapped"):
        tiers_of(road(pickup=1))


@pytest.mark.parametrize(
    ("known", "verdict"),
    [
        ({"bks": 48, "source": "a file"}, "proven"),
        ({"bks": 48.001, "source": "UNVERIFIED: recalled"}, "unverified proven"),
        ({"bks": 47.9, "source": "UNVERIFIED: recalled"}, "unverified contradicted"),
        ({"bks": 48.1, "source": "a file"}, "contradicted"),
    ],
)
def test_the_exact_model_confirms_or_contradicts_a_best_known_cost(
    known: dict[str, object], verdict: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """48 is proven; what differs by more than its second decimal may is contradicted."""
    folder = tmp_path / "2evrp"
    folder.mkdir()
    (folder / "road.dat").write_text(FILE.format(count=2), "utf-8")
    (folder / "bks.json").write_text(json.dumps({"road": known}), "utf-8")
    out = tmp_path / "out.json"
    assert (
        tiers.main(["--instances", str(tmp_path), "--families", "2evrp", "--solvers", "exact", "--json", str(out)]) == 0
    )
    assert capsys.readouterr().out.splitlines()[1].endswith(f"  {verdict}")
    row = json.loads(out.read_text("utf-8"))["rows"][0]
    assert (row["cost"], row["bound"], row["is_verified"]) == (48, 48, known["source"] == "a file")


def test_a_file_that_cannot_be_read_is_told_and_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One damaged file, no row."""
    folder = tmp_path / "2evrp"
    folder.mkdir()
    (folder / "short.dat").write_text("!\n2,16,1,0\n", "utf-8")
    assert tiers.main(["--instances", str(tmp_path), "--families", "2evrp", "--solvers", "exact"]) == 0
    assert "short.dat: 1 lines of data, not 4" in capsys.readouterr().out
