"""Caches stay within their bounds, and what a job may be using stays."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from api.service.pruning import DAY_S, prune
from api.service.settings import Limits, Settings
from tests.service.databases import fresh_database
from tests.service.workers import until, working

if TYPE_CHECKING:
    from pathlib import Path

HOUR_S = 3_600

SHORT = Limits(solve_seconds_most=HOUR_S, child_spare_s=0)


def entry(folder: Path, name: str, *, unused_s: float, size: int = 100) -> Path:
    """Make a file of a county's cache that was used so long ago."""
    path = folder / "cache" / "cty_1" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    os.utime(path, (time.time() - unused_s,) * 2)
    return path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_what_was_not_used_for_so_many_days_goes(tmp_path: Path) -> None:
    """Of 1, 29 and 31 days with 30 to keep, one file of 100 bytes goes; what lies beside stays."""
    for days in (1, 29, 31):
        entry(tmp_path, f"{days}", unused_s=days * DAY_S)
    (tmp_path / "gongpei.sqlite").write_bytes(b"x")
    os.utime(tmp_path / "gongpei.sqlite", (0, 0))
    found = prune(Settings(data=tmp_path, limits=SHORT))
    assert (found.files, found.freed_bytes) == (1, 100)
    assert names(tmp_path) == {"1", "29", "gongpei.sqlite"}


def test_what_was_not_used_for_longest_goes_until_the_rest_has_room(tmp_path: Path) -> None:
    """Four files of 100 bytes with room for 250: the two oldest go."""
    for hours in (2, 3, 4, 5):
        entry(tmp_path, f"{hours}", unused_s=hours * HOUR_S)
    assert prune(Settings(data=tmp_path, cache_bytes=250, limits=SHORT)).files == 2
    assert names(tmp_path) == {"2", "3"}


def test_what_a_job_may_be_using_stays_however_little_room_there_is(tmp_path: Path) -> None:
    """Jobs take an hour at most: what was used half an hour ago stays, what was two hours ago goes."""
    entry(tmp_path, "used", unused_s=HOUR_S / 2)
    entry(tmp_path, "unused", unused_s=2 * HOUR_S)
    assert prune(Settings(data=tmp_path, cache_days=0, cache_bytes=0, limits=SHORT)).files == 1
    assert names(tmp_path) == {"used"}


def test_without_caches_there_is_nothing_to_prune(tmp_path: Path) -> None:
    assert prune(Settings(data=tmp_path)).files == 0


def test_a_worker_prunes_by_itself(tmp_path: Path) -> None:
    stale = entry(tmp_path / "data", "stale", unused_s=31 * DAY_S)
    with fresh_database("sqlite", tmp_path) as database, working(database, tmp_path):
        until(lambda: not stale.exists())
