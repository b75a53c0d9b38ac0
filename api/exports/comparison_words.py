"""Words of a comparison: values with intervals, changes, headings, in both languages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from api.kpi_views import NOTHING, shown
from scenarios.text import Text

if TYPE_CHECKING:
    from scenarios.comparison import Cell
    from scenarios.variants.table import MarketRow

WORDS: dict[str, Text] = {
    "title": Text("方案比较", "comparison"),
    "assumptions": Text("前提与假设", "assumptions"),
    "placeholder": Text("占位值，未经测量", "placeholder, not measured"),
    "baseline": Text(
        "承诺任何节省之前，先取得本地基准：核对对照方案的费用、车辆和里程与实际账目是否相符，再看变化",
        "take a local baseline before any promised saving: check cost, vehicles and km of the reference against real "
        "accounts first, then look at changes",
    ),
    "table": Text("比较表", "table"),
    "ways": Text("货物怎么走：已送件数占比", "how goods go: shares of carried pieces"),
    "ways_sheet": Text("方式", "ways"),
    "charts": Text("图", "charts"),
    "maps": Text("并排地图", "maps side by side"),
    "maps_hint": Text(
        "对照费用最接近均值的一天，同一天、同一比例尺",
        "the day nearest the reference's mean cost; same day, same scale",
    ),
    "maps_more": Text("另有 {n} 种方案未画", "{n} more variants are not drawn"),
    "hub": Text("县级中心", "hub"),
    "station": Text("乡镇服务站", "township station"),
    "line": Text("客车或班线载货", "goods by bus or line"),
    "short": Text("有货未送", "goods left behind"),
    "days": Text("逐日", "days"),
    "definitions": Text("指标口径", "definitions"),
    "missing": Text("缺失", "missing"),
    "measure": Text("指标", "measure"),
    "mean": Text("日均值 ± 95% 置信半宽", "mean a day ± half width of the 95 % interval"),
    "change": Text("相对对照的变化", "change against the reference"),
    "noise": Text(
        "≈ 表示变化在误差范围内；均值的区间各为 95%，变化的区间按方案数放宽（Bonferroni），各方案合起来为 95%",
        "≈ marks a change within the noise; the interval of each mean is at 95 %, those of changes are widened so that "
        "they hold for all variants at once with 95 % (Bonferroni)",
    ),
    "intervals": Text("日均值；置信区间见文件", "means a day; their intervals are in the files"),
    "worst": Text("最差日", "worst day"),
    "reference": Text("对照", "reference"),
    "peak": Text("高峰日不计入均值", "peak days are not part of the means"),
    "left_hint": Text(
        "有的方案没有送完全部货物：未送的货物不计费用，这些方案看起来比实际便宜",
        "some variants do not deliver everything: what is left costs nothing, so they look cheaper than they are",
    ),
    "worst_day": Text("最差是哪天", "which day"),
    "peak_days": Text("高峰日", "peak days"),
    "peak_factor": Text("高峰倍数", "peak"),
    "peak_hint": Text(
        "每个高峰倍数只抽一天：没有区间，差别可能出于偶然",
        "one day a peak: there is no interval, so a difference may be chance",
    ),
    "market_days": Text("赶集日与平日", "market days beside other days"),
    "market_hint": Text(
        "抽样日中有乡镇赶集的日子与没有的日子各算一行，赶集日也可能只有部分乡镇赶集；"
        "变化是同类日子里相对对照的，≈ 表示在误差范围内",
        "sampled days on which some township has its market, and those on which none has; changes are against the "
        "reference on the same kind of days, ≈ within the noise; on a market day other townships may have none",
    ),
    "on_market": Text("赶集日（{n} 天）", "market days ({n})"),
    "off_market": Text("平日（{n} 天）", "other days ({n})"),
    "kind_of_days": Text("日子", "days"),
    "markets": Text("赶集乡镇", "townships with a market"),
    "calculator": Text("成本试算", "cost calculator"),
    "calculator_hint": Text(
        "改动黄色格中的倍数和单价，成本与变化随之更新（车辆和路线不变）",
        "change the yellow factors and prices: costs and changes follow, vehicles and routes staying as planned",
    ),
    "fixed_x": Text("出车费倍数", "cost of a vehicle's day, x"),
    "km_x": Text("里程费倍数", "cost of a km, x"),
    "wages_x": Text("人工费倍数（含加班）", "wages, x (overtime too)"),
    "fuel_more": Text("油价变动（元/升）", "fuel, more yuan per litre"),
    "power_more": Text("电价变动（元/度）", "electricity, more yuan per kWh"),
    "pay_x": Text("计件报酬倍数", "pay by the piece, x"),
    "fares_x": Text("班线运价倍数", "line fares, x"),
    "handling_x": Text("装卸费倍数", "handling, x"),
    "of_vehicles": Text("车辆（元/日）", "vehicles (yuan a day)"),
    "pay": Text("计件报酬", "pay by the piece"),
    "lines": Text("班线运费", "line fares"),
    "handling": Text("装卸", "handling"),
    "rounding": Text("取整", "rounding"),
    "total": Text("合计（元/日）", "total (yuan a day)"),
    "pieces": Text("送达件数", "pieces carried"),
    "per_piece": Text("每件（元，合计÷件数）", "per piece (yuan, total / pieces)"),
    "planned": Text("规划时合计", "total as planned"),
    "off": Text("与规划之差", "off from planned"),
    "vehicle": Text("车型", "vehicle type"),
    "vehicles": Text("车辆/日", "vehicles a day"),
    "km": Text("公里/日", "km a day"),
    "hours": Text("计薪小时/日", "paid hours a day"),
    "overtime": Text("其中加班小时", "of them overtime"),
    "per_100km": Text("百公里能耗", "use per 100 km"),
    "energy": Text("能源", "energy"),
    "diesel": Text("柴油（升）", "diesel (L)"),
    "petrol": Text("汽油（升）", "petrol (L)"),
    "electric": Text("电（度）", "electricity (kWh)"),
    "per_day": Text("出车费（元）", "yuan a vehicle-day"),
    "per_km": Text("元/公里", "yuan a km"),
    "per_hour": Text("元/小时", "yuan an hour"),
    "per_overtime": Text("加班加价（元/小时）", "more for overtime (yuan/h)"),
    "cost": Text("费用（元/日）", "cost (yuan a day)"),
    "county": Text("县", "county"),
    "counties": Text("各县", "counties"),
    "variant": Text("方案", "variant"),
    "num_variants": Text("种方案", "variants"),
    "num_days": Text("个抽样日", "sampled days"),
    "one_day": Text(
        "只有一天：没有区间，任何变化都算在误差之内", "one day only: no interval, so every change is noise"
    ),
}


def value_text(cell: Cell | None, unit: str) -> Text:
    """Return mean and half width, such as ``1,234.00 yuan ± 56.00 yuan``."""
    if cell is None:
        return NOTHING
    mean = shown(cell.over_days.mean, unit)
    if math.isinf(cell.over_days.half_width):
        return mean
    half = shown(cell.over_days.half_width, unit)
    return Text(f"{mean.zh} ± {half.zh}", f"{mean.en} ± {half.en}")


def change_text(cell: Cell | None) -> Text:
    """Return the change in per cent with its half width, behind ``≈`` where it is noise; "" for the reference."""
    if cell is None or cell.change is None:
        return Text("", "")
    relative = cell.change.relative
    told = "—" if relative is None else f"{relative * 100:+.1f} %"
    half = relative_half_width(cell)
    if half is not None:
        told += f" ± {half * 100:.1f} %"
    return Text(f"≈ {told}", f"≈ {told}") if cell.change.is_noise else Text(told, told)


def relative_half_width(cell: Cell) -> float | None:
    """Return half the interval of a change as a share of the reference; None where either is not known."""
    if cell.change is None or cell.change.relative is None or not math.isfinite(cell.change.difference.half_width):
        return None
    relative, difference = cell.change.relative, cell.change.difference
    base = difference.mean / relative if relative else cell.over_days.mean
    return abs(difference.half_width / base) if base else None


def brief_change(cell: Cell | None) -> Text:
    """Return the change as ``change_text`` does, without its half width, for where there is little room."""
    whole = change_text(cell)
    return Text(whole.zh.partition(" ±")[0], whole.en.partition(" ±")[0])


def worst_text(cell: Cell | None, unit: str) -> Text:
    """Return the worst day and its value; "" where there was but one day."""
    if cell is None or cell.over_days.days < 2:
        return Text("", "")
    value, word, day = shown(cell.worst, unit), WORDS["worst"], day_name(cell.worst_day)
    return Text(f"{word.zh}（{day.zh}）：{value.zh}", f"{word.en} ({day.en}): {value.en}")


def market_name(row: MarketRow) -> Text:
    """Return which days a row is of, with their number."""
    text = WORDS["on_market" if row.is_market else "off_market"]
    return Text(text.zh.format(n=row.days), text.en.format(n=row.days))


def day_name(day: str) -> Text:
    """Return what people call a day with this id, such as ``day 3`` or ``peak 1.8``."""
    kind, _, number = day.partition(" ")
    zh = {"day": f"第 {number} 天", "peak": f"高峰 {number} 倍"}
    return Text(zh.get(kind, day), day)
