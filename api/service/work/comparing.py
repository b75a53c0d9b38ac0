"""Variants are compared, as by ``gongpei compare``; what was computed before an interruption is not computed again."""

from __future__ import annotations

import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.exports.comparison import write_json
from api.service.work.desk import Done
from scenarios.files import read_scenario
from scenarios.variants.cells import Limit
from scenarios.variants.compare import carry_out, prepare
from scenarios.variants.executor import LocalProcesses, Outcome, attempt
from scenarios.variants.read import read_variants
from scenarios.variants.store import Store
from scenarios.variants.table import rows_of

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence

    from api.service.work.desk import Desk
    from scenarios.variants.cells import Task
    from scenarios.variants.compare import Standing

DAYS = 5
"""Days that are sampled where the request does not say, as on the command line."""

STOPPING_S = 0.5
"""How long, after a stop, processes at work have to end, and then whole days are begun to be measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Runs tasks in ``local`` until a stop; days whose plans are all there are then measured here, as far as time goes.

    A process of its own would take longer to begin than a day to be measured. What is not measured any more is
    missing from the result, and its plans are in the store for whoever asks again.
    """

    local: LocalProcesses
    cancel: threading.Event

    @property
    def workers(self) -> int:
        """How many tasks it runs at a time."""
        return self.local.workers

    def run(self, tasks: Sequence[Task], store: Store, cancel: threading.Event | None = None) -> Iterator[Outcome]:
        """Yield an outcome for each task that was done."""
        if not self.cancel.is_set():
            yield from self.local.run(tasks, store, cancel)
            return
        began_at = time.monotonic()
        for task in tasks:
            at = time.monotonic()
            if at >= began_at + STOPPING_S:
                return
            failure = attempt(task, store)
            yield Outcome(key=task.key, seconds=time.monotonic() - at, failure=failure)


def run(desk: Desk) -> Done:
    """Compare the variants that the request holds; a stop keeps the days that are done.

    Raises
    ------
    InvalidInput
        Of any package, about county, variants or days.
    """
    desk.tell.phase("read")
    scenario = read_scenario(desk.scenario)
    wanted = read_variants(desk.written("variants"), scenario)
    limit = Limit(stop=desk.stop, seed=desk.seed)
    days, peaks = int(desk.request.get("days") or DAYS), tuple(map(float, desk.request.get("peaks") or ()))
    agenda = prepare(scenario, wanted, days=days, peaks=peaks, limit=limit, cache=desk.cache)

    def report(standing: Standing) -> None:
        desk.tell.log(f"{standing.done}/{standing.total}")

    desk.tell.phase("solve")
    store = Store(folder=desk.cache / "results")
    crew = Prompt(local=LocalProcesses(workers=desk.workers, parting_s=STOPPING_S), cancel=desk.cancel)
    found = carry_out(agenda, store, crew, report=report, cancel=desk.cancel)
    desk.tell.phase("write")
    file = desk.folder / "comparison.json"
    write_json(scenario, found, rows_of(found), file)
    return Done(result=zlib.compress(file.read_bytes()), stopped=desk.cancel.is_set())
