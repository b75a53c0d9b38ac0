"""Tells other systems that a job has ended: signed, over https, never to an address inside the operator's network.

The host is looked up once, every address that it has must be public unless the operator allows the host, and the call
goes to the address that was checked, so that a name that changes its mind between check and call gains nothing.
Redirects are not followed, answers are not read. The receiver recomputes ``X-Gongpei-Signature``: HMAC-SHA256
of ``timestamp.body`` under the secret that was shown once.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import httpx

from api.errors import InvalidInput

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping, Sequence

    Lookup = Callable[[str, int], Sequence[str]]

CALL_S = 5.0
"""How long a call may take in all, from the connection to the last line of the answer's head."""

MOST_URL = 2_000

NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that a gateway turns into the IPv4 address in their last 32 bits (RFC 6052)."""

WAITS_S = (10, 60, 600, 3_600)
"""Pauses before a call is tried again; after the last one it is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A receiver whose address was checked; ``host`` is in ASCII, as names are looked up and certificates have them."""

    url: str
    host: str
    port: int
    address: str


def resolved(host: str, port: int) -> Sequence[str]:
    """Return all addresses of a host."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def target_of(url: str, allowed: Sequence[str] = (), lookup: Lookup = resolved) -> Target:
    """Return where a call to ``url`` goes.

    Raises
    ------
    InvalidInput
        E676, where it is not https, has a user or a fragment, is too long or names no host that can be; E677, where the
        host is not found; E678, where one of its addresses is not public and the host is not among the ``allowed``.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or 443
        host = httpx.URL(url).raw_host.decode("ascii").lower()
    except (httpx.InvalidURL, ValueError):
        raise InvalidInput("E676", url=url[:80]) from None
    is_plain = parts.scheme == "https" and host and not parts.username and not parts.password and not parts.fragment
    if not is_plain or not host or len(url) > MOST_URL or not url.isprintable():
        raise InvalidInput("E676", url=url[:80])
    try:
        addresses = lookup(host, port)
    except (OSError, UnicodeError):
        raise InvalidInput("E677", host=host) from None
    if not addresses:
        raise InvalidInput("E677", host=host)
    is_allowed = host in allowed or parts.hostname in allowed
    for address in addresses:
        if not is_allowed and not _is_public(address):
            raise InvalidInput("E678", host=host, address=address)
    return Target(url=url, host=host, port=port, address=addresses[0])


def _is_public(address: str) -> bool:
    """Whether an address is public; one that carries an IPv4 address inside is judged by that one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = found
    if isinstance(found, ipaddress.IPv6Address):
        translated = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in NAT64 else None
        teredo = found.teredo[1] if found.teredo else None
        inner = found.ipv4_mapped or found.sixtofour or teredo or translated or found
    is_local = isinstance(inner, ipaddress.IPv6Address) and inner.is_site_local
    return inner.is_global and not (inner.is_multicast or inner.is_reserved or is_local)


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return what the receiver compares."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def body_of(event: dict[str, Any]) -> bytes:
    """Return an event as the bytes that are signed and sent."""
    return json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def call(
    target: Target, secret: str, event: dict[str, Any], timestamp: int, *, trust: ssl.SSLContext | None = None
) -> int:
    """Send an event and return the status of the answer, 0 where its head was not whole within ``CALL_S``.

    ``trust``: which certificates count; those that httpx trusts by default.
    """
    body = body_of(event)
    host = f"[{target.address}]" if ":" in target.address else target.address
    headers = {
        "Host": target.host if target.port == 443 else f"{target.host}:{target.port}",
        "Content-Type": "application/json",
        "X-Gongpei-Timestamp": str(timestamp),
        "X-Gongpei-Signature": signature(secret, timestamp, body),
    }
    try:
        url = httpx.URL(target.url).copy_with(host=host)
        with (
            httpx.Client(timeout=CALL_S, follow_redirects=False, trust_env=False, verify=trust or True) as client,
            _Deadline(CALL_S) as deadline,
            client.stream(
                "POST",
                url,
                content=body,
                headers=headers,
                extensions={"sni_hostname": target.host, "trace": deadline.heed},
            ) as answer,
        ):
            return answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        return 0


class _Deadline:
    """Cuts the connection of a call when its time is over: the timeouts of httpx begin anew with every read."""

    def __init__(self, wait_s: float) -> None:
        self._lock = threading.Lock()
        self._is_over = False
        self._line: socket.socket | None = None
        self._timer = threading.Timer(wait_s, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            if self._line is not None:
                self._line.close()
                self._line = None

    def heed(self, event: str, told: Mapping[str, Any]) -> None:
        """Take what httpx tells of a request; the line is our own copy, as the one with TLS takes httpx's away."""
        if event == "connection.connect_tcp.complete":
            with self._lock:
                self._line = told["return_value"].get_extra_info("socket").dup()
                self._shut_if_over()

    def _cut(self) -> None:
        with self._lock:
            self._is_over = True
            self._shut_if_over()

    def _shut_if_over(self) -> None:
        if self._is_over and self._line is not None:
            with suppress(OSError):  # the receiver was quicker
                self._line.shutdown(socket.SHUT_RDWR)
