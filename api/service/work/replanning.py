"""A day goes on after events, as by ``gongpei replan``: one of the three answers is the plan of the job."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from api.changes_file import write_changes
from api.commands.plan import origin_of
from api.commands.replan import gone_on
from api.errors import InvalidInput
from api.schemas import to_tiered
from api.service.replanned import day_of
from api.service.work.desk import PLAN
from api.service.work.solving import done_with, require_sound
from optimizer.replan import KEEPS
from scenarios.build import build_problem
from scenarios.events_file import read_events
from scenarios.files import read_scenario

if TYPE_CHECKING:
    from api.commands.replan import GoneOn
    from api.schemas import PlanFile
    from api.service.work.desk import Desk, Done
    from optimizer.plan import Plan
    from scenarios.build import County

ANSWERS = ("smallest", "balanced", "cheapest")
"""Names of the answers; the first is given where the request names none."""


def run(desk: Desk) -> Done:
    """Replan the day.

    Raises
    ------
    InvalidInput
        Of any package, about county, plan or events; E611 for what the request lacks.
    SolverFailed
        E191, should the plan to go on from break a rule.
    """
    desk.tell.phase("read")
    record = _asked(desk)
    scenario = read_scenario(desk.scenario)
    desk.tell.phase("roads")
    county = build_problem(scenario, cache=desk.cache)
    day = day_of(county, desk.past, desk.scenario, cache=desk.cache)
    events = read_events(desk.written("events"), day.county.scenario)
    before = to_tiered(record)
    require_sound(tuple(each.render("en") for each in day.judge(before)))
    desk.tell.phase("solve")
    found = gone_on(
        day.county,
        record,
        events,
        stop=desk.stop,
        keep=desk.request.get("keep", KEEPS[0]),
        seed=desk.seed,
        workers=desk.workers,
        cache=desk.cache,
    )
    desk.tell.phase("write")
    return _done(desk, county, before.plan, found)


def _asked(desk: Desk) -> PlanFile:
    """Return the plan to go on from, once the rest of the request is known to make sense."""
    record = desk.record(PLAN)
    if record is None:
        raise InvalidInput("E611", name="plan")
    for name, known in (("keep", KEEPS), ("answer", ANSWERS)):
        if desk.request.get(name, known[0]) not in known:
            raise InvalidInput("E611", name=name)
    return record


def _done(desk: Desk, county: County, before: Plan, gone: GoneOn) -> Done:
    """Return the answer that was wanted as the plan, and all three with their changes as the result."""
    found = gone.found
    origin = origin_of(county, desk.stop, desk.options, digest=gone.digest, is_stopped=found.is_stopped)
    records = {option.name: gone.record(option, origin) for option in found.options}
    write_changes(found.options, before, desk.folder)
    result = json.loads((desk.folder / "changes.json").read_text("utf-8"))
    result["plans"] = {name: json.loads(zlib.decompress(desk.packed(each))) for name, each in records.items()}
    wanted = desk.request.get("answer", ANSWERS[0])
    chosen = next(option for option in found.options if option.name == wanted)
    done = done_with(desk, records[wanted], chosen.plan)
    return replace(done, result=zlib.compress(json.dumps(result, ensure_ascii=False).encode()))
