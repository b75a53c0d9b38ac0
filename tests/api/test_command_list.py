"""The list of commands says of each what the command says of itself, and imports none of them."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from api.command_line import COMMANDS
from scenarios.text import Text

HEAVY = {"numpy", "networks", "optimizer", "scenarios", "api.talk", "api.schemas", "api.commands.plan"}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_line_of_the_list_is_the_help_of_its_command(name: str) -> None:
    command = COMMANDS[name]
    assert Text(command.zh, command.en) == import_module(f"api.commands.{command.module}").HELP


def test_the_list_of_commands_imports_none_of_them() -> None:
    """Past bug: four seconds of imports for twenty lines."""
    script = "import sys; from api.cli import main; main(['--help']); print(*sys.modules, sep='\\n')"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert not HEAVY & set(shown.splitlines())
