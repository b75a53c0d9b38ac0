"""What tests of plans share: a four-village county, small builders, and solving under the referee's eyes.

The four-village county lies on one straight road, villages 10 min and 5 km apart::

    H ---- V1 ---- V2 ---- V3 ---- V4        600 s and 5,000 m a step, both ways
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from optimizer.check import check
from optimizer.cost import plan_cost
from optimizer.model import Compartment, Depot, Place, Shipment, TimeWindow, VehicleType
from optimizer.plan import Plan, Route, Trip, Unserved, Visit
from optimizer.problem import Matrix, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.plan import Result

HOUR_S = 3_600
STEP_S, STEP_M = 600, 5_000


def line_matrix(num_places: int, *, step_s: int = STEP_S, step_m: int = STEP_M) -> Matrix:
    """Return the matrix of places strung along one road, ``step_s`` and ``step_m`` apart."""
    at = np.arange(num_places)
    steps = np.abs(at[:, None] - at[None, :])  # (n, n)
    return Matrix(duration_s=steps * step_s, distance_m=steps * step_m)


def vehicle(id_: str = "van", *, capacity: Sequence[int] = (100,), **changes: Any) -> VehicleType:
    """Return a vehicle type at H with one compartment; 10,000 fen a day, 100 a km, 3,600 an hour."""
    fields: dict[str, Any] = {
        "id": id_,
        "depot": "H",
        "compartments": (Compartment(capacity=tuple(capacity)),),
        "fixed_fen": 10_000,
        "distance_fen_per_km": 100,
        "time_fen_per_h": 3_600,
    }
    return VehicleType(**{**fields, **changes})


def shipment(id_: str, origin: str, destination: str, load: int | Sequence[int] = 10, **changes: Any) -> Shipment:
    """Return a shipment of one load dimension (or several), left behind for 1,000,000 fen."""
    loads = (load,) if isinstance(load, int) else tuple(load)
    fields: dict[str, Any] = {"load": loads, "penalty_fen": 1_000_000}
    return Shipment(id=id_, origin=origin, destination=destination, **{**fields, **changes})


def down(village: int, load: int | Sequence[int] = 10, **changes: Any) -> Shipment:
    """Return shipment ``D<n>`` from the hub to village n."""
    return shipment(f"D{village}", "H", f"V{village}", load, **changes)


def up(village: int, load: int | Sequence[int] = 10, **changes: Any) -> Shipment:
    """Return shipment ``U<n>`` from village n to the hub."""
    return shipment(f"U{village}", f"V{village}", "H", load, **changes)


def problem(
    shipments: Sequence[Shipment], vehicles: Sequence[VehicleType] | None = None, *, villages: int = 4, **changes: Any
) -> Problem:
    """Return a county of ``villages`` on one road with depot H; any field of ``Problem`` may be changed.

    ``visit_s`` is 60 at every village; loading at H takes no time.
    """
    places = (Place(id="H", tier="hub"), *(Place(id=f"V{k}", visit_s=60) for k in range(1, villages + 1)))
    fields: dict[str, Any] = {
        "places": places,
        "depots": (Depot(place="H"),),
        "vehicle_types": tuple(vehicles) if vehicles is not None else (vehicle(),),
        "shipments": tuple(shipments),
        "matrices": {"road": line_matrix(villages + 1)},
    }
    return Problem(**{**fields, **changes})


def four_village_problem(**changes: Any) -> Problem:
    """Return the committed small day: four down shipments, two up, two vans of 100 with a shift 06:00-18:00.

    Loading takes 10 min at one of two docks; a visit 60 s and 5 s a shipment. The up
    shipments of V2 and V4 are ready at 08:00 and due at 16:00.

    Optimum, by hand: one van runs H, V1..V4 and back: 4 x 60 s + 6 x 5 s of service, 600 s of loading,
    8 steps of 600 s, 40 km. V2 and V4 are called at after 08:00, all in one sweep of 5,670 s.
    Cost 10,000 + 4,000 + 5,670 = 19,670 fen.
    """
    shipments = (
        *(down(k, 20, service_s=5) for k in (1, 2, 3, 4)),
        *(up(k, 30, service_s=5, ready_s=8 * HOUR_S, due_s=16 * HOUR_S) for k in (2, 4)),
    )
    van = vehicle(count=2, shift=TimeWindow(early_s=6 * HOUR_S, late_s=18 * HOUR_S))
    depots = (Depot(place="H", loading_s=600, docks=2),)
    return replace(problem(shipments, (van,), depots=depots, name="four villages"), **changes)


def with_place(county: Problem, id_: str, **changes: Any) -> Problem:
    """Return the county with fields of one place changed."""
    places = tuple(replace(p, **changes) if p.id == id_ else p for p in county.places)
    return replace(county, places=places)


def with_vehicle(county: Problem, id_: str = "van", **changes: Any) -> Problem:
    """Return the county with fields of one vehicle type changed."""
    kinds = tuple(replace(v, **changes) if v.id == id_ else v for v in county.vehicle_types)
    return replace(county, vehicle_types=kinds)


def with_shipment(county: Problem, id_: str, **changes: Any) -> Problem:
    """Return the county with fields of one shipment changed."""
    shipments = tuple(replace(s, **changes) if s.id == id_ else s for s in county.shipments)
    return replace(county, shipments=shipments)


class Call(NamedTuple):
    """One visit of a hand-made trip; service begins at ``start_s`` or on arrival, whichever is later."""

    place: str
    deliver: tuple[str, ...] = ()
    collect: tuple[str, ...] = ()
    start_s: int = 0
    rest_s: int = 0


def run(
    county: Problem, *calls: Call, kind: str = "van", load_start_s: int = 0, depart_s: int = 0, **changes: Any
) -> Trip:
    """Return a trip with every moment as early as the calls allow; ``changes`` are fields of ``Trip``.

    Nothing is judged. It leaves when loaded, or at ``depart_s`` if that is later.
    """
    vehicle_type = county.vehicle_type_of[kind]
    seconds, home = county.matrices[vehicle_type.profile].duration_s, vehicle_type.depot
    at, leave_s = home, max(depart_s, load_start_s + county.depot_of[home].loading_s)
    departed_s, visits = leave_s, []
    for call in calls:
        arrive_s = leave_s + int(seconds[county.index(at), county.index(call.place)])
        start_s = max(arrive_s, call.start_s)
        goods = [county.shipment_of[i] for i in (*call.deliver, *call.collect)]
        end_s = start_s + county.place(call.place).visit_s + sum(s.service_s for s in goods)
        at, leave_s = call.place, end_s + call.rest_s
        moments = {"arrive_s": arrive_s, "start_s": start_s, "end_s": end_s, "depart_s": leave_s}
        visits.append(Visit(place=at, deliver=call.deliver, collect=call.collect, **moments))
    fields: dict[str, Any] = {
        "start": home,
        "end": home,
        "load_start_s": load_start_s,
        "depart_s": departed_s,
        "return_s": leave_s + int(seconds[county.index(at), county.index(home)]),
        "visits": tuple(visits),
    }
    return Trip(**{**fields, **changes})


def route(*trips: Trip, kind: str = "van", number: int = 1) -> Route:
    """Return the route of one vehicle."""
    return Route(vehicle_type=kind, number=number, trips=trips)


def plan(county: Problem, *routes: Route) -> Plan:
    """Return the plan of these routes: everything else unserved, the cost as the price list has it."""
    carried = {i for r in routes for trip in r.trips for i in trip.shipments}
    left = tuple(Unserved(shipment=s.id, reason="U100") for s in county.shipments if s.id not in carried)
    bare = Plan(routes=routes, unserved=left)
    return replace(bare, cost=plan_cost(county, bare))


def rules(county: Problem, judged: Plan) -> list[str]:
    """Return the rules that the referee sees broken, each once, in its order."""
    return list(dict.fromkeys(violation.rule for violation in check(county, judged)))


def assert_clean(county: Problem, judged: Plan) -> None:
    """Fail with every violation in words unless the referee accepts the plan."""
    violations = check(county, judged)
    assert not violations, "\n".join(v.render("en") for v in violations)


def solve_checked(county: Problem, **options: Any) -> Result:
    """Solve and let the referee judge the plan; ``options`` go to ``optimizer.solve.solve``.

    Without a stop: 20 iterations, repeatable.
    """
    from optimizer.solve import solve  # noqa: PLC0415 - starts the solver's machinery, which most tests need not
    from optimizer.stop import Stop  # noqa: PLC0415 - same

    result = solve(county, **{"stop": Stop(iterations=20), **options})
    assert_clean(county, result.plan)
    return result


def searched(county: Problem, rounds: int = 6) -> Plan:
    """Let one island do some rounds in this process, with the referee's eyes on every plan."""
    from optimizer.engines import Budget  # noqa: PLC0415 - starts the solver's machinery, which most tests need not
    from optimizer.island import Island  # noqa: PLC0415 - same

    island = Island(
        county, seed=1, index=0, budget=Budget(iterations=10**9), report=lambda plan, _: assert_clean(county, plan)
    )
    island.start(None)
    for k in range(rounds):
        island.round(k)
    assert_clean(county, island.best)
    return island.best
