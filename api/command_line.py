"""The command line ``gongpei``: one command for each module that ``COMMANDS`` names.

Exit codes: 0 all is well; 1 the plan breaks a rule; 2 the input is wrong, each fault on
a line of its own; 3 the program failed, please report; 130 interrupted. Bad input never
ends in a traceback.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, NoReturn

from api.errors import ExportFailed, InvalidInput
from api.talk import BAD_INPUT, OUR_FAILURE, show_error
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

OK, VIOLATIONS, BAD, FAILED, INTERRUPTED = 0, 1, 2, 3, 130

COMMANDS = {
    "new": "new",
    "from-osm": "from_osm",
    "validate": "validate",
    "plan": "plan",
    "lines": "lines",
    "replan": "replan",
    "compare": "compare",
    "share": "share",
    "sweep": "sweep",
    "frequency": "frequency",
    "site": "site",
    "stress": "stress",
    "emergency": "emergency",
    "explain": "explain",
    "trace": "trace",
    "referee": "referee",
    "errors": "codes",
    "serve": "serve",
    "worker": "worker",
    "admin": "admin",
}
"""Command -> its module in ``api.commands``, which has ``HELP``, ``add_arguments`` and ``run``."""

ABOUT = Text(
    "共配：规划一个县一天的农村共同配送，从路网到经过复核的方案。",
    "Plans a county's day of shared rural deliveries, from roads to a plan that the referee accepts.",
)
EXIT_CODES = Text(
    "退出码：0 正常，1 方案违反规则，2 输入有误，3 程序出错",
    "exit codes: 0 all is well, 1 the plan breaks rules, 2 the input is wrong, 3 the program failed",
)


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
        log.debug("failed", exc_info=True)
        show_error(ExportFailed("E490", detail=f"{type(error).__name__}: {error}"), lang)
        return FAILED


def run(arguments: list[str], lang: str) -> int:
    """Parse and run one command; errors of ours are shown and become exit codes."""
    try:
        options = build_parser(lang, only=arguments[:1]).parse_args(arguments)
        return int(options.run(options))
    except SystemExit as leaving:  # --help and --version
        return int(leaving.code or OK)
    except BAD_INPUT as error:
        show_error(error, lang)
        return BAD
    except OUR_FAILURE as error:
        log.debug("failed", exc_info=True)
        show_error(error, lang)
        return FAILED


def wanted_language(arguments: Sequence[str]) -> str:
    """Return the language asked for anywhere on the line; "zh" when none is, or an unknown one."""
    for i, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            chosen = value or next(iter(arguments[i + 1 : i + 2]), "")
            return "en" if chosen == "en" else "zh"
    return "zh"


def build_parser(lang: str, *, only: Sequence[str] = ()) -> argparse.ArgumentParser:
    """Return the parser with all help in ``lang``; of the commands ``only`` that one, where it is one."""
    parser = _Parser(prog="gongpei", description=ABOUT.pick(lang), epilog=EXIT_CODES.pick(lang))
    parser.add_argument("--version", action="version", version=f"gongpei {version('gongpei')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    for name in [each for each in COMMANDS if each in only] or COMMANDS:
        command = import_module(f"api.commands.{COMMANDS[name]}")
        text = command.HELP.pick(lang)
        sub = commands.add_parser(name, help=text, description=text, epilog=EXIT_CODES.pick(lang))
        command.add_arguments(sub, lang)
        sub.add_argument("--lang", choices=("zh", "en"), default="zh", help=Text("语言", "language").pick(lang))
        sub.add_argument("--debug", action="store_true", help=Text("出错时给出详情", "details of failures").pick(lang))
        sub.set_defaults(run=command.run)
    return parser


class _Parser(argparse.ArgumentParser):
    """Raises E401 in place of printing usage and leaving."""

    def error(self, message: str) -> NoReturn:
        raise InvalidInput("E401", detail=message, usage=f"{self.prog} --help")
