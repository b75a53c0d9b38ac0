"""Asking why something is left on a day with a villager's van."""

from __future__ import annotations

from optimizer.explain.releases import RELEASES
from tests.helpers import down, problem, vehicle


def test_every_rule_can_be_released_where_a_vehicle_ends_its_day_elsewhere() -> None:
    """Past bug: without its limit of one trip a van that ends at V2 was no vehicle, and the answer was E134."""
    county = problem([down(1)], [vehicle(), vehicle("villager", end="V2", max_trips=1)])
    for release in RELEASES:
        released = release.lift(county, "D1")
        assert [v.end for v in released.vehicle_types] == ["", "V2"], release.name
