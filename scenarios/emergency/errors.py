"""What is wrong with an emergency file, codes E540 to E549: problem and remedy in Chinese, then in English.

``scenarios.errors`` makes its sentences of these; nothing else reads them here.
"""

from __future__ import annotations

SENTENCES = {
    "E540": (
        "应急文件有 {count} 处错误",
        "逐条改正后重新运行",
        "faults in the emergency file: {count}",
        "mend them one by one and run again",
    ),
    "E541": (
        "封路到 {value} 为止，早于场景的日期 {day}",
        "改正 until，或换成封路期间的场景",
        "the roads are closed until {value}, which is before the day of the scenario, {day}",
        "correct until, or take a day on which they are closed",
    ),
    "E542": (
        "没有任何封路",
        "至少写一条 [[closed]]：文件、路段、道路编号，或圆心和半径",
        "no road is closed",
        "give at least one [[closed]]: a file, edges, ways, or a point with a radius",
    ),
    "E543": (
        "只写了经度或只写了纬度",
        "两者都写，或都不写",
        "longitude or latitude stands alone",
        "give both, or neither",
    ),
    "E544": (
        "编号 {value} 已用作地点、车型或另一个接驳点、无人机点",
        "换一个编号",
        "id {value} is taken by a place, a vehicle type, or another relay or drone base",
        "choose another id",
    ),
    "E545": (
        "接驳点 {value} 附近 {limit} 米内没有被隔断的道路",
        "把经纬度移到断点旁，或不写经纬度",
        "within {limit} m of relay {value} there is no road that is cut off",
        "move its longitude and latitude to the break, or leave them out",
    ),
    "E546": (
        "接驳点 {value} 没有对应的孤立片区：封路隔断了 {count} 片，前面的接驳点已经占用",
        "删去多余的接驳点，或用经纬度指明断点",
        "there is no isolated area left for relay {value}: {count} are cut off, and relays before it take them",
        "drop it, or name its break by longitude and latitude",
    ),
    "E547": (
        "货物 {value} 已属于更高的等级 {first}",
        "每种货物只写在一个等级里",
        "commodity {value} is of a higher class already: {first}",
        "name each commodity in one class only",
    ),
    "E548": (
        "货物 {value} 在场景中已有",
        "删去这一条，或换一个编号",
        "the county has a commodity {value} already",
        "drop this one, or give it another id",
    ),
    "E549": (
        "封路后县级中心 {value} 不在任何可用道路旁",
        "改正封路范围",
        "with these closures hub {value} is on no usable road",
        "correct what is closed",
    ),
}
"""Code -> problem and remedy in Chinese, problem and remedy in English."""
