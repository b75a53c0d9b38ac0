"""Stops on a drawn course: rising spots with the least sum of squared distances."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.line_cuts import cut_course, piece_between


def test_a_course_that_comes_back_is_cut_twice() -> None:
    """Out 100 m and back: the third stop lies at 10 m, which is position 1.9 on the way back."""
    cuts = cut_course(np.array([[0.0, 0], [100, 0], [0, 0]]), np.array([[10.0, 5], [100, 5], [10, -5]]))
    assert cuts.position == pytest.approx([0.1, 1.0, 1.9])
    assert cuts.off_m == pytest.approx([5, 5, 5])


def test_a_ring_ends_where_it_began_and_not_at_once() -> None:
    """Round a square of 100 m: the first stop is at its start, the last, on the same spot, at its end."""
    square = np.array([[0.0, 0], [100, 0], [100, 100], [0, 100], [0, 0]])
    assert cut_course(square, np.array([[0.0, 0], [0, 0]])).position == pytest.approx([0, 4])


def test_a_piece_has_its_two_ends_and_the_corners_between() -> None:
    """From 20 m before the corner to 30 m behind it."""
    corner = np.array([[0.0, 0], [100, 0], [100, 100]])
    assert piece_between(corner, 0.8, 1.3) == pytest.approx(np.array([[80, 0], [100, 0], [100, 30]]))
    assert piece_between(corner, 0.2, 0.4) == pytest.approx(np.array([[20, 0], [40, 0]]))
    assert piece_between(corner, 0.0, 1.0).tolist() == [[0, 0], [100, 0]]


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), corners=st.integers(2, 6), count=st.integers(1, 4))
def test_no_rising_choice_of_corners_and_nearest_spots_is_nearer(seed: int, corners: int, count: int) -> None:
    """All choices, tried one by one: each stop at a corner or at its nearest spot of all."""
    rng = np.random.default_rng(seed)
    course, stops = rng.uniform(0, 100, (corners, 2)), rng.uniform(0, 100, (count, 2))
    cuts = cut_course(course, stops)
    assert (np.diff(cuts.position) >= 0).all()
    assert cuts.off_m == pytest.approx([float(np.hypot(*row)) for row in stops - cuts.xy])
    line = shapely.LineString(course)
    marks = [line.project(shapely.Point(corner)) for corner in course]
    options = [sorted({*marks, line.project(shapely.Point(stop))}) for stop in stops]
    least = min(
        sum(shapely.Point(stop).distance(line.interpolate(at)) ** 2 for stop, at in zip(stops, choice, strict=True))
        for choice in product(*options)
        if list(choice) == sorted(choice)
    )
    assert (cuts.off_m**2).sum() <= least + 1
