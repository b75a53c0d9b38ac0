"""What a comparison computes: a plan for every part of every day of every variant, then the measures of whole days.

Each is a task with a key: a hash of all that decides its result, which are the day as a scenario, the content of
its road files, limit, seed, processes, the versions of the solvers and our own source. So a result found under its
key is the result, whoever computed it and when. Under a limit in seconds it is one result of many possible ones.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from optimizer.tiers.model import Tiers
from optimizer.tiers.plan import driven
from scenarios.build import build_problem
from scenarios.errors import ScenarioFailed
from scenarios.kpis import BrandKpis, Kpis
from scenarios.variants.county_plan import measure_county, solve_county
from scenarios.variants.merge import merged, pieces_by_way, told
from scenarios.variants.plan_json import pack_plan, unpack_plan
from scenarios.variants.usage import pack_usage, usage_of

if TYPE_CHECKING:
    from optimizer.stop import Stop
    from optimizer.tiers.model import TieredPlan
    from scenarios.build import County
    from scenarios.scenario import Scenario
    from scenarios.variants.store import Store

PACKAGES = ("numpy", "scipy", "ortools", "pyvrp")
"""Whose versions are part of a key; of our own packages the source itself is."""

WORDS_ONLY = ("name", "sources", "placeholders")
"""Fields of a scenario that change no plan."""

OURS = ("optimizer", "networks", "scenarios")
SOURCE_SUFFIXES = {".py", ".cpp", ".hpp", ".h", ".toml"}

LARGE = 1_000_000
"""Bytes from which a file is read again only where its size or time of change differ; many cells name the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How long, from which seed and on how many processes one part is solved; of an agenda, a variant's whole day."""

    stop: Stop
    seed: int = 0
    workers: int = 1


class Task(Protocol):
    """Something to compute, in any process; ``run`` gives JSON values that a store keeps under ``key``."""

    @property
    def key(self) -> str:
        """Hash of all that decides the result."""
        ...

    @property
    def needs(self) -> tuple[str, ...]:
        """Keys of the earlier results that ``run`` asks the store for: what has to go along to another machine."""
        ...

    def run(self, store: Store) -> dict[str, Any]:
        """Compute it; results of earlier tasks are in ``store``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCell:
    """One part of a day to be planned; ``cache`` is the folder of travel times."""

    key: str
    part: Scenario
    limit: Limit
    cache: Path | None = None
    needs: tuple[str, ...] = ()

    def run(self, store: Store) -> dict[str, Any]:  # noqa: ARG002 - plans need no earlier results
        """Return plan, measures, pieces by kind of way, and seconds."""
        began = time.monotonic()
        county = build_problem(self.part, cache=self.cache, energy=True)
        plan = solve_county(county, stop=self.limit.stop, seed=self.limit.seed, workers=self.limit.workers)
        return {"plan": pack_plan(plan), **measured(county, plan), "seconds": round(time.monotonic() - began, 3)}


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCell:
    """A whole day to be measured, whose parts were planned apart; ``parts`` are the keys of their plans."""

    key: str
    day: Scenario
    parts: tuple[str, ...]
    cache: Path | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """The plans of the parts."""
        return self.parts

    def run(self, store: Store) -> dict[str, Any]:
        """Return the measures of all parts together.

        Raises
        ------
        ScenarioFailed
            E359, should a plan be gone or not belong to the day.
        """
        began = time.monotonic()
        found = [store.get(key) for key in self.parts]
        plans = [unpack_plan(each["plan"]) for each in found if each is not None]
        if len(plans) < len(self.parts):
            raise ScenarioFailed("E359", detail=f"{len(self.parts) - len(plans)} missing")
        county = build_problem(self.day, cache=self.cache, energy=True)
        tiers = county.tiers or Tiers(problem=county.problem)
        try:
            covered = sorted(i for plan in plans for i in told(tiers, plan))
        except KeyError as error:
            raise ScenarioFailed("E359", detail=f"shipment {error}") from None
        if covered != sorted(s.id for s in county.problem.shipments):
            raise ScenarioFailed("E359", detail="shipments")
        return {**measured(county, merged(tiers, plans)), "seconds": round(time.monotonic() - began, 3)}


def measured(county: County, plan: TieredPlan) -> dict[str, Any]:
    """Return measures and usage by vehicle type as JSON values, and the pieces by kind of way where there are tiers."""
    ways = None if county.tiers is None else pieces_by_way(county.tiers, plan)
    problem = county.problem if county.tiers is None else driven(county.tiers, plan)
    usage = pack_usage(usage_of(problem, plan.plan))
    return {"kpis": asdict(measure_county(county, plan)), "ways": ways, "usage": usage}


def kpis_of(content: dict[str, Any]) -> Kpis:
    """Return the measures of a result."""
    values = content["kpis"]
    return Kpis(**{**values, "brands": tuple(BrandKpis(**brand) for brand in values["brands"])})


def plan_cell(part: Scenario, limit: Limit, cache: Path | None) -> PlanCell:
    """Return the task of planning ``part``."""
    bare = essence(part)
    how = (limit.stop.seconds, limit.stop.iterations, limit.seed, limit.workers)
    return PlanCell(key=hash_of("plan", bare, how, made_by()), part=part, limit=limit, cache=cache)


def day_cell(day: Scenario, parts: tuple[PlanCell, ...], cache: Path | None) -> DayCell:
    """Return the task of measuring ``day`` from the plans of its parts."""
    keys = tuple(part.key for part in parts)
    return DayCell(key=hash_of("day", essence(day), keys), day=day, parts=keys, cache=cache)


def essence(scenario: Scenario) -> str:
    """Return a hash of what decides plans and measures: all but words about it, with the content of road files."""
    decisive = [f.name for f in fields(scenario) if f.compare and f.name not in WORDS_ONLY]
    return hash_of([(name, stable_text(getattr(scenario, name))) for name in decisive], _roads_content(scenario))


def stable_text(value: object) -> str:
    """Return a text that is equal for equal values in every process, where ``repr`` alone is not: sets are sorted.

    Ten times as fast as ``Scenario.digest``, which a comparison would ask for hundreds of times.
    """
    text = repr(value)
    if "frozenset({" not in text:
        return text
    if isinstance(value, frozenset):
        return "{" + ",".join(sorted(map(stable_text, value))) + "}"
    if isinstance(value, tuple):
        return "(" + ",".join(map(stable_text, value)) + ")"
    if is_dataclass(value):
        return type(value).__name__ + stable_text(tuple((f.name, getattr(value, f.name)) for f in fields(value)))
    return text


def _roads_content(scenario: Scenario) -> tuple[str, ...]:
    roads = scenario.roads
    names = (roads.file, roads.overrides, roads.closures, roads.profiles, *roads.elevation)
    return tuple(content_hash(scenario.path(name)) if name else "" for name in names)


def content_hash(path: Path) -> str:
    """Return a hash of a file and of those that belong to it."""
    return hash_of(*(_file_hash(each) for each in files_beside(path)))


def files_beside(path: Path) -> tuple[Path, ...]:
    """Return the file and those that belong to it (a Shapefile is several), sorted; those that there are."""
    beside = sorted(path.parent.glob(f"{path.stem}.*")) if path.suffix.lower() == ".shp" else [path]
    return tuple(each for each in beside if each.is_file())


def _file_hash(path: Path) -> str:
    mark = path.stat()
    if mark.st_size < LARGE:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return _large_file_hash(str(path), mark.st_mtime_ns, mark.st_size)


@lru_cache(maxsize=256)
def _large_file_hash(name: str, _changed_ns: int, _size: int) -> str:
    return hashlib.sha256(Path(name).read_bytes()).hexdigest()


@lru_cache(maxsize=1)
def made_by() -> tuple[str, ...]:
    """Return the versions of solvers and a hash of our own source; read once a process, about 50 ms."""
    root = Path(__file__).resolve().parents[2]
    ours = hashlib.sha256()
    for path in sorted(p for name in OURS for p in (root / name).rglob("*") if p.suffix in SOURCE_SUFFIXES):
        if "library" not in path.parts:
            ours.update(path.read_bytes())
    return (*(version(name) for name in PACKAGES), ours.hexdigest())


def hash_of(*parts: object) -> str:
    """Return a hash of JSON values."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
