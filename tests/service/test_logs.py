"""What fails within is told to the operator, with where and which request, and to nobody else."""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING, Any

import pytest

from api.service import queue, revisions
from api.service.database import Unavailable
from api.service.ids import new_id
from api.service.logs import JsonLines, Sparse, Trouble
from tests.service.doors import Doors, open_doors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAID = "connection to server at 10.1.2.3, port 5432 failed for user gongpei"


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    with open_doors("sqlite", tmp_path) as opened:
        yield opened


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Return what was logged, as it is written."""
    return [json.loads(JsonLines().format(record)) for record in caplog.records]


def test_a_fault_of_ours_is_logged_with_our_places_and_its_request(
    doors: Doors, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past bug: the last eight places were all of libraries, and nothing said which request it was."""
    scenario = new_id("scn")

    def breaking(*_: object, **__: object) -> None:
        json.loads("{")

    monkeypatch.setattr(revisions, "found", breaking)
    answer = doors.ask("GET", f"/scenarios/{scenario}/revisions/1/content", headers={"User-Agent": "13800000000"})
    assert (answer.status_code, answer.json()["code"]) == (500, "E490")
    (line,) = [each for each in lines(caplog) if each["message"] == "failed"]
    assert line["request_id"] == answer.headers["x-request-id"]
    assert (line["method"], line["scenario"], line["exception"]) == ("GET", scenario, "JSONDecodeError")
    assert line["route"] == "/api/v1/scenarios/{scenario_id}/revisions/{number}/content"
    assert any(place.startswith("api.service.routes.scenarios:") for place in line["at"])
    assert line["at"][-1].startswith("json.decoder:")
    assert "13800000000" not in json.dumps(lines(caplog))


def test_what_a_driver_says_stands_in_the_log_alone(
    doors: Doors, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past bug: whoever asked ``/readyz`` without a key was told host, port and user of the database."""

    def away(*_: object) -> None:
        raise Unavailable("E601", detail=SAID)

    monkeypatch.setattr("api.service.routes.operator.require_newest", away)
    monkeypatch.setattr(queue, "find", away)
    for path, role in (("/readyz", ""), (f"/jobs/{new_id('job')}", "viewer")):
        answer = doors.ask("GET", path, role=role)
        assert (answer.status_code, answer.json()["code"]) == (503, "E601")
        assert "10.1.2.3" not in answer.text
        assert "see the log of the service" in answer.text
        assert "详见服务日志" in answer.text
    told = [each for each in lines(caplog) if each.get("code") == "E601"]
    assert len(told) == 2
    assert all(SAID in each["message"] and each["level"] == "error" for each in told)


def test_of_an_exception_within_libraries_alone_the_innermost_places_are_kept() -> None:
    try:
        json.loads("{")
    except ValueError:
        record = logging.getLogger("x").makeRecord("x", 40, "x", 1, "m", (), sys.exc_info())
    assert [place.partition(":")[0] for place in json.loads(JsonLines().format(record))["at"]] == ["json.decoder"] * 2


def test_the_same_over_and_over_is_told_once_a_second() -> None:
    """Past bug: with no descriptor left the log grew by 5 MB a second. A clock that goes back silences nothing."""
    sparse, told = Sparse(), []
    for text, at_s in (("full", 1.0), ("full", 1.5), ("other", 1.6), ("full", 1.7), ("full", 2.8), ("full", -90.0)):
        record = logging.makeLogRecord({"msg": text, "created": at_s})
        told.append(sparse.filter(record))
    assert told == [True, False, True, True, True, True]


def test_a_trouble_is_told_once_for_its_reason_and_so_is_its_end(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing at first, twice full, once away, twice well; where a minute has gone by, full again."""
    caplog.set_level("INFO")
    trouble = Trouble(logging.getLogger("api.of.this.test"))
    for reason in ("", "full", "full", "away", "", "", "full"):
        trouble.tell(reason)
    monkeypatch.setattr("api.service.logs.TROUBLE_S", 0)
    trouble.tell("full")
    well = "the database can be used again"
    assert caplog.messages == ["full", "away", well, "full", "full"]
