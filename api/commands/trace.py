"""``gongpei trace DIR PLAN.json SHIPMENT|ORDER``: one shipment from brand to door, or back, stage by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.commands.explain import shipments_named
from api.commands.options import cache_folder, existing
from api.commands.referee import differences
from api.plan_file import read_plan
from api.schemas import to_tiered
from api.talk import line, say, show_table
from api.tiered_day import Teller
from api.tiers import judged, tiers_of
from api.units import clock
from scenarios.build import build_problem
from scenarios.files import read_scenario
from scenarios.text import Text
from scenarios.tiered_kpis import driven_county

if TYPE_CHECKING:
    import argparse

    from api.tier_views import PathView, StageView

HELP = Text(
    "跟踪一批货：从品牌到村门口的每一步，时刻、车辆、班次、服务站",
    "follow a shipment from brand to door: every stage with time, vehicle, departure and station",
)

HEADERS = (
    (Text("时刻", "time"), True),
    (Text("阶段", "stage"), False),
    (Text("地点", "place"), False),
    (Text("车辆或班次", "vehicle or departure"), False),
)
"""Columns of the stages: header, and whether it holds numbers."""


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="DIR", help=Text("场景文件夹", "folder of the scenario").pick(lang))
    parser.add_argument("plan", metavar="PLAN.json", help=Text("方案文件", "the plan").pick(lang))
    goods = Text("货运编号或订单号（含 > 的要加引号）", "id of a shipment or an order (quote those with a >)")
    parser.add_argument("shipment", metavar="SHIPMENT", help=goods.pick(lang))


def run(options: argparse.Namespace) -> int:
    """Print the stages of the shipment, or of each shipment of the order; exit code 1 for a plan that breaks rules."""
    record, lang = read_plan(existing(options.plan)), options.lang
    folder = existing(options.folder)
    county = build_problem(read_scenario(folder), cache=cache_folder(folder))
    tiers, tiered = tiers_of(county), to_tiered(record)
    shipments = shipments_named(county, options.shipment)
    for difference in differences(record, county):
        line(f"! {difference.pick(lang)}", style="yellow")
    violations = judged(tiers, tiered)
    for violation in violations:
        line(violation.pick(lang))
    if violations:
        zh, en = "方案违反规则，无法跟踪", "the plan breaks rules; it cannot be followed"
        say(Text(zh, en), lang, style="bold red")
        return 1
    teller = Teller(county=driven_county(county, tiers, tiered), tiers=tiers, tiered=tiered)
    for shipment in shipments:
        show_path(teller.path(shipment), lang)
    return 0


def show_path(path: PathView, lang: str) -> None:
    """Print what the shipment is, which way it goes, and its stages."""
    goods = path.goods
    words = {"zh": ("件数", "袋数", "订单", "走法"), "en": ("pieces", "bags", "orders", "way")}[lang]
    orders = " ".join(path.orders)
    names = " ".join(part for part in (goods.brand, goods.commodity.pick(lang)) if part)
    amounts = f"{words[0]} {goods.pieces}, {words[1]} {goods.bags}"
    line(f"{goods.shipment}: {names}, {amounts}, {words[2]} {orders or '-'}, {words[3]}: {path.way.pick(lang)}")
    show_table("", [(text.pick(lang), is_number) for text, is_number in HEADERS], [_row(s, lang) for s in path.stages])
    for stage in path.stages:
        if stage.detail is not None:
            line(stage.detail.pick(lang), style="red")


def _row(stage: StageView, lang: str) -> tuple[str, ...]:
    at = "-" if stage.at_s is None else clock(stage.at_s, seconds=True)
    return (at, stage.what.pick(lang), f"{stage.place.name} ({stage.place.id})", stage.by)
