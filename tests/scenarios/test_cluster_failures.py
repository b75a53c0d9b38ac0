"""A killed worker, a cut line and a restarted scheduler cost cells in flight and change no result."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from optimizer.check import check
from optimizer.stop import Stop
from scenarios.build import build_problem
from scenarios.files import read_scenario
from scenarios.text import Text
from scenarios.variants.cells import Limit
from scenarios.variants.cluster import Cluster
from scenarios.variants.compare import carry_out, prepare
from scenarios.variants.executor import LocalProcesses
from scenarios.variants.model import BASE, Prices, Variant, VariantSet
from scenarios.variants.plan_json import unpack_plan
from scenarios.variants.store import Store
from scenarios.variants.table import rows_of
from tests.scenarios.cluster_rig import have_ended, may_have_namespaces, rig
from tests.scenarios.tasks import Here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from optimizer.check import Violation
    from scenarios.variants.cells import PlanCell, Task
    from scenarios.variants.compare import Comparison
    from scenarios.variants.executor import Executor, Outcome

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
CUT_S = 3.0


@dataclass
class Eventful:
    """An executor on which something happens after so many outcomes."""

    inner: Executor
    events: dict[int, Callable[[], None]]
    seen: int = 0
    workers: int = 2

    def run(self, tasks: Sequence[Task], store: Store, cancel: threading.Event | None = None) -> Iterator[Outcome]:
        """Yield the outcomes of the inner one."""
        for outcome in self.inner.run(tasks, store, cancel):
            yield outcome
            self.seen += 1
            self.events.get(self.seen, lambda: None)()


def ill_treated(folder: Path, stop: Stop) -> tuple[Comparison, Store]:
    """Return a comparison on two workers: one killed, the line of the other cut for seconds, the scheduler restarted.

    In network namespaces where they are permitted, else through proxies. Roads lie in a file that workers do not have.
    """
    county = read_scenario(LIBRARY / "four_villages")
    dear = Variant(id="dear", name=Text("贵", "dear"), prices=Prices(wages=1.5))
    apart = Variant(id="apart", name=Text("分", "apart"), coalitions=())
    as_it_is = Variant(id=BASE, name=Text("现状", "as it is"))
    wanted = VariantSet(variants=(as_it_is, dear, apart))
    agenda = prepare(county, wanted, days=1, limit=Limit(stop=stop), cache=folder / "cache")
    with rig(folder, namespaces=may_have_namespaces()) as cluster, Cluster(address=cluster.address) as executor:
        orphans: set[int] = set()

        def cut() -> None:
            cluster.lines[1].cut()
            threading.Timer(CUT_S, cluster.lines[1].mend).start()

        def restart() -> None:
            cluster.kill_scheduler()
            cluster.start_scheduler()

        events = {1: lambda: orphans.update(cluster.kill_worker(0)), 2: cut, 3: restart}
        eventful = Eventful(inner=executor, events=events)
        store = Store(folder=folder / "results")
        far = carry_out(agenda, store, eventful)
        assert eventful.seen > max(events)
        assert orphans
        assert have_ended(orphans, within_s=10)
    return far, store


def violations_of_kept(cell: PlanCell, store: Store) -> Sequence[Violation]:
    """Return what the referee says of the plan that is kept for a part of a day, by its county as built here."""
    content = store.get(cell.key)
    assert content is not None
    return check(build_problem(cell.part).problem, unpack_plan(content["plan"]).plan)


@pytest.mark.slow
def test_a_comparison_in_rounds_survives_whatever_happens_to_its_cluster_with_the_same_table(tmp_path: Path) -> None:
    """Nothing is lost, every measure and every row is that of two processes here, and a second run computes nothing."""
    far, store = ill_treated(tmp_path, Stop(iterations=1))
    assert far.losses == ()
    assert far.is_whole
    near = carry_out(far.agenda, Store(folder=tmp_path / "here"), LocalProcesses(workers=2))
    assert far.measured == near.measured
    assert rows_of(far) == rows_of(near)
    assert carry_out(far.agenda, store, Here()).computed == 0


@pytest.mark.slow
def test_a_comparison_in_seconds_survives_whatever_happens_to_its_cluster_with_every_cell_refereed(
    tmp_path: Path,
) -> None:
    """Each of 3 variants x 1 day is measured, and the referee passes the kept plan of each of its parts once more."""
    far, store = ill_treated(tmp_path, Stop(seconds=2))
    assert far.losses == ()
    assert far.is_whole
    assert {(name, day) for name, days in far.measured.items() for day in days} == {
        (variant.id, day.id) for variant in far.agenda.variants for day in far.agenda.days
    }
    assert all(store.get(each.key) is not None for each in far.agenda.cells)
    parts = [cell for each in far.agenda.cells for _, cell in each.parts]
    assert len(parts) > len(far.agenda.cells)
    assert [v for cell in parts for v in violations_of_kept(cell, store)] == []
    assert carry_out(far.agenda, store, Here()).computed == 0
