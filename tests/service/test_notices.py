"""Notices are owed with the end of a job, sent once, tried again and given up."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from api.service.notices import Allowed, owe, register, remove, send_due
from api.service.sealing import KeyRing
from api.service.tables import deliveries, webhooks
from api.service.webhooks import WAITS_S, target_of
from tests.service.rows import COUNTY, JOB, add_county, add_job, add_revision

if TYPE_CHECKING:
    from api.service.database import Database
    from api.service.webhooks import Target

RING = KeyRing(keys={"a": b"1" * 32})
OUTSIDE = Allowed(lookup=lambda *_: ("93.184.216.34",))
MOVED_INSIDE = Allowed(lookup=lambda *_: ("127.0.0.1",))


class Receiver:
    """Answers with the statuses that it was given and keeps what it got."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.got: list[tuple[Target, str, dict[str, Any]]] = []

    def __call__(self, target: Target, secret: str, event: dict[str, Any], timestamp: int) -> int:
        """Note the call and return the next status."""
        assert timestamp > 1_700_000_000
        self.got.append((target, secret, event))
        return self.statuses.pop(0)


@pytest.fixture
def owing(database: Database) -> Database:
    """Give a database that owes one notice."""
    with database.write() as connection:
        add_county(connection)
        add_revision(connection)
        add_job(connection)
        target = target_of("https://hub.example/x", lookup=OUTSIDE.lookup)
        hook = register(connection, RING, county_id=COUNTY, target=target, events=["done"])
        box = connection.execute(select(webhooks.c.secret_box)).scalar_one()
        assert hook.secret.encode() not in bytes(box)
        assert owe(connection, COUNTY, JOB, "failed", 5) == 0
        assert owe(connection, COUNTY, JOB, "done", 5) == 1
    return database


def state(database: Database) -> tuple[str, int | None, int]:
    with database.read() as connection:
        row = connection.execute(select(deliveries)).one()
    return row.state, row.status, row.attempt


def make_due(database: Database) -> None:
    with database.write() as connection:
        connection.execute(update(deliveries).values(due_ms=0))


def test_a_notice_is_sent_once_with_ids_and_state_only(owing: Database) -> None:
    receiver = Receiver(204)
    assert send_due(owing, RING, OUTSIDE, caller=receiver) == 1
    assert send_due(owing, RING, OUTSIDE, caller=receiver) == 0
    assert state(owing) == ("done", 204, 1)
    (_, _, event) = receiver.got[0]
    assert {k: event[k] for k in ("job", "kind", "state")} == {"job": JOB, "kind": "solve", "state": "done"}


def test_a_receiver_that_fails_is_asked_again_later_and_then_given_up(owing: Database) -> None:
    receiver = Receiver(*[500] * (len(WAITS_S) + 1))
    for attempt in range(len(WAITS_S)):
        assert send_due(owing, RING, OUTSIDE, caller=receiver) == 1
        assert state(owing) == ("due", 500, attempt + 1)
        assert send_due(owing, RING, OUTSIDE, caller=receiver) == 0
        make_due(owing)
    send_due(owing, RING, OUTSIDE, caller=receiver)
    assert state(owing)[0] == "given_up"


def test_a_name_that_now_points_inside_is_not_called(owing: Database) -> None:
    receiver = Receiver()
    send_due(owing, RING, MOVED_INSIDE, caller=receiver)
    assert receiver.got == []
    assert state(owing) == ("due", 0, 1)


@pytest.mark.parametrize("is_removed_first", [True, False])
def test_a_receiver_is_removed_while_a_job_ends(owing: Database, is_removed_first: bool) -> None:
    """Past bug: a notice was owed to a receiver that was just going, which ended the worker. Nothing is owed after."""
    with owing.read() as connection:
        hook_id = connection.execute(select(webhooks.c.id)).scalar_one()

    def remove_it() -> bool:
        with owing.write() as connection:
            return remove(connection, county_id=COUNTY, hook_id=hook_id)

    def owe_it() -> int:
        with owing.write() as connection:
            return owe(connection, COUNTY, JOB, "done", 5)

    with ThreadPoolExecutor(1) as other:
        with owing.write() as connection:
            if is_removed_first:
                assert remove(connection, county_id=COUNTY, hook_id=hook_id)
                second: Future[int] = other.submit(owe_it)
            else:
                assert owe(connection, COUNTY, JOB, "done", 5) == 1
                second = other.submit(remove_it)
            assert not wait([second], timeout=0.3).done
        assert second.result() == (0 if is_removed_first else True)
    with owing.read() as connection:
        assert connection.execute(select(deliveries.c.id)).all() == []


def test_a_redirect_is_no_acceptance(owing: Database) -> None:
    send_due(owing, RING, OUTSIDE, caller=Receiver(302))
    assert state(owing)[0] == "due"


def test_a_notice_that_breaks_its_sender_holds_up_no_other(owing: Database) -> None:
    """Past bug: after an error the rest of the batch was left and the bad one came first again."""
    with owing.write() as connection:
        assert owe(connection, COUNTY, JOB, "done", 5) == 1

    def breaking(target: Target, secret: str, event: dict[str, Any], timestamp: int) -> int:
        raise UnicodeEncodeError("ascii", "县", 0, 1, "no ASCII")

    assert send_due(owing, RING, OUTSIDE, caller=breaking) == 2
    with owing.read() as connection:
        assert list(connection.execute(select(deliveries.c.status)).scalars()) == [0, 0]
