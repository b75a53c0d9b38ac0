"""What a task takes along to a machine that shares nothing with ours, and what comes back.

The task itself goes as a pickle. Files that it would read (roads, elevation, overlays, profiles) are named by content
and sent once to each machine that lacks them; a task that arrives finds them in one folder by that name. Results
that it needs go along. Pickles run code where they are opened: a cluster is for machines that trust each other.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from scenarios.scenario import Scenario
from scenarios.variants.cells import content_hash, files_beside

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.scenario import Roads
    from scenarios.variants.cells import Task
    from scenarios.variants.executor import Failure
    from scenarios.variants.store import Store

OVERLAYS = ("file", "overrides", "closures", "profiles")
"""Fields of ``Roads`` that name one file; ``elevation`` names several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A task on its way; ``files`` are names in the folder of files, ``made_by`` who may open it."""

    key: str
    made_by: tuple[str, ...]
    task: bytes
    needs: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What became of a parcel at ``worker``: one of ``content``, ``failure``, ``lacking``, ``made_by`` and ``died``.

    ``lacking``: files that must come first. ``made_by``: the worker's versions, where they are others than the
    parcel's. ``died``: why there is neither result nor failure, so that another try may help.
    """

    worker: str
    content: dict[str, Any] | None = None
    failure: Failure | None = None
    lacking: tuple[str, ...] = ()
    made_by: tuple[str, ...] = ()
    died: str = ""
    seconds: float = 0.0


def pack(task: Task, store: Store, made_by: tuple[str, ...]) -> tuple[Parcel, dict[str, Path]]:
    """Return the parcel, and where the files that it names lie here. O(size of the task); files are read once.

    A result that is needed and not in the store is left out: the task itself tells what is missing.
    """
    detached, files = _detached(task)
    kept = {key: content for key in task.needs if (content := store.get(key)) is not None}
    packed = pickle.dumps(detached, protocol=pickle.HIGHEST_PROTOCOL)
    return Parcel(key=task.key, made_by=made_by, task=packed, needs=kept, files=tuple(sorted(files))), files


def unpack(parcel: Parcel, files: Path, cache: Path) -> Task:
    """Return the task with its files in the folder ``files`` and travel times kept in ``cache``."""
    task = pickle.loads(parcel.task)  # noqa: S301 - the module says whom a cluster trusts
    changes: dict[str, Any] = {name: replace(day, folder=files) for name, day in _scenarios(task).items()}
    if any(each.name == "cache" for each in fields(task)):
        changes["cache"] = cache
    return cast("Task", replace(task, **changes))


def _detached(task: Task) -> tuple[Task, dict[str, Path]]:
    """Return the task with files named by content, and the files by these names."""
    files: dict[str, Path] = {}
    changes: dict[str, Any] = {}
    for name, day in _scenarios(task).items():
        changes[name] = replace(day, folder=None, roads=_by_content(day, files))
    return (replace(cast("Any", task), **changes) if changes else task), files


def _scenarios(task: Any) -> dict[str, Scenario]:
    if not is_dataclass(task):
        return {}
    values = ((each.name, getattr(task, each.name)) for each in fields(task))
    return {name: value for name, value in values if isinstance(value, Scenario)}


def _by_content(day: Scenario, files: dict[str, Path]) -> Roads:
    def renamed(name: str) -> str:
        if not name:
            return ""
        path = day.path(name)
        folder = content_hash(path)
        files.update({f"{folder}/{each.name}": each for each in files_beside(path)})
        return f"{folder}/{path.name}"

    changes: dict[str, Any] = {name: renamed(getattr(day.roads, name)) for name in OVERLAYS}
    return replace(day.roads, **changes, elevation=tuple(map(renamed, day.roads.elevation)))
