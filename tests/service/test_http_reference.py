"""What a developer has to go by: the OpenAPI document, methods, parameters and content types, over HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from api.service.folders import MOST_FILES
from tests.service.doors import Doors, document, open_doors

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with open_doors("sqlite", tmp_path_factory.mktemp("doors")) as found:
        yield found


@pytest.fixture(scope="module")
def page(doors: Doors) -> dict[str, Any]:
    """Fetch the OpenAPI document."""
    found: dict[str, Any] = doors.ask("GET", "/openapi.json", role="").json()
    return found


@pytest.fixture(scope="module")
def scenario(doors: Doors) -> str:
    """Store the four villages."""
    found: str = doors.ask("POST", "/scenarios", json=document()).json()["id"]
    return found


def operations(page: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f"{method} {path}": found for path, each in page["paths"].items() for method, found in each.items()}


def headers(operation: dict[str, Any]) -> set[str]:
    return {each["name"] for each in operation.get("parameters", ()) if each["in"] == "header"}


def refs(part: Any) -> Iterator[str]:
    """Yield every reference in a document."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for below in part.values():
            yield from refs(below)
    elif isinstance(part, list):
        for below in part:
            yield from refs(below)


def test_the_page_says_how_the_key_is_sent(page: dict[str, Any]) -> None:
    """Past bug: nothing did, so that a generated client sent no key."""
    assert page["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    open_to_all = {name for name, each in operations(page).items() if each["security"] == []}
    assert open_to_all == {f"get /api/v1/{name}" for name in ("healthz", "readyz", "errors/{code}")}
    assert all(each["security"] in ([], [{"key": []}]) for each in operations(page).values())
    assert operations(page)["post /api/v1/plans/{plan_id}:publish"]["x-roles"] == ["dispatcher", "admin"]


def test_the_page_names_the_headers_of_requests_and_answers(page: dict[str, Any]) -> None:
    """Past bug: of all headers it knew ``If-Match`` alone."""
    found = operations(page)
    solve = found["post /api/v1/scenarios/{scenario_id}/solves"]
    assert headers(solve) == {"Idempotency-Key"}
    assert headers(found["get /api/v1/jobs/{job_id}/events"]) == {"Last-Event-ID"}
    assert set(solve["responses"]["202"]["headers"]) == {"Location"}
    assert set(solve["responses"]["429"]["headers"]) == {"Retry-After"}
    assert set(found["get /api/v1/scenarios/{scenario_id}"]["responses"]["200"]["headers"]) == {"ETag"}
    assert "headers" not in solve["responses"]["404"]


def test_every_good_answer_has_a_form(page: dict[str, Any]) -> None:
    """Past bug: streams, exports, contents and answers to questions had none; the result of a job is any object."""
    for name, operation in operations(page).items():
        for status, answer in operation["responses"].items():
            if status in ("200", "201", "202"):
                assert answer["content"], name
                for content in answer["content"].values():
                    assert content["schema"], name
    evaluate = operations(page)["post /api/v1/plans/{plan_id}:evaluate"]["responses"]["200"]
    assert evaluate["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/EvaluatedGiven"}
    assert page["components"]["schemas"]["PlanGiven"]["properties"]["plan"] == {"$ref": "#/components/schemas/PlanFile"}


def test_every_schema_of_the_page_holds_together(page: dict[str, Any]) -> None:
    """All references lead somewhere, all schemas are schemas, and operations have a short name of their own."""
    assert page["openapi"].startswith("3.1")
    schemas = page["components"]["schemas"]
    assert {ref.removeprefix("#/components/schemas/") for ref in refs(page)} <= set(schemas)
    for schema in schemas.values():
        jsonschema_rs.Draft202012Validator({**schema, "components": page["components"]})
    names = [each["operationId"] for each in operations(page).values()]
    assert len(set(names)) == len(names)
    assert {"scenarios_create", "scenarios_solve", "jobs_look", "solves_look", "plans_evaluate"} <= set(names)


def test_examples_of_bodies_are_of_their_form(page: dict[str, Any]) -> None:
    """Each body that asks something of a scenario or a plan has an example, and its schema takes it."""
    schemas = page["components"]["schemas"]
    asked = [name for name in schemas if name.endswith("Request") and name != "HookRequest"]
    assert len(asked) == 6
    for name in asked:
        examples = schemas[name]["examples"]
        assert examples
        check = jsonschema_rs.Draft202012Validator({**schemas[name], "components": page["components"]})
        assert all(check.is_valid(each) for each in examples), name


@pytest.mark.parametrize("path", ["/healthz", "/docs", "/openapi.json", "/jobs", "/limits"])
def test_head_is_get_without_a_body(doors: Doors, path: str) -> None:
    """Past bug: 405, so that what looks after services took this one for dead."""
    head, get = doors.ask("HEAD", path), doors.ask("GET", path)
    assert (head.status_code, head.content) == (200, b"")
    assert [head.headers[name] for name in ("content-type", "content-length")] == [
        get.headers[name] for name in ("content-type", "content-length")
    ]


def test_head_of_what_has_no_end_and_of_what_is_not_there_is_refused(doors: Doors, scenario: str) -> None:
    """The head of a stream cannot be had alone; where there is no GET there is no HEAD, and nobody enters unasked."""
    job = doors.ask("POST", f"/scenarios/{scenario}/solves", json={}).json()["id"]
    doors.ask("DELETE", f"/jobs/{job}")
    for path, role, status in (
        (f"/jobs/{job}/events", "viewer", 405),
        ("/scenarios:validate", "viewer", 405),
        ("/nowhere", "viewer", 404),
        ("/jobs", "", 401),
    ):
        assert (path, doors.ask("HEAD", path, role=role).status_code) == (path, status)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/scenarios", "GET, HEAD, POST"),
        ("/scenarios/scn_x", "DELETE, GET, HEAD, PATCH"),
        ("/scenarios:validate", "POST"),
        ("/jobs/job_x/events", "GET"),
    ],
)
def test_allow_names_every_method(doors: Doors, path: str, methods: str) -> None:
    """Past bug: those of one route alone, so that PUT was told of GET where PATCH was meant."""
    answer = doors.ask("PUT", path)
    assert (answer.status_code, answer.json()["code"], answer.headers["allow"]) == (405, "E655", methods)


def test_a_parameter_that_is_not_known_is_refused(doors: Doors) -> None:
    """Past bug: ``?stat=done`` listed all jobs, and ``?secnds=9`` solved for 5 s."""
    answer = doors.ask("GET", "/jobs", params={"stat": "done", "mots": "3"})
    faults = [(each["code"], each["column"]) for each in answer.json()["faults"]]
    assert (answer.status_code, faults) == (422, [("E692", "stat"), ("E692", "mots")])
    assert "nearest: state" in answer.json()["faults"][0]["en"]
    assert doors.ask("POST", "/solve?secnds=9", json=document()).status_code == 422


@pytest.mark.parametrize("sent", ["application/x-www-form-urlencoded", "text/plain", ""])
def test_json_under_another_content_type_is_told_so(doors: Doors, scenario: str, sent: str) -> None:
    """Past bug: what ``curl -d`` sends was a field of the wrong type, 422."""
    named = {"Content-Type": sent} if sent else {}
    answer = doors.ask("POST", f"/scenarios/{scenario}/solves", content='{"seconds": 5}', headers=named)
    assert (answer.status_code, answer.json()["code"]) == (415, "E640")
    assert answer.json()["remedy_en"] == "use application/json"
    fine = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert doors.ask("POST", f"/scenarios/{scenario}/solves", content="{}", headers=fine).status_code == 202


def test_a_change_takes_json_alone_and_says_so(doors: Doors, scenario: str) -> None:
    """Past bug: text was told to come as JSON, zip or form, of which two would be refused next."""
    for kind in ("text/plain", "application/zip"):
        answer = doors.ask("PATCH", f"/scenarios/{scenario}", content="{}", headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["remedy_en"]) == (415, "use application/json")


def test_a_form_that_cannot_be_read_is_no_bad_json(doors: Doors) -> None:
    """Past bug: a form without its boundary was "not valid JSON"; a file twice, or without a name, was dropped."""
    bare = doors.ask("POST", "/scenarios", content=b"x", headers={"Content-Type": "multipart/form-data"})
    twice = doors.ask("POST", "/scenarios", files=[("f", ("orders.csv", b"a")), ("g", ("orders.csv", b"b"))])
    unnamed = doors.ask("POST", "/scenarios", files=[("orders.csv", (None, b"a"))])
    told = [(each.status_code, each.json()["code"]) for each in (bare, twice, unnamed)]
    assert told == [(400, "E690")] * 3
    assert "orders.csv x2" in twice.json()["en"]
    crowd = doors.ask("POST", "/scenarios", files=[("f", (f"{i}.csv", b"")) for i in range(MOST_FILES + 1)])
    assert (crowd.status_code, crowd.json()["code"]) == (413, "E642")


def test_a_page_after_nothing_is_no_empty_page(doors: Doors) -> None:
    """Past bug: ``after`` something that is no id was the end of the list."""
    assert doors.ask("GET", "/scenarios?after=zzz").status_code == 404


def test_what_is_wrong_with_a_scenario_is_told_where_it_is_refused(doors: Doors) -> None:
    """Past bug: the remedy of E648 spoke of faults, and there were none in the answer."""
    parts = document()
    parts["orders"][0]["destination"] = "ZZ"
    invalid = doors.ask("POST", "/scenarios", json=parts).json()["id"]
    for path, body in ((f"/scenarios/{invalid}/solves", {}), (f"/scenarios/{invalid}/plans", {"plan": {}})):
        answer = doors.ask("POST", path, json=body)
        assert (answer.status_code, answer.json()["code"], answer.json()["count"]) == (409, "E648", 1)
        assert answer.json()["faults"][0]["pointer"] == "/orders/0/destination"


def test_jobs_are_listed_by_state_and_by_scenario(doors: Doors) -> None:
    """Two jobs of one scenario, one of them discarded; pages go on within what was asked for."""
    first, second = (doors.ask("POST", "/scenarios", json=document()).json()["id"] for _ in range(2))
    jobs = [doors.ask("POST", f"/scenarios/{each}/solves", json={}).json()["id"] for each in (first, first, second)]
    doors.ask("DELETE", f"/jobs/{jobs[0]}")

    def listed(**params: Any) -> list[str]:
        return [each["id"] for each in doors.ask("GET", "/jobs", params=params).json()["items"]]

    assert listed(scenario_id=first) == [jobs[1], jobs[0]]
    assert listed(scenario_id=first, state="cancelled") == [jobs[0]]
    assert listed(scenario_id=first, most=1, before=jobs[1]) == [jobs[0]]
    assert listed(scenario_id=second, state="queued") == [jobs[2]]
    assert doors.ask("GET", "/jobs?state=over").status_code == 422
    assert doors.ask("GET", "/jobs?scenario_id=zzz").status_code == 404


def test_a_job_that_will_never_have_a_plan_does_not_tell_to_wait(doors: Doors, scenario: str) -> None:
    """Past bug: "wait for an incumbent event" of a cancelled job, and "no plan yet" of a solve's result."""
    job = doors.ask("POST", f"/scenarios/{scenario}/solves", json={}).json()["id"]
    assert doors.ask("GET", f"/jobs/{job}/plan").json()["code"] == "E650"
    answer = doors.ask("GET", f"/jobs/{job}/result")
    assert (answer.status_code, answer.json()["code"]) == (404, "E691")
    doors.ask("DELETE", f"/jobs/{job}")
    answer = doors.ask("GET", f"/jobs/{job}/plan")
    assert (answer.status_code, answer.json()["code"]) == (404, "E691")
    assert json.dumps(answer.json()["zh"], ensure_ascii=False).count("没有方案") == 1
