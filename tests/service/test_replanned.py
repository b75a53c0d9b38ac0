"""A plan that came out of a replan: asked about, exported, shared out, published and replanned once more."""

from __future__ import annotations

import csv
import io
import json
import shutil
import threading
import zlib
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock

import pytest

from api.cli import main
from api.schemas import Origin, PlanFile, from_tiered, to_tiered
from api.service.asking import ANSWERS
from api.service.documents import toml_of
from api.service.folders import stored_files, write_files
from api.service.questions import Asked
from api.service.replanned import day_of
from api.service.revisions import content_of
from api.service.work import replanning
from api.service.work.desk import PAST, PLAN, Desk
from tests.service.doors import Doors, document, planning_doors
from tests.service.test_http_jobs import ended, routes_of
from tests.service.test_tiered_county import THREE, day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORK = {"iterations": 1, "seed": 1}


def added(at: str, order: str, **columns: Any) -> dict[str, Any]:
    """Return the events that an order comes in at ``at``: 5 pieces of 中通 for village C."""
    new = {"id": order, "origin": "H", "destination": "C", "brand": "中通", "pieces": 5, "weight_kg": 8.0}
    return {"now": at, "added": [{**new, "volume_l": 30.0, **columns}]}


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """Give an application with a worker beside it."""
    with planning_doors(tmp_path_factory.mktemp("doors")) as found:
        yield found


@pytest.fixture(scope="module")
def base(doors: Doors) -> dict[str, Any]:
    """Plan the four villages."""
    scenario = doors.ask("POST", "/scenarios", json=document()).json()["id"]
    job = ended(doors, doors.ask("POST", f"/scenarios/{scenario}/solves", json=WORK).json()["id"])
    found: dict[str, Any] = doors.ask("GET", f"/plans/{job['plan_id']}").json()
    return found


@pytest.fixture(scope="module")
def plan(doors: Doors, base: dict[str, Any]) -> dict[str, Any]:
    """Replan it at 09:10, when N1 comes in."""
    return replanned(doors, base, added("09:10", "N1"))


def replanned(doors: Doors, plan: dict[str, Any], events: dict[str, Any]) -> dict[str, Any]:
    """Return the plan with the smallest change after events."""
    body = {"events": events, **WORK, "answer": "smallest"}
    answer = doors.ask("POST", f"/plans/{plan['id']}:replan", json=body)
    assert answer.status_code == 202, answer.text
    done = ended(doors, answer.json()["id"])
    assert done["state"] == "done", done
    found: dict[str, Any] = doors.ask("GET", f"/plans/{done['plan_id']}").json()
    return found


@pytest.mark.slow
def test_the_plan_is_that_of_the_command_and_so_is_what_it_costs(
    doors: Doors, base: dict[str, Any], plan: dict[str, Any], tmp_path: Path
) -> None:
    """``gongpei replan`` on the same folder gives the same trips; untouched, they are evaluated to not a fen more."""
    content = content_of(doors.database, doors.counties["a"], base["scenario_id"], base["revision"])
    write_files(stored_files(content), tmp_path / "four")
    (tmp_path / "events.toml").write_text(toml_of(added("09:10", "N1")), "utf-8")
    (tmp_path / "plan.json").write_text(json.dumps(base["plan"]), "utf-8")
    line = ["replan", str(tmp_path / "four"), str(tmp_path / "plan.json"), "--events", str(tmp_path / "events.toml")]
    assert main([*line, "--iterations", "1", "--seed", "1", "--out", str(tmp_path)]) == 0
    told = json.loads((tmp_path / "plan-smallest.json").read_text("utf-8"))
    assert plan["plan"]["plan"] == told["plan"]
    same = doors.ask("POST", f"/plans/{plan['id']}:evaluate", json={"routes": routes_of(plan)}).json()
    assert (same["is_accepted"], same["violations"], same["cost_change_fen"]) == (True, [], 0)
    assert same["cost"]["total_fen"] == sum(told["plan"]["cost"].values()) == plan["cost_fen"]


@pytest.mark.slow
def test_the_order_that_came_in_is_explained_and_offered_from_now_on(doors: Doors, plan: dict[str, Any]) -> None:
    """N1 is carried; no way that is offered hands it over before 09:10, and leaving it out costs its penalty."""
    (told,) = doors.ask("POST", f"/plans/{plan['id']}:explain", json={"order": "N1"}).json()["shipments"]
    assert told["is_carried"]
    (offered,) = doors.ask("POST", f"/plans/{plan['id']}:candidates", json={"order": "N1"}).json()["shipments"]
    assert offered["now"] == told["now"]
    assert all(option["start_s"] >= 33_000 for option in offered["options"] if option["kind"] == "carry")
    left = next(option for option in offered["options"] if option["kind"] == "leave_out")
    assert left["total_change_fen"] == offered["penalty_fen"] + left["operating_change_fen"]


@pytest.mark.slow
def test_the_lists_of_the_changed_day_have_the_order_that_came_in(doors: Doors, plan: dict[str, Any]) -> None:
    """Where the plan hands N1 over, the table of visits, the workbook and the map have it; no rule is broken."""
    (told,) = doors.ask("POST", f"/plans/{plan['id']}:explain", json={"order": "N1"}).json()["shipments"]
    where = {"format": "csv", "table": "visits"}
    text = doors.ask("GET", f"/plans/{plan['id']}/export", params=where).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert any(told["shipment"] in cell for row in rows for cell in row)
    for format_ in ("xlsx", "geojson"):
        answer = doors.ask("GET", f"/plans/{plan['id']}/export", params={"format": format_})
        assert answer.status_code == 200, answer.text


@pytest.mark.slow
def test_a_brand_pays_for_the_order_that_came_in(doors: Doors, plan: dict[str, Any]) -> None:
    """中通 has 30 pieces on the day as planned, and 35 once N1 has come."""
    assert doors.ask("POST", f"/plans/{plan['id']}:publish").status_code == 200
    told = doors.ask("GET", f"/plans/{plan['id']}/brand", role="brand").json()
    assert [order["order"] for order in told["orders"]] == ["D1", "D2", "N1"]
    assert all(order["is_served"] for order in told["orders"])
    assert told["statement"]["pieces"] == told["statement"]["carried_pieces"] == 35


@pytest.mark.slow
def test_the_day_goes_on_a_second_time(doors: Doors, plan: dict[str, Any]) -> None:
    """N2 comes at 10:30: both orders are carried; N1 again would be the same name twice, and may be cancelled now."""
    again = doors.ask("POST", f"/plans/{plan['id']}:replan", json={"events": added("10:30", "N1"), **WORK})
    assert (again.status_code, [f["pointer"] for f in again.json()["faults"]]) == (422, ["/events/added/0/id"])
    later = replanned(doors, plan, added("10:30", "N2", destination="A"))
    for order in ("N1", "N2"):
        told = doors.ask("POST", f"/plans/{later['id']}:explain", json={"order": order}).json()
        assert told["shipments"][0]["is_carried"], told
    same = doors.ask("POST", f"/plans/{later['id']}:evaluate", json={"routes": routes_of(later)}).json()
    assert (same["violations"], same["cost_change_fen"]) == ([], 0)


@pytest.mark.slow
def test_a_day_across_tiers_goes_on_twice_and_its_plans_are_asked_like_any_other(tmp_path: Path) -> None:
    """X1 comes at 09:10 and X2 at 10:30: both plans hold, keep their cost, and are explained, drawn and shared out."""
    county, _, plan = day()
    shutil.copytree(THREE, tmp_path / "scenario", ignore=shutil.ignore_patterns("cache"))
    stored = zlib.compress(from_tiered(plan, Origin()).model_dump_json(by_alias=True).encode())
    model = next(o for o in county.scenario.orders if o.destination == "V009")
    past: list[dict[str, str]] = []
    for at, name in (("09:10", "X1"), ("10:30", "X2")):
        events = toml_of(added(at, name, origin=model.origin, destination="V009", brand=model.brand))
        desk = Desk(
            folder=tmp_path,
            cache=tmp_path / "cache",
            request={**WORK, "plan": "pln_1", "events": events, "answer": "smallest"},
            most_s=60,
            most_workers=1,
            tell=MagicMock(),
            cancel=threading.Event(),
        )
        (tmp_path / PLAN).write_bytes(stored)
        (tmp_path / PAST).write_text(json.dumps(past), "utf-8")
        past = [*past, {"plan": b64encode(stored).decode(), "events": events}]
        done = replanning.run(desk)
        assert done.plan is not None
        stored = done.plan
        (tmp_path / name).mkdir()
        then = day_of(county, past, tmp_path / name)
        record = PlanFile.model_validate_json(zlib.decompress(stored))
        assert then.judge(to_tiered(record)) == ()
        asked = {"plan": b64encode(stored).decode(), "revision": 1}

        def told(ask: str, **more: Any) -> Any:
            question = {"ask": ask, **asked, **more}  # noqa: B023 - asked before the next round
            return ANSWERS[ask](Asked(county=then.county, day=then, question=question, folder=tmp_path / name))  # noqa: B023

        same = told("evaluate", routes=routes_of({"plan": json.loads(record.model_dump_json())}))
        assert (same["violations"], same["cost_change_fen"]) == ([], 0)
        (why,) = told("explain", order=name, vehicle=None, before_s=None)["shipments"]
        assert why["is_carried"]
        (ways,) = told("candidates", order=name, added=None, most=2)["shipments"]
        assert ways["now"] is not None
        assert name in [order["order"] for order in told("brand", brand=model.brand, has_totals=True)["orders"]]
        for what in ("visits", "xlsx", "geojson"):
            assert told("export", what=what)["content"]
