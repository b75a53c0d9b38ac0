"""``gongpei validate``: every fault of a scenario at once, then what its roads reach."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from api.commands.options import cache_folder, existing
from api.talk import line, say, show_error, summary
from scenarios.build import build_problem
from scenarios.errors import InvalidInput
from scenarios.files import read_scenario
from scenarios.text import Text

if TYPE_CHECKING:
    import argparse

HELP = Text("检查场景，一次列出全部错误", "check a scenario and list every fault at once")


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="DIR", help=Text("场景文件夹", "folder of the scenario").pick(lang))


def run(options: argparse.Namespace) -> int:
    """Print all faults (exit code 2), or what the scenario holds and what to note about it."""
    folder = existing(options.folder)
    try:
        scenario = read_scenario(folder)
        county = build_problem(scenario, cache=cache_folder(folder))
    except InvalidInput as error:
        show_error(error, options.lang, sys.stdout)
        return 2
    say(summary(scenario, str(folder)), options.lang)
    for note in county.notes:
        line(f"! {note.pick(options.lang)}", style="yellow")
    say(Text("没有错误", "no faults"), options.lang, style="green")
    return 0
