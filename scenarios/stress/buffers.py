"""What it costs to be surer: plans with time in hand, people who come earlier, a spare vehicle, and all together.

Some buffers are planned: the ordinary solver is told that driving takes longer, or that everything is due earlier,
and its plan is driven on the true roads. Others change how a plan is carried out: people come earlier, a vehicle
stands by. Every plan meets the very same days, with every way of carrying it out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.model import HORIZON_S, TimeWindow
from optimizer.problem import UNREACHABLE, Matrix
from optimizer.stress.execute import drive
from optimizer.stress.outcome import outcome_of
from scenarios.stress.draws import MINUTE_S, deadlines_of, disturbance_of
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.model import Place, Shipment
    from optimizer.problem import Problem
    from optimizer.stress.chance import Chance
    from optimizer.stress.outcome import Outcome
    from optimizer.stress.script import Script
    from scenarios.build import County
    from scenarios.stress.noise import Noise

EARLIER_MIN = (0, 15, 30)
"""How much earlier people come to every loading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """What a plan is made with: driving takes ``more_percent`` longer, all is due ``reserve_min`` earlier."""

    more_percent: int = 0
    reserve_min: int = 0

    @property
    def name(self) -> Text:
        """What the plan is called."""
        if self.more_percent:
            return Text(f"行驶时间加 {self.more_percent}%", f"driving times + {self.more_percent}%")
        if self.reserve_min:
            return Text(f"截止提前 {self.reserve_min} 分钟", f"all due {self.reserve_min} min earlier")
        return Text("原方案", "the plan as it is")


AS_IT_IS = Slack()
SLACKS = (
    Slack(more_percent=10),
    Slack(more_percent=20),
    Slack(more_percent=30),
    Slack(reserve_min=20),
    Slack(reserve_min=40),
)
"""Planned buffers that are tried besides none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buffer:
    """One plan carried out in one way, and what came of it; ``cost_fen`` is the mean day's, the spare's included.

    ``on_time`` is the mean share of pieces on time, ``half_width`` half of its 95 % interval. ``unserved``:
    shipments that the plan leaves.
    """

    slack: Slack
    earlier_min: int
    has_spare: bool
    on_time: float
    half_width: float
    cost_fen: float
    breaks_hours: Chance
    trunk_missed_pieces: float
    unserved: int

    @property
    def is_none(self) -> bool:
        """Whether it is the plan as it is, carried out as it is."""
        return self.slack == AS_IT_IS and not self.earlier_min and not self.has_spare

    @property
    def name(self) -> Text:
        """What is done, in words."""
        parts = [self.slack.name]
        if self.earlier_min:
            parts.append(Text(f"提前 {self.earlier_min} 分钟到岗", f"people {self.earlier_min} min earlier"))
        if self.has_spare:
            parts.append(Text("备用车一辆", "a spare vehicle"))
        return Text("，".join(p.zh for p in parts), ", ".join(p.en for p in parts))


def slack_problem(problem: Problem, slack: Slack) -> Problem:
    """Return the problem to be planned: seconds rounded up, due times and closing hours earlier.

    Nothing is due before it is ready, and no window ends before it begins.
    """
    matrices = {name: _slower(matrix, slack.more_percent) for name, matrix in problem.matrices.items()}
    reserve_s = slack.reserve_min * MINUTE_S
    return replace(
        problem,
        matrices=matrices if slack.more_percent else problem.matrices,
        shipments=tuple(_due_earlier(s, reserve_s) for s in problem.shipments),
        places=tuple(_closing_earlier(p, reserve_s) for p in problem.places),
    )


def stressed(
    county: County,
    script: Script,
    noise: Noise,
    *,
    days: int,
    seed: int,
    earlier_min: int = 0,
    has_spare: bool = False,
) -> Outcome:
    """Return what comes of a plan on the days of this noise and seed."""
    disturbance = disturbance_of(county, script, noise, days=days, seed=seed, has_spare=has_spare)
    driven = drive(script, disturbance, earlier_s=earlier_min * MINUTE_S)
    return outcome_of(script, driven, deadlines_of(county, script, noise))


def buffers_of(county: County, slack: Slack, script: Script, noise: Noise, *, days: int, seed: int) -> Iterator[Buffer]:
    """Yield the plan made with ``slack`` in every way of carrying it out."""
    for earlier_min in EARLIER_MIN:
        for has_spare in (False, True):
            found = stressed(county, script, noise, days=days, seed=seed, earlier_min=earlier_min, has_spare=has_spare)
            yield Buffer(
                slack=slack,
                earlier_min=earlier_min,
                has_spare=has_spare,
                on_time=found.on_time,
                half_width=found.on_time_half_width,
                cost_fen=float(found.cost_fen.mean()) + has_spare * spare_fen(county.problem),
                breaks_hours=found.breaks_hours,
                trunk_missed_pieces=float(found.trunk_missed_pieces.mean()),
                unserved=script.num_unserved,
            )


def spare_fen(problem: Problem) -> int:
    """Return what a spare vehicle costs a day: the least fixed cost of a vehicle of the county's own."""
    return min((kind.fixed_fen for kind in problem.vehicle_types if kind.count and not kind.is_hired), default=0)


def frontier(buffers: tuple[Buffer, ...]) -> tuple[Buffer, ...]:
    """Return those that no other beats in cost and share on time, cheapest first."""
    kept: list[Buffer] = []
    for each in sorted(buffers, key=lambda b: (b.cost_fen, -b.on_time)):
        if not kept or each.on_time > kept[-1].on_time:
            kept.append(each)
    return tuple(kept)


def cheapest(buffers: tuple[Buffer, ...], wanted: float) -> Buffer | None:
    """Return the cheapest with at least the ``wanted`` mean share on time; None where there is none."""
    return next((each for each in frontier(buffers) if each.on_time >= wanted), None)


def _slower(matrix: Matrix, more_percent: int) -> Matrix:
    seconds = -(-matrix.duration_s * (100 + more_percent) // 100)  # ceil without leaving integers
    seconds[matrix.duration_s == UNREACHABLE] = UNREACHABLE
    return Matrix(duration_s=seconds, distance_m=matrix.distance_m)


def _due_earlier(s: Shipment, reserve_s: int) -> Shipment:
    if s.due_s >= HORIZON_S:
        return s
    return replace(s, due_s=max(s.due_s - reserve_s, min(s.ready_s, s.due_s)))


def _closing_earlier(place: Place, reserve_s: int) -> Place:
    windows = (TimeWindow(early_s=w.early_s, late_s=max(w.early_s, w.late_s - reserve_s)) for w in place.windows)
    return replace(place, windows=tuple(windows))
