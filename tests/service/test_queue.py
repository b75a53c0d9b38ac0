"""The queue keeps its promises to those who submit, on both databases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from api.errors import InvalidInput
from api.service import claims, queue
from api.service.audit import deeds, verify
from api.service.intake import Intake
from api.service.jobs import Outcome, QueueFull
from api.service.settings import Limits
from api.service.tables import jobs
from tests.service.jobs import claim, county, kinds, now, submit

if TYPE_CHECKING:
    from api.service.database import Database
    from api.service.jobs import Claim, Submission


def test_the_same_key_for_the_same_request_is_the_same_job(database: Database) -> None:
    """Twice sent is once accepted, even after the job has ended."""
    a = county(database)
    first = submit(database, a, idempotency_key="k")
    assert submit(database, a, idempotency_key="k") == first
    queue.wish(database, a.county_id, first.id, "discard")
    assert submit(database, a, idempotency_key="k").id == first.id
    with database.read() as connection:
        assert [row["action"] for row in deeds(connection, county_id=a.county_id)] == ["job.submit", "job.discard"]


def test_who_ended_a_job_stands_in_the_audit_unless_it_had_ended(database: Database) -> None:
    """One key stops, another discards; a third comes too late."""
    a = county(database)
    job = submit(database, a)
    claim(database)
    for wanted, key in (("stop", "key_1"), ("discard", "key_2"), ("discard", "key_3")):
        queue.wish(database, a.county_id, job.id, wanted, key_id=key)
    with database.read() as connection:
        found = [(deed["action"], deed["object"], deed["key_id"]) for deed in deeds(connection, county_id=a.county_id)]
    assert found[1:] == [("job.stop", job.id, "key_1"), ("job.discard", job.id, "key_2")]


def test_the_same_key_for_another_request_is_refused(database: Database) -> None:
    """E606 names the job that has the key."""
    a = county(database)
    first = submit(database, a, idempotency_key="k")
    with pytest.raises(InvalidInput) as caught:
        submit(database, a, idempotency_key="k", request={"iterations": 2})
    assert (caught.value.code, caught.value.values["job"]) == ("E606", first.id)


def test_counties_may_use_the_same_key(database: Database) -> None:
    """A key belongs to its county."""
    a, b = county(database), county(database, "B")
    assert submit(database, a, idempotency_key="k").id != submit(database, b, idempotency_key="k").id


def test_a_key_sent_by_many_at_once_is_accepted_once(database: Database) -> None:
    """Eight threads, one job."""
    a = county(database)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: submit(database, a, idempotency_key="k").id, range(8)))
    assert len(set(found)) == 1


def test_a_county_may_have_so_many_jobs_and_all_together_so_many(database: Database) -> None:
    """Two of A, then E604; one of B, then E605 for C; each says when to try again."""
    a, b, c = county(database), county(database, "B"), county(database, "C")
    intake = Intake(database, Limits(queue_per_county=2, queue_in_all=3))
    for each in (a, a, b):
        intake.submit(each)
    for each, code in ((a, "E604"), (c, "E605")):
        with pytest.raises(QueueFull) as caught:
            intake.submit(each)
        assert caught.value.code == code
        assert caught.value.retry_after_s >= 1


def test_limits_hold_when_many_submit_at_once(database: Database) -> None:
    """Of sixteen at once, at two intakes as two processes have them, five are accepted, no more."""
    a, refused = county(database), []
    intakes = [Intake(database, Limits(queue_per_county=5)) for _ in range(2)]

    def send(number: int) -> None:
        try:
            intakes[number % 2].submit(a)
        except QueueFull as full:
            refused.append(full)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(send, range(16)))
    assert len(refused) == 11


def test_accepted_jobs_stand_in_the_audit(database: Database) -> None:
    """Five threads write one chain."""
    a = county(database)
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda _: submit(database, a), range(25)))
    with database.read() as connection:
        verdict = verify(connection)
    assert (verdict.rows, verdict.broken_at) == (25, None)


def test_another_countys_job_is_not_there(database: Database) -> None:
    """Neither found nor discarded."""
    a, b = county(database), county(database, "B")
    job = submit(database, a)
    assert queue.find(database, b.county_id, job.id) is None
    assert queue.wish(database, b.county_id, job.id, "discard") is None
    assert now(database, job).state == "queued"


def test_two_counties_are_served_in_turn_though_one_came_first(database: Database) -> None:
    """A's 30 jobs are all older than B's 30; never are two more served of one than of the other."""
    a, b = county(database), county(database, "B")
    for each in (a, b):
        for _ in range(30):
            submit(database, each)
    ahead, worst = 0, 0
    for _ in range(60):
        ahead += 1 if claim(database).job.county_id == a.county_id else -1
        worst = max(worst, abs(ahead))
    assert (ahead, worst) == (0, 1)


def test_the_quick_lane_goes_first(database: Database) -> None:
    """A replan that comes last is served first."""
    a = county(database)
    submit(database, a)
    quick = submit(database, a, lane="quick")
    assert claim(database).job.id == quick.id


def test_the_place_in_the_queue_is_the_order_in_which_jobs_are_served(database: Database) -> None:
    """Ten jobs of three counties in two lanes: what the places say is how claims come."""
    a, b, c = county(database), county(database, "B"), county(database, "C")
    claims.finish(database, _claimed(database, b), Outcome())
    waiting = [submit(database, each) for each in (a, a, b, a, c, b, a)]
    waiting += [submit(database, each, lane="quick") for each in (b, a, b)]
    places = {job.id: queue.place_in_queue(database, job) for job in waiting}
    served = [claim(database).job.id for _ in waiting]
    # the ordinary lane's turns are moved by the quick lane's, so within it only the first lane is sure
    assert [places[each] for each in served[:3]] == [1, 2, 3]
    assert sorted(places.values()) == list(range(1, 11))


def test_places_of_one_lane_are_the_order_in_which_it_is_served(database: Database) -> None:
    """Seven jobs of three counties, one of which has had a turn."""
    a, b, c = county(database), county(database, "B"), county(database, "C")
    claims.finish(database, _claimed(database, b), Outcome())
    waiting = [submit(database, each) for each in (a, a, b, a, c, b, a)]
    places = {job.id: queue.place_in_queue(database, job) for job in waiting}
    assert [places[claim(database).job.id] for _ in waiting] == [1, 2, 3, 4, 5, 6, 7]


def _claimed(database: Database, submission: Submission) -> Claim:
    submit(database, submission)
    return claim(database)


def test_discard_ends_a_waiting_job_and_one_at_work_at_once(database: Database) -> None:
    """Both are cancelled; the worker's claim is lost."""
    a = county(database)
    working, waiting = submit(database, a), submit(database, a)
    held = claim(database)
    for job in (waiting, working):
        after = queue.wish(database, a.county_id, job.id, "discard")
        assert after is not None
        assert after.state == "cancelled"
    assert claims.wishes(database, [held]) == {held.job.id: "lost"}
    assert kinds(database, waiting) == ["queued", "end"]


def test_stop_is_told_to_the_worker_and_without_one_cancels(database: Database) -> None:
    """There is nothing to keep of a job that nobody has begun."""
    a = county(database)
    first, second = submit(database, a), submit(database, a)
    held = claim(database)
    assert held.job.id == first.id
    queue.wish(database, a.county_id, first.id, "stop")
    queue.wish(database, a.county_id, second.id, "stop")
    assert claims.wishes(database, [held]) == {first.id: "stop"}
    assert now(database, second).state == "cancelled"


def test_an_ended_job_takes_no_wish(database: Database) -> None:
    """Done stays done."""
    a = county(database)
    job = submit(database, a)
    claims.finish(database, claim(database), Outcome())
    after = queue.wish(database, a.county_id, job.id, "discard")
    assert after is not None
    assert after.state == "done"


def test_events_go_on_from_where_a_reader_was(database: Database) -> None:
    """Numbers have no gap; after number 2 come 3 and 4."""
    a = county(database)
    job = submit(database, a)
    held = claim(database)
    claims.note(database, held, [("log", {"text": "x"}), ("log", {"text": "y"})])
    assert [e.number for e in queue.events_after(database, job.id, 0, 10)] == [1, 2, 3, 4]
    assert [e.data.get("text") for e in queue.events_after(database, job.id, 2, 10)] == ["x", "y"]
    assert [e.number for e in queue.events_after(database, job.id, 1, 1)] == [2]


def test_claims_of_many_workers_at_once_never_share_a_job(database: Database) -> None:
    """Four threads empty a queue of 40 of two counties: 40 claims, each job once."""
    a, b = county(database), county(database, "B")
    for each in (a, b):
        for _ in range(20):
            submit(database, each)
    taken: list[str] = []
    left = threading.Event()

    def work(name: str) -> None:
        while not left.is_set():
            found = claims.claim(database, name, 60_000)
            if found is not None:
                taken.append(found.job.id)
            if len(taken) >= 40:
                left.set()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, ("w1", "w2", "w3", "w4")))
    assert len(taken) == len(set(taken)) == 40
    with database.read() as connection:
        assert connection.scalar(select(func.max(jobs.c.attempt))) == 1


def test_a_digest_knows_the_whole_request(database: Database) -> None:
    """The order of fields does not matter, every value does."""
    a = county(database)
    assert replace(a, request={"x": 1, "y": 2}).digest == replace(a, request={"y": 2, "x": 1}).digest
    assert a.digest != replace(a, revision=2).digest != replace(a, lane="quick").digest
