"""Cases drawn from the service's own OpenAPI page, on what earlier cases have made: never a failure of ours.

The long form, 10,000 cases and 10,000 mutated uploads, is a benchmark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import given, seed, settings
from hypothesis.strategies import integers

from benchmarks.service.fuzz import CHECKS, QUIET
from tests.service.doors import Doors, document, planning_doors
from tests.service.workers import until

if TYPE_CHECKING:
    from collections.abc import Iterator

SENT_WHOLE = ("/api/v1/scenarios", "/api/v1/scenarios:validate")
"""Addresses to which every other case sends a scenario that is sound."""

MADE = {"/api/v1/scenarios": "scenario_id", "/api/v1/scenarios/{scenario_id}/solves": "job_id"}
"""Addresses that make things, and what their ids are called in others."""


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with planning_doors(tmp_path_factory.mktemp("doors")) as found:
        yield found


@pytest.fixture(scope="module")
def schema(doors: Doors) -> Any:
    return schemathesis.openapi.from_url(f"{doors.client.base_url}/api/v1/openapi.json")


def key(doors: Doors) -> dict[str, str]:
    return {"Authorization": f"Bearer {doors.keys['a', 'admin']}"}


@pytest.fixture(scope="module")
def ids(doors: Doors) -> dict[str, list[Any]]:
    """Plan the four villages once and return the ids that paths ask for; more come as more is made."""
    scenario = doors.ask("POST", "/scenarios", json=document()).json()["id"]
    job = doors.ask("POST", f"/scenarios/{scenario}/solves", json={"iterations": 1}).json()["id"]
    until(lambda: doors.ask("GET", f"/jobs/{job}").json()["ended_at"] is not None)
    plan = doors.ask("GET", f"/jobs/{job}").json()["plan_id"]
    return {"scenario_id": [scenario], "job_id": [job], "plan_id": [plan], "number": [1], "order": ["D1"]}


@pytest.mark.parametrize("round_", range(3))
def test_every_operation_answers_whatever_is_sent_as_its_page_says(
    doors: Doors, schema: Any, ids: dict[str, list[Any]], round_: int
) -> None:
    """Cases for each operation, round after round on what is there by then, most ids of things that exist.

    No 5xx, and status, content type and schema are those of the page.
    """
    for found in schema.get_all_operations():
        operation = found.ok()

        @seed(round_)
        @settings(max_examples=3, **QUIET)
        @given(case=operation.as_strategy(), chance=integers(0, 9))
        def answered(case: Any, chance: int) -> None:
            for name in case.path_parameters or {}:
                if name in ids and chance < 8:
                    case.path_parameters[name] = ids[name][chance % len(ids[name])]
            if case.operation.path in SENT_WHOLE and case.method == "POST" and chance % 2:
                case.body, case.media_type = document(), "application/json"
            answer = case.call_and_validate(headers=key(doors), checks=CHECKS)
            if case.operation.path in MADE and answer.status_code in (201, 202):
                ids[MADE[case.operation.path]].append(answer.json()["id"])

        answered()


def test_a_day_of_months_is_refused(doors: Doors, ids: dict[str, list[Any]]) -> None:
    """Past bug: 12,000 visits, one after another, end beyond the hours that a plan can hold, and were a 500."""
    visits = [{"place": "AD"[i % 2]} for i in range(2_000)]
    body = {"routes": [{"vehicle_type": "van", "number": 1, "trips": [{"visits": visits}] * 6}]}
    answer = doors.ask("POST", f"/plans/{ids['plan_id'][0]}:evaluate", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "E651")
