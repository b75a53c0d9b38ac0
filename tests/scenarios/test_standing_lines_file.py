"""``lines.json``: what is written reads back equal, and a faulty file tells all its faults."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from scenarios.errors import InvalidInput
from scenarios.standing.consistency import Consistency
from scenarios.standing.design import Design
from scenarios.standing.lines_file import read_lines, write_lines
from scenarios.standing.model import Kind, LineStop, LineTrip, StandingLine, StandingLines

if TYPE_CHECKING:
    from pathlib import Path

STOPS = (
    LineStop(place="V1", at_s=32_400, kinds=(Kind("H", "V1", "parcel"), Kind("H", "V1", "groceries"))),
    LineStop(place="V2", at_s=34_000, kinds=(Kind("V2", "H", "crates"),)),
)
LINES = StandingLines(
    lines=(
        StandingLine(vehicle_type="van", number=2, trips=(LineTrip(depart_s=30_000, return_s=40_000, stops=STOPS),)),
    ),
    hour_s=1_200,
)
DESIGN = Design(lines=LINES, outcomes=(), kept=Consistency(villages=()), free=Consistency(villages=()))


def written(path: Path) -> dict[str, Any]:
    """Write the lines and return the content of the file."""
    write_lines(DESIGN, path, origin={"seed": 1})
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def test_lines_read_back_equal_and_are_written_the_same_twice(tmp_path: Path) -> None:
    """Byte for byte."""
    write_lines(DESIGN, tmp_path / "a.json", origin={"seed": 1})
    write_lines(DESIGN, tmp_path / "b.json", origin={"seed": 1})
    assert read_lines(tmp_path / "a.json") == LINES
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_e374(tmp_path: Path, text: bytes) -> None:
    """Empty, cut off, not UTF-8, nested without end."""
    (tmp_path / "lines.json").write_bytes(text)
    with pytest.raises(InvalidInput, match=r"^E374 "):
        read_lines(tmp_path / "lines.json")


def test_a_missing_file_is_e374(tmp_path: Path) -> None:
    """Named with its path."""
    with pytest.raises(InvalidInput, match=r"^E374 .*lines\.json"):
        read_lines(tmp_path / "lines.json")


@pytest.mark.parametrize("change", [{"schema": "gongpei.plan"}, {"version": 2}, {"version": True}])
def test_another_kind_of_file_or_version_is_e375(tmp_path: Path, change: dict[str, object]) -> None:
    """True is not version 1."""
    path = tmp_path / "lines.json"
    path.write_text(json.dumps({**written(path), **change}), "utf-8")
    with pytest.raises(InvalidInput, match=r"^E375 .*gongpei\.lines 1"):
        read_lines(path)


def test_a_list_is_no_file_of_lines(tmp_path: Path) -> None:
    """JSON, but no object."""
    (tmp_path / "lines.json").write_text("[]", "utf-8")
    with pytest.raises(InvalidInput, match=r"^E375 "):
        read_lines(tmp_path / "lines.json")


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """An hour of nothing, a vehicle without number, a return before departure, goods on two stops, no goods."""
    path = tmp_path / "lines.json"
    content = written(path)
    content["hour_s"] = 0
    (record,) = content["lines"]
    record["number"] = "2"
    (trip,) = record["trips"]
    trip["return_s"] = 10
    trip["stops"][0]["goods"].append(trip["stops"][0]["goods"][0])
    trip["stops"][1]["goods"] = []
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(InvalidInput, match=r"^E376 .*5") as caught:
        read_lines(path)
    assert [fault.column for fault in caught.value.faults] == [
        "hour_s",
        "lines[0].number",
        "lines[0].trips[0].return_s",
        "lines[0].trips[0].stops[0].goods[2]",
        "lines[0].trips[0].stops[1].goods",
    ]
    assert all(fault.code == "E377" for fault in caught.value.faults)


def test_a_vehicle_has_one_line(tmp_path: Path) -> None:
    """The second line of van#2 is a fault, and so are its goods."""
    path = tmp_path / "lines.json"
    content = written(path)
    content["lines"].append(content["lines"][0])
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(InvalidInput) as caught:
        read_lines(path)
    assert caught.value.faults[0].column == "lines[1]"
    assert len(caught.value.faults) == 4
