"""How a county wants its day run: penalties, promises, default times and bag sizes.

Nothing here belongs to one place, order or vehicle; those may overrule it.
Money defaults are placeholders: no published figure was found for them.
"""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.model import DrivingRule

PRIORITIES = ("low", "normal", "high", "must")
"""Priorities of an order, least first; ``Penalties`` has a field for each."""

TIERS = ("hub", "station", "village", "farm", "shop")
"""Tiers of a place; labels, not classes."""


LEGAL_DRIVING = DrivingRule()
"""4 h of driving, then 20 min of rest: road traffic regulation article 62(7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalties:
    """What leaving one shipment unserved counts, by priority, in fen. It ranks, it is not paid."""

    low: int = 20_000
    normal: int = 100_000
    high: int = 300_000
    must: int = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitTimes:
    """Fixed service seconds per visit, by tier, where the place does not say."""

    hub: int = 0
    station: int = 300
    village: int = 120
    farm: int = 180
    shop: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """Most that one bag or tote may hold; 0 means no limit in that respect."""

    pieces: int = 0
    load_g: int = 0
    load_ml: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of the whole county-day.

    ``load_dimensions``: which loads bind, among ``LOAD_DIMENSIONS``.
    ``penalties_fen``: for leaving a shipment unserved, by priority, plus ``penalty_fen_per_piece``.
    ``hub_ready_s``: when down goods can be loaded if neither order nor wave says so.
    ``up_due_s``: when up goods must be back at the hub if neither order nor brand says so.
    ``promise_s``: hour promised to the villages, for the on-time share only; a due time binds, this does not.
    ``cleaning_s``: cleaning after unsealed pesticide before food or produce.
    ``driving_rule``: for vehicle types without their own; None means no rule.
    ``service_days_per_week``, ``coverage_visits_per_week``: the day is taken as repeated so often;
    a village counts as covered from so many visits a week.
    ``grid``: key of ``scenarios.energy.GRID_G_PER_KWH``. ``bag``: bag size where the commodity has none.
    ``modes``: service modes that places may have if no rule names them; empty means all that there are means for.
    ``forced_mode``: the only mode of every place that has it; "" forces none.
    ``together``: all places of a township go the same way.
    ``market_factor``: pieces from and to a township on its market day over those of other days; a placeholder.
    """

    load_dimensions: tuple[str, ...] = ("load_g", "load_ml")
    penalties_fen: Penalties = Penalties()
    penalty_fen_per_piece: int = 100
    hub_ready_s: int = 8 * 3_600
    up_due_s: int = 16 * 3_600 + 1_800
    promise_s: int = 11 * 3_600
    visit_s: VisitTimes = VisitTimes()
    cleaning_s: int = 1_800
    driving_rule: DrivingRule | None = LEGAL_DRIVING
    service_days_per_week: int = 7
    coverage_visits_per_week: int = 3
    grid: str = "national"
    bag: Bag = Bag(pieces=30, load_g=25_000, load_ml=120_000)
    modes: tuple[str, ...] = ()
    forced_mode: str = ""
    together: bool = False
    market_factor: float = 1.3
