"""What tiers have to say, in Chinese and English: reasons U190 to U209, rules of handovers and of rides."""

from __future__ import annotations

from optimizer.errors import Sentence
from optimizer.violations import Rule

REASONS: dict[str, Sentence] = {
    "U190": Sentence(
        zh="经中转站 {station} 的两段中至少一段无路可走",
        en="there is no path for one of the legs through station {station}",
        fix_zh="改走其他方式，或补充连接道路",
        fix_en="let it go another way, or add a connecting road",
    ),
    "U191": Sentence(
        zh="中转站 {station} 不接收货品 {commodity}",
        en="station {station} takes no {commodity}",
        fix_zh="允许该货品，或改走其他方式",
        fix_en="allow the commodity there, or let it go another way",
    ),
    "U192": Sentence(
        zh="货物到达前中转站 {station} 已关门",
        en="station {station} closes before the goods arrive",
        fix_zh="延长开放时间，或改走其他方式",
        fix_en="open it for longer, or let the goods go another way",
    ),
    "U193": Sentence(
        zh="货物赶不上中转站 {station} 的任何交接时刻",
        en="the goods reach station {station} after its last moment of handing over",
        fix_zh="推迟交接时刻，或提早备货",
        fix_en="retime its handovers, or have the goods ready earlier",
    ),
    "U194": Sentence(
        zh="从中转站 {station} 接续运输赶不上期限",
        en="going on from station {station}, the goods would come too late",
        fix_zh="提早交接时刻，或改走其他方式",
        fix_en="retime its handovers, or let the goods go another way",
    ),
    "U195": Sentence(
        zh="经中转站 {station} 运输的总时长超过最长在途时间",
        en="through station {station} the goods would be under way for longer than they may",
        fix_zh="改为直送",
        fix_en="let them go direct",
    ),
    "U196": Sentence(
        zh="件数 {pieces} 超过中转站 {station} 每刻钟的处理能力 {limit}",
        en="{pieces} pieces are more than station {station} handles in a quarter of an hour ({limit})",
        fix_zh="拆分货运，或改走其他方式",
        fix_en="split the shipment, or let it go another way",
    ),
    "U197": Sentence(
        zh="中转站 {station} 的存放空间不足",
        en="station {station} has no room left to keep the goods",
        fix_zh="增加存放空间，或改走其他方式",
        fix_en="give it more room, or let some goods go another way",
    ),
    "U198": Sentence(
        zh="经中转站 {station} 的两段中有一段未能安排",
        en="one of the legs through station {station} could not be planned",
        fix_zh="增加车辆，或改走其他方式",
        fix_en="add a vehicle, or let it go another way",
    ),
    "U199": Sentence(
        zh="中转站 {station} 在货物续运前没有空余的处理能力",
        en="station {station} is too busy to handle the goods before they go on",
        fix_zh="提高处理能力，或错开交接时刻",
        fix_en="let it handle more, or spread its handovers",
    ),
    "U200": Sentence(
        zh="单件 {dimension} 为 {amount}，超过班线单件上限 {limit}",
        en="one piece has {amount} of {dimension}, more than any departure takes ({limit})",
        fix_zh="分成更轻的包件，或允许其他方式",
        fix_en="make lighter parcels of it, or allow another way",
    ),
    "U201": Sentence(
        zh="班线不承运货品 {commodity}",
        en="no departure takes {commodity}",
        fix_zh="允许班线承运该货品，或允许其他方式",
        fix_en="let the line take the commodity, or allow another way",
    ),
    "U202": Sentence(
        zh="没有班次从 {origin} 到 {destination}",
        en="no departure goes from {origin} to {destination}",
        fix_zh="增加停靠，或允许其他方式",
        fix_en="add a stop to a line, or allow another way",
    ),
    "U203": Sentence(
        zh="从 {origin} 到 {destination} 的班次都不在备货之后、期限之前和开放时间之内",
        en="no departure from {origin} to {destination} leaves after the goods are ready and arrives in time",
        fix_zh="提早备货，推迟期限，或允许其他方式",
        fix_en="have the goods ready earlier, let them come later, or allow another way",
    ),
    "U204": Sentence(
        zh="货物 {dimension} 为 {amount}，超过任何班次的空余 {limit}",
        en="the goods have {amount} of {dimension}, more than any departure has free ({limit})",
        fix_zh="拆分货运，或允许其他方式",
        fix_en="split the shipment, or allow another way",
    ),
    "U205": Sentence(
        zh="装卸需 {seconds} 秒，班次停靠时最多 {limit} 秒",
        en="handling takes {seconds} s, a stop of the line leaves at most {limit} s for it",
        fix_zh="延长停靠，或允许其他方式",
        fix_en="let it stop for longer, or allow another way",
    ),
    "U206": Sentence(
        zh="可乘的 {departures} 个班次都已被其他货物占用",
        en="the {departures} departures in question are taken by other goods",
        fix_zh="增加班次空间，或允许其他方式",
        fix_en="give the line more room, or allow another way",
    ),
    "U207": Sentence(
        zh="货物已锁定给车辆，不能走班线",
        en="the goods are locked to a vehicle and cannot go by line",
        fix_zh="解除锁定，或允许其他方式",
        fix_en="drop the lock, or allow another way",
    ),
    "U208": Sentence(
        zh="班线在途时间都超过最长在途时间 {limit} 秒",
        en="on every departure the goods would be under way for longer than their {limit} s",
        fix_zh="改为直送",
        fix_en="let them go direct",
    ),
    "U209": Sentence(
        zh="货物在中转站 {station} 处理完后没有赶得上的班次",
        en="no departure in time goes on from station {station} once the goods are handled",
        fix_zh="提早到站，或允许其他方式",
        fix_en="bring them there earlier, or allow another way",
    ),
}
"""Why goods bound for a station or a line are left unserved."""

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
