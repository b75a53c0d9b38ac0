"""What is wrong with candidate sites, codes E520 to E529: problem and remedy, Chinese, then English.

``scenarios.errors`` makes its sentences of these; nothing else reads them here.
"""

from __future__ import annotations

SENTENCES = {
    "E520": (
        "选址的输入有 {count} 处错误",
        "逐条改正后重新运行",
        "faults in what the siting is to go by: {count}",
        "mend them one by one and run again",
    ),
    "E521": (
        "{value} 是县级中心，不能作为备选点",
        "删去此行",
        "{value} is a hub and no candidate",
        "drop the row",
    ),
    "E522": (
        "要开 {value} 处，备选点只有 {most} 处",
        "减小 --open，或补充备选点",
        "{value} sites are to open of only {most} candidates",
        "open fewer, or add candidates",
    ),
    "E523": (
        "从县级中心到备选点 {value} 没有车辆能往返的道路",
        "检查坐标，补画道路或连接线，或删去此备选点",
        "no vehicle can drive from the hub to candidate {value} and back",
        "check its coordinates, add a road or connector, or drop it",
    ),
    "E524": (
        "没有备选点",
        "用 --candidates 给出备选点文件，或在 places.csv 中加入服务站",
        "there is no candidate",
        "give a file of candidates, or places of tier station in places.csv",
    ),
    "E525": (
        "车型 {value} 不能以服务站为驻地",
        "写 vehicles.csv 中类别为 own 且驻地在县级中心的车型",
        "vehicle type {value} cannot live at a station",
        "name a type of kind own in vehicles.csv that lives at a hub",
    ),
    "E526": (
        "没有任何一组备选点能满足要求",
        "放宽 --cover 或 --open，增加每日件数上限，或补充备选点",
        "no set of candidates does what is asked for",
        "ask for less, raise the pieces a day that candidates hold, or add candidates",
    ),
    "E527": (
        "没有限时保鲜的上行货物，预冷间无从选址",
        "在 commodities.csv 填写农产品的最长在途时间，并在 orders.csv 中加入其订单",
        "no goods with a longest time on board go up to a hub, so pre-cool rooms have nothing to cool",
        "give produce a longest time on board in commodities.csv, and orders of it",
    ),
    "E529": (
        "选址模型没有求出结果（{detail}）",
        "请报告此错误并附上场景和备选点文件",
        "the location model found nothing ({detail})",
        "please report this with the scenario and the file of candidates",
    ),
}
"""Code -> problem and remedy in Chinese, problem and remedy in English."""
