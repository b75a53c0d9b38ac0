"""What is wrong with policies of visit frequency, codes E510 to E519: problem and remedy, Chinese, then English.

``scenarios.errors`` makes its sentences of these; nothing else reads them here.
"""

from __future__ import annotations

SENTENCES = {
    "E510": (
        "配送频次的输入有 {count} 处错误",
        "逐条改正后重新运行",
        "faults in what the study of visit frequency is to go by: {count}",
        "mend them one by one and run again",
    ),
    "E511": (
        "每周期至少到访 {value} 次，但周期只有 {days} 天",
        "减小到访次数，或用 --days 加长周期",
        "{value} visits are asked for in a cycle of {days} days",
        "ask for fewer, or make the cycle longer with --days",
    ),
    "E512": (
        "方案编号 {value} 重复",
        "换一个编号",
        "the id of policy {value} is used twice",
        "choose another",
    ),
    "E513": (
        "没有任何地点填写赶集日，无法按赶集日到访",
        "在 places.csv 的赶集日一列填写，或改用其他方案",
        "no place states its market days, so nobody can be visited on them",
        "fill in market days in places.csv, or use another policy",
    ),
    "E514": (
        "除县级中心和服务站外，没有地点有货，频次无从比较",
        "在 orders.csv 中加入到村的订单",
        "no place but hubs and stations has goods, so there is no frequency to choose",
        "give villages some orders in orders.csv",
    ),
    "E515": (
        "文件中没有任何方案",
        "至少写一个 [[policies]]",
        "the file has no policies",
        "write at least one [[policies]]",
    ),
}
"""Code -> problem and remedy in Chinese, problem and remedy in English."""
