"""``gongpei share``: what each coalition of brands costs on the same sampled days, and who pays which part."""

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
from api.errors import InvalidInput
from api.exports.comparison import write_csv
from api.exports.sharing import (
    ON_ALL,
    WORDS,
    Report,
    a_day,
    methods_of,
    missing_text,
    saving_text,
    share_by,
    why_unusual,
    write_json,
)
from api.exports.sharing_book import write_book
from api.exports.sharing_page import write_page
from api.talk import line, say, show_table
from scenarios.coalition_costs import CONSISTENT, DEFAULT_PAIRS, ask, members_of, prepare_coalitions, shared_costs
from scenarios.files import read_scenario
from scenarios.gain_sharing import MOST_BRANDS
from scenarios.gain_sharing.game import member
from scenarios.text import Text
from scenarios.variants.model import OTHERS

if TYPE_CHECKING:
    import argparse

    from api.exports.sharing import Shared
    from scenarios.coalition_costs import Question, SharedCosts
    from scenarios.scenario import Scenario

HELP = Text("把合作配送的费用分摊给各品牌，每个品牌都能复核", "share the cost of delivering together among the brands")

DEFAULT_DAYS = 5

CHOICES = ("all", "shapley", "nucleolus", "epm", "proportional")

FILES = ("sharing.json", "sharing.csv", "sharing.xlsx", "sharing.html")


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="DIR", help=Text("场景文件夹", "folder of the scenario").pick(lang))
    method = Text(f"方法：{'、'.join(CHOICES)}（默认 all）", f"method: {', '.join(CHOICES)} (all by default)")
    parser.add_argument("--method", choices=CHOICES, default="all", metavar="NAME", help=method.pick(lang))
    days = Text(
        f"抽样天数（默认 {DEFAULT_DAYS}），不含高峰；高峰日见 gongpei compare --peaks",
        f"sampled days ({DEFAULT_DAYS} by default), ordinary ones; for peak days see gongpei compare --peaks",
    )
    parser.add_argument("--days", type=whole(1, 1_000), default=DEFAULT_DAYS, metavar="N", help=days.pick(lang))
    pairs = Text(
        f"品牌多于 {MOST_BRANDS} 个时抽取的加入次序对数（默认 {DEFAULT_PAIRS}）",
        f"pairs of joining orders drawn above {MOST_BRANDS} brands ({DEFAULT_PAIRS} by default)",
    )
    parser.add_argument("--pairs", type=whole(2, 10_000), default=DEFAULT_PAIRS, metavar="N", help=pairs.pick(lang))
    only = Text("不计不属于任何品牌的货物", "leave out goods that belong to no brand")
    parser.add_argument("--brands-only", action="store_true", help=only.pick(lang))
    add_folders(parser, lang)
    add_solving(parser, lang, Text("每个联盟的求解轮数：可重复", "rounds to solve each coalition: repeatable"))
    add_cluster(parser, lang)


def run(options: argparse.Namespace) -> int:
    """Plan, share and write everything; exit code 4 should any day or method be missing."""
    folder, lang = existing(options.folder), options.lang
    scenario = read_scenario(folder)
    question = _question(scenario, options)
    out, cache, store, limit = begun(options)
    agenda = prepare_coalitions(scenario, question, days=options.days, limit=limit, cache=cache)
    say(_announced(question, options.days), lang)
    planned = run_agenda(agenda, store, options.workers, lang, options.cluster)
    show_losses(planned, lang)
    found = shared_costs(scenario, question, planned)
    if not found.days:
        none = Text("还没有一天算完全部联盟：再次运行会接着算", "no day has all coalitions yet: run again to go on")
        say(none, lang, style="yellow")
        return INCOMPLETE
    shared, failed = share_by(found, methods_of(options.method, is_sampled=question.is_sampled))
    assumed = (CONSISTENT, *assumptions(scenario))
    report = Report(scenario=scenario, run=planned, found=found, shared=shared, failed=failed, assumed=assumed)
    write_json(report, out / FILES[0])
    write_csv(planned, out / FILES[1])
    write_book(report, out / FILES[2], lang=lang)
    write_page(report, out / FILES[3], lang=lang)
    _show(found, shared, lang)
    for each in failed:
        say(missing_text(each), lang, style="red")
    for text in agenda.placeholders:
        line(f"! {text.pick(lang)}", style="yellow")
    if len(found.days) < len(agenda.days):
        say(WORDS["not_whole"], lang, style="yellow")
    names = ", ".join(FILES)
    say(Text(f"已写入 {out}：{names}", f"written to {out}: {names}"), lang)
    return 0 if len(found.days) == len(agenda.days) and not failed else INCOMPLETE


def _question(scenario: Scenario, options: argparse.Namespace) -> Question:
    """Return who might deliver together; refuses what cannot be shared before anything is planned."""
    unbranded = "" if options.brands_only else OTHERS
    brands = members_of(scenario, unbranded=unbranded)
    if len(brands) < 2:
        raise InvalidInput("E423", count=len(brands))
    question = ask(brands, seed=options.seed, pairs=options.pairs, unbranded=unbranded)
    if question.is_sampled and options.method in ON_ALL[1:]:
        raise InvalidInput("E424", method=options.method, most=MOST_BRANDS, count=len(brands))
    return question


def _announced(question: Question, days: int) -> Text:
    brands, coalitions = len(question.brands), len(question.coalitions)
    drawn = Text("（抽样）", " (drawn)") if question.is_sampled else Text("", "")
    return Text(
        f"{brands} 个品牌，{coalitions} 个联盟{drawn.zh}，{days} 天",
        f"{brands} brands, {coalitions} coalitions{drawn.en}, {days} days",
    )


def _show(found: SharedCosts, shared: tuple[Shared, ...], lang: str) -> None:
    """Print costs alone and shares by brand, the saving, and what the core says."""
    money = Text("单独 元/日", "alone, yuan a day")
    heads = [(WORDS["brand"].pick(lang), False), (money.pick(lang), True)]
    heads += [(each.name.pick(lang), True) for each in shared]
    body = [
        [member(brand).pick(lang), a_day(found, found.costs[frozenset((brand,))])]
        + [_share_text(found, each, brand) for each in shared]
        for brand in found.question.brands
    ]
    show_table(WORDS["title"].pick(lang), heads, body)
    line(
        f"{WORDS['saving'].pick(lang)}: {saving_text(found)} ({len(found.days)} {WORDS['days'].pick(lang)})",
        style="bold",
    )
    if len(found.days) == 1:
        say(WORDS["one_day"], lang, style="yellow")
    unusual = why_unusual(found)
    if unusual is not None:
        say(unusual, lang)
    say(WORDS["summed"], lang)
    for each in shared:
        line(f"{each.name.pick(lang)}: {each.core.text.pick(lang)}")
    if found.left:
        say(WORDS["left_hint"], lang, style="yellow")


def _share_text(found: SharedCosts, each: Shared, brand: str) -> str:
    made = next(made for made in each.statements if made.brand == brand)
    saved = f" ({-100 * made.saving_fen / made.alone_fen:+.1f} %)" if made.alone_fen else ""
    return f"{a_day(found, made.share_fen)}{saved}"
