"""Moments as RFC 3339 has them: of the service in UTC, of a plan's day on China's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
"""The clock of every plan; China has one and does not change it."""


def instant(at_ms: int | None) -> str | None:
    """Return milliseconds since 1970 as a moment, None as None."""
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


def moment(day: date, at_s: int | None) -> str | None:
    """Return seconds since a plan's day began as a moment; past midnight is the day after."""
    if at_s is None:
        return None
    return (datetime.combine(day, time(), CHINA) + timedelta(seconds=at_s)).isoformat()
