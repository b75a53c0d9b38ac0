"""``gongpei compare``: plan variants of a county on the same sampled days and put them side by side."""

from __future__ import annotations

import argparse
import sys
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
from api.commands.province import compare_province, told
from api.commands.running import begun, run_agenda, show_losses
from api.exports.comparison import write_csv, write_json
from api.exports.comparison_book import write_book
from api.exports.comparison_page import write_page
from api.exports.comparison_words import WORDS, brief_change
from api.exports.kept_maps import kept_maps
from api.kpi_views import shown
from api.talk import line, say, show_table
from scenarios.files import read_scenario
from scenarios.province import is_province
from scenarios.sampled_days import PEAK_FACTORS
from scenarios.text import Text
from scenarios.variants.compare import prepare
from scenarios.variants.read import read_variants
from scenarios.variants.table import leaves_goods, rows_of, way_rows

if TYPE_CHECKING:
    from scenarios.comparison import Cell
    from scenarios.variants.compare import Comparison
    from scenarios.variants.table import Row

HELP = Text("比较多种组织方式：同样的抽样日，一张表", "compare ways to organise the county on the same sampled days")

DEFAULT_DAYS = 5
"""Ordinary days that are sampled when nothing is said; few, but enough for an interval."""

FILES = ("comparison.json", "comparison.csv", "comparison.xlsx", "comparison.html")


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    about = Text(
        "场景文件夹；或省：县文件夹的上级文件夹，或列出县文件夹的 .txt、.toml",
        "folder of the scenario; or a province: a folder of such folders, or a .txt or .toml that lists them",
    )
    parser.add_argument("folder", metavar="DIR", help=about.pick(lang))
    file = Text("比较方案文件（TOML）", "file of variants (TOML)")
    parser.add_argument("variants", metavar="VARIANTS.toml", help=file.pick(lang))
    days = Text(f"抽样天数（默认 {DEFAULT_DAYS}）", f"sampled days ({DEFAULT_DAYS} by default)")
    parser.add_argument("--days", type=whole(1, 1_000), default=DEFAULT_DAYS, metavar="N", help=days.pick(lang))
    peaks = Text(
        "另加的高峰日倍数，如 1.3,1.8；all 为 1.3,1.8,3；不计入均值",
        "peak days besides, such as 1.3,1.8; all for 1.3,1.8,3; not in the means",
    )
    parser.add_argument("--peaks", type=_factors, default=(), metavar="X,Y", help=peaks.pick(lang))
    add_folders(parser, lang)
    rounds = Text(
        "分开计划的每一部分的求解轮数：可重复。--seconds 则是每个方案每一天的时间，各部分按订单数分（至少 3 秒）",
        "rounds to solve each part that is planned apart: repeatable. --seconds is the time of a variant's whole day, "
        "which its parts share by their orders (at least 3 s each)",
    )
    add_solving(parser, lang, rounds)
    add_cluster(parser, lang)


def run(options: argparse.Namespace) -> int:
    """Compare and write everything; exit code 4 should anything be missing."""
    folder, lang = existing(options.folder), options.lang
    if is_province(folder):
        province, out = compare_province(options)
        _show(province.whole, rows_of(province.whole), lang)
        say(told(province, out), lang)
        return 0 if province.whole.is_whole else INCOMPLETE
    scenario = read_scenario(folder)
    wanted = read_variants(existing(options.variants), scenario)
    out, cache, store, limit = begun(options)
    agenda = prepare(scenario, wanted, days=options.days, peaks=options.peaks, limit=limit, cache=cache)
    comparison = run_agenda(agenda, store, options.workers, lang, options.cluster)
    rows = rows_of(comparison)
    assumed = assumptions(scenario)
    write_json(scenario, comparison, rows, out / FILES[0])
    write_csv(comparison, out / FILES[1])
    write_book(comparison, rows, assumed, out / FILES[2], lang=lang)
    maps = kept_maps(comparison, store, report=lambda made, of: _tell_maps(made, of, lang))
    write_page(scenario, comparison, rows, assumed, out / FILES[3], lang=lang, maps=maps)
    _show(comparison, rows, lang)
    names = ", ".join(FILES)
    say(Text(f"已写入 {out}：{names}", f"written to {out}: {names}"), lang)
    return 0 if comparison.is_whole else INCOMPLETE


def _tell_maps(made: int, of: int, lang: str) -> None:
    line(Text(f"地图 {made}/{of}", f"maps {made}/{of}").pick(lang), stream=sys.stderr)


def _show(comparison: Comparison, rows: tuple[Row, ...], lang: str) -> None:
    """Print the table, what is missing, and what the figures rest on."""
    variants = comparison.agenda.variants
    heads = [(WORDS["measure"].pick(lang), False), *((variant.name.pick(lang), True) for variant in variants)]
    body = [[row.definition.name.pick(lang), *(_cell_text(cell, row, lang) for cell in row.cells)] for row in rows]
    show_table(WORDS["title"].pick(lang), heads, body)
    say(WORDS["noise"], lang)
    say(WORDS["intervals"], lang)
    ways = [[row.name.pick(lang), *(shown(x, "share").pick(lang) for x in row.shares)] for row in way_rows(comparison)]
    if ways:
        show_table(WORDS["ways"].pick(lang), [("", False), *heads[1:]], ways)
    if sum(day.peak == 1 for day in comparison.agenda.days) == 1:
        say(WORDS["one_day"], lang, style="yellow")
    if leaves_goods(comparison):
        say(WORDS["left_hint"], lang, style="yellow")
    for text in comparison.agenda.placeholders:
        line(f"! {text.pick(lang)}", style="yellow")
    show_losses(comparison, lang)


def _cell_text(cell: Cell | None, row: Row, lang: str) -> str:
    """Return mean and change, short enough for a column of a terminal."""
    mean = shown(cell.over_days.mean if cell else None, row.definition.unit)
    return f"{mean.pick(lang)}  {brief_change(cell).pick(lang)}".strip()


def _factors(text: str) -> tuple[float, ...]:
    """Return factors above 0, separated by commas; ``all`` for those that are published."""
    if text == "all":
        return PEAK_FACTORS
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of factors") from None
    if not all(0 < factor <= 100 for factor in found):
        raise argparse.ArgumentTypeError(f"{text!r} has factors that are not within 0 and 100")
    return found
