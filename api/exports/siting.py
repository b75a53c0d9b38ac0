"""``siting.json`` and ``siting.csv``: what every set of sites costs and how each site fares; words of siting."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.exports.tables import safe_cell
from api.units import yuan
from scenarios.siting.model import ROOM
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scenarios.comparison import Change, Interval
    from scenarios.siting.model import Nomination
    from scenarios.siting.outcome import Outcome, Ranking
    from scenarios.siting.viability import Viability

SCHEMA = "gongpei.siting"
VERSION = 1

PARTS = ("plan_fen", "sites_fen", "lost_fen", "carry_fen", "penalty_fen")
"""Parts of what a day costs, in the order of the tables."""

WORDS: dict[str, Text] = {
    "title_station": Text("服务站选址", "siting of stations"),
    "title_precool": Text("预冷间选址", "siting of pre-cool rooms"),
    "assumptions": Text("前提与假设", "assumptions"),
    "placeholder": Text("占位值，未经测量", "placeholder, not measured"),
    "baseline": Text(
        "承诺任何节省之前，先核对“现状”的费用与实际账目是否相符；租金、工资、电费和每件服务费请换成本地数字",
        "before any saving is promised, check what “as today” costs against real accounts, and put in local rents, "
        "wages, power and fees",
    ),
    "how": Text(
        "各方案先由精确选址模型提名（道路行车时间和粗略成本），再逐日按全部规则重新规划；排名只看重新规划后的费用",
        "exact location models nominate sets by times on the road and rough costs; every set is then planned day by "
        "day under all rules, and only those plans rank them",
    ),
    "fee_is_no_cost": Text(
        "每件服务费由各品牌付给站点，在全县成本中相抵，不计入排名",
        "a fee passes from brands to sites: within the county it cancels out and ranks nothing",
    ),
    "verdict": Text("结论", "answer"),
    "maps": Text("地图", "maps"),
    "map_hint": Text(
        "每村连到所属的站；实心为时限内，空心为超出", "each village joined to its site; filled: within the time limit"
    ),
    "open": Text("开放", "open"),
    "closed": Text("备选，未开", "candidate, closed"),
    "near": Text("时限内", "within the limit"),
    "far": Text("超出时限", "beyond the limit"),
    "hub": Text("县级中心", "hub"),
    "table": Text("各方案比较", "sets side by side"),
    "set": Text("方案", "set"),
    "total": Text("日均总成本（元）", "total a day (yuan)"),
    "plan_fen": Text("配送（元）", "delivery (yuan)"),
    "sites_fen": Text("站点（元）", "sites (yuan)"),
    "lost_fen": Text("农产品损耗（元）", "produce lost (yuan)"),
    "carry_fen": Text("农户送货（元）", "growers' runs (yuan)"),
    "penalty_fen": Text("未送惩罚（元）", "penalties of goods left (yuan)"),
    "against_today": Text("相对现状（元/日）", "against today (yuan a day)"),
    "against_best": Text("相对最省（元/日）", "against the cheapest (yuan a day)"),
    "covered": Text("时限内占比", "within the time limit"),
    "chilled": Text("进预冷间占比", "through a room"),
    "vehicles": Text("车辆", "vehicles"),
    "km": Text("公里", "km"),
    "on_time": Text("准时率", "on time"),
    "left": Text("未送件数", "pieces left"),
    "left_hint": Text(
        "有的方案没有送完全部货物：未送的按县里自定的惩罚计入排名，惩罚不是支出",
        "some sets leave goods behind: these rank at the county's own penalties, which nobody pays",
    ),
    "nominated": Text("提名", "nominated by"),
    "noise": Text(
        "± 为 95% 置信半宽；≈ 表示变化在误差范围内；区间已按方案个数放宽",
        "±: half width of the 95 % interval; ≈: within the noise; intervals are widened for the number of sets",
    ),
    "one_day": Text(
        "只有一天：没有区间，任何变化都算在误差之内", "one day only: no interval, so every change is noise"
    ),
    "viability": Text("站点能否自负盈亏", "can sites live on their fee"),
    "viability_hint": Text(
        "件数取自重新规划的方案：中转件和以本站为起止的件；盈亏 = 件数 × 每件服务费 − 每日成本",
        "pieces come from the plans: passed on, and beginning or ending at the site; surplus = pieces x fee - running",
    ),
    "site": Text("站点", "site"),
    "passed": Text("中转件/日", "passed on a day"),
    "own": Text("本站件/日", "own pieces a day"),
    "pieces": Text("件/日", "pieces a day"),
    "fee": Text("每件服务费（元）", "fee a piece (yuan)"),
    "running": Text("每日成本（元）", "running a day (yuan)"),
    "surplus": Text("每日盈亏（元）", "surplus a day (yuan)"),
    "break_even": Text("保本件/日", "break-even pieces a day"),
    "top_up": Text("县里每年需补（元）", "county adds a year (yuan)"),
    "no_fee": Text("不收费，无保本点", "no fee, no break-even"),
    "models": Text("选址模型", "location models"),
    "value": Text("目标值", "value"),
    "gap": Text("已证明的差距", "proven gap"),
    "missing": Text("缺失", "missing"),
    "days": Text("个抽样日", "sampled days"),
    "reckon": Text("试算", "calculator"),
    "reckon_hint": Text(
        "改动黄色格中的数字，盈亏、补贴和各方案总成本随之更新（件数和路线不变）",
        "change the yellow figures: surplus, top-up and totals follow, pieces and routes staying as planned",
    ),
    "rent": Text("月租金（元）", "rent a month (yuan)"),
    "wage": Text("月工资（元）", "wage a month (yuan)"),
    "power": Text("月电费（元）", "power a month (yuan)"),
    "opening": Text("开办费（元）", "opening cost (yuan)"),
    "life": Text("使用年限", "years of use"),
    "week": Text("每周工作日", "working days a week"),
    "is_sure": Text("确定", "sure"),
    "yes": Text("是", "yes"),
    "no": Text("否", "no"),
    "day": Text("日", "day"),
    "by_day": Text("逐日", "day by day"),
}

MODELS: dict[str, Text] = {
    "fixed_charge": Text("固定费用选址（总成本最小）", "fixed charge (least cost)"),
    "set_cover": Text("集合覆盖（最少站点）", "set covering (fewest sites)"),
    "p_median": Text("p-中值（加权时间最小）", "p-median (least weighted time)"),
    "max_coverage": Text("最大覆盖（时限外最少）", "maximal coverage (least beyond the limit)"),
}
"""The exact models in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SitingReport:
    """A ranking with what the pages need besides: names of places, and what the scenario takes for granted."""

    ranking: Ranking
    names: dict[str, str]
    assumed: tuple[Text, ...]

    @property
    def title(self) -> Text:
        """What was sited."""
        return WORDS["title_precool" if self.ranking.costs.siting.kind == ROOM else "title_station"]

    @property
    def parts(self) -> tuple[str, ...]:
        """Parts of the cost that are anywhere above 0, and delivery and sites in any case."""
        some = {p for p in PARTS for o in self.ranking.outcomes if o.mean_fen(p)} | {"plan_fen", "sites_fen"}
        return tuple(part for part in PARTS if part in some)

    def verdict(self) -> tuple[Text, ...]:
        """Return the answer in a few sentences, the noise named."""
        best = self.ranking.best
        return () if best is None else tuple(_verdict(self.ranking, best))


def _verdict(ranking: Ranking, best: Outcome) -> Iterator[Text]:
    name, change = best.chosen.name, best.against_today
    cost = cost_text(best.total)
    if change is None:
        yield Text(f"最省的是“{name.zh}”：日均 {cost} 元", f"cheapest: “{name.en}”, {cost} yuan a day")
    else:
        saved = yuan(-change.difference.mean)
        half = _half(change.difference)
        noise_zh, noise_en = ("，在误差范围内", ", within the noise") if change.is_noise else ("", "")
        yield Text(
            f"最省的是“{name.zh}”：日均 {cost} 元，比现状省 {saved}{half} 元{noise_zh}",
            f"cheapest: “{name.en}”, {cost} yuan a day, {saved}{half} less than today{noise_en}",
        )
    if ranking.equals:
        zh = "、".join(f"“{o.chosen.name.zh}”" for o in ranking.equals)
        en = ", ".join(f"“{o.chosen.name.en}”" for o in ranking.equals)
        yield Text(f"这些天分不出它与 {zh} 的高下", f"these days cannot tell it from {en}")
    else:
        yield from _runner_up(ranking)
    if any(outcome.mean_fen("penalty_fen") for outcome in ranking.outcomes):
        yield WORDS["left_hint"]
    short = [v for v in best.sites if v.top_up_fen]
    if short:
        total = yuan(sum(v.yearly_top_up_fen for v in short))
        yield Text(
            f"其中 {len(short)} 处靠服务费入不敷出，县里每年共需补 {total} 元",
            f"sites that do not live on their fee: {len(short)}; the county would add {total} yuan a year",
        )


def _runner_up(ranking: Ranking) -> Iterator[Text]:
    for second in ranking.outcomes[1:2]:
        if second.against_best is not None:
            name, more = second.chosen.name, difference_text(second.against_best).lstrip("+")
            yield Text(f"其次是“{name.zh}”：每天多 {more} 元", f"next: “{name.en}”, {more} yuan a day more")


def cost_text(cost: Interval) -> str:
    """Return yuan with half the interval, where there is one."""
    return f"{yuan(cost.mean)}{_half(cost)}"


def difference_text(change: Change | None) -> str:
    """Return a difference in yuan, behind ``≈`` where it is noise; "" for what it is counted from."""
    if change is None:
        return ""
    sign = "+" if change.difference.mean > 0 else ""
    return f"{'≈ ' if change.is_noise else ''}{sign}{yuan(change.difference.mean)}{_half(change.difference)}"


def count_text(count: Interval) -> str:
    """Return pieces a day with half the interval, where there is one."""
    half = f" ± {count.half_width:,.1f}" if math.isfinite(count.half_width) else ""
    return f"{count.mean:,.1f}{half}"


def _half(cost: Interval) -> str:
    return f" ± {yuan(cost.half_width)}" if math.isfinite(cost.half_width) else ""


def write_json(report: SitingReport, path: Path) -> None:
    """Write everything; equal results write equal bytes."""
    ranking, scenario = report.ranking, report.ranking.costs.ground.scenario
    agenda, siting = ranking.run.agenda, ranking.costs.siting
    content = {
        "schema": SCHEMA,
        "version": VERSION,
        "scenario": {"name": scenario.name, "date": scenario.date.isoformat(), "digest": scenario.digest},
        "limit": {
            "seconds": agenda.limit.stop.seconds,
            "iterations": agenda.limit.stop.iterations,
            "seed": agenda.limit.seed,
        },
        "kind": siting.kind,
        "open": siting.count,
        "cover_s": siting.limit_s,
        "days": [{"id": d.id, "date": d.date.isoformat()} for d in agenda.days],
        "is_whole": ranking.run.is_whole,
        "candidates": [
            {name: getattr(each, name) for name in each.__dataclass_fields__}
            | {"running_fen": siting.daily_fen(each.place), "is_open_today": each.place in siting.today}
            for each in siting.candidates
        ],
        "sets": [_outcome(outcome) for outcome in ranking.outcomes],
        "equal_to_best": [outcome.chosen.id for outcome in ranking.equals],
        "missing": [
            {"set": e.variant, "day": e.day, "code": e.failure.code, **e.failure.text._asdict()}
            for e in ranking.run.losses
        ],
        "placeholders": [text._asdict() for text in agenda.placeholders],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _outcome(outcome: Outcome) -> dict[str, Any]:
    chosen = outcome.chosen
    return {
        "id": chosen.id,
        "name": chosen.name._asdict(),
        "sites": sorted(chosen.sites),
        "assigned": dict(sorted(chosen.assigned.items())),
        "nominations": [_nomination(each) for each in chosen.nominations],
        "total_fen": _interval(outcome.total),
        "against_today": _change(outcome.against_today),
        "against_best": _change(outcome.against_best),
        "covered": outcome.covered,
        "chilled": outcome.chilled,
        "days": {
            day: {part: getattr(cost, part) for part in (*PARTS, "total_fen")} for day, cost in outcome.days.items()
        },
        "sites_fare": [_fare(each) for each in outcome.sites],
    }


def _nomination(each: Nomination) -> dict[str, Any]:
    return {name: getattr(each, name) for name in each.__dataclass_fields__}


def _fare(each: Viability) -> dict[str, Any]:
    return {
        "site": each.site,
        "fee_fen": each.fee_fen,
        "running_fen": each.running_fen,
        "passed": each.passed,
        "own": each.own,
        "pieces": _interval(each.pieces),
        "surplus_fen": _interval(each.surplus),
        "break_even_pieces": each.break_even,
        "top_up_fen_a_year": each.yearly_top_up_fen,
        "is_sure": each.is_sure,
    }


def _interval(interval: Interval) -> dict[str, Any]:
    half = interval.half_width if math.isfinite(interval.half_width) else None
    return {"mean": interval.mean, "half_width": half, "days": interval.days}


def _change(change: Change | None) -> dict[str, Any] | None:
    return None if change is None else {**_interval(change.difference), "is_noise": change.is_noise}


def write_csv(report: SitingReport, path: Path) -> None:
    """Write one row a set and day in fen, with a byte order mark, so that spreadsheets read Chinese."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["方案 set", "站点 sites", "日 day", *PARTS, "total_fen"])
        for outcome in report.ranking.outcomes:
            sites = ";".join(sorted(outcome.chosen.sites))
            for day, cost in outcome.days.items():
                amounts = [getattr(cost, part) for part in (*PARTS, "total_fen")]
                writer.writerow([safe_cell(value) for value in (outcome.chosen.id, sites, day, *amounts)])
