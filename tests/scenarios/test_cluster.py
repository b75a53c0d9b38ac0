"""A Dask cluster as an executor: what goes along, what comes back, what is refused, and how cells end."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from distributed.core import Status

from optimizer.stop import Stop
from scenarios.errors import InvalidInput
from scenarios.files import read_scenario
from scenarios.variants.cells import DayCell, Limit, plan_cell
from scenarios.variants.cluster import LOST, Cluster
from scenarios.variants.cluster_parcel import pack, unpack
from scenarios.variants.cluster_worker import why_end
from scenarios.variants.store import Store
from tests.scenarios.cluster_rig import Rig, cells_here, have_ended, rig
from tests.scenarios.small_county import scenario
from tests.scenarios.tasks import Doing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scenarios.text import Text

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
LIMIT = Limit(stop=Stop(iterations=1))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store."""
    return Store(folder=tmp_path / "results")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Give a scheduler with one worker."""
    with rig(tmp_path_factory.mktemp("cluster"), workers=1, namespaces=False) as made:
        yield made


# ---- parcels


def test_a_parcel_carries_its_road_files_by_content(tmp_path: Path, store: Store) -> None:
    """The roads of the county arrive elsewhere under a name that is their content's, and everything else as it was."""
    county = read_scenario(LIBRARY / "four_villages")
    parcel, files = pack(plan_cell(county, LIMIT, tmp_path), store, ())
    (name,) = parcel.files
    assert files[name].name == "roads.geojson"
    there = tmp_path / "there"
    (there / name).parent.mkdir(parents=True)
    (there / name).write_bytes(files[name].read_bytes())
    task = unpack(parcel, there, tmp_path / "their cache")
    part = task.part  # type: ignore[attr-defined]
    assert part.path(part.roads.file).read_bytes() == county.path(county.roads.file).read_bytes()
    assert task.cache == tmp_path / "their cache"  # type: ignore[attr-defined]
    assert replace(part, roads=county.roads) == county


def test_a_parcel_carries_the_results_that_its_task_needs(store: Store) -> None:
    """The plan of one part is known, that of the other is not."""
    store.put("aa", {"plan": 1})
    parcel, _ = pack(DayCell(key="whole", day=scenario(), parts=("aa", "bb")), store, ())
    assert parcel.needs == {"aa": {"plan": 1}}


def test_files_of_the_same_content_are_one_file(tmp_path: Path, store: Store) -> None:
    """Two counties with copies of the same roads send them once."""
    names = set()
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "closed.csv").write_text("same")
        day = scenario(folder=tmp_path / folder)
        day = replace(day, roads=replace(day.roads, closures="closed.csv"))
        names |= set(pack(plan_cell(day, LIMIT, None), store, ())[0].files)
    assert len(names) == 1


# ---- cells


@pytest.mark.slow
def test_what_fails_is_told_and_what_dies_is_tried_again_before_that(cluster: Rig, store: Store) -> None:
    """Refused keeps its code, a crash is E358, a process that dies every time E504; what is fine is kept here."""
    tasks = [Doing(key=f"{n}{what}", what=what) for n, what in enumerate(("refuse", "crash", "die", "fine"))]
    with Cluster(address=cluster.address) as executor:
        outcomes = {o.key: o.failure for o in executor.run(tasks, store)}
    assert {key: failure and failure.code for key, failure in outcomes.items()} == {
        "0refuse": "E356",
        "1crash": "E358",
        "2die": "E504",
        "3fine": None,
    }
    assert store.get("3fine") == {"said": "3fine"}


@pytest.mark.slow
def test_a_stop_ends_cells_in_flight_on_their_machines(cluster: Rig, store: Store) -> None:
    """A minute's sleep is waited for neither here nor there."""
    cancel = threading.Event()
    asleep: set[int] = set()

    def stop() -> None:
        asleep.update(cells_here())
        cancel.set()

    timer = threading.Timer(5, stop)
    timer.start()
    began = time.monotonic()
    with Cluster(address=cluster.address) as executor:
        assert list(executor.run([Doing(key="s", what="sleep")], store, cancel)) == []
        timer.join()
    assert time.monotonic() - began < 40
    assert have_ended(asleep, within_s=15)


def test_a_cell_has_to_end_when_it_is_not_wanted_or_holds_too_much_memory() -> None:
    """Dask marks a cancelled task and lets it run; its nanny does not see the memory of our process."""
    running = SimpleNamespace(tasks={"cell": SimpleNamespace(state="executing")}, nthreads=1)
    memory = SimpleNamespace(memory_limit=0)
    worker: Any = SimpleNamespace(state=running, status=Status.running, memory_manager=memory, address="tcp://w")
    assert why_end(worker, "cell", os.getpid()) == ""
    memory.memory_limit = 1_000_000
    assert why_end(worker, "cell", os.getpid()).startswith("more memory than the 0.0 GB")
    running.tasks["cell"].state = "cancelled"
    assert why_end(worker, "cell", os.getpid()) == "no longer wanted"
    assert why_end(worker, "other", os.getpid()) == "no longer wanted"


@pytest.mark.slow
def test_a_worker_with_other_versions_is_refused_by_name(cluster: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """We claim another source than the worker's: refused before any cell."""
    ours = ("1", "2", "3", "4", "other source")
    monkeypatch.setattr("scenarios.variants.cluster.made_by", lambda: ours)
    with pytest.raises(InvalidInput, match=r"^E501 ") as refused, Cluster(address=cluster.address):
        pass
    (fault,) = refused.value.faults
    assert fault.value.startswith("tcp://")
    assert fault.values["what"] == "numpy"


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://here:1"])
def test_an_address_without_a_scheduler_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens there, or it is no address at all."""
    monkeypatch.setattr("scenarios.variants.cluster.CONNECT_S", 1)
    with pytest.raises(InvalidInput, match=r"^E502 "), Cluster(address=address):
        pass


@pytest.mark.slow
def test_a_cluster_without_workers_is_refused_and_one_that_goes_away_is_given_up(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has joined: E503. The scheduler ends and does not come back: what is left is E505, in bounded time."""
    monkeypatch.setattr("scenarios.variants.cluster.CONNECT_S", 1)
    with rig(tmp_path, workers=0, namespaces=False) as bare:
        bare.await_scheduler()
        with pytest.raises(InvalidInput, match=r"^E503 "), Cluster(address=bare.address):
            pass
        bare.add_worker()
        monkeypatch.setattr("scenarios.variants.cluster.CONNECT_S", 60)
        told: list[Text] = []
        with Cluster(address=bare.address, patience_s=5, notice=told.append) as executor:
            monkeypatch.setattr("scenarios.variants.cluster.CONNECT_S", 1)
            threading.Timer(1, bare.kill_scheduler).start()
            (outcome,) = executor.run([Doing(key="s", what="sleep")], store)
    assert outcome.failure is not None
    assert outcome.failure.code == "E505"
    assert told == [LOST]
