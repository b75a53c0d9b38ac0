"""The queue keeps its promises to workers and about them, on both databases."""

from __future__ import annotations

import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from api.service import claims, queue
from api.service.claims import Lost
from api.service.database import open_database
from api.service.jobs import Outcome, failure_of
from api.service.tables import checkpoints, jobs, plans, results
from tests.service.jobs import LEASE_MS, claim, county, kinds, now, submit

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from api.service.database import Database
    from api.service.jobs import Claim

PLAN = Outcome(plan=zlib.compress(b"{}"), cost_fen=12, unserved=1)


def let_the_lease_end(database: Database, held: Claim) -> None:
    """Set the end of the lease to long ago, as if the worker had been silent."""
    with database.write() as connection:
        connection.execute(update(jobs).where(jobs.c.id == held.job.id).values(lease_until_ms=1))


def test_an_empty_queue_has_nothing_to_claim(database: Database) -> None:
    """None, neither at first nor after the only job was claimed."""
    assert claims.claim(database, "w1", LEASE_MS) is None
    submit(database, county(database))
    claim(database)
    assert claims.claim(database, "w2", LEASE_MS) is None


def test_workers_that_claim_at_once_serve_two_counties_in_turn(database: Database) -> None:
    """Six slots of three workers empty a queue of 2 x 15: never is one county two ahead."""
    for each in (county(database), county(database, "B")):
        for _ in range(15):
            submit(database, each)
    taken: list[Claim] = []

    def work(worker: Database, name: str) -> None:
        while len(taken) < 30:
            held = claims.claim(worker, name, LEASE_MS)
            if held is not None:
                taken.append(held)

    url = database.engine.url.render_as_string(hide_password=False)
    with ExitStack() as stack:
        workers = [stack.enter_context(closing(open_database(url))) for _ in range(3)]
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(work, workers * 2, "abcdef"))
    served = [each.job.county_id for each in sorted(taken, key=lambda each: each.job.started_ms or 0)]
    leads = [abs(2 * served[:count].count(served[0]) - count) for count in range(1, 31)]
    assert (max(leads), leads[-1]) == (1, 0)


def test_a_claim_brings_the_content_of_its_revision(database: Database) -> None:
    """What was stored is what the worker gets."""
    submit(database, county(database, content=b"\x00zip\xff"))
    held = claim(database)
    assert (held.content, held.job.attempt, held.job.state) == (b"\x00zip\xff", 1, "preparing")


def test_a_result_is_stored_with_the_end_of_its_job(database: Database) -> None:
    """Plan, state and end event name each other."""
    job = submit(database, county(database))
    plan_id = claims.finish(database, claim(database), PLAN)
    after = now(database, job)
    assert (after.state, after.plan_id, after.cost_fen, after.unserved) == ("done", plan_id, 12, 1)
    last = queue.events_after(database, job.id, 0, 10)[-1]
    assert (last.kind, last.data["plan_id"]) == ("end", plan_id)


def test_a_silent_workers_job_goes_to_another_from_its_checkpoint(database: Database) -> None:
    """Attempt 2 has the plan that attempt 1 left."""
    submit(database, county(database))
    first = claim(database)
    claims.checkpoint(database, first, b"best", 5)
    claims.checkpoint(database, first, b"better", 4)
    assert claims.claim(database, "w2", LEASE_MS) is None
    let_the_lease_end(database, first)
    second = claim(database, "w2")
    assert (second.job.id, second.job.attempt, second.checkpoint) == (first.job.id, 2, b"better")


@pytest.mark.parametrize("deed", ["note", "checkpoint", "finish", "fail", "cancel", "retry", "give_back"])
def test_who_has_lost_a_job_changes_nothing_of_it(database: Database, deed: str) -> None:
    """Attempt 1 is late: its write is refused, and attempt 2 stores the one result."""
    job = submit(database, county(database))
    first = claim(database)
    let_the_lease_end(database, first)
    second = claim(database, "w2")
    late = {
        "note": lambda: claims.note(database, first, [("log", {})], {"phase": "solve"}),
        "checkpoint": lambda: claims.checkpoint(database, first, b"", 1),
        "finish": lambda: claims.finish(database, first, PLAN),
        "fail": lambda: claims.fail(database, first, failure_of("E607", attempts=3)),
        "cancel": lambda: claims.cancel(database, first),
        "retry": lambda: claims.retry(database, first, why=""),
        "give_back": lambda: claims.give_back(database, first),
    }[deed]
    before = (now(database, job), kinds(database, job))
    with pytest.raises(Lost):
        late()
    assert (now(database, job), kinds(database, job)) == before
    claims.finish(database, second, PLAN)
    with pytest.raises(Lost):
        late()
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(plans)) == 1
        assert connection.scalar(select(func.count()).select_from(results)) == 0
        assert connection.scalar(select(func.count()).select_from(checkpoints)) == 0


def test_the_same_worker_that_claims_again_has_lost_its_older_claim(database: Database) -> None:
    """The number of the attempt is the fence, not the name."""
    submit(database, county(database))
    first = claim(database, "w1")
    let_the_lease_end(database, first)
    claim(database, "w1")
    with pytest.raises(Lost):
        claims.finish(database, first, PLAN)


def test_after_three_attempts_a_job_fails_and_its_input_is_kept(database: Database) -> None:
    """Three workers fall silent; the fourth look finds E607 in place of a claim."""
    a = county(database)
    job = submit(database, a)
    for _ in range(3):
        let_the_lease_end(database, claim(database))
    assert claims.claim(database, "w4", LEASE_MS) is None
    after = now(database, job)
    assert (after.state, after.attempt) == ("failed", 3)
    assert after.failure is not None
    assert after.failure["code"] == "E607"
    assert after.request == a.request


def test_a_process_that_dies_costs_an_attempt(database: Database) -> None:
    """Three retries of one worker, and the job has failed."""
    job = submit(database, county(database))
    for _ in range(3):
        claims.retry(database, claim(database), why="killed")
    assert now(database, job).state == "failed"
    assert kinds(database, job).count("queued") == 3


def test_what_is_given_back_in_order_costs_no_attempt(database: Database) -> None:
    """Five workers are told to end; the sixth may still do it."""
    job = submit(database, county(database))
    for _ in range(5):
        claims.give_back(database, claim(database))
    held = claim(database)
    assert (held.job.attempt, held.job.attempts_left) == (6, 2)
    claims.finish(database, held, PLAN)
    assert now(database, job).state == "done"


def test_heartbeats_keep_a_job_from_being_taken_over(database: Database) -> None:
    """A lease that was about to end is extended; a claim that is gone is told so."""
    claims.register(database, "w1", host="h", pid=1, version="0")
    submit(database, county(database))
    held = claim(database, lease_ms=1_000)
    assert claims.heartbeat(database, "w1", [held], 60_000) == {held.job.id: ""}
    job = now(database, held.job)
    assert job.lease_until_ms - held.job.lease_until_ms > 50_000
    queue.wish(database, job.county_id, job.id, "discard")
    assert claims.heartbeat(database, "w1", [held], 60_000) == {held.job.id: "lost"}


def test_a_lease_that_ends_while_a_claim_waits_for_the_database_is_not_held_against_its_holder(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past bug: a claim that had waited 60 s took a healthy job whose heartbeat had waited as long."""
    submit(database, county(database))
    held = claim(database, lease_ms=-1_000)  # it has ended: there is something to look for

    def held_up(connection: Connection, lock: int) -> int:
        clock.append(clock[-1] + 60)
        return hold(connection, lock) + 60_000

    clock, hold = [0.0], claims.hold
    monkeypatch.setattr(claims, "hold", held_up)
    monkeypatch.setattr(claims, "monotonic", lambda: clock[-1])
    with database.write() as connection:
        connection.execute(update(jobs).values(lease_until_ms=held.job.lease_until_ms + 30_000))
    monkeypatch.setattr(claims, "_is_any", lambda *_: True)
    assert claims.claim(database, "w2", LEASE_MS) is None
    monkeypatch.setattr(claims, "hold", lambda *given: hold(*given) + 60_000)
    taken = claims.claim(database, "w2", LEASE_MS)
    assert taken is not None
    assert taken.job.attempt == 2


def test_jobs_that_a_worker_is_at_are_not_taken_over_by_itself(database: Database) -> None:
    """Their leases have ended, by a jump of the clock perhaps; another worker may take them."""
    submit(database, county(database))
    held = claim(database, lease_ms=-1_000)
    assert claims.claim(database, "w1", LEASE_MS, held=[held.job.id]) is None
    assert claims.claim(database, "w2", LEASE_MS, waiting_only=True) is None
    assert claims.claim(database, "w2", LEASE_MS) is not None


def test_a_stop_wished_for_before_a_takeover_is_told_to_the_next_worker(database: Database) -> None:
    """The wish stays with the job."""
    job = submit(database, county(database))
    first = claim(database)
    claims.checkpoint(database, first, b"best", 5)
    queue.wish(database, job.county_id, job.id, "stop")
    claims.retry(database, first, why="killed")
    assert claims.wishes(database, [claim(database, "w2")]) == {job.id: "stop"}


def test_a_stop_of_a_waiting_job_ends_it_at_once_with_the_plan_of_an_earlier_attempt(database: Database) -> None:
    """Nobody is at work: the checkpoint is the plan, one place unserved, and there is nothing more to claim."""
    job = submit(database, county(database))
    first = claim(database)
    plan = zlib.compress(b'{"plan": {"unserved": [1]}, "origin": {"versions": {"gongpei": "1"}}}')
    claims.checkpoint(database, first, plan, 5)
    claims.give_back(database, first)
    after = queue.wish(database, job.county_id, job.id, "stop")
    assert after is not None
    assert (after.state, after.cost_fen, after.unserved, after.stopped) == ("done", 5, 1, True)
    with database.read() as connection:
        stored = connection.execute(select(plans.c.id, plans.c.content, plans.c.unserved)).one()
    assert (stored.id, stored.content, stored.unserved) == (after.plan_id, plan, 1)
    assert kinds(database, job)[-1] == "end"
    assert claims.claim(database, "w2", LEASE_MS) is None


def test_a_job_of_an_older_version_is_claimed_by_a_newer_worker(database: Database) -> None:
    """Nothing of a job is bound to the program that accepted it."""
    job = submit(database, county(database))
    with database.write() as connection:
        connection.execute(update(jobs).where(jobs.c.id == job.id).values(versions={"gongpei": "0.0.1"}))
    held = claim(database)
    claims.finish(database, held, Outcome(plan=b"", cost_fen=0, unserved=0, versions={"gongpei": "0.1.0"}))
    assert now(database, job).versions == {"gongpei": "0.1.0"}
