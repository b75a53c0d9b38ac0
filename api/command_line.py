"""The command line ``gongpei``: one command for each module that ``COMMANDS`` names.

Exit codes: 0 all is well; 1 a check does not pass, such as a plan that breaks a rule; 2 the input is wrong, each fault
on a line of its own; 3 the program failed, please report; 4 results are incomplete, since the run was ended early or a
part failed; 130 interrupted. Bad input never ends in a traceback.

Nothing heavy is imported before it is known which command is wanted, so that the list of them is there at once.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from api.errors import ExportFailed, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

log = logging.getLogger(__name__)

OK, VIOLATIONS, BAD, FAILED, INCOMPLETE, INTERRUPTED = 0, 1, 2, 3, 4, 130


class Command(NamedTuple):
    """A module of ``api.commands``, and what it does in a line: its ``HELP``, which is not imported to list it."""

    module: str
    zh: str
    en: str


COMMANDS = {
    "new": Command(
        "new", "生成一个模拟的县（路网、地点、订单、车辆）", "make up a county: roads, places, orders, vehicles"
    ),
    "from-osm": Command("from_osm", "由 OpenStreetMap 文件生成场景", "make a scenario from an OpenStreetMap extract"),
    "validate": Command("validate", "检查场景，一次列出全部错误", "check a scenario and list every fault at once"),
    "plan": Command(
        "plan", "规划一天：求解、复核、写出方案与报告", "plan the day: solve, judge, write plan and report"
    ),
    "lines": Command(
        "lines",
        "设计固定线路：由若干抽样日得出每条线路的车辆、站点、顺序和时刻，并报告一致性与代价",
        "design standing lines from sampled days: vehicle, stops, order and hours, and what their constancy costs",
    ),
    "replan": Command(
        "replan",
        "当天生变（加单、退单、车坏、封路、到货迟）后的重排：改动最小、折中、成本最低三种答案",
        "replan a day that has gone wrong: the smallest change, a balanced one and the cheapest",
    ),
    "compare": Command(
        "compare",
        "比较多种组织方式：同样的抽样日，一张表",
        "compare ways to organise the county on the same sampled days",
    ),
    "share": Command(
        "share",
        "把合作配送的费用分摊给各品牌，每个品牌都能复核",
        "share the cost of delivering together among the brands",
    ),
    "sweep": Command(
        "sweep",
        "逐个改变数字：哪个影响最大，两种方案在哪里互换",
        "vary figures one at a time: what matters, where variants cross",
    ),
    "frequency": Command(
        "frequency",
        "配送频次：每日、隔日、赶集日或优选，费用与等待",
        "how often to visit villages: cost against waiting",
    ),
    "site": Command(
        "site",
        "选址：开哪些服务站或预冷间，站点能否自负盈亏",
        "which stations or pre-cool rooms to open, and do they pay",
    ),
    "stress": Command(
        "stress",
        "压力测试：路况波动、到货晚点、车辆故障、封路时方案还准不准时，怎样最省地更有把握",
        "how the plan stands up to slow roads, late goods, breakdowns and closures, and the cheapest way to be surer",
    ),
    "emergency": Command(
        "emergency",
        "道路中断时：谁被隔断，重要物资先过断点",
        "roads are gone: who is cut off, first things first across the break",
    ),
    "explain": Command(
        "explain",
        "为什么这批货没有安排，为什么不能由某辆车送，为什么不能更早：逐条放开规则，由裁判证实",
        "why a shipment is not carried, not on a vehicle, not earlier: rules released one by one, the referee judging",
    ),
    "trace": Command(
        "trace",
        "跟踪一批货：从品牌到村门口的每一步，时刻、车辆、班次、服务站",
        "follow a shipment from brand to door: every stage with time, vehicle, departure and station",
    ),
    "referee": Command("referee", "裁判：按场景的全部规则复核方案", "judge a plan by every rule of a scenario"),
    "errors": Command(
        "codes", "查询错误编号，或生成全部编号的说明页", "explain an error code, or write a page for each"
    ),
    "serve": Command("serve", "启动服务：HTTP 接口和一个求解进程", "run the service: HTTP API and one worker"),
    "worker": Command(
        "worker", "服务的求解进程：领取任务，可在多台机器上运行", "a worker of the service: takes jobs, on any machine"
    ),
    "admin": Command(
        "admin",
        "管理服务：县、密钥、备份、审计、个人信息",
        "run the service: counties, keys, backups, audit, personal fields",
    ),
}
"""Command -> its module, which has ``HELP``, ``add_arguments`` and ``run``."""

ABOUT = {
    "zh": "共配：规划一个县一天的农村共同配送，从路网到经过复核的方案。",
    "en": "Plans a county's day of shared rural deliveries, from roads to a plan that the referee accepts.",
}
EXIT_CODES = {
    "zh": "退出码：0 正常，1 复核不通过（如方案违反规则），2 输入有误，3 程序出错，"
    "4 结果不完整（提前停止或有缺失），130 中断",
    "en": "exit codes: 0 all is well, 1 a check does not pass (such as a plan that breaks rules), 2 the input is "
    "wrong, 3 the program failed, 4 results are incomplete (stopped early or in part missing), 130 interrupted",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    lang = wanted_language(arguments)
    logging.basicConfig(level=logging.DEBUG if "--debug" in arguments else logging.ERROR, format="%(name)s %(message)s")
    try:
        return run(arguments, lang)
    except BrokenPipeError:  # the reader, such as head, has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # the last line of defence; --debug shows all of it
        from api.talk import show_error  # noqa: PLC0415 - heavy

        log.debug("failed", exc_info=True)
        show_error(ExportFailed("E490", detail=f"{type(error).__name__}: {error}"), lang)
        return FAILED


def run(arguments: list[str], lang: str) -> int:
    """Parse and run one command; errors of ours are shown and become exit codes."""
    try:
        wanted = next((each for each in arguments if not each.startswith("-")), "")
        options = build_parser(lang, wanted=wanted).parse_args(arguments)
        return int(options.run(options))
    except SystemExit as leaving:  # --help and --version
        return int(leaving.code or OK)
    except (ValueError, RuntimeError) as error:  # what is ours is one of the two
        return _exit_code(error, lang)


def _exit_code(error: Exception, lang: str) -> int:
    """Show an error of ours; any other goes on."""
    from api.talk import BAD_INPUT, OUR_FAILURE, show_error  # noqa: PLC0415 - heavy

    if isinstance(error, BAD_INPUT):
        show_error(error, lang)
        return BAD
    if isinstance(error, OUR_FAILURE):
        log.debug("failed", exc_info=True)
        show_error(error, lang)
        return FAILED
    raise error


def wanted_language(arguments: Sequence[str]) -> str:
    """Return the language asked for anywhere on the line; "zh" when none is, or an unknown one."""
    for i, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            chosen = value or next(iter(arguments[i + 1 : i + 2]), "")
            return "en" if chosen == "en" else "zh"
    return "zh"


def build_parser(lang: str, *, wanted: str = "") -> argparse.ArgumentParser:
    """Return the parser with all help in ``lang``; the arguments are those of the command ``wanted`` alone."""
    parser = _Parser(prog="gongpei", description=ABOUT[lang], epilog=EXIT_CODES[lang])
    parser.add_argument("--version", action="version", version=f"gongpei {version('gongpei')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    for name, command in COMMANDS.items():
        text = command.zh if lang == "zh" else command.en
        sub = commands.add_parser(name, help=text, description=text, epilog=EXIT_CODES[lang])
        if name == wanted:
            _declare(sub, import_module(f"api.commands.{command.module}"), lang)
    return parser


def _declare(parser: argparse.ArgumentParser, module: ModuleType, lang: str) -> None:
    """Declare a command's own arguments and those that every command has."""
    module.add_arguments(parser, lang)
    language, debug = ("语言", "出错时给出详情") if lang == "zh" else ("language", "details of failures")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help=language)
    parser.add_argument("--debug", action="store_true", help=debug)
    parser.set_defaults(run=module.run)


class _Parser(argparse.ArgumentParser):
    """Raises E401 in place of printing usage and leaving."""

    def error(self, message: str) -> NoReturn:
        raise InvalidInput("E401", detail=message, usage=f"{self.prog} --help")
