"""The four-village county with its station in use and a bus: one plan across tiers that every door can show."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from optimizer.stop import Stop
from optimizer.tiers import Station, TieredPlan, Tiers, Way, check_tiers, walked
from optimizer.tiers.lines import ScheduledDeparture
from scenarios.build import County, build_problem
from scenarios.files import read_scenario

FOUR = Path(__file__).resolve().parents[2] / "scenarios" / "library" / "four_villages"
HOUR_S = 3_600
THROUGH, BUS = Way("S"), Way(last="line")
BUS_OUT = ScheduledDeparture(
    id="3-0930",
    line="3 路",
    stops=("H", "S", "A"),
    arrive_s=(9 * HOUR_S, 9 * HOUR_S + 1_800, 10 * HOUR_S),
    depart_s=(9 * HOUR_S + 600, 9 * HOUR_S + 1_920, 10 * HOUR_S),
    room=(40_000, 200_000),
    barred=frozenset({"pesticide"}),
    dwell_s=1_200,
    fen_per_piece=30,
    fen_per_trip=200,
)
"""A bus from the hub over the station to village A: 40 kg and 200 l of room, no pesticide."""


@lru_cache(maxsize=1)
def tiered_county() -> tuple[County, Tiers]:
    """Return the county and its tiers: A by bus, pesticide for A by road, B through the station."""
    county = build_problem(read_scenario(FOUR))
    tiers = Tiers(
        problem=county.problem,
        stations=(Station(place="S", handling_s=600, pieces_per_quarter_h=40, storage=(200_000, 1_000_000)),),
        departures=(BUS_OUT,),
        modes={"A": frozenset({BUS, Way()}), "B": frozenset({THROUGH})},
    )
    return county, tiers


@lru_cache(maxsize=1)
def tiered_plan() -> TieredPlan:
    """Return a plan that uses bus and station, accepted by the referee."""
    _, tiers = tiered_county()
    plan = walked(tiers, stop=Stop(iterations=0))
    assert not check_tiers(tiers, plan), "the example must be sound"
    return plan
