"""What children write to standard error stands in the log of their worker, a record a line, under their job."""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING

from api.service.child_process import MOST_ERRORS, Child
from api.service.fork_server import ForkServer
from api.service.logs import JsonLines
from tests.service.databases import fresh_database
from tests.service.jobs import county, submit
from tests.service.workers import ended, working

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

LOUD = """
import json, sys
def main(folder, parent):
    record = {"level": "error", "message": "a job has failed", "exception": "ValueError", "at": ["m:7"]}
    print(json.dumps(record), file=sys.stderr)
    print("warning: 13812345678 at edge 42", file=sys.stderr)
    print("half a line", file=sys.stderr, end="")
    return 0
"""

ENDLESS = """
import sys
def main(folder, parent):
    sys.stderr.write(("x" * 63 + chr(10)) * (1 << 14))
    return 0
"""


def test_records_and_prints_of_a_child_are_logged_under_its_job_without_long_numbers(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record keeps its level, a print is a warning, and the end of a line is not waited for."""
    caplog.set_level(logging.WARNING)
    (tmp_path / "loud_child.py").write_text(LOUD)
    monkeypatch.syspath_prepend(tmp_path)
    with fresh_database("sqlite", tmp_path) as database:
        job = submit(database, county(database))
        with working(database, tmp_path, "loud_child"):
            ended(database, job)
    found = [json.loads(JsonLines().format(each)) for each in caplog.records if each.name == "api.service.logs"]
    first = [(each["level"], each["message"]) for each in found if each["attempt"] == 1]
    assert first == [
        ("error", "a job has failed ValueError m:7"),
        ("warning", "warning: # at edge 42"),
        ("warning", "half a line"),
    ]
    assert {each["job"] for each in found} == {job.id}
    assert {each["attempt"] for each in found} == {1, 2, 3}


def test_of_a_child_that_never_stops_only_the_beginning_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A MiB in lines of 64 bytes: 1,024 of them, and the child is not held up."""
    (tmp_path / "endless_child.py").write_text(ENDLESS)
    monkeypatch.syspath_prepend(tmp_path)
    fork_server, folder = ForkServer(tmp_path, "endless_child"), tmp_path / "job"
    folder.mkdir()
    child = Child(folder=folder, process=fork_server.begin(folder))
    os.set_blocking(child.process.stderr.fileno(), False)
    lines: list[str] = []
    while not child.has_ended:
        lines += child.errors()
    lines += child.errors(is_last=True)
    child.put_away()
    fork_server.close()
    assert lines == ["x" * 63] * (MOST_ERRORS // 64)
