"""Errors of the optimizer, codes E100 to E199.

    Exception
    ├── ValueError   <- InvalidInput   the caller's data; carries a code and values
    └── RuntimeError <- SolverFailed   our own failure; always a bug or a lack of resources

Every code has one ``Sentence`` in ``CATALOGUE``: what is wrong and what to do,
in Chinese and English, with the values of the exception filled in by name.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What is wrong and how to mend it, in both languages; ``{name}`` takes a value."""

    zh: str
    en: str
    fix_zh: str
    fix_en: str

    def render(self, lang: str, values: dict[str, object]) -> str:
        """Return "problem; remedy" in ``lang`` ("zh" or "en") with ``values`` filled in."""
        what, fix = (self.zh, self.fix_zh) if lang == "zh" else (self.en, self.fix_en)
        joint = "；" if lang == "zh" else "; "
        return (what + joint + fix).format_map(values)


CATALOGUE: dict[str, Sentence] = {
    "E110": Sentence(
        zh="时间窗不合法：最早 {early_s} 秒，最晚 {late_s} 秒",
        en="time window is not valid: earliest {early_s} s, latest {late_s} s",
        fix_zh="最早不得为负，也不得晚于最晚",
        fix_en="make 0 <= earliest <= latest",
    ),
    "E111": Sentence(
        zh="{what} {ids} 的 {field} 为 {value}，不得为负",
        en="{field} of {what} {ids} is {value}, which is negative",
        fix_zh="改为零或正整数",
        fix_en="use zero or a positive whole number",
    ),
    "E112": Sentence(
        zh="{what} {ids} 的 {field} 为空",
        en="{field} of {what} {ids} is empty",
        fix_zh="请填写",
        fix_en="fill it in",
    ),
    "E113": Sentence(
        zh="{what} {ids} 的 {field} 为 {value}，必须至少为 1",
        en="{field} of {what} {ids} is {value}, but must be at least 1",
        fix_zh="改为正整数",
        fix_en="use a positive whole number",
    ),
    "E120": Sentence(
        zh="{what} 编号重复：{ids}",
        en="{what} ids are not unique: {ids}",
        fix_zh="每个编号只能出现一次",
        fix_en="let each id appear once",
    ),
    "E121": Sentence(
        zh="{what} {ids} 引用了不存在的 {field}：{value}",
        en="{what} {ids} names an unknown {field}: {value}",
        fix_zh="先定义它，或改正引用",
        fix_en="define it, or correct the reference",
    ),
    "E122": Sentence(
        zh="货运 {ids} 的起点与终点相同（{value}）",
        en="shipment {ids} starts and ends at the same place ({value})",
        fix_zh="改正起点或终点",
        fix_en="correct its origin or destination",
    ),
    "E130": Sentence(
        zh="出行矩阵 {ids} 的形状为 {value}，应为 {expected}",
        en="travel matrix {ids} has shape {value}, expected {expected}",
        fix_zh="按地点的数量和顺序重新计算矩阵",
        fix_en="compute the matrix for the same places in the same order",
    ),
    "E131": Sentence(
        zh="{what} {ids} 有 {value} 个装载维度，问题声明了 {expected} 个",
        en="{what} {ids} has {value} load dimensions, the problem declares {expected}",
        fix_zh="使各处的装载维度一致",
        fix_en="give the same load dimensions everywhere",
    ),
    "E132": Sentence(
        zh="出行矩阵 {ids} 含有小于 -1 的数",
        en="travel matrix {ids} holds numbers below -1",
        fix_zh="用 -1 表示不可达，其余为非负整数",
        fix_en="use -1 for unreachable and whole numbers >= 0 for the rest",
    ),
    "E133": Sentence(
        zh="锁定互相依赖成环：{ids}",
        en="the locks form a cycle: {ids}",
        fix_zh="删去其中一个先后要求",
        fix_en="drop one of the order locks",
    ),
    "E140": Sentence(
        zh="停止条件为空：没有秒数也没有迭代次数",
        en="the stopping criterion is empty: neither seconds nor iterations",
        fix_zh="给出 seconds 或 iterations 之一",
        fix_en="give seconds or iterations",
    ),
    "E134": Sentence(
        zh="车型 {ids} 在 {value} 收车而不回车场，因此一天只能跑一趟",
        en="vehicle type {ids} ends at {value} and not at its depot, so it can make only one trip a day",
        fix_zh="将 max_trips 设为 1，或去掉 end",
        fix_en="set max_trips to 1, or leave out end",
    ),
    "E150": Sentence(
        zh="地点 {ids} 没有任何可用的配送方式",
        en="place {ids} has no way in which its goods may go",
        fix_zh="至少允许直送、班线或一个中转站",
        fix_en="allow direct delivery, a line or at least one station",
    ),
    "E151": Sentence(
        zh="必须同路的地点 {ids} 没有共同的配送方式",
        en="places that must go the same way have no way in common: {ids}",
        fix_zh="给它们一个共同的方式，或拆开该组",
        fix_en="give them a way in common, or part the group",
    ),
    "E152": Sentence(
        zh="中转站 {ids} 的开放时间与任何车辆的班次都不相交",
        en="station {ids} is closed whenever a vehicle is on its shift",
        fix_zh="改正开放时间或班次，或删去该站",
        fix_en="correct its opening windows or the shifts, or drop the station",
    ),
    "E153": Sentence(
        zh="中转成环：{ids}",
        en="stations hand their goods to each other in a circle: {ids}",
        fix_zh="删去其中一个方式",
        fix_en="drop one of these ways",
    ),
    "E154": Sentence(
        zh="货运编号 {ids} 与中转货运 {value} 的分段编号相同",
        en="shipment id {ids} is also the name of a leg of shipment {value}",
        fix_zh="更改该货运编号",
        fix_en="rename the shipment",
    ),
    "E155": Sentence(
        zh="为地点 {ids} 选择的方式 {value} 不在允许之列",
        en="way {value} is chosen for place {ids}, but is not allowed there",
        fix_zh="从允许的方式中选择",
        fix_en="choose one of its allowed ways",
    ),
    "E156": Sentence(
        zh="配送方式 {value} 不存在",
        en="there is no way {value}",
        fix_zh="写作 direct、line、站名、line>站名、站名>line 或 line>站名>line",
        fix_en="write direct, line, STATION, line>STATION, STATION>line or line>STATION>line",
    ),
    "E157": Sentence(
        zh="中转站编号 {ids} 与配送方式的写法混淆",
        en="station id {ids} reads like a way",
        fix_zh="更名：不得为 direct 或 line，也不得含有 >",
        fix_en="rename it: neither direct nor line, and no > in it",
    ),
    "E158": Sentence(
        zh="班次 {ids} 的时刻倒退：{before} 秒之后是 {value} 秒",
        en="the times of departure {ids} go backwards: {value} s comes after {before} s",
        fix_zh="按停靠顺序改正到发时刻",
        fix_en="correct its times in the order of its stops",
    ),
    "E159": Sentence(
        zh="班次 {ids} 有 {value} 个停靠点，到达与发车时刻数为 {times}",
        en="departure {ids} has {value} stops, and times of arrival/departure for {times}",
        fix_zh="至少两个停靠点，每个都给出到达和发车时刻",
        fix_en="give it two stops or more, each with its arrival and departure",
    ),
    "E190": Sentence(
        zh="求解进程意外结束（{detail}）",
        en="the solver process ended unexpectedly ({detail})",
        fix_zh="请报告此错误并附上场景",
        fix_en="please report this with the scenario",
    ),
    "E191": Sentence(
        zh="裁判拒绝了求解器的方案：{detail}",
        en="the referee rejected the solver's plan: {detail}",
        fix_zh="请报告此错误并附上场景",
        fix_en="please report this with the scenario",
    ),
    "E192": Sentence(
        zh="已经走过的行程按现在的规则无法重现",
        en="what has been driven cannot be told again under the present rules",
        fix_zh="检查事件文件中的时刻；确实如此请报告并附上场景、方案和事件文件",
        fix_en="check the times in the events file; else please report this with scenario, plan and events",
    ),
}
"""One sentence a code; the error pages are generated from it."""


class InvalidInput(ValueError):  # noqa: N818 - the word of the handbook
    """The caller's data is wrong; ``code`` is a key of ``CATALOGUE``."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(f"{code} {self.render('en')}")

    def render(self, lang: str) -> str:
        """Return the sentence in ``lang`` ("zh" or "en"), without the code."""
        return CATALOGUE[self.code].render(lang, self.values)

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a child process: keyword values and all."""
        return (_rebuild, (type(self), self.code, self.values))


class SolverFailed(RuntimeError):  # noqa: N818 - the word of the handbook
    """The optimizer itself failed; ``code`` is a key of ``CATALOGUE``."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(f"{code} {self.render('en')}")

    def render(self, lang: str) -> str:
        """Return the sentence in ``lang`` ("zh" or "en"), without the code."""
        return CATALOGUE[self.code].render(lang, self.values)

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a child process: keyword values and all."""
        return (_rebuild, (type(self), self.code, self.values))


def _rebuild(
    kind: type[InvalidInput] | type[SolverFailed], code: str, values: dict[str, object]
) -> InvalidInput | SolverFailed:
    return kind(code, **values)
