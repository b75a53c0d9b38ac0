"""How alike several days are for those who wait: does a village have its driver, and when does he come.

A village's driver of a day is the vehicle that brings most shipments there; equals are told apart by what is fetched as
well, by pieces, and by who comes first. He comes when that vehicle's visit with most of them begins. Driver
consistency is as Groer, Golden and Wasil (2009) ask for it, arrival consistency the difference between the latest and
the earliest arrival.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from scenarios.standing.typical import ranked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.plan import Plan, Visit
    from optimizer.problem import Problem


class Call(NamedTuple):
    """Who is a place's driver on one day, when he comes, and whether another vehicle calls as well."""

    vehicle: str
    at_s: int
    has_other: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VillageRecord:
    """One place over several days; ``vehicle`` is its most frequent driver, on ``num_own`` of ``num_days``.

    ``first_s``, ``last_s``: the earliest and the latest arrival. ``num_others``: days on which a second vehicle came.
    """

    place: str
    vehicle: str
    num_days: int
    num_own: int
    first_s: int
    last_s: int
    num_others: int = 0

    @property
    def spread_s(self) -> int:
        """Seconds between the earliest and the latest arrival."""
        return self.last_s - self.first_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """All places that were called at on two days or more, depots apart, in the order of the county's places."""

    villages: tuple[VillageRecord, ...]

    @property
    def keep_share(self) -> float | None:
        """Share of the places whose driver was the same on every day; None when there is no place."""
        return _share(sum(v.num_own == v.num_days for v in self.villages), len(self.villages))

    @property
    def alone_share(self) -> float | None:
        """Share of the places at which no vehicle but the one driver ever called."""
        alone = sum(v.num_own == v.num_days and not v.num_others for v in self.villages)
        return _share(alone, len(self.villages))

    @property
    def own_share(self) -> float | None:
        """Share of all days of all places on which the place had its most frequent driver."""
        return _share(sum(v.num_own for v in self.villages), sum(v.num_days for v in self.villages))

    def spread_s(self, quantile: float) -> int | None:
        """Return the spread of arrivals that so many of the places do not exceed; None when there is no place."""
        return ranked([v.spread_s for v in self.villages], quantile) if self.villages else None


def consistency(days: Sequence[tuple[Problem, Plan]]) -> Consistency:
    """Return how alike the plans of several days are; O(visits)."""
    found: dict[str, list[Call]] = defaultdict(list)
    for problem, plan in days:
        for place, call in calls(problem, plan).items():
            found[place].append(call)
    ranks = {place.id: k for k, place in enumerate(days[0][0].places)} if days else {}
    often = sorted((place for place, each in found.items() if len(each) > 1), key=lambda place: ranks[place])
    return Consistency(villages=tuple(_record(place, found[place]) for place in often))


def calls(problem: Problem, plan: Plan) -> dict[str, Call]:
    """Return the driver of each place of one day, depots apart."""
    visits: dict[str, dict[str, list[Visit]]] = defaultdict(lambda: defaultdict(list))
    for route, trip in plan.trips():
        for visit in trip.visits:
            if visit.place not in problem.depot_of:
                visits[visit.place][route.vehicle].append(visit)
    return {place: _call(problem, by) for place, by in visits.items()}


def _call(problem: Problem, by_vehicle: Mapping[str, Sequence[Visit]]) -> Call:
    def amount(each: Sequence[Visit]) -> tuple[int, int, int, int]:
        brought = sum(len(visit.deliver) for visit in each)
        ids = [i for visit in each for i in (*visit.deliver, *visit.collect)]
        pieces = sum(problem.shipment_of[i].pieces for i in ids)
        return brought, len(ids), pieces, -min(visit.start_s for visit in each)

    vehicle = max(by_vehicle, key=lambda name: amount(by_vehicle[name]))
    main = max(by_vehicle[vehicle], key=lambda visit: amount([visit]))
    return Call(vehicle, main.start_s, len(by_vehicle) > 1)


def _record(place: str, each: Sequence[Call]) -> VillageRecord:
    (vehicle, num_own), *_ = Counter(call.vehicle for call in each).most_common(1)
    return VillageRecord(
        place=place,
        vehicle=vehicle,
        num_days=len(each),
        num_own=num_own,
        first_s=min(call.at_s for call in each),
        last_s=max(call.at_s for call in each),
        num_others=sum(call.has_other for call in each),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
