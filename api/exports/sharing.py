"""``sharing.json``: the split of the shared cost by every method, with all that a brand needs to reckon it again."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from scenarios.errors import InvalidInput, ScenarioFailed
from scenarios.gain_sharing import METHODS, check_core, share, statements
from scenarios.gain_sharing.game import named, ranked
from scenarios.gain_sharing.words import yuan
from scenarios.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.coalition_costs import SharedCosts
    from scenarios.gain_sharing import CoreCheck, Method, Split, Statement
    from scenarios.scenario import Scenario
    from scenarios.variants.compare import Comparison

SCHEMA = "gongpei.sharing"
VERSION = 1

PROPORTIONAL: tuple[Method, ...] = ("volume", "stand_alone")
ON_ALL: tuple[Method, ...] = ("shapley", "nucleolus", "epm")
"""Methods that need the cost of every coalition."""

OF_ONE_METHOD = {"E347", "E348"}
"""Codes of failures that say nothing against the other methods: weights it cannot use, and a failed calculation."""

PUBLISHED = (0.20, 0.30)
"""Savings of shared delivery that are published; a higher one is explained."""

WORDS: dict[str, Text] = {
    "title": Text("收益分摊", "sharing the gain"),
    "assumptions": Text("前提与假设", "assumptions"),
    "placeholder": Text("占位值，未经测量", "placeholder, not measured"),
    "baseline": Text(
        "承诺任何节省之前，先取得本地基准：用实际账目核对各品牌的单独费用，再看分摊",
        "take a local baseline before any promised saving: check what each brand pays alone against real accounts, "
        "then look at shares",
    ),
    "saving": Text("合作节省", "saving together"),
    "alone": Text("单独费用", "alone"),
    "together": Text("合作费用", "together"),
    "share": Text("分摊", "share"),
    "shares": Text("各方法的分摊", "shares by method"),
    "brand": Text("品牌", "brand"),
    "pieces": Text("件数", "pieces"),
    "core": Text("是否有人宁可退出", "would anybody rather leave"),
    "coalitions": Text("联盟费用", "costs of coalitions"),
    "num_brands": Text("个品牌", "brands"),
    "num_coalitions": Text("个联盟", "coalitions"),
    "coalition": Text("联盟", "coalition"),
    "left": Text("未送件数", "pieces not delivered"),
    "repairs": Text("改用其他方案计价的联盟", "coalitions charged by other plans"),
    "statements": Text("各品牌的分摊说明", "statement of each brand"),
    "saved": Text("节省", "saved"),
    "missing": Text("缺失", "missing"),
    "not_whole": Text(
        "有的抽样日还没有算完全部联盟，未计入：再次运行会接着算",
        "some sampled days lack coalitions and are left out: the next run goes on from here",
    ),
    "per_day": Text("每日平均，元", "mean a day, yuan"),
    "summed": Text("以下金额为全部抽样日之和", "amounts below are sums over all sampled days"),
    "days": Text("个抽样日", "sampled days"),
    "left_hint": Text(
        "有联盟未送完全部货物：未送的货物不计费用，这些联盟看起来比实际便宜",
        "some coalitions do not deliver everything: what is left costs nothing, so they look cheaper than they are",
    ),
    "one_day": Text("只有一天：节省没有区间", "one day only: the saving has no interval"),
    "above": Text(
        "节省高于公布的 20%-30%，已知的一个原因：单独配送时假定每个品牌当天也送到每个有货的村，"
        "现实中多为隔日或只到乡镇；这一部分是服务变好，而不是账上省下的钱；"
        "以隔日到访的单独配送为对照，见 gongpei compare 与 variants/frequency.toml",
        "the saving is above the published 20-30 %, for one known reason: every brand alone is assumed to reach all "
        "its villages the same day, where many really come every other day or stop at the township; that part is "
        "better service, not money that anybody spends today; gongpei compare with variants/frequency.toml counts from "
        "brands that come every other day",
    ),
    "below": Text(
        "节省低于公布的 20%-30%：先看各品牌是否原本就少有共同的村，再看求解时间是否太短",
        "the saving is below the published 20-30 %: see whether the brands have few villages in common, then whether "
        "plans had enough time",
    ),
    "negative": Text("负数表示比单独配送多付", "a negative saving means paying more than alone"),
    "formula": Text("权数分子 × 金额 ÷ 权数分母，逐项相加", "numerator x amount / denominator, term by term"),
    "numerator": Text("权数分子", "numerator"),
    "denominator": Text("权数分母", "denominator"),
    "amount": Text("金额（分）", "amount (fen)"),
    "term": Text("项（分）", "term (fen)"),
    "what": Text("内容", "what it is"),
    "sum": Text("合计", "sum"),
    "rounding": Text("取整", "rounding"),
    "follows": Text(
        "改动黄色格（各日联盟费用、件数）后，沙普利值与按比例的分摊随之重算，取整到分",
        "change the yellow cells (costs of coalitions by day, pieces): Shapley and proportional shares follow, rounded "
        "to the fen",
    ),
    "fixed": Text(
        "此处为规划时的数值，不随黄色格变化：起约束作用的联盟变了，算式也要变",
        "numbers as planned, which do not follow the yellow cells: other costs let other coalitions bind, and so need "
        "other terms",
    ),
    "core_fixed": Text("以下为规划时费用的核检验，不随黄色格变化", "the core check below is of costs as planned"),
    "exact": Text("精确（分）", "exact (fen)"),
    "down": Text("向下取整（分）", "rounded down (fen)"),
    "remainder": Text("余数", "remainder"),
    "one_more": Text("加一分", "a fen more"),
    "share_fen": Text("分摊（分）", "share (fen)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The split by one method, its core check and a statement a brand."""

    method: Method
    split: Split
    core: CoreCheck
    statements: tuple[Statement, ...]

    @property
    def name(self) -> Text:
        """What the method is called."""
        return METHODS[self.method]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A method that shares nothing here, and why."""

    method: Method
    code: str
    text: Text

    @property
    def name(self) -> Text:
        """What the method is called."""
        return METHODS[self.method]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that the files tell: the county, what was planned, the costs, the splits, and what plans rest on."""

    scenario: Scenario
    run: Comparison
    found: SharedCosts
    shared: tuple[Shared, ...]
    failed: tuple[Failed, ...] = ()
    assumed: tuple[Text, ...] = ()


def methods_of(wanted: str, *, is_sampled: bool) -> tuple[Method, ...]:
    """Return the methods that ``--method`` asks for; of ``all`` those that the known coalitions allow."""
    shapley: Method = "sampled_shapley" if is_sampled else "shapley"
    if wanted == "all":
        return (shapley, *(() if is_sampled else ON_ALL[1:]), *PROPORTIONAL)
    if wanted == "proportional":
        return PROPORTIONAL
    return (shapley,) if wanted == "shapley" else tuple(method for method in ON_ALL if method == wanted)


def share_by(found: SharedCosts, methods: tuple[Method, ...]) -> tuple[tuple[Shared, ...], tuple[Failed, ...]]:
    """Return the split by each method, over the sum of all days, and the methods that fail by themselves.

    Raises as ``gain_sharing.share`` does where the costs serve no method.
    """
    shared, failed = [], []
    for method in methods:
        try:
            shared.append(_shared(found, method))
        except (InvalidInput, ScenarioFailed) as error:
            if error.code not in OF_ONE_METHOD:
                raise
            failed.append(Failed(method=method, code=error.code, text=Text(error.render("zh"), error.render("en"))))
    return tuple(shared), tuple(failed)


def _shared(found: SharedCosts, method: Method) -> Shared:
    split = share(found.costs, method, pieces=found.pieces, joinings=found.question.joinings)
    core, made = check_core(found.costs, split.exact_fen), statements(found.costs, split)
    return Shared(method=method, split=split, core=core, statements=made)


def a_day(found: SharedCosts, fen: int) -> str:
    """Return yuan a day of what is summed over all days, rounded half up to the fen."""
    return yuan(Fraction(fen, len(found.days)))


def missing_text(failed: Failed) -> Text:
    """Return the sentence that a method is missing, and why."""
    name, missing, why = failed.name, WORDS["missing"], failed.text
    zh = f"{missing.zh}：{name.zh}：{failed.code} {why.zh}"
    return Text(zh, f"{missing.en}: {name.en}: {failed.code} {why.en}")


def why_unusual(found: SharedCosts) -> Text | None:
    """Return the sentence about a saving outside the published range; None within it."""
    relative = None if found.saving is None else found.saving.relative
    if relative is None or PUBLISHED[0] <= -relative <= PUBLISHED[1]:
        return None
    return WORDS["above"] if -relative > PUBLISHED[1] else WORDS["below"]


def saving_text(found: SharedCosts) -> str:
    """Return the saving in per cent with half its 95 % interval."""
    if found.saving is None or not found.saving.relative:
        return "0 %" if found.saving is not None else "—"
    relative, difference = found.saving.relative, found.saving.difference
    told = f"{-relative * 100:.1f} %"
    if math.isfinite(difference.half_width):
        told += f" ± {abs(difference.half_width * relative / difference.mean) * 100:.1f} %"
    return told


def write_json(report: Report, path: Path) -> None:
    """Write everything; equal results write equal bytes. Fractions of fen are exact texts."""
    scenario, run, found = report.scenario, report.run, report.found
    agenda, stop = run.agenda, run.agenda.limit.stop
    content = {
        "schema": SCHEMA,
        "version": VERSION,
        "scenario": {"name": scenario.name, "date": scenario.date.isoformat(), "digest": scenario.digest},
        "limit": {"seconds": stop.seconds, "iterations": stop.iterations, "seed": agenda.limit.seed},
        "brands": list(found.question.brands),
        "pieces": dict(found.pieces),
        "is_sampled": found.question.is_sampled,
        "days": [{"id": d.id, "date": d.date.isoformat()} for d in agenda.days if d.id in found.days],
        "is_whole": len(found.days) == len(agenda.days),
        "saving": _saving(found),
        "coalitions": _coalitions(found),
        "repairs": [
            {
                "day": each.day,
                "coalition": sorted(each.repair.coalition),
                "plans": [sorted(plan) for plan in each.repair.plans],
                "before_fen": each.repair.before_fen,
                "after_fen": each.repair.after_fen,
            }
            for each in found.repairs
        ],
        "methods": {each.method: _method(each) for each in report.shared},
        "failed": [{"method": each.method, "code": each.code, **_text(each.text)} for each in report.failed],
        "missing": [
            {"coalition": e.variant, "day": e.day, "code": e.failure.code, **_text(e.failure.text)} for e in run.losses
        ],
        "placeholders": [_text(text) for text in agenda.placeholders],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _saving(found: SharedCosts) -> dict[str, Any] | None:
    if found.saving is None:
        return None
    difference = found.saving.difference
    return {
        "alone_fen": found.alone_fen,
        "together_fen": found.together_fen,
        "mean_fen_per_day": -difference.mean,
        "half_width_fen_per_day": difference.half_width if math.isfinite(difference.half_width) else None,
        "relative": None if found.saving.relative is None else -found.saving.relative,
        "is_noise": found.saving.is_noise,
    }


def _coalitions(found: SharedCosts) -> list[dict[str, Any]]:
    return [
        {
            "coalition": sorted(coalition),
            "cost_fen": found.costs[coalition],
            "by_day_fen": {day: costs[coalition] for day, costs in found.by_day.items()},
            "unserved_pieces": found.left.get(coalition, 0),
        }
        for coalition in sorted(found.question.coalitions, key=ranked)
    ]


def _method(each: Shared) -> dict[str, Any]:
    core = each.core
    return {
        "shares_fen": each.split.shares_fen,
        "exact_fen": {brand: str(value) for brand, value in each.split.exact_fen.items()},
        "error_fen": {b: e if math.isfinite(e) else None for b, e in each.split.error_fen.items()},
        "core": {
            "is_in_core": core.is_in_core,
            "most_dissatisfied": None if core.coalition is None else sorted(core.coalition),
            "excess_fen": str(core.excess_fen),
            "known": core.known,
            "possible": core.possible,
            **_text(core.text),
        },
        "statements": {made.brand: _text(made.text) for made in each.statements},
    }


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def plan_names(plans: tuple[frozenset[str], ...]) -> Text:
    """Return the coalitions whose plans are used, for people."""
    names = [named(plan) for plan in plans]
    return Text("；".join(name.zh for name in names), "; ".join(name.en for name in names))
