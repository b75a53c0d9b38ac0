"""Jobs and plans over HTTP, with a worker that really plans: from the submission to the exported file."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from api.service.answers import BrandGiven, CandidatesGiven, EvaluatedGiven, ReasonsGiven
from api.service.settings import Limits
from tests.service.doors import Doors, document, open_doors, planning_doors
from tests.service.workers import until

if TYPE_CHECKING:
    from collections.abc import Iterator

WORK = {"iterations": 3, "seed": 7}


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """Give an application with a worker beside it."""
    with planning_doors(tmp_path_factory.mktemp("doors")) as found:
        yield found


@pytest.fixture(scope="module")
def scenario(doors: Doors) -> str:
    """Store the four villages for county a."""
    found: str = doors.ask("POST", "/scenarios", json=document()).json()["id"]
    return found


@pytest.fixture(scope="module")
def job(doors: Doors, scenario: str) -> dict[str, Any]:
    """Solve the four villages."""
    answer = doors.ask("POST", f"/scenarios/{scenario}/solves", json=WORK, headers={"Idempotency-Key": "once"})
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/api/v1/jobs/{answer.json()['id']}"
    return ended(doors, answer.json()["id"])


@pytest.fixture(scope="module")
def plan(doors: Doors, job: dict[str, Any]) -> dict[str, Any]:
    """Fetch the plan of that solve."""
    found: dict[str, Any] = doors.ask("GET", f"/plans/{job['plan_id']}").json()
    return found


def ended(doors: Doors, job_id: str) -> dict[str, Any]:
    """Wait for the end of a job."""
    until(lambda: doors.ask("GET", f"/jobs/{job_id}").json()["ended_at"] is not None)
    found: dict[str, Any] = doors.ask("GET", f"/jobs/{job_id}").json()
    return found


def routes_of(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the decisions of a plan without its times."""
    return [
        {
            "vehicle_type": route["vehicle_type"],
            "number": route["number"],
            "trips": [
                {"visits": [{key: visit[key] for key in ("place", "deliver", "collect")} for visit in trip["visits"]]}
                for trip in route["trips"]
            ],
        }
        for route in plan["plan"]["plan"]["routes"]
    ]


def events_of(doors: Doors, job_id: str, last: str = "") -> list[tuple[int, str, dict[str, Any]]]:
    """Follow a job to its end and return number, kind and data of its events."""
    headers = {"Last-Event-ID": last} if last else {}
    text = doors.ask("GET", f"/jobs/{job_id}/events", headers=headers).text
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "id" in lines:
            found.append((int(lines["id"]), lines["event"], json.loads(lines["data"])))
    return found


def test_a_solve_ends_with_a_plan_that_the_referee_accepts(job: dict[str, Any], plan: dict[str, Any]) -> None:
    """Done, nothing unserved, the cost of the job is that of the plan, and its origin names seed and versions."""
    assert (job["state"], job["unserved"], job["queue_place"]) == ("done", 0, 0)
    assert plan["cost_fen"] == job["cost_fen"] == sum(plan["plan"]["plan"]["cost"].values())
    assert plan["plan"]["origin"]["seed"] == 7
    assert "ortools" in job["versions"]


def test_the_same_key_gives_the_same_job_and_another_request_under_it_is_refused(
    doors: Doors, scenario: str, job: dict[str, Any]
) -> None:
    """202 with the old job; 409 where seed 8 is asked for under the key of seed 7."""
    path, key = f"/scenarios/{scenario}/solves", {"Idempotency-Key": "once"}
    again = doors.ask("POST", path, json=WORK, headers=key)
    assert (again.status_code, again.json()["id"]) == (202, job["id"])
    other = doors.ask("POST", path, json={**WORK, "seed": 8}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "E606")
    assert doors.ask("POST", path, json=WORK, headers={"Idempotency-Key": "with space"}).status_code == 400


def test_events_are_numbered_end_with_the_end_and_can_be_resumed(doors: Doors, job: dict[str, Any]) -> None:
    """From queued to the end without a gap; from event 2 on, exactly the rest."""
    found = events_of(doors, job["id"])
    assert [number for number, _, _ in found] == list(range(1, len(found) + 1))
    assert found[0][1:] == ("state", {"at": found[0][2]["at"], "state": "queued"})
    assert found[-1][1] == "end"
    assert found[-1][2]["plan_id"] == job["plan_id"]
    assert any(kind == "incumbent" for _, kind, _ in found)
    assert events_of(doors, job["id"], "2") == found[2:]


def test_the_plan_of_a_job_is_the_final_one(doors: Doors, job: dict[str, Any], plan: dict[str, Any]) -> None:
    """Under /solves and /jobs alike; a solve has no other result, and says so."""
    for base in ("solves", "jobs"):
        best = doors.ask("GET", f"/{base}/{job['id']}/plan").json()
        assert (best["is_final"], best["plan"]) == (True, plan["plan"])
    none = doors.ask("GET", f"/jobs/{job['id']}/result")
    assert (none.status_code, none.json()["code"]) == (404, "E691")


def test_an_unchanged_plan_is_evaluated_to_what_it_is(doors: Doors, plan: dict[str, Any]) -> None:
    """No violation, no fen more or less, the same times."""
    told = doors.ask("POST", f"/plans/{plan['id']}:evaluate", json={"routes": routes_of(plan)}).json()
    assert (told["is_accepted"], told["violations"], told["cost_change_fen"]) == (True, [], 0)
    assert told["plan"]["routes"] == plan["plan"]["plan"]["routes"]


def test_a_changed_plan_is_timed_judged_and_priced(doors: Doors, plan: dict[str, Any]) -> None:
    """Without its last trip the plan is cheaper to run and dearer by penalties; greens are left out with it or not."""
    routes = routes_of(plan)
    dropped = routes[-1]["trips"].pop()
    left = {i for visit in dropped["visits"] for i in (*visit["deliver"], *visit["collect"])}
    told = doors.ask("POST", f"/plans/{plan['id']}:evaluate", json={"routes": routes}).json()
    assert set(told["unserved"]) == left
    assert told["operating_change_fen"] < 0 < told["cost_change_fen"]
    assert told["is_accepted"]


def test_a_change_that_breaks_a_rule_is_told_with_the_rule(doors: Doors, plan: dict[str, Any]) -> None:
    """Everything on one trip of one van: the referee names the rules in both languages, with moments."""
    visits = [visit for route in routes_of(plan) for trip in route["trips"] for visit in trip["visits"]]
    first = routes_of(plan)[0]
    routes = [{**first, "trips": [{"visits": visits}]}]
    told = doors.ask("POST", f"/plans/{plan['id']}:evaluate", json={"routes": routes}).json()
    assert not told["is_accepted"]
    rules = {violation["rule"] for violation in told["violations"]}
    assert rules
    assert all(violation["zh"] and violation["en"] for violation in told["violations"])
    assert all(v["at"] is None or v["at"].endswith("+08:00") for v in told["violations"])


def test_ids_that_the_scenario_does_not_have_are_refused_by_name(doors: Doors, plan: dict[str, Any]) -> None:
    """A vehicle, a place and a shipment that nobody knows: 422 with all three."""
    visit = {"place": "ATLANTIS", "deliver": ["NOTHING"]}
    routes = [{"vehicle_type": "zeppelin", "number": 1, "trips": [{"visits": [visit]}]}]
    answer = doors.ask("POST", f"/plans/{plan['id']}:evaluate", json={"routes": routes})
    assert (answer.status_code, answer.json()["code"]) == (422, "E658")
    assert all(name in answer.json()["en"] for name in ("zeppelin", "ATLANTIS", "NOTHING"))


def test_ways_for_an_order_are_ranked_and_leaving_it_out_is_one(doors: Doors, plan: dict[str, Any]) -> None:
    """The cheapest first; where D1 rides now costs nothing more; leaving it out costs its penalty."""
    told = doors.ask("POST", f"/plans/{plan['id']}:candidates", json={"order": "D1"}).json()["shipments"][0]
    changes = [option["total_change_fen"] for option in told["options"]]
    assert changes == sorted(changes)
    assert changes[0] <= 0
    left = next(option for option in told["options"] if option["kind"] == "leave_out")
    assert left["total_change_fen"] == told["penalty_fen"] + left["operating_change_fen"]
    unknown = doors.ask("POST", f"/plans/{plan['id']}:candidates", json={"order": "NO"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "E431")


def test_a_new_order_is_asked_about_without_being_stored(doors: Doors, plan: dict[str, Any]) -> None:
    """Three pieces for A ride with a van that goes there; left out they cost their penalty and nothing to run."""
    new = {"id": "N1", "origin": "H", "destination": "A", "pieces": 3, "brand": "中通"}
    answer = doors.ask("POST", f"/plans/{plan['id']}:candidates", json={"new_order": new})
    assert answer.status_code == 200, answer.text
    told = answer.json()["shipments"][0]
    left = next(option for option in told["options"] if option["kind"] == "leave_out")
    assert (left["total_change_fen"], left["operating_change_fen"]) == (told["penalty_fen"], 0)
    best = told["options"][0]
    assert (best["kind"], best["place"]) == ("carry", "A")
    assert best["total_change_fen"] == best["operating_change_fen"] < told["penalty_fen"]
    faulty = doors.ask("POST", f"/plans/{plan['id']}:candidates", json={"new_order": {**new, "origin": "NO"}})
    fault = faulty.json()["faults"][0]
    assert (faulty.status_code, fault["code"], fault["pointer"]) == (422, "E321", "/new_order/origin")
    assert doors.ask("POST", f"/plans/{plan['id']}:candidates", json={}).status_code == 422


def test_why_not_before_is_answered_with_a_rule_and_a_remedy(doors: Doors, plan: dict[str, Any]) -> None:
    """Parcels are ready at 08:00, so nothing is handed over before 08:00: the ready time is in the way."""
    body = {"order": "D4", "before_s": 8 * 3_600}
    told = doors.ask("POST", f"/plans/{plan['id']}:explain", json=body).json()["shipments"][0]
    assert told["is_carried"]
    assert told["best"] is None
    assert any("ready" in blocker["limits"] for blocker in told["blockers"])


def test_a_plan_is_exported_as_geojson_csv_xlsx_and_as_it_is(doors: Doors, plan: dict[str, Any]) -> None:
    """GeoJSON with [lon, lat], a table with a row a visit, a workbook without formulas, plan.json byte for byte."""
    path = f"/plans/{plan['id']}/export"
    assert doors.ask("GET", path, params={"format": "json"}).json() == plan["plan"]
    shapes = doors.ask("GET", path, params={"format": "geojson"}).json()["features"]
    lon, lat = next(f["geometry"]["coordinates"] for f in shapes if f["geometry"]["type"] == "Point")[:2]
    assert 73 < lon < 136
    assert 3 < lat < 54
    rows = list(csv.reader(io.StringIO(doors.ask("GET", path, params={"format": "csv"}).content.decode("utf-8-sig"))))
    visits = [v for r in plan["plan"]["plan"]["routes"] for t in r["trips"] for v in t["visits"]]
    assert len(rows) == 1 + len(visits)
    with zipfile.ZipFile(io.BytesIO(doors.ask("GET", path, params={"format": "xlsx"}).content)) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 4
        assert not any(b"<f>" in book.read(name) for name in sheets)
    assert doors.ask("GET", path, params={"format": "pdf"}).status_code == 422


def test_a_plan_goes_out_and_in_again_if_the_referee_accepts_it(
    doors: Doors, scenario: str, plan: dict[str, Any]
) -> None:
    """What was exported is stored again with the same digest; a trip that leaves at midnight is refused by rule."""
    stored = doors.ask("POST", f"/scenarios/{scenario}/plans", json=plan["plan"])
    assert stored.status_code == 201, stored.text
    assert (stored.json()["plan"], stored.json()["job_id"]) == (plan["plan"], None)
    assert stored.json()["cost_fen"] == plan["cost_fen"]
    broken = json.loads(json.dumps(plan["plan"]))
    broken["plan"]["routes"][0]["trips"][0]["load_start_s"] = 0
    refused = doors.ask("POST", f"/scenarios/{scenario}/plans", json=broken)
    assert (refused.status_code, refused.json()["code"]) == (422, "E661")
    assert refused.json()["faults"][0]["zh"].startswith("[")
    none = doors.ask("POST", f"/scenarios/{scenario}/plans", json={"plan": {"routes": "none"}})
    assert [fault["pointer"] for fault in none.json()["faults"]] == ["/plan/routes"]


def test_a_brand_sees_its_own_orders_and_no_other_brand(doors: Doors, plan: dict[str, Any]) -> None:
    """中通 has D1 and D2 once the plan is published; two others are too few for a total; costs are not for brands."""
    assert doors.ask("GET", f"/plans/{plan['id']}/brand", role="brand").status_code == 404
    doors.ask("POST", f"/plans/{plan['id']}:publish")
    published = doors.ask("GET", "/brand/plans", role="brand").json()["items"]
    assert [each["plan_id"] for each in published] == [plan["id"]]
    assert "cost_fen" not in published[0]
    told = doors.ask("GET", f"/plans/{plan['id']}/brand", role="brand")
    assert [order["order"] for order in told.json()["orders"]] == ["D1", "D2"]
    assert told.json()["statement"]["pieces"] == 30
    assert told.json()["others"] is None
    assert "邮政" not in told.text
    assert doors.ask("GET", f"/plans/{plan['id']}", role="brand").status_code == 403


def test_publishing_twice_is_publishing_once(doors: Doors, plan: dict[str, Any]) -> None:
    """The moment of the first time stays, and the audit log has one line."""
    first = doors.ask("POST", f"/plans/{plan['id']}:publish").json()["published_at"]
    assert first is not None
    assert doors.ask("POST", f"/plans/{plan['id']}:publish").json()["published_at"] == first
    listed = doors.ask("GET", "/plans", params={"published": True}).json()["items"]
    assert [each["id"] for each in listed] == [plan["id"]]
    deeds = doors.ask("GET", "/audit", role="admin", params={"most": 500}).json()["items"]
    assert [deed["action"] for deed in deeds].count("plan.publish") == 1
    assert doors.ask("POST", f"/plans/{plan['id']}:publish", role="planner").status_code == 403


def test_a_day_goes_on_after_an_order_is_cancelled(doors: Doors, plan: dict[str, Any]) -> None:
    """A replan runs in the quick lane, gives three answers, and its plan carries D1 no more."""
    body = {"events": {"now": "07:00", "cancelled": [{"order": "D1"}]}, **WORK, "answer": "smallest"}
    answer = doors.ask("POST", f"/plans/{plan['id']}:replan", json=body)
    assert (answer.status_code, answer.json()["lane"]) == (202, "quick"), answer.text
    done = ended(doors, answer.json()["id"])
    assert done["state"] == "done", done
    result = doors.ask("GET", f"/jobs/{done['id']}/result").json()
    assert set(result["answers"]) == {"smallest", "balanced", "cheapest"}
    assert doors.ask("GET", f"/plans/{done['plan_id']}").json()["job_id"] == done["id"]


def test_events_that_make_no_sense_are_refused_before_a_job_is_made(doors: Doors, plan: dict[str, Any]) -> None:
    """An unknown order and a vehicle number too high: two pointers into the request, no job."""
    before = len(doors.ask("GET", "/jobs", params={"most": 200}).json()["items"])
    events = {"cancelled": [{"order": "NO"}], "broken": [{"vehicle_type": "van", "number": 99}]}
    answer = doors.ask("POST", f"/plans/{plan['id']}:replan", json={"events": events, **WORK})
    assert answer.status_code == 422, answer.text
    assert {f["pointer"] for f in answer.json()["faults"]} == {"/events/cancelled/0/order", "/events/broken/0/number"}
    assert len(doors.ask("GET", "/jobs", params={"most": 200}).json()["items"]) == before


def test_a_fault_of_a_file_that_events_name_is_told_where_they_name_it(doors: Doors, plan: dict[str, Any]) -> None:
    """Past bug: the pointer was /files/orders.csv, which no request for a replan has."""
    events = {"closed": [{"lon": 109.3, "lat": 30.22, "radius_m": 5}, {"file": "orders.csv"}]}
    answer = doors.ask("POST", f"/plans/{plan['id']}:replan", json={"events": events, **WORK})
    assert answer.status_code == 422, answer.text
    assert {fault["pointer"] for fault in answer.json()["faults"]} == {"/events/closed/1/file"}


def test_a_small_scenario_is_solved_while_the_caller_waits(doors: Doors) -> None:
    """One request, one plan; 60 s are too long for it, and 413 names the other way."""
    answer = doors.ask("POST", "/solve", json=document(), params={"seconds": 1})
    assert answer.status_code in (200, 202), answer.text
    if answer.status_code == 200:
        assert answer.json()["plan"]["schema"] == "gongpei.plan"
    long = doors.ask("POST", "/solve", json=document(), params={"seconds": 60})
    assert (long.status_code, long.json()["code"]) == (413, "E649")
    assert "/api/v1/scenarios" in long.json()["remedy_en"]


def test_a_faulty_scenario_is_not_solved_while_the_caller_waits(doors: Doors) -> None:
    """All its faults are told instead, with their pointers, and nothing is stored."""
    orders = document()["orders"]
    orders[0]["destination"] = "NOWHERE"
    answer = doors.ask("POST", "/solve", json=document(orders=orders))
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["faults"]] == ["/orders/0/destination"]


def test_a_job_is_stopped_or_discarded_and_stays_so(doors: Doors, scenario: str) -> None:
    """A stopped solve is done with a plan, a discarded one is cancelled without; doing it again changes nothing."""
    path, hour = f"/scenarios/{scenario}/solves", {"seconds": 50}
    kept, gone = (doors.ask("POST", path, json=hour).json()["id"] for _ in range(2))
    cancelled = doors.ask("DELETE", f"/solves/{gone}").json()
    assert (cancelled["state"], cancelled["plan_id"]) == ("cancelled", None)
    until(lambda: doors.ask("GET", f"/jobs/{kept}/plan").status_code == 200)
    doors.ask("POST", f"/solves/{kept}:stop")
    done = ended(doors, kept)
    assert (done["state"], done["stopped"]) == ("done", True)
    assert doors.ask("DELETE", f"/jobs/{kept}").json()["state"] == "done"
    assert doors.ask("POST", f"/jobs/{gone}:stop").json()["state"] == "cancelled"


def test_jobs_are_listed_newest_first_a_page_at_a_time(doors: Doors, job: dict[str, Any]) -> None:
    """Pages of one follow each other by ``next`` down to the first job."""
    found, before = [], ""
    while True:
        page = doors.ask("GET", "/jobs", params={"most": 1, **({"before": before} if before else {})}).json()
        found += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        before = page["next"]
    assert found == sorted(found, reverse=True)
    assert job["id"] in found


def test_variants_that_make_no_sense_are_refused_before_a_job_is_made(doors: Doors, scenario: str) -> None:
    """A file of variants with an unknown word: 422 with the word, as the command line says it."""
    body = {"scenario_id": scenario, "variants": "[[variants]]\nid = 'a'\nmoon = 'full'\n", "days": 1, **WORK}
    answer = doors.ask("POST", "/comparisons", json=body)
    assert answer.status_code == 422
    assert any("moon" in fault["column"] for fault in answer.json()["faults"])
    assert {fault["pointer"] for fault in answer.json()["faults"]} == {"/variants"}  # a text has no places below it


def test_variants_that_speak_of_a_person_are_not_stored(doors: Doors, scenario: str) -> None:
    """Past bug: a telephone number in a comment lay in the job as it was sent."""
    body = {"scenario_id": scenario, "variants": "# 张三 13800000000\n[[variants]]\nid = 'a'\n", "days": 1, **WORK}
    answer = doors.ask("POST", "/comparisons", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "E631")
    assert [(fault["code"], fault["pointer"]) for fault in answer.json()["faults"]] == [("E685", "/variants")]
    assert "13800000000" not in answer.text


def test_a_full_queue_says_when_to_come_again(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two jobs may wait and nobody works: the third is 429 with Retry-After."""
    limits = Limits(queue_per_county=2)
    with open_doors("sqlite", tmp_path_factory.mktemp("doors"), limits) as doors:
        scenario = doors.ask("POST", "/scenarios", json=document()).json()["id"]
        path = f"/scenarios/{scenario}/solves"
        places = [doors.ask("POST", path, json=WORK).json()["queue_place"] for _ in range(2)]
        third = doors.ask("POST", path, json=WORK)
    assert places == [1, 2]
    assert (third.status_code, third.json()["code"]) == (429, "E604")
    assert int(third.headers["retry-after"]) >= 1


def test_answers_hold_what_the_page_tells_of_them_and_no_more(doors: Doors, plan: dict[str, Any]) -> None:
    """They are sent as they come from the benches, so that nothing but this holds them to their forms."""
    id_ = plan["id"]
    doors.ask("POST", f"/plans/{id_}:publish")
    for path, body, form in (
        (":evaluate", {"routes": routes_of(plan)}, EvaluatedGiven),
        (":evaluate", {"routes": []}, EvaluatedGiven),
        (":candidates", {"order": "D1"}, CandidatesGiven),
        (":explain", {"order": "D1", "vehicle": "truck#1"}, ReasonsGiven),
        (":explain", {"order": "D1", "before_s": 0}, ReasonsGiven),
    ):
        answer = doors.ask("POST", f"/plans/{id_}{path}", json=body)
        form.model_validate_json(answer.content, extra="forbid")
    of_brand = doors.ask("GET", f"/plans/{id_}/brand", role="brand")
    BrandGiven.model_validate_json(of_brand.content, extra="forbid")
