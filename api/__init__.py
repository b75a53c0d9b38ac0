"""Doors: the command line, files out and in, reports and paper."""

from __future__ import annotations

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
