"""The command: a row a run, judged twice, and a file with everything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks import quality
from benchmarks.instances.as_problem import plan_of, problem_of
from benchmarks.instances.instance import Vehicles
from benchmarks.peers import ortools_public, public, pyvrp_public, vroom_public
from benchmarks.peers.barred import lengths
from tests.benchmarks.tiny import tiny

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.instances.instance import Instance, Routes

WHOLE = ((0, ((1,),)), (0, ((2, 3),)))
"""The best on the tiny road: to 1 and back, to 3 and back."""

SOLOMON = """road

VEHICLE
NUMBER     CAPACITY
  2         10

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0   0   0   0   0  99   0
    1   1   0   4   0  99   1
    2   2   0   4   0  99   1
    3   3   0   4   0  99   1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the tiny road as a VRPTW, whose best cost is 1 there and back and 3 there and back: 8."""
    family = tmp_path / "vrptw"
    family.mkdir()
    (family / "road.txt").write_text(SOLOMON, "utf-8")
    (family / "bks.json").write_text(json.dumps({"road": {"bks": 8.0}}), "utf-8")
    return tmp_path


@pytest.mark.slow
def test_the_command_prints_a_row_a_run_and_writes_them(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours finds 8.0 and the peer is given it: the best known, gap 0, nothing unserved, no rule broken."""
    monkeypatch.setattr(quality.public, "run", lambda *_, **__: WHOLE)
    out = folder / "out.json"
    options = ["--family", "vrptw", "--instances", str(folder), "--seconds", "4", "--workers", "1"]
    assert quality.main([*options, "--peers", "pyvrp", "--json", str(out)]) == 0
    report = json.loads(out.read_text("utf-8"))
    assert [(r["solver"], r["cost"], r["gap"], r["vehicles"]) for r in report["rows"]] == [
        ("ours", 8.0, 0.0, 2),
        ("pyvrp", 8.0, 0.0, 2),
    ]
    assert all(r["unserved"] == r["violations"] == r["joined"] == 0 for r in report["rows"])
    assert report["versions"]["pyvrp"].startswith("0.14")
    assert "ours: mean gap 0.000 %, worst 0.000 %, 1 runs" in capsys.readouterr().out


def test_a_peer_that_nobody_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the pen must not look like a peer that found nothing."""
    with pytest.raises(SystemExit):
        quality.main(["--family", "vrptw", "--peers", "pyrvp"])
    assert "no such peer: pyrvp" in capsys.readouterr().err


def test_a_damaged_instance_is_left_out_and_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The others would go on."""
    family = tmp_path / "hfvrp"
    family.mkdir()
    (family / "towns.txt").write_text("name,latitude\nA,46\n", "utf-8")
    assert quality.main(["--family", "hfvrp", "--instances", str(tmp_path)]) == 0
    assert "towns: left out, towns.txt" in capsys.readouterr().out


def test_a_solution_that_leaves_somebody_out_has_no_gap() -> None:
    """3 is not served: one unserved, no rule broken, no gap."""
    row = judged(tiny(best_known=80.0), ((0, ((1, 2),)),))
    assert (row.unserved, row.violations, row.gap, row.cost) == (1, 0, None, 40.0)


def test_a_solution_that_breaks_a_rule_has_no_gap() -> None:
    """12 in a vehicle of 10: the referee and the set say so, each in its words."""
    row = judged(tiny(best_known=80.0), ((0, ((1, 2, 3),)),))
    assert (row.violations, row.gap) == (2, None)
    assert "load 12 over 10" in row.faults


def test_the_gap_is_to_the_best_known_in_percent() -> None:
    """80 against 64 is 25 % more; against nothing there is none."""
    assert judged(tiny(best_known=64.0), WHOLE).gap == 25
    assert judged(tiny(), WHOLE).gap is None
    assert judged(tiny(best_known=64.0, counts_vehicles=True), WHOLE).gap is None


@pytest.mark.slow
def test_a_peer_runs_on_every_core_and_the_best_counts() -> None:
    """Two processes find the 80 that a hand can; a solution that breaks a rule would lose to any that does not."""
    row = judged(tiny(), public.run("pyvrp", tiny(), seconds=0.3, seed=0, workers=2))
    assert (row.cost, row.faults, row.unserved) == (80, (), 0)


def judged(instance: Instance, routes: Routes) -> quality.Row:
    """Return the row of a peer that found ``routes``."""
    problem = problem_of(instance)
    plan = plan_of(instance, problem, routes)
    faults = quality.all_faults(instance, problem, plan)
    return quality.row_of(instance, plan, faults, 0, solver="peer", seed=0, seconds=1.0, wall_s=1.0)


TIGHT = {"fleet": (Vehicles(count=1, capacity=8, fixed=5), Vehicles(count=1, capacity=4, per_thousand=1_500))}


@pytest.mark.slow
@pytest.mark.parametrize("run", [pyvrp_public.run, ortools_public.run], ids=["pyvrp", "ortools"])
@pytest.mark.parametrize(
    ("changes", "best"),
    [
        ({}, 80),
        (TIGHT, 60 + 5 + 30),
        ({"windows_s": [[0, 999], [0, 999], [0, 999], [0, 30]]}, 80),
        ({"delivery": [0, 4, 4, 0], "pickup": [0, 0, 0, 8], "has_backhauls": True}, 60),
        ({"fleet": (Vehicles(count=2, capacity=12),), "exact_vehicles": 2}, 80),
    ],
    ids=["capacity", "mixed fleet", "windows", "backhauls", "exact"],
)
def test_peers_solve_what_a_hand_can(
    run: Callable[[Instance, float, int], Routes], changes: dict[str, object], best: float
) -> None:
    """A tour of 60 where all fit, 60 + 20 where not; TIGHT: 2 and 3 with 5 for the vehicle, 1 at 1.5 x 20."""
    instance = tiny(**changes)
    row = judged(instance, run(instance, 0.3, 1))
    assert (row.cost, row.faults, row.unserved) == (best, (), 0)


def test_a_backhaul_is_barred_from_what_comes_before_it() -> None:
    """3 gives only: from 3 to 1 and 2 no way, nor from the depot where every route must deliver; 50 x 30."""
    fields = {"delivery": [0, 4, 4, 0], "pickup": [0, 0, 0, 4], "has_backhauls": True}
    assert lengths(tiny(**fields)).tolist()[3] == [30, 1_500, 1_500, 0]
    assert lengths(tiny(**fields))[0].tolist() == [0, 10, 20, 30]
    assert lengths(tiny(**fields, must_deliver=True))[0].tolist() == [0, 10, 20, 1_500]


def test_vroom_says_what_it_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not installed, or no word for the rule."""
    monkeypatch.setattr(vroom_public, "find_spec", lambda _: None)
    assert vroom_public.cannot(tiny()) == "pyvroom is not installed"
    monkeypatch.setattr(vroom_public, "find_spec", lambda _: object())
    assert vroom_public.cannot(tiny()) == ""
    assert "reloading" in vroom_public.cannot(tiny(reloads=True))
    assert "prices" in vroom_public.cannot(tiny(**TIGHT, windows_s=[[0, 99]] * 4))
