"""Both two-echelon formats, from files short enough to check by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks.instances.instance import DamagedInstanceError
from benchmarks.two_echelon import load, names, perboli, zhou

if TYPE_CHECKING:
    from pathlib import Path

HEADING = "!----\n!Trucks: (total #, capacity, cost per distance, fixcost)\n"
TWO = HEADING + "2,20,1,0\n!\n3,4,9,2,5\n!\n0,0   3,4   6,8\n!\n3,5,7   6,9,2   0,1,4\n\n"
"""Satellites 5 and 10 from the depot, customers 1 beyond each satellite, one beside the depot."""

SMALL = "  3  5  10  90  7  10\n  6  9  20  95  20  10\n  3  4  10\n  6  8  10\n  0  0  0\n"
"""Two customers, two satellites, the depot in the last line."""


def written(folder: Path, name: str, text: str) -> Path:
    """Write a tiny file and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_the_layout_of_breunig_gives_fleets_places_and_demands(tmp_path: Path) -> None:
    """Exact distances: depot to satellites 5 and 10, between customers 1 and 2 the root of 9 + 16, 5."""
    read = perboli.read(written(tmp_path, "t.dat", TWO))
    assert (list(read.satellites), list(read.customers)) == ([1, 2], [3, 4, 5])
    assert read.length[0].tolist() == pytest.approx([0, 5, 10, 34**0.5, 117**0.5, 1])
    assert read.length[3, 4] == 5
    assert (read.delivery.tolist(), bool(read.pickup.any())) == ([0, 0, 0, 7, 2, 4], False)
    assert (read.trucks.count, read.trucks.capacity, read.trucks.per_length, read.trucks.fixed) == (2, 20, 1, 0)
    fleet = read.freighters
    assert (read.per_satellite, fleet.count, fleet.capacity, fleet.per_length, fleet.fixed) == (3, 4, 9, 2, 5)
    assert (read.is_timed, read.best_known) == (False, None)


def test_a_best_known_cost_is_verified_only_where_a_file_stands_behind_it(tmp_path: Path) -> None:
    """One value was read from a file, the other recalled."""
    known = {"a": {"bks": 7.5, "source": "a readme"}, "b": {"bks": 8, "source": "UNVERIFIED: recalled"}}
    written(tmp_path, "2evrp/bks.json", json.dumps(known))
    for name in "ab":
        written(tmp_path, f"2evrp/{name}.dat", TWO)
    assert names(tmp_path, "2evrp") == ["a", "b"]
    read = [load(tmp_path, "2evrp", name) for name in "ab"]
    assert [(x.best_known, x.is_verified) for x in read] == [(7.5, True), (8, False)]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("\n3,5,7   6,9,2   0,1,4\n", "\n", "3 lines of data, not 4"),
        ("6,9,2", "6,9", "a group is not of 3 numbers"),
        ("3,4,9,2,5", "3,4,9,2", "a group is not of 5 numbers"),
        ("2,20,1,0", "2,x,1,0", "could not convert"),
        ("0,0   3,4   6,8", "0,0", "no satellite"),
        ("6,9,2", "6,9,-2", "is negative"),
    ],
)
def test_a_damaged_file_of_breunig_is_named(tmp_path: Path, old: str, new: str, fault: str) -> None:
    """The file and what is wrong with it."""
    assert old in TWO
    with pytest.raises(DamagedInstanceError, match=rf"^t\.dat: .*{fault}"):
        perboli.read(written(tmp_path, "t.dat", TWO.replace(old, new)))


def test_a_small_file_of_zhou_puts_the_depot_last_and_collects_half_of_what_it_brings(tmp_path: Path) -> None:
    """Half of 7 is 3, of 20 is 10; the authors' capacities are 125 and 50, handling takes half a unit a unit."""
    read = load(written(tmp_path, "2evrp_spdtw/2-2-1.txt", SMALL).parents[1], "2evrp_spdtw", "2-2-1")
    assert read.length[0].tolist() == pytest.approx([0, 5, 10, 34**0.5, 117**0.5])
    assert (read.delivery.tolist(), read.pickup.tolist()) == ([0, 0, 0, 7, 20], [0, 0, 0, 3, 10])
    assert read.windows is not None
    assert read.windows[3:].tolist() == [[10, 90], [20, 95]]
    assert read.service is not None
    assert (read.service.tolist(), read.handling) == ([0, 0, 0, 10, 10], 0.5)
    assert (read.trucks.capacity, read.trucks.count, read.freighters.capacity) == (125, None, 50)


def test_a_line_too_many_is_one_more_satellite(tmp_path: Path) -> None:
    """As in 12-2-1b: the name says one satellite, three lines follow the customers."""
    read = zhou.read(written(tmp_path, "2-1-1b.txt", SMALL))
    assert (read.num_satellites, len(read.customers)) == (2, 2)


def test_a_large_file_of_zhou_takes_places_and_deliveries_from_its_two_echelon_file(tmp_path: Path) -> None:
    """Windows and pickups from the one, all else from the other, without its limits on fleets."""
    written(tmp_path, "2evrp/Set5_3-2-1.dat", TWO)
    read = zhou.read(written(tmp_path, "2evrp_spdtw/3-2-1.txt", "1 9 0\n2 8 1\n3 7 4\n"))
    assert (read.delivery.tolist(), read.pickup.tolist()) == ([0, 0, 0, 7, 2, 4], [0, 0, 0, 0, 1, 4])
    assert read.windows is not None
    assert read.windows[3:].tolist() == [[1, 9], [2, 8], [3, 7]]
    assert read.service is not None
    assert read.service.tolist() == [0, 0, 0, 10, 10, 10]
    assert (read.trucks.count, read.freighters.count, read.freighters.capacity) == (None, None, 9)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("1 9 0\n2 8 1\n", "2 lines of 3, Set5_3-2-1.dat has 3"),
        ("1 9 0\n9 8 1\n3 7 4\n", "a window ends before it begins"),
        ("1 9 0\n2 8 -1\n3 7 4\n", "a load is negative"),
        ("1 9 0\n2 8 1 5\n3 7 4\n", "3 lines of 3"),
        ("1 2 3 4\n", "1 lines, not 6"),
        ("one\n", "could not convert"),
        ("1 2 3 4 5 6\n" * 2 + "1 2 3\n" * 4, "a customer has 6 numbers"),
        ("1 2 9 4 5 6\n" * 3 + "1 2 3\n" * 3, "a window ends before it begins"),
    ],
)
def test_a_damaged_file_of_zhou_is_named(tmp_path: Path, text: str, fault: str) -> None:
    """The file and what is wrong with it."""
    written(tmp_path, "2evrp/Set5_3-2-1.dat", TWO)
    with pytest.raises(DamagedInstanceError, match=rf"^3-2-1\.txt: .*{fault}"):
        zhou.read(written(tmp_path, "2evrp_spdtw/3-2-1.txt", text))


def test_a_large_file_of_zhou_names_the_places_that_it_lacks(tmp_path: Path) -> None:
    """The 2E-VRP file is not beside it."""
    with pytest.raises(DamagedInstanceError, match=r"Set5_3-2-1\.dat, which is missing"):
        zhou.read(written(tmp_path, "2evrp_spdtw/3-2-1.txt", "1 9 0\n2 8 1\n3 7 4\n"))
