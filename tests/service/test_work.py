"""What a child does for each kind of job, on counties of the library, with a round or two of solving."""

from __future__ import annotations

import json
import os
import shutil
import threading
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from api.errors import InvalidInput
from api.service.work import comparing, replanning, solving
from api.service.work.desk import CHECKPOINT, PLAN, Desk
from scenarios.variants.executor import LocalProcesses
from scenarios.variants.store import Store
from tests.service.workers import LIBRARY

if TYPE_CHECKING:
    from pathlib import Path

    from api.service.work.desk import Done

EVENTS = """
now = "09:10"
[[cancelled]]
order = "D2"
"""

VARIANTS = """
against = "pay"
[base]
[[variants]]
id = "pay"
wages = 1.5
"""


@dataclass(kw_only=True)
class Heard:
    """Keeps what a job tells."""

    phases: list[str] = field(default_factory=list)
    costs: list[int] = field(default_factory=list)
    kept: list[tuple[int, bytes]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def phase(self, name: str) -> None:
        """Keep a phase."""
        self.phases.append(name)

    def incumbent(self, cost_fen: int, unserved: int, search: str) -> None:  # noqa: ARG002 - as called
        """Keep a cost."""
        self.costs.append(cost_fen)

    def checkpoint(self, cost_fen: int, content: bytes) -> None:
        """Keep a plan."""
        self.kept.append((cost_fen, content))

    def log(self, text: str) -> None:
        """Keep a line."""
        self.lines.append(text)


def desk(tmp_path: Path, county: str = "four_villages", **request: Any) -> tuple[Desk, Heard]:
    """Return a desk with a copy of a county, and who listens."""
    heard = Heard()
    shutil.copytree(LIBRARY / county, tmp_path / "scenario", ignore=shutil.ignore_patterns("cache"))
    made = Desk(
        folder=tmp_path,
        cache=tmp_path / "cache",
        request={"iterations": 1, "seed": 1, **request},
        most_s=60,
        most_workers=1,
        tell=heard,
        cancel=threading.Event(),
    )
    return made, heard


def plan_in(done: Done) -> dict[str, Any]:
    """Return the plan that a job hands over."""
    assert done.plan is not None
    found: dict[str, Any] = json.loads(zlib.decompress(done.plan))
    return found


def test_a_solve_tells_its_phases_and_hands_over_each_better_plan(tmp_path: Path) -> None:
    """The last checkpoint costs what the plan costs; all villages are served."""
    made, heard = desk(tmp_path)
    done = solving.run(made)
    assert heard.phases == ["read", "roads", "solve", "worth", "write"]
    assert heard.costs == sorted(heard.costs, reverse=True)
    assert heard.kept[-1][0] == done.cost_fen == sum(plan_in(done)["plan"]["cost"].values())
    assert (done.unserved, done.stopped) == (0, False)
    assert set(done.versions) >= {"gongpei", "ortools", "python"}


@pytest.mark.slow
@pytest.mark.parametrize("county", ["four_villages", "three_tiers"])
def test_a_retry_is_never_dearer_than_its_checkpoint(tmp_path: Path, county: str) -> None:
    """What an attempt of three seconds has found is kept by one of a fraction of a second."""
    made, _ = desk(tmp_path, county, iterations=None, seconds=3)
    first = solving.run(made)
    assert first.plan is not None
    (tmp_path / CHECKPOINT).write_bytes(first.plan)
    again, _ = desk(tmp_path / "again", county, iterations=None, seconds=0.4)
    (tmp_path / "again" / CHECKPOINT).write_bytes(first.plan)
    second = solving.run(again)
    assert second.cost_fen is not None
    assert first.cost_fen is not None
    assert second.cost_fen <= first.cost_fen


def test_a_county_with_faults_is_refused_with_all_of_them(tmp_path: Path) -> None:
    """Two rows are spoiled: two faults, by file and row."""
    made, _ = desk(tmp_path)
    file = tmp_path / "scenario" / "vehicles.csv"
    file.unlink()
    (tmp_path / "scenario" / "brands.csv").write_text("x\n")
    with pytest.raises(ValueError, match="E300") as caught:
        solving.run(made)
    assert {fault.file for fault in caught.value.faults} >= {"vehicles.csv", "brands.csv"}  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a plan of the four villages as it is stored."""
    made, _ = desk(tmp_path_factory.mktemp("planned"))
    plan = solving.run(made).plan
    assert plan is not None
    return plan


def test_a_replan_has_three_answers_and_the_wanted_one_is_its_plan(planned: bytes, tmp_path: Path) -> None:
    """An order is cancelled at 09:10."""
    made, _ = desk(tmp_path, plan="pln_1", events=EVENTS, answer="cheapest")
    (tmp_path / PLAN).write_bytes(planned)
    done = replanning.run(made)
    assert done.result is not None
    result = json.loads(zlib.decompress(done.result))
    assert set(result["answers"]) == set(result["plans"]) == {"smallest", "balanced", "cheapest"}
    assert plan_in(done) == result["plans"]["cheapest"]


@pytest.mark.slow
def test_a_comparison_has_every_variant_and_computes_nothing_twice(tmp_path: Path) -> None:
    """The base and one variant on one day; a second run takes all of it from the store."""
    made, heard = desk(tmp_path, variants=VARIANTS, days=1)
    done = comparing.run(made)
    assert done.result is not None
    result = json.loads(zlib.decompress(done.result))
    assert [each["id"] for each in result["variants"]] == ["base", "pay"]
    assert result["is_whole"]
    assert heard.lines[-1] == "2/2"
    assert comparing.run(made).result == done.result
    assert heard.lines[-1] == "0/0"


@dataclass(frozen=True, kw_only=True)
class Noted:
    """A task whose result is the process that it ran in."""

    key: str

    def run(self, _: Store) -> dict[str, Any]:
        """Return the process."""
        return {"pid": os.getpid()}


@pytest.mark.parametrize(("stopping_s", "done"), [(60.0, ["a", "b"]), (0.0, [])])
def test_a_stopped_comparison_measures_days_at_once_or_leaves_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopping_s: float, done: list[str]
) -> None:
    """In its own process, as another would first have to begin; without time left nothing is begun."""
    monkeypatch.setattr(comparing, "STOPPING_S", stopping_s)
    cancel, store = threading.Event(), Store(folder=tmp_path / "results")
    cancel.set()
    crew = comparing.Prompt(local=LocalProcesses(), cancel=cancel)
    tasks: Any = [Noted(key="a"), Noted(key="b")]
    assert [each.key for each in crew.run(tasks, store)] == done
    assert all(store.get(key) == {"pid": os.getpid()} for key in done)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"plan": "pln_1"}, "E611"),
        ({"plan": "pln_1", "events": "[[closed]]\nfile = '../../etc/passwd'"}, "E645"),
        ({"plan": "pln_1", "events": EVENTS, "keep": "all"}, "E611"),
        ({"plan": "pln_1", "events": EVENTS, "answer": "best"}, "E611"),
    ],
)
def test_a_replan_that_makes_no_sense_is_refused(
    planned: bytes, tmp_path: Path, request_: dict[str, Any], code: str
) -> None:
    """Nothing is read that the request names outside of its folder."""
    made, _ = desk(tmp_path, **request_)
    (tmp_path / PLAN).write_bytes(planned)
    with pytest.raises(InvalidInput) as caught:
        replanning.run(made)
    assert caught.value.code == code


def test_variants_may_not_name_files_elsewhere(tmp_path: Path) -> None:
    """E645 names the entry."""
    made, _ = desk(tmp_path, variants="[[variants]]\nid = 'a'\nclosures = '/etc/passwd'")
    with pytest.raises(InvalidInput, match="E645"):
        comparing.run(made)
