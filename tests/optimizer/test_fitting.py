"""First fit: what stood stays, the rest goes where it lengthens a day least, with a dock to load at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.fitting import first_fit
from optimizer.grid import spans_of
from optimizer.model import Depot, TimeWindow
from optimizer.packing import pack_trips
from optimizer.pool import PooledTrip, pooled_trip
from optimizer.schedule import TripDraft, VisitDraft, schedule_route
from tests.helpers import down, problem, vehicle

if TYPE_CHECKING:
    from optimizer.model import VehicleType
    from optimizer.problem import Problem


def county_of(*villages: int, van: VehicleType, docks: int | None = None, loading_s: int = 0) -> Problem:
    """Return a county with a shipment to each of the villages."""
    return problem([down(k) for k in villages], [van], depots=(Depot(place="H", loading_s=loading_s, docks=docks),))


def trips_of(county: Problem) -> list[PooledTrip]:
    """Return one pooled trip for each shipment."""
    made = []
    for s in county.shipments:
        draft = TripDraft(visits=(VisitDraft(place=s.destination, deliver=(s.id,)),))
        route = schedule_route(county, "van", 1, [draft])
        assert route is not None
        made.append(pooled_trip(county, "van", route.trips[0]))
    return made


def fitted(county: Problem, trips: list[PooledTrip]) -> list[tuple[int, int]]:
    """Return vehicle and minute of each trip."""
    return first_fit(county, trips, spans_of(county, trips))


def test_trips_follow_each_other_on_one_van_while_its_day_lasts() -> None:
    """21 and 41 min rounded up to 21 and 41: together 62, so an hour on duty asks for a second van."""
    for regular_s, vans in ((3_720, {1}), (3_660, {1, 2})):
        county = county_of(1, 2, van=vehicle(count=2, regular_s=regular_s))
        assert {number for number, _ in fitted(county, trips_of(county))} == vans


def test_what_stood_in_a_plan_stays_there() -> None:
    """The second van at minute 100, though the first is free at once."""
    county = county_of(1, 2, van=vehicle(count=2))
    first, second = trips_of(county)
    assert fitted(county, [first, replace(second, number=2, loaded_s=6_000)])[1] == (2, 100)


def test_a_gap_is_filled_before_a_day_is_lengthened() -> None:
    """Two trips stand at minutes 0 and 100 of van 1; a third of 41 min fits between them."""
    county = county_of(1, 2, 3, van=vehicle(count=2))
    one, two, three = trips_of(county)
    stands = [replace(one, number=1, loaded_s=0), two, replace(three, number=1, loaded_s=6_000)]
    number, minute = fitted(county, stands)[1]
    assert number == 1
    assert 21 <= minute <= 100 - 41


def test_one_dock_parts_the_loadings() -> None:
    """Two vans with one trip each, 10 min of loading at one dock: minutes 0 and 10."""
    county = county_of(1, 2, van=vehicle(count=2, max_trips=1), docks=1, loading_s=600)
    assert sorted(minute for _, minute in fitted(county, trips_of(county))) == [0, 10]


def test_what_no_van_can_take_is_left() -> None:
    """One van, one trip a day."""
    county = county_of(1, 2, van=vehicle(max_trips=1))
    assert sorted(number for number, _ in fitted(county, trips_of(county))) == [0, 1]


def test_packing_without_any_work_is_the_first_fit() -> None:
    """No search at all still gives every trip its van."""
    county = county_of(1, 2, van=vehicle(count=2, shift=TimeWindow(early_s=0, late_s=36_000)))
    assert len(pack_trips(county, trips_of(county), deterministic_time=0.0)) == 2
