"""What is wrong with market days, coalition costs and sampled days, codes E340 to E349: Chinese, then English.

``scenarios.errors`` makes its sentences of these; nothing else reads them here.
"""

from __future__ import annotations

SENTENCES = {
    "E340": (
        "不认识的赶集方式：{value}",
        "写成 1,4,7、lunar:2,5,8、weekday:6、branch:子,午 或 cycle4:2026-01-01",
        "market days are not understood: {value}",
        "write 1,4,7 or lunar:2,5,8 or weekday:6 or cycle4:2026-01-01, or branch: with earthly branches",
    ),
    "E341": (
        "赶集日 {value} 不在 {choices} 之中",
        "改为其中的值，用逗号分隔",
        "market day {value} is not among {choices}",
        "use those, separated by commas",
    ),
    "E342": (
        "赶集日重复：{value}",
        "每个值只写一次",
        "market day {value} is given twice",
        "give each once",
    ),
    "E343": (
        "日期 {value} 超出农历表的范围（{first} 至 {last}）",
        "换一个日期",
        "{value} is outside the lunar tables ({first} to {last})",
        "choose another date",
    ),
    "E344": (
        "缺少联盟 {value} 的费用",
        "给出每个非空联盟的费用",
        "the cost of coalition {value} is missing",
        "give a cost for every coalition that is not empty",
    ),
    "E345": (
        "联盟 {value} 的费用 {cost} 不能使用",
        "费用应为不小于 0 的整数分，且联盟不为空",
        "the cost {cost} of coalition {value} cannot be used",
        "costs are whole fen of at least 0, and no coalition is empty",
    ),
    "E346": (
        "品牌数为 {value}，此方法最多 {most} 个",
        "合并小品牌，或用抽样的方法",
        "there are {value} brands, but this method takes 1 to {most}",
        "merge small brands, or use the sampled method",
    ),
    "E347": (
        "分摊权数 {value} 缺少、为负或全为 0",
        "给每个品牌一个不小于 0 的数，至少一个大于 0",
        "the weights {value} are missing, negative or all 0",
        "give each brand a number of at least 0, one of them above 0",
    ),
    "E348": (
        "收益分摊的计算失败（{detail}）",
        "请报告此错误并附上各联盟的费用",
        "the gain could not be shared ({detail})",
        "please report this with the costs of the coalitions",
    ),
    "E349": (
        "抽样日的 {what} 不能是 {value}",
        "天数至少为 1，倍数大于 0，高峰倍数不为 1 且各不相同，波动幅度不小于 0，赶集的乡镇至少有一个地点",
        "{what} of the sampled days cannot be {value}",
        "there is at least 1 day, factors are above 0, those of peaks are not 1 and all differ, spreads at least 0, "
        "a township with a market has a place",
    ),
}
"""Code -> problem and remedy in Chinese, problem and remedy in English."""
