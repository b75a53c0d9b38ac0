"""What an override and a closure are; frozen, made by readers or by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

Spot = tuple[float, float] | str
"""Longitude and latitude in WGS-84 degrees, or the id of a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """New values for edges, or a new connector.

    Meant are the edges at positions ``edges`` and all edges of ``ways``; or, when ``path``
    is not empty, a new road along it. ``values`` maps edge columns to what they become;
    ``minutes`` is the time for all edges meant together, or for the connector. It holds
    from ``first_day`` to ``last_day``, both included; None leaves that side open.
    ``file`` and ``row`` say where it was written.
    """

    edges: tuple[int, ...] = ()
    ways: tuple[int, ...] = ()
    path: tuple[Spot, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    minutes: float | None = None
    first_day: date | None = None
    last_day: date | None = None
    file: str = ""
    row: int = 0

    def holds_on(self, day: date | None) -> bool:
        """Return whether it holds on ``day``; None asks for all of them."""
        return day is None or is_between(day, self.first_day, self.last_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Edges that nobody may drive: ``edges``, all edges of ``ways``, all that touch ``area`` (a polygon).

    On the days from ``first_day`` to ``last_day``, both included, and in ``season`` ("": in both).
    """

    edges: tuple[int, ...] = ()
    ways: tuple[int, ...] = ()
    area: Any = None
    first_day: date | None = None
    last_day: date | None = None
    season: str = ""
    file: str = ""
    row: int = 0

    def holds_on(self, day: date, season: str) -> bool:
        """Return whether the roads are shut on ``day``."""
        return self.season in ("", season) and is_between(day, self.first_day, self.last_day)


def is_between(day: date, first: date | None, last: date | None) -> bool:
    """Return whether ``day`` lies in the range, both ends included, None open."""
    return (first is None or first <= day) and (last is None or day <= last)
