"""What tiers have to say, in Chinese and English: reasons U190 to U199, rules of handovers."""

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
}
"""Why goods bound for a station are left unserved."""

RULES: dict[str, Rule] = {
    "way_unknown": Rule(
        zh="方案没有说明 {place} 的配送方式，或其方式不存在：{detail}",
        en="the plan states no way, or an unknown one, for {place}: {detail}",
    ),
    "way_barred": Rule(
        zh="{place} 的配送方式 {detail} 不在允许之列",
        en="{place} goes by {detail}, which is not allowed there",
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
        zh="货运 {shipment} 在中转站 {place} 丢失：{detail} 未被运输",
        en="shipment {shipment} is lost at station {place}: nobody carries {detail}",
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
        zh="货运 {shipment} 经中转站 {place} 在途 {amount}，最多 {limit}",
        en="shipment {shipment} is under way for {amount} through station {place}, at most {limit} are allowed",
        unit="duration",
    ),
}
"""What the referee of tiers says, in the order in which it judges."""
