"""``sweep.json`` and ``sweep.csv``: every point of a sweep, swings and break-evens; and the words of a sweep."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.exports.comparison import day_table, write_rows
from api.units import yuan
from scenarios.comparison import common_days
from scenarios.sensitivity import (
    ADDED,
    NAMES,
    break_evens_of,
    changes_in,
    crossings_in,
    curve_of,
    on_common_days,
    throughout_of,
)
from scenarios.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.comparison import Change, Interval
    from scenarios.scenario import Scenario
    from scenarios.sensitivity import BreakEven, Curve, Factor, Spot, Throughout
    from scenarios.variants.compare import Comparison
    from scenarios.variants.model import Variant

SCHEMA = "gongpei.sweep"
VERSION = 1

WORDS: dict[str, Text] = {
    "title": Text("敏感性", "sensitivity"),
    "assumptions": Text("前提与假设", "assumptions"),
    "placeholder": Text("占位值，未经测量", "placeholder, not measured"),
    "baseline": Text(
        "承诺任何节省之前，先取得本地基准：核对今天的费用与实际账目是否相符，再看变化",
        "take a local baseline before any promised saving: check what today costs against real accounts, then look at "
        "changes",
    ),
    "one_at_a_time": Text(
        "每次只改一个数字，其余保持今天的值；多个数字同时变化的影响不在其中",
        "one figure changes at a time, all others stay as today; what several do together is not in it",
    ),
    "tornado": Text("哪个数字影响最大", "which figure matters most"),
    "curves": Text("随数字变化的费用", "cost as a figure changes"),
    "break_even": Text("在哪里互换先后", "where the cheaper one changes"),
    "between_points": Text(
        "由相邻两点直线插值；两点之间没有规划过，写在括号中；是否确定按全部比较的点放宽（Bonferroni）",
        "interpolated on a straight line between two points; inside this bracket nothing was planned; what is sure is "
        "so at all points that are compared (Bonferroni)",
    ),
    "partly": Text("部分点在误差范围内", "at some points within the noise"),
    "not_level": Text(
        "但两者未送的件数不同，费用不能直接相比", "but they do not leave as much behind, so costs are not on a level"
    ),
    "unsure": Text("在误差范围内，不能确定", "within the noise, so not sure"),
    "table": Text("全部点", "all points"),
    "variant": Text("方案", "variant"),
    "factor": Text("数字", "figure"),
    "value": Text("取值", "value"),
    "cost": Text("日均费用（元）", "mean cost a day (yuan)"),
    "more": Text("比今天多（元/日）", "more than today (yuan a day)"),
    "piece": Text("每件费用（元）", "cost per piece (yuan)"),
    "change": Text("相对今天", "against today"),
    "vehicles": Text("车辆", "vehicles"),
    "km": Text("公里", "km"),
    "left": Text("日均未送件数", "pieces not delivered a day"),
    "num_days": Text("天数", "days"),
    "common": Text(
        "比较用了 {all} 个抽样日中的 {days} 个：只算所有点都有结果的日子",
        "compared over {days} of {all} sampled days: those that all points have",
    ),
    "left_hint": Text(
        "有的点没有送完全部货物：未送的货物不计费用，这些点看起来比实际便宜",
        "some points do not deliver everything: what is left costs nothing, so they look cheaper than they are",
    ),
    "swing": Text("最高与最低之差（元/日）", "from cheapest to dearest (yuan a day)"),
    "low": Text("最低", "cheapest"),
    "high": Text("最高", "dearest"),
    "missing": Text("缺失", "missing"),
    "days": Text("个抽样日", "sampled days"),
    "noise_mark": Text("≈ 表示变化在误差范围内", "≈ marks a change within the noise"),
    "noise": Text(
        "± 为日均费用的 95% 置信半宽；≈ 表示变化在误差范围内：变化的区间按点数放宽（Bonferroni），所有点合起来为 95%",
        "±: half width of the 95 % interval of a mean; ≈ marks a change within the noise: intervals of changes are "
        "widened so that they hold at all points at once with 95 % (Bonferroni)",
    ),
    "at": Text("互换处", "break-even"),
    "from": Text("括号起", "bracket from"),
    "to": Text("括号止", "bracket to"),
    "below": Text("以下较省", "cheaper below"),
    "above": Text("以上较省", "cheaper above"),
    "is_sure": Text("确定", "sure"),
    "one_day": Text(
        "只有一天：没有区间，任何变化都算在误差之内", "one day only: no interval, so every change is noise"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A sweep as it was carried out; ``curves`` by side, then by factor."""

    scenario: Scenario
    run: Comparison
    sides: tuple[Variant, ...]
    factors: tuple[Factor, ...]
    curves: tuple[Curve, ...]
    break_evens: tuple[BreakEven, ...]
    throughout: tuple[Throughout, ...] = ()
    assumed: tuple[Text, ...] = ()

    @property
    def days(self) -> frozenset[str]:
        """The days that all points have and that are compared."""
        return common_days(self.run.measured.values())

    @property
    def compared(self) -> Text:
        """Over how many of the sampled days points are compared."""
        values, words = {"days": len(self.days), "all": len(self.run.agenda.days)}, WORDS["common"]
        return Text(words.zh.format(**values), words.en.format(**values))

    def name(self, side: str) -> Text:
        """Return what a side is called."""
        return next(variant.name for variant in self.sides if variant.id == side)

    def of_side(self, side: str) -> tuple[Curve, ...]:
        """Return the curves of a side that have any spot, the one that matters most first."""
        found = [curve for curve in self.curves if curve.side == side and curve.spots]
        return tuple(sorted(found, key=lambda curve: -curve.swing_fen))

    @property
    def leaves_goods(self) -> bool:
        """Whether some point leaves pieces undelivered."""
        return any(spot.unserved_pieces for curve in self.curves for spot in curve.spots)


def swept(
    scenario: Scenario,
    planned: Comparison,
    sides: tuple[Variant, ...],
    factors: tuple[Factor, ...],
    assumed: tuple[Text, ...] = (),
) -> Sweep:
    """Return curves of every side, and break-evens of the first side with each other one, over days that all have."""
    measured = on_common_days(planned.measured)
    looks = changes_in(sides, factors)
    curves = {(side.id, factor.name): curve_of(measured, side, factor, looks) for side in sides for factor in factors}
    looks = crossings_in(sides, factors)
    pairs = [
        (curves[sides[0].id, factor.name], curves[other.id, factor.name]) for factor in factors for other in sides[1:]
    ]
    crossings = [found for one, other in pairs for found in break_evens_of(measured, one, other, looks)]
    settled = [throughout_of(measured, one, other, looks) for one, other in pairs]
    return Sweep(
        scenario=scenario,
        run=planned,
        sides=sides,
        factors=factors,
        curves=tuple(curves.values()),
        break_evens=tuple(crossings),
        throughout=tuple(each for each in settled if each is not None),
        assumed=assumed,
    )


def value_text(factor: Factor, value: float) -> str:
    """Return a value as people read it: so many times, or so much more yuan."""
    return f"{value:+g}" if factor.name in ADDED else f"×{value:g}"


def break_even_text(sweep: Sweep, found: BreakEven) -> Text:
    """Return a break-even as a sentence, with its bracket."""
    name, low, high = NAMES[found.factor], f"{found.bracket[0]:g}", f"{found.bracket[1]:g}"
    below, above = sweep.name(found.below), sweep.name(found.above)
    unsure = _doubts(WORDS["unsure"], is_sure=found.is_sure, is_level=found.is_level)
    return Text(
        f"{name.zh} 约 {found.at:.3g}（{low} 至 {high} 之间）：以下较省的是“{below.zh}”，以上是“{above.zh}”{unsure.zh}",
        f"{name.en} about {found.at:.3g} (between {low} and {high}): cheaper below is “{below.en}”, above "
        f"“{above.en}”{unsure.en}",
    )


def throughout_text(sweep: Sweep, found: Throughout) -> Text:
    """Return as a sentence which of two variants is cheaper at all points."""
    name, dearer = NAMES[found.factor], sweep.name(found.dearer)
    where = Text(
        f"{name.zh} 从 {found.span[0]:g} 到 {found.span[1]:g}",
        f"{name.en} from {found.span[0]:g} to {found.span[1]:g}",
    )
    if not found.cheaper:
        return Text(f"{where.zh}：“{dearer.zh}”与对照费用相同", f"{where.en}: “{dearer.en}” costs the same throughout")
    cheaper = sweep.name(found.cheaper)
    unsure = _doubts(WORDS["partly"], is_sure=found.is_sure, is_level=found.is_level)
    return Text(
        f"{where.zh}：“{cheaper.zh}”一直比“{dearer.zh}”省{unsure.zh}",
        f"{where.en}: “{cheaper.en}” is cheaper than “{dearer.en}” throughout{unsure.en}",
    )


def _doubts(unsure: Text, *, is_sure: bool, is_level: bool) -> Text:
    """Return what is to be said against a verdict, behind semicolons."""
    said = [text for text, is_so in ((unsure, not is_sure), (WORDS["not_level"], not is_level)) if is_so]
    return Text("".join(f"；{text.zh}" for text in said), "".join(f"; {text.en}" for text in said))


def change_text(change: Change | None) -> str:
    """Return a change in per cent, behind ``≈`` where it is noise; "" for today itself."""
    if change is None or change.relative is None:
        return ""
    return f"{'≈ ' if change.is_noise else ''}{change.relative * 100:+.1f} %"


def cost_text(cost: Interval) -> str:
    """Return a mean cost in yuan with half its interval, where it has one."""
    half = f" ± {yuan(cost.half_width)}" if math.isfinite(cost.half_width) else ""
    return f"{yuan(cost.mean)}{half}"


def write_csv(sweep: Sweep, path: Path) -> None:
    """Write one row a point and day with all measures, and whether the day is compared, as all points have it."""
    header, *rows = day_table(sweep.run)
    told = [[*row[:4], "是 yes" if row[1] in sweep.days else "否 no", *row[4:]] for row in rows]
    write_rows([[*header[:4], "参与比较 compared", *header[4:]], *told], path)


def write_json(sweep: Sweep, path: Path) -> None:
    """Write everything; equal results write equal bytes."""
    agenda, stop, scenario = sweep.run.agenda, sweep.run.agenda.limit.stop, sweep.scenario
    content = {
        "schema": SCHEMA,
        "version": VERSION,
        "scenario": {"name": scenario.name, "date": scenario.date.isoformat(), "digest": scenario.digest},
        "limit": {"seconds": stop.seconds, "iterations": stop.iterations, "seed": agenda.limit.seed},
        "days": [{"id": d.id, "date": d.date.isoformat()} for d in agenda.days],
        "compared_days": [d.id for d in agenda.days if d.id in sweep.days],
        "is_whole": sweep.run.is_whole,
        "curves": [
            {
                "variant": curve.side,
                "factor": curve.factor.name,
                "swing_fen": curve.swing_fen,
                "points": [_spot(spot) for spot in curve.spots],
            }
            for curve in sweep.curves
        ],
        "break_evens": [
            {
                "factor": each.factor,
                "at": each.at,
                "bracket": list(each.bracket),
                "cheaper_below": each.below,
                "cheaper_above": each.above,
                "is_sure": each.is_sure,
                "is_level": each.is_level,
            }
            for each in sweep.break_evens
        ],
        "throughout": [
            {
                "factor": each.factor,
                "span": list(each.span),
                "cheaper": each.cheaper or None,
                "dearer": each.dearer,
                "is_sure": each.is_sure,
                "is_level": each.is_level,
            }
            for each in sweep.throughout
        ],
        "missing": [
            {"variant": e.variant, "day": e.day, "part": e.part, "code": e.failure.code, **_text(e.failure.text)}
            for e in sweep.run.losses
        ],
        "placeholders": [_text(text) for text in agenda.placeholders],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _spot(spot: Spot) -> dict[str, Any]:
    change = spot.against_today
    return {
        "value": spot.value,
        "cost_fen": _interval(spot.cost_fen),
        "cost_per_piece_fen": spot.piece_fen,
        "vehicles": spot.vehicles,
        "distance_m": spot.distance_m,
        "unserved_pieces_per_day": spot.unserved_pieces,
        "change": None
        if change is None
        else {**_interval(change.difference), "relative": change.relative, "is_noise": change.is_noise},
    }


def _interval(interval: Interval) -> dict[str, Any]:
    half = interval.half_width if math.isfinite(interval.half_width) else None
    return {"mean": interval.mean, "half_width": half, "days": interval.days}


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
