"""Days of service and times of day of a GTFS feed."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from scenarios.timetables.model import CLOCK_MOST_S, WEEKDAYS, Days

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.tables import Findings
    from scenarios.timetables.gtfs_tables import Feed

DAY_COLUMNS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Of calendar.txt, in the order of ``WEEKDAYS``."""

ADDED, REMOVED = 1, 2
"""Values of ``exception_type``."""

_TIME = re.compile(r"(\d{1,2}):([0-5]\d):([0-5]\d)")
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")


def days_of(feed: Feed, findings: Findings) -> dict[str, Days]:
    """Return the days of each service; one that is only in calendar_dates.txt runs on no other day."""
    added: defaultdict[str, set[date]] = defaultdict(set)
    removed: defaultdict[str, set[date]] = defaultdict(set)
    dates = feed["calendar_dates"]
    for row, service, text, kind in dates[["service_id", "date", "exception_type"]].itertuples():
        day = _day(text, "calendar_dates.txt", row, "date", findings)
        if kind not in (ADDED, REMOVED):
            values = {"column": "exception_type", "value": f"{kind:g}", "choices": f"{ADDED} / {REMOVED}"}
            findings.fault("E316", "calendar_dates.txt", row=row, **values)
        elif day is not None:
            (added if kind == ADDED else removed)[service].add(day)
    found = {name: Days(weekdays=(), also_on=frozenset(some)) for name, some in added.items()}
    found |= {name: Days(weekdays=()) for name in removed if name not in found}
    calendar = feed["calendar"]
    for row, service, first, last, *flags in calendar[
        ["service_id", "start_date", "end_date", *DAY_COLUMNS]
    ].itertuples():
        found[service] = Days(
            weekdays=tuple(name for name, flag in zip(WEEKDAYS, flags, strict=True) if flag == 1),
            first=_day(first, "calendar.txt", row, "start_date", findings),
            last=_day(last, "calendar.txt", row, "end_date", findings),
            also_on=frozenset(added[service]),
            not_on=frozenset(removed[service]),
        )
    return found


def _day(text: str, file: str, row: int, column: str, findings: Findings) -> date | None:
    try:
        if match := _DATE.fullmatch(text):
            return date(*map(int, match.groups()))
    except ValueError:  # the 31st of April
        pass
    if text:  # an empty one is told already
        findings.fault("E317", file, row=row, column=column, value=text)
    return None


def seconds_of(table: pd.DataFrame, file: str, column: str, findings: Findings) -> np.ndarray:
    """Return (n,) seconds since midnight; nan where the cell is empty, inf with a fault where it is no such time."""
    texts, idx = np.unique(table[column].to_numpy(str), return_inverse=True)
    seconds = np.array([_seconds(text) for text in texts.tolist()], dtype=float)
    rows = table.index.to_numpy()
    for at in np.flatnonzero(np.isinf(seconds)[idx]):
        findings.fault("E314", file, row=int(rows[at]), column=column, value=str(texts[idx[at]]))
    return np.asarray(seconds[idx])


def _seconds(text: str) -> float:
    match = _TIME.fullmatch(text)
    if match is None:
        return np.inf if text else np.nan
    hour, minute, second = map(int, match.groups())
    time_s = hour * 3_600 + minute * 60 + second
    return time_s if time_s <= CLOCK_MOST_S else np.inf
