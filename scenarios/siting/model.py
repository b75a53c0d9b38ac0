"""Candidate sites, what they cost to run, the figures that siting goes by, and sets of sites to be compared.

No figure of what a station or a pre-cool room costs, takes for a piece or saves was published: every default here is
a placeholder, and whoever uses one says so (``scenarios.siting.candidates``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.text import Text

STATION, ROOM = "station", "precool"
KINDS = (STATION, ROOM)
"""What may be sited: stations that goods pass through, and rooms that chill produce before it travels on."""

WEEKS_PER_YEAR = 52
MONTHS_PER_YEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A place that may be opened; money in fen, costs of a station unless said otherwise.

    ``rent_fen``, ``wage_fen``, ``power_fen``: a month. ``opening_fen``: once, spread over ``life_years`` without
    interest. ``fee_fen``: what the site is paid for each piece that it handles; it passes from brands to the site, so
    it is no cost of the county. ``most_pieces``: most a day that are given to it; None means no limit.
    ``handling_s``, ``pieces_per_quarter_h``: as in stations.csv, None takes today's. ``vehicle``: type that lives
    there, ``vehicles`` of it; "" leaves its loops to the vehicles that there are.
    """

    place: str
    rent_fen: int = 80_000
    wage_fen: int = 350_000
    power_fen: int = 30_000
    opening_fen: int = 2_000_000
    life_years: int = 5
    fee_fen: int = 50
    most_pieces: int | None = None
    handling_s: int | None = None
    pieces_per_quarter_h: int | None = None
    vehicle: str = ""
    vehicles: int = 1

    def daily_fen(self, service_days_per_week: int, *, is_new: bool) -> int:
        """Return what it costs on a working day, rounded half up to the fen; opening costs of a new site included.

        A year has 12 months and 52 weeks of working days.
        """
        in_life = (self.rent_fen + self.wage_fen + self.power_fen) * MONTHS_PER_YEAR * self.life_years
        in_life += self.opening_fen if is_new else 0
        days = WEEKS_PER_YEAR * service_days_per_week * self.life_years
        return (2 * in_life + days) // (2 * days)


ROOM_DEFAULTS: Mapping[str, int] = {"wage_fen": 0, "power_fen": 90_000, "opening_fen": 6_000_000, "fee_fen": 100}
"""Placeholders of a pre-cool room where they differ from a station's: it needs power and no clerk of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What siting goes by besides the candidates; all placeholders.

    ``cover_s``: time on the road within which a place counts as covered. Of produce: ``value_fen_per_kg`` when sound;
    ``warm_loss``, ``chilled_loss``: shares of its value lost on the way without and with a room; ``chilled_s``:
    longest time on board after the room; ``cooling_s``: in the room; ``carry_fen_per_km``: of a grower's run to the
    room and back, which takes ``carry_g``.
    """

    cover_s: int = 1_800
    value_fen_per_kg: int = 400
    warm_loss: float = 0.275
    chilled_loss: float = 0.05
    chilled_s: int = 24 * 3_600
    cooling_s: int = 3_600
    carry_fen_per_km: int = 60
    carry_g: int = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Siting:
    """What is to be decided: a kind of site, its candidates and figures, and what stood in for figures not given.

    ``today``: sites that are open today; they are among the candidates and cost nothing to open.
    ``count``: how many to open, None leaves it open. ``cover_s``: all that can be are to be covered within it, None
    asks for no such thing. ``days_per_week``: on which sites work.
    """

    kind: str
    candidates: tuple[Candidate, ...]
    today: frozenset[str] = frozenset()
    figures: Figures = Figures()
    count: int | None = None
    cover_s: int | None = None
    days_per_week: int = 7
    placeholders: tuple[Text, ...] = ()

    @property
    def of(self) -> dict[str, Candidate]:
        """Candidates by place."""
        return {each.place: each for each in self.candidates}

    def daily_fen(self, place: str) -> int:
        """Return what the site at ``place`` costs on a working day, rounded half up to the fen."""
        return self.of[place].daily_fen(self.days_per_week, is_new=place not in self.today)

    @property
    def limit_s(self) -> int:
        """Time within which a place counts as covered."""
        return self.figures.cover_s if self.cover_s is None else self.cover_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Nomination:
    """Which model brought up a set, as its ``rank``-th best, at what value and with what proven gap to the best."""

    model: str
    rank: int
    value: float
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSet:
    """A set of sites to be compared; ``assigned``: the site of each place that it serves.

    ``is_today``: the county is left untouched. ``nominations`` are empty for today's and the empty set.
    """

    id: str
    name: Text
    sites: frozenset[str]
    assigned: Mapping[str, str] = field(default_factory=dict)
    is_today: bool = False
    nominations: tuple[Nomination, ...] = ()


TODAY, NONE = "today", "none"
"""Ids of the two sets that are always compared."""
