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
        "连线上的方案没有被别的方案在费用和等待上同时胜过；竖线是各日费用的 95% 区间，含日与日之间的差别",
        "policies on the line are beaten by no other in both cost and waiting; bars are 95 % intervals of the mean "
        "cost a day, what differs from day to day included",
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
        "覆盖率：每周有货且到访至少 {count} 次的行政村占全部行政村之比；平时无货的村不计到访",
        "coverage: administrative villages with goods and visits on at least {count} days a week, of all of them; a "
        "day without goods is no visit",
    ),
    "left": Text("未送件数", "pieces not delivered"),
    "left_hint": Text(
        "有的方案没有送完全部货物：未送的货物不计费用，这些方案看起来比实际便宜",
        "some policies do not deliver everything: what is left costs nothing, so they look cheaper than they are",
    ),
    "on_line": Text("在前沿上", "on the frontier"),
    "noise": Text(
        "± 为日均费用的 95% 置信半宽；≈ 表示变化在误差范围内：变化的区间按方案数放宽（Bonferroni），各方案合起来为 95%",
        "±: half width of the 95 % interval of a mean; ≈ marks a change within the noise: intervals of changes are "
        "widened so that they hold for all policies at once with 95 % (Bonferroni)",
    ),
    "span": Text("{cycles} 个周期，每个 {days} 天", "cycles: {cycles}, of {days} days"),
    "days": Text("天", "days"),
    "map": Text("到访日分布", "how often villages are visited"),
    "map_hint": Text(
        "颜色为每周期的计划到访次数，大小为件数；限时货物另加到访不在内",
        "colours: planned visits in the cycle, sizes: pieces; visits forced by goods that cannot wait come on top",
    ),
    "times": Text("次", "visits"),
    "hub": Text("县级中心", "hub"),
    "list": Text("各村到访日", "days of visit by village"),
    "list_hint": Text("周期的第几天；第一个周期", "days of the cycle, from 1; the first cycle"),
    "village": Text("村", "village"),
    "villages": Text("个村", "villages"),
    "pieces": Text("日件数", "pieces a day"),
    "daily_results": Text("逐日", "days"),
    "day": Text("日", "day"),
    "missing": Text("缺失", "missing"),
    "yes": Text("是", "yes"),
}
"""Every word of files, page and terminal."""
