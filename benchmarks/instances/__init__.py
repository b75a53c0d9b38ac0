"""Public routing instances by family: read, put to any solver, judged by their set's own rules.

The files are not part of the project: a folder with one folder a family, each holding
``bks.json`` (instance -> ``bks``, the best-known cost, and ``source``), is named by the
caller. The sets with several days are read by ``periodic``,
those with two echelons elsewhere.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.instances import cordeau, jd, lilim, lkh, solomon, taillard, vrplib_files
from benchmarks.instances.instance import DamagedInstanceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.instances.instance import Instance


class Family(NamedTuple):
    """How the files of a family end, who reads them, and what its ``bks`` is divided by."""

    ending: str
    read: Callable[[Path], Instance]
    bks_scale: float = 1


FAMILIES = {
    "cvrp_x": Family(".vrp", vrplib_files.read_cvrp),
    "vrptw": Family(".txt", solomon.read),
    "vrpspd": Family(".vrpspd", lkh.read),
    "vrpspd_salhi": Family(".vrpmpd", lkh.read),
    "vrpmpd": Family(".vrpmpd", lkh.read),
    "vrpspdtw": Family(".vrpspdtw", lkh.read),
    "vrpspdtw_jd": Family(".vrpsdptw", jd.read),
    "vrpb_gjb": Family(".vrpb", lkh.read),
    "vrpbtw": Family(".vrpbtw", lkh.read),
    "hfvrp": Family(".txt", taillard.read),
    "hfvrp_x": Family(".vrp", vrplib_files.read_mixed_fleet),
    "mdvrp": Family(".txt", cordeau.read),
    "mtvrptwr": Family(".vrp", vrplib_files.read_multi_trip, 10),
    "pdptw_lilim": Family(".txt", lilim.read),
}
"""Every single-day, single-tier family, by the name of its folder."""


def names(root: Path, family: str) -> list[str]:
    """Return the instances of ``family`` under ``root``, small ones first."""
    files = (root / family).glob(f"*{FAMILIES[family].ending}")
    return [file.stem for file in sorted(files, key=lambda f: (f.stat().st_size, f.name))]


def load(root: Path, family: str, name: str) -> Instance:
    """Return one instance with its best-known cost.

    Raises
    ------
    DamagedInstanceError
        When the file does not hold what its set says, or no vehicle holds what a customer wants.
    """
    kind = FAMILIES[family]
    instance = kind.read(root / family / f"{name}{kind.ending}")
    most, room = int(max(instance.delivery.max(), instance.pickup.max())), max(v.capacity for v in instance.fleet)
    if most > room:
        raise DamagedInstanceError(f"{name}{kind.ending}: a customer wants {most}, the largest vehicle holds {room}")
    known = root / family / "bks.json"
    best = json.loads(known.read_text("utf-8")).get(name, {}) if known.exists() else {}
    return replace(
        instance,
        family=family,
        best_known=best["bks"] / kind.bks_scale if "bks" in best else None,
        best_vehicles=best.get("vehicles"),
    )
