"""``gongpei plan --lines``: the day by its standing lines, and what in it is not as on every day."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from api.commands.options import existing
from api.errors import InvalidInput
from api.exports.tables import safe_cell
from api.talk import line, say
from api.tiers import has_tiers
from api.units import clock
from optimizer.explain import explain
from optimizer.solve import solve
from optimizer.tiers.model import DIRECT
from scenarios.standing.day_by_lines import against_lines, plan_by_lines
from scenarios.standing.lines_file import read_lines
from scenarios.text import Text

if TYPE_CHECKING:
    import argparse
    import threading
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from optimizer.plan import Plan, Result
    from optimizer.problem import Problem
    from optimizer.solve import Progress
    from optimizer.stop import Stop
    from scenarios.build import County
    from scenarios.standing.day_by_lines import DayByLines, Deviation

FILE = "deviations.csv"
"""Written next to the plan: one row for each stop that is not as always."""

FIRST_SHARE = 0.6
"""Share of the seconds for the day as the lines have it; the rest is for what has to be set free."""

SHOWN = 12
"""Deviations that are printed."""

COLUMNS = (
    "偏差 kind",
    "地点 place",
    "线路 line",
    "线路时刻 line_hour",
    "车辆 vehicle",
    "时刻 time",
    "货运 shipments",
)
"""Header of the table of deviations."""

KINDS = {
    "driver": Text("换车", "another vehicle"),
    "hour": Text("改时", "another hour"),
    "unserved": Text("未服务", "not served"),
    "idle": Text("今日无货", "nothing today"),
}
"""What the kinds of deviations are called."""


NO_TIERS = Text(
    "固定线路只排本场景的车辆，全部直送；驿站中转和班线不在其中",
    "standing lines are of the scenario's own vehicles, all goods direct; stations and scheduled lines are not in them",
)
"""Said wherever lines are designed for or followed in a county that has other ways than direct."""


def add_lines(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare ``--lines``."""
    lines = Text("按固定线路规划（gongpei lines 的 lines.json）", "plan by standing lines, see gongpei lines")
    parser.add_argument("--lines", metavar="LINES.json", help=lines.pick(lang))


def solve_day(
    problem: Problem,
    path: str | None,
    *,
    stop: Stop,
    seed: int,
    workers: int,
    progress: Callable[[Progress], None],
    cancel: threading.Event,
) -> Result:
    """Return the day by the lines in a file, explained; without a file simply solved.

    No bound is told by the lines: what they bind is a wish, no rule.

    Raises
    ------
    InvalidInput
        E402, when there is no such file; of ``scenarios``: E374 to E376 about the file, E379 about another county.
    """
    solved = partial(solve, seed=seed, workers=workers, progress=progress, cancel=cancel)
    if path is None:
        return solved(problem, stop=stop)
    results: list[Result] = []

    def part(held: Problem, start: Plan | None) -> Plan:
        share = 1 - FIRST_SHARE if results else FIRST_SHARE
        seconds = None if stop.seconds is None else share * stop.seconds
        results.append(solved(held, stop=replace(stop, seconds=seconds), start=start))
        return results[-1].plan

    plan = plan_by_lines(read_lines(existing(path)), problem, part).plan
    return replace(
        results[-1],
        plan=explain(problem, plan),
        history=tuple(incumbent for each in results for incumbent in each.history),
        iterations=sum(each.iterations for each in results),
        seconds=sum(each.seconds for each in results),
        stopped=any(each.stopped for each in results),
        bound_fen=None,
    )


def tell_deviations(county: County, plan: Plan, path: str, out: Path, lang: str) -> None:
    """Write and print how a plan stands to the lines in a file."""
    day = against_lines(read_lines(existing(path)), county.problem, plan)
    write_deviations(day.deviations, out / FILE)
    show_deviations(day, lang)
    for note in notes_on(county):
        line(f"! {note.pick(lang)}", style="yellow")


def refuse_barred(county: County) -> None:
    """Raise E435 where goods may not go direct, as standing lines send them."""
    tiers = county.tiers
    if tiers is None:
        return
    far = dict.fromkeys(tiers.far_end(s) for s in tiers.problem.shipments)
    barred = [place for place in far if place is not None and DIRECT not in tiers.ways(place)]
    if barred:
        more = ["…"] if len(barred) > SHOWN else []
        raise InvalidInput("E435", places=", ".join([*sorted(barred)[:SHOWN], *more]))


def notes_on(county: County) -> tuple[Text, ...]:
    """Return what of a county the lines leave out; nothing on an ordinary one."""
    return (NO_TIERS,) if has_tiers(county) else ()


def show_deviations(day: DayByLines, lang: str) -> None:
    """Print how much is as always and what is not; stops with nothing to do are counted only."""
    told = [each for each in day.deviations if each.kind != "idle"]
    idle, always, off = len(day.deviations) - len(told), day.num_as_always, len(day.off_lines)
    zh = f"按固定线路：{always} 站照旧，{len(told)} 处偏差，{idle} 站今日无货，{off} 批不在线路上（{FILE}）"
    stops = f"{always} stops as always, {len(told)} deviations, {idle} idle"
    en = f"by the lines: {stops}; {off} shipments on no line ({FILE})"
    say(Text(zh, en), lang, style="bold")
    for each in told[:SHOWN]:
        line(f"  {deviation_text(each).pick(lang)}")
    if len(told) > SHOWN:
        left = len(told) - SHOWN
        say(Text(f"  …另有 {left} 处，见 {FILE}", f"  … {left} more, see {FILE}"), lang)


def deviation_text(each: Deviation) -> Text:
    """Return one deviation as a sentence."""
    what, goods = KINDS[each.kind], len(each.shipments)
    now = "" if each.at_s is None else f" → {each.vehicle} {clock(each.at_s)}"
    where = f"{each.place}（{each.line} {clock(each.line_s)}{now}）"
    return Text(
        f"{what.zh}：{where}，{goods} 批",
        f"{what.en}: {each.place} ({each.line} {clock(each.line_s)}{now}), shipments: {goods}",
    )


def write_deviations(deviations: Sequence[Deviation], path: Path) -> None:
    """Write one row a deviation; UTF-8 with a byte order mark."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for each in deviations:
            kind = KINDS[each.kind]
            at = "" if each.at_s is None else clock(each.at_s)
            row = (f"{kind.zh} {each.kind}", each.place, each.line, clock(each.line_s), each.vehicle, at)
            writer.writerow([safe_cell(cell) for cell in (*row, " ".join(each.shipments))])
