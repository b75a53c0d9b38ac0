"""What the referee of tiers has to say, in Chinese and English: rules of handovers and of rides."""

from __future__ import annotations

from optimizer.tier_reasons import TIER_REASONS as REASONS
from optimizer.violations import Rule

__all__ = ["REASONS", "RULES", "WORDS"]

WORDS = {"arrival": ("到达时刻", "arrival"), "departure": ("离开时刻", "departure")}
"""Details that are words, in Chinese and English; all other details are names."""

RULES: dict[str, Rule] = {
    "way_unknown": Rule(
        zh="方案没有说明 {place} 的配送方式，或其方式不存在：{detail}",
        en="the plan states no way, or an unknown one, for {place}: {detail}",
    ),
    "way_barred": Rule(
        zh="{place} 的配送方式 {detail} 不在允许之列",
        en="{place} goes by {detail}, which is not allowed there",
    ),
    "exception_barred": Rule(
        zh="货运 {shipment} 例外走 {detail}，{place} 不允许这样走",
        en="shipment {shipment} goes by {detail} as an exception, which is not allowed at {place}",
    ),
    "not_together": Rule(
        zh="{place} 与 {detail} 必须同路，方案却分开了",
        en="{place} and {detail} must go the same way, but do not",
    ),
    "station_commodity": Rule(
        zh="货运 {shipment}（{detail}）经过中转站 {place}，该站不接收此货品",
        en="shipment {shipment} ({detail}) passes through station {place}, which takes no such goods",
    ),
    "lost": Rule(
        zh="货运 {shipment} 在 {place} 丢失：{detail} 未被运输",
        en="shipment {shipment} is lost at {place}: nobody carries {detail}",
    ),
    "doubled": Rule(
        zh="货运 {shipment} 的 {detail} 被运输 {amount} 次，只能 {limit} 次",
        en="{detail} of shipment {shipment} is carried {amount} times, {limit} is right",
    ),
    "handover_count": Rule(
        zh="货运 {shipment} 在 {place} 的交接记录有 {amount} 条，应为 {limit} 条",
        en="shipment {shipment} has {amount} handovers at {place} in the plan, {limit} is right",
    ),
    "handover_stated": Rule(
        zh="货运 {shipment} 在 {place} 的交接所载{detail}为 {amount}，行程中为 {limit}",
        en="the handover of shipment {shipment} at {place} states {detail} {amount}, the trips have {limit}",
        unit="clock",
    ),
    "left_before_ready": Rule(
        zh="货运 {shipment} 于 {amount} 在中转站 {place} 被取走或处理完，最早 {limit} 才可以",
        en="shipment {shipment} is handled or leaves at station {place} at {amount}, possible from {limit}",
        unit="clock",
    ),
    "station_closed": Rule(
        zh="货运 {shipment} 于 {time} 在中转站 {place} 处理，该站此时不开放",
        en="shipment {shipment} is handled at station {place} at {time}, when the station is closed",
    ),
    "throughput": Rule(
        zh="中转站 {place} 从 {time} 起的一刻钟处理 {amount} 件，最多 {limit} 件",
        en="station {place} handles {amount} pieces in the quarter of an hour from {time}, at most {limit} are allowed",
    ),
    "storage": Rule(
        zh="中转站 {place} 于 {time} 存放 {detail} {amount}，最多 {limit}",
        en="station {place} keeps {amount} of {detail} at {time}, it has room for {limit}",
    ),
    "freshness": Rule(
        zh="货运 {shipment} 在途 {amount}，最多 {limit}",
        en="shipment {shipment} is under way for {amount}, at most {limit} are allowed",
        unit="duration",
    ),
    "ride_unknown": Rule(
        zh="货运 {shipment} 所乘的班次 {departure} 不存在",
        en="shipment {shipment} rides departure {departure}, which does not exist",
    ),
    "ride_unasked": Rule(
        zh="货运 {shipment} 不走班线，方案却让它乘班次 {departure}",
        en="shipment {shipment} does not go by line, but rides departure {departure}",
    ),
    "ride_stops": Rule(
        zh="班次 {departure} 不能把货运 {shipment} 从 {place} 带到 {detail}，或这不是它的行程",
        en="departure {departure} does not go from {place} to {detail}, or shipment {shipment} does not",
    ),
    "ride_stated": Rule(
        zh="方案称货运 {shipment} 在 {place} 的{detail}为 {amount}，班次 {departure} 的时刻表为 {limit}",
        en="for shipment {shipment} at {place} the plan states {detail} {amount}, departure {departure} has {limit}",
        unit="clock",
    ),
    "ride_room": Rule(
        zh="班次 {departure} 于 {time} 离开 {place} 时载有 {detail} {amount}，只有 {limit} 的空余",
        en="departure {departure} leaves {place} at {time} with {amount} of {detail}, it has room for {limit}",
    ),
    "ride_piece": Rule(
        zh="货运 {shipment} 单件 {detail} 为 {amount}，班次 {departure} 最多 {limit}",
        en="a piece of shipment {shipment} has {amount} of {detail}, departure {departure} takes {limit}",
    ),
    "ride_commodity": Rule(
        zh="货运 {shipment}（{detail}）乘班次 {departure}，该班次不承运此货品",
        en="shipment {shipment} ({detail}) rides departure {departure}, which takes no such goods",
    ),
    "ride_conflict": Rule(
        zh="货运 {shipment} 与 {detail} 不得同乘，却都在班次 {departure} 上",
        en="shipments {shipment} and {detail} must not meet, but both ride departure {departure}",
    ),
    "ride_dwell": Rule(
        zh="班次 {departure} 于 {time} 停靠 {place}，装卸需 {amount}，最多 {limit}",
        en="departure {departure} calls at {place} at {time} and handles goods for {amount}, it has {limit} for it",
        unit="duration",
    ),
    "ride_locked": Rule(
        zh="货运 {shipment} 已锁定给车辆，却乘班次 {departure}",
        en="shipment {shipment} is locked to a vehicle, but rides departure {departure}",
    ),
    "ride_early": Rule(
        zh="货运 {shipment} 于 {amount} 乘班次 {departure}，{limit} 才备好",
        en="shipment {shipment} rides departure {departure} at {amount}, but is ready from {limit}",
        unit="clock",
    ),
    "ride_late": Rule(
        zh="货运 {shipment} 随班次 {departure} 于 {amount} 到达，期限为 {limit}",
        en="shipment {shipment} arrives with departure {departure} at {amount}, due by {limit}",
        unit="clock",
    ),
    "ride_window": Rule(
        zh="货运 {shipment} 于 {time} 在 {place} 与班次 {departure} 交接，此时不在时间窗内",
        en="shipment {shipment} is handed over at {place} at {time} with departure {departure}, outside its windows",
    ),
}
"""What the referee of tiers says, in the order in which it judges."""
