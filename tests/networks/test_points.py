"""Points are checked at birth and known by their coordinates."""

from __future__ import annotations

import numpy as np
import pytest

from networks.errors import InvalidInput
from networks.points import Points


def test_points_with_the_same_coordinates_have_the_same_digest() -> None:
    """Ids do not matter to a travel time, the order does."""
    first, renamed = (Points(ids, np.array([110.0, 111.0]), np.array([30.0, 31.0])) for ids in (("a", "b"), ("x", "y")))
    assert first.digest == renamed.digest
    assert first.digest != first.take(np.array([1, 0])).digest


def test_points_cannot_be_changed() -> None:
    """The arrays are copies and read-only, so a cached matrix stays true."""
    lon = np.array([110.0])
    points = Points(("a",), lon, np.array([30.0]))
    lon[0] = 0.0
    assert points.lon[0] == 110.0
    with pytest.raises(ValueError, match="read-only"):
        points.lon[0] = 0.0


@pytest.mark.parametrize(
    ("code", "ids", "lon", "lat"),
    [
        ("E251", ("a", "b"), [110.0], [30.0, 31.0]),
        ("E252", ("a", "a"), [110.0, 111.0], [30.0, 31.0]),
        ("E253", ("a", "b"), [110.0, np.nan], [30.0, 31.0]),
        ("E253", ("a", "b"), [30.0, 31.0], [110.0, 111.0]),
    ],
    ids=["lengths differ", "ids repeat", "coordinate missing", "lon and lat swapped"],
)
def test_raises_when_points_make_no_sense(code: str, ids: tuple[str, ...], lon: list[float], lat: list[float]) -> None:
    """Each fault has its own code; swapped columns show as latitudes beyond 90."""
    with pytest.raises(InvalidInput, match=rf"^{code} "):
        Points(ids, np.array(lon), np.array(lat))
