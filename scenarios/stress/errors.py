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
        "{value} 是经服务站或班线的两级方案，压力测试只能驾驶一级的方案",
        "在去掉 stations.csv、timetable.csv 和 modes.csv 的场景副本上测试",
        "{value} goes through stations or on lines; only plans of one tier can be stressed",
        "stress a copy of the scenario without stations.csv, timetable.csv and modes.csv",
    ),
    "E532": (
        "方案没有任何行程，无从测试",
        "先用 gongpei plan 查看为什么没有货物被送出",
        "the plan has no trip, so there is nothing to stress",
        "see with gongpei plan why no goods are carried",
    ),
}
"""Code -> problem and remedy in Chinese, then in English."""
