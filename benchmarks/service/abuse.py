"""A disk that fills up, and bodies that are meant to do harm."""

from __future__ import annotations

import contextlib
import http.client
import io
import os
import select
import subprocess
import time
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.service.audit import verify
from benchmarks.service.harness import Client, Ground, found_county, ground, serving, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DISK_MB = 24
"""Size of the small disk."""

CHUNK = 1 << 16


def full_disk(folder: Path, *, times: int) -> dict[str, Any]:
    """Fill the disk of a SQLite service while a client submits, free it, and so on; needs root, for a small tmpfs."""
    if os.getuid() != 0:
        return {"skipped": "needs root"}
    statuses: dict[str, int] = {}
    back_s: list[float] = []
    with _small_disk(folder / "disk") as disk, ground(None, disk) as where:
        owner = found_county(where.database)
        path = f"/api/v1/scenarios/{owner.scenario_id}/solves"
        with serving(where) as api, Client(api.port, owner.secret) as client:
            for _ in range(times):
                with _filled(disk):
                    for _ in range(40):
                        status = client.call("POST", path, b'{"seconds": 30}')[0]
                        statuses[str(status)] = statuses.get(str(status), 0) + 1
                began = time.monotonic()
                wait_until(lambda: client.call("POST", path, b'{"seconds": 30}')[0] == 202, 30, 0.1)
                back_s.append(time.monotonic() - began)
        with where.database.read() as connection:
            whole = connection.execute(text("PRAGMA integrity_check")).scalar_one()
            chain = verify(connection)
    return {
        "times": times,
        "statuses_while_full": statuses,
        "works_again_s": round(max(back_s), 2),
        "integrity": whole,
        "audit_broken_at": chain.broken_at,
    }


def hostile(where: Ground, *, bomb_bytes: int = 1 << 30) -> dict[str, Any]:
    """Send what is meant to take all memory or time; status, seconds and the growth of the API's memory for each.

    ``bomb_bytes``: what the zip bomb would unpack to.
    """
    owner = found_county(where.database)
    found: dict[str, Any] = {}
    with serving(where) as api:
        with Client(api.port, owner.secret) as client:
            client.call("GET", "/api/v1/limits")
        for name, (kind, body) in _bodies(bomb_bytes).items():
            before, began = api.memory_mb, time.monotonic()
            status = _post(api.port, owner.secret, kind, body)
            found[name] = {
                "status": status,
                "seconds": round(time.monotonic() - began, 2),
                "mb": round(api.memory_mb - before, 1),
            }
        found["alive"] = api.answers()
        found["api_mb"] = round(api.memory_mb)
    return found


def _bodies(bomb_bytes: int) -> dict[str, tuple[str, bytes | _Endless]]:
    laughs = b'<!DOCTYPE l [<!ENTITY a "' + b"ha" * 50 + b'">' + b'<!ENTITY b "&a;&a;&a;&a;">' * 20 + b"]><l>&b;</l>"
    return {
        "zip_bomb": ("application/zip", _zip({"places.csv": b"0" * bomb_bytes})),
        "zip_of_100000_entries": ("application/zip", _zip({f"{n}.csv": b"" for n in range(100_000)})),
        "zip_path_traversal": ("application/zip", _zip({"../../etc/x.csv": b"x"})),
        "json_10000_deep": ("application/json", b"[" * 10_000 + b"]" * 10_000),
        "billion_laughs": ("application/zip", _zip({"roads.xml": laughs})),
        "body_of_10_gb": ("application/json", _Endless(10 << 30)),
    }


@dataclass(frozen=True, slots=True)
class _Endless:
    """So many blanks, made as they are sent."""

    size: int


def _post(port: int, secret: str, kind: str, body: bytes | _Endless) -> int:
    """Return the status that a body gets, 0 where the line was cut; who is answered sends no more."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest("POST", "/api/v1/scenarios")
    length = body.size if isinstance(body, _Endless) else len(body)
    for name, value in (("Authorization", f"Bearer {secret}"), ("Content-Type", kind), ("Content-Length", str(length))):
        connection.putheader(name, value)
    connection.endheaders()
    whole = b" " * CHUNK if isinstance(body, _Endless) else body
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for begin in range(0, length, CHUNK):
            if select.select([connection.sock], [], [], 0)[0]:
                break
            connection.send(whole if isinstance(body, _Endless) else whole[begin : begin + CHUNK])
    try:
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _zip(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True)
    options = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "gongpei-bench", str(folder)]
    subprocess.run(options, check=True)  # noqa: S603 - our own words
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S603, S607 - our own words


@contextlib.contextmanager
def _filled(disk: Path) -> Iterator[None]:
    """Leave no byte free."""
    file = disk / "ballast"
    with file.open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
        while True:
            ballast.write(b"0" * 4096)
    try:
        yield
    finally:
        file.unlink()
