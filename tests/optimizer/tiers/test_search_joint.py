"""All ways at once: whoever calls says the way, and line-haul costs its price."""

from __future__ import annotations

import pytest

from optimizer.tiers.clocks import first_clocks
from optimizer.tiers.joint import Joint
from optimizer.tiers.legs import expand
from optimizer.tiers.model import DIRECT
from tests.optimizer.tiers.towns import BEHIND, EITHER, S, tiers, to
from tests.oracle import cheapest_plan

COUNTY = tiers([to(v) for v in ("N1", *BEHIND)], modes=dict.fromkeys(("N1", *BEHIND), EITHER))


@pytest.mark.parametrize(("share", "way"), [(0.0, S), (1_000.0, DIRECT)])
def test_dear_line_haul_sends_all_direct_and_free_line_haul_none_behind_the_station(share: float, way: object) -> None:
    """The wheeler drives for a tenth of what the van costs; what it brings has been brought to S at the price."""
    joint = Joint(COUNTY)
    plan = cheapest_plan(joint.problem(joint.prices(share)))
    choice = joint.choice(plan, {})
    assert {choice[v] for v in BEHIND} == {way}


def test_a_shut_station_has_no_vehicles() -> None:
    """No price for S: only vans are left."""
    assert {v.id for v in Joint(COUNTY).problem({}).vehicle_types} == {"van"}


def test_days_come_back_as_legs_of_the_loops() -> None:
    """Free line-haul: the wheeler's goods are second legs, and nothing else is missing but their first ones."""
    joint = Joint(COUNTY)
    near = cheapest_plan(joint.problem(joint.prices(0.0)))
    choice = joint.choice(near, {})
    legs = expand(COUNTY, choice, first_clocks(COUNTY, choice))
    carried = {i for trips in joint.days(legs, near).values() for t in trips for i in t.shipments}
    assert {i for i in carried if i.endswith("/2")} == {leg for leg, part in legs.parts.items() if part.index == 2}
    assert not any(i.endswith("/1") for i in carried)


def test_nothing_to_decide_without_goods() -> None:
    """No goods, no hub, nothing to do."""
    assert not Joint(tiers([])).is_of_use
