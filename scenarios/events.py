"""What happens to a day after it was planned: orders added and cancelled, vans that break down, roads that close.

``Events`` is what an events file holds, checked against a scenario; ``scenarios.events_file`` reads it,
``scenarios.events_county`` makes the changed day of it. Weights of changes and the time until goods of a broken
vehicle can be loaded again are placeholders: nobody has measured them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.replan.changes import Weights

if TYPE_CHECKING:
    from networks.override_model import Closure
    from scenarios.scenario import Order
    from scenarios.text import Text

USUAL_WEIGHTS = Weights()
"""What changes are worth where nobody says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledOrder:
    """An order that is not wanted any more."""

    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenVehicle:
    """A vehicle that goes no further from ``at_s``; None: from now on."""

    vehicle_type: str
    number: int
    at_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LateBrand:
    """An arrival wave whose goods can be loaded at ``ready_s`` at the earliest."""

    brand: str
    ready_s: int
    wave: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedRoad:
    """Roads that nobody may drive from now on: a closures ``file``, ``edges``, ``ways``, or all near a point."""

    file: str = ""
    edges: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    radius_m: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """Everything that has happened by ``now_s``; 0 means that the day has not begun.

    ``recovery_s``: from the return of a broken vehicle's goods to the depot until they can be loaded again.
    ``closures`` are ready to be applied. ``assumed`` tells which figures are placeholders.
    """

    now_s: int = 0
    added: tuple[Order, ...] = ()
    cancelled: tuple[CancelledOrder, ...] = ()
    broken: tuple[BrokenVehicle, ...] = ()
    late: tuple[LateBrand, ...] = ()
    closures: tuple[Closure, ...] = ()
    weights: Weights = USUAL_WEIGHTS
    recovery_s: int = 1_800
    assumed: tuple[Text, ...] = ()
