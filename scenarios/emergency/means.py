"""The same day with some of the ways across, or with one vehicle more: only counts and ways change, never the goods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.tiers.model import DIRECT
from scenarios.stations import DRONE
from scenarios.text import Text

if TYPE_CHECKING:
    from optimizer.tiers.model import Tiers, Way
    from scenarios.build import County
    from scenarios.emergency.county import Rescue


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Which ways across are used; ``more`` is a vehicle type of which one more is at hand, "" none."""

    key: str
    has_relay: bool = False
    has_drone: bool = False
    more: str = ""

    @property
    def is_any(self) -> bool:
        """Whether anything is used at all."""
        return self.has_relay or self.has_drone or bool(self.more)


NONE = Means(key="none")
RELAY = Means(key="relay", has_relay=True)
DRONE_ONLY = Means(key="drone", has_drone=True)
BOTH = Means(key="both", has_relay=True, has_drone=True)

MEANS_NAMES = {
    "none": Text("不另设方式", "nothing added"),
    "relay": Text("人工接驳", "relay on foot"),
    "drone": Text("无人机", "drones"),
    "both": Text("接驳加无人机", "relay and drones"),
}
"""What the ways across are called; drones that the county has fly in any case."""


def offered(rescue: Rescue) -> tuple[Means, ...]:
    """Return the means that are compared, the fullest last: what the emergency names, and nothing."""
    relay, drone = bool(rescue.crossings), any(base.count for base in rescue.emergency.drones)
    found = [NONE, *([RELAY] if relay else []), *([DRONE_ONLY] if drone else []), *([BOTH] if relay and drone else [])]
    return tuple(found)


def one_more(rescue: Rescue) -> tuple[str, ...]:
    """Return the vehicle types of which one more might help: the first on the far side of each relay, every drone."""
    return (*(names[0] for names in rescue.carriers.values() if names), *rescue.drones)


def county_with(rescue: Rescue, means: Means) -> tuple[County, Tiers]:
    """Return the day and its tiers with these means only: other vehicles stay at home, other ways are closed."""
    county, tiers = rescue.county, rescue.tiers
    far = {name for names in rescue.carriers.values() for name in names}
    absent = (set() if means.has_relay else far) | (set() if means.has_drone else set(rescue.drones))
    absent.discard(means.more)
    kinds = tuple(
        replace(v, count=0 if v.id in absent else v.count + (v.id == means.more)) for v in county.problem.vehicle_types
    )
    problem = replace(county.problem, vehicle_types=kinds)
    shut = set() if means.has_relay else set(rescue.carriers)
    flies = means.has_drone or means.more in rescue.drones
    shut |= set() if flies else {base.id for base in rescue.emergency.drones}
    shut_here = shut if _flies_from_hub(rescue, means) else {*shut, ""}
    modes = {place: _left(ways, shut_here if place in rescue.isolated else shut) for place, ways in tiers.modes.items()}
    changed = replace(tiers, problem=problem, modes=modes)
    return replace(county, problem=problem, tiers=changed), changed


def _flies_from_hub(rescue: Rescue, means: Means) -> bool:
    """Tell whether anything flies past all stations, so that goods may go straight to places that are cut off."""
    own = any(v.profile == DRONE and v.count and v.id not in rescue.drones for v in rescue.county.problem.vehicle_types)
    flies = means.has_drone or means.more in rescue.drones
    return own or (flies and any(base.lon is None for base in rescue.emergency.drones))


def _left(ways: frozenset[Way], shut: set[str]) -> frozenset[Way]:
    """Return the ways through no station that is shut ("" is past all), direct where none is left."""
    return frozenset(way for way in ways if way.station not in shut) or frozenset({DIRECT})
