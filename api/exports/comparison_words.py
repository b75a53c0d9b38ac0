"""Words of a comparison: values with intervals, changes, headings, in both languages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from api.kpi_views import NOTHING, shown
from scenarios.text import Text

if TYPE_CHECKING:
    from scenarios.comparison import Cell

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
    "noise": Text("≈ 表示变化在误差范围内", "≈ marks a change within the noise"),
    "intervals": Text("日均值；置信区间见文件", "means a day; their intervals are in the files"),
    "worst": Text("最差日", "worst day"),
    "reference": Text("对照", "reference"),
    "peak": Text("高峰日不计入均值", "peak days are not part of the means"),
    "calculator": Text("成本试算", "cost calculator"),
    "calculator_hint": Text(
        "改动黄色格中的倍数，成本与变化随之更新（车辆和路线不变）",
        "change the yellow factors: costs and changes follow, vehicles and routes staying as planned",
    ),
    "factor": Text("倍数", "factor"),
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
    relative, difference = cell.change.relative, cell.change.difference
    told = "—" if relative is None else f"{relative * 100:+.1f} %"
    if relative is not None and math.isfinite(difference.half_width):
        base = difference.mean / relative if relative else cell.over_days.mean
        told += f" ± {abs(difference.half_width / base) * 100:.1f} %"
    return Text(f"≈ {told}", f"≈ {told}") if cell.change.is_noise else Text(told, told)


def brief_change(cell: Cell | None) -> Text:
    """Return the change as ``change_text`` does, without its half width, for where there is little room."""
    whole = change_text(cell)
    return Text(whole.zh.partition(" ±")[0], whole.en.partition(" ±")[0])


def worst_text(cell: Cell | None, unit: str) -> Text:
    """Return the worst day and its value; "" where there was but one day."""
    if cell is None or cell.over_days.days < 2:
        return Text("", "")
    value, word = shown(cell.worst, unit), WORDS["worst"]
    return Text(f"{word.zh} {cell.worst_day}：{value.zh}", f"{word.en} {cell.worst_day}: {value.en}")
