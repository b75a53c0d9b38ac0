"""What is left of the time on board that perishable goods may have, by hand."""

from __future__ import annotations

import pytest

from optimizer.plan import Plan, Route, Trip, Visit
from scenarios.freshness import freshness_kept
from tests.helpers import problem, shipment

H = 3_600


def test_freshness_is_what_is_left_of_the_longest_time_weighted_by_pieces() -> None:
    """10 pieces ride 900 of 3,600 s (0.75 left), 30 pieces are left behind: 10 x 0.75 / 40 = 0.1875."""
    goods = (
        shipment("U1", "V1", "H", pieces=10, max_on_board_s=H),
        shipment("U2", "V2", "H", pieces=30, max_on_board_s=H),
        shipment("D1", "H", "V1", pieces=99),
    )
    at = Visit(place="V1", arrive_s=9 * H, start_s=9 * H, end_s=9 * H, depart_s=9 * H, deliver=("D1",), collect=("U1",))
    trip = Trip(start="H", end="H", load_start_s=8 * H, depart_s=8 * H, return_s=9 * H + 900, visits=(at,))
    plan = Plan(routes=(Route(vehicle_type="van", number=1, trips=(trip,)),))
    assert freshness_kept(problem(goods), plan) == pytest.approx(0.1875)


def test_goods_that_keep_have_no_freshness() -> None:
    """Nothing to measure is not 0."""
    assert freshness_kept(problem((shipment("D1", "H", "V1"),)), Plan()) is None
