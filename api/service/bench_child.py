"""A limited process that holds one scenario, built, and answers questions about its plans.

Uploaded road files are parsed here and nowhere else: memory, processor time, file sizes and wall time are bounded, and
only JSON goes back. Questions come one at a time over a pipe; the process ends when the pipe does.
"""

from __future__ import annotations

import errno
import gc
import json
import logging
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.commands.validate import course_notes
from api.errors import InvalidInput
from api.service.asking import ANSWERS, Asked
from api.service.folders import path_faults, stored_files, write_files
from api.service.gdal_bounds import view_faults
from api.service.limits import Bounds, restrict
from api.service.problems import MOST_FAULTS, OURS, fault_record, problem
from api.service.replanned import Day, day_of
from scenarios.build import build_problem
from scenarios.files import read_scenario
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from multiprocessing.connection import Connection

    from scenarios.build import County
    from scenarios.scenario import Scenario

OUT_OF_MEMORY = "memory"

FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system says of a disk without space, which is no fault of a scenario."""


def run(connection: Connection, bounds: Mapping[str, int], folder: str, cache: str) -> None:
    """Load the folder that comes first, then answer until nobody asks any more."""
    kinds = {"memory_bytes": "memory_bytes", "cpu_s": "processor_s", "file_bytes": "file_bytes"}
    restrict(Bounds(**{name: bounds[key] for name, key in kinds.items()}))
    logging.disable(logging.CRITICAL)  # readers may quote what they read
    tempfile.tempdir = folder  # what one that is killed leaves goes with its folder
    try:
        content = connection.recv_bytes()
        county = _first(connection, content, bounds, (Path(folder), Path(cache)))
        days = Days(county, Path(cache)) if county is not None else None
        gc.collect()
        gc.freeze()  # what stays for good is gone through no more: that took 0.3 s, in the middle of an answer
        while days is not None:
            _say(connection, _answered(days, json.loads(connection.recv_bytes())))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def load(folder: Path, cache: Path | None, bounds: Mapping[str, int]) -> tuple[County | None, dict[str, Any]]:
    """Return the county of a written folder, None where it is invalid, and what a revision stores of it."""
    found: dict[str, Any] = {"name": "", "places": 0, "vehicles": 0, "orders": 0, "faults": [], "notes": []}
    refused = path_faults(folder) or view_faults(folder)
    if refused:
        return None, {**found, **_told(refused)}
    try:
        scenario = read_scenario(folder)
        found |= sizes(scenario)
        _refuse_large(found, bounds)
        county = build_problem(scenario, cache=cache)
    except InvalidInput:
        raise
    except OURS as error:
        faults = getattr(error, "faults", ()) or (_Whole(error),)
        return None, {**found, **_told(faults)}
    notes = (*county.notes, *course_notes(county), *scenario.placeholders)
    return county, {**found, "notes": [{"zh": note.zh, "en": note.en} for note in notes]}


def _told(faults: Sequence[Any]) -> dict[str, Any]:
    """Return faults as a revision stores them, and a note where there are more: a long file may have a million."""
    more = len(faults) - MOST_FAULTS
    notes = [{"zh": f"另有 {more} 处错误没有列出", "en": f"faults that are not listed: {more}"}] if more > 0 else []
    return {"faults": [fault_record(fault) for fault in faults[:MOST_FAULTS]], "notes": notes}


def sizes(scenario: Scenario) -> dict[str, Any]:
    """Return name and size of a scenario, as revisions and limits count them."""
    vehicles = sum(vehicle.count for vehicle in scenario.fleet)
    counts = {"places": len(scenario.places), "vehicles": vehicles, "orders": len(scenario.orders)}
    return {"name": scenario.name, "date": scenario.date.isoformat(), **counts}


def _first(
    connection: Connection, content: bytes, bounds: Mapping[str, int], places: tuple[Path, Path]
) -> County | None:
    """Load the scenario and tell what was found."""
    folder, cache = places
    try:
        write_files(stored_files(content), folder)
        county, found = load(folder, cache, bounds)
    except InvalidInput as error:
        _say(connection, {"problem": problem(error)})
        return None
    except MemoryError:
        _say(connection, {"ended": OUT_OF_MEMORY})
        return None
    except OSError as error:
        _say(connection, {"full" if error.errno in FULL else "ended": error.strerror or type(error).__name__})
        return None
    except Exception as error:  # whatever a library makes of a strange file, or of too little room
        _say(connection, {"ended": type(error).__name__})
        return None
    _say(connection, {"answer": found})
    return county


class Days:
    """The day of the scenario and the one asked of last that went on after events; another is made when asked of."""

    def __init__(self, county: County, cache: Path) -> None:
        self._first = Day(county=county, open=county)
        self._cache = cache
        self._last: tuple[list[Mapping[str, str]], Day] = ([], self._first)

    def after(self, past: list[Mapping[str, str]], folder: Path) -> Day:
        """Return the day after ``past``, as ``api.service.replanned.day_of``."""
        if not past:
            return self._first
        if self._last[0] != past:
            where = self._first.county.scenario.folder or folder
            self._last = (past, day_of(self._first.county, past, where, cache=self._cache))
        return self._last[1]


def _answered(days: Days, question: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer to one question, or the problem with it."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            day = days.after(question.get("past") or [], Path(folder))
            asked = Asked(county=day.county, question=question, folder=Path(folder), day=day)
            return {"answer": ANSWERS[question["ask"]](asked)}
    except OURS as error:
        return {"problem": problem(error)}
    except MemoryError:
        return {"ended": OUT_OF_MEMORY}
    except OSError as error:
        return {"full": error.strerror} if error.errno in FULL else _bug(error)
    except Exception as error:  # the scenario was sound, so this is ours: a 500, and where it was
        return _bug(error)


def _bug(error: Exception) -> dict[str, Any]:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return {"bug": f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"}


def _say(connection: Connection, content: Mapping[str, Any]) -> None:
    connection.send_bytes(json.dumps(content, ensure_ascii=False, default=str).encode())


def _refuse_large(found: Mapping[str, Any], bounds: Mapping[str, int]) -> None:
    words = {
        "places": Text("地点", "places"),
        "vehicles": Text("车辆", "vehicles"),
        "orders": Text("订单", "orders"),
    }
    for name, what in words.items():
        most = bounds.get(f"most_{name}", found[name])
        if found[name] > most:
            raise InvalidInput("E646", what=what, count=found[name], most=most)


class _Whole:
    """An error without faults as the one fault that it is."""

    def __init__(self, error: Any) -> None:
        self.code: str = error.code
        self.values = dict(error.values)
        self.file = self.sheet = self.column = self.value = ""
        self.row = 0
        self.render = error.render
