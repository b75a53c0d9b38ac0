"""Doors: the command line, files out and in, reports and paper.

What is exported is imported when it is first used: solver processes and the list of commands need none of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.errors import CATALOGUE, ExportFailed, Fault, InvalidInput
    from api.plan_file import plan_digest, read_plan, write_plan
    from api.schemas import PlanFile, from_plan, to_plan

__all__ = [
    "CATALOGUE",
    "ExportFailed",
    "Fault",
    "InvalidInput",
    "PlanFile",
    "from_plan",
    "plan_digest",
    "read_plan",
    "to_plan",
    "write_plan",
]

if not TYPE_CHECKING:

    def __getattr__(name):
        """Import an exported name from the first module that has it."""
        for module in ("errors", "schemas", "plan_file") if name in __all__ else ():
            found = getattr(import_module(f"api.{module}"), name, None)
            if found is not None:
                return found
        raise AttributeError(name)
