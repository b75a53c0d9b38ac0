"""What is driven: the trips of a plan, the goods end to end, and where these change from one vehicle to another.

On an ordinary day every shipment rides on one trip. Across tiers one that passes a station has two legs
(``optimizer.tiers.model.leg_id``); either may go on a scheduled departure, which keeps its timetable.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from optimizer.tiers.model import leg_id
from optimizer.tiers.plan import driven

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.model import Shipment
    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.tiers.lines import Ride
    from optimizer.tiers.model import TieredPlan, Tiers


class Relay(NamedTuple):
    """Where the second leg of a shipment has its goods from.

    ``first`` is the leg that brings them. As planned they are there at ``arrived_s`` and may go on from ``ready_s``;
    when they come later, they may go on as much later.
    """

    first: str
    arrived_s: int
    ready_s: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Script:
    """A plan to be driven.

    ``problem`` is the ordinary one that the trips of ``plan`` answer, of legs where goods pass a station; ``goods``
    are the shipments end to end. ``relays`` by second leg; ``rides`` on scheduled departures. Unserved goods and
    costs of ``plan`` are those of whole shipments.
    """

    problem: Problem
    plan: Plan
    goods: tuple[Shipment, ...]
    relays: Mapping[str, Relay] = field(default_factory=dict)
    rides: tuple[Ride, ...] = ()

    def legs(self, shipment: str) -> tuple[str, ...]:
        """Return what a shipment is called on its way: its own id, or those of its two legs."""
        second = leg_id(shipment, 2)
        return (self.relays[second].first, second) if second in self.relays else (shipment,)

    @property
    def num_unserved(self) -> int:
        """Shipments that the plan leaves."""
        return len(self.plan.unserved)


def script_of(problem: Problem, plan: Plan) -> Script:
    """Return the script of an ordinary day."""
    return Script(problem=problem, plan=plan, goods=problem.shipments)


def tiered_script(tiers: Tiers, tiered: TieredPlan) -> Script:
    """Return the script of a day across tiers."""
    return Script(
        problem=driven(tiers, tiered),
        plan=tiered.plan,
        goods=tiers.problem.shipments,
        relays={leg_id(h.shipment, 2): Relay(leg_id(h.shipment, 1), h.arrived_s, h.ready_s) for h in tiered.handovers},
        rides=tiered.rides,
    )
