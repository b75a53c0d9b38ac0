"""Events of a job as they happen (server-sent events): the table is looked at, a heartbeat keeps the line open."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from api.errors import InvalidInput
from api.service import queue
from api.service.auth import caller_of
from api.service.database import Unavailable
from api.service.moments import instant

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from api.service.database import Database
    from api.service.jobs import Event, Job
    from api.service.settings import Limits

LOOK_S = 0.25
"""How often new events are looked for."""

HEARTBEAT_S = 10.0
"""A comment is sent when nothing else was for so long, so that nobody takes the line for dead."""

RETRY_MS = 1_000
"""When a client whose line broke comes again."""

MOST_S = 3_600.0
"""How long one line stays open; clients come again by themselves and go on where they were."""

BATCH = 200


FULL_S = 30
"""``Retry-After`` of who gets no line because all are taken."""


@dataclass(kw_only=True)
class Lines:
    """Lines that are open, by county; each holds a connection, and looks at the database ``1 / LOOK_S`` times a second.

    They are counted for this process of the API alone.
    """

    limits: Limits
    _open: Counter[str] = field(default_factory=Counter)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def take(self, county_id: str) -> None:
        """Count a line more.

        Raises
        ------
        InvalidInput
            E664, where the county or all together have as many as may be.
        """
        with self._turn:
            for taken, most in (
                (self._open[county_id], self.limits.streams_per_county),
                (self._open.total(), self.limits.streams_in_all),
            ):
                if taken >= most:
                    raise InvalidInput("E664", most=most, retry_after_s=FULL_S)
            self._open[county_id] += 1

    def give(self, county_id: str) -> None:
        """Count a line less."""
        with self._turn:
            self._open[county_id] -= 1
            self._open += Counter()  # counties without any are left out


class Stream(StreamingResponse):
    """The events of a job on a line that was taken; it is given back however the answer ends."""

    def __init__(self, content: AsyncIterator[str], lines: Lines, county_id: str) -> None:
        super().__init__(content, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        self._lines, self._county_id = lines, county_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and give the line back."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._lines.give(self._county_id)


def stream(database: Database, lines: Lines, job: Job, after: int, request: Request) -> Response:
    """Return the events of a job after number ``after``, until its end; 204 where it has ended and there are none.

    A client that was told the end and comes again takes 204 as the word to come no more (HTML, server-sent events).

    Raises
    ------
    InvalidInput
        E664, where no line is free.
    """
    if job.has_ended and not queue.events_after(database, job.id, after, 1):
        return Response(status_code=204)
    lines.take(job.county_id)
    return Stream(_lines(database, job.id, after, request), lines, job.county_id)


async def _lines(database: Database, job_id: str, after: int, request: Request) -> AsyncIterator[str]:
    began = spoken = asked = time.monotonic()
    key = request.headers.get("authorization", "")
    yield f"retry: {RETRY_MS}\n\n"
    while time.monotonic() - began < MOST_S:
        try:
            if time.monotonic() - asked > HEARTBEAT_S:
                asked = time.monotonic()
                if await run_in_threadpool(caller_of, database, key) is None:
                    return  # the key was revoked; who comes again is told so
            found = await run_in_threadpool(queue.events_after, database, job_id, after, BATCH)
        except Unavailable:
            return  # the client comes again
        for event in found:
            yield line_of(event)
            after, spoken = event.number, time.monotonic()
            if event.kind == "end":
                return
        if time.monotonic() - spoken > HEARTBEAT_S:
            yield ": heartbeat\n\n"
            spoken = time.monotonic()
        if not found:
            if await request.is_disconnected():
                return
            await asyncio.sleep(LOOK_S)


def line_of(event: Event) -> str:
    """Return one event as it goes over the line."""
    data = json.dumps({"at": instant(event.at_ms), **event.data}, ensure_ascii=False)
    return f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n"
