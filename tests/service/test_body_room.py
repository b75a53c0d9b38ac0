"""Bodies share the memory of the service: nobody's take the room of others, and those that stall give theirs back."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from api.service import body
from api.service.auth import Caller
from api.service.body import Bodies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import Message, Receive, Scope, Send

MOST = 1_000
PART = {"type": "http.request", "body": b"x" * (MOST - 16), "more_body": True}
REST = {"type": "http.request", "body": b"x" * 16, "more_body": False}


class Line:
    """One request of a key; what its body consists of is said as it comes."""

    def __init__(self, bodies: Bodies, key: str, county: str) -> None:
        self.parts: asyncio.Queue[Message] = asyncio.Queue()
        self.answer: dict[str, Any] = {}
        caller = Caller(key_id=key, county_id=county, role="planner")
        self.scope: Scope = {"type": "http", "path": "/", "headers": [(b"content-length", b"%d" % MOST)]}
        self.scope["state"] = {"caller": caller}
        self.task = asyncio.create_task(bodies(self.scope, self.parts.get, self._hear))

    async def say(self, *parts: Message) -> None:
        """Send parts, and let the service take them."""
        for part in parts:
            self.parts.put_nowait(part)
        for _ in range(20):
            await asyncio.sleep(0)

    async def status(self) -> int:
        """Wait for the answer."""
        await self.task
        return int(self.answer["status"])

    async def _hear(self, message: Message) -> None:
        self.answer |= message


async def read(_scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 200 to whatever has come."""
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no line be given up for the slowness of the machine."""
    monkeypatch.setattr(body, "PATIENCE_S", 60.0)


async def filled(bodies: Bodies, whose: Sequence[tuple[str, str]]) -> list[Line]:
    """Return lines that have sent nearly all and stall."""
    lines = [Line(bodies, *each) for each in whose]
    for line in lines:
        await line.say(PART)
    return lines


async def sent(bodies: Bodies, key: str, county: str) -> int:
    """Send a whole body and return the status of the answer."""
    line = Line(bodies, key, county)
    await line.say(PART, REST)
    return await line.status()


def test_one_key_takes_the_room_of_no_other() -> None:
    """Past bug: four stalled bodies of one key, and every county's uploads were refused for a minute."""

    async def scene() -> None:
        bodies = Bodies(read, MOST)
        stalled = await filled(bodies, [("k1", "a")] * 4)
        assert [line.task.done() for line in stalled] == [False, True, True, True]
        assert await sent(bodies, "k1", "a") == 429
        assert await sent(bodies, "k2", "a") == 200
        assert await sent(bodies, "k3", "b") == 200
        await stalled[0].say(REST)
        assert await stalled[0].status() == 200
        assert await sent(bodies, "k1", "a") == 200

    asyncio.run(scene())


def test_one_county_takes_the_room_of_no_other_however_many_keys_it_has() -> None:
    """Two bodies of the largest size at a time; a third is asked to come again, as is a fifth of all counties."""

    async def scene() -> None:
        bodies = Bodies(read, MOST)
        stalled = await filled(bodies, [("k1", "a"), ("k2", "a")])
        assert await sent(bodies, "k3", "a") == 429
        assert await sent(bodies, "k4", "b") == 200
        stalled += await filled(bodies, [("k4", "b"), ("k5", "b")])
        assert await sent(bodies, "k6", "c") == 429
        for line in stalled:
            await line.say({"type": "http.disconnect"})
            await line.task
        assert await sent(bodies, "k6", "c") == 200

    asyncio.run(scene())


@pytest.mark.parametrize("drip", [b"", b"x"])
def test_a_body_that_stalls_or_drips_is_not_waited_for(drip: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much has come before: 429 with E656, and the room is free."""
    monkeypatch.setattr(body, "PATIENCE_S", 0.05)

    async def scene() -> None:
        bodies = Bodies(read, MOST)
        (line,) = await filled(bodies, [("k1", "a")])
        while drip and not line.task.done():
            await line.say({**PART, "body": drip})
            await asyncio.sleep(0.01)
        assert await line.status() == 429
        assert json.loads(line.answer["body"])["code"] == "E656"
        assert not bodies._held

    asyncio.run(scene())
