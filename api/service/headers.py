"""Headers that every answer bears, and the count and the log line of every request."""

from __future__ import annotations

import logging
import secrets
import time
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders

from api.service.handlers import UNKNOWN, bug, where

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from api.service.metrics import Metrics

logger = logging.getLogger(__name__)

SECURITY = Headers(
    {
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "no-referrer",
        "Strict-Transport-Security": "max-age=31536000",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
).raw
"""On every answer, which has none of them by itself; nothing is run, framed or fetched from elsewhere."""


class Answering:
    """Adds the headers, and tells metrics and log of every request by the template of its path.

    What fails within is answered here too: further out the framework would answer without the headers.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, request_id = time.perf_counter(), secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers.setdefault("Cache-Control", "no-store")
                headers.raw.extend(SECURITY)
                headers.raw.append((b"x-request-id", request_id.encode()))
            await send(message)

        try:
            await self.app(scope, receive, dressed)
        except Exception as error:
            if status:  # half an answer is out: the line is cut
                raise
            await bug(error, scope)(scope, receive, dressed)
        finally:
            self._tell(scope, status or 500, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        told: dict[str, Any] = dict(where(scope))
        route = told["route"]
        self.metrics.answered(scope["method"] if route != UNKNOWN else UNKNOWN, route, status, seconds)
        caller = scope.get("state", {}).get("caller")
        told |= {"status": status, "seconds": round(seconds, 4)}
        if caller is not None:
            told |= {"key": caller.key_id, "county": caller.county_id}
        logger.info("request", extra=told)
