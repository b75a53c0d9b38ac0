"""Vehicles as a route search sees them, with promises that stand for rules it does not know.

A vehicle that promises to be home by a certain time may carry goods due at the depot then.
Vehicles beyond the number of docks start a loading later, so they must be home a
loading earlier. Of goods that must not meet, each vehicle refuses one side. These are
hints: ``optimizer.repair`` mends what they miss.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.bundles import fleet_units
from optimizer.model import HORIZON_S

if TYPE_CHECKING:
    from optimizer.bundles import Bundle
    from optimizer.daybook import Unit
    from optimizer.problem import Problem

LEAST_SHARE = 0.15
"""Share of the fleet that takes the rarer of goods that must not meet, at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """``count`` vehicles of a unit that promise to be home by ``home_by_s`` and refuse some commodities.

    Goods due earlier and refused goods ride elsewhere, but for the ``own`` ones, which are known to go well here.
    """

    unit: Unit
    count: int
    home_by_s: int
    refuses: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    def takes(self, bundle: Bundle) -> bool:
        """Tell whether the bundle may ride with these vehicles."""
        if self.unit not in bundle.units:
            return False
        is_fine = bundle.due_s >= self.home_by_s and self.refuses.isdisjoint(bundle.goods)
        return is_fine or self.own.issuperset(bundle.shipments)


def whole_fleet(problem: Problem, *, is_queued: bool = True) -> list[Offer]:
    """Return offers of all vehicles, those that load first in front.

    All are home by the earliest due time at their depot; with ``is_queued`` those that wait
    for a dock are home a loading earlier.
    """
    units = set(fleet_units(problem))
    offers: Counter[tuple[int, Unit, int, frozenset[str]]] = Counter()
    queued: Counter[str] = Counter()
    rarer, others = rivals(problem)
    for type_id, number in _interleaved(problem):
        kind = problem.vehicle_type_of[type_id]
        depot = problem.depot_of[kind.depot]
        turn = 0 if depot.docks is None or not is_queued else queued[kind.depot] // depot.docks
        queued[kind.depot] += 1
        late_s = min(kind.shift.late_s, HORIZON_S)
        early_s = min([late_s, *(s.due_s for s in problem.shipments if s.destination == kind.depot)])
        home_by_s = early_s - turn * depot.loading_s if early_s < late_s else late_s
        refuses = others if _takes_rarer(problem, number, kind.count, rarer, others) else rarer
        unit = (type_id, number) if (type_id, number) in units else (type_id, 0)
        offers[turn, unit, home_by_s, refuses] += 1
    ordered = sorted(offers.items(), key=lambda item: (item[0][0], item[0][1], -item[0][2], sorted(item[0][3])))
    return [Offer(unit=u, count=n, home_by_s=home, refuses=refused) for (_, u, home, refused), n in ordered]


def rivals(problem: Problem) -> tuple[frozenset[str], frozenset[str]]:
    """Return the commodity in most conflicts and all those it must not meet; both empty without conflicts."""
    aboard = {s.commodity for s in problem.shipments}
    pairs = [(c.first, c.second) for c in problem.conflicts if {c.first, c.second} <= aboard and c.first != c.second]
    if not pairs:
        return frozenset(), frozenset()
    degree = Counter(goods for pair in pairs for goods in pair)
    star = min(degree, key=lambda goods: (-degree[goods], goods))
    foes = {a if b == star else b for a, b in pairs if star in (a, b)}
    return frozenset((star,)), frozenset(foes)


def _interleaved(problem: Problem) -> list[Unit]:
    """Return (type, number) of all vehicles, types mixed evenly."""
    vehicles = [((n - 0.5) / v.count, v.id, n) for v in problem.vehicle_types for n in range(1, v.count + 1)]
    return [(type_id, number) for _, type_id, number in sorted(vehicles)]


def _takes_rarer(problem: Problem, number: int, count: int, rarer: frozenset[str], others: frozenset[str]) -> bool:
    """Tell whether vehicle ``number`` of a type is one of those, evenly spread, that take the rarer side."""
    if not rarer:
        return True
    few = sum(s.commodity in rarer for s in problem.shipments)
    many = sum(s.commodity in others for s in problem.shipments)
    share = min(max(few / (few + many), LEAST_SHARE), 1 - LEAST_SHARE)
    return int(number * share + 0.5) > int((number - 1) * share + 0.5) if count > 1 else few >= many
