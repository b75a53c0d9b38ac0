"""Why a shipment is left unserved (U1xx) and what would help (R1xx), in Chinese and English.

The sentences of ``optimizer.explain``. Numbers are named by what they are: ``*_at_s``
is a moment, other ``*_s`` a length of time, ``*_m`` metres, ``*_fen`` money; they are shown as
a reader would write them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.errors import Sentence
from optimizer.tier_reasons import TIER_REASONS, TIER_REMEDIES
from optimizer.violations import clock, duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.plan import Unserved


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One thing to change, with the numbers of the ``Unserved`` filled in."""

    zh: str
    en: str


REASONS: dict[str, Sentence] = {
    "U100": Sentence(
        zh="货运 {shipment} 未被安排，原因尚未查明",
        en="shipment {shipment} was not planned; why has not been looked into",
        fix_zh="延长求解时间，或单独查询该货运",
        fix_en="solve for longer, or ask about this shipment alone",
    ),
    "U110": Sentence(
        zh="没有任何车型有路可达：{place}（试过 {types}）",
        en="no vehicle type has a path to {place} (tried {types})",
        fix_zh="检查该地点的坐标，补充连接道路，或取消道路封闭",
        fix_en="check the coordinates, add a connecting road, or lift a closure",
    ),
    "U111": Sentence(
        zh="允许进入 {place} 的车型都送不到；{vehicle_type} 可以，但不准进入",
        en="no vehicle type that may call at {place} can carry it; {vehicle_type} could, but may not call there",
        fix_zh="放开该地点的车型限制，或增加合适的车型",
        fix_en="allow the vehicle type there, or add one that may call",
    ),
    "U112": Sentence(
        zh="货太大：{dimension} 为 {load}，能装它的最大货厢（{vehicle_type}）只有 {room}",
        en="too large: {dimension} is {load}, the roomiest compartment that may hold it ({vehicle_type}) has {room}",
        fix_zh="拆分货运，或使用更大的车",
        fix_en="split the shipment, or use a larger vehicle",
    ),
    "U113": Sentence(
        zh="没有货厢可装货品 {commodity}（{vehicle_type} 也不行）",
        en="no compartment may hold {commodity} (not even of {vehicle_type})",
        fix_zh="允许某个货厢装该货品",
        fix_en="let some compartment hold the commodity",
    ),
    "U114": Sentence(
        zh="{place} 的货架放不下：{dimension} 需 {load}，货架总共 {shelf}",
        en="the shelf of {place} is too small: {dimension} needs {load}, it holds {shelf} in all",
        fix_zh="扩大货架，或拆分到几天送",
        fix_en="enlarge the shelf, or split it over several days",
    ),
    "U115": Sentence(
        zh="锁定要求（{lock}）做不到；不锁定时 {vehicle_type} 可以运",
        en="it cannot be carried as locked ({lock}); unlocked, {vehicle_type} could",
        fix_zh="取消或修改锁定",
        fix_en="drop or change the lock",
    ),
    "U116": Sentence(
        zh="今天没有可用的 {vehicle_type}，而其他车型都运不了",
        en="there is no {vehicle_type} today, and no other vehicle type can carry it",
        fix_zh="调来一辆这种车",
        fix_en="bring in a vehicle of this type",
    ),
    "U117": Sentence(
        zh="单独送也超出续航：{vehicle_type} 往返需 {needed_m}，续航 {range_m}",
        en="out of range even alone: {vehicle_type} needs {needed_m}, its range is {range_m}",
        fix_zh="使用续航更长的车，或在途中充电",
        fix_en="use a vehicle with a longer range, or charge on the way",
    ),
    "U118": Sentence(
        zh="单独送也违反驾驶时间规定：{vehicle_type} 需连续或当天驾驶 {driving_s}",
        en="against the driving rule even alone: {vehicle_type} would drive {driving_s}",
        fix_zh="安排两名驾驶员，或在中途的站点交接",
        fix_en="send two drivers, or hand over at a station on the way",
    ),
    "U119": Sentence(
        zh="直达也超过在车时限：{vehicle_type} 最快 {needed_s}，时限 {limit_s}",
        en="too long on board even directly: {vehicle_type} needs {needed_s}, allowed are {limit_s}",
        fix_zh="放宽在车时限，或使用保鲜包装",
        fix_en="allow more time on board, or pack it to keep longer",
    ),
    "U120": Sentence(
        zh="单独送也赶不上期限：{vehicle_type} 最早 {earliest_at_s} 到 {place}，期限 {due_at_s}，差 {short_s}",
        en="late even when sent alone: {vehicle_type} reaches {place} at {earliest_at_s} at the earliest, "
        "due {due_at_s}, {short_s} short",
        fix_zh="推迟期限，或让货更早备好",
        fix_en="set a later due time, or have the goods ready earlier",
    ),
    "U121": Sentence(
        zh="备好太晚：货 {ready_at_s} 才备好，{vehicle_type} 最迟须在 {latest_at_s} 装上，差 {short_s}",
        en="ready too late: the goods are ready at {ready_at_s}, {vehicle_type} would have to load them by "
        "{latest_at_s}, {short_s} short",
        fix_zh="让货更早备好，或放宽时间窗和班次",
        fix_en="have the goods ready earlier, or widen windows and shift",
    ),
    "U122": Sentence(
        zh="单独送也赶不上时间窗（{place}）：不计时间窗，{vehicle_type} 于 {earliest_at_s} 到达",
        en="outside the windows even when sent alone ({place}): without them, {vehicle_type} would begin at "
        "{earliest_at_s}",
        fix_zh="放宽该地点或该货运的时间窗",
        fix_en="widen the windows of the place or of the shipment",
    ),
    "U123": Sentence(
        zh="单独送也赶不上 {place} 的营业时间：{vehicle_type} 需 {leave_at_s} 装车、{back_at_s} 返回",
        en="outside the opening hours of {place} even when sent alone: {vehicle_type} would load at {leave_at_s} and "
        "be back at {back_at_s}",
        fix_zh="延长中心的营业时间",
        fix_en="open the depot for longer",
    ),
    "U124": Sentence(
        zh="单独送也超出班次：{vehicle_type} 需 {leave_at_s} 装车、{back_at_s} 返回，班次 {early_at_s} 至 {late_at_s}",
        en="outside the shift even when sent alone: {vehicle_type} would load at {leave_at_s} and be back at "
        "{back_at_s}, the shift is {early_at_s} to {late_at_s}",
        fix_zh="调整班次",
        fix_en="change the shift",
    ),
    "U125": Sentence(
        zh="单独送也超过工时：{vehicle_type} 往返需 {needed_s}，连加班最多 {limit_s}",
        en="too long a day even when sent alone: {vehicle_type} needs {needed_s}, with overtime it has {limit_s}",
        fix_zh="允许更多加班，或由更近的站点配送",
        fix_en="allow more overtime, or serve it from a nearer station",
    ),
    "U140": Sentence(
        zh="单独送也同时违反两项限制：{first}与{second}（{vehicle_type} 最接近）",
        en="two limits stand against it even when sent alone: {first} and {second} ({vehicle_type} comes closest)",
        fix_zh="两项都要放宽",
        fix_en="both have to be widened",
    ),
    "U141": Sentence(
        zh="单独送也至少违反三项限制（试过 {types}）",
        en="at least three limits stand against it even when sent alone (tried {types})",
        fix_zh="检查该货运的数据",
        fix_en="check the data of the shipment",
    ),
    "U150": Sentence(
        zh="{place} 的货架已满：{dimension} 还剩 {left}，需要 {load}",
        en="the shelf of {place} is full: {left} of {dimension} are left, {load} are needed",
        fix_zh="扩大货架，或提高该货运的优先级",
        fix_en="enlarge the shelf, or give this shipment a higher priority",
    ),
    "U151": Sentence(
        zh="锁定要求（{lock}）在本方案中做不到；不锁定时 {vehicle} 可以带上",
        en="it cannot be carried as locked ({lock}) in this plan; unlocked, {vehicle} could take it",
        fix_zh="取消或修改锁定",
        fix_en="drop or change the lock",
    ),
    "U160": Sentence(
        zh="车队没有余力：在途的 {num_routes} 辆车都插不进，也没有空闲的车可用",
        en="no room in the fleet: it fits on none of the {num_routes} vehicles under way, nor on an idle one",
        fix_zh="增加车辆、加班，或推迟期限",
        fix_en="add a vehicle, allow overtime, or set a later due time",
    ),
    "U170": Sentence(
        zh="在本方案中只差一项：{first}{over}；没有这一项，{tried} 可以带上",
        en="in this plan one rule stands in the way: {first}{over}; without it {tried} could take it",
        fix_zh="放宽这一项，或增加车辆、加班、推迟期限",
        fix_en="relax that rule, or add a vehicle, allow overtime, or set a later due time",
    ),
    "U171": Sentence(
        zh="在本方案中差两项：{first}与{second}；没有这两项，{tried} 可以带上",
        en="in this plan two rules stand in the way: {first} and {second}; without both {tried} could take it",
        fix_zh="两项都要放宽，或增加车辆",
        fix_en="relax both, or add a vehicle",
    ),
    "U180": Sentence(
        zh="{shipment} 在故障车 {vehicle} 上，当天无法再取",
        en="{shipment} is on board {vehicle}, which broke down, and cannot be collected again today",
        fix_zh="从故障车上另行转运，或改到明天送",
        fix_en="fetch it from the broken vehicle by other means, or deliver it tomorrow",
    ),
    "U161": Sentence(
        zh="不送更划算：由 {vehicle} 带上要多花 {marginal_fen}，不送的代价只有 {penalty_fen}",
        en="cheaper to leave: {vehicle} could take it for {marginal_fen} more, leaving it costs {penalty_fen}",
        fix_zh="如必须送，提高它的不服务代价",
        fix_en="if it must go, raise its penalty",
    ),
    "U162": Sentence(
        zh="{vehicle} 还能带上它，只多花 {marginal_fen}；求解器没有来得及安排",
        en="{vehicle} could still take it for {marginal_fen} more; the search has not got round to it",
        fix_zh="延长求解时间",
        fix_en="solve for longer",
    ),
}
"""Codes never change their meaning.

U11x, U12x: not even alone; U15x, U17x: in this plan; U16x: the fleet and money; U18x: the day so far.
"""

REMEDIES: dict[str, Remedy] = {
    "R110": Remedy(zh="补充通往 {place} 的道路或坐标", en="add a road to {place} or correct its coordinates"),
    "R111": Remedy(zh="允许 {vehicle_type} 进入 {place}", en="let {vehicle_type} call at {place}"),
    "R112": Remedy(zh="把货拆成 {parts} 份以上", en="split it into at least {parts} parts"),
    "R113": Remedy(
        zh="允许 {vehicle_type} 的货厢装 {commodity}", en="let a compartment of {vehicle_type} hold {commodity}"
    ),
    "R114": Remedy(
        zh="把 {place} 的货架（{dimension}）扩大 {missing}",
        en="enlarge the shelf of {place} ({dimension}) by {missing}",
    ),
    "R115": Remedy(zh="取消锁定", en="drop the lock"),
    "R116": Remedy(zh="调来一辆 {vehicle_type}", en="bring in one {vehicle_type}"),
    "R117": Remedy(zh="使用续航至少 {needed_m} 的车", en="use a vehicle with a range of at least {needed_m}"),
    "R118": Remedy(zh="安排两名驾驶员", en="send two drivers"),
    "R119": Remedy(zh="在车时限放宽 {short_s}", en="allow {short_s} more on board"),
    "R120": Remedy(zh="期限推迟 {short_s}", en="set the due time {short_s} later"),
    "R121": Remedy(zh="提早 {short_s} 备好", en="have it ready {short_s} earlier"),
    "R122": Remedy(
        zh="允许 {earliest_at_s} 在 {place} 开始服务", en="allow service at {place} to begin at {earliest_at_s}"
    ),
    "R123": Remedy(
        zh="{place} 在 {leave_at_s} 至 {back_at_s} 开放", en="open {place} from {leave_at_s} to {back_at_s}"
    ),
    "R124": Remedy(
        zh="{vehicle_type} 的班次覆盖 {leave_at_s} 至 {back_at_s}",
        en="let the shift of {vehicle_type} cover {leave_at_s} to {back_at_s}",
    ),
    "R125": Remedy(zh="{vehicle_type} 的加班上限增加 {short_s}", en="allow {vehicle_type} {short_s} more of overtime"),
    "R140": Remedy(zh="同时放宽 {first} 与 {second}", en="widen both: {first} and {second}"),
    "R160": Remedy(
        zh="增加一辆 {vehicle_type}（约 {marginal_fen}）", en="add one {vehicle_type} (about {marginal_fen})"
    ),
    "R166": Remedy(
        zh="增加一辆 {vehicle_type}：未安排的货中它可带上 {num_served} 批（共约 {total_fen}）",
        en="add one {vehicle_type}: it takes {num_served} of the shipments left (about {total_fen} in all)",
    ),
    "R161": Remedy(zh="不服务代价提高到 {needed_fen} 以上", en="raise the penalty above {needed_fen}"),
    "R162": Remedy(zh="延长求解时间", en="solve for longer"),
    "R163": Remedy(
        zh="{vehicle} 加班上限增加 {short_s}（约 {marginal_fen}）",
        en="allow {vehicle} {short_s} more of overtime (about {marginal_fen})",
    ),
    "R164": Remedy(
        zh="期限推迟 {short_s}，由 {vehicle} 带上（约 {marginal_fen}）",
        en="set the due time {short_s} later and let {vehicle} take it (about {marginal_fen})",
    ),
    "R165": Remedy(
        zh="{vehicle} 的班次延长 {short_s}（约 {marginal_fen}）",
        en="let the shift of {vehicle} end {short_s} later (about {marginal_fen})",
    ),
}
"""What would let the shipment be carried; R11x and R12x answer the reasons of the same number."""


LIMIT_WORDS: dict[str, tuple[str, str]] = {
    "lock": ("锁定", "the lock"),
    "size": ("货厢容量", "the capacity"),
    "commodity": ("货厢可装货品", "what compartments may hold"),
    "shelf": ("货架", "the shelf"),
    "count": ("今日车辆数", "the number of vehicles today"),
    "range": ("续航", "the range"),
    "driving": ("驾驶时间规定", "the driving rule"),
    "on_board": ("在车时限", "the time on board"),
    "due": ("期限", "the due time"),
    "ready": ("备好时间", "the ready time"),
    "windows": ("时间窗", "the windows"),
    "depot_windows": ("中心营业时间", "the depot's opening hours"),
    "shift": ("班次", "the shift"),
    "overtime": ("工时", "the hours of work"),
    "access": ("车型准入", "the vehicle types allowed there"),
    "on_board_others": ("其他货的在车时限", "the time on board of other goods"),
    "due_others": ("其他货的期限", "the due time of other goods"),
    "windows_others": ("其他地点和货的时间窗", "the windows of other places and goods"),
    "conflict": ("货物不得同车", "goods that must not meet"),
    "cleaning": ("清洗时间", "the time for cleaning"),
    "deliveries_first": ("先送后取", "deliveries before collections"),
    "max_trips": ("趟数上限", "the number of trips"),
    "docks": ("装车位", "the docks"),
}
"""What a limit is called, in Chinese and English; keys of ``optimizer.explain.limits`` and ``.releases``."""


def reason_text(unserved: Unserved, lang: str) -> str:
    """Return why in words, in ``lang`` ("zh" or "en"); the bare code when it is unknown."""
    sentence = REASONS.get(unserved.reason) or TIER_REASONS.get(unserved.reason)
    if sentence is None:
        return unserved.reason
    return (sentence.zh if lang == "zh" else sentence.en).format_map(_values(unserved, lang))


def remedy_text(unserved: Unserved, lang: str) -> str:
    """Return what would help in words; the reason's general advice when no remedy is named."""
    if unserved.remedy in TIER_REMEDIES:
        return TIER_REMEDIES[unserved.remedy][lang != "zh"].format_map(_values(unserved, lang))
    remedy = REMEDIES.get(unserved.remedy)
    if remedy is not None:
        return (remedy.zh if lang == "zh" else remedy.en).format_map(_values(unserved, lang))
    sentence = REASONS.get(unserved.reason) or TIER_REASONS.get(unserved.reason)
    if sentence is None:
        return ""
    return (sentence.fix_zh if lang == "zh" else sentence.fix_en).format_map(_values(unserved, lang))


def _values(unserved: Unserved, lang: str) -> Mapping[str, str]:
    """Numbers as a reader would write them; a missing one shows as "-"."""
    values = {name: _shown(name, value, lang) for name, value in unserved.numbers.items()}
    return defaultdict(lambda: "-", {"shipment": unserved.shipment, "over": _over(values, lang), **values})


def _over(values: Mapping[str, str], lang: str) -> str:
    """Return what the plan would have against what the rule allows, in brackets; nothing where it is no number."""
    has, allowed = (
        next((shown for name, shown in values.items() if name.startswith(stem)), "") for stem in ("has", "allowed")
    )
    if not has or not allowed:
        return ""
    return f"（{has}，应为 {allowed}）" if lang == "zh" else f" ({has}, the rule says {allowed})"


def _shown(name: str, value: int | str, lang: str) -> str:
    if isinstance(value, str):
        words = LIMIT_WORDS.get(value) if name in ("first", "second") else None
        return value if words is None else words[lang != "zh"]
    if name.endswith("_at_s"):
        return clock(value)
    if name.endswith("_s"):
        return duration(value, lang)
    if name.endswith("_m"):
        return f"{value / 1000:.1f} km"
    if name.endswith("_fen"):
        return f"{value / 100:.2f} 元" if lang == "zh" else f"CNY {value / 100:.2f}"
    return str(value)
