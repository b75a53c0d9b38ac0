"""Reads what a job is going to read, events and variants, so that their faults are told before it is accepted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.service.documents import EVENTS, VARIANTS_FILE, json_pointer
from api.service.folders import refuse_outside, settings_tree
from scenarios.errors import InvalidInput
from scenarios.event_columns import CLOSED, EVENTS_FILE
from scenarios.events_file import read_events
from scenarios.variants.read import read_variants

if TYPE_CHECKING:
    from pathlib import Path

    from api.service.questions import Asked
    from scenarios.errors import Fault


def events(asked: Asked) -> dict[str, Any]:
    """Return what stood in for figures that the events leave out.

    Raises
    ------
    InvalidInput
        E370 with all faults, E645.
    """
    text = asked.question["events"]
    try:
        found = read_events(written(asked, text, EVENTS_FILE), asked.county.scenario)
    except InvalidInput as error:
        raise InvalidInput(
            error.code, faults=tuple(_in_request(f, text) for f in error.faults), **error.values
        ) from None
    return {"assumed": [{"zh": text.zh, "en": text.en} for text in found.assumed]}


def _in_request(fault: Fault, text: str) -> Fault:
    """Return a fault of a file that the events name as one of where they name it."""
    if fault.file == EVENTS_FILE:
        return fault
    entries = settings_tree(text.encode()).get(CLOSED.name, [])
    names = [entry.get("file") if isinstance(entry, dict) else None for entry in entries]
    steps = (CLOSED.name, names.index(fault.file), "file") if fault.file in names else ()
    return replace(fault, values={**fault.values, "pointer": json_pointer(EVENTS, *steps)})


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
