"""Errors of the doors, codes E400 to E499 and, for the service, E600 to E699.

    Exception
    ├── ValueError   <- InvalidInput   the caller's files or arguments; carries a code, values and faults
    └── RuntimeError <- ExportFailed   an output could not be made; ours or the machine's

Every code has one ``Sentence`` in ``CATALOGUE``: what is wrong and what to do,
in Chinese and English, with the values of the exception filled in by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from api.service.errors import SENTENCES as OF_THE_SERVICE

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
        return (what + joint + fix).format_map(values)


CATALOGUE: dict[str, Sentence] = {
    "E401": Sentence(
        zh="命令行参数有误：{detail}",
        en="the command line is not understood: {detail}",
        fix_zh="用 {usage} 查看用法",
        fix_en="see {usage}",
    ),
    "E402": Sentence(
        zh="找不到 {path}",
        en="{path} does not exist",
        fix_zh="检查路径；新建一个县用 gongpei new",
        fix_en="check the path; gongpei new makes a county to start from",
    ),
    "E403": Sentence(
        zh="无法写入 {path}（{detail}）",
        en="{path} cannot be written ({detail})",
        fix_zh="换一个可写的文件夹，或关闭占用它的程序",
        fix_en="choose a folder that can be written, or close the program that holds the file",
    ),
    "E404": Sentence(
        zh="无法读取 {path}（{detail}）",
        en="{path} cannot be read ({detail})",
        fix_zh="检查文件是否完整、是否有读取权限",
        fix_en="check that the file is whole and may be read",
    ),
    "E405": Sentence(
        zh="{path} 不是空文件夹",
        en="{path} is not an empty folder",
        fix_zh="换一个新的文件夹名，以免覆盖已有的数据",
        fix_en="name a new folder, so that nothing is overwritten",
    ),
    "E410": Sentence(
        zh="{path} 不是合法的 JSON（第 {line} 行：{detail}）",
        en="{path} is not valid JSON (line {line}: {detail})",
        fix_zh="使用 gongpei plan 写出的 plan.json",
        fix_en="use a plan.json as gongpei plan writes it",
    ),
    "E411": Sentence(
        zh="{path} 不是 gongpei 的方案文件（schema 为 {value}）",
        en="{path} is not a gongpei plan (its schema is {value})",
        fix_zh="使用 gongpei plan 写出的 plan.json",
        fix_en="use a plan.json as gongpei plan writes it",
    ),
    "E412": Sentence(
        zh="{path} 的版本为 {value}，本程序只认识版本 {known}",
        en="{path} has version {value}, this program knows version {known}",
        fix_zh="升级 gongpei，或重新生成方案",
        fix_en="upgrade gongpei, or make the plan again",
    ),
    "E413": Sentence(
        zh="方案文件有 {count} 处错误",
        en="the plan file has {count} faults",
        fix_zh="逐条改正，或重新生成方案",
        fix_en="mend them one by one, or make the plan again",
    ),
    "E414": Sentence(
        zh="字段不合规定（{detail}）",
        en="the field breaks the schema ({detail})",
        fix_zh="按 plan.json 的格式改正",
        fix_en="correct it as the schema of plan.json says",
    ),
    "E420": Sentence(
        zh="本机没有中文字体，图中的中文将以编号代替",
        en="this machine has no font with Chinese characters; the picture shows ids instead of names",
        fix_zh="安装系统包 fonts-noto-cjk 后重新生成",
        fix_en="install the system package fonts-noto-cjk and make the picture again",
    ),
    "E423": Sentence(
        zh="只有 {count} 个品牌有货物，没有可分摊的收益",
        en="{count} brands have goods, so there is no gain to share",
        fix_zh="在 orders.csv 的品牌一栏写明至少两个品牌",
        fix_en="let orders.csv name at least two brands",
    ),
    "E424": Sentence(
        zh="方法 {method} 需要全部联盟的费用，至多 {most} 个品牌；此县有 {count} 个",
        en="method {method} needs the cost of every coalition, of at most {most} brands; this county has {count}",
        fix_zh="改用 shapley（抽样）、proportional 或 all，或合并小品牌",
        fix_en="use shapley (sampled), proportional or all, or merge small brands",
    ),
    "E430": Sentence(
        zh="没有错误编号 {value}",
        en="there is no error code {value}",
        fix_zh="用 gongpei errors 列出全部编号",
        fix_en="list all codes with gongpei errors",
    ),
    "E431": Sentence(
        zh="没有货运或订单 {value}；相近的有：{nearest}",
        en="there is no shipment or order {value}; near ones are: {nearest}",
        fix_zh="编号见 plan.json、visits.csv 或 orders.csv；含 > 的编号要加引号",
        fix_en="ids stand in plan.json, visits.csv and orders.csv; quote those that contain >",
    ),
    "E432": Sentence(
        zh="车队中没有车辆 {value}；有：{known}",
        en="the fleet has no vehicle {value}; it has: {known}",
        fix_zh="写成 车型#编号，例如 van#2",
        fix_en="write TYPE#NUMBER, such as van#2",
    ),
    "E434": Sentence(
        zh="跨层级的方案不能按 --vehicle 或 --before 追问",
        en="a plan across tiers cannot be asked about with --vehicle or --before",
        fix_zh="去掉这两个选项；走法用 gongpei trace 查看",
        fix_en="leave these options out; gongpei trace shows the way of goods that are carried",
    ),
    "E435": Sentence(
        zh="固定线路把货全部用车直送，而这些地点不许直送：{places}",
        en="standing lines send all goods direct by vehicle, which these places do not allow: {places}",
        fix_zh="不带 --lines 规划，或在走法中允许 direct",
        fix_en="plan without --lines, or allow direct in their modes",
    ),
    "E490": Sentence(
        zh="程序内部出错（{detail}）",
        en="the program failed ({detail})",
        fix_zh="请报告此错误；加 --debug 可得到详细信息",
        fix_en="please report this; --debug gives the details",
    ),
    **{
        code: Sentence(zh=zh, fix_zh=fix_zh, en=en, fix_en=fix_en)
        for code, (zh, fix_zh, en, fix_en) in OF_THE_SERVICE.items()
    },
}
"""One sentence a code; the error pages are generated from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of a user's file: where it is, what stands there, and the values of its sentence.

    ``row`` is the line as the user sees it, 0 where the file has no lines to speak of;
    ``column`` names the field, for JSON as a path such as ``routes[0].trips``.
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
        return CATALOGUE[self.code].render(lang, self.values)


class InvalidInput(ValueError):  # noqa: N818 - the word of the handbook
    """The caller's files or arguments are wrong; ``code`` is a key of ``CATALOGUE``."""

    def __init__(self, code: str, *, faults: tuple[Fault, ...] = (), **values: object) -> None:
        self.code = code
        self.values = values
        self.faults = faults
        super().__init__(f"{code} {self.render('en')}")

    def render(self, lang: str) -> str:
        """Return the sentence in ``lang`` ("zh" or "en"), without the code."""
        return CATALOGUE[self.code].render(lang, self.values)


class ExportFailed(RuntimeError):  # noqa: N818 - the word of the handbook
    """An output could not be made; ``code`` is a key of ``CATALOGUE``."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(f"{code} {self.render('en')}")

    def render(self, lang: str) -> str:
        """Return the sentence in ``lang`` ("zh" or "en"), without the code."""
        return CATALOGUE[self.code].render(lang, self.values)
