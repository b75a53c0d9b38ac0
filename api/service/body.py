"""Counts the bytes of a request before anybody parses them, and the levels of JSON before it is taken apart.

The whole body is gathered first, so that endpoints meet only bodies that may be; that of a caller without a key is not
waited for. What all requests together may hold in memory is bounded too, and what those of one key and one county may,
so that nobody takes the room of others: who comes when there is no room is asked to come again. A body that comes too
slowly is not waited for either, and its room is free again.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from starlette.concurrency import run_in_threadpool

from api.errors import InvalidInput
from api.service.auth import require_caller
from api.service.database import Unavailable
from api.service.handlers import respond

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_LEVELS = 64
"""How deep JSON may be nested; a plan or scenario has six levels, GeoJSON eight."""

MOST_VALUES = 2_000_000
"""Values in one JSON body, separators in its texts included: some 150 MB at the worst once it is parsed."""

ALL = "all"
"""Under which name the bytes of all requests are counted; no id of a county or key is like it."""

MOST_AT_ONCE = 4
"""Bodies of the largest size that all requests together may hold."""

MOST_OF_COUNTY, MOST_OF_KEY = 2, 1
"""Of these, how many the requests of one county and of one key may hold; a lone body of the largest size always may."""

MOST_BODY_S = 60.0
"""How long a body may take to arrive."""

PATIENCE_S, LEAST_BYTES_S = 10.0, 16 * 1024
"""How long a body may lag behind so many bytes a second, at any time; an ordinary line has fifty times that."""

BUSY_S = 2

BLOCK = 1 << 20
"""Bytes whose levels are counted at a time."""

QUOTE = ord('"')

OPENING = np.zeros(256, dtype=np.int8)
OPENING[[ord("["), ord("{")]] = 1
OPENING[[ord("]"), ord("}")]] = -1


class Bodies:
    """Gathers the body of every request within ``most_bytes``."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self.app = app
        self.most_bytes = most_bytes
        self._held: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse its body: E630, E635, E634, E656."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        held = _Held(counts=self._held, most_bytes=self.most_bytes)
        try:
            body = await self._gathered(scope, receive, held)
            if body is None:
                return
            if is_json(scope):
                await _refuse_unfit(body)
            await self.app(scope, _replayed(body, receive), send)
        except (InvalidInput, Unavailable) as refusal:
            await respond(refusal, instance=path)(scope, receive, send)
        finally:
            held.release()

    async def _gathered(self, scope: Scope, receive: Receive, held: _Held) -> bytes | None:
        """Return the body, None where the caller has left; ``held`` counts what is in memory."""
        declared = _declared(scope)
        if declared is not None and declared > self.most_bytes:
            raise InvalidInput("E635", most=self.most_bytes)
        if has_body(scope):
            caller = await require_caller(scope, _header(scope, b"authorization").decode("latin-1"))
            held.of = {ALL: MOST_AT_ONCE, caller.county_id: MOST_OF_COUNTY, caller.key_id: MOST_OF_KEY}
        chunks: list[bytes] = []
        clock = asyncio.get_running_loop().time
        last_s, patience_s = clock() + MOST_BODY_S, PATIENCE_S
        try:
            while True:
                asked_s = clock()
                async with asyncio.timeout_at(min(last_s, asked_s + patience_s)):
                    message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                chunk = message.get("body", b"")
                held.take(len(chunk))
                patience_s = min(PATIENCE_S, patience_s - (clock() - asked_s) + len(chunk) / LEAST_BYTES_S)
                chunks.append(chunk)
                if not message.get("more_body", False):
                    return b"".join(chunks)
        except TimeoutError:
            raise InvalidInput("E656", retry_after_s=BUSY_S) from None


@dataclass(slots=True, kw_only=True)
class _Held:
    """What one request holds, counted in ``counts`` under each of ``of``: all, its county, its key -> bodies."""

    counts: Counter[str]
    most_bytes: int
    of: Mapping[str, int] = field(default_factory=lambda: {ALL: MOST_AT_ONCE})
    taken: int = 0

    def take(self, count: int) -> None:
        """Count more bytes.

        Raises
        ------
        InvalidInput
            E635, where the body is too large; E656, where there is no room for it.
        """
        self.taken += count
        for name in self.of:
            self.counts[name] += count
        if self.taken > self.most_bytes:
            raise InvalidInput("E635", most=self.most_bytes)
        if any(self.counts[name] > most * self.most_bytes for name, most in self.of.items()):
            raise InvalidInput("E656", retry_after_s=BUSY_S)

    def release(self) -> None:
        """Give the room back."""
        for name in self.of:
            self.counts[name] -= self.taken
            if not self.counts[name]:
                del self.counts[name]


async def _refuse_unfit(body: bytes) -> None:
    """Refuse JSON that is swollen or half, large bodies in a thread, so that others are answered meanwhile."""
    for refuse in (refuse_swollen, refuse_halves):
        if len(body) > BLOCK:
            await run_in_threadpool(refuse, body)
        else:
            refuse(body)


def refuse_halves(body: bytes) -> None:
    """Refuse JSON with half a character in it, which no database and no answer could hold.

    Raises
    ------
    InvalidInput
        E633, also for other bytes that are not UTF-8. What else is no JSON is left to the endpoint.
    """
    try:
        text = body.decode("utf-8-sig")
        if "\\ud" in text or "\\uD" in text:
            json.dumps(json.loads(text), ensure_ascii=False).encode()
    except UnicodeError as error:
        raise InvalidInput("E633", detail=error) from None
    except ValueError:
        return


def refuse_swollen(body: bytes) -> None:
    """Refuse JSON that would take far more memory than its bytes, before anybody parses it.

    Raises
    ------
    InvalidInput
        E634 for its levels, E663 for its values.
    """
    opened = body.count(b"[") + body.count(b"{")
    if opened > MOST_LEVELS and levels(body) > MOST_LEVELS:
        raise InvalidInput("E634", most=MOST_LEVELS)
    if opened + body.count(b",") > MOST_VALUES:
        raise InvalidInput("E663", most=MOST_VALUES)


def levels(data: bytes, most: int = MOST_LEVELS) -> int:
    """Return how deep brackets are nested outside of strings, or some depth beyond ``most``; O(bytes), no parsing.

    A block at a time, so that little memory is needed, whatever is sent.
    """
    bare = data.replace(b"\\\\", b"").replace(b'\\"', b"")  # no quote is escaped any more
    depth, deepest, is_inside = 0, 0, False
    for first in range(0, len(bare), BLOCK):
        block = np.frombuffer(bare, dtype=np.uint8, count=min(BLOCK, len(bare) - first), offset=first)
        inside = np.logical_xor.accumulate(block == QUOTE) ^ is_inside
        heights = np.cumsum(np.where(inside, 0, OPENING[block]), dtype=np.int32) + depth
        deepest = max(deepest, int(heights.max()))
        if deepest > most:
            break
        depth, is_inside = int(heights[-1]), bool(inside[-1])
    return deepest


def is_json(scope: Scope) -> bool:
    """Whether the content type says JSON, or nothing."""
    media = _header(scope, b"content-type").decode("latin-1").partition(";")[0].strip().lower()
    return media == "" or media.endswith("json")


def has_body(scope: Scope) -> bool:
    """Whether a request says that it brings a body."""
    return _header(scope, b"content-length") not in (b"", b"0") or _header(scope, b"transfer-encoding") != b""


def _declared(scope: Scope) -> int | None:
    """Return the declared length, None where there is none that is a number."""
    length = _header(scope, b"content-length")
    return int(length) if length.isdigit() and len(length) < 20 else None


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a channel that gives the whole body once, then what the caller's own has to say."""
    is_given = False

    async def give() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return give
