"""Sealed boxes: personal fields and secrets at rest, under keys that lie outside the data folder.

A key file is JSON lines, the newest key last, readable by its owner only. AES-GCM with 256 bits; every box says which
key closed it and is bound to its place, so that a box that was moved to another row does not open. A backup of the
data without the key file gives nothing away.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import logging
import os
import secrets
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

logger = logging.getLogger(__name__)

KEY_BYTES, NONCE_BYTES = 32, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What was sealed, and the id of the key that opens it."""

    key: str
    content: bytes

    def packed(self) -> bytes:
        """Return both as one value, for a single column."""
        return self.key.encode() + b":" + self.content

    @staticmethod
    def unpacked(value: bytes) -> Box:
        """Return what ``packed`` made."""
        key, _, content = value.partition(b":")
        return Box(key=key.decode(), content=content)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class KeyRing:
    """Keys by id in the order in which they were made; the last one seals, all of them open."""

    keys: Mapping[str, bytes]

    @property
    def newest(self) -> str:
        """Id of the key that seals."""
        return list(self.keys)[-1]

    def seal(self, value: str, place: str) -> Box:
        """Return ``value`` sealed for ``place``, any text that will be the same on opening."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self.keys[self.newest]).encrypt(nonce, value.encode(), place.encode())
        return Box(key=self.newest, content=nonce + sealed)

    def open(self, box: Box, place: str) -> str:
        """Return what was sealed.

        Raises
        ------
        InvalidInput
            E670, where the key is not on the ring; E671, where the box was changed or belongs elsewhere.
        """
        key = self.keys.get(box.key)
        if key is None:
            raise InvalidInput("E670", key=box.key)
        nonce, sealed = box.content[:NONCE_BYTES], box.content[NONCE_BYTES:]
        try:
            return AESGCM(key).decrypt(nonce, sealed, place.encode()).decode()
        except InvalidTag:
            raise InvalidInput("E671") from None


def read_ring(path: Path, *, data: Path) -> KeyRing:
    """Return the keys of ``path``; makes the file with a first key where there is none.

    Raises
    ------
    InvalidInput
        E672, where the file lies in the ``data`` folder, which backups copy; E673, where others than its owner may
        read it; E674, where it holds no keys; E680, where it cannot be read or made.
    """
    if path.resolve().is_relative_to(data.resolve()):
        raise InvalidInput("E672", path=path)
    try:
        if not path.exists():
            add_key(path)
        if path.stat().st_mode & 0o077:
            raise InvalidInput("E673", path=path)
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        keys = {str(row["id"]): base64.b64decode(row["key"], validate=True) for row in rows}
    except InvalidInput:
        raise
    except OSError as error:
        raise InvalidInput("E680", path=path, detail=error.strerror or error) from None
    except (ValueError, KeyError, TypeError):
        raise InvalidInput("E674", path=path) from None
    if not keys or any(len(key) != KEY_BYTES for key in keys.values()):
        raise InvalidInput("E674", path=path)
    return KeyRing(keys=keys)


@dataclass(kw_only=True)
class KeyFile:
    """The keys of a running service: the file is read again when it has changed, so that a rotation is heeded.

    Making one reads the file, with the errors of ``read_ring``.
    """

    path: Path
    data: Path
    _seen: tuple[int, ...] = ()
    _ring: KeyRing = field(init=False, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self._ring = read_ring(self.path, data=self.data)

    @property
    def ring(self) -> KeyRing:
        """Return the keys as the file has them now; costs one look at its date.

        Raises
        ------
        InvalidInput
            E679, where it is gone or was changed to what it must not be; what exactly, the log tells the operator.
        """
        with self._turn:
            try:
                return self._read()
            except InvalidInput as error:
                logger.error("%s", error.render("en"), extra={"code": error.code})
                raise InvalidInput("E679") from None

    def _read(self) -> KeyRing:
        try:
            seen = self.path.stat()
        except OSError as error:  # to make another one would leave what is sealed without its keys
            raise InvalidInput("E680", path=self.path, detail=error.strerror or error) from None
        date = (seen.st_mtime_ns, seen.st_size, seen.st_ino, seen.st_mode)
        if date != self._seen:
            self._ring = read_ring(self.path, data=self.data)
            self._seen = date
        return self._ring


def add_key(path: Path) -> str:
    """Append a new key, which seals from now on, and return its id; the file is the owner's alone."""
    name = secrets.token_hex(4)
    row = json.dumps({"id": name, "key": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()})
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path.parent):
        _write(path, os.O_APPEND, row + "\n")
    return name


def drop_keys(path: Path, dropped: Collection[str]) -> None:
    """Take the keys ``dropped`` off the file, all or nothing; boxes under them can never be opened again.

    A key that has come meanwhile stays, which is why those to go are named and not those to stay.
    """
    with _alone(path.parent):
        rows = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
        beside, owner = path.with_name(path.name + ".part"), path.stat()
        beside.unlink(missing_ok=True)
        _write(beside, os.O_EXCL, "".join(row + "\n" for row in rows if json.loads(row)["id"] not in dropped))
        if os.geteuid() == 0:  # else a service that runs as somebody else could not read its keys any more
            os.chown(beside, owner.st_uid, owner.st_gid)
        beside.replace(path)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Change key files of a folder one after the other; the folder is locked, since the files are replaced."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(path: Path, mode: int, text: str) -> None:
    """Write a file that its owner alone may read, and wait until it is on the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | mode, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
