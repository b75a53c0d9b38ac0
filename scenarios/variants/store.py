"""A folder of results by content hash: what was computed once is never computed again.

Each entry is one JSON file with a digest of its own content. It is written beside its place and then moved there, so
that readers, other processes and a broken-off run see all of it or nothing. An entry that cannot be read or
whose digest is wrong counts as not there.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Results under ``folder``, by keys of hexadecimal digits."""

    folder: Path

    def get(self, key: str) -> dict[str, Any] | None:
        """Return what was kept under ``key``; None when nothing was, or nothing that is whole."""
        try:
            entry = json.loads(self._path(key).read_text("utf-8"))
            content: dict[str, Any] = entry["content"]
            return content if entry["digest"] == _digest(key, content) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, key: str, content: dict[str, Any]) -> None:
        """Keep JSON values under ``key``, all or nothing; the last of several writers wins.

        Raises ``OSError`` where the folder cannot be written.
        """
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"digest": _digest(key, content), "content": content}, ensure_ascii=False)
        beside = path.with_name(f"{path.name}.{uuid4().hex}.part")
        try:
            beside.write_text(text, encoding="utf-8")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"


def _digest(key: str, content: dict[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(f"{key}\n{text}".encode()).hexdigest()
