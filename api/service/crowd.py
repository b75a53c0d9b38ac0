"""Turns away what comes on connections beyond a number, and ends connections on which nothing gets on.

A connection holds a descriptor as long as it is open, whether anything is asked on it or not. The server's own limit
would answer with plain text; here it only marks the connection. Nor does the server have any clock for who connects
and asks nothing, sends a head byte by byte, or does not read its answer: a few hundred such would keep all others out.
What is no HTTP at all is answered in the words of the service too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.errors import InvalidInput
from api.service.handlers import respond
from api.service.headers import SECURITY

if TYPE_CHECKING:
    import asyncio

    from starlette.types import ASGIApp, Receive, Scope, Send

MARK = "is_beyond_the_most"
"""Entry in the state of requests on a connection too many."""

HEAD_S = 30.0
"""How long a connection may be open without a whole head of a request, at its beginning and after each answer."""

HEAD_BEYOND_S = 2.0
"""The same for a connection too many."""

READ_S = 60.0
"""How long a caller may read nothing of an answer, or of events, that wait."""

TOLD = 100
"""Connections too many that are told so; what comes on more is closed unheard."""


class Crowd:
    """Refuses marked requests with E681, and has their connection closed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if MARK not in scope.get("state", {}):
            await self.app(scope, receive, send)
            return
        answer = respond(InvalidInput("E681"), instance=scope["path"])
        answer.headers["Connection"] = "close"
        await answer(scope, receive, send)


def counting(most: int, *, head_s: float = HEAD_S, beyond_s: float = HEAD_BEYOND_S) -> type[H11Protocol]:
    """Return a protocol for the server that marks connections made while ``most`` are open, and has clocks."""

    class Counting(_Watched):
        most_open, head_of_ours_s, head_of_others_s = most, head_s, beyond_s

    return Counting


class _Watched(H11Protocol):
    """A connection that is one of so many, and is cut off where nothing gets on."""

    most_open: int
    head_of_ours_s: float
    head_of_others_s: float
    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the base has it
        super().connection_made(transport)
        if len(self.connections) > self.most_open + TOLD:
            transport.abort()
            return
        if len(self.connections) > self.most_open:
            self.app_state = {**self.app_state, MARK: True}
        self._look()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        if not self.flow.write_paused:
            self._stop()
        super().on_response_complete()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._await_reading(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop()
        self._look()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - as the base has it
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):  # half an answer is out
            self.transport.abort()
            return
        answer = respond(InvalidInput("E697"))
        headers = [*answer.raw_headers, *SECURITY, (b"cache-control", b"no-store"), (b"connection", b"close")]
        head = h11.Response(status_code=answer.status_code, headers=headers, reason=b"Bad Request")
        for event in (head, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _look(self) -> None:
        """Let the clock run while no request is under way, from when the last one ended."""
        if self.flow.write_paused:  # until it is read, whatever is asked meanwhile
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop()
        elif self._clock is None and not self.transport.is_closing():
            self._start(self.head_of_others_s if MARK in self.app_state else self.head_of_ours_s)

    def _await_reading(self, left: int) -> None:
        """Cut off who has read nothing of the bytes ``left`` when the clock has run; a slow line may take its time."""

        def judge() -> None:
            now_left = self.transport.get_write_buffer_size()
            if now_left < left:
                self._await_reading(now_left)
            else:
                self.transport.abort()

        self._stop()
        self._clock = self.loop.call_later(READ_S, judge)

    def _start(self, seconds: float) -> None:
        self._stop()
        self._clock = self.loop.call_later(seconds, self.transport.abort)

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
