"""A ``Problem`` in PyVRP's terms, and PyVRP's routes as drafts of trips.

What PyVRP can say is said: load dimensions (with extra ones for goods that only some
compartments hold), both directions on one trip, local shipments, several windows
through exclusive groups, release times, a mixed fleet with profiles, reloading at
home, overtime, range, optional goods whose prize is their penalty. Places a vehicle
may not call at are unreachable in its own profile. The fixed time of a visit lies on
the arcs that enter its place, so that neighbours at one place pay it once.

Rules it cannot say are hinted at: ``engines.offers`` for due times at the depot, docks and
goods that must not meet; driving is stretched by the rest it will need.

Costs are thousandths of a fen: fen per km times metres, fen per hour over 3.6 per second.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyvrp

from optimizer.bundles import Bundle, as_windows, carriers, fleet_units, make_bundles
from optimizer.engines.offers import Offer, whole_fleet
from optimizer.model import HORIZON_S
from optimizer.schedule import TripDraft, VisitDraft
from optimizer.timeline import Windows, intersect

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.model import Shipment, VehicleType
    from optimizer.problem import Problem

MILLI = 1_000
"""Engine money per fen."""

NEVER_S = 4 * HORIZON_S
"""Seconds of an arc that cannot be driven: longer than any plan."""

NEVER_M = 10_000_000
"""Metres of an arc that cannot be driven."""

MAX_TRIPS = 8
"""Trips a day the search considers where the vehicle type sets no limit."""

Unit = tuple[str, int]
Days = list[tuple[Unit, list[TripDraft]]]
"""One vehicle's day each: whose, and its trips."""


@dataclass(frozen=True, slots=True)
class Local:
    """A shipment from place to place, the units that may carry it, and the hull of its windows at each end."""

    shipment: str
    units: frozenset[Unit]
    pick: tuple[int, int]
    drop: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Adapter:
    """PyVRP's data of one problem and what its numbers mean.

    ``clients[c]`` is the bundle of client c (alternatives for several windows repeat it),
    ``locals_[s]`` the shipment of PyVRP shipment s, ``offers[k]`` the vehicles of type k.
    """

    problem: Problem
    data: pyvrp.ProblemData
    clients: tuple[Bundle, ...]
    locals_: tuple[Local, ...]
    offers: tuple[Offer, ...]

    def days(self, solution: pyvrp.Solution) -> Days:
        """Return PyVRP's routes as drafts; neighbours at one place become one visit."""
        return [(self.offers[r.vehicle_type()].unit, self._trips(r)) for r in solution.routes()]

    def solution(self, days: Days) -> pyvrp.Solution:
        """Return ``days`` as a PyVRP solution; bundles that are not handed over in one visit are left out."""
        of_shipment: dict[str, list[int]] = defaultdict(list)
        for c, bundle in enumerate(self.clients):
            of_shipment[bundle.shipments[0]].append(c)
        of_local = {local.shipment: s for s, local in enumerate(self.locals_)}
        free = [offer.count for offer in self.offers]
        routes = []
        for unit, trips in days:
            k = self._offer_for(unit, trips, free)
            activities = [] if k is None else self._activities(trips, of_shipment, of_local, k)
            if k is not None and activities:
                free[k] -= 1
                routes.append(pyvrp.Route(self.data, activities, k))
        return pyvrp.Solution(self.data, routes)

    def _offer_for(self, unit: Unit, trips: Sequence[TripDraft], free: list[int]) -> int | None:
        """Return a free offer of the unit: one that takes all the goods, home as late as can be."""
        carried = {i for t in trips for i in t.shipments}
        due_s = min((b.due_s for b in self.clients if not carried.isdisjoint(b.shipments)), default=HORIZON_S)
        fitting = [k for k, offer in enumerate(self.offers) if offer.unit == unit and free[k] > 0]
        return min(
            fitting,
            key=lambda k: (
                not self.offers[k].own & carried,
                self.offers[k].home_by_s > due_s,
                -self.offers[k].home_by_s,
            ),
            default=None,
        )

    def _trips(self, route: pyvrp.Route) -> list[TripDraft]:
        trips: list[TripDraft] = []
        calls: list[tuple[str, list[str], list[str]]] = []
        for activity in route:
            if activity.is_depot():
                if calls:
                    trips.append(_draft(calls))
                calls = []
                continue
            place, deliver, collect = self._call(activity)
            if calls and calls[-1][0] == place and not set(deliver) & set(calls[-1][2]):
                calls[-1][1].extend(deliver)
                calls[-1][2].extend(collect)
            else:
                calls.append((place, list(deliver), list(collect)))
        return trips

    def _call(self, activity: pyvrp.Activity) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        if activity.is_client():
            bundle = self.clients[activity.idx]
            return bundle.place, bundle.deliver, bundle.collect
        shipment = self.problem.shipment_of[self.locals_[activity.idx].shipment]
        if activity.is_pickup():
            return shipment.origin, (), (shipment.id,)
        return shipment.destination, (shipment.id,), ()

    def _activities(
        self, trips: Sequence[TripDraft], of_shipment: dict[str, list[int]], of_local: dict[str, int], k: int
    ) -> list[pyvrp.Activity]:
        kind = self.data.vehicle_type(k)
        out: list[pyvrp.Activity] = []
        for trip in trips[: kind.max_trips]:
            calls = [a for v in trip.visits for a in self._calls(v, of_shipment, of_local)]
            if calls and out:
                out.append(pyvrp.Activity(pyvrp.ActivityType.DEPOT, kind.start_depot))
            out += calls
        return out

    def _calls(
        self, visit: VisitDraft, of_shipment: dict[str, list[int]], of_local: dict[str, int]
    ) -> list[pyvrp.Activity]:
        here = {*visit.deliver, *visit.collect}
        out = [pyvrp.Activity(pyvrp.ActivityType.DELIVERY, of_local[i]) for i in visit.deliver if i in of_local]
        for i in (*visit.deliver, *visit.collect):
            for c in of_shipment.get(i, ())[:1]:
                if here.issuperset(self.clients[c].shipments):
                    out += [pyvrp.Activity(pyvrp.ActivityType.CLIENT, c)]
        return out + [pyvrp.Activity(pyvrp.ActivityType.PICKUP, of_local[i]) for i in visit.collect if i in of_local]


def _draft(calls: Iterable[tuple[str, list[str], list[str]]]) -> TripDraft:
    return TripDraft(visits=tuple(VisitDraft(place=p, deliver=tuple(d), collect=tuple(c)) for p, d, c in calls))


def adapt(
    problem: Problem,
    shipments: Iterable[Shipment] | None = None,
    *,
    is_coarse: bool,
    is_required: bool = False,
    offers: Sequence[Offer] | None = None,
) -> Adapter:
    """Return ``problem``, or a part of it, in PyVRP's terms; O(n^2 k) for n places and k offers.

    Parameters
    ----------
    shipments
        What to plan; None means all.
    is_coarse
        Join what is handed over at one place as far as windows allow.
    is_required
        Everything must be served: two to three times as many iterations a second.
        What no offer takes stays optional.
    offers
        Vehicles at hand; None means the whole fleet.
    """
    goods = list(problem.shipments if shipments is None else shipments)
    bundles = make_bundles(problem, goods, is_coarse=is_coarse)
    locals_ = [x for s in goods if problem.direction(s) == "local" for x in _local(problem, s)]
    vehicles = whole_fleet(problem) if offers is None else offers
    return _Builder(problem, bundles, locals_, vehicles, is_required=is_required).build()


def _local(problem: Problem, shipment: Shipment) -> list[Local]:
    """Return a local shipment in the adapter's terms; nothing when it is hopeless."""
    origin, destination = problem.place(shipment.origin), problem.place(shipment.destination)
    locks = [k.window for k in problem.locks if k.shipment == shipment.id and k.window is not None]
    pick = _cut(((shipment.ready_s, HORIZON_S),), as_windows(origin.windows), as_windows(shipment.pickup_windows))
    drop = _cut(((0, shipment.due_s),), as_windows(destination.windows), as_windows(shipment.delivery_windows))
    drop = _cut(drop, *(as_windows((w,)) for w in locks))
    units = carriers(problem, shipment, fleet_units(problem))
    if not pick or not drop or drop[-1][1] < pick[0][0] or not units:
        return []
    return [Local(shipment.id, units, (pick[0][0], pick[-1][1]), (drop[0][0], drop[-1][1]))]


class _Builder:
    """Collects PyVRP's lists; locations are told apart by place and by who may call there."""

    def __init__(
        self,
        problem: Problem,
        bundles: Sequence[Bundle],
        locals_: Sequence[Local],
        offers: Sequence[Offer],
        *,
        is_required: bool,
    ) -> None:
        self.problem = problem
        self.bundles = bundles
        self.locals_ = locals_
        self.offers = offers
        self.is_required = is_required
        self.rows: dict[tuple[str, frozenset[int] | None], int] = {}
        self.depot_rows = [self._row(d.place, None) for d in problem.depots]
        self.dimensions = _Dimensions(problem)
        self.has_releases = any(b.ready_s for b in bundles)

    def build(self) -> Adapter:
        clients: list[pyvrp.Client] = []
        groups: list[pyvrp.ClientGroup] = []
        meaning: list[Bundle] = []
        for bundle in self.bundles:
            windows = self._windows(bundle)
            made = self._clients(bundle, windows, len(groups) if len(windows) > 1 else None)
            if len(made) > 1:
                span = list(range(len(clients), len(clients) + len(made)))
                is_served = self.is_required and any(offer.takes(bundle) for offer in self.offers)
                groups.append(pyvrp.ClientGroup(span, required=is_served))
            clients += made
            meaning += [bundle] * len(made)
        shipments = [self._shipment(local) for local in self.locals_]
        distances, durations, profile_of = self._profiles()
        data = pyvrp.ProblemData(
            [pyvrp.Location(0, 0) for _ in self.rows],
            clients,
            [self._depot(i) for i in range(len(self.problem.depots))],
            [self._vehicle_type(o, p) for o, p in zip(self.offers, profile_of, strict=True)],
            distances,  # type: ignore[arg-type]  # PyVRP's stubs take ndarray's first parameter for its dtype
            durations,  # type: ignore[arg-type]  # same
            groups,
            shipments,
        )
        return Adapter(self.problem, data, tuple(meaning), tuple(self.locals_), tuple(self.offers))

    def _row(self, place: str, takers: frozenset[int] | None) -> int:
        return self.rows.setdefault((place, takers), len(self.rows))

    def _windows(self, bundle: Bundle) -> Windows:
        """Return the bundle's windows cut to the hub's due time, without those over before the goods are ready."""
        late_s = max(bundle.windows[0][0], bundle.due_s - self._way_home_s(bundle))
        cut = ((early, min(late, max(early, late_s))) for early, late in bundle.windows)
        return tuple((early, late) for early, late in cut if late >= bundle.ready_s)

    def _clients(self, bundle: Bundle, windows: Windows, group: int | None) -> list[pyvrp.Client]:
        """Return one client, or one alternative for each window."""
        visit_s = self.problem.place(bundle.place).visit_s
        worth = sum(_worth(self.problem.shipment_of[i]) for i in bundle.shipments)
        takers = frozenset(k for k, offer in enumerate(self.offers) if offer.takes(bundle))
        return [
            pyvrp.Client(
                location=self._row(bundle.place, takers),
                delivery=self.dimensions.load(bundle.deliver),
                pickup=self.dimensions.load(bundle.collect),
                service_duration=bundle.service_s,
                tw_early=early + visit_s,
                tw_late=late + visit_s,
                release_time=bundle.ready_s,
                prize=worth,
                required=self.is_required and group is None and bool(takers),
                group=group,
            )
            for early, late in windows
        ]

    def _way_home_s(self, bundle: Bundle) -> int:
        a, b = self.problem.index(bundle.place), self.problem.index(bundle.depot)
        profiles = {self.problem.vehicle_type_of[u[0]].profile for u in bundle.units}
        ways = [int(self.problem.matrices[p].duration_s[a, b]) for p in profiles]
        visit_s = self.problem.place(bundle.place).visit_s
        return visit_s + bundle.service_s + min((w for w in ways if w >= 0), default=0)

    def _shipment(self, local: Local) -> pyvrp.Shipment:
        s = self.problem.shipment_of[local.shipment]
        pick_s, drop_s = (self.problem.place(end).visit_s for end in (s.origin, s.destination))
        takers = frozenset(k for k, offer in enumerate(self.offers) if offer.unit in local.units)
        return pyvrp.Shipment(
            self._row(s.origin, takers),
            self._row(s.destination, takers),
            local.pick[0] + pick_s,
            local.pick[1] + pick_s,
            s.service_s,
            local.drop[0] + drop_s,
            max(local.drop[1] + drop_s, local.pick[0] + pick_s),
            s.service_s,
            amount=self.dimensions.load((s.id,)),
            prize=_worth(s),
            required=self.is_required and bool(takers),
        )

    def _depot(self, i: int) -> pyvrp.Depot:
        depot = self.problem.depots[i]
        windows = self._opening(depot.place)
        return pyvrp.Depot(
            location=self.depot_rows[i],
            tw_early=windows[0][0],
            tw_late=windows[-1][1],
            service_duration=depot.loading_s,
        )

    def _opening(self, depot: str) -> Windows:
        return as_windows(self.problem.place(depot).windows) or ((0, HORIZON_S),)

    def _vehicle_type(self, offer: Offer, profile: int) -> pyvrp.VehicleType:
        kind = self.problem.vehicle_type_of[offer.unit[0]]
        home = [d.place for d in self.problem.depots].index(kind.depot)
        max_trips = kind.max_trips or MAX_TRIPS
        opening = self._opening(kind.depot)
        early_s = min(kind.shift.early_s, opening[-1][1])  # PyVRP wants the shift to overlap with the depot's window
        late_s = min(kind.shift.late_s, offer.home_by_s)
        paid: dict[str, int] = {}
        if max_trips > 1 and self.has_releases:
            # reloading, release times and a limit on the route's duration together can make PyVRP's local search
            # run for ever (0.14.1; compare PyVRP issue 1045): here the limit becomes a time window
            first_s = max(kind.shift.early_s, min(b.ready_s for b in self.bundles if b.deliver))
            late_s = min(late_s, first_s + kind.regular_s + kind.max_overtime_s)
        else:
            paid["shift_duration"] = min(kind.regular_s, HORIZON_S)
            paid["max_overtime"] = min(kind.max_overtime_s, HORIZON_S)
            paid["unit_overtime_cost"] = round(kind.overtime_fen_per_h * MILLI / 3600)
        return pyvrp.VehicleType(
            offer.count,
            self.dimensions.capacity(kind),
            home,
            home,
            MILLI * kind.fixed_fen,
            early_s,
            max(early_s, late_s, opening[0][0]),
            max_distance=NEVER_M if kind.range_m is None else kind.range_m,
            unit_distance_cost=kind.distance_fen_per_km,
            unit_duration_cost=round(kind.time_fen_per_h * MILLI / 3600),
            profile=profile,
            reload_depots=[home] if max_trips > 1 else [],
            max_reloads=max_trips - 1,
            **paid,  # type: ignore[arg-type]  # whole numbers by name
        )

    def _profiles(self) -> tuple[list[np.ndarray], list[np.ndarray], list[int]]:
        """Return matrices of each kind of access, and each offer's: who may not call at a location never arrives."""
        at = np.array([self.problem.index(place) for place, _ in self.rows])  # (rows,)
        visit_s = np.array([0 if t is None else self.problem.place(p).visit_s for p, t in self.rows])  # (rows,)
        known: dict[tuple[str, float, bytes], int] = {}
        distances: list[np.ndarray] = []
        durations: list[np.ndarray] = []
        profile_of: list[int] = []
        for k, offer in enumerate(self.offers):
            kind = self.problem.vehicle_type_of[offer.unit[0]]
            barred = np.array([t is not None and k not in t for _, t in self.rows])  # (rows,)
            key = (kind.profile, _stretch(kind), barred.tobytes())
            if key not in known:
                known[key] = len(distances)
                matrix = self.problem.matrices[kind.profile]
                seconds, metres = matrix.duration_s[np.ix_(at, at)], matrix.distance_m[np.ix_(at, at)]  # (rows, rows)
                never = (seconds < 0) | barred[None, :] | barred[:, None]
                seconds = np.ceil(seconds * _stretch(kind)).astype(np.int64)
                seconds = seconds + np.where(at[:, None] != at[None, :], visit_s[None, :], 0)
                distances.append(np.where(never, NEVER_M, metres))
                durations.append(np.where(never, NEVER_S, seconds))
            profile_of.append(known[key])
        for array in (*distances, *durations):
            np.fill_diagonal(array, 0)
        return distances, durations, profile_of


def _stretch(kind: VehicleType) -> float:
    """Factor on driving times that makes room for the rests the driving will need."""
    rule = kind.driving_rule
    return 1.0 if rule is None or rule.max_driving_s == 0 else 1.0 + rule.rest_s / rule.max_driving_s


def _worth(shipment: Shipment) -> int:
    return MILLI * max(0, shipment.penalty_fen - shipment.handling_fen)


def _cut(windows: Windows, *others: Windows) -> Windows:
    for other in others:
        if other:
            windows = intersect(windows, other)
    return windows


class _Dimensions:
    """The problem's load dimensions, and again for each group of goods that not every compartment holds."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        boxes = [c for v in problem.vehicle_types for c in v.compartments]
        goods = sorted({s.commodity for s in problem.shipments})
        by_places: dict[tuple[bool, ...], set[str]] = defaultdict(set)
        for commodity in goods:
            by_places[tuple(c.commodities is None or commodity in c.commodities for c in boxes)].add(commodity)
        self.groups = [frozenset(g) for allowed, g in by_places.items() if not all(allowed)]

    def load(self, shipments: Iterable[str]) -> list[int]:
        goods = [self.problem.shipment_of[i] for i in shipments]
        out = self._sum([s.load for s in goods])
        for group in self.groups:
            out += self._sum([s.load for s in goods if s.commodity in group])
        return out

    def capacity(self, kind: VehicleType) -> list[int]:
        out = list(kind.capacity)
        for group in self.groups:
            boxes = [c for c in kind.compartments if c.commodities is None or group <= c.commodities]
            out += self._sum([c.capacity for c in boxes])
        return out

    def _sum(self, loads: Sequence[tuple[int, ...]]) -> list[int]:
        return [sum(column) for column in zip(*loads, strict=True)] or [0] * len(self.problem.load_dimensions)
