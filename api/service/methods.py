"""HEAD wherever GET is, and an ``Allow`` that names every method of an address (RFC 9110, 9.3.2 and 10.2.1).

The framework answers HEAD only where a route says so, and names in ``Allow`` the methods of the first route of a path
alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi.routing import APIRoute
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ENDLESS = "/events"
"""How paths end whose answers have no end, so that nobody could wait for their head alone."""


class Heads:
    """Answers HEAD as GET without its body; innermost, so that everything further out still sees a HEAD."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD" or scope["path"].endswith(ENDLESS):
            await self.app(scope, receive, send)
            return

        async def bare(message: Message) -> None:
            scope["method"] = "HEAD"
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        scope["method"] = "GET"  # of this very scope: the count and the log read the route from it
        try:
            await self.app(scope, receive, bare)
        finally:
            scope["method"] = "HEAD"


def allowed(routes: Sequence[APIRoute], path: str) -> str:
    """Return what ``Allow`` says of a path."""
    methods = {method for route in routes if route.path_regex.match(path) for method in route.methods or ()}
    if "GET" in methods and not path.endswith(ENDLESS):
        methods.add("HEAD")
    return ", ".join(sorted(methods))
