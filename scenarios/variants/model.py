"""Variants: named small changes on a base county, and a file's worth of them.

A variant holds changes only, never a county; ``scenarios.variants.apply`` lays it over a day. Every field has
the value that changes nothing as its default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.market_days import MarketDays
    from scenarios.text import Text

BASE = "base"
"""Id of the variant that changes nothing."""

OTHERS = "others"
"""Name in coalitions of the goods that belong to no brand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Factors on what vehicles cost, and what is added to a litre and a kilowatt-hour.

    ``fixed``, ``distance``: on the cost of a vehicle's day and of a kilometre. ``wages``: on the hour and its
    surcharge. ``fares``: on what scheduled departures ask for. Costs per km hold fuel without telling how much, so a
    change of its price is added by consumption: ``energy_per_100km`` x change / 100 a kilometre, rounded half up to
    the fen.
    """

    fixed: float = 1.0
    distance: float = 1.0
    wages: float = 1.0
    fares: float = 1.0
    fuel_fen_per_l: int = 0
    power_fen_per_kwh: int = 0


AS_THEY_ARE = Prices()
"""Prices that change nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleChange:
    """Other figures for one vehicle type, by field of ``FleetVehicle``; ``replaced_by`` takes over its vehicles."""

    vehicle: str
    values: Mapping[str, Any] = field(default_factory=dict)
    replaced_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to organise the county.

    ``coalitions``: brands that deliver together; None means all do. Brands in none of them are on their
    own, so ``()`` means everybody is. ``OTHERS`` stands for goods without a brand.
    ``is_one_way``: up goods are fetched by trips of their own. ``closures``: a file, relative to the county's
    folder, in place of the county's own. None leaves season and weather. ``volume``: factor on all pieces.
    ``modes``: the only service modes that are left of those that places have, empty leaves all; ``forced_mode``: the
    only one of every place that has it, "" forces none. Stations and lines may be closed for goods.
    ``is_every_other_day``: villages are visited every other day and goods wait (``scenarios.variants.waiting``).
    """

    id: str
    name: Text
    coalitions: tuple[frozenset[str], ...] | None = None
    is_one_way: bool = False
    season: str | None = None
    weather: str | None = None
    closures: str | None = None
    volume: float = 1.0
    prices: Prices = AS_THEY_ARE
    vehicles: tuple[VehicleChange, ...] = ()
    modes: tuple[str, ...] = ()
    forced_mode: str = ""
    has_stations: bool = True
    has_lines: bool = True
    is_every_other_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantSet:
    """What a file asks to compare: the base first, then the variants in the order of the file.

    ``against``: id of the variant that changes are counted from. ``markets`` and ``market_factor`` are those of
    ``scenarios.sampled_days.DayModel``.
    """

    variants: tuple[Variant, ...]
    against: str = BASE
    markets: Mapping[str, MarketDays] = field(default_factory=dict)
    market_factor: float | None = None
