"""``gongpei referee DIR PLAN.json [--roads]``: judge any plan against any scenario.

A plan made for another scenario or other roads is judged all the same, and said to be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from api.assemble import legs_driven
from api.commands.options import cache_folder, existing
from api.plan_file import plan_digest, read_plan
from api.schemas import to_plan
from api.talk import line, say, show_table
from networks.reference import reference_legs
from optimizer.check import check
from scenarios.build import build_problem
from scenarios.files import read_scenario
from scenarios.text import Text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from api.schemas import PlanFile
    from optimizer.plan import Plan
    from scenarios.build import County

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
    parser.add_argument("--roads", action="store_true", help=roads.pick(lang))


def run(options: argparse.Namespace) -> int:
    """Print every violation; exit code 1 when there is one, or a leg that differs."""
    record = read_plan(existing(options.plan))
    folder = existing(options.folder)
    county = build_problem(read_scenario(folder), cache=cache_folder(folder))
    plan = to_plan(record)
    for difference in differences(record, county):
        line(f"! {difference.pick(options.lang)}", style="yellow")
    violations = check(county.problem, plan)
    for violation in violations:
        line(violation.render(options.lang))
    disagree = judge_roads(county, plan, options.lang) if options.roads else 0
    if violations:
        count = len(violations)
        say(Text(f"违反规则 {count} 处", f"{count} violations"), options.lang, style="bold red")
    else:
        say(Text("裁判通过：没有违反任何规则", "accepted: no rule is broken"), options.lang, style="bold green")
    return 1 if violations or disagree else 0


def differences(record: PlanFile, county: County) -> Iterator[Text]:
    """Yield what the plan was made from that the scenario is not; each is said, none is fatal."""
    if record.digest and record.digest != plan_digest(record):
        yield Text("方案文件在写出后被改动过", "the plan file was changed after it was written")
    pairs = (
        (record.origin.scenario_digest, county.scenario.digest, Text("场景", "scenario")),
        (record.origin.network_digest, county.network.digest, Text("路网", "road network")),
        (record.origin.problem_digest, county.problem.digest, Text("问题", "problem")),
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
