"""What an emergency file says: roads that are gone, ways across the break, and whose goods come first.

Figures of relays and drones that nobody stated are placeholders; the reader names each that it used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.model import TimeWindow
from scenarios.text import Text

if TYPE_CHECKING:
    from datetime import date

    from networks.override_model import Closure
    from scenarios.scenario import Commodity, Order

DAYLIGHT = TimeWindow(early_s=7 * 3_600, late_s=18 * 3_600)
"""Hours in which people carry goods over a break; a placeholder."""

FLYING_HOURS = TimeWindow(early_s=7 * 3_600, late_s=18 * 3_600)
"""Hours in which drones fly; a placeholder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A point where goods are carried across the break on foot and handed to vehicles on the far side.

    ``lon``, ``lat``: a spot near the break; None lies it at the shortest way across to the largest isolated area
    that has no relay yet. ``walk_m``: None is measured along the closed road. ``tote_s``: from one side to the other
    with one tote; None follows from ``walk_m`` (``crossing.WALK_M_PER_MIN``). ``totes_per_h``: carried in an hour by
    everybody together. ``max_piece_g``: heavier pieces are not carried. ``hours``: when people carry.
    """

    id: str
    name: str = ""
    lon: float | None = None
    lat: float | None = None
    walk_m: int | None = None
    tote_s: int | None = None
    totes_per_h: int = 40
    max_piece_g: int = 30_000
    hours: TimeWindow = DAYLIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class FarVehicles:
    """``count`` vehicles like type ``like`` of the county that wait at ``relay`` on the far side.

    ``is_hired``: somebody's who lives there; else the county's own, stranded. ``fixed_fen``: for the day of one;
    None takes that of ``like``.
    """

    relay: str
    like: str
    count: int = 1
    is_hired: bool = False
    fixed_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DroneBase:
    """``count`` drones that start at a hub, or where ``lon`` and ``lat`` say, and fly to places that are cut off.

    ``turnaround_s``: loading and a fresh battery before each flight. ``range_m``: of one flight, there and back.
    ``handling_s``: from a vehicle to the drones, where they do not start at a hub.
    """

    id: str
    count: int = 1
    payload_g: int = 30_000
    payload_ml: int = 120_000
    range_m: int = 30_000
    turnaround_s: int = 600
    handling_s: int = 600
    lon: float | None = None
    lat: float | None = None
    hours: TimeWindow = FLYING_HOURS
    fixed_fen: int = 5_000
    distance_fen_per_km: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityClass:
    """Goods that come before those of the classes below: the order of classes in the file is their rank.

    ``by_s``: the hour by which they are wanted; None says nothing. It binds like any due time.
    """

    name: str
    name_en: str = ""
    commodities: tuple[str, ...] = ()
    by_s: int | None = None

    @property
    def text(self) -> Text:
        """The name in both languages."""
        return Text(self.name, self.name_en or self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """Everything that an emergency file says, checked against a scenario.

    ``until``: last day on which the roads are taken as closed; None says nothing. ``classes``: highest first; goods
    that none of them names are the last. ``commodities`` and ``added`` are kinds of goods and orders of the emergency.
    ``early_slack_s``: what the first class may lose for the sake of all others, see ``answer``.
    ``assumed`` tells which figures are placeholders.
    """

    closures: tuple[Closure, ...]
    name: str = "应急"
    name_en: str = "emergency"
    until: date | None = None
    relays: tuple[Relay, ...] = ()
    vehicles: tuple[FarVehicles, ...] = ()
    drones: tuple[DroneBase, ...] = ()
    classes: tuple[PriorityClass, ...] = ()
    commodities: tuple[Commodity, ...] = ()
    added: tuple[Order, ...] = ()
    early_slack_s: int = 1_800
    assumed: tuple[Text, ...] = ()

    @property
    def text(self) -> Text:
        """The name in both languages."""
        return Text(self.name, self.name_en or self.name)
