"""``gongpei site``: which stations or pre-cool rooms to open, nominated by exact models, ranked by planned days."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

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
from api.exports.siting import WORDS, SitingReport, cost_text, count_text, difference_text, write_csv, write_json
from api.exports.siting_book import write_book
from api.exports.siting_page import write_page
from api.interrupts import ended_on_interrupt
from api.talk import line, say, show_table
from api.units import yuan
from scenarios.build import build_problem
from scenarios.files import read_scenario
from scenarios.siting import produce, stations_day
from scenarios.siting.candidates import read_siting
from scenarios.siting.model import KINDS, ROOM, STATION
from scenarios.siting.nominate import nominate
from scenarios.siting.outcome import rank
from scenarios.siting.plans import agenda_of, drawn_days, flow_cells, ground_of
from scenarios.siting.produce import RoomCosts
from scenarios.siting.station_costs import StationCosts
from scenarios.text import Text

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from scenarios.siting.nominate import Costs
    from scenarios.siting.outcome import Outcome, Ranking
    from scenarios.variants.cells import Task
    from scenarios.variants.compare import Agenda, Comparison
    from scenarios.variants.store import Store

HELP = Text("选址：开哪些服务站或预冷间，站点能否自负盈亏", "which stations or pre-cool rooms to open, and do they pay")

DEFAULT_DAYS = 5
DEFAULT_SETS = 3
"""Sets that are planned besides today's and the empty one."""

FILES = ("siting.json", "siting.csv", "siting.xlsx", "siting.html")


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="DIR", help=Text("场景文件夹", "folder of the scenario").pick(lang))
    count = Text("恰好开几处（默认由成本决定）", "open exactly so many (costs decide by default)")
    parser.add_argument("--open", type=whole(1, 10_000), metavar="N", help=count.pick(lang))
    cover = Text("凡能在此时间内覆盖的都要覆盖", "cover all that can be covered within so many minutes")
    parser.add_argument("--cover", type=whole(1, 1_440), metavar="MIN", help=cover.pick(lang))
    kind = Text("服务站或预冷间（默认服务站）", "stations or pre-cool rooms (station by default)")
    parser.add_argument("--kind", choices=KINDS, default=STATION, help=kind.pick(lang))
    file = Text("备选点文件（CSV 或 TOML；默认各乡镇）", "file of candidates (CSV or TOML; townships by default)")
    parser.add_argument("--candidates", metavar="FILE", help=file.pick(lang))
    sets = Text(f"重新规划的方案数（默认 {DEFAULT_SETS}）", f"sets that are planned ({DEFAULT_SETS} by default)")
    parser.add_argument("--sets", type=whole(1, 50), default=DEFAULT_SETS, metavar="N", help=sets.pick(lang))
    days = Text(
        f"抽样天数（默认 {DEFAULT_DAYS}），不含高峰；高峰日见 gongpei compare --peaks",
        f"sampled days ({DEFAULT_DAYS} by default), ordinary ones; for peak days see gongpei compare --peaks",
    )
    parser.add_argument("--days", type=whole(1, 1_000), default=DEFAULT_DAYS, metavar="N", help=days.pick(lang))
    add_folders(parser, lang)
    add_solving(parser, lang, Text("每份方案的求解轮数：可重复", "rounds to solve each plan: repeatable"))
    add_cluster(parser, lang)


def run(options: argparse.Namespace) -> int:
    """Site and write everything; exit code 4 should anything be missing."""
    folder, lang = existing(options.folder), options.lang
    scenario = read_scenario(folder)
    path = existing(options.candidates) if options.candidates else None
    out, cache, store, limit = begun(options)
    costs = _costs(options, scenario, path, cache)
    line(Text("选址模型求解中", "solving location models").pick(lang), stream=sys.stderr)
    sets = nominate(costs, options.sets)
    assumed = (*costs.siting.placeholders, *(produce if options.kind == ROOM else stations_day).ASSUMED)
    agenda = agenda_of(costs, sets, days=options.days, limit=limit, cache=cache, assumed=assumed)
    planned = run_agenda(agenda, store, options.workers, lang, options.cluster)
    flows = _flows(agenda, planned, store, options)
    ranking = rank(costs, sets, planned, flows, drawn_days(scenario, agenda.days, options.seed))
    names = {place.id: place.name or place.id for place in scenario.places}
    report = SitingReport(ranking=ranking, names=names, assumed=assumptions(scenario))
    write_json(report, out / FILES[0])
    write_csv(report, out / FILES[1])
    write_book(report, out / FILES[2], lang=lang)
    write_page(report, out / FILES[3], lang=lang)
    _show(report, lang)
    show_losses(planned, lang)
    written = ", ".join(FILES)
    say(Text(f"已写入 {out}：{written}", f"written to {out}: {written}"), lang)
    return 0 if planned.is_whole and len(ranking.outcomes) == len(sets) else INCOMPLETE


def _costs(options: argparse.Namespace, scenario: Any, path: Path | None, cache: Path | None) -> Costs:
    """Return the costs of the kind asked for; every fault of file and options is raised here."""
    ground = ground_of(build_problem(scenario, cache=cache), options.days, options.seed)
    siting = read_siting(
        scenario,
        options.kind,
        path,
        count=options.open,
        cover_s=None if options.cover is None else 60 * options.cover,
        unreached=ground.unreached,
    )
    kind = RoomCosts if options.kind == ROOM else StationCosts
    return kind(ground=ground, siting=siting)


def _flows(
    agenda: Agenda, planned: Comparison, store: Store, options: argparse.Namespace
) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what was read from the plans, by set and day; with progress, Ctrl-C ends with what is done."""
    cells = flow_cells(agenda, planned, store)
    missing: dict[str, Task] = {cell.key: cell for cell in cells.values() if store.get(cell.key) is None}
    cancel = threading.Event()
    with executor_at(options.cluster, options.workers, options.lang) as executor, ended_on_interrupt(cancel):
        for number, _ in enumerate(executor.run(list(missing.values()), store, cancel), start=1):
            told = Text(f"读取方案 {number}/{len(missing)}", f"plans read {number}/{len(missing)}")
            line(told.pick(options.lang), stream=sys.stderr)
    found = {at: store.get(cell.key) for at, cell in cells.items()}
    return {at: content for at, content in found.items() if content is not None}


def _show(report: SitingReport, lang: str) -> None:
    """Print the sets, the cheapest first, the answer, how sites fare, and what the figures rest on."""
    ranking = report.ranking
    names = ("set", "total", *report.parts, "against_today", "covered")
    body = [_row(report, outcome, lang) for outcome in ranking.outcomes]
    show_table(report.title.pick(lang), [(WORDS[name].pick(lang), name != "set") for name in names], body)
    say(WORDS["noise"], lang)
    if ranking.num_days == 1:
        say(WORDS["one_day"], lang, style="yellow")
    for text in report.verdict():
        line(text.pick(lang), style="bold")
    _show_sites(ranking, report.names, lang)
    for text in ranking.run.agenda.placeholders:
        line(f"! {text.pick(lang)}", style="yellow")


def _row(report: SitingReport, outcome: Outcome, lang: str) -> list[str]:
    covered = "—" if outcome.covered is None else f"{outcome.covered * 100:.1f} %"
    parts = [yuan(outcome.mean_fen(part)) for part in report.parts]
    change = difference_text(outcome.against_today)
    return [outcome.chosen.name.pick(lang), cost_text(outcome.total), *parts, change, covered]


def _show_sites(ranking: Ranking, names: dict[str, str], lang: str) -> None:
    """Print how the sites of today and of the cheapest set fare."""
    shown = [o for o in ranking.outcomes if o.chosen.is_today or o is ranking.best]
    heads = ("set", "site", "pieces", "running", "surplus", "break_even")
    body = [
        [
            outcome.chosen.name.pick(lang),
            names[each.site],
            count_text(each.pieces),
            yuan(each.running_fen),
            cost_text(each.surplus),
            "—" if each.break_even is None else f"{each.break_even:,}",
        ]
        for outcome in shown
        for each in outcome.sites
    ]
    if body:
        title = WORDS["viability"].pick(lang)
        show_table(title, [(WORDS[name].pick(lang), name not in {"set", "site"}) for name in heads], body)
