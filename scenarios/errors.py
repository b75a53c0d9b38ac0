"""Errors of the scenarios, codes E300 to E399 and E500 to E599.

    Exception
    ├── ValueError   <- InvalidInput    the user's files or objects; carries a code, values and faults
    └── RuntimeError <- ScenarioFailed  our own failure; always a bug or a lack of resources

A reader collects every ``Fault`` of every file and raises once. Every code has one
``Sentence`` in ``CATALOGUE``: what is wrong and what to do, in Chinese
and English, with the values of the fault filled in by name. E300 carries the faults
of a scenario; E301 to E309 are about a file as a whole, E310 to E319 about one cell, E320
to E339 about how things fit together (E329: what is to be swept),
E340 to E349 about comparisons (``scenarios.compare_errors``),
E350 and E360 to E363 about what the building of a county meets, E364 to E369 and E397 about stations and modes
(``scenarios.tier_errors``), E351 to E359, E398 and E399 about variants
(``scenarios.variants.errors``), E370 to E373 about an events file, E374 to
E379 about standing lines (``scenarios.standing.errors``), E380 to
E396 about a timetable (``scenarios.timetables.errors``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from scenarios.text import filled
from scenarios.topic_sentences import SENTENCES

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What is wrong and how to mend it, in both languages; ``{name}`` takes a value."""

    zh: str
    en: str
    fix_zh: str
    fix_en: str

    def render(self, lang: str, values: Mapping[str, object]) -> str:
        """Return "problem; remedy" in ``lang`` ("zh" or "en") with ``values`` filled in."""
        what, fix = (self.zh, self.fix_zh) if lang == "zh" else (self.en, self.fix_en)
        joint = "；" if lang == "zh" else "; "
        return filled(what + joint + fix, lang, values)


def _sentence(zh: str, fix_zh: str, en: str, fix_en: str) -> Sentence:
    return Sentence(zh=zh, en=en, fix_zh=fix_zh, fix_en=fix_en)


CATALOGUE: dict[str, Sentence] = {
    "E300": _sentence(
        "场景有 {count} 处错误",
        "逐条改正后重新运行",
        "faults in the scenario: {count}",
        "mend them one by one and run again",
    ),
    "E301": _sentence(
        "缺少文件", "补上此文件，或改正文件夹路径", "the file is missing", "add it, or correct the folder"
    ),
    "E302": _sentence(
        "文件是空的", "至少写上表头一行", "the file is empty", "give it at least its row of column headers"
    ),
    "E303": _sentence(
        "文件既不是 UTF-8 也不是 GB18030 编码（字节 {value}）",
        "用 Excel 另存为“CSV UTF-8”",
        "the file is neither UTF-8 nor GB18030 text (byte {value})",
        "save it again as CSV UTF-8",
    ),
    "E304": _sentence(
        "TOML 语法错误（{detail}）",
        "改正该处的写法",
        "the TOML cannot be parsed ({detail})",
        "correct the text at that position",
    ),
    "E305": _sentence(
        "缺少必需的列 {column}", "在表头加上此列", "column {column} is required but missing", "add it to the header row"
    ),
    "E306": _sentence(
        "不认识的列 {column}（最接近的是 {nearest}）",
        "改正列名，或删去此列",
        "column {column} is unknown (nearest: {nearest})",
        "correct its header, or drop the column",
    ),
    "E307": _sentence(
        "列 {column} 出现了不止一次", "只保留一列", "column {column} appears more than once", "keep one of them"
    ),
    "E308": _sentence(
        "此行有 {value} 个单元格，表头只有 {expected} 个",
        "检查多余的逗号，或给含逗号的文字加引号",
        "the row has {value} cells, the header only {expected}",
        "remove the extra comma, or quote the text that contains it",
    ),
    "E309": _sentence(
        "文件不能作为表格读取（{detail}）",
        "用 Excel 或文本编辑器打开检查，再另存为 CSV",
        "the file cannot be read as a table ({detail})",
        "open it in a spreadsheet or editor and save it as CSV again",
    ),
    "E310": _sentence("{column} 不能为空", "请填写", "{column} must not be empty", "fill it in"),
    "E311": _sentence(
        "{column} 不是数字：{value}",
        "只写数字，单位已在表头里",
        "{column} is not a number: {value}",
        "write the number alone, its unit stands in the header",
    ),
    "E312": _sentence(
        "{column} 为 {value}，应在 {low} 与 {high} 之间",
        "检查数值和单位",
        "{column} is {value}, outside {low} to {high}",
        "check the number and its unit",
    ),
    "E313": _sentence(
        "{column} 的编号 {value} 被电子表格改成了科学计数法",
        "把该列设为文本格式，重新填入完整编号",
        "id {value} in {column} was turned into scientific notation by a spreadsheet",
        "format the column as text and enter the full id again",
    ),
    "E314": _sentence(
        "{column} 不是时刻：{value}",
        "写成 HH:MM，例如 08:30；次日凌晨写 24:30",
        "{column} is not a time: {value}",
        "write HH:MM such as 08:30; after midnight write 24:30",
    ),
    "E315": _sentence(
        "{column} 不是时间段：{value}",
        "写成 08:00-11:30，多个用分号隔开，起不得晚于止",
        "{column} is not a list of time windows: {value}",
        "write 08:00-11:30, several separated by semicolons, none ending before it begins",
    ),
    "E316": _sentence(
        "{column} 为 {value}，只能是：{choices}",
        "改为其中之一",
        "{column} is {value}, but must be one of: {choices}",
        "use one of them",
    ),
    "E317": _sentence(
        "{column} 不是日期：{value}",
        "写成 2026-03-05",
        "{column} is not a date: {value}",
        "write it like 2026-03-05",
    ),
    "E318": _sentence(
        "{column} 的文字过长或含有控制字符：{value}",
        "缩短到 {limit} 个字以内，删去控制字符",
        "{column} is too long or has control characters: {value}",
        "keep it within {limit} characters and remove control characters",
    ),
    "E319": _sentence(
        "{column} 应为整数，却是 {value}", "改为整数", "{column} must be whole, not {value}", "use a whole number"
    ),
    "E320": _sentence(
        "编号 {value} 重复，首次出现在第 {first} 行",
        "每个编号只能出现一次",
        "id {value} was used before, in row {first}",
        "let each id appear once",
    ),
    "E321": _sentence(
        "{column} 引用了不存在的{kind.zh} {value}",
        "先在 {table} 中定义它，或改正引用",
        "{column} names {kind.en} {value}, which does not exist",
        "define it in {table}, or correct the reference",
    ),
    "E322": _sentence(
        "互相引用成环：{value}", "断开其中一处引用", "the references form a cycle: {value}", "break one of them"
    ),
    "E323": _sentence(
        "订单的起点与终点相同：{value}",
        "改正起点或终点",
        "the order starts and ends at the same place: {value}",
        "correct its origin or destination",
    ),
    "E324": _sentence(
        "坐标超出范围：{value}",
        "经度在 -180 到 180 之间，纬度在 -90 到 90 之间",
        "the coordinates are out of range: {value}",
        "keep longitude within -180 to 180 and latitude within -90 to 90",
    ),
    "E325": _sentence(
        "经度和纬度可能写反了：{value}",
        "对调经度和纬度两列",
        "longitude and latitude seem to be swapped: {value}",
        "exchange the columns lon and lat",
    ),
    "E326": _sentence(
        "此地点离全县其他地点 {value} 公里，超过 {limit} 公里",
        "检查坐标；确实如此则把它移出本场景",
        "the place is {value} km away from the rest of the county, more than {limit} km",
        "check its coordinates, or move it out of this scenario",
    ),
    "E327": _sentence(
        "没有县级中心",
        "在 places.csv 中给一个地点的层级写 hub",
        "there is no county hub",
        "give one place the tier hub",
    ),
    "E328": _sentence("表中没有任何数据行", "至少填写一行", "the table has no rows", "fill in at least one"),
    "E329": _sentence(
        "扫描参数有 {count} 处错误",
        "逐条改正后重新运行",
        "faults in what is to be swept: {count}",
        "mend them one by one and run again",
    ),
    "E330": _sentence(
        "货物 {value} 属于危险货物（{reason.zh}），本软件不予规划",
        "交由有危险货物运输资质的企业承运；中毒农药须标明内包装≤5 kg/5 L、整件≤30 kg 并有标记",
        "commodity {value} is dangerous goods ({reason.en}), which this software refuses to plan",
        "leave it to a licensed carrier; pesticide of medium toxicity needs inner packs <= 5 kg/5 L, "
        "packages <= 30 kg and marks",
    ),
    "E331": _sentence(
        "车型 {value} 可装 {amount} 公斤限量包装货物，超过每车 {limit} 公斤",
        "减小允许装此货物的车厢，或不让它装此货物",
        "vehicle type {value} could carry {amount} kg of limited quantities, over {limit} kg a vehicle",
        "shrink the compartments that may hold them, or do not let it hold them",
    ),
    "E332": _sentence(
        "车型 {value} 没有车厢或容量",
        "在 vehicles.csv 填写载重和容积，或在 compartments.csv 列出车厢（二者只用其一）",
        "vehicle type {value} has no compartment, or its capacity is given twice",
        "fill in its payload and volume in vehicles.csv, or list its compartments in compartments.csv, not both",
    ),
    "E333": _sentence(
        "锁定的车号为 {value}，该车型只有 {count} 辆",
        "改正车号，或先锁定车型",
        "the lock names vehicle number {value}, but the type has {count}",
        "correct the number, and name the vehicle type with it",
    ),
    "E334": _sentence(
        "可装时刻 {ready} 晚于截止时刻 {due}",
        "改正其中一个时刻",
        "the order is ready at {ready}, after it is due at {due}",
        "correct one of the two times",
    ),
    "E335": _sentence(
        "不认识的设置 {column}（最接近的是 {nearest}）",
        "改正名称，或删去",
        "setting {column} is unknown (nearest: {nearest})",
        "correct its name, or drop it",
    ),
    "E336": _sentence(
        "设置 {column} 应为{expected.zh}，却是 {value}",
        "改为正确的类型",
        "setting {column} must be {expected.en}, not {value}",
        "give it a value of that type",
    ),
    "E337": _sentence(
        "路网来源应恰好给出一个：文件 file 或生成参数 terrain、townships、villages、seed",
        "在 scenario.toml 的 [roads] 中只保留其一",
        "give exactly one source of roads: a file, or the recipe terrain, townships, villages, seed",
        "keep one of them under [roads] in scenario.toml",
    ),
    "E338": _sentence(
        "{column} 与 {other} 不能同时填写",
        "只保留其一",
        "{column} and {other} cannot both be given",
        "keep one of them",
    ),
    "E339": _sentence(
        "{field} 的值 {value} 不合法（{what}）",
        "改为合法的值",
        "{field} of {what} is {value}, which is not valid",
        "give it a valid value",
    ),
    "E350": _sentence(
        "{count} 个地点中有 {far} 个离路网超过 {limit} 公里，最近的也有 {value} 公里",
        "检查路网文件、坐标系，以及经纬度是否写反",
        "{far} of {count} places are more than {limit} km from the roads, the nearest {value} km",
        "check the road file, the datum, and whether lon and lat are swapped",
    ),
    "E360": _sentence(
        "{field} 为 {value}，应在 {least} 与 {most} 之间",
        "换一个范围内的数",
        "{field} is {value}, outside {least} to {most}",
        "choose a number within the range",
    ),
    "E361": _sentence(
        "{path} 中没有村庄（{kinds}）",
        "换用包含地名点的 OSM 摘录",
        "{path} holds no villages ({kinds})",
        "use an OSM extract that includes place nodes",
    ),
    "E362": _sentence(
        "地名中没有 {value}；相近或主要的有：{known}",
        "改用其中之一，或写成 经度,纬度",
        "there is no place named {value}; near or main ones are: {known}",
        "use one of them, or write LON,LAT",
    ),
    "E363": _sentence(
        "中心 {value} 离最近的地名有 {km:.0f} 公里",
        "检查经度和纬度的顺序与数值",
        "the hub {value} is {km:.0f} km away from the nearest place",
        "check the order and the numbers of longitude and latitude",
    ),
    "E370": _sentence(
        "事件文件有 {count} 处错误",
        "逐条改正后重新运行",
        "faults in the events file: {count}",
        "mend them one by one and run again",
    ),
    "E371": _sentence(
        "车型 {vehicle_type} 没有 {value} 号车，只有 {count} 辆",
        "改正车号",
        "vehicle type {vehicle_type} has no number {value}, there are {count}",
        "correct the number",
    ),
    "E372": _sentence(
        "品牌 {value} 的第 {wave} 波没有从中心发出的货",
        "改正品牌或波次",
        "brand {value} has no goods from a depot in wave {wave}",
        "correct the brand or the wave",
    ),
    "E373": _sentence(
        "封路须恰好给出一种：file、edges、ways，或 lon 与 lat",
        "只保留其一",
        "a closed road is named in exactly one way: file, edges, ways, or lon and lat",
        "keep one of them",
    ),
    "E390": _sentence(
        "合并前后的件数不等（{detail}）",
        "请报告此错误并附上场景",
        "consolidation lost or made pieces ({detail})",
        "please report this with the scenario",
    ),
    **{code: _sentence(*words) for code, words in SENTENCES.items()},
}
"""One sentence a code; the error pages are generated from it."""

SHOWN_FAULTS = 20
"""Faults that ``str(error)`` lists; ``error.faults`` has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: where it is, what stands there, and the values of its sentence.

    ``row`` is the line as the user sees it (the header is row 1), 0 where the whole
    file is meant. ``column`` is the header as it stands in the file, or the key of a
    TOML file as a path. A fault that another package found keeps that package's
    code; its two sentences are then in ``values`` under "zh" and "en".
    """

    code: str
    file: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""
    value: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def render(self, lang: str) -> str:
        """Return the sentence in ``lang`` ("zh" or "en"), without code and position."""
        if self.code not in CATALOGUE:
            return str(self.values[lang])
        return CATALOGUE[self.code].render(lang, {"value": self.value, "column": self.column, **self.values})

    @property
    def position(self) -> str:
        """File, row and column in short, such as ``orders.csv:7:重量(kg)``."""
        parts = (self.file, self.sheet, str(self.row) if self.row else "", self.column)
        return ":".join(part for part in parts if part)

    @property
    def order(self) -> tuple[str, int, str, str, str]:
        """Sorting key: by file, row and column, so that equal input gives equal lists."""
        return (self.file, self.row, self.column, self.code, self.value)


class InvalidInput(ValueError):  # noqa: N818 - the word of the handbook
    """The user's data is wrong; ``code`` is a key of ``CATALOGUE``, ``faults`` may be empty."""

    def __init__(self, code: str, *, faults: tuple[Fault, ...] = (), **values: object) -> None:
        self.code = code
        self.faults = faults
        self.values = values
        shown = [f"\n  {f.code} {f.position} {f.render('en')}" for f in faults[:SHOWN_FAULTS]]
        more = len(faults) - len(shown)
        tail = f"\n  and {more} more" if more else ""
        super().__init__(f"{code} {self.render('en')}" + "".join(shown) + tail)

    def render(self, lang: str) -> str:
        """Return the sentence in ``lang`` ("zh" or "en"), without the code and the faults."""
        return CATALOGUE[self.code].render(lang, self.values)

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way between processes: faults, keyword values and all."""
        return (_rebuild, (self.code, self.faults, self.values))


class ScenarioFailed(RuntimeError):  # noqa: N818 - the word of the handbook
    """The package itself failed; ``code`` is a key of ``CATALOGUE``."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(f"{code} {self.render('en')}")

    def render(self, lang: str) -> str:
        """Return the sentence in ``lang`` ("zh" or "en"), without the code."""
        return CATALOGUE[self.code].render(lang, self.values)


class _Foreign(Protocol):
    """An ``InvalidInput`` of another package of ours, as far as ``adopt`` needs it."""

    code: str

    def render(self, lang: str) -> str: ...


def adopt(error: _Foreign, *, file: str = "", row: int = 0, column: str = "", value: str = "") -> tuple[Fault, ...]:
    """Return the faults inside another package's error, or the error itself as one fault.

    ``file``, ``row``, ``column`` and ``value`` are used where the error does not know better.
    """
    inner = tuple(getattr(error, "faults", ())) or (error,)
    return tuple(
        Fault(
            code=part.code,
            file=file or str(getattr(part, "file", "")),
            sheet=str(getattr(part, "sheet", "")),
            row=getattr(part, "row", 0) or row,
            column=str(getattr(part, "column", "")) or column,
            value=str(getattr(part, "value", "")) or value,
            values={"zh": part.render("zh"), "en": part.render("en")},
        )
        for part in inner
    )


def _rebuild(code: str, faults: tuple[Fault, ...], values: dict[str, object]) -> InvalidInput:
    return InvalidInput(code, faults=faults, **values)
