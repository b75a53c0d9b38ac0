"""What is stored comes back whole or not at all, and the folder does not grow for ever."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import numpy as np
import pytest

from networks import cache

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_stored_comes_back(tmp_path: Path) -> None:
    """Names, types and values; the folder is made when it is missing."""
    folder = tmp_path / "a" / "b"
    cache.store(folder, "legs", {"x": np.arange(3), "y": np.array([np.nan, 1.5])})
    found = cache.load(folder, "legs")
    assert found is not None
    assert found["x"].tolist() == [0, 1, 2]
    assert found["y"].dtype == np.float64
    assert [path.name for path in folder.iterdir()] == ["legs.npz"]


def test_what_was_never_stored_is_absent(tmp_path: Path) -> None:
    """Neither is a missing folder an error."""
    assert cache.load(tmp_path / "nowhere", "legs") is None
    assert cache.newest(tmp_path / "nowhere", "*") is None


@pytest.mark.parametrize("keep", [0, 10, 300])
def test_a_damaged_file_counts_as_absent(tmp_path: Path, caplog: pytest.LogCaptureFixture, keep: int) -> None:
    """Cut short at any place: a warning, and the work is done again."""
    cache.store(tmp_path, "legs", {"x": np.arange(1000)})
    path = tmp_path / "legs.npz"
    path.write_bytes(path.read_bytes()[:keep])
    with caplog.at_level(logging.WARNING):
        assert cache.load(tmp_path, "legs") is None
    assert "damaged" in caplog.text


def test_a_folder_that_cannot_be_written_costs_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Here a file stands where the folder should be."""
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.WARNING):
        cache.store(tmp_path / "file", "legs", {"x": np.arange(3)})
    assert "cannot keep" in caplog.text


def test_the_oldest_files_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three may stay; using one makes it young again."""
    monkeypatch.setattr(cache, "KEEP", 3)
    for age, name in ((30, "a"), (20, "b"), (10, "c")):
        cache.store(tmp_path, name, {"x": np.arange(3)})
        os.utime(tmp_path / f"{name}.npz", ns=(0, 10**9 * (100 - age)))
    assert cache.newest(tmp_path, "*") == "c"
    cache.load(tmp_path, "a")
    cache.store(tmp_path, "d", {"x": np.arange(3)})
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["a", "c", "d"]
