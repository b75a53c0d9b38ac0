"""A plan: every vehicle's day of trips with all its times, and what is left unserved and why.

Only decisions and times are stored; loads, kilometres and costs follow from them
(``optimizer.cost``, ``optimizer.check``). Times are seconds since the plan's day starts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One service at one place; ``deliver`` and ``collect`` are shipment ids.

    arrive <= start (waiting between) < = end (service between) <= depart (rest between).
    """

    place: str
    arrive_s: int
    start_s: int
    end_s: int
    depart_s: int
    deliver: tuple[str, ...] = ()
    collect: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """Depot to depot without reloading; what is delivered but not collected is loaded at ``start``.

    Goods collected and not delivered on the way are handed over at ``end``. Loading occupies a dock from
    ``load_start_s`` for the depot's ``loading_s``; the trip leaves at ``depart_s`` and returns at ``return_s``.
    ``stowage`` names the compartment of each shipment as (shipment, compartment) pairs;
    empty when the vehicle has one compartment.
    """

    start: str
    end: str
    load_start_s: int
    depart_s: int
    return_s: int
    visits: tuple[Visit, ...]
    stowage: tuple[tuple[str, str], ...] = ()

    @property
    def shipments(self) -> tuple[str, ...]:
        """Ids of all shipments carried, in order of first mention."""
        ids = (i for v in self.visits for i in (*v.deliver, *v.collect))
        return tuple(dict.fromkeys(ids))


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One vehicle's day: its trips in order. ``number`` counts from 1 within the vehicle type."""

    vehicle_type: str
    number: int
    trips: tuple[Trip, ...]

    @property
    def vehicle(self) -> str:
        """Name of the vehicle, such as ``van#2``."""
        return f"{self.vehicle_type}#{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A shipment left behind: ``reason`` and ``remedy`` are codes of ``optimizer.explain``.

    ``numbers`` are the values behind the reason, filled into its sentences by name.
    """

    shipment: str
    reason: str
    numbers: Mapping[str, int | str] = field(default_factory=dict)
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Cost of a plan in fen; distance, time and overtime are rounded half up to fen once per route.

    ``pay_fen`` is what vehicles that are hired by the piece ask for, ``line_fen`` the fares of scheduled
    lines, ``handling_fen`` what the goods themselves do.
    """

    fixed_fen: int = 0
    distance_fen: int = 0
    time_fen: int = 0
    overtime_fen: int = 0
    pay_fen: int = 0
    line_fen: int = 0
    handling_fen: int = 0
    penalty_fen: int = 0

    @property
    def total_fen(self) -> int:
        """All parts together, penalties for unserved shipments included."""
        return self.operating_fen + self.penalty_fen

    @property
    def operating_fen(self) -> int:
        """What is really paid: everything but the penalties."""
        running_fen = self.fixed_fen + self.distance_fen + self.time_fen + self.overtime_fen
        return running_fen + self.pay_fen + self.line_fen + self.handling_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All routes of the day, what is unserved and why, and what it costs."""

    routes: tuple[Route, ...] = ()
    unserved: tuple[Unserved, ...] = ()
    cost: Cost = Cost()

    def trips(self) -> Iterator[tuple[Route, Trip]]:
        """Yield every trip with its route, vehicle by vehicle."""
        for route in self.routes:
            for trip in route.trips:
                yield route, trip


@dataclass(frozen=True, slots=True, kw_only=True)
class Incumbent:
    """One improvement during a solve; ``wall_s`` is the only value that is not repeatable."""

    wall_s: float
    iteration: int
    worker: int
    engine: str
    cost_fen: int
    num_unserved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A refereed plan and how it came about.

    ``bound_fen`` is a proven lower bound on the cost of any plan, far below it for large problems; or None.
    ``stopped`` tells that the user ended the solve early.
    """

    plan: Plan
    history: tuple[Incumbent, ...] = ()
    seed: int = 0
    workers: int = 1
    iterations: int = 0
    seconds: float = 0.0
    bound_fen: int | None = None
    stopped: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def bound_gap(self) -> float | None:
        """Return (cost - bound) / bound in %; 0 means proven optimal, None that there is no bound above 0."""
        if not self.bound_fen:
            return None
        return 100 * (self.plan.cost.total_fen - self.bound_fen) / self.bound_fen
