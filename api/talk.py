"""How the command line speaks: faults one a line, tables, warnings, in Chinese or English.

Results go to standard output, faults and progress to standard error. The only
module that knows how an error of any of the four packages is shown.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

import api.errors
import networks.errors
import optimizer.errors
import scenarios.errors
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios.scenario import Scenario

BAD_INPUT = (
    api.errors.InvalidInput,
    networks.errors.InvalidInput,
    optimizer.errors.InvalidInput,
    scenarios.errors.InvalidInput,
)
"""What the user can mend: exit code 2."""

OUR_FAILURE = (
    api.errors.ExportFailed,
    networks.errors.NetworkFailed,
    optimizer.errors.SolverFailed,
    scenarios.errors.ScenarioFailed,
)
"""What we have to mend: exit code 3."""

PIPE_WIDTH = 160
"""Columns of a table that goes to a file or another program."""


def console(stream: TextIO | None = None) -> Console:
    """Return a console on ``stream`` (standard output); wide where there is no terminal."""
    target = stream or sys.stdout
    return Console(file=target, width=None if target.isatty() else PIPE_WIDTH, highlight=False, soft_wrap=False)


def line(text: str, *, style: str = "", stream: TextIO | None = None) -> None:
    """Print one line as it is: no markup, no wrapping."""
    console(stream).print(RichText(text, style=style), soft_wrap=True)


def error_lines(error: Any, lang: str) -> list[str]:
    """Return the lines for an error of ours: its sentence, then every fault with code, position, value, remedy."""
    faults = tuple(getattr(error, "faults", ()))
    if len(faults) == 1 and faults[0].code == error.code:
        return [fault_line(faults[0], lang)]
    return [f"{error.code} {error.render(lang)}", *(f"  {fault_line(fault, lang)}" for fault in faults)]


def fault_line(fault: Any, lang: str) -> str:
    """Return one fault on one line, such as ``E311 orders.csv 第 7 行 [重量(kg)] «abc» 不是数字；…``."""
    row = (f"第 {fault.row} 行" if lang == "zh" else f"row {fault.row}") if fault.row else ""
    column = f"[{fault.column}]" if fault.column else ""
    value = f"«{fault.value}»" if str(fault.value) else ""
    parts = (fault.code, fault.file, fault.sheet, row, column, value, fault.render(lang))
    return one_line(" ".join(str(part) for part in parts if part))


def one_line(text: str) -> str:
    """Return ``text`` with line breaks and control characters made visible, so that a fault stays one line."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def show_error(error: Any, lang: str, stream: TextIO | None = None) -> None:
    """Print an error of ours to ``stream`` (standard error)."""
    for text in error_lines(error, lang):
        line(text, stream=stream or sys.stderr)


def show_table(title: str, columns: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]]) -> None:
    """Print a table under its title; ``columns`` are (header, is it a number)."""
    if title:
        line(title, style="bold")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for header, is_number in columns:
        table.add_column(header, justify="right" if is_number else "left", no_wrap=is_number)
    for row in rows:
        table.add_row(*(RichText(one_line(cell)) for cell in row))
    console().print(table)


def say(text: Text, lang: str, *, style: str = "") -> None:
    """Print one sentence in ``lang``."""
    line(text.pick(lang), style=style)


def summary(scenario: Scenario, where: str) -> Text:
    """Return what a scenario holds, in one sentence."""
    counts = (len(scenario.places), len(scenario.orders), scenario.pieces, sum(v.count for v in scenario.fleet))
    zh = "{}：{}，{} 个地点，{} 张订单共 {} 件，{} 辆车"
    en = "{}: {}, {} places, {} orders of {} pieces, {} vehicles"
    return Text(zh.format(where, scenario.name, *counts), en.format(where, scenario.name, *counts))
