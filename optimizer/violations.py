"""The rules of a plan by name, and what the referee says when one is broken, in Chinese and English.

A rule's name is its key in ``RULES`` and never changes; sentences may.
"""

from __future__ import annotations

from dataclasses import dataclass

SECONDS_PER_H, SECONDS_PER_MIN = 3_600, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a broken rule reads like; ``{amount}`` and ``{limit}`` are shown in ``unit``.

    ``unit``: "clock" for moments, "duration" for seconds, "fen" for money, "plain" otherwise.
    """

    zh: str
    en: str
    unit: str = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One rule broken once: by whom, where, when, and how far.

    ``amount`` is what the plan has, ``limit`` what the rule asks for; both are seconds,
    metres, fen or load units as the rule's sentence says. ``detail`` names what else is
    involved: a load dimension, a compartment, another shipment or vehicle.
    """

    rule: str
    shipment: str = ""
    vehicle: str = ""
    place: str = ""
    time_s: int | None = None
    amount: int | None = None
    limit: int | None = None
    detail: str = ""

    def render(self, lang: str) -> str:
        """Return the sentence in ``lang`` ("zh" or "en"), with the rule's name in front."""
        rule = RULES[self.rule]
        sentence = (rule.zh if lang == "zh" else rule.en).format_map(
            {
                "shipment": self.shipment,
                "vehicle": self.vehicle,
                "place": self.place,
                "time": clock(self.time_s),
                "amount": _shown(self.amount, rule.unit, lang),
                "limit": _shown(self.limit, rule.unit, lang),
                "detail": self.detail,
            }
        )
        return f"[{self.rule}] {sentence}"


def clock(time_s: int | None) -> str:
    """Return a moment as HH:MM or HH:MM:SS; hours run on past midnight, "-" is no moment."""
    if time_s is None:
        return "-"
    sign, time_s = ("-", -time_s) if time_s < 0 else ("", time_s)
    hours, rest = divmod(time_s, SECONDS_PER_H)
    minutes, seconds = divmod(rest, SECONDS_PER_MIN)
    return f"{sign}{hours:02d}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")


def duration(seconds: int | None, lang: str) -> str:
    """Return a length of time as "1 h 5 min 3 s" or "1小时5分3秒"; "-" is no time given."""
    if seconds is None:
        return "-"
    sign, left = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, rest = divmod(left, SECONDS_PER_H)
    minutes, last = divmod(rest, SECONDS_PER_MIN)
    units = ("小时", "分", "秒") if lang == "zh" else (" h", " min", " s")
    parts = [f"{n}{unit}" for n, unit in zip((hours, minutes, last), units, strict=True) if n]
    return sign + ("" if lang == "zh" else " ").join(parts or [f"0{units[2]}"])


def _shown(value: int | None, unit: str, lang: str) -> str:
    if unit == "clock":
        return clock(value)
    if unit == "duration":
        return duration(value, lang)
    return "-" if value is None else str(value)


RULES: dict[str, Rule] = {
    # what the plan names exists
    "unknown_vehicle_type": Rule(
        zh="车辆 {vehicle} 的车型 {detail} 不存在",
        en="vehicle {vehicle} is of unknown type {detail}",
    ),
    "unknown_place": Rule(
        zh="车辆 {vehicle} 的行程中有不存在的地点 {place}",
        en="a trip of vehicle {vehicle} names unknown place {place}",
    ),
    "unknown_shipment": Rule(
        zh="方案提到不存在的货运 {shipment}（车辆 {vehicle}，地点 {place}）",
        en="the plan names unknown shipment {shipment} (vehicle {vehicle}, place {place})",
    ),
    # every shipment once
    "not_served": Rule(
        zh="货运 {shipment} 既未配送，也未列入未服务清单",
        en="shipment {shipment} is neither carried nor listed as unserved",
    ),
    "served_twice": Rule(
        zh="货运 {shipment} 被安排 {amount} 次，只能 {limit} 次",
        en="shipment {shipment} is carried {amount} times, {limit} is right",
    ),
    "listed_twice": Rule(
        zh="货运 {shipment} 在未服务清单中出现 {amount} 次，只能 {limit} 次",
        en="shipment {shipment} is listed as unserved {amount} times, {limit} is right",
    ),
    "served_and_listed": Rule(
        zh="货运 {shipment} 已配送，却又列入未服务清单",
        en="shipment {shipment} is carried and listed as unserved as well",
    ),
    "mentioned_twice": Rule(
        zh="车辆 {vehicle} 在 {place} 重复交接货运 {shipment}（一趟中 {amount} 次）",
        en="vehicle {vehicle} hands over shipment {shipment} again at {place} ({amount} times on one trip)",
    ),
    "wrong_origin": Rule(
        zh="货运 {shipment} 在 {place} 装上车辆 {vehicle}，但它的起点是 {detail}",
        en="shipment {shipment} is loaded on vehicle {vehicle} at {place}, but it starts at {detail}",
    ),
    "wrong_destination": Rule(
        zh="货运 {shipment} 由车辆 {vehicle} 在 {place} 交付，但它的终点是 {detail}",
        en="shipment {shipment} is handed over by vehicle {vehicle} at {place}, but it ends at {detail}",
    ),
    "delivered_before_collected": Rule(
        zh="货运 {shipment} 在 {place} 交付时（{time}）车辆 {vehicle} 还没有取到它",
        en="shipment {shipment} is delivered at {place} at {time} before vehicle {vehicle} has collected it",
    ),
    # the fleet
    "vehicle_number": Rule(
        zh="车辆 {vehicle} 的编号 {amount} 超出该车型的数量 {limit}",
        en="vehicle {vehicle} has number {amount}, but there are {limit} of its type",
    ),
    "vehicle_twice": Rule(
        zh="车辆 {vehicle} 有 {amount} 条路线，只能有 {limit} 条",
        en="vehicle {vehicle} has {amount} routes, {limit} is right",
    ),
    "home_depot": Rule(
        zh="车辆 {vehicle} 的一趟起讫于 {place}，不是它的驻地 {detail}",
        en="a trip of vehicle {vehicle} starts or ends at {place}, not at its home depot {detail}",
    ),
    "end_place": Rule(
        zh="车辆 {vehicle} 的行程结束于 {place}，应当结束于 {detail}",
        en="the trip of vehicle {vehicle} ends at {place}, it must end at {detail}",
    ),
    "max_trips": Rule(
        zh="车辆 {vehicle} 跑 {amount} 趟，最多 {limit} 趟",
        en="vehicle {vehicle} makes {amount} trips, at most {limit} are allowed",
    ),
    "vehicle_access": Rule(
        zh="车辆 {vehicle} 不得进入 {place}（{time}）",
        en="vehicle {vehicle} may not call at {place} ({time})",
    ),
    # times of a trip
    "unreachable": Rule(
        zh="车辆 {vehicle} 从 {detail} 到 {place} 无路可走（{time} 出发）",
        en="there is no path for vehicle {vehicle} from {detail} to {place} (leaving at {time})",
    ),
    "travel_time": Rule(
        zh="车辆 {vehicle} 从 {detail} 到 {place} 用时 {amount}，行驶应为 {limit}",
        en="vehicle {vehicle} goes from {detail} to {place} in {amount}, the drive takes {limit}",
        unit="duration",
    ),
    "time_order": Rule(
        zh="车辆 {vehicle} 在 {place} 的时刻颠倒：{detail}（{amount} 早于 {limit}）",
        en="times of vehicle {vehicle} at {place} run backwards: {detail} ({amount} is before {limit})",
        unit="clock",
    ),
    "service_time": Rule(
        zh="车辆 {vehicle} 在 {place} 的服务时长为 {amount}，应为 {limit}（{time} 开始）",
        en="service of vehicle {vehicle} at {place} takes {amount}, {limit} is right (from {time})",
        unit="duration",
    ),
    "loading_time": Rule(
        zh="车辆 {vehicle} 在 {place} 装车只留了 {amount}，需要 {limit}（{time} 开始）",
        en="vehicle {vehicle} leaves {amount} for loading at {place}, {limit} is needed (from {time})",
        unit="duration",
    ),
    "trip_overlap": Rule(
        zh="车辆 {vehicle} 的下一趟 {amount} 开始装车，上一趟 {limit} 才返回 {place}",
        en="the next trip of vehicle {vehicle} starts loading at {amount}, the last returns to {place} at {limit}",
        unit="clock",
    ),
    "cleaning": Rule(
        zh="车辆 {vehicle} 在 {place} 装 {detail} 前需清洗 {limit}，两趟之间只有 {amount}（{time} 装车）",
        en="vehicle {vehicle} needs {limit} of cleaning at {place} before {detail}, "
        "there is {amount} between the trips (loading at {time})",
        unit="duration",
    ),
    # windows, ready and due
    "loading_window": Rule(
        zh="车辆 {vehicle} 于 {time} 在 {place} 开始装车，不在该仓的营业时间内",
        en="vehicle {vehicle} begins loading at {place} at {time}, outside the opening hours of the depot",
    ),
    "return_window": Rule(
        zh="车辆 {vehicle} 于 {time} 返回 {place}，不在该仓的营业时间内",
        en="vehicle {vehicle} returns to {place} at {time}, outside the opening hours of the depot",
    ),
    "place_window": Rule(
        zh="车辆 {vehicle} 在 {place} 于 {time} 开始服务，不在该地点的时间窗内",
        en="vehicle {vehicle} begins service at {place} at {time}, outside the windows of the place",
    ),
    "pickup_window": Rule(
        zh="货运 {shipment} 于 {time} 在 {place} 被取走（车辆 {vehicle}），不在其取货时间窗内",
        en="shipment {shipment} is collected at {place} at {time} by vehicle {vehicle}, outside its pickup windows",
    ),
    "delivery_window": Rule(
        zh="货运 {shipment} 于 {time} 在 {place} 交付（车辆 {vehicle}），不在其交付时间窗内",
        en="shipment {shipment} is delivered at {place} at {time} by vehicle {vehicle}, outside its delivery windows",
    ),
    "ready": Rule(
        zh="货运 {shipment} 于 {amount} 在 {place} 装上车辆 {vehicle}，但 {limit} 才备好",
        en="shipment {shipment} is loaded on vehicle {vehicle} at {place} at {amount}, but is ready at {limit}",
        unit="clock",
    ),
    "due": Rule(
        zh="货运 {shipment} 于 {amount} 由车辆 {vehicle} 送达 {place}，期限是 {limit}",
        en="shipment {shipment} reaches {place} with vehicle {vehicle} at {amount}, due at {limit}",
        unit="clock",
    ),
    "time_on_board": Rule(
        zh="货运 {shipment} 在车辆 {vehicle} 上停留 {amount}，最多 {limit}",
        en="shipment {shipment} is {amount} on board vehicle {vehicle}, at most {limit} are allowed",
        unit="duration",
    ),
    # the driver's day
    "shift_start": Rule(
        zh="车辆 {vehicle} 于 {amount} 开始装车，班次 {limit} 才开始",
        en="vehicle {vehicle} starts loading at {amount}, its shift begins at {limit}",
        unit="clock",
    ),
    "shift_end": Rule(
        zh="车辆 {vehicle} 于 {amount} 返回，班次 {limit} 已结束",
        en="vehicle {vehicle} returns at {amount}, its shift ends at {limit}",
        unit="clock",
    ),
    "overtime": Rule(
        zh="车辆 {vehicle} 加班 {amount}，最多 {limit}",
        en="vehicle {vehicle} works {amount} of overtime, at most {limit} are allowed",
        unit="duration",
    ),
    "driving": Rule(
        zh="车辆 {vehicle} 到达 {place} 时（{time}）已连续驾驶 {amount}，未休息不得超过 {limit}",
        en="vehicle {vehicle} reaches {place} at {time} after {amount} of driving without a rest, limit {limit}",
        unit="duration",
    ),
    "daily_driving": Rule(
        zh="车辆 {vehicle} 当天驾驶 {amount}，最多 {limit}",
        en="vehicle {vehicle} drives {amount} that day, at most {limit} are allowed",
        unit="duration",
    ),
    "range": Rule(
        zh="车辆 {vehicle} 行驶 {amount} 米，续航只有 {limit} 米",
        en="vehicle {vehicle} drives {amount} m, its range is {limit} m",
    ),
    "trip_range": Rule(
        zh="车辆 {vehicle} 在 {time} 出发的一趟行驶 {amount} 米，一次充电只能行驶 {limit} 米",
        en="vehicle {vehicle} drives {amount} m on its trip at {time}, one charge is enough for {limit} m",
    ),
    # loads
    "capacity": Rule(
        zh="车辆 {vehicle} 的 {detail} 在离开 {place} 时（{time}）装载 {amount}，容量 {limit}",
        en="vehicle {vehicle} has {amount} of {detail} on board leaving {place} at {time}, capacity {limit}",
    ),
    "stowage_missing": Rule(
        zh="车辆 {vehicle} 上的货运 {shipment} 没有指定货厢（{time} 装车）",
        en="shipment {shipment} on vehicle {vehicle} has no compartment (loading at {time})",
    ),
    "stowage_unknown": Rule(
        zh="车辆 {vehicle} 的装载表把 {shipment} 放进 {detail}，但该货厢不存在、货不在车上或重复列出",
        en="the stowage of vehicle {vehicle} puts {shipment} into {detail}: "
        "no such compartment, not on board, or listed twice",
    ),
    "stowage_commodity": Rule(
        zh="车辆 {vehicle} 的货厢 {detail} 不得装载货运 {shipment} 的货品",
        en="compartment {detail} of vehicle {vehicle} may not hold the goods of shipment {shipment}",
    ),
    "conflict": Rule(
        zh="货运 {shipment} 与 {detail} 不得在车辆 {vehicle} 上同趟运输而无密封隔离（{time} 装车）",
        en="shipments {shipment} and {detail} may not ride together on vehicle {vehicle} "
        "without a sealed wall (loading at {time})",
    ),
    "deliveries_first": Rule(
        zh="车辆 {vehicle} 须先送后取，却在 {place}（{time}）于最后一次交付前取货 {shipment}",
        en="vehicle {vehicle} delivers before it collects, but takes {shipment} at {place} at {time}, "
        "before its last delivery",
    ),
    "shelf": Rule(
        zh="当天送到 {place} 的 {detail} 共 {amount}，货架只能放 {limit}",
        en="{amount} of {detail} are delivered to {place} that day, its shelf holds {limit}",
    ),
    "docks": Rule(
        zh="车辆 {vehicle} 于 {time} 在 {place} 装车时有 {amount} 辆车同时装车，装车位只有 {limit} 个",
        en="{amount} vehicles load at {place} when {vehicle} begins at {time}, there are {limit} docks",
    ),
    # decisions already taken
    "lock_vehicle": Rule(
        zh="货运 {shipment} 锁定由 {detail} 运输，却在车辆 {vehicle} 上",
        en="shipment {shipment} is locked to {detail}, but rides on vehicle {vehicle}",
    ),
    "lock_after": Rule(
        zh="货运 {shipment} 锁定在 {detail} 之后交接于同一路线，车辆 {vehicle} 没有做到（{place}，{time}）",
        en="shipment {shipment} is locked to come after {detail} on one route, "
        "vehicle {vehicle} does not ({place}, {time})",
    ),
    "lock_window": Rule(
        zh="货运 {shipment} 锁定的时间窗是 {detail}，车辆 {vehicle} 于 {time} 在 {place} 开始服务",
        en="shipment {shipment} is locked to {detail}, but vehicle {vehicle} begins service at {place} at {time}",
    ),
    # money
    "cost": Rule(
        zh="方案所载的 {detail} 为 {amount} 分，重新核算为 {limit} 分",
        en="the plan states {detail} of {amount} fen, re-derived {limit} fen",
    ),
}
"""One sentence a rule, in the order in which the referee judges."""
