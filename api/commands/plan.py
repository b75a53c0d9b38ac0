"""``gongpei plan``: read, build, solve, judge, measure and write one county's day; Ctrl-C keeps the best plan."""

from __future__ import annotations

import json
import platform
import threading
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from api import by_lines
from api.commands.options import add_out, add_solving, cache_folder, existing, output_folder, solving_stop
from api.county_day import view_day
from api.exports.bundle import files_of, write_outputs
from api.hired import hired_on_road, worth_text, worth_views, worths_of
from api.interrupts import ended_on_interrupt
from api.plan_file import write_plan
from api.progress import ProgressView
from api.schemas import Origin, from_plan, from_tiered, with_worths
from api.talk import line, say, show_table
from api.tiered_day import view_tiered_day
from api.tiered_kpis import measure_tiers
from api.tiers import has_tiers, judged, tiers_of
from api.units import clock, km, yuan
from optimizer.check import check
from optimizer.plan import Plan
from optimizer.solve import HURRIED_WORK
from optimizer.tiers.reasons import explain_tiers
from optimizer.tiers.search import TieredResult, solve_tiers
from scenarios.build import build_problem
from scenarios.files import read_scenario
from scenarios.kpis import measure
from scenarios.text import Text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping

    from api.views import DayView
    from optimizer.plan import Result
    from optimizer.solve import Progress
    from optimizer.stop import Stop
    from optimizer.worth import Worth
    from scenarios.build import County

HELP = Text("规划一天：求解、复核、写出方案与报告", "plan the day: solve, judge, write plan and report")

PACKAGES = ("gongpei", "ortools", "pyvrp", "numpy", "scipy")
"""Their versions decide the plan together with scenario, seed and work."""

SHOWN_BOUND_GAP = 25.0
"""Bound gaps up to so many % are shown; a larger one says more about the bound than about the plan."""

SHOWN_UNSERVED = 10

TRIP_HEADERS = (
    (Text("行程", "trip"), False),
    (Text("车辆", "vehicle"), False),
    (Text("装车", "loading"), True),
    (Text("发车", "departs"), True),
    (Text("返回", "returns"), True),
    (Text("站点", "visits"), True),
    (Text("里程 km", "km"), True),
    (Text("送达袋", "bags out"), True),
    (Text("揽收袋", "bags back"), True),
    (Text("最高装载", "fullest"), True),
)
"""Columns of the table of trips: header, and whether it holds numbers."""


BASELINE_NAMES = {
    "direct": Text("全部直达", "everything direct"),
    "through": Text("全部经服务站", "everything through stations"),
    "two_stage": Text("先支线后干线", "loops first, then line-haul"),
}
"""First plans of a day across tiers."""


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="DIR", help=Text("场景文件夹", "folder of the scenario").pick(lang))
    add_out(parser, lang)
    rounds = Text("求解轮数：同样的轮数和种子给出同样的方案", "rounds to solve: same rounds and seed, same plan")
    add_solving(parser, lang, rounds)
    by_lines.add_lines(parser, lang)


def run(options: argparse.Namespace) -> int:
    """Plan the day and write everything; exit code 1 should the plan break a rule."""
    folder, lang = existing(options.folder), options.lang
    stop = solving_stop(options)
    with ProgressView(lang) as view:
        view.phase("read")
        scenario = read_scenario(folder)
        out = output_folder(options.out or Path("out") / folder.resolve().name)
        view.phase("roads")
        county = build_problem(scenario, cache=cache_folder(folder), energy=True)
        if options.lines is not None:
            by_lines.refuse_barred(county)
        view.phase("solve", seconds=stop.seconds)
        planned = _plan_tiers if has_tiers(county) and options.lines is None else _plan
        day, result = planned(county, options, stop, view, out)
        warnings = write_outputs(day, out, lang=lang)
    _show(day, result, lang)
    if options.lines is not None and isinstance(result.plan, Plan):
        by_lines.tell_deviations(county, result.plan, options.lines, out, lang)
    for text in (*(note.pick(lang) for note in day.notes), *warnings):
        line(f"! {text}", style="yellow")
    names = ", ".join(("plan.json", *files_of(day), "history.json"))
    say(Text(f"已写入 {out}：{names}", f"written to {out}: {names}"), lang)
    return 1 if day.violations else 0


def _plan(
    county: County, options: argparse.Namespace, stop: Stop, view: ProgressView, out: Path
) -> tuple[DayView, Result]:
    """Solve an ordinary day, judge it, and write plan and history."""
    with _listening(view) as heard:
        asked = {"seed": options.seed, "workers": options.workers}
        result = by_lines.solve_day(county.problem, options.lines, stop=stop, **asked, **heard)
    worths = _worths(county, result, options, view)
    view.phase("write")
    violations = check(county.problem, result.plan)
    origin = origin_of(county, stop, options, digest=county.problem.digest, is_stopped=result.stopped)
    digest = write_plan(with_worths(from_plan(result.plan, origin), worths), out / "plan.json")
    bounds = {"bound_fen": result.bound_fen, "bound_gap": result.bound_gap}
    _write_history(result, bounds, out / "history.json")
    kpis = measure(county, result.plan)
    day = view_day(county, result.plan, kpis=kpis, violations=violations, origin=origin, digest=digest)
    return replace(day, worths=worth_views(county, worths)), result


def _plan_tiers(
    county: County, options: argparse.Namespace, stop: Stop, view: ProgressView, out: Path
) -> tuple[DayView, TieredResult]:
    """Solve a day across tiers, judge it, and write plan and history."""
    tiers = tiers_of(county)
    with _listening(view) as heard:
        result = solve_tiers(tiers, stop=stop, seed=options.seed, workers=options.workers, **heard)
    if result.plan.plan.unserved:
        view.phase("reasons")
        work = {"most_work": HURRIED_WORK} if result.stopped else {}
        result = replace(result, plan=explain_tiers(tiers, result.plan, **work))
    worths = _worths(county, result, options, view)
    view.phase("write")
    origin = origin_of(county, stop, options, digest=county.problem.digest, is_stopped=result.stopped)
    digest = write_plan(with_worths(from_tiered(result.plan, origin), worths), out / "plan.json")
    _write_history(result, {"baselines_fen": dict(result.baselines)}, out / "history.json")
    kpis = measure_tiers(county, tiers, result.plan)
    violations = judged(tiers, result.plan)
    day = view_tiered_day(county, tiers, result.plan, kpis=kpis, violations=violations, origin=origin, digest=digest)
    return replace(day, worths=worth_views(county, worths)), result


def _worths(
    county: County, result: Result | TieredResult, options: argparse.Namespace, view: ProgressView
) -> tuple[Worth, ...]:
    """Return what hired vehicles were worth; nothing for who has asked to stop."""
    plan = result.plan if isinstance(result.plan, Plan) else result.plan.plan
    if result.stopped or not hired_on_road(county.problem, plan):
        return ()
    view.phase("worth")
    return worths_of(county, tiers_of(county), result.plan, seed=options.seed)


class _Heard(TypedDict):
    progress: Callable[[Progress], None]
    cancel: threading.Event


@contextmanager
def _listening(view: ProgressView) -> Iterator[_Heard]:
    """Give a solve what it tells its progress to and what ends it early."""
    cancel = threading.Event()

    def report(progress: Progress) -> None:
        view.best(progress.cost_fen, progress.num_unserved, progress.phase)

    with ended_on_interrupt(cancel, view.stopping):
        yield {"progress": report, "cancel": cancel}


def origin_of(county: County, stop: Stop, options: argparse.Namespace, *, digest: str, is_stopped: bool) -> Origin:
    """Return what made a plan; ``digest`` is of the problem that it solves."""
    return Origin(
        scenario=county.scenario.name,
        date=county.scenario.date.isoformat(),
        scenario_digest=county.scenario.digest,
        network_digest=county.network.digest,
        problem_digest=digest,
        seed=options.seed,
        iterations=stop.iterations,
        seconds=stop.seconds,
        workers=options.workers,
        stopped=is_stopped,
        versions={**{name: version(name) for name in PACKAGES}, "python": platform.python_version()},
    )


def _write_history(result: Result | TieredResult, figures: Mapping[str, object], path: Path) -> None:
    """Write what differs from run to run: wall times and incumbents, with ``figures`` of the solve."""
    content = {
        "seconds": round(result.seconds, 3),
        "iterations": result.iterations,
        **figures,
        "incumbents": [asdict(incumbent) for incumbent in result.history],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _show(day: DayView, result: Result | TieredResult, lang: str) -> None:
    """Print the trips, the KPIs and what is unserved."""
    _show_trips(day, lang)
    kpi_headers = [(Text("指标", "KPI").pick(lang), False), (Text("数值", "value").pick(lang), True)]
    show_table("", kpi_headers, [(kpi.name.pick(lang), kpi.value.pick(lang)) for kpi in day.kpis])
    _show_unserved(day, lang)
    for worth in day.worths:
        say(worth_text(worth), lang)
    for violation in day.violations:
        line(violation.pick(lang), style="bold red")
    if isinstance(result, TieredResult):
        _show_ways(day, result, lang)
    else:
        _show_bound(result, lang)
    if result.stopped:
        stopped = Text("求解被提前停止，以上为当时最好的方案", "stopped early; this is the best plan so far")
        say(stopped, lang, style="yellow")


def _show_bound(result: Result, lang: str) -> None:
    """Say how far the plan is from proven optimal, where the bound is near enough to mean something."""
    gap = result.bound_gap
    if gap is None or gap > SHOWN_BOUND_GAP:
        return
    if gap == 0:
        say(Text("已证明没有更便宜的方案", "proven: no plan is cheaper"), lang, style="green")
    else:
        say(Text(f"距已证明的下界 {gap:.1f}%", f"{gap:.1f}% above the proven lower bound"), lang)


def _show_ways(day: DayView, result: TieredResult, lang: str) -> None:
    """Print how many places go which way, and what the plan costs against the simple ones."""
    if day.tiers is None:
        return
    for way, modes in day.tiers.ways:
        line(f"{way.pick(lang)}: {len(modes)}")
    moved = Text(
        f"换车 {sum(len(s.handovers) for s in day.tiers.stations)} 批，班线搭载 {len(result.plan.rides)} 批",
        f"{sum(len(s.handovers) for s in day.tiers.stations)} handovers, {len(result.plan.rides)} rides by line",
    )
    say(moved, lang)
    for name, cost_fen in result.baselines.items():
        if cost_fen is not None:
            saved_fen = cost_fen - result.plan.plan.cost.total_fen
            say(saving_text(name, saved_fen, result.baselines_left.get(name, 0)), lang)


def saving_text(name: str, saved_fen: int, left: int) -> Text:
    """Return what the plan costs less than a simple one, which had little time and may leave goods behind."""
    by, who = yuan(saved_fen), BASELINE_NAMES[name]
    zh = f"比{who.zh}（短时求得的初步方案）省 {by} 元"
    en = f"CNY {by} less than {who.en} (a short first plan)"
    if left:
        zh += f"；该方案有 {left} 批未服务，差额含其惩罚"
        en += f"; that plan leaves {left} shipments behind, and their penalties are in the difference"
    return Text(zh, en)


def _show_trips(day: DayView, lang: str) -> None:
    rows = [
        (
            *(trip.code, trip.vehicle, clock(trip.load_start_s), clock(trip.depart_s), clock(trip.return_s)),
            *(str(len(trip.visits)), km(trip.distance_m), str(trip.bags_down), str(trip.bags_up)),
            f"{trip.peak[1]:.0%}",
        )
        for trip in day.trips
    ]
    headers = [(text.pick(lang), is_number) for text, is_number in TRIP_HEADERS]
    show_table(f"{day.county} {day.date}", headers, rows)


def _show_unserved(day: DayView, lang: str) -> None:
    for unserved in day.unserved[:SHOWN_UNSERVED]:
        where = f"{unserved.place.name} {unserved.brand} {unserved.commodity.pick(lang)} ({unserved.shipment})"
        line(f"{unserved.code} {where}: {unserved.reason.pick(lang)}", style="red")
        line(f"     -> {unserved.remedy.pick(lang)}")
    left = len(day.unserved) - SHOWN_UNSERVED
    if left > 0:
        say(Text(f"…另有 {left} 批未服务，见 report.html", f"… {left} more unserved, see report.html"), lang)
