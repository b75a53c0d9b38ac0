"""Variants are compared, as by ``gongpei compare``; what was computed before an interruption is not computed again."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from api.exports.comparison import write_json
from api.service.work.desk import Done
from scenarios.files import read_scenario
from scenarios.variants.cells import Limit
from scenarios.variants.compare import carry_out, prepare
from scenarios.variants.executor import LocalProcesses
from scenarios.variants.read import read_variants
from scenarios.variants.store import Store
from scenarios.variants.table import rows_of

if TYPE_CHECKING:
    from api.service.work.desk import Desk
    from scenarios.variants.compare import Standing

DAYS = 5
"""Days that are sampled where the request does not say, as on the command line."""


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
    found = carry_out(agenda, store, LocalProcesses(workers=desk.workers), report=report, cancel=desk.cancel)
    desk.tell.phase("write")
    file = desk.folder / "comparison.json"
    write_json(scenario, found, rows_of(found), file)
    return Done(result=zlib.compress(file.read_bytes()), stopped=desk.cancel.is_set())
