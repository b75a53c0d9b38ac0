"""Public two-echelon sets: their files, their rules, exact solutions of the small ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.two_echelon import perboli, zhou

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.two_echelon.instance import TwoEchelon

FAMILIES = {"2evrp": ".dat", "2evrp_spdtw": ".txt"}
"""Folders of the sets and how their files end."""


def names(root: Path, family: str) -> list[str]:
    """Return the instances in the family's folder under ``root``, sorted."""
    return sorted(path.stem for path in (root / family).glob(f"*{FAMILIES[family]}"))


def load(root: Path, family: str, name: str) -> TwoEchelon:
    """Return one instance; raises ``DamagedInstanceError`` for a file that does not hold what its set says."""
    path = root / family / f"{name}{FAMILIES[family]}"
    return perboli.read(path) if family == "2evrp" else zhou.read(path)
