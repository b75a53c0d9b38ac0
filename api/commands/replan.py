"""``gongpei replan DIR PLAN.json --events FILE.toml``: go on with a day that has gone wrong, in three ways.

What has been driven stays; vehicles on the road keep what they carry. A vehicle that breaks down keeps the
visits at which service had begun and is brought home; what it had collected is handed over then, what it still
had to deliver is back at the depot and can be loaded again ``recovery_min`` later.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from api.changes_file import changes_text, write_changes
from api.commands.options import add_solving, cache_folder, existing, output_folder, solving_stop
from api.commands.plan import origin_of
from api.commands.referee import differences, tell_unsound
from api.plan_file import read_plan, write_plan
from api.progress import ProgressView
from api.schemas import from_plan, from_tiered, to_tiered
from api.talk import line, say, show_table
from api.tiers import gone_wrong, is_tiered, tiers_of
from api.units import clock, yuan
from optimizer.explain import reason_text, remedy_text
from optimizer.replan import KEEPS, begun_shipments, replan
from optimizer.tiers.check import check_tiers
from optimizer.tiers.replanning import replan_tiers
from optimizer.tiers.rest import as_one_tier
from scenarios.build import build_problem
from scenarios.events_county import changed_day
from scenarios.events_file import read_events
from scenarios.files import read_scenario
from scenarios.text import Text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from api.schemas import Origin, PlanFile
    from optimizer.plan import Plan
    from optimizer.replan import Option, Replanned
    from optimizer.stop import Stop
    from optimizer.tiers.model import TieredPlan
    from scenarios.build import County
    from scenarios.events import Events
    from scenarios.events_county import ChangedDay

HELP = Text(
    "当天生变（加单、退单、车坏、封路、到货迟）后的重排：改动最小、折中、成本最低三种答案",
    "replan a day that has gone wrong: the smallest change, a balanced one and the cheapest",
)
ABOUT = Text(
    "已经走过的不变，在路上的车保留车上的货。故障车：已开始服务的站点算数，车被拖回，已揽的货随车交回，"
    "未送的货回到中心，过 recovery_min 分钟可以重新装车（村到村的货当天作废）。"
    "改动的权重在事件文件的 [weights] 中，默认是占位值。跨层级的方案每次交接都保住：后一段等前一段的货；"
    "班线照时刻表走，不受封路影响，没有受事件影响的货不换走法。",
    "What has been driven stays, vehicles on the road keep what they carry. Of a broken vehicle the visits at which "
    "service had begun stand; it is brought home, hands over what it had collected, and what it still had to deliver "
    "can be loaded again recovery_min after that (goods from village to village are lost to the day). Weights of "
    "changes stand under [weights] in the events file; their defaults are placeholders. Across tiers every handover "
    "is kept, second legs wait for first ones; lines keep their timetable whatever road is closed, and goods that no "
    "event touches keep their way.",
)

NAMES = {
    "smallest": Text("改动最小", "smallest change"),
    "balanced": Text("折中", "balanced"),
    "cheapest": Text("成本最低", "cheapest"),
}
"""What the answers are called."""

HEADERS = (
    (Text("方案", "answer"), False),
    (Text("成本 元", "cost CNY"), True),
    (Text("比原计划", "against the plan"), True),
    (Text("换车", "other vehicle"), True),
    (Text("换序", "swaps"), True),
    (Text("改时", "shifted"), True),
    (Text("改时 分钟", "min"), True),
    (Text("不再服务", "not served any more"), True),
    (Text("未服务", "unserved"), True),
    (Text("改动折合 元", "changes weighed CNY"), True),
)
"""Columns of the table of answers: header, and whether it holds numbers."""

SHOWN_CHANGES, SHOWN_UNSERVED = 12, 5


class GoneOn(NamedTuple):
    """How a day goes on: how it stands, the three answers, each across tiers where there are any, and their digest."""

    day: ChangedDay
    found: Replanned
    plans: Mapping[str, TieredPlan]
    digest: str

    def record(self, option: Option, origin: Origin) -> PlanFile:
        """Return an answer as a plan file, still without its digest."""
        tiered = self.plans.get(option.name)
        return from_plan(option.plan, origin) if tiered is None else from_tiered(tiered, origin)


def gone_on(
    county: County,
    record: PlanFile,
    events: Events,
    *,
    stop: Stop,
    keep: str,
    seed: int,
    workers: int,
    cache: Path | None = None,
) -> GoneOn:
    """Replan the day of a plan without violations, across tiers where plan or county have stations or lines."""
    tiered = to_tiered(record)
    if is_tiered(county, record):
        day, past = gone_wrong(county, tiered, events, cache=cache)
        weights = events.weights
        across = replan_tiers(past, weights=weights, stop=stop, keep=keep, seed=seed, workers=workers)
        return GoneOn(day, across.answers, across.plans, past.after.problem.digest)
    day = changed_day(county, tiered.plan, events, cache=cache)
    found = replan(
        county.problem,
        day.problem,
        tiered.plan,
        day.situation,
        weights=events.weights,
        stop=stop,
        keep=keep,
        seed=seed,
        workers=workers,
    )
    return GoneOn(day, found, {}, found.judged.digest)


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    parser.description = f"{HELP.pick(lang)}. {ABOUT.pick(lang)}" if lang == "en" else f"{HELP.zh}。{ABOUT.zh}"
    parser.add_argument("folder", metavar="DIR", help=Text("场景文件夹", "folder of the scenario").pick(lang))
    parser.add_argument("plan", metavar="PLAN.json", help=Text("原计划", "the plan").pick(lang))
    what = Text("事件文件（格式见 scenarios/README.md）", "what has happened, see scenarios/README.md")
    parser.add_argument("--events", metavar="FILE.toml", required=True, help=what.pick(lang))
    keep = Text(
        "三种答案都不改的：none 无，vehicle 由谁送，sequence 先后，time 时刻",
        "what no answer changes: nothing, who carries it, the sequence, or the times as well",
    )
    parser.add_argument("--keep", choices=KEEPS, default="none", help=keep.pick(lang))
    rounds = Text("每一档的求解轮数：同样的轮数和种子给出同样的答案", "rounds for each level of keeping: repeatable")
    add_solving(parser, lang, rounds)
    out = Text("写出三个方案和改动清单的文件夹", "folder for the three plans and their lists of changes")
    parser.add_argument("--out", type=Path, metavar="DIR", help=out.pick(lang))


def run(options: argparse.Namespace) -> int:
    """Replan and show the answers; exit code 1 when the plan to go on from breaks a rule itself."""
    lang, stop = options.lang, solving_stop(options)
    with ProgressView(lang) as view:
        view.phase("read")
        record = read_plan(existing(options.plan))
        folder = existing(options.folder)
        scenario = read_scenario(folder)
        events = read_events(existing(options.events), scenario)
        out = None if options.out is None else output_folder(options.out)
        view.phase("roads")
        county = build_problem(scenario, cache=cache_folder(folder))
        tiers, tiered = tiers_of(county), to_tiered(record)
        violations = check_tiers(tiers, tiered)
        if not violations:
            view.phase("solve", seconds=stop.seconds)
            found = gone_on(
                county,
                record,
                events,
                stop=stop,
                keep=options.keep,
                seed=options.seed,
                workers=options.workers,
                cache=cache_folder(folder),
            )
    for difference in differences(record, county):
        line(f"! {difference.pick(lang)}", style="yellow")
    if violations:
        tell_unsound(violations, lang)
        return 1
    plan = as_one_tier(tiers, tiered, is_whole=True)
    _show(county, plan, found.day, found.found, events, lang=lang)
    if out is not None:
        _write(out, county, plan, found, options=options, stop=stop)
        names = ", ".join([*(f"plan-{name}.json" for name in NAMES), "changes.json", "changes.csv"])
        say(Text(f"已写入 {out}：{names}", f"written to {out}: {names}"), lang)
        again = shlex.join(("gongpei", "referee", options.folder, f"{out / 'plan-smallest.json'}", "--events"))
        again = f"{again} {shlex.join((options.events, options.plan))}"
        say(Text(f"复核：{again}", f"judge again: {again}"), lang)
    return 0


def _show(county: County, plan: Plan, day: ChangedDay, found: Replanned, events: Events, *, lang: str) -> None:
    """Print how the day stands, the table of answers, and the changes of each."""
    say(_standing(county, plan, day), lang, style="bold")
    for note in (*day.notes, *events.assumed):
        line(f"! {note.pick(lang)}", style="yellow")
    headers = [(header.pick(lang), is_number) for header, is_number in HEADERS]
    show_table("", headers, [_row(option, plan, lang) for option in found.options])
    zh = f"三个方案均由裁判复核通过（候选 {found.num_candidates} 个）"
    say(Text(zh, f"all three accepted by the referee ({found.num_candidates} candidates)"), lang, style="green")
    shown: list[tuple[Plan, str]] = []
    for option in found.options:
        same = next((name for other, name in shown if other == option.plan), None)
        if same is not None:
            zh, en = f"{NAMES[option.name].zh}：与{same}相同", f"{NAMES[option.name].en}: the same as the {same}"
            say(Text(zh, en), lang)
            continue
        shown.append((option.plan, NAMES[option.name].pick(lang)))
        _show_option(option, lang)
    if found.is_stopped:
        zh, en = "求解被提前停止，以上为当时最好的答案", "stopped early; these are the best answers so far"
        say(Text(zh, en), lang, style="yellow")


def _standing(county: County, plan: Plan, day: ChangedDay) -> Text:
    """Say what time it is and how many shipments can no longer be changed."""
    now, stand = clock(day.situation.now_s), len(begun_shipments(plan, day.situation))
    total, before = len(day.problem.shipments), len(county.problem.shipments)
    if day.situation.now_s == 0:
        return Text(
            f"尚未发车：{before} 批货，现在 {total} 批", f"nothing has left yet: {before} shipments, now {total}"
        )
    zh = f"现在 {now}：{before} 批货，现在 {total} 批，其中 {stand} 批已装车或已交接"
    return Text(zh, f"it is {now}: {before} shipments, now {total}, of which {stand} are on board or handed over")


def _row(option: Option, plan: Plan, lang: str) -> tuple[str, ...]:
    changes, cost = option.changes, option.plan.cost
    more = cost.operating_fen - plan.cost.operating_fen
    return (
        NAMES[option.name].pick(lang),
        yuan(cost.operating_fen),
        f"{'+' if more >= 0 else '-'}{yuan(abs(more))}",
        str(changes.count("vehicle")),
        str(changes.count("swap")),
        str(changes.count("shift")),
        str(changes.shift_s // 60),
        str(changes.count("unserved")),
        str(len(option.plan.unserved)),
        yuan(changes.weighed_fen),
    )


def _show_option(option: Option, lang: str) -> None:
    """Print the changes of one answer and what it leaves."""
    count = len(option.changes.items)
    title = Text(f"{NAMES[option.name].zh}：改动 {count} 处", f"{NAMES[option.name].en}: {count} changes")
    say(title, lang, style="bold")
    for change in option.changes.items[:SHOWN_CHANGES]:
        line(f"  {changes_text(change).pick(lang)}")
    left = count - SHOWN_CHANGES
    if left > 0:
        say(Text(f"  …另有 {left} 处，见 --out 的 changes.csv", f"  … {left} more, see changes.csv of --out"), lang)
    for unserved in option.plan.unserved[:SHOWN_UNSERVED]:
        line(f"  {unserved.reason} {unserved.shipment}: {reason_text(unserved, lang)}", style="red")
        line(f"       -> {remedy_text(unserved, lang)}")
    left = len(option.plan.unserved) - SHOWN_UNSERVED
    if left > 0:
        say(Text(f"  …另有 {left} 批未服务", f"  … {left} more unserved"), lang)


def _write(out: Path, county: County, plan: Plan, gone: GoneOn, *, options: argparse.Namespace, stop: Stop) -> None:
    """Write the three plans, and the changes of all as JSON and CSV."""
    origin = origin_of(county, stop, options, digest=gone.digest, is_stopped=gone.found.is_stopped)
    for option in gone.found.options:
        write_plan(gone.record(option, origin), out / f"plan-{option.name}.json")
    write_changes(gone.found.options, plan, out)
