"""The county-days of the benchmarks: which rules they have, and that they are the same every time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.county_set import SETS, load, set_of
from benchmarks.random_counties import random_county
from optimizer.engines.sayable import is_sayable


@pytest.mark.slow
@pytest.mark.parametrize("name", ["plain-small", "hill-small", "mountain-small", "pastoral-small"])
def test_a_county_day_with_roads_has_every_rule(name: str) -> None:
    """Docks, rests, a range, a sealed compartment, conflicts, cleaning; due times, freshness, noon breaks, locals."""
    county = load(name)
    (hub,) = county.depots
    truck, van, three_wheeler = county.vehicle_types
    assert hub.docks is not None
    assert hub.docks < sum(kind.count for kind in county.vehicle_types)
    assert truck.driving_rule is not None
    assert van.max_overtime_s > 0
    assert three_wheeler.range_m == 60_000
    assert [box.sealed for box in truck.compartments] == [False, True]
    assert truck.capacity == (1_500_000, 14_000_000)  # the wall takes no room
    aboard = {s.commodity for s in county.shipments}
    assert any({c.first, c.second} <= aboard for c in county.conflicts)
    assert any({c.after, c.before} <= aboard for c in county.cleanings)
    assert {county.direction(s) for s in county.shipments} == {"down", "up", "local"}
    assert len({s.due_s for s in county.shipments if county.direction(s) == "up"}) > 2
    assert any(s.max_on_board_s for s in county.shipments)
    assert max(len(place.windows) for place in county.places) == 2


@pytest.mark.parametrize("name", SETS["reload"])
def test_a_county_of_the_set_reload_has_only_rules_that_pyvrp_has(name: str) -> None:
    """PyVRP can say the whole problem, several trips a day included."""
    county = load(name)
    assert is_sayable(county)
    assert all(kind.max_trips == 4 for kind in county.vehicle_types)


def test_goods_due_at_half_past_four_are_beyond_pyvrp() -> None:
    """What the set leaves out: with it PyVRP cannot say the same county."""
    assert not is_sayable(load("60-1"))


def test_the_two_ratios_differ_in_fixed_cost_alone() -> None:
    """A quarter of 30,000 and of 20,000 fen; goods and roads are the same."""
    dear, cheap = load("60-1-reload-1"), load("60-1-reload-0.25")
    assert [kind.fixed_fen for kind in dear.vehicle_types] == [30_000, 20_000]
    assert [kind.fixed_fen for kind in cheap.vehicle_types] == [7_500, 5_000]
    assert dear.shipments == cheap.shipments
    assert (dear.matrices["van"].duration_s == cheap.matrices["van"].duration_s).all()


def test_a_random_county_is_the_one_of_older_tables() -> None:
    """Counted when its first row was published; a county that differs needs another name."""
    county = load("60-1")
    assert len(county.shipments) == 148
    assert sum(s.load[0] for s in county.shipments) == 12_679
    assert int(county.matrices["van"].distance_m.sum()) == 153_613_640


@pytest.mark.slow
def test_a_county_day_is_the_same_in_every_process() -> None:
    """Two fresh processes that hash strings differently build the same problem as this one."""
    name = "hill-small"
    code = f"from benchmarks.county_set import load; print(load({name!r}).digest)"
    digests = {load(name).digest}
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        root = Path(__file__).parents[2]
        run = subprocess.run(
            [sys.executable, "-c", code], env=environment, cwd=root, check=True, capture_output=True, text=True
        )
        digests.add(run.stdout.strip())
    assert len(digests) == 1


def test_large_counties_have_docks_for_their_fleet() -> None:
    """8 docks load 288 trips in 12 h, enough for 300 villages; 4,000 villages get 100."""
    assert [random_county(villages=n, seed=0, full_rules=True).depots[0].docks for n in (300, 400)] == [8, 10]


@pytest.mark.parametrize("name", ["nowhere", "60", "60-x", "60-1-full-reload", "60-1-0.5-0.5", "plain-huge"])
def test_refuses_a_name_that_means_nothing(name: str) -> None:
    """Neither in a set, nor a folder, nor a random county."""
    with pytest.raises(ValueError, match=f"^{name}: no county-day"):
        load(name)


def test_each_county_day_knows_its_set() -> None:
    """Twelve and sixteen, all names different."""
    assert {key: len(set(names)) for key, names in SETS.items()} == {"terrains": 12, "reload": 16}
    assert [set_of(name) for name in ("hill-large", "300-8-reload-0.25", "60-1")] == ["terrains", "reload", "other"]
