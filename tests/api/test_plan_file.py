"""plan.json: what goes in comes out, equal plans give equal bytes, a broken file gives all its faults."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from api.errors import InvalidInput
from api.plan_file import plan_digest, read_plan, write_plan
from api.schemas import Origin, from_plan, from_tiered, to_plan, to_tiered
from optimizer.plan import Cost, Plan, Route, Trip, Unserved, Visit
from optimizer.tiers.lines import Ride
from optimizer.tiers.model import DIRECT, Handover, TieredPlan, Way

if TYPE_CHECKING:
    from pathlib import Path

PLAN = Plan(
    routes=(
        Route(
            vehicle_type="van",
            number=1,
            trips=(
                Trip(
                    start="H",
                    end="H",
                    load_start_s=21_600,
                    depart_s=23_400,
                    return_s=30_000,
                    visits=(
                        Visit(
                            place="石门",
                            arrive_s=24_000,
                            start_s=24_000,
                            end_s=24_300,
                            depart_s=24_300,
                            deliver=("s1",),
                            collect=("s2",),
                        ),
                    ),
                    stowage=(("s1", "box"),),
                ),
            ),
        ),
    ),
    unserved=(Unserved(shipment="s3", reason="U101", numbers={"load_g": 5, "place": "云顶"}, remedy="U201"),),
    cost=Cost(fixed_fen=100, penalty_fen=7),
)


def written(path: Path, **changes: Any) -> dict[str, Any]:
    """Return the content of a written plan, after ``changes`` at the top level are written back."""
    write_plan(from_plan(PLAN, Origin(seed=3)), path)
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    content.update(changes)
    path.write_text(json.dumps(content), encoding="utf-8")
    return content


def test_a_plan_comes_back_as_it_went_in(tmp_path: Path) -> None:
    """Chinese ids, stowage, numbers of unserved goods and costs included."""
    write_plan(from_plan(PLAN, Origin()), tmp_path / "plan.json")
    assert to_plan(read_plan(tmp_path / "plan.json")) == PLAN


def test_equal_plans_give_equal_bytes(tmp_path: Path) -> None:
    """Nothing that differs from run to run is in the file."""
    for name in ("a", "b"):
        write_plan(from_plan(PLAN, Origin(seed=3, versions={"b": "2", "a": "1"})), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_digest_in_the_file_is_that_of_the_rest(tmp_path: Path) -> None:
    """It can be computed again from the file, and another seed gives another one."""
    digest = write_plan(from_plan(PLAN, Origin(seed=3)), tmp_path / "plan.json")
    record = read_plan(tmp_path / "plan.json")
    assert record.digest == digest == plan_digest(record)
    assert plan_digest(from_plan(PLAN, Origin(seed=4))) != digest


def test_chinese_stays_readable_in_the_file(tmp_path: Path) -> None:
    """A dispatcher can open it in an editor."""
    write_plan(from_plan(PLAN, Origin()), tmp_path / "plan.json")
    assert "石门" in (tmp_path / "plan.json").read_text("utf-8")


def test_every_broken_field_is_a_fault_with_its_path(tmp_path: Path) -> None:
    """A negative time, a text for a number and a missing list: three faults, one exception."""
    path = tmp_path / "plan.json"
    content = written(path)
    trip = content["plan"]["routes"][0]["trips"][0]
    trip["depart_s"], trip["return_s"] = -1, "late"
    del trip["visits"]
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"^E413 ") as caught:
        read_plan(path)
    assert {fault.column for fault in caught.value.faults} == {
        "plan.routes[0].trips[0].depart_s",
        "plan.routes[0].trips[0].return_s",
        "plan.routes[0].trips[0].visits",
    }
    assert {fault.code for fault in caught.value.faults} == {"E414"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "E410"),
        (b"{", "E410"),
        (b"[" * 100_000, "E410"),
        (b"\xff\xfe\x00", "E404"),
        (b"[1]", "E411"),
        (b'{"schema": "other"}', "E411"),
        (b'{"schema": "gongpei.plan"}', "E412"),
        (b'{"schema": "gongpei.plan", "version": 99}', "E412"),
        (b'{"schema": "gongpei.plan", "version": true}', "E412"),
        (b'{"schema": "gongpei.plan", "version": 1}', "E413"),
    ],
    ids=["empty", "cut off", "nested", "not text", "list", "other schema", "no version", "newer", "bool", "no plan"],
)
def test_what_is_no_plan_is_refused_by_name(tmp_path: Path, content: bytes, code: str) -> None:
    """Each kind of wrong file has its own code."""
    (tmp_path / "plan.json").write_bytes(content)
    with pytest.raises(InvalidInput, match=rf"^{code} "):
        read_plan(tmp_path / "plan.json")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """E402 with the path."""
    with pytest.raises(InvalidInput, match=r"^E402 .*nowhere"):
        read_plan(tmp_path / "nowhere.json")


def test_an_unknown_field_is_refused(tmp_path: Path) -> None:
    """A misspelt field is not silently dropped."""
    written(tmp_path / "plan.json", plna={})
    with pytest.raises(InvalidInput, match=r"^E413 "):
        read_plan(tmp_path / "plan.json")


TIERED = TieredPlan(
    choice={"V2": Way("ST1", "line"), "V1": DIRECT},
    plan=replace(PLAN, cost=replace(PLAN.cost, line_fen=30)),
    handovers=(Handover(shipment="s1", station="ST1", arrived_s=1, ready_s=2, left_s=3),),
    exceptions={"s2": Way("ST1")},
    rides=(Ride(shipment="s1/1", departure="B1", origin="H", destination="ST1", board_s=0, alight_s=1),),
)


def test_a_plan_across_tiers_comes_back_as_it_went_in(tmp_path: Path) -> None:
    """Ways, exceptions, handovers, rides and fares included, as version 2."""
    write_plan(from_tiered(TIERED, Origin()), tmp_path / "plan.json")
    record = read_plan(tmp_path / "plan.json")
    assert record.version == 2
    assert to_tiered(record) == TIERED


def test_an_ordinary_plan_is_written_as_before_there_were_tiers(tmp_path: Path) -> None:
    """Version 1, without a part for tiers, and no fares or pay by the piece where nothing is to pay."""
    content = written(tmp_path / "plan.json")
    assert list(content) == ["schema", "version", "digest", "origin", "plan"]
    assert content["version"] == 1
    assert list(content["plan"]["cost"]) == [
        *("fixed_fen", "distance_fen", "time_fen", "overtime_fen", "handling_fen", "penalty_fen"),
    ]


@pytest.mark.parametrize(
    "changes",
    [{"version": 2}, {"tiers": {}}, {"version": 2, "tiers": {"choice": {"V1": ">"}}}],
    ids=["tiers missing", "tiers in version 1", "no way"],
)
def test_tiers_that_do_not_fit_are_faults(tmp_path: Path, changes: dict[str, Any]) -> None:
    """A version without its part, a part without its version, and a way that is none."""
    written(tmp_path / "plan.json", **changes)
    with pytest.raises(InvalidInput, match=r"^E413 "):
        read_plan(tmp_path / "plan.json")
