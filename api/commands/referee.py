"""``gongpei referee DIR PLAN.json [--roads | --events FILE.toml OLD.json]``: judge any plan against any scenario.

A plan made for another scenario or other roads is judged all the same, and said to be. With ``--events`` the day
is the one that these events make of the old plan's, and what the old plan had driven by then must stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from api.assemble import legs_driven
from api.commands.options import cache_folder, existing
from api.plan_file import plan_digest, read_plan
from api.schemas import to_tiered
from api.talk import line, say, show_table
from api.tiers import gone_wrong, is_tiered, tiers_of
from networks.reference import reference_legs
from optimizer.replan import judge, pin
from optimizer.tiers.check import check_tiers
from scenarios.build import build_problem
from scenarios.events_county import changed_day
from scenarios.events_file import read_events
from scenarios.files import read_scenario
from scenarios.text import Text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from api.schemas import PlanFile
    from optimizer.check import Violation
    from optimizer.plan import Plan
    from optimizer.replan import Lapse, Pinned
    from optimizer.tiers.model import TieredPlan
    from optimizer.tiers.past import TieredPast
    from optimizer.tiers.violations import HandoverViolation
    from scenarios.build import County
    from scenarios.events import Events

HELP = Text("裁判：按场景的全部规则复核方案", "judge a plan by every rule of a scenario")

LARGEST = 10
"""Differences listed."""


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="DIR", help=Text("场景文件夹", "folder of the scenario").pick(lang))
    parser.add_argument("plan", metavar="PLAN.json", help=Text("方案文件", "the plan").pick(lang))
    roads = Text(
        "在完整路网上用 networkx 重算各段行程", "derive the plan's legs again with networkx on the full network"
    )
    events = Text(
        "当天生变后的方案（replan 的答案）：事件文件和原计划，已经走过的也要复核",
        "an answer of replan: the events file and the plan that it goes on from; the past is judged too",
    )
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--roads", action="store_true", help=roads.pick(lang))
    either.add_argument("--events", nargs=2, metavar=("FILE.toml", "OLD.json"), help=events.pick(lang))


def run(options: argparse.Namespace) -> int:
    """Print every violation; exit code 1 when there is one, or a leg that differs."""
    record = read_plan(existing(options.plan))
    folder = existing(options.folder)
    county = build_problem(read_scenario(folder), cache=cache_folder(folder))
    tiered, day = to_tiered(record), _Judge(county)
    if options.events is not None:
        events_file, old_file = map(existing, options.events)
        old = read_plan(old_file)
        unsound = check_tiers(tiers_of(county), to_tiered(old))
        if unsound:
            tell_unsound(unsound, options.lang)
            return 1
        day = _judge_after(county, old, read_events(events_file, county.scenario), cache_folder(folder))
    for difference in differences(record, county, day.digest):
        line(f"! {difference.pick(options.lang)}", style="yellow")
    violations = day.judge(tiered)
    for violation in violations:
        line(violation.render(options.lang))
    disagree = judge_roads(county, tiered.plan, options.lang) if options.roads else 0
    if violations:
        count = len(violations)
        say(Text(f"违反规则 {count} 处", f"{count} violations"), options.lang, style="bold red")
    else:
        say(Text("裁判通过：没有违反任何规则", "accepted: no rule is broken"), options.lang, style="bold green")
    return 1 if violations or disagree else 0


class _Judge(NamedTuple):
    """Who judges: the referee of the county's day, or of what is left of a day that has gone wrong."""

    county: County
    pinned: Pinned | None = None
    past: TieredPast | None = None

    @property
    def digest(self) -> str:
        """Digest of the problem judged by; across tiers that of whole shipments."""
        if self.past is not None:
            return self.past.after.problem.digest
        return (self.county.problem if self.pinned is None else self.pinned.judged).digest

    def judge(self, tiered: TieredPlan) -> tuple[Violation | HandoverViolation | Lapse, ...]:
        """Return everything wrong with the plan, across tiers where the county has any."""
        if self.past is not None:
            return self.past.judge(tiered)
        if self.pinned is not None:
            return judge(self.pinned, tiered.plan)
        return check_tiers(tiers_of(self.county), tiered)


def _judge_after(county: County, record: PlanFile, events: Events, cache: Path | None) -> _Judge:
    """Return the judge of a day after events, as far as it had come with the old plan."""
    old = to_tiered(record)
    if is_tiered(county, record):
        return _Judge(county, past=gone_wrong(county, old, events, cache=cache)[1])
    after = changed_day(county, old.plan, events, cache=cache)
    return _Judge(county, pin(county.problem, after.problem, old.plan, after.situation))


def tell_unsound(violations: Iterable[Violation | HandoverViolation], lang: str) -> None:
    """Say that nothing can go on from a plan that breaks these rules itself."""
    for violation in violations:
        line(violation.render(lang))
    zh, en = "原计划本身违反规则，无法从它接着排", "the plan itself breaks rules; there is nothing to go on from"
    say(Text(zh, en), lang, style="bold red")


def differences(record: PlanFile, county: County, digest: str | None = None) -> Iterator[Text]:
    """Yield what the plan was made from that the scenario is not; each is said, none is fatal.

    ``digest`` is that of the problem by which the plan is judged, where that is not the county's.
    """
    if record.digest and record.digest != plan_digest(record):
        yield Text("方案文件在写出后被改动过", "the plan file was changed after it was written")
    pairs = (
        (record.origin.scenario_digest, county.scenario.digest, Text("场景", "scenario")),
        (record.origin.network_digest, county.network.digest, Text("路网", "road network")),
        (record.origin.problem_digest, digest or county.problem.digest, Text("问题", "problem")),
    )
    for planned, present, name in pairs:
        if planned and planned != present:
            zh = f"方案所依据的{name.zh}（{planned[:12]}）与现在的（{present[:12]}）不同"
            en = f"the plan was made for another {name.en} ({planned[:12]}) than this one ({present[:12]})"
            yield Text(zh, en)


class LegDifference(NamedTuple):
    """One leg derived again: its seconds, and how far seconds and metres are from the matrix."""

    profile: str
    origin: str
    destination: str
    duration_s: int
    off_s: int
    off_m: int


def judge_roads(county: County, plan: Plan, lang: str) -> int:
    """Derive the plan's own legs again, show the largest differences, and return how many legs differ at all."""
    legs = road_differences(county, plan)
    differing = [leg for leg in legs if leg.off_s or leg.off_m]
    legs.sort(key=lambda leg: (-abs(leg.off_s), -abs(leg.off_m), leg.origin, leg.destination))
    zh = f"道路复核：{len(legs)} 段，{len(differing)} 段与矩阵不同；差别最大的："
    en = f"roads: {len(legs)} legs, {len(differing)} differ from the matrix; the largest differences:"
    rows = [(*leg[:3], str(leg.duration_s), f"{leg.off_s:+d}", f"{leg.off_m:+d}") for leg in legs[:LARGEST]]
    headers = (("profile", False), ("from", False), ("to", False), ("s", True), ("Δ s", True), ("Δ m", True))
    show_table(Text(zh, en).pick(lang), headers, rows)
    return len(differing)


def road_differences(county: County, plan: Plan) -> list[LegDifference]:
    """Return every leg that the plan drives, derived with networkx on the full network; about 1 s an origin."""
    found: list[LegDifference] = []
    for profile, legs in _legs_of(county, plan).items():
        if profile not in county.profiles:  # flown, not driven
            continue
        pairs = np.array([[county.problem.index(a), county.problem.index(b)] for a, b in legs])  # (k, 2)
        duration_s, distance_m = reference_legs(
            county.network, county.profiles[profile], county.points, pairs, conditions=county.conditions
        )
        matrix = county.problem.matrices[profile]
        off_s = duration_s - matrix.duration_s[pairs[:, 0], pairs[:, 1]]  # (k,)
        off_m = distance_m - matrix.distance_m[pairs[:, 0], pairs[:, 1]]  # (k,)
        figures = zip(duration_s.tolist(), off_s.tolist(), off_m.tolist(), strict=True)
        found += [LegDifference(profile, a, b, *each) for (a, b), each in zip(legs, figures, strict=True)]
    return found


def _legs_of(county: County, plan: Plan) -> dict[str, list[tuple[str, str]]]:
    """Return the legs of the routes whose vehicle type and places the scenario knows."""
    places = {place.id for place in county.problem.places}
    known = [
        route
        for route in plan.routes
        if route.vehicle_type in county.problem.vehicle_type_of
        and all({trip.start, trip.end, *(v.place for v in trip.visits)} <= places for trip in route.trips)
    ]
    return legs_driven(county.problem, type(plan)(routes=tuple(known)))
