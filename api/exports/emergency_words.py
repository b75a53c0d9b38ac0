"""The words of an emergency: of the page, the tables and the terminal."""

from __future__ import annotations

from scenarios.text import Text

WORDS: dict[str, Text] = {
    "who": Text("谁被隔断", "who is cut off"),
    "nobody": Text("封路没有隔断任何地点", "the closures cut nobody off"),
    "area": Text("片区", "area"),
    "places": Text("地点", "places"),
    "pieces": Text("当天件数", "pieces that day"),
    "weight": Text("重量 kg", "weight kg"),
    "before": Text("原车程", "drive before"),
    "after": Text("现车程", "drive now"),
    "names": Text("包括", "these are"),
    "vehicle_class": Text("车辆道路类别", "class of vehicles"),
    "by_class": Text("各类车辆到不了的地点", "what each class of vehicles cannot reach"),
    "longer": Text("仍可到达但更远", "still reached, but farther away"),
    "no_longer": Text("没有地点只是变远", "no place is merely farther away"),
    "assumptions": Text("前提与假设", "assumptions"),
    "placeholder": Text("占位值，未经测量", "placeholder, not measured"),
    "until": Text("封路到", "closed until"),
    "map": Text("断点与孤立片区", "the break and the isolated areas"),
    "hub": Text("县级中心", "hub"),
    "closed": Text("封闭路段", "closed road"),
    "relay": Text("人工接驳点", "relay on foot"),
    "relay_leg": Text("对岸车辆路线", "trips on the far side"),
    "flight": Text("无人机航线", "flights"),
    "drone_base": Text("无人机点", "drone base"),
    "cut_place": Text("被隔断的地点（按片区着色）", "places that are cut off, coloured by area"),
    "other_place": Text("其他地点", "other places"),
    "crossings": Text("怎样过断点", "ways across"),
    "walk": Text("步行", "walk"),
    "compare": Text("过断点方式对比（同一天）", "ways across compared, on the same day"),
    "means": Text("方式", "means"),
    "class": Text("等级", "class"),
    "brought": Text("过断点件数", "pieces brought across"),
    "villages": Text("到达地点", "places reached"),
    "first": Text("最早送达", "first delivery"),
    "mean": Text("平均送达", "mean delivery"),
    "cost": Text("全天费用（元）", "whole day's cost (yuan)"),
    "share": Text("送达比例", "share brought"),
    "plan": Text("执行方案", "the plan to go by"),
    "hurried": Text(
        "首要等级先到：{name}平均 {now} 送达，不赶时间为 {then}；全天费用 {cost} 元，过断点件数 {more}",
        "the first class comes sooner: {name} at {now} on average instead of {then}; the day's cost {cost} "
        "yuan, pieces across {more}",
    ),
    "sheets": Text("司机用的派车单、装车单和交接单", "run sheets, loading lists and handover slips"),
    "report": Text("全县当天报告", "the whole county's day"),
    "left": Text("没有过去的货物", "what is left behind"),
    "all_brought": Text("所有货物都能过去", "everything is brought across"),
    "reason": Text("原因", "reason"),
    "remedy": Text("最省的办法", "cheapest remedy"),
    "waiting": Text(
        "接驳点当天装不下 {pieces} 件（按等级从低到高让出），留待次日或由无人机运送",
        "{pieces} pieces find no room at the relays that day (lower classes give way first); they wait, or fly",
    ),
    "more": Text("再多一辆车或一架无人机", "one vehicle or drone more"),
    "more_gain": Text("多过件数", "more pieces"),
    "more_places": Text("多到地点", "more places"),
    "more_cost": Text("多花（元）", "costs more (yuan)"),
    "no_more": Text("全部货物已过断点，增加车辆没有必要", "everything crosses, so none is needed"),
    "stopped": Text("计算被提前停止，只含已完成的方案", "stopped early: only the plans that were done"),
    "trip": Text("行程", "trip"),
    "vehicle": Text("车辆", "vehicle"),
    "from": Text("出发", "leaves"),
    "calls": Text("依次到达", "calls at"),
    "across_trips": Text("过断点和对岸的行程", "trips to the break, over it and beyond"),
    "sentence": Text(
        "{places} 个地点、{pieces} 件被隔断；执行方案送到 {villages} 个地点、{carried} 件过断点",
        "{places} places with {pieces} pieces are cut off; the plan reaches {villages} places, and {carried} cross",
    ),
    "within": Text("有一端被隔断的货物才需要过断点", "goods cross the break if one of their ends is cut off"),
}
"""Words by key."""

AREA_COLORS = ("#c2410c", "#6a4fb0", "#0b7a75", "#b5367a", "#8a5a2b", "#28407a")
"""Of isolated areas, the largest first; later ones begin again."""
