"""Spans of a trip tile its day."""

from __future__ import annotations

from itertools import pairwise

from api.exports.timeline import Span, day_range, spans
from tests.api.days import large_day, small_day


def test_spans_tile_the_trip_from_loading_to_return() -> None:
    """Each begins where the last one ended; the first with loading, the last at the return."""
    for trip in large_day(3, 6).trips:
        found = spans(trip)
        assert all(a.end_s == b.begin_s for a, b in pairwise(found))
        assert (found[0].begin_s, found[-1].end_s) == (trip.load_start_s, trip.return_s)


def test_a_wait_before_the_window_is_waiting() -> None:
    """The second village of the small day opens 15 min after the van arrives at 6:55."""
    trip = small_day().trips[0]
    assert Span(kind="waiting", begin_s=24_900, end_s=25_800, rank=2) in spans(trip)


def test_driving_on_the_timeline_is_the_driving_of_the_trip() -> None:
    """Five legs of ten minutes."""
    trip = small_day().trips[0]
    assert sum(s.end_s - s.begin_s for s in spans(trip) if s.kind == "driving") == trip.driving_s == 3_000


def test_the_axis_covers_whole_hours() -> None:
    """6:00 to 7:55 shows 6 to 8; an empty day shows 6 to 18."""
    assert day_range(small_day()) == (21_600, 28_800)
    assert day_range(small_day(trips=())) == (21_600, 64_800)
