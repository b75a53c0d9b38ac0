"""Words of a study of visit frequency, in both languages."""

from __future__ import annotations

from scenarios.text import Text

WORDS: dict[str, Text] = {
    "title": Text("配送频次", "visit frequency"),
    "assumptions": Text("前提与假设", "assumptions"),
    "placeholder": Text("占位值，未经测量", "placeholder, not measured"),
    "baseline": Text(
        "变化以每日到访为准：先核对今天实际的到访次数和费用，再看可以省多少",
        "changes count from daily visits: check how often villages are really visited today, and at what cost, before "
        "believing a saving",
    ),
    "frontier": Text("费用与等待", "cost and waiting"),
    "frontier_hint": Text(
        "连线上的方案没有被别的方案在费用和等待上同时胜过，未送惩罚计入费用；"
        "≈ 表示费用差别在误差范围内，在不在线上不能确定；竖线是各日费用的 95% 区间，含日与日之间的差别",
        "policies on the line are beaten by no other in both cost and waiting, penalties of goods left included; ≈ "
        "marks a verdict that hangs on a difference within the noise; bars are 95 % intervals of the mean cost a day, "
        "what differs from day to day included",
    ),
    "table": Text("各方案比较", "policies side by side"),
    "policy": Text("方案", "policy"),
    "cost": Text("日均费用（元）", "mean cost a day (yuan)"),
    "change": Text("相对每日到访", "against daily visits"),
    "piece": Text("每件费用（元）", "cost per piece (yuan)"),
    "vehicles": Text("日均车辆", "vehicles a day"),
    "km": Text("日均公里", "km a day"),
    "wait": Text("平均等待（天）", "mean wait (days)"),
    "wait_p90": Text("P90 等待（天）", "P90 wait (days)"),
    "wait_longest": Text("最长等待（天）", "longest wait (days)"),
    "worst": Text("最差十分之一村平均等待（天）", "mean wait of the worst-served tenth (days)"),
    "visits": Text("每村每周到访", "visits a village and week"),
    "coverage": Text("覆盖率", "coverage"),
    "coverage_hint": Text(
        "覆盖率：每周有货且方案到访至少 {count} 天的行政村占全部行政村之比；平时无货的村不计到访",
        "coverage: administrative villages with goods that the plans visit on at least {count} days a week, of all of "
        "them",
    ),
    "left": Text("日均未送件数", "pieces not delivered a day"),
    "penalty": Text("其中未送惩罚（元）", "of it penalties of goods left (yuan)"),
    "left_hint": Text(
        "有的方案没有送完全部货物：未送的按县里自定的惩罚计入费用，惩罚不是支出",
        "some policies leave goods behind: these count at the county's own penalties, which nobody pays",
    ),
    "on_line": Text("在前沿上", "on the frontier"),
    "partial": Text("天数不全", "not all days"),
    "common": Text(
        "费用、车辆和到访取自 {all} 个周期中的 {cycles} 个：只算各方案每天都有规划的周期",
        "costs, vehicles and visits are of {cycles} of {all} cycles: those of which every policy has each day",
    ),
    "noise": Text(
        "± 为日均费用的 95% 置信半宽；≈ 表示变化在误差范围内：变化的区间按方案数放宽（Bonferroni），各方案合起来为 95%",
        "±: half width of the 95 % interval of a mean; ≈ marks a change within the noise: intervals of changes are "
        "widened so that they hold for all policies at once with 95 % (Bonferroni)",
    ),
    "span": Text("{cycles} 个周期，每个 {days} 天", "cycles: {cycles}, of {days} days"),
    "days": Text("天", "days"),
    "map": Text("到访日分布", "how often villages are visited"),
    "map_hint": Text(
        "颜色为每周期平均到访天数，取自方案，含限时货物的到访；大小为件数",
        "colours: mean days of visit in a cycle, as planned, visits for goods that cannot wait included; sizes: pieces",
    ),
    "times": Text("次", "visits"),
    "hub": Text("县级中心", "hub"),
    "list": Text("各村到访日", "days of visit by village"),
    "list_hint": Text(
        "方案实际到访的是周期的第几天，含限时货物的到访；所比较的第一个周期",
        "days of the cycle, from 1, on which the plans visit, for goods that cannot wait too; the first compared cycle",
    ),
    "village": Text("村", "village"),
    "villages": Text("个村", "villages"),
    "pieces": Text("日件数", "pieces a day"),
    "daily_results": Text("逐日", "days"),
    "day": Text("日", "day"),
    "missing": Text("缺失", "missing"),
    "yes": Text("是", "yes"),
    "no": Text("否", "no"),
}
"""Every word of files, page and terminal."""
