"""Laws of going on with a day: at whatever hour, what stands can be told again, and no past is made up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.check import check
from optimizer.problem import Matrix
from optimizer.repair import complete
from optimizer.replan import Breakdown, Situation, handed_shipments, judge
from optimizer.replan.pinned import pin
from optimizer.replan.settle import settled, truly_named
from tests.helpers import HOUR_S, Call, assert_clean, four_village_problem, plan, route, run, shipment

COUNTY = replace(
    four_village_problem(), shipments=(*four_village_problem().shipments, shipment("L", "V1", "V3", 5, service_s=5))
)
DAY = plan(
    COUNTY,
    route(
        run(
            COUNTY,
            Call("V1", ("D1",), ("L",)),
            Call("V2", ("D2",), ("U2",), start_s=8 * HOUR_S),
            Call("V3", ("D3", "L")),
            load_start_s=7 * HOUR_S,
        ),
        run(COUNTY, Call("V4", ("D4",), ("U4",), rest_s=900), load_start_s=10 * HOUR_S),
    ),
)
"""One van: V1, V2 and V3 from 07:00 to about 08:42, V4 from 10:00 to about 11:46."""


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(
    now_s=st.integers(6 * HOUR_S, 12 * HOUR_S),
    ago_s=st.none() | st.integers(0, 3 * HOUR_S),
    gone=st.sets(st.sampled_from(["D1", "D2", "D3", "D4", "U2", "U4", "L"])),
    closed_s=st.sampled_from([0, 0, 900, 7_200]),
)
def test_the_old_day_can_always_be_gone_on_with(now_s: int, ago_s: int | None, gone: set[str], closed_s: int) -> None:
    """Any hour, a van broken by then, cancelled goods that may be, the first road slower from now on."""
    assert_clean(COUNTY, DAY)
    broken = () if ago_s is None else (Breakdown(vehicle_type="van", number=1, at_s=now_s - ago_s),)
    situation = Situation(now_s=now_s, breakdowns=broken, recovery_s=600)
    stands = handed_shipments(DAY, situation)
    road = COUNTY.matrices["road"]
    duration_s = road.duration_s.copy()
    duration_s[0, 1] += closed_s
    new = (shipment("N1", "H", "V3", 5), shipment("N2", "V1", "H", 5, due_s=18 * HOUR_S))
    after = replace(
        COUNTY,
        shipments=(*(s for s in COUNTY.shipments if s.id in stands or s.id not in gone), *new),
        matrices={"road": Matrix(duration_s=duration_s, distance_m=road.distance_m)} if closed_s else COUNTY.matrices,
    )
    pinned = pin(COUNTY, after, DAY, situation)
    for is_open in (False, True):
        result = settled(pinned, complete(pinned.problem, pinned.drafts, insert=is_open))
        if not is_open:
            assert result.plan is not None
        if result.plan is None:
            continue
        assert check(pinned.judged, result.plan) == ()
        back = truly_named(pinned, result.plan)
        assert judge(pinned, back) == ()
        carried = {i for _, trip in back.trips() for i in trip.shipments}
        assert stands - pinned.lost.keys() <= carried
        old_loads = {trip.load_start_s for _, trip in DAY.trips()}
        assert all(t.load_start_s >= now_s or t.load_start_s in old_loads for _, t in back.trips())
