"""Events of a job as they happen (server-sent events): the table is looked at, a heartbeat keeps the line open."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from api.service import queue
from api.service.database import Unavailable
from api.service.moments import instant

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from api.service.database import Database
    from api.service.jobs import Event

LOOK_S = 0.25
"""How often new events are looked for."""

HEARTBEAT_S = 10.0
"""A comment is sent when nothing else was for so long, so that nobody takes the line for dead."""

RETRY_MS = 1_000
"""When a client whose line broke comes again."""

MOST_S = 3_600.0
"""How long one line stays open; clients come again by themselves and go on where they were."""

BATCH = 200


def stream(database: Database, job_id: str, after: int, request: Request) -> StreamingResponse:
    """Return the events of a job after number ``after``, until its end."""
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(_lines(database, job_id, after, request), media_type="text/event-stream", headers=headers)


async def _lines(database: Database, job_id: str, after: int, request: Request) -> AsyncIterator[str]:
    began = spoken = time.monotonic()
    yield f"retry: {RETRY_MS}\n\n"
    while time.monotonic() - began < MOST_S:
        try:
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
