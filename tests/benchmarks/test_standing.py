"""The benchmark of standing lines names the targets that a design misses, and tries it on days it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.standing import Row, fresh_days, row_of
from optimizer.repair import complete
from scenarios.standing.consistency import Consistency, VillageRecord
from scenarios.standing.design import DayOutcome, Design
from scenarios.standing.model import Kind, LineStop, LineTrip, StandingLine, StandingLines
from tests.helpers import down, problem, vehicle

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.problem import Problem


def row(*, cost_fen: int, own: int, last_s: int) -> Row:
    """Return the row of two days that cost 100 in freedom, with one village visited on ten days from 0 on."""
    fields = {"free_fen": 100, "num_vehicles": 1, "free_vehicles": 1, "num_shipments": 1}
    day = DayOutcome(cost_fen=cost_fen, num_freed=0, num_unserved=0, free_unserved=0, **fields)
    village = VillageRecord(place="V1", vehicle="van#1", num_days=10, num_own=own, first_s=0, last_s=last_s)
    design = Design(
        lines=StandingLines(lines=()),
        outcomes=(day, day),
        kept=Consistency(villages=(village,)),
        free=Consistency(villages=()),
    )
    return row_of("a", design, wall_s=0.0)


def test_a_design_at_the_targets_misses_none() -> None:
    """8 % dearer, always the same driver, half an hour of spread."""
    assert row(cost_fen=108, own=10, last_s=1_800).misses == ()


def test_each_missed_target_is_named() -> None:
    """A fen more, one day with another driver, a second more."""
    assert row(cost_fen=109, own=9, last_s=1_801).misses == ("cost", "driver", "spread")


def inserted(day: Problem, _start: Plan | None) -> Plan:
    """Solve by cheapest insertion into nothing, whatever there was: with one van that is where the lines lead too."""
    return complete(day, {})


def test_fresh_days_by_a_line_that_one_van_drives_anyway_cost_as_much_as_in_freedom() -> None:
    """V1 on two days by its only van, at any hour of the morning: the same driver, nothing dearer, nothing freed."""
    stop = LineStop(place="V1", at_s=6 * 3_600, kinds=(Kind("H", "V1", "parcel"),))
    trip = LineTrip(depart_s=0, return_s=12 * 3_600, stops=(stop,))
    lines = StandingLines(lines=(StandingLine(vehicle_type="van", number=1, trips=(trip,)),), hour_s=12 * 3_600)
    days = [problem([down(1, load)], (vehicle(),)) for load in (10, 20)]
    found = fresh_days(lines, days, inserted)
    assert (found.days, found.dearer, found.keep_share, found.freed_share, found.unserved) == (2, 0.0, 1.0, 0.0, 0)
