"""Cells of a table and values of a settings file: from text to value, and back.

Every kind of cell is a ``Cell``: how to read a text, how to write the value again, and
what to say about it in the data dictionary. Reading gives whole numbers in base units
(g, ml, m, s, fen); a ``CellError`` tells the code of what is wrong. Nothing here knows
which file or column it works for.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from optimizer.model import HORIZON_S, TimeWindow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SEPARATORS = re.compile(r"[;；、|]")
"""Between the entries of a list in one cell; a comma would end the cell."""

_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+|(?=\.\d))(\.\d*)?([eE][+-]?\d{1,3})?")
_SCIENTIFIC_ID = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?")
_DASH = re.compile(r"\s*(?:-|–|—|―|~|～|至|到)\s*")


class CellError(Exception):
    """A text is not a value of its kind; ``code`` and ``values`` are those of the fault to be."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One kind of cell: ``read`` may raise ``CellError``; ``show`` gives a text that reads back equal.

    ``unit`` and ``span`` (the range) are for the data dictionary. ``is_plain`` texts are
    normalised first: full-width digits, letters and spaces become ordinary ones.
    ``kind``: how the value stands in TOML: "text", "number" or "flag".
    """

    read: Callable[[str], object]
    show: Callable[[Any], str] = str
    unit: str = ""
    span: str = ""
    is_plain: bool = True
    kind: str = "text"


def plain(text: str) -> str:
    """Return the text with full-width characters made ordinary and outer spaces dropped."""
    return unicodedata.normalize("NFKC", text).strip()


def text(limit: int = 200) -> Cell:
    """Read free text, such as a name."""
    return Cell(read=lambda raw: _read_text(raw, limit), span=f"<= {limit}", is_plain=False)


def ident(limit: int = 64) -> Cell:
    """Read an id: text that a spreadsheet has not turned into a number."""
    return Cell(read=lambda raw: _read_ident(raw, limit), span=f"<= {limit}")


def idents(*, as_set: bool, limit: int = 64) -> Cell:
    """Read several ids, separated by semicolons: a frozenset, or a tuple that keeps the order."""
    return Cell(
        read=lambda raw: (frozenset if as_set else tuple)(_read_ident(part, limit) for part in _parts(raw)),
        show=lambda value: ";".join(sorted(value) if as_set else value),
        unit="a;b",
    )


def number(unit: str, *, scale: int = 1, low: int = 0, high: int) -> Cell:
    """Read a decimal number, stored as a whole number of 1/``scale`` units, rounded half up; bounds in units."""
    return Cell(
        read=lambda raw: _read_scaled(raw, scale, low, high),
        show=lambda value: _show_scaled(value, scale),
        unit=unit,
        span=f"{low}-{high}",
        kind="number",
    )


def whole(unit: str = "", *, low: int = 0, high: int) -> Cell:
    """Read a whole number; 12.0 will do, 12.5 will not."""
    return Cell(read=lambda raw: _read_whole(raw, low, high), unit=unit, span=f"{low}-{high}", kind="number")


def real(unit: str, *, low: float, high: float) -> Cell:
    """Read a number that stays a float, such as a coordinate."""
    return Cell(
        read=lambda raw: float(_within(_read_decimal(raw), low, high)),
        show=repr,
        unit=unit,
        span=f"{low:g}-{high:g}",
        kind="number",
    )


def clock() -> Cell:
    """Read a time of the plan's day; hours may go on to 48 for the night after."""
    return Cell(read=_read_clock, show=_show_clock, unit="HH:MM", span="00:00-48:00")


def clocks() -> Cell:
    """Read several times, separated by semicolons, none before the one in front."""
    return Cell(
        read=_read_clocks,
        show=lambda value: ";".join(_show_clock(v) for v in value),
        unit="HH:MM;HH:MM",
    )


def window() -> Cell:
    """Read one time window."""
    return Cell(read=_read_window, show=_show_window, unit="HH:MM-HH:MM")


def windows() -> Cell:
    """Read several time windows of a day, separated by semicolons."""
    return Cell(
        read=lambda raw: tuple(_read_window(part) for part in _parts(raw)),
        show=lambda value: ";".join(_show_window(v) for v in value),
        unit="HH:MM-HH:MM;...",
    )


def choice(words: Mapping[str, str]) -> Cell:
    """Read one of ``words``: value -> its Chinese word; either may be written."""
    known = {word.lower(): value for value, zh in words.items() for word in (value, zh) if word}

    def read(raw: str) -> str:
        if raw.lower() in known:
            return known[raw.lower()]
        raise CellError("E316", choices=" / ".join(_pair(value, zh) for value, zh in words.items() if value))

    return Cell(read=read, span=" / ".join(_pair(value, zh) for value, zh in words.items() if value))


def choices(words: Mapping[str, str]) -> Cell:
    """Read several of ``words``, separated by semicolons, in order and each once."""
    one = choice(words)
    return Cell(
        read=lambda raw: tuple(dict.fromkeys(str(one.read(part)) for part in _parts(raw))),
        show=";".join,
        span=one.span,
    )


def yes_no() -> Cell:
    """Read yes or no, in either language."""
    words = {"yes": True, "true": True, "1": True, "y": True, "是": True, "√": True}
    words |= {"no": False, "false": False, "0": False, "n": False, "否": False}

    def read(raw: str) -> bool:
        if raw.lower() in words:
            return words[raw.lower()]
        raise CellError("E316", choices="yes (是) / no (否)")

    return Cell(read=read, show=lambda value: "yes" if value else "no", span="yes (是) / no (否)", kind="flag")


def day() -> Cell:
    """Read a date of the Gregorian calendar."""
    return Cell(read=_read_day, unit="YYYY-MM-DD")


def _pair(value: str, zh: str) -> str:
    return f"{value} ({zh})" if zh and zh != value else value


def _parts(raw: str) -> list[str]:
    return [part.strip() for part in SEPARATORS.split(raw) if part.strip()]


def _read_text(raw: str, limit: int) -> str:
    if len(raw) > limit or any(unicodedata.category(c) in {"Cc", "Cs"} for c in raw):
        raise CellError("E318", limit=limit)
    return raw


def _read_ident(raw: str, limit: int) -> str:
    if _SCIENTIFIC_ID.fullmatch(raw):
        raise CellError("E313")
    return _read_text(raw, limit)


def _read_decimal(raw: str) -> Decimal:
    if len(raw) > 40 or not _NUMBER.fullmatch(raw):
        raise CellError("E311")
    return Decimal(raw.replace(",", ""))


def _within(value: Decimal, low: float, high: float) -> Decimal:
    if not low <= value <= high:
        raise CellError("E312", low=f"{low:g}" if isinstance(low, float) else low, high=high)
    return value


def _read_scaled(raw: str, scale: int, low: int, high: int) -> int:
    value = _within(_read_decimal(raw), low, high)
    return int((value * scale).to_integral_value(ROUND_HALF_UP))


def _show_scaled(value: int, scale: int) -> str:
    shown = Decimal(value) / scale
    if scale <= 3_600:
        shown = round(shown, 4)  # enough to read back the same whole number
    return f"{shown.normalize():f}"


def _read_whole(raw: str, low: int, high: int) -> int:
    value = _within(_read_decimal(raw), low, high)
    if value != value.to_integral_value():
        raise CellError("E319")
    return int(value)


def _read_clock(raw: str) -> int:
    match = _CLOCK.fullmatch(raw)
    if match is None:
        raise CellError("E314")
    hour, minute, second = (int(part or 0) for part in match.groups())
    time_s = hour * 3_600 + minute * 60 + second
    if minute > 59 or second > 59 or time_s > HORIZON_S:
        raise CellError("E314")
    return time_s


def _read_clocks(raw: str) -> tuple[int, ...]:
    times = tuple(_read_clock(part) for part in _parts(raw))
    if list(times) != sorted(times):
        raise CellError("E314")
    return times


def _show_clock(value: int) -> str:
    minutes, second = divmod(value, 60)
    shown = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{shown}:{second:02d}" if second else shown


def _read_window(part: str) -> TimeWindow:
    ends = _DASH.split(part)
    try:
        early_s, late_s = (_read_clock(end) for end in ends)
    except (CellError, ValueError):  # not two ends, or one of them is no time
        raise CellError("E315") from None
    if early_s > late_s:
        raise CellError("E315")
    return TimeWindow(early_s=early_s, late_s=late_s)


def _show_window(value: TimeWindow) -> str:
    return f"{_show_clock(value.early_s)}-{_show_clock(value.late_s)}"


def _read_day(raw: str) -> date:
    match = _DATE.fullmatch(raw)
    if match is None:
        raise CellError("E317")
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:  # the 31st of April
        raise CellError("E317") from None
