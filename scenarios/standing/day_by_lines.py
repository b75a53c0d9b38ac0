"""One day of a county by its standing lines, and everything in which it differs from every other day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.errors import InvalidInput
from scenarios.standing.follow import follow
from scenarios.standing.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from scenarios.standing.follow import Solver
    from scenarios.standing.model import LineStop, StandingLine, StandingLines

DEVIATIONS = ("driver", "hour", "unserved", "idle")
"""Kinds of deviations: another vehicle comes, it comes at another hour, nobody comes, there is nothing to do."""

SHOWN_UNKNOWN = 8
"""So many unknown names are told; more would hide them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One stop of a line that is not as on every day; ``kind`` is one of ``DEVIATIONS``.

    ``line`` and ``line_s``: vehicle and hour of the stop. ``vehicle``, ``at_s``: who comes instead and when service
    begins, "" and None where nobody does. ``shipments``: goods concerned; none where the stop is idle.
    """

    kind: str
    place: str
    line: str
    line_s: int
    vehicle: str = ""
    at_s: int | None = None
    shipments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DayByLines:
    """A plan by the lines: where it differs, how many stops are as always, and which shipments are on no line."""

    plan: Plan
    deviations: tuple[Deviation, ...]
    num_as_always: int
    off_lines: tuple[str, ...]


def plan_by_lines(lines: StandingLines, day: Problem, solve: Solver) -> DayByLines:
    """Return the day planned by the lines; see ``scenarios.standing.follow``.

    Raises
    ------
    InvalidInput
        E379, when the lines name places, commodities or vehicles that the day does not know.
    """
    refuse_unknown(lines, day)
    return against_lines(lines, day, follow(lines, day, solve).plan)


def against_lines(lines: StandingLines, day: Problem, plan: Plan) -> DayByLines:
    """Return how any plan of a day stands to the lines; O(visits + shipments)."""
    told = tuple(deviations(lines, day, plan))
    other = {(each.line, each.place, each.line_s) for each in told}
    stop_of = lines.stop_of
    return DayByLines(
        plan=plan,
        deviations=told,
        num_as_always=sum((line.vehicle, stop.place, stop.at_s) not in other for line, stop in lines.stops()),
        off_lines=tuple(s.id for s in day.shipments if Kind.of(s) not in stop_of),
    )


def refuse_unknown(lines: StandingLines, day: Problem) -> None:
    """Raise E379 when the lines were designed for another county."""
    places = {place.id for place in day.places}
    counts = {v.id: v.count for v in day.vehicle_types}
    named = [place for _, stop in lines.stops() for k in stop.kinds for place in (stop.place, k.origin, k.destination)]
    unknown = {name: None for name in named if name not in places}
    unknown |= {line.vehicle: None for line in lines.lines if line.number > counts.get(line.vehicle_type, 0)}
    if unknown:
        rest = len(unknown) - SHOWN_UNKNOWN
        value = ", ".join([*list(unknown)[:SHOWN_UNKNOWN], *([f"+{rest}"] if rest > 0 else [])])
        raise InvalidInput("E379", value=value)


def deviations(lines: StandingLines, day: Problem, plan: Plan) -> Iterator[Deviation]:
    """Yield what differs from every other day, stop by stop; a stop differs in several ways at once if it must.

    O(visits + shipments).
    """
    handed = _handed(plan)
    goods: dict[Kind, list[str]] = defaultdict(list)
    for s in day.shipments:
        goods[Kind.of(s)].append(s.id)
    for line, stop in lines.stops():
        here = [i for kind in stop.kinds for i in goods[kind]]
        if not here:
            yield Deviation(kind="idle", place=stop.place, line=line.vehicle, line_s=stop.at_s)
        calls: dict[tuple[str, int | None], list[str]] = defaultdict(list)
        for i in here:
            calls[handed.get((i, stop.place), ("", None))].append(i)
        for (vehicle, at_s), ids in calls.items():
            kind = _kind(line, stop, vehicle, at_s, lines.hour_s)
            if kind:
                yield Deviation(
                    kind=kind,
                    place=stop.place,
                    line=line.vehicle,
                    line_s=stop.at_s,
                    vehicle=vehicle,
                    at_s=at_s,
                    shipments=tuple(ids),
                )


def _handed(plan: Plan) -> dict[tuple[str, str], tuple[str, int | None]]:
    """Return vehicle and moment at which each shipment is handed over at each place."""
    return {
        (i, visit.place): (route.vehicle, visit.start_s)
        for route, trip in plan.trips()
        for visit in trip.visits
        for i in (*visit.deliver, *visit.collect)
    }


def _kind(line: StandingLine, stop: LineStop, vehicle: str, at_s: int | None, hour_s: int) -> str:
    """Return the kind of deviation of one call; "" where it is as on every day."""
    if at_s is None:
        return "unserved"
    if vehicle != line.vehicle:
        return "driver"
    return "" if abs(at_s - stop.at_s) <= hour_s // 2 else "hour"
