"""A request that is sent again under its key is the job that it was, whatever has become of the scenario since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.service.doors import Doors, document, open_doors

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

KEY = {"Idempotency-Key": "once"}


def revise(doors: Doors, scenario: str, **parts: Any) -> int:
    """Lay a partial document over the newest revision and return the number of the next."""
    etag = doors.ask("GET", f"/scenarios/{scenario}").headers["etag"]
    answer = doors.ask("PATCH", f"/scenarios/{scenario}", json=parts, headers={"If-Match": etag})
    assert answer.status_code == 200, answer.text
    found: int = answer.json()["revision"]
    return found


def test_a_solve_sent_again_after_a_change_is_the_same_job(tmp_path: Path) -> None:
    """Revision 1 was planned; revision 2 has a fault and cannot be: the same key still gives the first job."""
    with open_doors("sqlite", tmp_path) as doors:
        scenario = doors.ask("POST", "/scenarios", json=document()).json()["id"]
        path, body = f"/scenarios/{scenario}/solves", {"iterations": 3}
        first = doors.ask("POST", path, json=body, headers=KEY)
        orders = document()["orders"]
        orders[0]["destination"] = "NOWHERE"
        assert revise(doors, scenario, orders=orders) == 2
        assert doors.ask("POST", path, json=body).json()["code"] == "E648"
        again = doors.ask("POST", path, json=body, headers=KEY)
        assert (again.status_code, again.json()["id"], again.json()["revision"]) == (202, first.json()["id"], 1)
        assert again.headers["location"] == first.headers["location"]
        named = doors.ask("POST", path, json={**body, "revision": 1}, headers=KEY)
        assert (named.status_code, named.json()["code"]) == (409, "E606")


def test_a_comparison_and_a_replan_sent_again_are_found_before_anything_is_looked_up(tmp_path: Path) -> None:
    """A key that another kind of request has is refused even for a plan and a scenario that are not there."""
    with open_doors("sqlite", tmp_path) as doors:
        scenario = doors.ask("POST", "/scenarios", json=document()).json()["id"]
        variants = '[[variants]]\nid = "a"\nwages = 1.5\n'
        body = {"scenario_id": scenario, "variants": variants, "days": 1, "iterations": 1}
        first = doors.ask("POST", "/comparisons", json=body, headers=KEY)
        assert first.status_code == 202, first.text
        assert doors.ask("POST", "/comparisons", json=body, headers=KEY).json()["id"] == first.json()["id"]
        other = doors.ask("POST", "/plans/pln_none:replan", json={"events": {}}, headers=KEY)
        assert (other.status_code, other.json()["code"]) == (409, "E606")


def test_a_small_solve_sent_again_stores_nothing_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past bug: sent again after a lost answer it was a second scenario and a second job; another folder is 409."""
    monkeypatch.setattr("api.service.routes.jobs.WAIT_S", 0)
    with open_doors("sqlite", tmp_path) as doors:
        first = doors.ask("POST", "/solve", json=document(), headers=KEY)
        assert first.status_code == 202, first.text
        again = doors.ask("POST", "/solve", json=document(), headers=KEY)
        assert again.json()["job"]["id"] == first.json()["job"]["id"]
        other = doors.ask("POST", "/solve", json=document(vehicles=document()["vehicles"][:1]), headers=KEY)
        assert (other.status_code, other.json()["code"]) == (409, "E606")
        assert len(doors.ask("GET", "/scenarios").json()["items"]) == 1


def test_of_two_small_solves_at_once_under_one_key_one_scenario_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither sees the other's job when it looks; the queue does."""
    monkeypatch.setattr("api.service.routes.jobs.WAIT_S", 0)
    with open_doors("sqlite", tmp_path) as doors:
        first = doors.ask("POST", "/solve", json=document(), headers=KEY)
        monkeypatch.setattr("api.service.queue.accepted_before", lambda *_: None)
        second = doors.ask("POST", "/solve", json=document(), headers=KEY)
        assert second.json()["job"] == first.json()["job"]
        (scenario,) = doors.ask("GET", "/scenarios").json()["items"]
        assert scenario["id"] == first.json()["job"]["scenario_id"]
