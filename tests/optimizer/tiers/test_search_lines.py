"""The search chooses lines where they are cheaper, leaves them where they are not, and rides them exactly."""

from __future__ import annotations

import numpy as np

from optimizer.stop import Stop
from optimizer.tiers.model import DIRECT, Way
from optimizer.tiers.moves import Moves
from optimizer.tiers.search import walked
from tests.optimizer.tiers.towns import BEHIND, S, assert_clean, bus, tiers, to

LINE = Way(last="line")
EITHER = frozenset({DIRECT, LINE})


def test_a_bus_takes_what_it_takes_for_less_than_a_van() -> None:
    """100 fen a piece against 10,000 for a van that leaves the hub."""
    county = tiers([to(v) for v in BEHIND], departures=(bus(),), modes=dict.fromkeys(BEHIND, EITHER))
    plan = walked(county, stop=Stop(iterations=4), seed=1)
    assert_clean(county, plan)
    assert set(plan.choice.values()) == {LINE}
    assert not plan.plan.routes
    assert plan.plan.cost.total_fen == plan.plan.cost.line_fen == 100 * sum(s.pieces for s in county.problem.shipments)


def test_a_dear_bus_drives_without_goods() -> None:
    """A million a trip."""
    county = tiers(
        [to(v) for v in BEHIND], departures=(bus(fen_per_trip=1_000_000),), modes=dict.fromkeys(BEHIND, EITHER)
    )
    plan = walked(county, stop=Stop(iterations=4), seed=1)
    assert_clean(county, plan)
    assert not plan.rides
    assert not plan.plan.unserved


def test_lines_from_the_hub_come_before_lines_from_a_station_and_those_before_none() -> None:
    """V1 has both, V2 only from the station, V3 neither."""
    onward = Way(S.station, "road", "line")
    modes = {"V1": frozenset({DIRECT, LINE, onward}), "V2": frozenset({DIRECT, onward}), "V3": frozenset({DIRECT, S})}
    county = tiers([to(v) for v in BEHIND], departures=(bus(),), modes=modes)
    assert Moves(county, np.random.default_rng(1)).lined() == {"V1": LINE, "V2": onward, "V3": DIRECT}
