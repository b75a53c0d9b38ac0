"""The day that a stored plan is of: that of its scenario, or how it stood after the events of the replans behind it.

A replan changes a day: orders come and go, vehicles break down, roads close. Its plan is asked about, exported, shared
out and replanned again on the changed day, which is made anew from the scenario and, one after another, each plan that
was gone on from and the events that came then.
"""

from __future__ import annotations

import zlib
from base64 import b64decode
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from api.schemas import PlanFile, to_tiered
from api.service.folders import refuse_outside
from api.tiers import gone_wrong, is_tiered, tiers_of
from optimizer.replan import begun_shipments, judge, pin, remembering
from optimizer.replan.driven import held_in_place
from optimizer.replan.past import Lapse
from optimizer.replan.pinned import Pinned
from optimizer.tiers.check import check_tiers
from optimizer.tiers.rest import as_one_tier
from scenarios.event_columns import EVENTS_FILE
from scenarios.events_county import changed_day, gone_through
from scenarios.events_file import read_events

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence
    from pathlib import Path

    from optimizer.plan import Trip
    from optimizer.problem import Problem
    from optimizer.tiers.model import TieredPlan
    from optimizer.tiers.past import TieredPast
    from optimizer.tiers.violations import HandoverViolation
    from optimizer.violations import Violation
    from scenarios.build import County
    from scenarios.events import Events

Broken = tuple["Violation | HandoverViolation | Lapse", ...]


@dataclass(frozen=True, kw_only=True)
class Day:
    """``county``: what plans are measured by; ``open``: what is asked of them, where what stands is held in place.

    ``past``: what has been driven, of a day that has gone on after events.
    """

    county: County
    open: County
    past: Pinned | TieredPast | None = None

    def judge(self, tiered: TieredPlan) -> Broken:
        """Return everything wrong with a plan of the day, what contradicts the past included."""
        if self.past is None:
            return check_tiers(tiers_of(self.county), tiered)
        past = self.past
        return judge(past, tiered.plan) if isinstance(past, Pinned) else past.judge(tiered)

    def lapses(self, tiered: TieredPlan) -> tuple[Lapse, ...]:
        """Return what a plan would change of the past alone; goods that it has and the day has not change nothing."""
        if self.past is None:
            return ()
        known = self.county.problem.shipment_of
        goods = {i for _, trip in tiered.plan.trips() for i in trip.shipments}
        new = {i for i in goods if i not in known and i.rpartition("/")[0] not in known}
        return tuple(each for each in self.judge(_without(tiered, new)) if isinstance(each, Lapse))


def day_of(county: County, past: Sequence[Mapping[str, str]], folder: Path, *, cache: Path | None = None) -> Day:
    """Return the day after ``past``, the earliest replan first: ``plan`` in base 64 of zlib, and ``events`` in TOML.

    ``folder``: where files lie that events name, or an empty one; their text is written there.

    Raises
    ------
    InvalidInput
        E370, where events and scenario do not fit together.
    """
    day = Day(county=county, open=county)
    for each in past:
        record = PlanFile.model_validate_json(zlib.decompress(b64decode(each["plan"])))
        refuse_outside(each["events"])
        file = folder / EVENTS_FILE
        file.write_text(each["events"], encoding="utf-8")
        day = _after(day.county, record, read_events(file, day.county.scenario), cache)
    return day


def _after(county: County, record: PlanFile, events: Events, cache: Path | None) -> Day:
    tiered = to_tiered(record)
    if is_tiered(county, record):
        changed, past = gone_wrong(county, tiered, events, cache=cache)
        after = gone_through(county, tiered.plan, events, replace(changed, situation=past.remembered()))
        whole = as_one_tier(tiers_of(county), tiered, is_whole=True)
        begun, now_s = begun_shipments(whole, changed.situation), changed.situation.now_s
        goods = (s if s.id in begun else replace(s, ready_s=max(s.ready_s, now_s)) for s in after.problem.shipments)
        return Day(county=after, open=_with(after, replace(after.problem, shipments=tuple(goods))), past=past)
    changed = changed_day(county, tiered.plan, events, cache=cache)
    told = remembering(changed.problem, tiered.plan, changed.situation)
    after = gone_through(county, tiered.plan, events, replace(changed, situation=told))
    pinned = pin(county.problem, changed.problem, tiered.plan, changed.situation)
    return Day(county=after, open=_with(after, held_in_place(pinned, after.problem)), past=pinned)


def _without(tiered: TieredPlan, goods: Container[str]) -> TieredPlan:
    """Return a plan without some goods; visits stay, since who drives where is what is looked at."""
    routes = tuple(
        replace(route, trips=tuple(_trip_without(trip, goods) for trip in route.trips)) for route in tiered.plan.routes
    )
    rides = tuple(r for r in tiered.rides if r.shipment not in goods and r.shipment.rpartition("/")[0] not in goods)
    return replace(tiered, plan=replace(tiered.plan, routes=routes), rides=rides)


def _trip_without(trip: Trip, goods: Container[str]) -> Trip:
    def kept(named: Iterable[str]) -> tuple[str, ...]:
        return tuple(each for each in named if each not in goods)

    visits = tuple(replace(v, deliver=kept(v.deliver), collect=kept(v.collect)) for v in trip.visits)
    return replace(trip, visits=visits)


def _with(county: County, problem: Problem) -> County:
    tiers = None if county.tiers is None else replace(county.tiers, problem=problem)
    return replace(county, problem=problem, tiers=tiers)
