"""What a plan takes for granted: season, default times, rules and sources, in words for the report.

Says only what the scenario holds; figures that nobody has measured are the
scenario's own ``placeholders``.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from api.units import clock, hours, yuan
from scenarios.text import Text

if TYPE_CHECKING:
    from scenarios.policy import Policy
    from scenarios.scenario import Roads, Scenario

SEASONS = {"dry": Text("旱季", "dry season"), "wet": Text("雨季", "wet season")}
WEATHERS = {
    "clear": Text("晴", "clear"),
    "rain": Text("雨", "rain"),
    "snow": Text("雪", "snow"),
    "fog": Text("雾", "fog"),
    "ice": Text("结冰", "ice"),
}
TIERS = {
    "hub": Text("县中心", "hub"),
    "station": Text("乡镇站", "station"),
    "village": Text("村", "village"),
    "farm": Text("农场", "farm"),
    "shop": Text("商店", "shop"),
}


def assumptions(scenario: Scenario) -> tuple[Text, ...]:
    """Return what the plan of ``scenario`` rests on, one sentence each."""
    return (
        _conditions(scenario),
        _roads(scenario.roads),
        *_times(scenario.policy),
        *_rules(scenario.policy),
        *(Text(f"来源（{s.what}）：{s.origin}", f"source of {s.what}: {s.origin}") for s in scenario.sources),
    )


def _conditions(scenario: Scenario) -> Text:
    season = SEASONS.get(scenario.season, Text(scenario.season, scenario.season))
    weather = WEATHERS.get(scenario.weather, Text(scenario.weather, scenario.weather))
    return Text(
        f"{season.zh}，{weather.zh}；行驶速度按道路等级、路面、坡度取自车型速度表，不含实时拥堵",
        f"{season.en}, {weather.en}; speeds follow road class, surface and grade, without live traffic",
    )


def _roads(roads: Roads) -> Text:
    if not roads.is_recipe:
        name = PurePath(roads.file).name  # folders of one machine say nothing on another
        return Text(f"路网来自 {name}", f"roads from {name}")
    return Text(
        f"路网是按地形“{roads.terrain}”、种子 {roads.seed} 生成的模拟路网，不是真实道路",
        f"the roads are made up (terrain {roads.terrain}, seed {roads.seed}), not real ones",
    )


def _times(policy: Policy) -> tuple[Text, ...]:
    visits_zh = "，".join(f"{TIERS[t].zh} {getattr(policy.visit_s, t)} 秒" for t in TIERS)
    visits_en = ", ".join(f"{TIERS[t].en} {getattr(policy.visit_s, t)} s" for t in TIERS)
    return (
        Text(
            f"没有写明到货时间的货物，{clock(policy.hub_ready_s)} 起可装车；"
            f"没有写明截止时间的上行货物，{clock(policy.up_due_s)} 前返回中心",
            f"goods without a time of their own can be loaded from {clock(policy.hub_ready_s)}, "
            f"up goods are due back at {clock(policy.up_due_s)}",
        ),
        Text(f"每次停靠的固定时间：{visits_zh}", f"fixed time per visit: {visits_en}"),
        Text(
            f"准时率以 {clock(policy.promise_s)} 前送到村为准",
            f"on time means handed over in the village by {clock(policy.promise_s)}",
        ),
    )


def _rules(policy: Policy) -> tuple[Text, ...]:
    rule, penalties = policy.driving_rule, policy.penalties_fen
    found = [
        Text(
            f"未服务的惩罚只用于排序，不是支出：普通 {yuan(penalties.normal)} 元，必须送达 {yuan(penalties.must)} 元，"
            f"另加每件 {yuan(policy.penalty_fen_per_piece)} 元",
            f"penalties for unserved goods rank, they are not paid: normal {yuan(penalties.normal)} yuan, "
            f"must {yuan(penalties.must)} yuan, plus {yuan(policy.penalty_fen_per_piece)} yuan a piece",
        )
    ]
    if rule is not None:
        found.append(
            Text(
                f"连续驾驶不超过 {hours(rule.max_driving_s)}，之后至少休息 {hours(rule.rest_s)}",
                f"no more than {hours(rule.max_driving_s)} of driving without {hours(rule.rest_s)} of rest",
            )
        )
    return tuple(found)
