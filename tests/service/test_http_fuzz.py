"""Cases drawn from the service's own OpenAPI page, alone and one after another: never a failure of ours.

The long form, 10,000 cases and 10,000 mutated uploads, is a benchmark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.service.doors import Doors, document, open_doors

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

QUIET: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "derandomize": True,
    "phases": (Phase.generate,),
    "suppress_health_check": list(HealthCheck),
}

SENT_WHOLE = ("/api/v1/scenarios", "/api/v1/scenarios:validate")


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with open_doors("sqlite", tmp_path_factory.mktemp("doors")) as found:
        yield found


@pytest.fixture(scope="module")
def schema(doors: Doors) -> Any:
    return schemathesis.openapi.from_url(f"{doors.client.base_url}/api/v1/openapi.json")


def key(doors: Doors) -> dict[str, str]:
    return {"Authorization": f"Bearer {doors.keys['a', 'admin']}"}


def test_every_operation_answers_whatever_is_sent_as_its_page_says(doors: Doors, schema: Any) -> None:
    """Four cases for each operation: no 5xx, and status, content type and schema are those of the page."""
    scenario = doors.ask("POST", "/scenarios", json=document()).json()["id"]
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(max_examples=4, **QUIET)
        @given(case=operation.as_strategy())
        def answered(case: Any) -> None:
            if "scenario_id" in (case.path_parameters or {}):
                case.path_parameters["scenario_id"] = scenario
            case.call_and_validate(headers=key(doors), checks=CHECKS)

        answered()


def test_operations_one_after_another_never_fail(doors: Doors, schema: Any) -> None:
    """Scenarios are made, changed, planned, stopped and deleted as the links of the page lead on."""

    class Walk(schema.as_state_machine()):  # type: ignore[misc]
        def before_call(self, case: Any) -> None:
            case.headers.update(key(doors))
            if case.operation.path in SENT_WHOLE and case.method == "POST":
                case.body, case.media_type = document(), "application/json"

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    run_state_machine_as_test(Walk, settings=settings(max_examples=12, stateful_step_count=8, **QUIET))
