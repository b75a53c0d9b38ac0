"""Judges a plan for the rest of a day: the referee over all of it, and the past, which nobody can change.

The referee knows rules, not history: that what has been driven stays, that nothing loads at an hour that is over, and
that a road is closed from now on only, is judged here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import starmap
from typing import TYPE_CHECKING

from optimizer.check import check
from optimizer.replan.pinned import uses_closed
from optimizer.violations import clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.daybook import Unit
    from optimizer.plan import Plan, Route, Trip, Visit
    from optimizer.replan.pinned import Pinned
    from optimizer.replan.standing import Begun
    from optimizer.violations import Violation

LAPSES: dict[str, tuple[str, str]] = {
    "past_trip": (
        "{vehicle}：{time} 装车的一趟已经开始，方案中却没有",
        "{vehicle}: the trip loaded at {time} has begun, and the plan does not have it",
    ),
    "past_visit": (
        "{vehicle}：{time} 装车的一趟改动了已经做过的站点",
        "{vehicle}: a visit already made on the trip of {time} is changed or missing",
    ),
    "past_over": (
        "{vehicle}：{time} 装车的一趟已经结束，方案中却有改动",
        "{vehicle}: the trip of {time} is over and is changed nevertheless",
    ),
    "past_leaving": (
        "{vehicle}：{time} 装车的一趟在现在以前离开了还没做完的站点",
        "{vehicle}: on the trip of {time} it leaves before now for a place to which it had not left",
    ),
    "past_aboard": (
        "{vehicle}：{time} 装车的一趟，车上的货被改到别的趟次",
        "{vehicle}: goods on board on the trip of {time} are moved to another trip",
    ),
    "past_broken": (
        "{vehicle}：已故障，{time} 装车的一趟却还在继续",
        "{vehicle}: it has broken down, yet the trip of {time} goes on",
    ),
    "past_loading": (
        "{vehicle}：{time} 装车，这个时刻已经过去",
        "{vehicle}: it loads at {time}, which is in the past",
    ),
    "closed_leg": (
        "{vehicle}：{place} 一段已封闭，现在以后不能再走",
        "{vehicle}: the leg {place} is closed and may not be driven from now on",
    ),
}
"""What a plan would change of the past, in Chinese and English; names never change their meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """One thing that contradicts what has been driven: by which vehicle, on the trip loaded at ``time_s``, or where.

    ``name`` is a key of ``LAPSES``.
    """

    name: str
    unit: Unit
    time_s: int | None = None
    place: str = ""

    def render(self, lang: str) -> str:
        """Return the sentence in ``lang`` ("zh" or "en"), with the name in front."""
        sentence = LAPSES[self.name][lang != "zh"]
        words = sentence.format(vehicle="{}#{}".format(*self.unit), time=clock(self.time_s), place=self.place)
        return f"[{self.name}] {words}"


def judge(pinned: Pinned, plan: Plan) -> tuple[Violation | Lapse, ...]:
    """Return everything wrong with a plan of the whole day under true names, as ``replan`` gives it; () accepts it.

    O(visits) and one look of the referee. A vehicle that can go no further, or does not exist, breaks
    ``vehicle_number`` or ``unknown_vehicle_type``.
    """
    names = _Names(pinned, plan)
    inner = replace(plan, routes=tuple(names.inner(route) for route in plan.routes))
    broken = tuple(names.told(violation) for violation in check(pinned.judged, inner))
    known = replace(inner, routes=tuple(r for r in inner.routes if (r.vehicle_type, r.number) in pinned.unit_of))
    return (*broken, *(replace(lapse, unit=pinned.unit_of[lapse.unit]) for lapse in lapses(pinned, known)))


class _Names:
    """True names of vehicles, as the plan and its reader have them, and those in the problem of the rest of the day."""

    def __init__(self, pinned: Pinned, plan: Plan) -> None:
        inner = {true: name for name, true in pinned.unit_of.items()}
        for rank, route in enumerate(plan.routes):  # no vehicle of today may lend its name to one that cannot drive
            unit = (route.vehicle_type, route.number)
            kind = pinned.judged.vehicle_type_of.get(route.vehicle_type)
            inner.setdefault(unit, unit if kind is None else (kind.id, kind.count + 1 + rank))
        self._inner = inner
        self._told = {"{}#{}".format(*name): "{}#{}".format(*true) for true, name in inner.items()}

    def inner(self, route: Route) -> Route:
        kind, number = self._inner[route.vehicle_type, route.number]
        return replace(route, vehicle_type=kind, number=number)

    def told(self, violation: Violation) -> Violation:
        vehicle, detail = (self._told.get(name, name) for name in (violation.vehicle, violation.detail))
        return replace(violation, vehicle=vehicle, detail=detail)


def lapses(pinned: Pinned, plan: Plan) -> Iterator[Lapse]:
    """Yield what of the past the plan, under the names of ``pinned``, would change, or that it drives a closed road."""
    days = {(route.vehicle_type, route.number): route.trips for route in plan.routes}
    for unit, begun in pinned.begun.items():
        yield from _of_day(pinned, unit, begun, days.get(unit, ()))
    old_loads = {(unit, was.trip.load_start_s) for unit, begun in pinned.begun.items() for was in begun}
    for unit, trips in days.items():
        for trip in trips:
            if trip.load_start_s < pinned.now_s and (unit, trip.load_start_s) not in old_loads:
                yield Lapse(name="past_loading", unit=unit, time_s=trip.load_start_s)
    for unit, a, b in uses_closed(pinned, plan):
        yield Lapse(name="closed_leg", unit=unit, place=f"{a} > {b}")


def _of_day(pinned: Pinned, unit: Unit, begun: Sequence[Begun], trips: Sequence[Trip]) -> Iterator[Lapse]:
    for was in begun:
        at_s = was.trip.load_start_s
        trip = next((t for t in trips if t.load_start_s == at_s), None)
        name = "past_trip" if trip is None else _of_trip(pinned, trip, was)
        elsewhere = {i for t in trips if t is not trip for i in t.shipments}
        if not name and not was.is_cut and elsewhere & set(was.aboard):
            name = "past_aboard"
        if name:
            yield Lapse(name=name, unit=unit, time_s=at_s)


def _of_trip(pinned: Pinned, trip: Trip, was: Begun) -> str:
    """Tell whether a trip goes on from what stands of it, and no earlier than now; one that is over stands whole."""
    if was.is_over:
        is_whole = trip.visits == was.trip.visits and trip.return_s == was.trip.return_s
        return "" if is_whole else "past_over"
    if len(trip.visits) < len(was.made) or not all(starmap(is_same, zip(trip.visits, was.made, strict=False))):
        return "past_visit"
    if was.is_cut:
        return "past_broken" if len(trip.visits) > len(was.made) else ""
    leaves_s = trip.visits[len(was.made) - 1].depart_s if was.made else trip.depart_s
    return "" if leaves_s >= pinned.now_s else "past_leaving"


def is_same(new: Visit, old: Visit) -> bool:
    """Tell whether a visit that stands is where and when it was, all its goods with it; others may have joined."""
    has_all = set(old.deliver) <= set(new.deliver) and set(old.collect) <= set(new.collect)
    return has_all and (new.place, new.start_s) == (old.place, old.start_s)
