"""Notices are owed with the end of a job, sent once, tried again and given up."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from api.errors import InvalidInput
from api.service import claims, notices
from api.service.jobs import Outcome
from api.service.notices import Allowed, Senders, owe, register, remove, send_next
from api.service.sealing import KeyRing
from api.service.tables import deliveries, webhooks
from api.service.webhooks import WAITS_S, call, target_of
from tests.service.jobs import claim, county, submit
from tests.service.receivers import receiver_of
from tests.service.rows import COUNTY, JOB, add_county, add_job, add_revision
from tests.service.workers import until

if TYPE_CHECKING:
    from api.service.database import Database
    from api.service.webhooks import Target

RING = KeyRing(keys={"a": b"1" * 32})
OUTSIDE = Allowed(lookup=lambda *_: ("93.184.216.34",))
LOOPBACK = Allowed(hosts=("localhost",), lookup=lambda *_: ("127.0.0.1",))
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
        hook = register(connection, RING, county_id=COUNTY, target=target, events=["done"], most=1)
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
    assert send_next(owing, RING, OUTSIDE, COUNTY, caller=receiver)
    assert not send_next(owing, RING, OUTSIDE, COUNTY, caller=receiver)
    assert state(owing) == ("done", 204, 1)
    (_, _, event) = receiver.got[0]
    assert {k: event[k] for k in ("job", "kind", "state")} == {"job": JOB, "kind": "solve", "state": "done"}


def test_a_receiver_that_fails_is_asked_again_later_and_then_given_up(owing: Database) -> None:
    receiver = Receiver(*[500] * (len(WAITS_S) + 1))
    for attempt in range(len(WAITS_S)):
        assert send_next(owing, RING, OUTSIDE, COUNTY, caller=receiver)
        assert state(owing) == ("due", 500, attempt + 1)
        assert not send_next(owing, RING, OUTSIDE, COUNTY, caller=receiver)
        make_due(owing)
    send_next(owing, RING, OUTSIDE, COUNTY, caller=receiver)
    assert state(owing)[0] == "given_up"


def test_a_name_that_now_points_inside_is_not_called(owing: Database) -> None:
    receiver = Receiver()
    send_next(owing, RING, MOVED_INSIDE, COUNTY, caller=receiver)
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
    send_next(owing, RING, OUTSIDE, COUNTY, caller=Receiver(302))
    assert state(owing)[0] == "due"


def test_a_notice_that_breaks_its_sender_holds_up_no_other(owing: Database) -> None:
    """Past bug: after an error the rest of the batch was left and the bad one came first again."""
    with owing.write() as connection:
        assert owe(connection, COUNTY, JOB, "done", 5) == 1

    def breaking(target: Target, secret: str, event: dict[str, Any], timestamp: int) -> int:
        raise UnicodeEncodeError("ascii", "县", 0, 1, "no ASCII")

    assert [send_next(owing, RING, OUTSIDE, COUNTY, caller=breaking) for _ in range(3)] == [True, True, False]
    with owing.read() as connection:
        assert list(connection.execute(select(deliveries.c.status)).scalars()) == [0, 0]


def owed(database: Database, url: str, count: int = 1) -> str:
    """Have a county of its own be owed notices at ``url``, and return it."""
    made = county(database)
    target = target_of(url, LOOPBACK.hosts, LOOPBACK.lookup)
    with database.write() as connection:
        register(connection, RING, county_id=made.county_id, target=target, events=("done",), most=1)
    for _ in range(count):
        submit(database, made)
        claims.finish(database, claim(database), Outcome())
    return made.county_id


def told(database: Database, county_id: str) -> int:
    """Return how many notices of a county have been accepted."""
    done = select(func.count()).select_from(deliveries).join(webhooks, webhooks.c.id == deliveries.c.webhook_id)
    with database.read() as connection:
        found: int = connection.execute(
            done.where(webhooks.c.county_id == county_id, deliveries.c.state == "done")
        ).scalar_one()
    return found


def test_no_county_waits_for_the_receiver_of_another(database: Database) -> None:
    """Past bug: one sender for all, held up by a receiver that says nothing; here the other county's three arrive."""
    with receiver_of("silent") as slow, receiver_of() as quick:
        one, other = owed(database, slow.url, 3), owed(database, quick.url, 3)
        senders = Senders(database, lambda: RING, LOOPBACK, caller=partial(call, trust=quick.trust))
        assert senders.begin() == 2
        assert slow.is_called.wait(10)
        until(lambda: told(database, other) == 3)
        assert told(database, one) == 0
        assert senders.begin() == 0, "a county that is being called has its sender"
        slow.release()
        assert senders.end(30)
    assert (slow.calls, quick.calls) == (1, 3)


def test_counties_take_turns_where_there_are_more_than_senders(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sender; the first county is owed one more than fit in a turn: the second county is next, then its last."""
    monkeypatch.setattr(notices, "MOST_IN_TURN", 2)
    one, _ = owed(database, "https://localhost/1", 3), owed(database, "https://localhost/2")
    called: list[str] = []

    def note(target: Target, *_: object) -> int:
        called.append(target.url[-1])
        return 200

    senders = Senders(database, lambda: RING, LOOPBACK, most=1, caller=note)
    senders._last = {one: -1.0}  # its turn is longest ago
    for _ in range(3):
        until(lambda: senders.begin() == 1)
    until(lambda: not senders._busy)
    assert "".join(called) == "1121"
    assert senders.begin() == 0


def test_a_sender_that_meets_a_fault_is_followed_by_another(database: Database) -> None:
    """Keys that cannot be read are logged; the notice is still due and goes out with the next turn."""
    one = owed(database, "https://localhost/1")
    rings = iter([KeyError("away"), RING])

    def ring() -> KeyRing:
        found = next(rings)
        if isinstance(found, Exception):
            raise found
        return found

    senders = Senders(database, ring, LOOPBACK, caller=lambda *_: 200)
    assert senders.begin() == 1
    until(lambda: not senders._busy)
    assert (told(database, one), senders.begin()) == (0, 1)
    until(lambda: told(database, one) == 1)


def test_a_county_has_so_many_receivers_and_no_more(database: Database) -> None:
    """Of two that are added at once where one fits the second is refused: E687; another county has its own."""
    one, other = county(database).county_id, county(database).county_id
    target = target_of("https://hub.example/x", lookup=OUTSIDE.lookup)

    def add() -> None:
        with database.write() as connection:
            register(connection, RING, county_id=one, target=target, events=["done"], most=1)

    with ThreadPoolExecutor(1) as beside:
        with database.write() as connection:
            register(connection, RING, county_id=one, target=target, events=["done"], most=1)
            register(connection, RING, county_id=other, target=target, events=["done"], most=1)
            second = beside.submit(add)
            assert not wait([second], timeout=0.3).done
        with pytest.raises(InvalidInput, match="E687"):
            second.result()
