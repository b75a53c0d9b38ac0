"""Ports that nobody else is given between being chosen and being used."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from benchmarks import ports

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_free_port_is_none_that_the_system_gives_to_others() -> None:
    """It lies below the range of which connections get theirs."""
    first = int(ports.RANGE.read_text().split()[0])
    assert ports.free_port() < max(first, ports.LEAST + 1)


def test_where_all_of_ours_are_taken_the_system_gives_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One port lies below the range, and somebody listens on it."""
    with socket.create_server(("127.0.0.1", ports.free_port())) as other:
        taken = other.getsockname()[1]
        monkeypatch.setattr(ports, "RANGE", tmp_path / "range")
        monkeypatch.setattr(ports, "COUNT", 1)
        (tmp_path / "range").write_text(f"{taken + 1}\t60999\n")
        assert ports.free_port() not in {taken, 0}
