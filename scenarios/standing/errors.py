"""What is wrong with standing lines, codes E374 to E379: problem and remedy in Chinese, then in English.

``scenarios.errors`` makes its sentences of these; nothing else reads them here.
"""

from __future__ import annotations

SENTENCES = {
    "E374": (
        "{path} 不是合法的 JSON（{detail}）",
        "使用 gongpei lines 写出的 lines.json",
        "{path} is not valid JSON ({detail})",
        "use a lines.json as gongpei lines writes it",
    ),
    "E375": (
        "{path} 不是本版本的固定线路文件（{value}，应为 {expected}）",
        "使用 gongpei lines 写出的 lines.json，或重新设计线路",
        "{path} is not a file of standing lines of this version ({value} instead of {expected})",
        "use a lines.json as gongpei lines writes it, or design the lines again",
    ),
    "E376": (
        "固定线路文件有 {count} 处错误",
        "逐条改正，或重新设计线路",
        "faults in the file of standing lines: {count}",
        "mend them one by one, or design the lines again",
    ),
    "E377": (
        "{column} 的值 {value} 不合规定（应为{expected.zh}）",
        "改正该处",
        "{column} is {value}, which is not {expected.en}",
        "correct it there",
    ),
    "E378": (
        "{days} 天的订单不足以设计固定线路",
        "至少给出两天，且要有经常出现的货",
        "{days} days of orders are not enough to design standing lines",
        "give two days or more, with goods that go often",
    ),
    "E379": (
        "固定线路用到场景中没有的地点、货物或车辆：{value}",
        "改正场景，或为它重新设计线路",
        "the standing lines name places, commodities or vehicles that the scenario does not have: {value}",
        "correct the scenario, or design lines for it again",
    ),
}
"""Code -> problem and remedy in Chinese, problem and remedy in English."""
