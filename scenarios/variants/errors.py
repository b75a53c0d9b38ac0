"""What is wrong with a file of variants or with the plans of a comparison: problem and remedy, Chinese, then English.

Codes E351 to E359, E398 and E399. ``scenarios.errors`` makes its sentences of these; nothing else reads them here.
"""

from __future__ import annotations

SENTENCES = {
    "E351": (
        "比较方案文件有 {count} 处错误",
        "逐条改正后重新运行",
        "faults in the file of variants: {count}",
        "mend them one by one and run again",
    ),
    "E352": (
        "方案 {value} 与基准完全相同",
        "改动至少一项，或删去此方案",
        "variant {value} changes nothing",
        "change something that makes a difference, or drop it",
    ),
    "E353": (
        "{column} 的取值范围没有值：{value}",
        "写成 起:止:步长（止不小于起，步长大于 0，至多 {most} 个值），或列出数值",
        "the range of {column} has no values, or too many: {value}",
        "write FIRST:LAST:STEP with a step above 0 and at most {most} values, or list the numbers",
    ),
    "E354": (
        "{column} 中品牌 {value} 出现不止一次",
        "每个品牌只属于一个联盟",
        "{column} names brand {value} more than once",
        "let each brand be in one coalition",
    ),
    "E355": (
        "方案编号 {value} 重复或被保留",
        "换一个编号；base 是不作改动的基准",
        "the id of variant {value} is used twice or reserved",
        "choose another; base is the county as it is",
    ),
    "E356": (
        "文件中没有任何方案",
        "至少写一个 [[variants]]",
        "the file has no variants",
        "write at least one [[variants]]",
    ),
    "E357": (
        "求得的方案未通过复核（{detail}）",
        "请报告此错误并附上场景",
        "the referee refuses the plan ({detail})",
        "please report this with the scenario",
    ),
    "E358": (
        "没有得到结果（{detail}）",
        "重新运行，必要时延长求解时间：已完成的部分不再计算",
        "there is no result ({detail})",
        "run again, with more time if it was short: what is done will not be computed again",
    ),
    "E359": (
        "各部分的方案与全天不符（{detail}）",
        "请报告此错误并附上场景",
        "the plans of the parts do not fit the whole day ({detail})",
        "please report this with the scenario",
    ),
    "E398": (
        "方案使 {count} 个地点没有任何可用的方式：{value}",
        "多留一种方式，或改用 mode（只约束允许该方式的地点）",
        "the variant leaves places without any mode ({count}): {value}",
        "leave one more mode, or write mode, which binds only places that have it",
    ),
    "E399": (
        "方案关闭了{what.zh}，但本县没有",
        "删去此项，或先在场景中添加",
        "the variant closes {what.en}, of which the county has none",
        "drop this change, or give the county some first",
    ),
}
"""Code -> problem and remedy in Chinese, problem and remedy in English."""
