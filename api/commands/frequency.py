"""``gongpei frequency``: how often to visit each village, what it costs and how long goods wait."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from api.assumptions import assumptions
from api.command_line import INCOMPLETE
from api.commands.options import (
    add_cluster,
    add_folders,
    add_solving,
    existing,
    whole,
)
from api.commands.running import begun, executor_at, run_agenda, show_losses
from api.exports.frequency import COLUMNS, FrequencyReport, frontier_text, row_texts, write_csv, write_json
from api.exports.frequency_book import write_book
from api.exports.frequency_charts import write_charts
from api.exports.frequency_page import write_page
from api.exports.frequency_words import WORDS
from api.interrupts import ended_on_interrupt
from api.talk import line, say, show_table
from scenarios.files import read_scenario
from scenarios.frequency.choice import choice_cell
from scenarios.frequency.model import CHOSEN
from scenarios.frequency.outcome import outcomes_of
from scenarios.frequency.planned import planned_days
from scenarios.frequency.read import read_policies, usual_policies
from scenarios.frequency.study import cycles_of, lay_out
from scenarios.text import Text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from scenarios.frequency.choice import ChoiceCell
    from scenarios.frequency.model import Frequency, VisitDays
    from scenarios.scenario import Scenario
    from scenarios.variants.store import Store

HELP = Text("配送频次：每日、隔日、赶集日或优选，费用与等待", "how often to visit villages: cost against waiting")

DEFAULT_DAYS = 6
"""Length of the cycle when nothing is said: every other day and twice both fit into it."""

IN_TERMINAL = ("policy", "cost", "change", "vehicles", "wait", "wait_p90", "coverage", "left")
"""Columns for which a terminal has room."""

NOTHING_YET = Text("到访日尚未选出，还没有结果", "days of visit have not been chosen yet: there is nothing to report")

FILES = ("frequency.json", "frequency.csv", "frequency.xlsx", "frequency.html")


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="DIR", help=Text("场景文件夹", "folder of the scenario").pick(lang))
    days = Text(f"周期天数（默认 {DEFAULT_DAYS}）", f"days of the cycle ({DEFAULT_DAYS} by default)")
    parser.add_argument("--days", type=whole(2, 14), default=DEFAULT_DAYS, metavar="N", help=days.pick(lang))
    weeks = Text("抽样的周期数（默认 1）", "cycles that are drawn (1 by default)")
    parser.add_argument("--weeks", type=whole(1, 50), default=1, metavar="N", help=weeks.pick(lang))
    floor = Text(
        "每周期至少到访次数（默认取场景的覆盖标准）", "least visits in the cycle (the scenario's coverage by default)"
    )
    parser.add_argument("--floor", type=whole(1, 14), metavar="F", help=floor.pick(lang))
    file = Text("到访方案文件（TOML）", "file of policies (TOML)")
    parser.add_argument("--policies", metavar="FILE", help=file.pick(lang))
    add_folders(parser, lang)
    add_solving(parser, lang, Text("每份方案的求解轮数：可重复", "rounds to solve each plan: repeatable"))
    add_cluster(parser, lang)


def run(options: argparse.Namespace) -> int:
    """Study the policies and write everything; exit code 4 should anything be missing."""
    folder, lang = existing(options.folder), options.lang
    scenario = read_scenario(folder)
    policies = _policies(options, scenario)
    out, cache, store, limit = begun(options)
    cells = {p.id: choice_cell(scenario, p, options.days, limit, cache) for p in policies if p.rule == CHOSEN}
    chosen = _chosen(options, cells, store)
    if chosen is None:
        say(NOTHING_YET, lang, style="yellow")
        return INCOMPLETE
    cycles = cycles_of(scenario, options.days, options.weeks)
    study = lay_out(scenario, policies, chosen, cycles, limit=limit, cache=cache)
    planned = run_agenda(study.agenda, store, options.workers, lang, options.cluster)
    plans = planned_days(planned, store)
    report = FrequencyReport(
        study=study,
        planned=planned,
        plans=plans,
        outcomes=outcomes_of(study, planned, plans),
        assumed=assumptions(scenario),
    )
    write_json(report, out / FILES[0])
    write_csv(report, out / FILES[1])
    write_book(report, out / FILES[2], lang=lang)
    write_page(report, out / FILES[3], lang=lang)
    pictures = write_charts(report, out, lang=lang)
    _show(report, lang)
    show_losses(planned, lang)
    names = ", ".join((*FILES, *pictures))
    say(Text(f"已写入 {out}：{names}", f"written to {out}: {names}"), lang)
    return 0 if planned.is_whole else INCOMPLETE


def _policies(options: argparse.Namespace, scenario: Scenario) -> tuple[Frequency, ...]:
    floor = options.floor or min(scenario.policy.coverage_visits_per_week, options.days)
    if options.policies:
        return read_policies(existing(options.policies), scenario, options.days, floor)
    return usual_policies(scenario, options.days, floor)


def _chosen(options: argparse.Namespace, cells: Mapping[str, ChoiceCell], store: Store) -> dict[str, VisitDays] | None:
    """Return the days that ``cells`` choose, from the store where it has them; None when stopped or failed."""
    lang = options.lang
    missing = {cell.key: cell for cell in cells.values() if store.get(cell.key) is None}
    cancel = threading.Event()
    with executor_at(options.cluster, options.workers, lang) as executor, ended_on_interrupt(cancel):
        if missing:
            line(Text("正在选择到访日", "choosing days of visit").pick(lang), stream=sys.stderr)
        for outcome in executor.run(list(missing.values()), store, cancel):
            if outcome.failure is not None:
                line(f"{outcome.failure.code} {outcome.failure.text.pick(lang)}", style="red", stream=sys.stderr)
    found = {name: store.get(cell.key) for name, cell in cells.items()}
    if any(content is None for content in found.values()):
        return None
    return {
        name: {place: frozenset(days) for place, days in content["visits"].items()}
        for name, content in found.items()
        if content is not None
    }


def _show(report: FrequencyReport, lang: str) -> None:
    """Print the policies and what the figures rest on."""
    shown = [k for k, name in enumerate(COLUMNS) if name in IN_TERMINAL]
    heads = [(WORDS[COLUMNS[k]].pick(lang), k > 0) for k in shown] + [(WORDS["on_line"].pick(lang), True)]
    texts = [[outcome.policy.name.pick(lang), *row_texts(outcome)] for outcome in report.outcomes]
    body = [
        [*(row[k] for k in shown), frontier_text(outcome).pick(lang)]
        for row, outcome in zip(texts, report.outcomes, strict=True)
    ]
    show_table(WORDS["title"].pick(lang), heads, body)
    say(WORDS["noise"], lang)
    if len(report.cycles) < len(report.study.cycles):
        say(report.compared, lang, style="yellow")
    say(report.coverage_hint, lang)
    if report.leaves_goods:
        say(WORDS["left_hint"], lang, style="yellow")
    for text in report.study.agenda.placeholders:
        line(f"! {text.pick(lang)}", style="yellow")
