"""The benchmark of standing lines names the targets that a design misses."""

from __future__ import annotations

from benchmarks.standing import Row, row_of
from scenarios.standing.consistency import Consistency, VillageRecord
from scenarios.standing.design import DayOutcome, Design
from scenarios.standing.model import StandingLines


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
