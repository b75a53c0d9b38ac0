"""The words of a stress test: headings, columns, and what it takes for granted."""

from __future__ import annotations

from scenarios.text import Text

WORDS: dict[str, Text] = {
    "title": Text("压力测试", "stress test"),
    "assumptions": Text("前提与假设", "assumptions"),
    "placeholder": Text("占位值，未经测量", "placeholder, not measured"),
    "sizes": Text("扰动的大小", "sizes of the disturbances"),
    "size": Text("项目", "size"),
    "value": Text("取值", "value"),
    "edit": Text(
        "改动 noise.toml 后用 --noise noise.toml 重新运行", "edit noise.toml and run again with --noise noise.toml"
    ),
    "days": Text("个模拟日", "simulated days"),
    "summary": Text("结果", "result"),
    "on_time": Text("准时件数占比", "share of pieces on time"),
    "quiet": Text("平静的一天", "on a quiet day"),
    "noisy": Text("有扰动时", "with disturbances"),
    "cost": Text("日均费用（元）", "mean cost a day (yuan)"),
    "hours_broken": Text("违反工时规则的天数占比", "days on which a rule of hours is broken"),
    "trunk_missed": Text("误了干线的件数（日均）", "pieces a day that miss the trunk"),
    "left": Text("误了发车的件数（日均）", "pieces a day that miss their trip"),
    "not_handed": Text("没有交接的件数占比", "share of pieces not handed over"),
    "unserved": Text("方案未服务（批）", "shipments the plan leaves"),
    "lateness": Text("比时限晚多少", "how late against the deadline"),
    "minutes_late": Text("比时限晚（分钟；负数为提前）", "minutes after the deadline (before it: negative)"),
    "share_of_pieces": Text("件数占比", "share of pieces"),
    "weakest": Text("最不可靠的站点", "the weakest visits"),
    "visits": Text("站点", "visits"),
    "shipments": Text("货运", "shipments"),
    "vehicles": Text("车辆", "vehicles"),
    "hardest": Text("最难守工时的车辆", "vehicles that find it hardest to keep their hours"),
    "vehicle": Text("车辆", "vehicle"),
    "trip": Text("第几趟", "trip"),
    "rank": Text("顺序", "rank"),
    "place": Text("地点", "place"),
    "planned": Text("计划", "planned"),
    "p50": Text("一半的日子不晚于", "half of the days by"),
    "p90": Text("九成的日子不晚于", "nine in ten by"),
    "chance": Text("准时概率", "chance on time"),
    "interval": Text("95% 区间", "95 % interval"),
    "low": Text("下限", "low"),
    "high": Text("上限", "high"),
    "closed": Text("到时已关门", "found closed"),
    "shipment": Text("货运编号", "shipment"),
    "brand": Text("品牌", "brand"),
    "pieces": Text("件数", "pieces"),
    "deadline": Text("时限", "deadline"),
    "missed_trip": Text("误了发车", "missed its trip"),
    "missed_trunk": Text("误了干线", "missed the trunk"),
    "overtime_mean": Text("平均加班（分钟）", "mean overtime (min)"),
    "overtime_p90": Text("九成的日子加班不超过（分钟）", "overtime, nine in ten days (min)"),
    "over_limit": Text("超过加班上限", "beyond the most overtime"),
    "shift_end": Text("超过班次结束", "beyond the shift's end"),
    "driving": Text("违反驾驶休息规则", "breaks the driving rule"),
    "roads": Text("封路影响最大的路段", "roads whose closing hurts most"),
    "no_roads": Text("封闭任何一段试过的路都不影响方案", "closing any road that was tried hurts nobody"),
    "number": Text("编号", "no."),
    "road": Text("道路", "road"),
    "road_class": Text("等级", "class"),
    "has_bridge": Text("含桥梁", "has a bridge"),
    "length_km": Text("长度 km", "km"),
    "isolated": Text("断联地点", "places cut off"),
    "isolated_pieces": Text("断联件数", "pieces cut off"),
    "late_pieces": Text("因绕行晚点件数", "pieces late by the way round"),
    "detour_min": Text("多行驶（分钟）", "more driving (min)"),
    "like": Text("与此号相近", "much like no."),
    "yes": Text("是", "yes"),
    "hub": Text("县级中心", "hub"),
    "cut_off": Text("编号 1 至 10 的路段封闭时断联", "cut off by one of the ten roads"),
    "served": Text("其他地点", "other places"),
    "buffers": Text("留余量的代价", "what it costs to be surer"),
    "buffer": Text("做法", "what is done"),
    "change": Text("比原方案多（元/日）", "more than the plan as it is (yuan a day)"),
    "frontier": Text("没有更优的做法", "no other is better"),
    "wanted": Text("期望", "wanted"),
    "all_buffers": Text("全部做法", "all that was tried"),
    "is_best": Text("最省且达到期望", "cheapest that reaches it"),
    "as_it_is": Text("原方案", "the plan as it is"),
    "ended": Text("提前停止：部分封路或做法没有试过", "ended early: some closures or buffers were not tried"),
}

POLICY: tuple[Text, ...] = (
    Text(
        "方案按原有先后顺序执行：准备好就走，不早于计划的装车时刻；休息和计划内的等待照旧，不另加休息，所以会有违反驾驶规则的日子；营业时间未到就等",
        "the plan is driven in its own order: people leave when ready, never load before the planned hour, keep rests "
        "and planned waits and take no others, so some days break the driving rule, and wait for places to open",
    ),
    Text(
        "行程时间是对数正态的：中位数为计划时间，全县同一天的路况共同波动，各路段另有自己的波动；同一路段当天两次经过一样快慢；"
        "飞行的时间不变",
        "travel times are log-normal with the planned time as median: one factor of the whole day and one of each leg; "
        "a leg driven twice a day is equally slow both times; what is flown keeps its time",
    ),
    Text(
        "同一品牌同一时刻到中心的货一起晚点（指数分布）；装车等到上限为止，没赶上的货当天不送；无品牌的货是库存，不会晚",
        "goods of one brand that reach a depot at one time are late together (exponential); loading waits up to the "
        "limit, what comes later is not delivered that day; goods without a brand are in stock and never late",
    ),
    Text(
        "到达时已关门的地点当天不再交接；车辆和装卸的时间照样花掉；中心为晚归的车辆延长开门",
        "a place found closed takes nothing that day, and the time is spent all the same; depots stay open for a "
        "vehicle that is late",
    ),
    Text(
        "每车每天至多故障一次，位置均匀分布在全天的行驶中；损失的时间固定，货物仍由该车送完",
        "a vehicle breaks down once a day at most, anywhere on its way; the time lost is fixed, and the goods still go "
        "with it",
    ),
    Text(
        "经服务站的货：晚到多少，就晚多少才能再走；接货的车等到上限为止，班车谁也不等；班车按时刻表行驶，服务站的处理能力不再重新排队",
        "goods that come late to a station go on as much later; the vehicle that takes them waits up to the limit, a "
        "scheduled departure for nobody; departures keep their timetable, and stations do not queue anew",
    ),
    Text(
        "装卸位按计划的先后使用；来得早的可以用晚到车辆空出的时段",
        "docks serve in the planned order; the gap that a late vehicle leaves may be used by others",
    ),
    Text(
        "准时：不晚于截止时间，下行货还不晚于承诺的时刻；方案自己就晚于承诺的，不晚于它预告的时刻加容差；上行货按截止时间算",
        "on time means by the due time, and for down goods by the promised hour; what the plan itself hands over later "
        "has the announced hour and the tolerance in place of the promise; up goods have their due time",
    ),
    Text(
        "断联按双向通行的路网判断，不看单行和禁止转弯；能绕行的路段只试载货最多的若干段，按原顺序绕行；"
        "封闭路段上的地点从最近的开放道路进入",
        "who is cut off is told on roads taken as open both ways, without one-way rules and banned turns; of roads "
        "with a way round only those with the most pieces on board are tried, and the plan drives round them in its "
        "own order; a place on a closed stretch is reached from the nearest open road",
    ),
    Text(
        "费用是模拟日的平均：固定、里程、计件同方案，工时和加班按实际；备用车只计最便宜自有车的固定费用，不含司机；"
        "方案没有送的货不计费用，也不算准时",
        "costs are means of the simulated days: fixed costs, distance and pay as planned, hours and overtime as they "
        "came; a spare vehicle costs the least fixed cost of the county's own vehicles, without a driver; goods that a "
        "plan leaves cost nothing here and are never on time",
    ),
    Text(
        "每个做法用自己预告的时刻衡量准时；所有做法面对同样的模拟日；每个方案求解同样久，费用之差含求解本身的误差",
        "each way of doing it is judged by the hours that it announces itself; all of them meet the same days; every "
        "plan is searched for as long, and differences in cost hold the search's own",
    ),
)
"""How the days are simulated, in the order in which it matters."""
