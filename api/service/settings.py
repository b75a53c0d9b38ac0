"""Settings of the service: defaults, then a TOML file, then variables ``GONGPEI_*``.

Every figure here is a default that an operator may change; none is a measure of anything.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from api.errors import InvalidInput
from api.service.database import sqlite_url

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "GONGPEI_"
"""Variables of the environment: ``GONGPEI_DATABASE``, ``GONGPEI_MAX_PLACES``."""

MIB = 1 << 20

SQLITE = "gongpei.sqlite"
"""Name of the database in the data folder, where no other is named."""

Kind = TypeVar("Kind", "Limits", "Settings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one county, one request, one job may take."""

    max_body_bytes: int = 32 * MIB
    max_places: int = 2_000
    max_vehicles: int = 500
    max_orders: int = 50_000
    queue_per_county: int = 100
    """Jobs of a county that are not ended."""
    queue_in_all: int = 1_000
    streams_per_county: int = 50
    """Event streams of a county that are open on one process of the API."""
    streams_in_all: int = 400
    webhooks_per_county: int = 10
    """Receivers of a county; they are called one after another."""
    solve_seconds_most: int = 3_600
    replan_seconds_most: int = 60
    """Of a replan, which may run beside the jobs that fill a worker's slots."""
    solve_workers_most: int = 2
    """Solver processes of one job."""
    child_memory_bytes: int = 4_096 * MIB
    """Memory of each process of a job."""
    child_file_bytes: int = 1_024 * MIB
    """Size of any one file that a job writes."""
    child_spare_s: int = 900
    """What reading, roads, judging and writing may take besides the seconds to solve."""

    def seconds_most(self, kind: str) -> int:
        """Return how long a job of this kind may solve."""
        return min(self.replan_seconds_most, self.solve_seconds_most) if kind == "replan" else self.solve_seconds_most


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the service keeps its things and what it allows."""

    data: Path = Path("gongpei-data")
    """Folder of the SQLite file and of what jobs write while they run."""
    database: str = ""
    """Address of the database; empty: SQLite in ``data``."""
    key_file: Path | None = None
    """File with the keys of personal fields; it must lie outside ``data``."""
    slots: int = 1
    """Jobs that one worker runs at a time; a replan may be one more."""
    lease_s: float = 5.0
    """A worker that is silent for so long has lost its jobs."""
    heartbeat_s: float = 1.0
    poll_s: float = 0.2
    """How often a worker looks for jobs and wishes."""
    grace_s: float = 20.0
    """How long a worker that is told to end waits for its jobs before it gives them back."""
    scenarios_kept: int = 0
    """Scenarios that one process of the API keeps ready for questions; 0: as many as a quarter of the memory holds at
    1 GiB each, 3 at least. A county beyond them waits until its scenario is loaded."""
    webhook_hosts: tuple[str, ...] = ()
    """Hosts with private addresses that webhooks may reach."""
    retention_days: int = 90
    """Personal fields older than this are removed by ``gongpei admin purge``."""
    forget_days: int = 0
    """Jobs that ended longer ago, plans that were not published and revisions that were replaced are removed by
    ``gongpei admin forget``; 0: nothing is."""
    cache_days: int = 30
    """Travel times and results of comparisons that nobody has used for so long are removed from ``data``."""
    cache_bytes: int = 8_192 * MIB
    """What they may take together; then those go first that were not used for longest."""
    limits: Limits = field(default_factory=Limits)

    @property
    def url(self) -> str:
        """Return the address of the database."""
        return self.database or sqlite_url(self.data / SQLITE)


def load_settings(file: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings; what stands in a variable goes before what stands in ``file``.

    The file has the names of ``Settings`` at its top and those of ``Limits`` under ``[limits]``.

    Raises
    ------
    InvalidInput
        E600 for a file that cannot be read, an unknown name, or a value of the wrong kind.
    """
    environment = os.environ if environment is None else environment
    table = {} if file is None else _read(file)
    limits = table.pop("limits", {})
    if not isinstance(limits, dict):
        raise InvalidInput("E600", path=file, detail="limits")
    where = str(file) if file is not None else "-"
    chosen = _changed(Limits(), {**limits, **_variables(Limits, environment)}, where)
    return _changed(replace(Settings(), limits=chosen), {**table, **_variables(Settings, environment)}, where)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput("E600", path=file, detail=error) from None


def _variables(kind: type, environment: Mapping[str, str]) -> dict[str, str]:
    names = {PREFIX + each.name.upper(): each.name for each in fields(kind)}
    return {name: environment[variable] for variable, name in names.items() if variable in environment}


def _changed(base: Kind, values: Mapping[str, Any], where: str) -> Kind:
    known = {each.name for each in fields(base)} - {"limits"}
    for name in values:
        if name not in known:
            raise InvalidInput("E600", path=where, detail=name)
    return replace(base, **{name: _value(name, getattr(base, name), value, where) for name, value in values.items()})


def _value(name: str, default: Any, value: Any, where: str) -> Any:
    """Return ``value`` as the kind of thing that the default is; variables are always text."""
    try:
        if name in ("data", "key_file"):
            return Path(value)
        if isinstance(default, tuple):
            return tuple(value.split(",")) if isinstance(value, str) else tuple(map(str, value))
        if isinstance(default, str):
            return str(value)
        number = type(default)(value)
    except (TypeError, ValueError):
        raise InvalidInput("E600", path=where, detail=f"{name} = {value!r}") from None
    if isinstance(value, bool) or number < 0:
        raise InvalidInput("E600", path=where, detail=f"{name} = {value!r}")
    return number
