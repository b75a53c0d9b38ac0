"""Jobs that come at once are accepted together and answered each for itself, on both databases."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.errors import InvalidInput
from api.service import intake, queue, revisions, stored_plans
from api.service.audit import verify
from api.service.auth import Caller
from api.service.database import hold
from api.service.intake import ACCEPTANCE, Intake
from api.service.jobs import QueueFull
from api.service.settings import Limits
from tests.service.jobs import county, now
from tests.service.rows import COUNTY, SCENARIO, add_county, add_job, add_revision

if TYPE_CHECKING:
    from api.service.database import Database
    from api.service.jobs import Submission

FOUR = Limits(queue_per_county=4)


@pytest.fixture
def always_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every count be gone on from, however few jobs are open."""
    monkeypatch.setattr(intake, "FEW", -1)
    monkeypatch.setattr(intake, "FRESH_S", 600)


def test_what_comes_at_once_is_answered_each_for_itself(database: Database) -> None:
    """Six wait for their turn: three are accepted, one is known, two are refused for what they are."""
    a = county(database)
    doors = Intake(database, Limits())
    first = doors.submit(replace(a, idempotency_key="k")).job
    asked = [a, a, a, replace(a, revision=2), replace(a, idempotency_key="k")]
    asked.append(replace(a, idempotency_key="k", request={"iterations": 2}))
    ready = threading.Barrier(len(asked) + 1)

    def send(submission: Submission) -> str:
        ready.wait()
        try:
            return "known" if doors.submit(submission).job.id == first.id else "new"
        except InvalidInput as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(asked)) as pool:
        with database.write() as connection:
            hold(connection, ACCEPTANCE)
            answers = pool.map(send, asked)
            ready.wait()
        assert Counter(answers) == {"new": 3, "known": 1, "E606": 1, "E637": 1}
    with database.read() as connection:
        assert (verify(connection).rows, verify(connection).broken_at) == (4, None)


def test_a_job_that_is_accepted_is_told_its_place(database: Database) -> None:
    """Of two counties by turns; sent again it is known, and its place is asked for anew."""
    a, b = county(database), county(database, "B")
    doors = Intake(database, FOUR)
    first = doors.submit(replace(a, idempotency_key="k"))
    places = [first.place, *(doors.submit(each).place for each in (a, b, a))]
    assert places == [1, 2, 1 + (b.county_id > a.county_id), 4]
    assert doors.submit(replace(a, idempotency_key="k")).place is None


@pytest.mark.usefixtures("always_goes_on")
def test_places_are_the_same_from_a_count_that_is_gone_on_from(database: Database) -> None:
    """Four jobs of one county, counted once."""
    a = county(database)
    doors = Intake(database, FOUR)
    assert [doors.submit(a).place for _ in range(4)] == [1, 2, 3, 4]


@pytest.mark.usefixtures("always_goes_on")
def test_what_another_process_accepts_counts_at_once(database: Database) -> None:
    """Two here and two there are four: the fifth is refused at both."""
    a = county(database)
    here, there = Intake(database, FOUR), Intake(database, FOUR)
    for doors in (here, there, here, there):
        doors.submit(a)
    for doors in (here, there):
        with pytest.raises(QueueFull, match=r"^E604 "):
            doors.submit(a)


@pytest.mark.usefixtures("always_goes_on")
def test_nobody_is_refused_by_an_old_count(database: Database) -> None:
    """One of four has been discarded: there is room again."""
    a = county(database)
    doors = Intake(database, FOUR)
    jobs = [doors.submit(a).job for _ in range(4)]
    queue.wish(database, a.county_id, jobs[0].id, "discard")
    assert now(database, doors.submit(a).job).state == "queued"


def test_a_scenario_that_gets_a_job_while_it_is_deleted_stays(database: Database) -> None:
    """The job is not yet seen when jobs are counted, and there when the rows are to go."""
    with database.write() as connection:
        add_county(connection)
        add_revision(connection)
    caller = Caller(key_id="key_1", county_id=COUNTY, role="planner")
    with ThreadPoolExecutor(1) as pool:
        with database.write() as connection:
            add_job(connection, state="queued")
            is_removed = pool.submit(revisions.remove, database, caller, SCENARIO)
            wait([is_removed], timeout=0.3)
        assert not is_removed.result()
    assert revisions.found(database, COUNTY, SCENARIO).number == 1


def test_a_plan_of_a_scenario_that_is_deleted_while_it_is_judged_is_not_kept(database: Database) -> None:
    """Past bug: a 500. The revision was there when it was looked up, and gone when the plan was to be stored."""
    with database.write() as connection:
        add_county(connection)
        add_revision(connection)
    caller = Caller(key_id="key_1", county_id=COUNTY, role="planner")
    revision = revisions.found(database, COUNTY, SCENARIO)
    assert revisions.remove(database, caller, SCENARIO)
    with pytest.raises(InvalidInput, match=r"^E637 "):
        stored_plans.keep(database, caller, revision, b"", {"cost_fen": 1, "unserved": 0})
    assert stored_plans.listed(database, COUNTY, most=9) == []


def test_a_replan_whose_plan_has_been_forgotten_meanwhile_is_refused(database: Database) -> None:
    """Accepted it could only fail; what is sent beside it is not touched."""
    a = county(database)
    doors = Intake(database, Limits())
    with pytest.raises(InvalidInput, match=r"^E637 "):
        doors.submit(replace(a, kind="replan", request={"plan": "pln_gone", "events": ""}))
    assert doors.submit(a).place == 1
