"""The command on county-days: a row a run, means by set and time, a file with everything."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks import counties, county_runs
from benchmarks.county_means import against_ablated, against_peers, main, tables
from benchmarks.county_runs import ABLATIONS, measured, read_rows
from benchmarks.county_set import SETS
from benchmarks.random_counties import random_county
from optimizer.repair import complete
from tests.benchmarks.rows import row, solve_by_rounds

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.county_runs import Row
    from optimizer.parts import Parts
    from optimizer.plan import Plan
    from optimizer.problem import Problem


def test_ours_is_compared_with_the_cheaper_peer_of_each_run() -> None:
    """950 against the better of 1,000 and 1,200 is 5 % less, 1,020 against 1,000 2 % more: -1.5 % on average."""
    rows = [row("ours", 950), row("pyvrp", 1_200), row("ortools", 1_000)]
    rows += [row("ours", 1_020, seed=1), row("pyvrp", 1_000, seed=1)]
    (means,) = against_peers(rows)
    assert means.cost == pytest.approx(-1.5)
    assert means.worst == pytest.approx(2.0)
    assert (means.runs, means.alike, means.worse) == (2, 2, 1)


def test_fixed_and_variable_cost_are_compared_apart() -> None:
    """Three vehicles for 300 where the peer has two for 200, and 600 of driving for its 800: +50 % and -25 %."""
    ours = row("ours", 900, fixed_fen=300, variable_fen=600, vehicles=3)
    peer = row("pyvrp", 1_000, fixed_fen=200, variable_fen=800, vehicles=2)
    (means,) = against_peers([ours, peer])
    assert means.fixed == pytest.approx(50.0)
    assert means.variable == pytest.approx(-25.0)
    assert means.vehicles == (3.0, 2.0)


def test_runs_that_leave_more_behind_do_not_enter_the_mean_but_are_counted() -> None:
    """The peer's penalties would make 1 % of ours: the run is no mean, but two left behind against five is told."""
    rows = [row("ours", 1_000, unserved=2), row("pyvrp", 100_000, unserved=5)]
    (means,) = against_peers(rows)
    assert (means.cost, means.alike, means.worse, means.more_left) == (None, 0, 0, 0)
    assert means.unserved == (2, 5)


def test_leaving_more_behind_than_the_peer_is_worse() -> None:
    """Penalties are in the cost: 5,000 with one left behind loses to 1,000."""
    (means,) = against_peers([row("ours", 5_000, unserved=1), row("pyvrp", 1_000)])
    assert (means.alike, means.worse, means.more_left) == (0, 1, 1)


@pytest.mark.parametrize(("seconds", "expected"), [(10.0, -10.0), (30.0, 12.5), (120.0, 12.5)])
def test_a_peer_with_other_times_counts_with_at_least_ours_or_its_longest(seconds: float, expected: float) -> None:
    """900 against 1,000 after 10 s and 800 after 60 s, which serves for 30 s, and for 120 s for want of more."""
    rows = [row("ours", 900, seconds=seconds), row("pyvrp", 1_000), row("pyvrp", 800, seconds=60.0)]
    (means,) = against_peers(rows)
    assert means.cost == pytest.approx(expected)


def test_sets_and_times_have_means_of_their_own() -> None:
    """Two times of one set and one of another: three lines, in order."""
    runs = [("reload", 10.0), ("terrains", 10.0), ("reload", 60.0)]
    rows = [row(solver, 100, set=key, seconds=s, county=key) for key, s in runs for solver in ("ours", "pyvrp")]
    assert [(m.set, m.seconds) for m in against_peers(rows)] == [("reload", 10.0), ("reload", 60.0), ("terrains", 10.0)]


def test_counties_that_differ_under_one_name_are_never_compared() -> None:
    """The generator has changed between the rows: their digests differ."""
    assert against_peers([row("ours", 900, digest="new"), row("pyvrp", 1_000, digest="old")]) == []


def test_a_part_is_worth_what_is_dearer_without_it() -> None:
    """1,030 without combining against 1,000 with everything: 3 %."""
    (means,) = against_ablated([row("ours", 1_000), row("ours -combining", 1_030), row("ours -combining", 9, seed=7)])
    assert means.label == "ours -combining : ours"
    assert means.cost == pytest.approx(3.0)


def test_a_table_without_means_is_not_printed() -> None:
    """Neither a peer nor an ablation has run."""
    assert tables([row("ours", 1_000)]) == []


def test_rows_of_several_runs_make_one_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ours in one file, the peer in the other: 900 against 1,000."""
    files = [tmp_path / "ours.json", tmp_path / "peer.json"]
    for file, each in zip(files, (row("ours", 900), row("pyvrp", 1_000)), strict=True):
        file.write_text(json.dumps({"rows": [asdict(each)]}), "utf-8")
    assert main([str(file) for file in files]) == 0
    assert "-10.00" in capsys.readouterr().out


def test_each_ablation_leaves_out_what_its_name_says() -> None:
    """A minus for each part that is off."""
    for name, parts in ABLATIONS.items():
        off = {part for part in ("annealing", "genetic", "combining", "composing") if not getattr(parts, part)}
        assert off == {word.removeprefix("-") for word in name.split()[1:]}


def test_an_ablated_run_is_solved_without_the_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """What arrives at ``solve``."""
    seen: list[Parts] = []

    def solved(_: Problem, *, parts: Parts, **__: Any) -> None:
        seen.append(parts)
        raise InterruptedError

    monkeypatch.setattr(county_runs, "solve", solved)
    with pytest.raises(InterruptedError):
        measured(
            random_county(villages=4, seed=0),
            name="c",
            group="other",
            solver="ours -composing",
            seed=0,
            seconds=1,
            workers=1,
        )
    assert [(parts.composing, parts.combining) for parts in seen] == [(False, True)]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int, float]]:
    """Return (county, solver, seed, seconds) of each run that the command asks for; none is done."""
    runs: list[tuple[str, str, int, float]] = []

    def noted(_: Problem, *, name: str, group: str, solver: str, seed: int, seconds: float, workers: int) -> Row:
        runs.append((name, solver, seed, seconds))
        return row(solver, 1_000 * workers, county=name, set=group, seed=seed, seconds=seconds)

    monkeypatch.setattr(counties, "measured", noted)
    monkeypatch.setattr(counties, "load", lambda name: name)
    return runs


def test_runs_every_seed_and_time_of_ours_and_of_the_peers(asked: list[tuple[str, str, int, float]]) -> None:
    """Two times for ours, one for the peer, two seeds."""
    options = ["8-1", "--seconds", "1,2", "--peers", "pyvrp", "--peer-seconds", "3", "--seeds", "2"]
    assert counties.main(options) == 0
    once = [("ours", 1.0), ("ours", 2.0), ("pyvrp", 3.0)]
    assert asked == [("8-1", solver, seed, seconds) for seed in range(2) for solver, seconds in once]


def test_runs_both_sets_by_default(asked: list[tuple[str, str, int, float]]) -> None:
    """Twelve and sixteen county-days, ours and two peers."""
    assert counties.main([]) == 0
    assert [name for name, solver, *_ in asked if solver == "ours"] == [*SETS["terrains"], *SETS["reload"]]
    assert len(asked) == 3 * 28


def test_runs_one_set_with_every_ablation(asked: list[tuple[str, str, int, float]]) -> None:
    """Ours and five ablations of sixteen county-days."""
    assert counties.main(["--set", "reload", "--peers", "", "--ablate"]) == 0
    assert {solver for _, solver, *_ in asked} == {"ours", *ABLATIONS}
    assert len(asked) == 6 * 16


def test_refuses_a_peer_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    """VROOM has no reloading here."""
    with pytest.raises(SystemExit):
        counties.main(["--peers", "vroom"])
    assert "no such peer: vroom" in capsys.readouterr().err


def test_a_violation_of_ours_fails_the_command_and_one_of_a_peer_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1 and 0."""
    monkeypatch.setattr(counties, "load", lambda name: name)
    for culprit, code in (("ours", 1), ("pyvrp", 0)):

        def judged(_: Problem, *, solver: str, culprit: str = culprit, **__: Any) -> Row:
            return row(solver, 1_000, violations=int(solver == culprit))

        monkeypatch.setattr(counties, "measured", judged)
        assert counties.main(["8-1", "--peers", "pyvrp"]) == code


def by_insertion(problem: Problem, seconds: float, seed: int) -> Plan:
    """Stand in for a peer: a plan at once."""
    return complete(problem, {})


def breaking_off(problem: Problem, seconds: float, seed: int) -> Plan:
    """Stand in for a peer that has a fault, at odd seeds."""
    if seed % 2:
        raise ArithmeticError("no model")
    return complete(problem, {})


@pytest.mark.slow
@pytest.mark.parametrize(("workers", "first"), [(1, 0), (2, 0), (2, 1)])
def test_a_peer_counts_while_one_of_its_cores_has_a_plan(
    workers: int, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Core 0 has an even seed with two cores, whatever the run's seed; with one core at seed 0."""
    monkeypatch.setitem(county_runs.PEERS, "pyvrp", breaking_off)
    county = random_county(villages=4, seed=0)
    found = measured(county, name="c", group="other", solver="pyvrp", seed=first, seconds=1, workers=workers)
    assert found.cost_fen == complete(county, {}).cost.total_fen


@pytest.mark.slow
def test_a_peer_that_breaks_off_leaves_no_row_and_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One core, seed 1: ours has its rows, the peer that of seed 0 alone."""
    monkeypatch.setitem(county_runs.PEERS, "pyvrp", breaking_off)
    monkeypatch.setattr(county_runs, "solve", solve_by_rounds)
    assert counties.main(["4-0", "--seconds", "1", "--workers", "1", "--peers", "pyvrp", "--seeds", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1:3] for line in lines if line.startswith("4-0 ")] == [
        ["ours", "0"],
        ["pyvrp", "0"],
        ["ours", "1"],
    ]
    assert "4-0: no row of pyvrp for seed 1 and 1 s, it broke off: ArithmeticError: no model" in lines


@pytest.mark.slow
def test_a_real_run_writes_rows_means_and_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight villages: everything carried, no rule broken, costs add up, and no dearer than insertion alone."""
    monkeypatch.setitem(county_runs.PEERS, "pyvrp", by_insertion)
    monkeypatch.setattr(county_runs, "solve", solve_by_rounds)
    out, curve = tmp_path / "out.json", tmp_path / "curve.png"
    options = ["8-1-full", "--seconds", "4", "--workers", "1", "--peers", "pyvrp"]
    assert counties.main([*options, "--json", str(out), "--curve", str(curve)]) == 0
    ours, peer = read_rows(out)
    assert (ours.unserved, ours.violations, ours.county) == (0, 0, "8-1-full")
    assert ours.cost_fen == ours.fixed_fen + ours.variable_fen
    assert ours.cost_fen == ours.history[-1][1] <= peer.cost_fen
    assert peer.history == ((4.0, peer.cost_fen),)
    (means,) = json.loads(out.read_text("utf-8"))["means"]
    assert means["cost"] == pytest.approx(100 * (ours.cost_fen / peer.cost_fen - 1))
    assert curve.read_bytes().startswith(b"\x89PNG")
