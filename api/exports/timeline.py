"""What each vehicle does at each moment of the day, as spans for a Gantt chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.views import DayView, TripView

HOUR_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """``kind`` is loading, driving, service or waiting; ``rank`` the visit (0: at the depot)."""

    kind: str
    begin_s: int
    end_s: int
    rank: int = 0


def spans(trip: TripView) -> tuple[Span, ...]:
    """Return the spans of a trip in order; they tile it from loading to return without a gap.

    Waiting is all standing that is neither loading nor service: before a window
    opens, rests, and a loaded vehicle that has not left yet.
    """
    return tuple(span for span in _spans(trip) if span.end_s > span.begin_s)


def day_range(day: DayView) -> tuple[int, int]:
    """Return the whole hours that hold all trips, in seconds; 6:00 to 18:00 on an empty day."""
    if not day.trips:
        return 6 * HOUR_S, 18 * HOUR_S
    begin = min(trip.load_start_s for trip in day.trips)
    end = max(trip.return_s for trip in day.trips)
    return begin // HOUR_S * HOUR_S, -(-end // HOUR_S) * HOUR_S


def _spans(trip: TripView) -> Iterator[Span]:
    yield Span(kind="loading", begin_s=trip.load_start_s, end_s=trip.load_end_s)
    yield Span(kind="waiting", begin_s=trip.load_end_s, end_s=trip.depart_s)
    at = trip.depart_s
    for visit in trip.visits:
        yield Span(kind="driving", begin_s=at, end_s=visit.arrive_s, rank=visit.rank)
        yield Span(kind="waiting", begin_s=visit.arrive_s, end_s=visit.start_s, rank=visit.rank)
        yield Span(kind="service", begin_s=visit.start_s, end_s=visit.end_s, rank=visit.rank)
        yield Span(kind="waiting", begin_s=visit.end_s, end_s=visit.depart_s, rank=visit.rank)
        at = visit.depart_s
    yield Span(kind="driving", begin_s=at, end_s=trip.return_s)
