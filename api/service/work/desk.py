"""What the kinds of work have in common: where things lie, how to tell, when to end, what to hand over."""

from __future__ import annotations

import argparse
import json
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from api.errors import InvalidInput
from api.plan_file import read_plan, write_plan
from api.service.folders import refuse_outside
from optimizer.stop import Stop

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping
    from pathlib import Path

    from api.schemas import PlanFile

SCENARIO, CHECKPOINT, PLAN, PAST = "scenario", "checkpoint.z", "plan.z", "past.json"
"""Names in the folder of a job: the county, the best plan of an earlier attempt, the plan that is asked about, and the
replans behind that."""


class Tell(Protocol):
    """Takes what a job has to say while it is at work."""

    def phase(self, name: str) -> None:
        """Begin a phase, named as in ``api.progress``."""
        ...

    def incumbent(self, cost_fen: int, unserved: int, search: str) -> None:
        """Tell of a better plan."""
        ...

    def checkpoint(self, cost_fen: int, content: bytes) -> None:
        """Hand over the best plan so far, as zlib of ``plan.json``."""
        ...

    def log(self, text: str) -> None:
        """Say a line to whoever follows the job."""
        ...


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One job at work; ``cache`` is shared by a county's jobs and holds travel times and results of comparisons."""

    folder: Path
    cache: Path
    request: Mapping[str, Any]
    most_s: int
    most_workers: int
    tell: Tell
    cancel: threading.Event

    @property
    def scenario(self) -> Path:
        """Return the folder of the county."""
        return self.folder / SCENARIO

    @property
    def stop(self) -> Stop:
        """Return when to end; never later than the operator allows."""
        seconds, iterations = self.request.get("seconds"), self.request.get("iterations")
        if seconds is None and iterations is None:
            raise InvalidInput("E611", name="seconds")
        most_s = float(self.most_s)
        return Stop(seconds=most_s if seconds is None else min(float(seconds), most_s), iterations=iterations)

    @property
    def seed(self) -> int:
        """Return the seed."""
        return int(self.request.get("seed") or 0)

    @property
    def workers(self) -> int:
        """Return how many processes may solve."""
        return min(int(self.request.get("workers") or 1), self.most_workers)

    @property
    def options(self) -> argparse.Namespace:
        """Return seed and workers as the command line has them."""
        return argparse.Namespace(seed=self.seed, workers=self.workers)

    def record(self, name: str) -> PlanFile | None:
        """Return a plan that lies in the folder, None where there is none."""
        packed = self.folder / name
        if not packed.exists():
            return None
        file = packed.with_suffix(".json")
        file.write_bytes(zlib.decompress(packed.read_bytes()))
        return read_plan(file)

    @property
    def past(self) -> list[dict[str, str]]:
        """Return the replans behind the plan, as ``api.service.replanned.day_of`` takes them."""
        file = self.folder / PAST
        found: list[dict[str, str]] = json.loads(file.read_text("utf-8")) if file.exists() else []
        return found

    def packed(self, record: PlanFile) -> bytes:
        """Return a plan as it is stored, its digest filled in."""
        file = self.folder / "packing.json"
        write_plan(record, file)
        return zlib.compress(file.read_bytes())

    def written(self, entry: str, suffix: str = ".toml") -> Path:
        """Write a text of the request beside the county's files, where the files that it names lie, and return it.

        Raises
        ------
        InvalidInput
            E611 without such a text, E645 where it names a file elsewhere.
        """
        text = self.request.get(entry)
        if not isinstance(text, str):
            raise InvalidInput("E611", name=entry)
        refuse_outside(text)
        file = self.scenario / f"{entry}{suffix}"
        file.write_text(text, encoding="utf-8")
        return file


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What has come of a job; plan and result as they are stored."""

    plan: bytes | None = None
    result: bytes | None = None
    cost_fen: int | None = None
    bound_fen: int | None = None
    unserved: int | None = None
    stopped: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)
