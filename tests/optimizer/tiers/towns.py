"""A small county with two tiers: a hub, a station with a cheap three-wheeler, and villages behind it.

Places lie on one road, 600 s and 5,000 m a step::

    H -- N1 ---------------- S -- V1 -- V2 -- V3        at 0, 1, 6, 7, 8, 9
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.model import Depot, Place, TimeWindow
from optimizer.problem import Matrix, Problem
from optimizer.tiers.check import check_tiers
from optimizer.tiers.cooling import cooled, counted
from optimizer.tiers.legs import expand
from optimizer.tiers.lines import ScheduledDeparture
from optimizer.tiers.model import DIRECT, Station, Tiers, Way
from optimizer.tiers.plan import settle, tiered_cost
from tests.helpers import HOUR_S, shipment, vehicle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.model import Shipment, VehicleType
    from optimizer.tiers.model import TieredPlan

AT = {"H": 0, "N1": 1, "S": 6, "V1": 7, "V2": 8, "V3": 9}
"""Where the places lie, in steps."""

BEHIND = ("V1", "V2", "V3")
"""Villages behind the station."""

S = Way("S")

EITHER = frozenset({DIRECT, S})
"""Direct or through the station."""

DAY = TimeWindow(early_s=6 * HOUR_S, late_s=18 * HOUR_S)


def fleet() -> tuple[VehicleType, ...]:
    """Return two vans at the hub and a three-wheeler at the station, a tenth as dear, which cannot reach the hub."""
    van = vehicle(count=2, shift=DAY)
    wheeler = vehicle(
        "wheeler",
        depot="S",
        capacity=(60,),
        shift=DAY,
        fixed_fen=1_000,
        distance_fen_per_km=10,
        time_fen_per_h=360,
        range_m=40_000,
    )
    return van, wheeler


def town(
    shipments: Sequence[Shipment], *, at: Mapping[str, int] = AT, stations: Iterable[str] = "S", **changes: Any
) -> Problem:
    """Return the county with these shipments; depots are the hub and all stations; any field may be changed."""
    where = np.array(list(at.values()))
    steps = np.abs(where[:, None] - where[None, :])  # (n, n)
    tier = {"H": "hub", **dict.fromkeys(stations, "station")}
    fields: dict[str, Any] = {
        "places": tuple(Place(id=p, tier=tier.get(p, "village"), visit_s=0 if p in tier else 60) for p in at),
        "depots": tuple(Depot(place=p) for p in tier),
        "vehicle_types": fleet(),
        "shipments": tuple(shipments),
        "matrices": {"road": Matrix(duration_s=steps * 600, distance_m=steps * 5_000)},
    }
    return Problem(**{**fields, **changes})


def tiers(shipments: Sequence[Shipment], *, station: Mapping[str, Any] | None = None, **changes: Any) -> Tiers:
    """Return the county in which the villages behind the station may go either way.

    ``station`` are fields of the station; ``modes``, ``departures`` and ``together`` of ``changes`` those of
    ``Tiers``, all others fields of the problem.
    """
    own = {name: changes.pop(name) for name in ("modes", "departures", "together") if name in changes}
    fields: dict[str, Any] = {"modes": dict.fromkeys(BEHIND, EITHER), **own}
    return Tiers(
        problem=town(shipments, **changes),
        stations=(Station(place="S", **{"handling_s": 600, **(station or {})}),),
        **fields,
    )


def to(village: str, id: str = "", **changes: Any) -> Shipment:  # noqa: A002 - the field
    """Return shipment ``D-<village>`` from the hub."""
    return shipment(id or f"D-{village}", "H", village, **changes)


def back(village: str, **changes: Any) -> Shipment:
    """Return shipment ``U-<village>`` to the hub."""
    return shipment(f"U-{village}", village, "H", **changes)


def bus(id: str = "B1", at_h: float = 8, stops: str = "H N1 S V1 V2 V3", **changes: Any) -> ScheduledDeparture:  # noqa: A002
    """Return a departure at ``at_h`` that drives a step in 300 s and waits a minute at every stop; room for 50.

    From H it is at N1 after 300 s, at S after 1,860 s, and at V1 after 2,220 s.
    """
    names, at_s = stops.split(), int(at_h * HOUR_S)
    arrive_s: list[int] = []
    for k, stop in enumerate(names):
        arrive_s.append(arrive_s[-1] + 60 + 300 * abs(AT[stop] - AT[names[k - 1]]) if k else at_s - 60)
    fields: dict[str, Any] = {"room": (50,), "dwell_s": 60, "fen_per_piece": 100, **changes}
    departs = tuple(moment_s + 60 for moment_s in arrive_s)
    return ScheduledDeparture(id=id, line="L", stops=tuple(names), arrive_s=tuple(arrive_s), depart_s=departs, **fields)


def home(id: str = "R1", at_h: float = 15, **changes: Any) -> ScheduledDeparture:  # noqa: A002 - the field
    """Return a departure from V3 back to H."""
    return bus(id, at_h, "V3 V2 V1 S N1 H", **changes)


def clocks(down_h: float = 9, up_h: float = 14) -> dict[tuple[str, str], tuple[int, ...]]:
    """Return one wave each way at the station."""
    return {("S", "down"): (int(down_h * HOUR_S),), ("S", "up"): (int(up_h * HOUR_S),)}


def planned(county: Tiers, choice: Mapping[str, Way], at: Mapping[tuple[str, str], tuple[int, ...]]) -> TieredPlan:
    """Return the plan that a short search makes under one choice and its clocks."""
    legs = expand(county, choice, at)
    return settle(legs, cooled(legs.problem, None, rng=np.random.default_rng(1), shares=counted(1)))


def assert_clean(county: Tiers, plan: TieredPlan) -> None:
    """Fail with every violation in words unless the referee of tiers accepts the plan."""
    violations = check_tiers(county, plan)
    assert not violations, "\n".join(v.render("en") for v in violations)


def restated(county: Tiers, plan: TieredPlan) -> TieredPlan:
    """Return the plan with its cost as the price list has it, whatever else is wrong with it."""
    return replace(plan, plan=replace(plan.plan, cost=tiered_cost(county, plan)))
