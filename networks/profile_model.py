"""What a vehicle profile holds: speeds, caps, size, energy, and the rules that all of them share.

The meaning of each number stands beside it in ``profiles.toml``. Frozen; nothing here
knows about roads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from networks.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

SEASONS = ("dry", "wet")
"""In the wet season fords are closed and unpaved roads are slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Season and weather of the day; the weather must be one that the profile knows."""

    season: str = "dry"
    weather: str = "clear"

    def __post_init__(self) -> None:
        if self.season not in SEASONS:
            raise InvalidInput("E224", what="season", value=self.season, known=", ".join(SEASONS))


DRY_AND_CLEAR = Conditions()
"""The default everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds for all vehicle classes; see ``profiles.toml`` for the meaning of each table."""

    unpaved_classes: tuple[str, ...]
    surface_kind: Mapping[str, str]
    smoothness_cap_kmh: Mapping[str, float]
    grade_up_to: tuple[float, ...]
    """Rise over run, ascending; ``grade_factor`` has one more, for steeper ones."""
    grade_factor: tuple[float, ...]
    wet_unpaved_factor: float
    wet_closes: tuple[str, ...]
    weather_factor: Mapping[str, float]
    access: Mapping[str, str]
    no_centre_line_classes: tuple[str, ...]
    no_centre_line_kmh: float
    narrow_bridge_below_m: float
    narrow_bridge_kmh: float
    sharp_bend_below_m: float
    sharp_bend_kmh: float
    steep_descent: float
    """Rise over run."""
    steep_descent_kmh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Energy:
    """What a metre of road costs in fuel or electricity; ``networks.energy`` has the formula.

    ``carrier`` is "diesel", "petrol" or "electricity". Electric motors have no engine terms.
    """

    carrier: str
    curb_kg: float
    frontal_area_m2: float
    drag: float
    rolling: float
    drivetrain_efficiency: float
    engine_efficiency: float = 1.0
    engine_friction_kj_per_rev_l: float = 0.0
    engine_speed_rev_per_s: float = 0.0
    engine_displacement_l: float = 0.0
    fuel_to_air: float = 1.0
    auxiliary_kw: float = 0.0
    regeneration: float = 0.0
    """Share of the downhill energy that an electric motor wins back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A vehicle class: its speed by road class, its caps, its size, its energy.

    A road class without a speed is barred; classes in ``dry_only`` are barred when wet.
    ``placeholders`` names the numbers of this profile that are guesses.
    """

    id: str
    name_zh: str
    name_en: str
    speed_kmh: Mapping[str, float]
    dry_only: tuple[str, ...] = ()
    surface_cap_kmh: Mapping[str, float] = field(default_factory=dict)
    obeys_hgv: bool = False
    weight_t: float = 0.0
    width_m: float = 0.0
    height_m: float = 0.0
    energy: Energy
    rules: Rules
    placeholders: tuple[str, ...] = ()

    @property
    def slowest_kmh(self) -> float:
        """Speed on the worst road that the class drives at all; used off the road network."""
        return min(self.speed_kmh.values())
