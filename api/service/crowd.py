"""Turns away what comes on connections beyond a number, in the words of the service.

A connection holds a descriptor as long as it is open, whether anything is asked on it or not. The server's own limit
would answer with plain text; here it only marks the connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

from api.errors import InvalidInput
from api.service.handlers import respond

if TYPE_CHECKING:
    import asyncio

    from starlette.types import ASGIApp, Receive, Scope, Send

MARK = "is_beyond_the_most"
"""Entry in the state of requests on a connection too many."""


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


def counting(most: int) -> type[H11Protocol]:
    """Return a protocol for the server that marks connections made while ``most`` are open."""

    class Counting(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the base has it
            super().connection_made(transport)
            if len(self.connections) > most:
                self.app_state = {**self.app_state, MARK: True}

    return Counting
