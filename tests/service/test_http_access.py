"""Who may do what: every route, every role, two counties; deny unless it is written."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import APIRouter
from sqlalchemy import insert

from api.service.app import ROUTERS, require_permissions, routes_of
from api.service.auth import OPERATOR, PERMISSIONS, PUBLIC, ROLES, new_key, permission_of, revoke_key
from api.service.ids import new_id
from api.service.tables import jobs, plans, revisions, scenarios, webhooks
from tests.service.databases import KINDS
from tests.service.doors import ROOT, Doors, document, open_doors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi.routing import APIRoute

TOML = "[[variants]]\nid = 'a'\n"

BODIES: dict[str, Any] = {
    "/scenarios:validate": document(),
    "/scenarios": document(),
    "/scenarios/{scenario_id}": {"settings": {"season": "wet"}},
    "/scenarios/{scenario_id}/solves": {"iterations": 1},
    "/comparisons": {"scenario_id": "{scenario_id}", "variants": TOML, "iterations": 1},
    "/scenarios/{scenario_id}/plans": {"plan": {}},
    "/plans/{plan_id}:replan": {"events": {}, "iterations": 1},
    "/solve": document(),
    "/plans/{plan_id}:evaluate": {"routes": []},
    "/plans/{plan_id}:candidates": {"order": "D1"},
    "/plans/{plan_id}:explain": {"order": "D1"},
    "/webhooks": {"url": "https://192.0.2.1/x"},
}
"""What to send where a body is wanted, by path."""

ROUTES = [(method, route) for route in routes_of(ROUTERS) for method in sorted(route.methods or ())]


@pytest.fixture(scope="module", params=KINDS)
def doors(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with open_doors(request.param, tmp_path_factory.mktemp("doors")) as found:
        yield found


@pytest.fixture(scope="module")
def things(doors: Doors) -> dict[str, str]:
    """Ids of things of county a; the scenario's content is never opened."""
    owner = doors.counties["a"]
    ids = {"scenario_id": new_id("scn"), "job_id": new_id("job"), "plan_id": new_id("pln"), "hook_id": new_id("hook")}
    revision = {"scenario_id": ids["scenario_id"], "revision": 1}
    with doors.database.write() as connection:
        named = {"id": ids["scenario_id"], "county_id": owner, "head": 1, "created_ms": 0}
        connection.execute(insert(scenarios).values(named))
        sizes = {"places": 1, "vehicles": 1, "orders": 1, "created_ms": 0, "digest": "0" * 64, "content": b"no zip"}
        connection.execute(insert(revisions).values(scenario_id=ids["scenario_id"], number=1, state="invalid", **sizes))
        asked = {"kind": "solve", "lane": "ordinary", "request": {}, "request_digest": "", "state": "failed"}
        row = {"id": ids["job_id"], "county_id": owner, **revision, **asked, "submitted_ms": 0}
        connection.execute(insert(jobs).values(row))
        row = {"id": ids["plan_id"], "county_id": owner, **revision, "content": b"no zlib", "cost_fen": 0}
        connection.execute(insert(plans).values(row | {"unserved": 0, "created_ms": 0}))
        row = {"id": ids["hook_id"], "county_id": owner, "url": "https://x", "secret_box": b"", "events": []}
        connection.execute(insert(webhooks).values(row | {"created_ms": 0}))
    return {**ids, "number": "1", "order": "D1", "code": "E637"}


def path_of(route: APIRoute) -> str:
    return route.path.removeprefix(ROOT)


def send(doors: Doors, things: dict[str, str], at: tuple[str, APIRoute], role: str, county: str) -> Any:
    """Send a request that is sound but for who sends it."""
    method, path = at[0], path_of(at[1])
    body = BODIES.get(path)
    if isinstance(body, dict) and "scenario_id" in body:
        body = {**body, "scenario_id": things["scenario_id"]}
    headers = {"If-Match": '"x"'} if method == "PATCH" else {}
    return doors.ask(method, path.format(**things), role=role, county=county, json=body, headers=headers)


def name_of(at: Any) -> str:
    return f"{at[0]} {path_of(at[1])}"


@pytest.mark.parametrize("at", ROUTES, ids=name_of)
def test_a_role_without_the_permission_is_refused(
    doors: Doors, things: dict[str, str], at: tuple[str, APIRoute]
) -> None:
    """403 with E636 for every role that may not, 401 with E630 without a key; nobody is refused what is public."""
    permission = permission_of(at[1])
    without = send(doors, things, at, "", "a")
    if permission == PUBLIC:
        assert without.status_code == 200
        return
    assert (without.status_code, without.json()["code"]) == (401, "E630")
    for county, role in [("a", role) for role in ROLES] + [("", OPERATOR)]:
        if permission not in PERMISSIONS[role]:
            answer = send(doors, things, at, role, county)
            assert (answer.status_code, answer.json()["code"]) == (403, "E636"), role


@pytest.mark.parametrize("at", [at for at in ROUTES if "{" in at[1].path and "code" not in at[1].path], ids=name_of)
def test_what_belongs_to_another_county_is_not_there(
    doors: Doors, things: dict[str, str], at: tuple[str, APIRoute]
) -> None:
    """Every role of county b that may use the route gets 404 for the things of county a, and the operator 403."""
    for role in (role for role in ROLES if permission_of(at[1]) in PERMISSIONS[role]):
        answer = send(doors, things, at, role, "b")
        assert (answer.status_code, answer.json()["code"]) == (404, "E637"), role
    assert send(doors, things, at, OPERATOR, "").status_code == 403


def test_lists_hold_only_the_own_county(doors: Doors, things: dict[str, str]) -> None:
    """County b sees no scenario, job, receiver or deed of county a."""
    for path in ("/scenarios", "/jobs", "/webhooks"):
        assert doors.ask("GET", path, role="admin", county="b").json()["items"] == []
    assert doors.ask("GET", "/jobs", role="admin", county="a").json()["items"] != []
    deeds = doors.ask("GET", "/audit", role="admin", county="b").json()["items"]
    assert {deed["county_id"] for deed in deeds} == {doors.counties["b"]}
    assert len(doors.ask("GET", "/audit", role=OPERATOR, county="").json()["items"]) > len(deeds)


def test_limits_tell_everything_that_a_caller_may_run_into(doors: Doors) -> None:
    """All limits of the settings but those of a job's own process, as they are set."""
    told, limits = doors.ask("GET", "/limits").json(), asdict(doors.settings.limits)
    shown = {name: value for name, value in limits.items() if not name.startswith("child_")}
    assert {name: told.get(name) for name in shown} == shown


@pytest.mark.parametrize("role", [*ROLES, OPERATOR])
def test_no_role_may_what_nobody_has_written_down(role: str) -> None:
    """A permission that no list names is nobody's."""
    assert "county.delete" not in PERMISSIONS[role]


def test_an_application_with_a_silent_route_does_not_start() -> None:
    """A route that forgets its permission is named, and nothing is served."""
    router = APIRouter()
    router.add_api_route("/forgotten", lambda: None)
    with pytest.raises(RuntimeError, match="/forgotten"):
        require_permissions([router])


def test_a_revoked_key_opens_nothing(doors: Doors) -> None:
    """It worked, was revoked, and is as good as none; the secret is in no table."""
    with doors.database.write() as connection:
        key_id, secret = new_key(connection, doors.counties["a"], "viewer")
    headers = {"Authorization": f"Bearer {secret}"}
    assert doors.client.get(f"{ROOT}/limits", headers=headers).status_code == 200
    with doors.database.write() as connection:
        assert revoke_key(connection, key_id)
        assert not revoke_key(connection, key_id)
    assert doors.client.get(f"{ROOT}/limits", headers=headers).status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic gpk_x", "Bearer gpk_" + "x" * 200, "Bearer gpk_é"])
def test_what_is_no_key_is_refused(doors: Doors, header: str) -> None:
    """Whatever stands in the header, the answer is 401 and says how to send a key."""
    answer = doors.client.get(f"{ROOT}/limits", headers={"Authorization": header.encode()})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
