"""A killed worker, a cut line and a restarted scheduler cost cells in flight and change no result."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from optimizer.stop import Stop
from scenarios.files import read_scenario
from scenarios.text import Text
from scenarios.variants.cells import Limit
from scenarios.variants.cluster import Cluster
from scenarios.variants.compare import carry_out, prepare
from scenarios.variants.executor import LocalProcesses
from scenarios.variants.model import BASE, Prices, Variant, VariantSet
from scenarios.variants.store import Store
from scenarios.variants.table import rows_of
from tests.scenarios.cluster_rig import have_ended, may_have_namespaces, rig
from tests.scenarios.tasks import Here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scenarios.variants.cells import Task
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


@pytest.mark.slow
def test_a_comparison_survives_whatever_happens_to_its_cluster_with_the_same_table(tmp_path: Path) -> None:
    """Two workers: one killed, the line of the other cut for seconds, the scheduler killed and started again.

    In network namespaces where they are permitted, else through proxies. Roads lie in a file that workers do not have.
    """
    county = read_scenario(LIBRARY / "four_villages")
    dear = Variant(id="dear", name=Text("贵", "dear"), prices=Prices(wages=1.5))
    apart = Variant(id="apart", name=Text("分", "apart"), coalitions=())
    as_it_is = Variant(id=BASE, name=Text("现状", "as it is"))
    wanted = VariantSet(variants=(as_it_is, dear, apart))
    agenda = prepare(county, wanted, days=1, limit=Limit(stop=Stop(iterations=1)), cache=tmp_path / "cache")
    with rig(tmp_path, namespaces=may_have_namespaces()) as cluster, Cluster(address=cluster.address) as executor:
        orphans: set[int] = set()

        def cut() -> None:
            cluster.lines[1].cut()
            threading.Timer(CUT_S, cluster.lines[1].mend).start()

        def restart() -> None:
            cluster.kill_scheduler()
            cluster.start_scheduler()

        events = {1: lambda: orphans.update(cluster.kill_worker(0)), 2: cut, 3: restart}
        eventful = Eventful(inner=executor, events=events)
        store = Store(folder=tmp_path / "results")
        far = carry_out(agenda, store, eventful)
        assert eventful.seen > max(events)
        assert orphans
        assert have_ended(orphans, within_s=10)
    assert far.losses == ()
    assert far.is_whole
    near = carry_out(agenda, Store(folder=tmp_path / "here"), LocalProcesses(workers=2))
    assert far.measured == near.measured
    assert rows_of(far) == rows_of(near)
    assert carry_out(agenda, store, Here()).computed == 0
