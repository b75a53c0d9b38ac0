"""Market days (赶集): the five schemes by which towns choose them, as frozen rules over dates.

    1,4,7               last digits of the day of the month (逢一四七); the 31st is a day with 1, the 10th one with 0
    lunar:2,5,8         last digits of the day of the lunar month
    weekday:6           days of the week, Monday is 1 and Sunday 7
    branch:子,午        earthly branches of the day; two that lie six apart give the 6-day cycle
    cycle4:2026-01-01   every fourth day (空三赶四), that date being one

Lunar and sexagenary days come from ``borax``, whose tables hold 1900-01-31 to 2101-01-28;
the other schemes have no limit. Which town has which scheme is the user's knowledge, not ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from borax.calendars.lunardate import MAX_SOLAR_DATE, MIN_SOLAR_DATE, LunarDate

from scenarios.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
"""The twelve earthly branches; day after day takes the next."""

CYCLE_DAYS = 4
"""Length of the cycle of 空三赶四 in days."""

_CHOICES = {
    "": tuple("0123456789"),
    "lunar": tuple("0123456789"),
    "weekday": tuple("1234567"),
    "branch": tuple(BRANCHES),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketDays:
    """When a town has its market.

    ``scheme`` is "" (Gregorian last digits), "lunar", "weekday", "branch" or "cycle4".
    ``on`` holds the digits, weekdays or branches as they are written, each once; for "cycle4" it
    is empty and ``start`` is one market day. Raises ``InvalidInput`` E340, E341 or E342 otherwise.
    """

    scheme: str
    on: tuple[str, ...] = ()
    start: date | None = None

    def __post_init__(self) -> None:
        if self.scheme == "cycle4":
            if self.start is None or self.on:
                raise InvalidInput("E340", value=self.scheme)
            return
        if self.scheme not in _CHOICES or not self.on or self.start is not None:
            raise InvalidInput("E340", value=self.scheme)
        for number, value in enumerate(self.on):
            if value not in _CHOICES[self.scheme]:
                raise InvalidInput("E341", value=value, choices=" ".join(_CHOICES[self.scheme]))
            if value in self.on[:number]:
                raise InvalidInput("E342", value=value)

    def is_market_day(self, day: date) -> bool:
        """Return whether ``day`` is one; E343 where a lunar scheme's tables do not reach. O(1)."""
        if self.start is not None:
            return (day - self.start).days % CYCLE_DAYS == 0
        if self.scheme == "weekday":
            return str(day.isoweekday()) in self.on
        if self.scheme == "":
            return str(day.day % 10) in self.on
        if self.scheme == "lunar":
            return str(_lunar(day).day % 10) in self.on
        return _lunar(day).gz_day[1] in self.on

    def days(self, first: date, last: date) -> Iterator[date]:
        """Yield the market days from ``first`` to ``last``, both included, in order."""
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            if self.is_market_day(day):
                yield day

    def __str__(self) -> str:
        """Return the text that ``parse_market_days`` reads."""
        tail = self.start.isoformat() if self.start is not None else ",".join(self.on)
        return f"{self.scheme}:{tail}" if self.scheme else tail


def parse_market_days(text: str) -> MarketDays:
    """Return the rule that ``text`` writes; full-width commas, colons and digits are read too.

    Raises ``InvalidInput`` E340 for an unknown form or date, E341 and E342 for a value of it.
    """
    plain = text.translate(_PLAIN).strip()
    scheme, colon, tail = plain.rpartition(":")
    if (colon and not scheme.strip()) or not tail.strip():
        raise InvalidInput("E340", value=text)
    scheme = scheme.strip().lower()
    if scheme == "cycle4":
        return MarketDays(scheme=scheme, start=_date(tail.strip(), text))
    if scheme not in _CHOICES:
        raise InvalidInput("E340", value=text)
    return MarketDays(scheme=scheme, on=tuple(part.strip() for part in tail.split(",")))


_PLAIN = {ord(wide): narrow for wide, narrow in zip("，、：０１２３４５６７８９", ",,:0123456789", strict=True)}


def _date(word: str, text: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError as error:
        raise InvalidInput("E340", value=text) from error


def _lunar(day: date) -> LunarDate:
    if not MIN_SOLAR_DATE <= day <= MAX_SOLAR_DATE:
        raise InvalidInput("E343", value=day, first=MIN_SOLAR_DATE, last=MAX_SOLAR_DATE)
    return LunarDate.from_solar(day)
