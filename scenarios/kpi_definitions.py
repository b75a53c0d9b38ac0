"""What every measure means, in both languages; reports print these texts beside the numbers.

Keys are the fields of ``scenarios.kpis.Kpis``; units tell how a value is to be shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.text import Text

UNITS = ("fen", "share", "count", "m", "s", "days", "l", "kwh", "kg")
"""Units of values: money in fen, shares from 0 to 1, all others as they are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """Name, meaning and unit of one measure; ``group`` orders tables, ``is_headline`` puts it on top.

    ``is_hidden_at_zero``: days on which it is 0 need no row of it in tables for people.
    """

    name: Text
    text: Text
    unit: str
    group: str
    is_headline: bool = False
    is_hidden_at_zero: bool = False


def _define(
    group: str,
    unit: str,
    name: tuple[str, str],
    text: tuple[str, str],
    *,
    is_headline: bool = False,
    is_hidden_at_zero: bool = False,
) -> Definition:
    return Definition(
        name=Text(*name),
        text=Text(*text),
        unit=unit,
        group=group,
        is_headline=is_headline,
        is_hidden_at_zero=is_hidden_at_zero,
    )


KPI_DEFINITIONS: dict[str, Definition] = {
    "cost_per_piece_fen": _define(
        "cost",
        "fen",
        ("单票成本", "cost per piece"),
        (
            "总成本 ÷ 已承运件数；每件无论经过几段运输只计一次；不含未服务惩罚；"
            "多日为各日成本之和 ÷ 件数之和，区间按线性化（delta 法）",
            "total cost / pieces carried, each piece counted once however many legs carry it; without penalties; over "
            "several days the sum of costs / the sum of pieces, with the interval of the delta method",
        ),
        is_headline=True,
    ),
    "operating_cost_fen": _define(
        "cost",
        "fen",
        ("总成本", "total cost"),
        (
            "出车、里程、时间、加班、计件付费、班线运费与操作费之和，不含惩罚",
            "vehicles, distance, time, overtime, pay by the piece, line fares and handling; no penalties",
        ),
        is_headline=True,
    ),
    "fixed_cost_fen": _define(
        "cost", "fen", ("出车费", "fixed cost"), ("出动的每辆车一次", "once for every vehicle that goes out")
    ),
    "distance_cost_fen": _define(
        "cost", "fen", ("里程费", "distance cost"), ("每辆车里程 × 每公里费用", "kilometres x rate, vehicle by vehicle")
    ),
    "time_cost_fen": _define(
        "cost",
        "fen",
        ("时间费", "time cost"),
        ("每辆车从首趟装车到末趟返回的小时数 × 每小时费用", "hours from first loading to last return x rate"),
    ),
    "overtime_cost_fen": _define(
        "cost",
        "fen",
        ("加班费", "overtime cost"),
        ("超出正常工时的小时数 × 加班加价", "hours beyond the regular ones x surcharge"),
    ),
    "pay_cost_fen": _define(
        "cost",
        "fen",
        ("计件付费", "pay by the piece"),
        (
            "按件雇用的车辆：件数 × 每件报酬，出车则不低于最低报酬；无此类车辆的日子为 0",
            "hired vehicles: pieces x rate, at least the minimum pay where one is driven; 0 on days without them",
        ),
        is_hidden_at_zero=True,
    ),
    "line_cost_fen": _define(
        "cost",
        "fen",
        ("班线运费", "fares of scheduled lines"),
        (
            "搭载货物的班次：每趟价格加件数 × 每件价格；无班线的日子为 0",
            "departures with goods on them: price per trip plus pieces x price per piece; 0 on days without lines",
        ),
        is_hidden_at_zero=True,
    ),
    "handling_cost_fen": _define(
        "cost", "fen", ("操作费", "handling cost"), ("已承运货物的操作费之和", "handling of all goods carried")
    ),
    "vehicles": _define(
        "work",
        "count",
        ("出动车辆", "vehicles"),
        ("至少出一趟车的车辆数", "vehicles with at least one trip"),
        is_headline=True,
    ),
    "trips": _define(
        "work",
        "count",
        ("趟数", "trips"),
        ("从装车点出发到返回为一趟", "one trip is from depot to depot"),
        is_headline=True,
    ),
    "visits": _define("work", "count", ("到访次数", "visits"), ("在地点停靠服务的次数", "services at places")),
    "distance_m": _define(
        "work", "m", ("总里程", "distance"), ("所有趟次的里程之和", "metres of all trips"), is_headline=True
    ),
    "duration_s": _define(
        "work",
        "s",
        ("工作时长", "paid hours"),
        ("每辆车从首趟装车到末趟返回，全部相加", "from first loading to last return, summed over vehicles"),
    ),
    "driving_s": _define("work", "s", ("驾驶时长", "driving hours"), ("在途行驶时间之和", "time at the wheel")),
    "pieces": _define(
        "work", "count", ("件数", "pieces"), ("当日全部件数，上下行合计", "all pieces of the day, both ways")
    ),
    "carried_pieces": _define(
        "work", "count", ("承运件数", "pieces carried"), ("方案中已承运的件数", "pieces that the plan carries")
    ),
    "unserved_shipments": _define(
        "service",
        "count",
        ("未服务货运", "unserved shipments"),
        ("未能安排的货运数", "shipments left behind, each with its reason"),
        is_headline=True,
    ),
    "unserved_pieces": _define(
        "service", "count", ("未服务件数", "unserved pieces"), ("未能安排的件数", "pieces left behind")
    ),
    "load_factor_down": _define(
        "efficiency",
        "share",
        ("下行满载率", "load factor down"),
        (
            "各装载维度中 Σ(下行载荷 × 公里) ÷ Σ(容量 × 公里) 的最大值",
            "highest over load dimensions of sum(down load x km) / sum(capacity x km)",
        ),
        is_headline=True,
    ),
    "load_factor_up": _define(
        "efficiency",
        "share",
        ("上行满载率", "load factor up"),
        (
            "各装载维度中 Σ(上行载荷 × 公里) ÷ Σ(容量 × 公里) 的最大值",
            "highest over load dimensions of sum(up load x km) / sum(capacity x km)",
        ),
    ),
    "empty_share": _define(
        "efficiency",
        "share",
        ("空驶率", "empty share"),
        ("车上没有货物的公里 ÷ 总公里", "km with nothing on board / all km"),
        is_headline=True,
    ),
    "co_delivery_share": _define(
        "efficiency",
        "share",
        ("共配率", "co-delivery share"),
        (
            "载有两个及以上品牌的趟次所运件数 ÷ 全部件数",
            "pieces on trips that carry two brands or more / all pieces of the day",
        ),
        is_headline=True,
    ),
    "coverage": _define(
        "service",
        "share",
        ("覆盖率", "coverage"),
        (
            "每周到访不少于 f 次的行政村 ÷ 全部行政村；以当日每周重复的运营天数折算，f 与天数见政策设置",
            "administrative villages with at least f visits a week / all of them; the day is taken as repeated on "
            "every service day of the week, f and the days are set in the policy",
        ),
        is_headline=True,
    ),
    "timeliness_p50_s": _define(
        "service",
        "s",
        ("时效 P50", "timeliness P50"),
        (
            "从县中心可装时刻到村交接开始，半数下行件不超过此时长",
            "hub ready time to beginning of handover that half of the carried down pieces do not exceed",
        ),
        is_headline=True,
    ),
    "timeliness_p90_s": _define(
        "service",
        "s",
        ("时效 P90", "timeliness P90"),
        (
            "从县中心可装时刻到村交接开始，九成下行件不超过此时长",
            "hub ready time to beginning of handover that 90 % of the carried down pieces do not exceed",
        ),
    ),
    "on_time_share": _define(
        "service",
        "share",
        ("准时率", "on-time share"),
        (
            "在承诺时刻和截止时刻之前交接的下行件 ÷ 全部下行件；未服务的计为不准时",
            "down pieces handed over by the promised hour and their due time / all down pieces; unserved is late",
        ),
        is_headline=True,
    ),
    "freshness_kept": _define(
        "service",
        "share",
        ("鲜货剩余时限", "time left of fresh goods"),
        (
            "有最长在途时限的货物送达时剩余时限的占比，按件平均：1 - 在途时长 ÷ 时限；未服务的计为 0；"
            "不是完好送达的比例：按时送达的也低于 100%",
            "share of the longest time on board that is left on arrival, mean over the pieces that have such a limit: "
            "1 - time on board / that time; unserved counts as 0; no share of goods that arrive sound: goods in time "
            "stand below 100 % too",
        ),
    ),
    "worst_decile_s": _define(
        "equity",
        "s",
        ("最差一成村时效", "worst-served decile"),
        (
            "按村计算每件平均时长，取最长的一成村（向上取整）的平均；未服务件计到当日 24:00",
            "mean time a piece by village, averaged over the tenth of villages (rounded up) where it is longest; "
            "unserved pieces count until 24:00",
        ),
    ),
    "days_between_visits": _define(
        "equity",
        "days",
        ("到访间隔", "days between visits"),
        (
            "7 ÷（当日到访次数 × 每周运营天数），对当日到访的行政村取平均",
            "7 / (visits of the day x service days a week), mean over the administrative villages visited",
        ),
    ),
    "longest_gap_days": _define(
        "equity",
        "days",
        ("最长未到访天数", "longest gap"),
        (
            "当日结束时距上次到访的最多天数；仅计填写了上次到访的行政村",
            "most days since the last visit at the end of the day; villages that state their last visit",
        ),
    ),
    "pickup_distance_m": _define(
        "equity",
        "m",
        ("取件距离", "distance to the pickup point"),
        (
            "住户到取件点的距离，按人口加权平均；仅计填写了的地点",
            "from the homes to the pickup point, mean weighted by inhabitants; places that state it",
        ),
    ),
    "diesel_l": _define(
        "energy",
        "l",
        ("柴油", "diesel"),
        ("按坡度、速度和载重估算；无能耗矩阵时按百公里能耗", "by slope, speed and load; else by the figure per 100 km"),
    ),
    "petrol_l": _define("energy", "l", ("汽油", "petrol"), ("估算方法同柴油", "estimated as diesel")),
    "electricity_kwh": _define("energy", "kwh", ("用电", "electricity"), ("估算方法同柴油", "estimated as diesel")),
    "co2_combustion_kg": _define(
        "energy",
        "kg",
        ("CO2（仅化石燃料燃烧）", "CO2, fossil combustion only"),
        (
            "只计化石燃料燃烧，电动车为零（口径同 GB/T 46531-2025）：柴油 2.60、汽油 2.14 kg/L",
            "tank to wheel, fossil combustion only, electric vehicles zero (scope of GB/T 46531-2025): "
            "diesel 2.60, petrol 2.14 kg/l",
        ),
        is_headline=True,
    ),
    "co2_well_to_wheel_kg": _define(
        "energy",
        "kg",
        ("CO2e（含燃料和电力的生产）", "CO2e, well to wheel"),
        (
            "含燃料生产（EN 16258：柴油 3.80、汽油 3.74 kg/kg）和发电（2023 年电网平均因子）",
            "with the making of fuel (EN 16258: diesel 3.80, petrol 3.74 kg/kg) and of electricity (2023 grid average)",
        ),
    ),
}
"""Definitions by field of ``Kpis``, in the order in which reports show them."""
