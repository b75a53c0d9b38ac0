"""The entry of the command line: ``gongpei`` and ``python -m api.cli``.

Imports nothing heavy: solver processes import this module again when they start, and
must not load maps and reports. The commands are in ``api.command_line``.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code, see ``api.command_line``."""
    return int(import_module("api.command_line").main(argv))


if __name__ == "__main__":
    sys.exit(main())
