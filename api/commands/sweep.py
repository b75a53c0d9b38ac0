"""``gongpei sweep``: vary one figure at a time on the same sampled days: what matters, and where variants cross."""

from __future__ import annotations

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
from api.commands.running import begun, run_agenda, show_losses
from api.exports.sweep import (
    WORDS,
    break_even_text,
    change_text,
    cost_text,
    swept,
    throughout_text,
    value_text,
    write_csv,
    write_json,
)
from api.exports.sweep_book import write_book
from api.exports.sweep_charts import write_charts
from api.exports.sweep_page import write_page
from api.talk import line, say, show_table
from scenarios.files import read_scenario
from scenarios.sensitivity import NAMES, SHORT_NAMES, grid_of, read_factors, sides_of
from scenarios.text import Text
from scenarios.variants.compare import prepare
from scenarios.variants.model import BASE, Variant, VariantSet
from scenarios.variants.read import read_variants

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from api.exports.sweep import Sweep

HELP = Text(
    "逐个改变数字：哪个影响最大，两种方案在哪里互换", "vary figures one at a time: what matters, where variants cross"
)

DEFAULT_DAYS = 5

FILES = ("sweep.json", "sweep.csv", "sweep.xlsx", "sweep.html")

AS_IT_IS = VariantSet(variants=(Variant(id=BASE, name=Text("现状", "as it is")),))


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="DIR", help=Text("场景文件夹", "folder of the scenario").pick(lang))
    figures = [", ".join(_figures(each)) for each in ("zh", "en")]
    vary = Text(
        f"数字=起:止:步长，或 数字=值,值；可重复。标“倍”的是今天的倍数，油价和电价是在今天的价格上加减的元数，"
        f"如 fuel=-0.5,0.5。数字：{figures[0]}",
        "FIGURE=FIRST:LAST:STEP or FIGURE=VALUE,VALUE; may be repeated. (x) is times today's; prices of fuel and "
        f"electricity are yuan more or less than today, such as fuel=-0.5,0.5. Figures: {figures[1]}",
    )
    parser.add_argument("--vary", action="append", required=True, metavar="F=A:B:C", help=vary.pick(lang))
    file = Text("比较方案文件（TOML）：也找出互换处", "file of variants (TOML): finds where they cross as well")
    parser.add_argument("--variants", metavar="FILE", help=file.pick(lang))
    between = Text("只看其中两个方案，如 base,separate", "only two of its variants, such as base,separate")
    parser.add_argument("--between", default="", metavar="A,B", help=between.pick(lang))
    days = Text(
        f"抽样天数（默认 {DEFAULT_DAYS}），不含高峰；高峰日见 gongpei compare --peaks",
        f"sampled days ({DEFAULT_DAYS} by default), ordinary ones; for peak days see gongpei compare --peaks",
    )
    parser.add_argument("--days", type=whole(1, 1_000), default=DEFAULT_DAYS, metavar="N", help=days.pick(lang))
    add_folders(parser, lang)
    add_solving(parser, lang, Text("每个点的求解轮数：可重复", "rounds to solve each point: repeatable"))
    add_cluster(parser, lang)


def _figures(lang: str) -> Iterator[str]:
    """Yield what can be varied, each with what it is and its unit."""
    short = {name: each for each, name in SHORT_NAMES.items()}
    for name, text in NAMES.items():
        yield f"{short.get(name, name)}: {text.pick(lang)}"


def run(options: argparse.Namespace) -> int:
    """Sweep and write everything; exit code 4 should anything be missing."""
    folder, lang = existing(options.folder), options.lang
    scenario = read_scenario(folder)
    wanted = read_variants(existing(options.variants), scenario) if options.variants else AS_IT_IS
    sides = sides_of(wanted, options.between)
    factors = read_factors(options.vary, scenario, sides)
    grid = VariantSet(
        variants=grid_of(sides, factors),
        against=sides[0].id,
        markets=wanted.markets,
        market_factor=wanted.market_factor,
    )
    out, cache, store, limit = begun(options)
    agenda = prepare(scenario, grid, days=options.days, limit=limit, cache=cache)
    planned = run_agenda(agenda, store, options.workers, lang, options.cluster)
    show_losses(planned, lang)
    sweep = swept(scenario, planned, sides, factors, assumptions(scenario))
    write_json(sweep, out / FILES[0])
    write_csv(sweep, out / FILES[1])
    write_book(sweep, out / FILES[2], lang=lang)
    write_page(sweep, out / FILES[3], lang=lang)
    pictures = write_charts(sweep, out, lang=lang)
    _show(sweep, lang)
    names = ", ".join((*FILES, *pictures))
    say(Text(f"已写入 {out}：{names}", f"written to {out}: {names}"), lang)
    return 0 if planned.is_whole else INCOMPLETE


def _show(sweep: Sweep, lang: str) -> None:
    """Print every point, the break-evens, and what the figures rest on."""
    heads = [(WORDS[name].pick(lang), name not in {"variant", "factor"}) for name in ("variant", "factor", "value")]
    heads += [(WORDS[name].pick(lang), True) for name in ("cost", "change")]
    body = [
        [
            sweep.name(curve.side).pick(lang),
            NAMES[curve.factor.name].pick(lang),
            value_text(curve.factor, spot.value),
            cost_text(spot.cost_fen),
            change_text(spot.against_today),
        ]
        for side in sweep.sides
        for curve in sweep.of_side(side.id)
        for spot in curve.spots
    ]
    show_table(WORDS["title"].pick(lang), heads, body)
    say(WORDS["noise"], lang)
    if len(sweep.days) < len(sweep.run.agenda.days):
        say(sweep.compared, lang, style="yellow")
    if len(sweep.days) == 1:
        say(WORDS["one_day"], lang, style="yellow")
    for found in sweep.break_evens:
        line(break_even_text(sweep, found).pick(lang), style="bold")
    for each in sweep.throughout:
        line(throughout_text(sweep, each).pick(lang), style="bold")
    if sweep.leaves_goods:
        say(WORDS["left_hint"], lang, style="yellow")
    for text in sweep.run.agenda.placeholders:
        line(f"! {text.pick(lang)}", style="yellow")
