"""Where a process of ``api.service.bench`` begins; imports what it needs in that process only."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from multiprocessing.connection import Connection


def run(connection: Connection, bounds: Mapping[str, int], folder: str, cache: str) -> None:
    """Load one folder and answer questions about it, see ``api.service.bench_child``."""
    import_module("api.service.bench_child").run(connection, bounds, folder, cache)
