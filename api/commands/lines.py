"""``gongpei lines DIR --days N``: design standing lines from sampled days and say what their constancy costs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from api.by_lines import notes_on, refuse_barred
from api.commands.options import add_solving, cache_folder, existing, output_folder, solving_stop, whole
from api.exports.lines import LinesView, headline, write_lines_page, write_lines_table
from api.progress import ProgressView
from api.talk import line, say, show_table
from api.units import clock
from optimizer.solve import solve
from scenarios.build import build_problem
from scenarios.files import read_scenario
from scenarios.sampled_days import PLACEHOLDERS
from scenarios.standing.days import sampled_problems
from scenarios.standing.design import Design, design_lines
from scenarios.standing.lines_file import write_lines
from scenarios.standing.model import HOUR_S
from scenarios.text import Text

if TYPE_CHECKING:
    import argparse

    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.stop import Stop
    from scenarios.standing.design import Step
    from scenarios.standing.follow import Solver

HELP = Text(
    "设计固定线路：由若干抽样日得出每条线路的车辆、站点、顺序和时刻，并报告一致性与代价",
    "design standing lines from sampled days: vehicle, stops, order and hours, and what their constancy costs",
)

DEFAULT_DAYS = 10
FEWEST_DAYS, MOST_DAYS = 2, 366
"""Lines need a day to differ from; more days than a year has are not waited for."""

SECONDS_PER_MIN = 60

HEADERS = (
    (Text("线路", "line"), False),
    (Text("趟数", "trips"), True),
    (Text("站数", "stops"), True),
    (Text("发车", "leaves"), True),
    (Text("返回", "back"), True),
)
"""Columns of the table of lines: header, and whether it holds numbers."""

MEASURES = (
    (Text("指标", "measure"), False),
    (Text("按固定线路", "by the lines"), True),
    (Text("每天自由", "full freedom"), True),
)
"""Columns of the table of measures."""

STEPS = {
    "typical": Text("规划典型日", "planning a typical day"),
    "trial": Text("试行线路", "trying the lines"),
    "day": Text("按线路规划各日", "each day by the lines"),
    "free": Text("各日自由规划", "each day in full freedom"),
}
"""What the steps of a design are called."""


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="DIR", help=Text("场景文件夹", "folder of the scenario").pick(lang))
    days = Text(f"抽样日的天数（默认 {DEFAULT_DAYS}）", f"sampled days ({DEFAULT_DAYS} by default)")
    number = whole(FEWEST_DAYS, MOST_DAYS)
    parser.add_argument("--days", type=number, default=DEFAULT_DAYS, metavar="N", help=days.pick(lang))
    hour = Text("每站时刻的宽度，分钟（默认 30）", "how long the hour of a stop is, in minutes (30 by default)")
    minutes = whole(2, 24 * 60)
    parser.add_argument("--hour", type=minutes, default=HOUR_S // SECONDS_PER_MIN, metavar="MIN", help=hour.pick(lang))
    out = Text("输出文件夹（默认 out/场景名-lines）", "output folder (out/NAME-lines by default)")
    parser.add_argument("--out", type=Path, metavar="DIR", help=out.pick(lang))
    each = Text(
        "每次求解的轮数；同样的轮数和种子给出同样的线路", "rounds of each solve: same rounds and seed, same lines"
    )
    add_solving(parser, lang, each)


def run(options: argparse.Namespace) -> int:
    """Design the lines, write and show them."""
    folder, lang, stop = existing(options.folder), options.lang, solving_stop(options)
    with ProgressView(lang) as view:
        view.phase("read")
        scenario = read_scenario(folder)
        out = output_folder(options.out or Path("out") / f"{folder.resolve().name}-lines")
        view.phase("roads")
        county = build_problem(scenario, cache=cache_folder(folder))
        refuse_barred(county)
        days = sampled_problems(county, options.days, seed=options.seed)
    design = design_lines(
        days,
        solver(stop, seed=options.seed, workers=options.workers),
        hour_s=options.hour * SECONDS_PER_MIN,
        progress=lambda step: _tell(step, lang),
    )
    origin: dict[str, object] = {
        "scenario": scenario.name,
        "scenario_digest": scenario.digest,
        "days": options.days,
        "seed": options.seed,
        "iterations": stop.iterations,
        "seconds": stop.seconds,
        "workers": options.workers,
    }
    write_lines(design, out / "lines.json", origin=origin)
    notes = (*notes_on(county), *PLACEHOLDERS[:1])
    shown = LinesView(design=design, scenario=scenario, notes=notes)
    write_lines_table(shown, out / "lines.csv")
    write_lines_page(shown, out / "lines.html", lang=lang)
    _show(design, lang)
    for note in (*county.notes, *notes):
        line(f"! {note.pick(lang)}", style="yellow")
    names = "lines.json, lines.csv, lines.html"
    say(Text(f"已写入 {out}：{names}", f"written to {out}: {names}"), lang)
    return 0


def solver(stop: Stop, *, seed: int, workers: int) -> Solver:
    """Return what solves one day; Ctrl-C ends the whole design, since half of one means nothing."""

    def solved(problem: Problem, start: Plan | None) -> Plan:
        result = solve(problem, stop=stop, seed=seed, workers=workers, start=start)
        if result.stopped:
            raise KeyboardInterrupt
        return result.plan

    return solved


def _tell(step: Step, lang: str) -> None:
    """Print one line a step on standard error: a design takes minutes."""
    line(f"{step.done + 1}/{step.total} {STEPS[step.what].pick(lang)}", stream=sys.stderr)


def _show(design: Design, lang: str) -> None:
    """Print the lines, the measures, and what they cost."""
    rows = [
        (
            each.vehicle,
            str(len(each.trips)),
            str(len(each.stops)),
            clock(each.trips[0].depart_s),
            clock(each.trips[-1].return_s),
        )
        for each in design.lines.lines
    ]
    show_table("", [(header.pick(lang), is_number) for header, is_number in HEADERS], rows)
    measures = [(name.pick(lang), kept, free) for name, kept, free in headline(design)]
    show_table("", [(header.pick(lang), is_number) for header, is_number in MEASURES], measures)
    dearer = f"{design.dearer:+.1%}"
    say(Text(f"固定线路与每天自由规划相比：{dearer}", f"cost against full freedom: {dearer}"), lang, style="bold")
