"""A county goes from one service to another whole, whichever database either has."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select, update

from api.errors import InvalidInput
from api.service import claims
from api.service.auth import Caller, new_key
from api.service.county_file import TABLES, hand_out, take_in
from api.service.jobs import Outcome
from api.service.stored_plans import publish
from api.service.tables import audit, jobs, keys, personal, revisions, scenarios
from tests.service.databases import KINDS, fresh_database
from tests.service.doors import ROOT, Doors, open_doors
from tests.service.jobs import claim, county, submit
from tests.service.workers import content_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from api.service.database import Database

CONTENT = content_of("four_villages")

FAULT = {
    **dict.fromkeys(("file", "sheet", "column", "value", "pointer", "zh", "en", "remedy_zh", "remedy_en"), "村"),
    "code": "E302",
    "row": 2,
}

PLAN = zlib.compress('{"plan": "青山"}'.encode())


def fill(database: Database) -> dict[str, str]:
    """Make a county with two revisions, a job that is done, its plan published, one that waits, and a sealed field."""
    found = county(database, "青山", content=CONTENT)
    scenario, owner = found.scenario_id, found.county_id
    for _ in range(2):
        submit(database, found)
    claims.finish(database, claim(database), Outcome(plan=PLAN, cost_fen=7, unserved=1, result=b"{}"))
    second = {"number": 2, "digest": "1" * 64, "content": CONTENT, "state": "invalid", "faults": [FAULT]}
    sizes = {"places": 5, "vehicles": 2, "orders": 3, "created_ms": 9}
    box = {"order_id": "O1", "field": "phone", "box": b"\0\xff", "box_key": "k1", "created_ms": 5}
    with database.write() as connection:
        connection.execute(insert(revisions).values(scenario_id=scenario, **second, **sizes))
        connection.execute(update(scenarios).where(scenarios.c.id == scenario).values(head=2))
        whose = {"county_id": owner, "scenario_id": scenario, "revision": 1}
        connection.execute(insert(personal).values(id="per_1", **whose, **box))
        plan = str(connection.scalar(select(jobs.c.plan_id).where(jobs.c.plan_id.is_not(None))))
    publish(database, Caller(key_id="key_x", county_id=owner, role="dispatcher", brand=""), plan)
    return {"county": owner, "scenario": scenario, "plan": plan}


def rows(database: Database) -> dict[str, list[Any]]:
    """Return what a county's file is about, but for turns in the queue and jobs that have not ended."""
    with database.read() as connection:
        found = {
            table.name: [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in TABLES
        }
    ended = {job["id"] for job in found["jobs"] if job["state"] == "done"}
    found["jobs"] = [job for job in found["jobs"] if job["id"] in ended]
    found["events"] = [event for event in found["events"] if event["job_id"] in ended]
    found["counties"] = [each | {"last_turn": 0} for each in found["counties"]]
    return found


def told(doors: Doors, ids: Mapping[str, str]) -> list[tuple[int, str | None, bytes]]:
    """Return what the service tells of scenario, revisions, job and plan to a dispatcher of the county."""
    with doors.database.write() as connection:
        secret = new_key(connection, ids["county"], "dispatcher")[1]
    scenario, plan = f"/scenarios/{ids['scenario']}", f"/plans/{ids['plan']}"
    paths = ("/jobs", "/plans", scenario, f"{scenario}/revisions/1", f"{scenario}/revisions/2", plan, f"{plan}/export")
    answers = [doors.client.get(ROOT + path, headers={"Authorization": f"Bearer {secret}"}) for path in paths]
    return [(answer.status_code, answer.headers.get("etag"), answer.content) for answer in answers]


@pytest.mark.parametrize(("source", "target"), [KINDS, KINDS[::-1]])
def test_a_county_is_the_same_in_another_service_on_the_other_database(
    tmp_path: Path, source: str, target: str
) -> None:
    """Every row of it, and every answer byte for byte with its ETag; the job that waits stays behind."""
    file = tmp_path / "county.gz"
    (tmp_path / "first").mkdir()
    with open_doors(source, tmp_path / "first") as doors:
        ids = fill(doors.database)
        hand_out(doors.database, ids["county"], file)
        before = rows(doors.database)
        said = told(doors, ids)
    (tmp_path / "second").mkdir()
    with open_doors(target, tmp_path / "second") as doors:
        take_in(doors.database, file, lambda: {"k1"})
        after = rows(doors.database)
        again = told(doors, ids)
    others = {"a", "b"}  # counties of the doors themselves
    for found in (before, after):
        found["counties"] = [each for each in found["counties"] if each["name"] not in others]
    assert after == before
    assert len(after["revisions"]) == 2
    assert after["plans"][0]["published_ms"] is not None
    assert [status for status, _, _ in again] == [200] * 7
    assert again[1:] == said[1:]
    assert len(json.loads(again[0][2])["items"]) == 1


def test_a_county_that_is_there_already_is_not_taken_in_again(database: Database, tmp_path: Path) -> None:
    """E682, and all is as it was."""
    ids = fill(database)
    hand_out(database, ids["county"], tmp_path / "county.gz")
    before = rows(database)
    with pytest.raises(InvalidInput, match="E682"):
        take_in(database, tmp_path / "county.gz", lambda: {"k1"})
    assert rows(database) == before


def test_no_key_and_no_deed_leaves_with_a_county_or_comes_with_one(tmp_path: Path) -> None:
    """The file has rows of its own tables alone, and one with a key in it is refused."""
    with fresh_database("sqlite", tmp_path) as database:
        ids = fill(database)
        with database.write() as connection:
            new_key(connection, ids["county"], "admin")
        hand_out(database, ids["county"], tmp_path / "county.gz")
    lines = gzip.decompress((tmp_path / "county.gz").read_bytes()).splitlines(keepends=True)
    found = {json.loads(line)["table"] for line in lines[1:-1]}
    assert not found & {keys.name, audit.name}
    lines.insert(1, b'{"table": "keys", "row": {"id": "key_1"}}\n')
    (tmp_path / "more.gz").write_bytes(gzip.compress(b"".join(lines)))
    (tmp_path / "second").mkdir()
    with fresh_database("sqlite", tmp_path / "second") as other, pytest.raises(InvalidInput, match="E613"):
        take_in(other, tmp_path / "more.gz", lambda: {"k1"})


def test_personal_fields_under_another_key_are_refused_or_left_out(tmp_path: Path) -> None:
    """They could not be opened, and no rotation could seal them anew: E670 and nothing is there, or all else."""
    with fresh_database("sqlite", tmp_path) as database:
        hand_out(database, fill(database)["county"], tmp_path / "county.gz")
    (tmp_path / "second").mkdir()
    with fresh_database("sqlite", tmp_path / "second") as other:
        with pytest.raises(InvalidInput, match="E670"):
            take_in(other, tmp_path / "county.gz", lambda: {"k2"})
        assert not any(rows(other).values())
        take_in(other, tmp_path / "county.gz", lambda: {"k2"}, drops_sealed=True)
        found = rows(other)
    assert (len(found["personal"]), len(found["revisions"]), len(found["plans"])) == (0, 2, 1)
