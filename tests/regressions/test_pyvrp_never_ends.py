"""PyVRP 0.14.1 could search for ever: reloading, release times and a duration limit must not go to it together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.engines.pyvrp_data import adapt
from tests.helpers import HOUR_S, down, problem, solve_checked, up, vehicle

if TYPE_CHECKING:
    import pyvrp

    from optimizer.model import Shipment

NO_LIMIT = np.iinfo(np.int64).max
"""PyVRP's word for a route of any duration."""

VAN = vehicle(regular_s=8 * HOUR_S, max_overtime_s=HOUR_S)
"""Eight hours, a ninth as overtime, any number of trips."""


def offered(*shipments: Shipment) -> pyvrp.VehicleType:
    """Return the van as PyVRP sees it."""
    (kind,) = adapt(problem(list(shipments), vehicles=[VAN]), is_coarse=True).data.vehicle_types()
    return kind


def test_waves_and_several_trips_turn_the_duration_limit_into_a_window() -> None:
    """Goods from 6:00 on, 8 + 1 hours: home by 15:00, and no limit on the duration besides."""
    van = offered(down(1, ready_s=6 * HOUR_S), down(2, ready_s=7 * HOUR_S))
    assert van.tw_late == 15 * HOUR_S
    assert van.shift_duration == NO_LIMIT


def test_without_waves_the_duration_limit_stays() -> None:
    """Nothing is released late, so PyVRP may weigh overtime itself."""
    van = offered(down(1), down(2))
    assert (van.shift_duration, van.max_overtime) == (8 * HOUR_S, HOUR_S)


def test_goods_ready_only_in_the_villages_are_no_wave() -> None:
    """A day of pickups alone is planned, whenever they are ready."""
    county = problem([up(1, ready_s=9 * HOUR_S), up(2, ready_s=10 * HOUR_S)], vehicles=[VAN])
    assert solve_checked(county).plan.unserved == ()
