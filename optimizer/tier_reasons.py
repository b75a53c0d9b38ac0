"""Why goods bound for a station or a line are left unserved (U190 to U209), and what would help (R190).

Kept apart from ``optimizer.tiers``, so that whoever words reasons need not know how tiers are planned.
"""

from __future__ import annotations

from optimizer.errors import Sentence

TIER_REASONS: dict[str, Sentence] = {
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
        zh="装卸需 {handling_s}，班次停靠时最多 {dwell_s}",
        en="handling takes {handling_s}, a stop of the line leaves at most {dwell_s} for it",
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
        zh="班线在途时间都超过最长在途时间 {limit_s}",
        en="on every departure the goods would be under way for longer than their {limit_s}",
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

TIER_REMEDIES: dict[str, tuple[str, str]] = {
    "R190": ("让它直送（约 {extra_fen}）", "let it go direct (about {extra_fen})"),
}
"""What was seen to work, in Chinese and English."""
