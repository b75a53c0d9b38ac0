"""Cases drawn from the service's own OpenAPI page, with keys of every role, on what earlier cases have made.

Half of them are journeys along the links of the page (create, solve, look, ask, publish), half go to every address in
turn. Bodies are drawn from the page, or sound ones with something changed. A real worker plans what is submitted.
"""

from __future__ import annotations

import contextlib
import json
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis.errors import Flaky, Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.service.auth import ROLES, new_county, new_key
from api.service.uploads import document_of
from benchmarks.service.harness import Client, serving, wait_until
from benchmarks.service.mutations import changed_document
from benchmarks.service.witness import GIVEN_UP_S, PATIENCE_S, Answer, Sent, Witness, watched

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.service.harness import Ground

ROOT = "/api/v1"

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
"""What an answer is held to: no 5xx; status, content type and schema are those of the page."""

QUIET: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "phases": (Phase.generate,),
    "suppress_health_check": list(HealthCheck),
}
"""Settings of hypothesis: cases are drawn and nothing is made smaller, as what earlier cases made is part of each."""

JOURNEYS, STEPS = 12, 12
"""Journeys of a round, and how long they are at the most."""

EACH = 3
"""Cases of a round for every address."""

MOST_KNOWN = 40
"""Ids of one kind that are remembered, the first always among them."""

VARIABLES = {
    "GONGPEI_SOLVE_SECONDS_MOST": "2",
    "GONGPEI_CHILD_SPARE_S": "60",
    "GONGPEI_QUEUE_IN_ALL": "40",
    "GONGPEI_WEBHOOK_HOSTS": "127.0.0.1",
}
"""Jobs are short, so that many end; notices go nowhere but to this machine."""

WAITING = "/solve"
"""Address that answers when a solve has ended, or after 45 s behind others: seldom asked, and never late."""

NOBODY = ("", "")


@schemathesis.serializer("application/zip")
def as_it_is(_: Any, value: Any) -> bytes:
    """Send what was drawn for a zip as it was drawn."""
    return value if isinstance(value, bytes) else str(value).encode()


@dataclass(kw_only=True)
class Known:
    """What there is in the county: ids by the name that paths have for them, tags of revisions, one plan whole."""

    ids: dict[str, list[Any]]
    ended: str
    document: dict[str, Any]
    plan: dict[str, Any]
    variants: str
    tags: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, value: Any) -> None:
        """Remember an id."""
        held = self.ids.setdefault(name, [])
        if value and value not in held:
            held.append(value)
            del held[1 : len(held) - MOST_KNOWN + 1]


@dataclass(kw_only=True)
class Fuzz:
    """Sends cases and judges the answers."""

    known: Known
    keys: dict[tuple[str, str], str] = field(repr=False)
    witness: Witness
    draw: random.Random

    def prepare(self, case: Any, *, is_linked: bool) -> tuple[str, str]:
        """Give a case ids that exist, often a body that is nearly sound, and a key; return whose key it is."""
        path, draw = case.operation.path.removeprefix(ROOT), self.draw
        for name in case.path_parameters or {}:
            if name in self.known.ids and draw.random() < (0.2 if is_linked else 0.85):
                case.path_parameters[name] = draw.choice(self.known.ids[name])
        if path.endswith("/events"):  # a stream of a job that goes on would not end
            case.path_parameters["job_id"] = self.known.ended
        body = BODIES.get(f"{case.method} {path}")
        if body is not None and draw.random() < (0.05 if path == WAITING else 0.75):
            whole = body(self.known, draw)
            whole = changed_document(draw, whole, draw.choice((1, 1, 2))) if draw.random() < 0.5 else whole
            case.body, case.media_type = json.dumps(whole).encode(), "application/json"
        if case.method == "PATCH" and draw.random() < 0.9:
            tag = self.known.tags.get(str(case.path_parameters.get("scenario_id")), '"none"')
            case.headers = {**dict(case.headers or {}), "If-Match": tag}
        return self._caller(path)

    def _caller(self, path: str) -> tuple[str, str]:
        """Draw whose key is used: mostly that of who may most."""
        if self.draw.random() < 0.25:
            return self.draw.choice([*self.keys, NOBODY])
        return ("a", "brand") if "brand" in path else ("", "operator") if path == "/metrics" else ("a", "admin")

    def answered(self, case: Any, caller: tuple[str, str]) -> Any:
        """Send a case, judge the answer and remember what it has made; a case without an answer ends its journey."""
        headers = {"Authorization": f"Bearer {self.keys[caller]}"} if caller in self.keys else {}
        try:
            answer = case.call(headers=headers, timeout=GIVEN_UP_S)
        except ValueError:  # the client itself cannot say it, so it is no case
            hypothesis.reject()
        except OSError as error:
            sent = Sent(
                method=case.method, path=case.formatted_path, body=case.body if isinstance(case.body, bytes) else None
            )
            self.witness.saw(sent, Answer(status=0, seconds=GIVEN_UP_S, content=type(error).__name__.encode()))
            hypothesis.reject()
        offence = self._offence(case, caller, answer)
        self.witness.saw(
            _sent(answer), _answer(answer), may_wait=case.operation.path == f"{ROOT}{WAITING}", offence=offence
        )
        if caller[0] == "a" and answer.status_code < 300:
            self._remember(case, answer)
        return answer

    def _offence(self, case: Any, caller: tuple[str, str], answer: Any) -> str:
        """Tell what is wrong with an answer, "" for nothing."""
        if answer.status_code >= 500:
            return "server error"
        named = [value for name, value in (case.path_parameters or {}).items() if name.endswith("_id")]
        is_others = any(value in self.known.ids.get(name, ()) for name in MADE.values() for value in named)
        if caller[0] != "a" and is_others and answer.status_code < 300:
            return "another county's"
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            return "; ".join(sorted({type(each).__name__ for each in group.exceptions}))
        return ""

    def _remember(self, case: Any, answer: Any) -> None:
        path, told = case.operation.path.removeprefix(ROOT), _json(answer.content)
        if not isinstance(told, dict):
            return
        name = MADE.get(f"{case.method} {path}")
        if name is not None:
            self.known.add(name, told.get("id"))
        if case.method == "GET" and path == "/jobs/{job_id}":
            self.known.add("plan_id", told.get("plan_id"))
        if "etag" in told and told.get("id"):
            self.known.tags[told["id"]] = told["etag"]


MADE = {
    "POST /scenarios": "scenario_id",
    "POST /scenarios/{scenario_id}/solves": "job_id",
    "POST /comparisons": "job_id",
    "POST /plans/{plan_id}:replan": "job_id",
    "POST /scenarios/{scenario_id}/plans": "plan_id",
    "POST /webhooks": "hook_id",
}
"""What makes things, and what their ids are called in paths."""


def fuzz(where: Ground, county: Path, variants: Path, *, cases: int, seed: int = 0) -> dict[str, Any]:
    """Send at least so many cases; tell what came back."""
    witness = Witness()
    variables = {**VARIABLES, "GONGPEI_KEY_FILE": str(where.folder / "keys.jsonl")}
    with serving(where, options=("--slots", "1"), variables=variables) as api:
        assert wait_until(api.answers, PATIENCE_S)
        keys = _keys(where)
        with Client(api.port, keys["a", "admin"]) as client:
            known = _planned(client, county, variants)
        schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{api.port}{ROOT}/openapi.json")
        work = Fuzz(known=known, keys=keys, witness=witness, draw=random.Random(seed))
        with watched(api) as peaks:
            number = seed
            while witness.cases < cases:
                _journeys(work, schema, number)
                _everywhere(work, schema, number, cases)
                number += 1
        is_alive = api.answers()
        with Client(api.port, keys["a", "admin"]) as client:
            states = [job["state"] for job in client.call("GET", f"{ROOT}/jobs?most=200")[1]["items"]]
    jobs = {state: states.count(state) for state in sorted(set(states))}
    return {**witness.account(), "jobs": jobs, "alive": is_alive, **peaks}


def _journeys(work: Fuzz, schema: Any, number: int) -> None:
    """Follow links from what is made to what can be done with it."""
    whose: dict[str, tuple[str, str]] = {}

    def before_call(_: Any, case: Any) -> None:
        whose[case.id] = work.prepare(case, is_linked=True)

    def call(_: Any, case: Any, **__: Any) -> Any:
        return work.answered(case, whose.pop(case.id))

    def validate_response(*_: Any, **__: Any) -> None:
        """Do nothing: the answer is judged already, and a journey goes on after one that is wrong."""

    own = {"before_call": before_call, "call": call, "validate_response": validate_response}
    journey: Any = hypothesis.seed(number)(type("Journey", (schema.as_state_machine(),), own))
    with contextlib.suppress(Flaky, Unsatisfiable):  # the service is another at each journey, so draws differ too
        journey.run(settings=hypothesis.settings(max_examples=JOURNEYS, stateful_step_count=STEPS, **QUIET))


def _everywhere(work: Fuzz, schema: Any, number: int, most: int) -> None:
    """Send some cases to every address."""
    for found in schema.get_all_operations():
        if work.witness.cases >= most:
            return

        @hypothesis.seed(number)
        @hypothesis.settings(max_examples=EACH, **QUIET)
        @given(case=found.ok().as_strategy())
        def answered(case: Any) -> None:
            work.answered(case, work.prepare(case, is_linked=False))

        with contextlib.suppress(Flaky, Unsatisfiable):
            answered()


def _keys(where: Ground) -> dict[tuple[str, str], str]:
    """Return keys of all roles of two counties, and the operator's."""
    found = {}
    with where.database.write() as connection:
        for name in ("a", "b"):
            county = new_county(connection, name)
            for role in ROLES:
                found[name, role] = new_key(connection, county, role, "中通" if role == "brand" else "")[1]
        found["", "operator"] = new_key(connection, None, "admin")[1]
    return found


def _planned(client: Client, county: Path, variants: Path) -> Known:
    """Hand in a county, have it planned and published, and return what there is then."""
    files = {path.name: path.read_bytes() for path in sorted(county.iterdir()) if path.is_file()}
    document = document_of(files)
    document.pop("other_files")
    document["settings"].setdefault("datums", {})["places"] = "WGS-84"
    document["orders"][0] |= {"recipient": "张三", "phone": "13800000000"}
    made = client.call("POST", f"{ROOT}/scenarios", json.dumps(document).encode())[1]
    job = client.call("POST", f"{ROOT}/scenarios/{made['id']}/solves", b'{"iterations": 1}')[1]["id"]
    wait_until(lambda: client.call("GET", f"{ROOT}/jobs/{job}")[1]["ended_at"] is not None, PATIENCE_S, 0.2)
    plan = client.call("GET", f"{ROOT}/jobs/{job}/plan")[1]
    client.call("POST", f"{ROOT}/plans/{plan['plan_id']}:publish")
    ids = {"scenario_id": [made["id"]], "job_id": [job], "plan_id": [plan["plan_id"]], "number": [1], "order": ["D1"]}
    text = variants.read_text("utf-8")
    return Known(
        ids=ids, ended=job, document=document, plan=plan["plan"], variants=text, tags={made["id"]: made["etag"]}
    )


def _document(known: Known, _: random.Random) -> dict[str, Any]:
    return known.document


def _patch(known: Known, draw: random.Random) -> dict[str, Any]:
    orders = known.document["orders"]
    return draw.choice(
        [
            {"settings": {"season": "wet", "weather": None}},
            {"orders": {"upsert": [{**draw.choice(orders), "pieces": 3}], "remove": [draw.choice(orders)["id"]]}},
            {"places": known.document["places"], "files": {"roads.geojson": None}},
        ]
    )


def _effort(_: Known, draw: random.Random) -> dict[str, Any]:
    return {draw.choice(("iterations", "seconds")): draw.choice((1, 2, 0)), "seed": draw.randrange(9), "workers": 1}


def _comparison(known: Known, _: random.Random) -> dict[str, Any]:
    return {"scenario_id": known.ids["scenario_id"][0], "variants": known.variants, "days": 1, "iterations": 1}


def _replan(known: Known, draw: random.Random) -> dict[str, Any]:
    vehicle = draw.choice(known.plan["plan"]["routes"])
    events = {
        "now": draw.choice(("06:30", "09:30", "16:00")),
        "cancelled": [{"order": draw.choice(known.document["orders"])["id"]}],
        "broken": [{"vehicle_type": vehicle["vehicle_type"], "number": vehicle["number"], "at": "09:20"}],
        "added": [{**draw.choice(known.document["orders"]), "id": "N1"}],
    }
    kept = {name: value for name, value in events.items() if draw.random() < 0.6}
    return {"events": kept, "iterations": 1, "keep": draw.choice(("none", "time")), "answer": "balanced"}


def _routes(known: Known, draw: random.Random) -> dict[str, Any]:
    """Return the plan as somebody may have dragged it about."""
    routes = [
        {
            "vehicle_type": route["vehicle_type"],
            "number": route["number"],
            "trips": [
                {
                    "visits": [
                        {name: visit[name] for name in ("place", "deliver", "collect")} for visit in trip["visits"]
                    ]
                }
                for trip in route["trips"]
            ],
        }
        for route in known.plan["plan"]["routes"]
    ]
    for trip in [trip for route in routes for trip in route["trips"]]:
        draw.shuffle(trip["visits"])
    return {"routes": draw.sample(routes, draw.randint(0, len(routes)))}


def _candidates(known: Known, draw: random.Random) -> dict[str, Any]:
    order = draw.choice(known.document["orders"])
    return draw.choice(({"order": order["id"], "most": 3}, {"new_order": {**order, "id": "N1", "pieces": 2}}))


def _explain(known: Known, draw: random.Random) -> dict[str, Any]:
    route = draw.choice(known.plan["plan"]["routes"])
    vehicle = {"vehicle": f"{route['vehicle_type']} {route['number']}", "before_s": draw.randrange(172_800)}
    return {"order": draw.choice(known.document["orders"])["id"], **draw.choice(({}, vehicle))}


def _plan(known: Known, _: random.Random) -> dict[str, Any]:
    return known.plan


def _hook(_: Known, draw: random.Random) -> dict[str, Any]:
    return {"url": draw.choice(("https://127.0.0.1:9/x", "https://10.0.0.1/", "http://127.0.0.1/")), "events": ["done"]}


BODIES: dict[str, Callable[[Known, random.Random], dict[str, Any]]] = {
    "POST /scenarios": _document,
    "POST /scenarios:validate": _document,
    "POST /solve": _document,
    "PATCH /scenarios/{scenario_id}": _patch,
    "POST /scenarios/{scenario_id}/solves": _effort,
    "POST /scenarios/{scenario_id}/plans": _plan,
    "POST /comparisons": _comparison,
    "POST /plans/{plan_id}:replan": _replan,
    "POST /plans/{plan_id}:evaluate": _routes,
    "POST /plans/{plan_id}:candidates": _candidates,
    "POST /plans/{plan_id}:explain": _explain,
    "POST /webhooks": _hook,
}
"""Bodies that are sound, by method and address."""


def _sent(answer: Any) -> Sent:
    """Return a request as it went out."""
    request = answer.request
    body = request.body.encode() if isinstance(request.body, str) else request.body
    address = str(request.url).partition(f"{ROOT}/")[2]
    return Sent(method=request.method, path=f"{ROOT}/{address}", headers=dict(request.headers), body=body)


def _answer(answer: Any) -> Answer:
    return Answer(status=answer.status_code, seconds=answer.elapsed, content=answer.content)


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
