"""What cannot be stressed, codes E530 to E539: problem and remedy, Chinese, then English.

``scenarios.errors`` makes its sentences of these; nothing else reads them here.
"""

from __future__ import annotations

SENTENCES = {
    "E530": (
        "扰动文件有 {count} 处错误",
        "逐条改正后重新运行",
        "faults in the file of disturbances: {count}",
        "mend them one by one and run again",
    ),
    "E531": (
        "方案没有任何行程，无从测试",
        "先用 gongpei plan 查看为什么没有货物被送出",
        "the plan has no trip, so there is nothing to stress",
        "see with gongpei plan why no goods are carried",
    ),
}
"""Code -> problem and remedy in Chinese, then in English."""
