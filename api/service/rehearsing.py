"""Reads what a job is going to read, events and variants, so that their faults are told before it is accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.service.folders import refuse_outside
from scenarios.event_columns import EVENTS_FILE
from scenarios.events_file import read_events
from scenarios.variants.read import read_variants

if TYPE_CHECKING:
    from pathlib import Path

    from api.service.questions import Asked

VARIANTS_FILE = "variants.toml"


def events(asked: Asked) -> dict[str, Any]:
    """Return what stood in for figures that the events leave out.

    Raises
    ------
    InvalidInput
        E370 with all faults, E645.
    """
    found = read_events(written(asked, asked.question["events"], EVENTS_FILE), asked.county.scenario)
    return {"assumed": [{"zh": text.zh, "en": text.en} for text in found.assumed]}


def variants(asked: Asked) -> dict[str, Any]:
    """Return how many variants there are.

    Raises
    ------
    InvalidInput
        E300 with all faults, E645.
    """
    found = read_variants(written(asked, asked.question["variants"], VARIANTS_FILE), asked.county.scenario)
    return {"count": len(found.variants)}


def written(asked: Asked, text: str, name: str) -> Path:
    """Write a text beside the files of the scenario, which it may name, and return the file.

    Raises
    ------
    InvalidInput
        E645, where it names a file elsewhere.
    """
    refuse_outside(text)
    folder = asked.county.scenario.folder or asked.folder
    file = folder / name
    file.write_text(text, encoding="utf-8", errors="replace")
    return file
