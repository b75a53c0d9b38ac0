"""``gongpei emergency DIR EVENT.toml``: who is cut off, and the day by relay and drone with first things first.

Ways across the break are compared on the same day. Ctrl-C keeps what is done.
"""

from __future__ import annotations

import math
import sys
import threading
import time
from typing import TYPE_CHECKING

from api.assumptions import assumptions
from api.command_line import INCOMPLETE, OK, VIOLATIONS
from api.commands.options import add_folders, add_solving, existing
from api.commands.plan import origin_of
from api.commands.running import begun, known_before
from api.exports.bundle import files_of, write_outputs
from api.exports.emergency import FILES, Relief, more_text, write_csv, write_json
from api.exports.emergency_page import hurried_text, left_behind, sentence_of, waiting_text, write_page
from api.exports.emergency_trips import seen
from api.exports.emergency_words import WORDS
from api.interrupts import ended_on_interrupt
from api.plan_file import write_plan
from api.progress import PHASES
from api.schemas import from_tiered
from api.talk import line, say, show_table
from api.tiered_day import view_tiered_day
from api.tiered_kpis import measure_tiers
from api.tiers import judged
from api.units import clock, hours, yuan
from scenarios.build import build_problem
from scenarios.emergency.answer import Planner
from scenarios.emergency.areas import cut
from scenarios.emergency.county import build_rescue, with_goods
from scenarios.emergency.effort import phases_of
from scenarios.emergency.means import MEANS_NAMES
from scenarios.emergency.read import read_emergency
from scenarios.emergency.standing import stand
from scenarios.files import read_scenario
from scenarios.text import Text
from scenarios.variants.kept_plans import KeptPlans

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from api.views import DayView
    from optimizer.crew import Progress
    from optimizer.stop import Stop
    from scenarios.emergency.answer import Answers
    from scenarios.emergency.county import Rescue
    from scenarios.emergency.standing import Standing

HELP = Text(
    "道路中断时：谁被隔断，重要物资先过断点", "roads are gone: who is cut off, first things first across the break"
)

ABOUT = Text(
    "应急文件写明封闭的道路、人工接驳点、对岸车辆、无人机和物资等级，格式见 scenarios/README.md。"
    "每种过断点方式各求解一次，首要等级先到再求解两次，有货过不去时每种车各加一辆再求解一次。",
    "The emergency file names closed roads, relays, vehicles on the far side, drones and classes of goods, see "
    "scenarios/README.md. Each of the ways across is solved once, bringing the first class sooner takes two solves "
    "more, and where goods are left behind each kind of vehicle that there might be one more of takes another.",
)

SHOWN_AREAS, SHOWN_LEFT = 10, 10
BETTER_EVERY_S = 5.0

NAMES = {
    **MEANS_NAMES,
    "alone": Text("首要等级单独一天", "the first class alone"),
    "hurried": Text("首要等级先到", "the first class sooner"),
    "reasons": PHASES["reasons"],
}
"""What is being planned."""


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    parser.description = f"{HELP.zh}。{ABOUT.zh}" if lang == "zh" else f"{HELP.en}. {ABOUT.en}"
    parser.add_argument("folder", metavar="DIR", help=Text("场景文件夹", "folder of the scenario").pick(lang))
    parser.add_argument("event", metavar="EVENT.toml", help=Text("应急文件", "the emergency file").pick(lang))
    add_folders(parser, lang)
    add_solving(parser, lang, Text("每个方案的求解轮数：可重复", "rounds to solve each plan: repeatable"))


def run(options: argparse.Namespace) -> int:
    """Plan and write everything; exit code 1 should the plan break a rule, 4 should anything be missing."""
    folder, event, lang = existing(options.folder), existing(options.event), options.lang
    scenario = read_scenario(folder)
    emergency = read_emergency(event, scenario)
    out, cache, store, limit = begun(options)
    kept = KeptPlans(store=store)
    line(PHASES["roads"].pick(lang), stream=sys.stderr)
    base = build_problem(with_goods(scenario, emergency), cache=cache)
    ground = cut(base, emergency.closures, cache=cache)
    standing = stand(base, ground)
    _show_standing(standing, lang)
    rescue = build_rescue(base, ground, emergency)
    answers = _answers(rescue, options, limit.stop, kept)
    day = _day(rescue, answers, options, limit.stop, out)
    relief = Relief(
        rescue=rescue,
        standing=standing,
        answers=answers,
        day=day,
        assumed=(*rescue.county.notes, *assumptions(scenario)),
        placeholders=tuple(dict.fromkeys((*emergency.assumed, *scenario.placeholders))),
    )
    warnings = _write(relief, out, lang)
    _show(relief, lang)
    told = (text.pick(lang) for text in (*emergency.assumed, *rescue.county.notes))
    for text in (*told, *warnings):
        line(f"! {text}", style="yellow")
    say(known_before(kept.asked, kept.found), lang)
    names = ", ".join((*FILES, "plan.json", *files_of(day)))
    say(Text(f"已写入 {out}：{names}", f"written to {out}: {names}"), lang)
    if day.violations:
        return VIOLATIONS
    return OK if answers.is_whole else INCOMPLETE


class _Voice:
    """Tells on standard error what is being planned, the best plan of it, and about how long all takes."""

    def __init__(self, rescue: Rescue, stop: Stop, lang: str) -> None:
        self._lang, self._seconds = lang, stop.seconds
        self._ahead = list(phases_of(rescue))
        self._told_at = 0.0

    def phase(self, name: str) -> None:
        """Say that a plan is begun."""
        kind = name.partition(":")[2]
        words = Text(f"再加一个 {kind}", f"one more {kind}") if kind else NAMES[name]
        line(f"{words.pick(self._lang)}{self._left(name).pick(self._lang)}", stream=sys.stderr)

    def _left(self, name: str) -> Text:
        """Return how long this phase and those after it search at most; phases before it that never came are gone."""
        if self._seconds is None or name == "reasons":
            return Text("", "")
        while self._ahead[0][0] != name:
            self._ahead.pop(0)
        left_s = math.ceil(round(self._seconds * sum(share for _, share in self._ahead), 3))
        self._ahead.pop(0)
        told = f"{left_s // 60}:{left_s % 60:02d}"
        return Text(f" · 求解 ≤ {told}", f" · search ≤ {told}")

    def better(self, progress: Progress) -> None:
        """Say a better plan, not too often."""
        if time.monotonic() - self._told_at < BETTER_EVERY_S:
            return
        self._told_at = time.monotonic()
        left = Text(f"本步未服务 {progress.num_unserved} 批", f"{progress.num_unserved} shipments left in this step")
        line(f"  {left.pick(self._lang)}", stream=sys.stderr)


def _answers(rescue: Rescue, options: argparse.Namespace, stop: Stop, kept: KeptPlans) -> Answers:
    cancel = threading.Event()
    planner = Planner(
        rescue,
        stop=stop,
        seed=options.seed,
        workers=options.workers,
        cancel=cancel,
        ear=_Voice(rescue, stop, options.lang),
        kept=kept,
    )
    with ended_on_interrupt(cancel, lambda: line(PHASES["stopping"].pick(options.lang), stream=sys.stderr)):
        return planner.answers()


def _day(rescue: Rescue, answers: Answers, options: argparse.Namespace, stop: Stop, out: Path) -> DayView:
    """Write the plan to go by and return its view."""
    best = answers.best
    digest = best.county.problem.digest
    origin = origin_of(best.county, stop, options, digest=digest, is_stopped=not answers.is_whole)
    written = write_plan(from_tiered(best.plan, origin), out / "plan.json")
    day = view_tiered_day(
        best.county,
        best.tiers,
        best.plan,
        kpis=measure_tiers(best.county, best.tiers, best.plan),
        violations=judged(best.tiers, best.plan),
        origin=origin,
        digest=written,
    )
    return seen(day, rescue)


def _write(relief: Relief, out: Path, lang: str) -> tuple[str, ...]:
    warnings = write_outputs(relief.day, out, lang=lang)
    write_page(relief, out / FILES[0], lang=lang)
    write_json(relief, out / FILES[1])
    write_csv(relief, out / FILES[2])
    return warnings


def _show_standing(standing: Standing, lang: str) -> None:
    """Print who is cut off, before anything is planned."""
    heads = [(WORDS[key].pick(lang), key != "names") for key in ("area", "places", "pieces", "before", "names")]
    rows = []
    for number, places in enumerate(list(standing.areas.values())[:SHOWN_AREAS], start=1):
        drives = [each.before_s for each in places]
        names = "、".join(each.name for each in places[:8]) + (" …" if len(places) > 8 else "")
        pieces = sum(each.pieces for each in places)
        rows.append((str(number), str(len(places)), str(pieces), f"{hours(min(drives))}–{hours(max(drives))}", names))
    if rows:
        show_table(WORDS["who"].pick(lang), heads, rows)
    else:
        say(WORDS["nobody"], lang)
    if standing.longer:
        say(Text(f"更远的地点 {len(standing.longer)} 个", f"{len(standing.longer)} places are farther away"), lang)


def _show(relief: Relief, lang: str) -> None:
    """Print the ways across side by side, what one more would bring, and what is left behind."""
    keys = ("means", "class", "brought", "villages", "first", "mean", "cost")
    heads = [(WORDS[key].pick(lang), key not in ("means", "class")) for key in keys]
    best, rows = relief.answers.best, []
    for answer in (*relief.answers.compared, *([best] if best.is_hurried else [])):
        name = NAMES["hurried" if answer.is_hurried else answer.means.key]
        for k, row in enumerate(answer.rows):
            moments = ("—" if at is None else clock(int(at)) for at in (row.first_s, row.mean_s))
            cost = "" if k else yuan(answer.cost_fen)
            brought, villages = f"{row.carried}/{row.pieces}", f"{row.villages}/{row.places}"
            rows.append(("" if k else name.pick(lang), row.name.pick(lang), brought, villages, *moments, cost))
    show_table(WORDS["compare"].pick(lang), heads, rows)
    say(sentence_of(relief), lang, style="bold")
    for text in (hurried_text(relief), waiting_text(relief)):
        if text is not None:
            say(text, lang)
    for answer in relief.answers.more:
        more = answer.carried - relief.answers.compared[-1].carried
        vehicle = more_text(relief, answer)
        say(Text(f"{vehicle.zh}：多过 {more} 件", f"{vehicle.en}: {more:+d} pieces"), lang)
    left = left_behind(relief)
    for each in left[:SHOWN_LEFT]:
        line(
            f"{each.code} {each.place.name} {each.commodity.pick(lang)} × {each.pieces}: {each.reason.pick(lang)}",
            style="red",
        )
        line(f"     -> {each.remedy.pick(lang)}")
    if len(left) > SHOWN_LEFT:
        say(Text(f"…另有 {len(left) - SHOWN_LEFT} 批", f"… {len(left) - SHOWN_LEFT} more"), lang)
    if not relief.answers.is_whole:
        say(WORDS["stopped"], lang, style="yellow")
