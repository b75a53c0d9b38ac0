"""Laws of drawn demand, for any county and any seed."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.demand import draw_orders
from scenarios.goods import BRAND_NAMES, courier_brands
from scenarios.scenario import ScenarioPlace


def county(populations: list[int]) -> tuple[ScenarioPlace, ...]:
    """Return a hub and villages with these inhabitants, none of which has a station."""
    villages = (
        ScenarioPlace(id=f"V{i}", tier="village", name="村", lon=110, lat=30, population=people)
        for i, people in enumerate(populations)
    )
    return (ScenarioPlace(id="H", tier="hub", name="中心", lon=110, lat=30), *villages)


@given(
    populations=st.lists(st.integers(0, 5_000), min_size=1, max_size=40),
    pieces=st.integers(0, 2_000),
    brands=st.integers(1, len(BRAND_NAMES)),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=40, deadline=None)
def test_no_parcel_is_lost_and_none_is_invented(populations: list[int], pieces: int, brands: int, seed: int) -> None:
    """Whatever is drawn: the parcels add up, ids differ, loads are positive, nothing goes from a place to itself."""
    rng = np.random.default_rng(seed)
    orders = draw_orders(county(populations), courier_brands(brands), pieces=pieces, rng=rng)
    assert sum(o.pieces for o in orders if o.commodity == "parcel") == pieces
    assert len({o.id for o in orders}) == len(orders)
    assert all(o.pieces > 0 and o.load.load_g > 0 and o.load.load_ml > 0 and o.origin != o.destination for o in orders)
    assert {o.brand for o in orders if o.commodity == "parcel"} <= set(BRAND_NAMES[:brands])


@given(seed=st.integers(0, 2**32), pieces=st.integers(50, 5_000))
@settings(max_examples=25, deadline=None)
def test_every_village_is_served_when_there_are_parcels_enough(seed: int, pieces: int) -> None:
    """Twenty villages, one of them empty of people: each gets at least one parcel a day."""
    places = county([0, *range(100, 2_000, 100)])
    orders = draw_orders(places, courier_brands(3), pieces=pieces, rng=np.random.default_rng(seed))
    assert {o.destination for o in orders if o.origin == "H"} == {p.id for p in places[1:]}
