"""``gongpei stress DIR [PLAN.json]``: how the plan of the day stands up to days that go otherwise.

Plans the day where no plan is given, then plans it again with time in hand; ``--seconds`` or ``--iterations`` hold for
each of these plans. Ctrl-C ends the plan being made and keeps what is done.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.assumptions import assumptions
from api.command_line import INCOMPLETE
from api.commands.options import add_folders, add_solving, existing, whole
from api.commands.referee import differences
from api.commands.running import begun, known_before
from api.exports.stress import Report, chance_text, road_name, share_text, verdict, write_json, write_visits
from api.exports.stress_book import write_book
from api.exports.stress_page import write_page
from api.exports.stress_words import WORDS
from api.interrupts import ended_on_interrupt
from api.plan_file import read_plan
from api.progress import ProgressView
from api.schemas import to_tiered
from api.talk import line, say, show_table
from api.tiers import tiers_of
from api.units import clock, yuan
from optimizer.solve import solve
from optimizer.tiers.check import check_tiers
from optimizer.tiers.model import TieredPlan
from optimizer.tiers.search import solve_tiers
from scenarios.build import build_problem
from scenarios.files import read_scenario
from scenarios.stress.buffers import SLACKS
from scenarios.stress.noise import PLACEHOLDERS, noise_toml, read_noise
from scenarios.stress.study import WANTED, Question, study
from scenarios.text import Text
from scenarios.variants.kept_plans import KeptPlans, solve_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from api.schemas import PlanFile
    from optimizer.check import Violation
    from optimizer.crew import Progress
    from optimizer.tiers.violations import HandoverViolation
    from scenarios.build import County
    from scenarios.variants.cells import Limit

HELP = Text(
    "压力测试：路况波动、到货晚点、车辆故障、封路时方案还准不准时，怎样最省地更有把握",
    "how the plan stands up to slow roads, late goods, breakdowns and closures, and the cheapest way to be surer",
)
ABOUT = Text(
    f"另按 {len(SLACKS)} 种余量重新规划；求解时间或轮数是每个方案的。"
    "扰动的大小写在 --noise 文件中，格式见输出的 noise.toml。",
    f"The day is planned again with {len(SLACKS)} kinds of slack; seconds and rounds hold for each plan. The sizes of "
    "the disturbances stand in the file of --noise; noise.toml among the results shows its form.",
)

DEFAULT_DRAWS = 1_000
MOST_DRAWS = 20_000

FILES = ("stress.json", "stress.csv", "stress.xlsx", "stress.html", "noise.toml")

PHASES = {
    "stress": Text("模拟", "simulating"),
    "closures": Text("逐段封路", "closing roads in turn"),
    "buffers": Text("试各种余量", "trying buffers"),
}

UNSOUND = Text("方案本身违反规则，没有测试", "the plan itself breaks rules; it was not stressed")

TELL_EVERY_S = 2.0

SHOWN = 5
"""Weakest visits and worst roads printed."""


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    parser.description = f"{HELP.en}. {ABOUT.en}" if lang == "en" else f"{HELP.zh}。{ABOUT.zh}"
    parser.add_argument("folder", metavar="DIR", help=Text("场景文件夹", "folder of the scenario").pick(lang))
    plan = Text("方案（没有时先规划）", "the plan (without one the day is planned first)")
    parser.add_argument("plan", nargs="?", metavar="PLAN.json", help=plan.pick(lang))
    draws = Text(f"模拟多少天（默认 {DEFAULT_DRAWS}）", f"simulated days ({DEFAULT_DRAWS} by default)")
    parser.add_argument("--draws", type=whole(2, MOST_DRAWS), default=DEFAULT_DRAWS, metavar="N", help=draws.pick(lang))
    noise = Text("扰动的大小（TOML；默认是占位值）", "sizes of the disturbances (TOML; placeholders by default)")
    parser.add_argument("--noise", metavar="FILE.toml", help=noise.pick(lang))
    wanted = Text(f"期望的准时件数占比（默认 {WANTED}）", f"wanted share of pieces on time ({WANTED} by default)")
    parser.add_argument("--on-time", type=_share, default=WANTED, metavar="P", help=wanted.pick(lang))
    rounds = Text("每个方案的求解轮数：可重复", "rounds to solve each plan: repeatable")
    add_solving(parser, lang, rounds)
    add_folders(parser, lang)


def _share(text: str) -> float:
    """Return a share above 0 and at most 1."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and at most 1")
    return value


def run(options: argparse.Namespace) -> int:
    """Stress and write everything; exit code 1 when the plan breaks a rule, 4 when the run was ended early."""
    folder, lang = existing(options.folder), options.lang
    noise = read_noise(existing(options.noise)) if options.noise else PLACEHOLDERS
    record = read_plan(existing(options.plan)) if options.plan else None
    scenario = read_scenario(folder)
    out, cache, store, limit = begun(options)
    county = build_problem(scenario, cache=cache)
    cancel = threading.Event()
    kept = KeptPlans(store=store)
    solver = _Solver(replace(limit, workers=options.workers), kept, cancel, lang)
    with ended_on_interrupt(cancel):
        plan, violations = _plan_of(county, record, solver, lang)
        if violations:
            for violation in violations:
                line(violation.render(lang))
            say(UNSOUND, lang, style="bold red")
            return 1
        found = study(
            county,
            plan,
            Question(noise=noise, days=options.draws, seed=options.seed, wanted=options.on_time),
            plan_again=solver.made,
            cache=cache,
            told=_Telling(lang),
            is_ended=cancel.is_set,
        )
    names = {place.id: place.name or place.id for place in scenario.places}
    report = Report(study=found, names=names, assumed=assumptions(scenario))
    _write(report, out, lang)
    _show(report, lang)
    say(known_before(kept.asked, kept.found), lang)
    files = ", ".join(FILES)
    say(Text(f"已写入 {out}：{files}", f"written to {out}: {files}"), lang)
    return 0 if found.is_whole else INCOMPLETE


class _Solver:
    """Makes plans as the command line asks for them, or finds them; once cancelled it takes the best that it has."""

    def __init__(self, limit: Limit, kept: KeptPlans, cancel: threading.Event, lang: str) -> None:
        self.limit, self.kept, self.cancel, self.lang = limit, kept, cancel, lang

    def made(self, county: County) -> TieredPlan:
        """Return the best plan of ``county``; one that was cut short is not kept."""
        how = "day" if county.tiers is None else "tiers"
        return self.kept.plan(solve_key(how, tiers_of(county), self.limit), lambda: self._solved(county))

    def _solved(self, county: County) -> tuple[TieredPlan, bool]:
        stop = self.limit.stop
        with ProgressView(self.lang) as view:
            view.phase("solve", seconds=stop.seconds)

            def report(progress: Progress) -> None:
                view.best(progress.cost_fen, progress.num_unserved, progress.phase)

            asked: dict[str, Any] = {
                "stop": stop,
                "seed": self.limit.seed,
                "workers": self.limit.workers,
                "cancel": self.cancel,
            }
            if county.tiers is not None:
                tiered = solve_tiers(county.tiers, progress=report, **asked)
                return tiered.plan, self._is_good(has_worked=bool(tiered.history or tiered.iterations))
            found = solve(county.problem, progress=report, **asked)
            has_worked = bool(found.history or found.iterations or stop.iterations == 0)
            return TieredPlan(choice={}, plan=found.plan), self._is_good(has_worked=has_worked)

    def _is_good(self, *, has_worked: bool) -> bool:
        """Tell whether a plan is one to keep: somebody searched for it, and nobody ended that early."""
        return has_worked and not self.cancel.is_set()


class _Telling:
    """Tells on standard error how far the test is: when a part begins, and then every few seconds."""

    def __init__(self, lang: str) -> None:
        self.lang, self.told_s = lang, 0.0

    def __call__(self, phase: str, done: int, total: int) -> None:
        if done and time.monotonic() - self.told_s < TELL_EVERY_S:
            return
        self.told_s = time.monotonic()
        count = f" {done + 1}/{total}" if total > 1 else ""
        line(f"{PHASES[phase].pick(self.lang)}{count}", stream=sys.stderr)


def _plan_of(
    county: County, record: PlanFile | None, solver: _Solver, lang: str
) -> tuple[TieredPlan, Sequence[Violation | HandoverViolation]]:
    """Return the plan given, or one made now, and what the referee says of it."""
    if record is None:
        plan = solver.made(county)
    else:
        plan = to_tiered(record)
        for difference in differences(record, county):
            line(f"! {difference.pick(lang)}", style="yellow")
    return plan, check_tiers(tiers_of(county), plan)


def _write(report: Report, out: Path, lang: str) -> None:
    write_json(report, out / FILES[0])
    write_visits(report, out / FILES[1])
    write_book(report, out / FILES[2], lang=lang)
    write_page(report, out / FILES[3], lang=lang)
    (out / FILES[4]).write_text(noise_toml(report.study.question.noise), encoding="utf-8")


def _show(report: Report, lang: str) -> None:
    """Print the result, the weakest visits, the worst roads and the frontier."""
    found = report.study
    quiet, noisy = f"{found.quiet.on_time:.1%}", share_text(found.outcome)
    zh = f"准时件数占比：平静的一天 {quiet}，有扰动时 {noisy}（{found.question.days} 个模拟日）"
    en = f"pieces on time: {quiet} on a quiet day, {noisy} with disturbances ({found.question.days} simulated days)"
    say(Text(zh, en), lang, style="bold")
    visits = [
        (
            v.vehicle,
            report.place(v.place),
            clock(v.arrive.planned_s),
            clock(round(v.arrive.p90_s)),
            chance_text(v.on_time),
        )
        for v in report.weakest[:SHOWN]
    ]
    _table("weakest", ("vehicle", "place", "planned", "p90", "chance"), visits, lang)
    roads = [
        (road_name(road), str(len(road.isolated)), str(road.isolated_pieces), str(road.late_pieces))
        for _, road in report.roads[:SHOWN]
    ]
    _table("roads", ("road", "isolated", "isolated_pieces", "late_pieces"), roads, lang)
    buffers = [(b.name.pick(lang), share_text(b), yuan(b.cost_fen)) for b in found.frontier]
    _table("buffers", ("buffer", "on_time", "cost"), buffers, lang)
    say(verdict(found), lang, style="bold")
    say(Text("扰动大小是占位值的，见 stress.html", "sizes that are placeholders are marked in stress.html"), lang)
    if not found.is_whole:
        say(WORDS["ended"], lang, style="yellow")


def _table(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], lang: str) -> None:
    heads = [(WORDS[name].pick(lang), k > 0 and name != "place") for k, name in enumerate(columns)]
    show_table(WORDS[title].pick(lang), heads, rows)
