"""One planned day as people look at it: named places, trips with loads and lines, figures with definitions.

Every output (tables, map, report, run sheets) is made from a ``DayView`` and from
nothing else, so that all of them say the same. ``api.county_day`` fills it; here
is only its shape. Words that depend on the language are ``scenarios.text.Text`` pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely import MultiLineString

    from api.tier_views import TiersView
    from optimizer.plan import Cost
    from scenarios.kpis import BrandKpis
    from scenarios.text import Text


Line = tuple[tuple[float, float], ...]
"""A line on the ground: (lon, lat) in degrees, WGS-84."""

LEGS = ("/1", "/2")
"""How ids of legs end, see ``optimizer.tiers.leg_id``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """A place with its name and position; ``tier`` is hub, station, village, farm or shop."""

    id: str
    name: str
    tier: str
    lon: float
    lat: float
    is_visited: bool = False
    is_short: bool = False
    """Something meant for this place, or waiting at it, is unserved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What one brand hands over in one visit, of one commodity, one way.

    ``load`` is per load dimension; ``compartment`` is empty where the vehicle has only one.
    """

    brand: str
    commodity: Text
    is_parcel: bool
    bags: int
    pieces: int
    load: tuple[int, ...]
    shipments: tuple[str, ...]
    compartment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitView:
    """One visit; ``rank`` counts from 1 within the trip."""

    rank: int
    place: PlaceView
    arrive_s: int
    start_s: int
    end_s: int
    depart_s: int
    deliver: tuple[Goods, ...]
    collect: tuple[Goods, ...]
    windows: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegView:
    """The way to the next visit or back: ``load_down`` and ``load_up`` are on board, per load dimension."""

    depart_s: int
    arrive_s: int
    distance_m: int
    load_down: tuple[int, ...]
    load_up: tuple[int, ...]
    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class TripView:
    """One trip, with one leg more than visits; ``code`` is unique in the plan, such as ``T07``."""

    code: str
    vehicle: str
    vehicle_type: str
    number: int
    trip_number: int
    start: PlaceView
    end: PlaceView
    load_start_s: int
    load_end_s: int
    depart_s: int
    return_s: int
    visits: tuple[VisitView, ...]
    legs: tuple[LegView, ...]
    capacity: tuple[int, ...]
    color: str
    is_dashed: bool = False
    is_flown: bool = False
    """Through the air: its legs are straight, and drawn with short dashes."""

    @property
    def echelon(self) -> str:
        """Return "loop" for a trip from a station, "trunk" for one with goods that change at one, else "direct"."""
        if self.start.tier == "station":
            return "loop"
        at_stations = (visit for visit in self.visits if visit.place.tier == "station")
        goods = (shipment for v in at_stations for g in (*v.deliver, *v.collect) for shipment in g.shipments)
        return "trunk" if any(shipment.endswith(LEGS) for shipment in goods) else "direct"

    @property
    def distance_m(self) -> int:
        """Metres of the whole trip."""
        return sum(leg.distance_m for leg in self.legs)

    @property
    def driving_s(self) -> int:
        """Seconds at the wheel."""
        return sum(leg.arrive_s - leg.depart_s for leg in self.legs)

    @property
    def bags_down(self) -> int:
        """Bags handed out on the trip."""
        return sum(g.bags for v in self.visits for g in v.deliver)

    @property
    def bags_up(self) -> int:
        """Bags collected on the trip."""
        return sum(g.bags for v in self.visits for g in v.collect)

    @property
    def pieces(self) -> int:
        """Pieces handed over, both ways."""
        return sum(g.pieces for v in self.visits for g in (*v.deliver, *v.collect))

    def fill(self, leg: LegView) -> tuple[int, float, float]:
        """Return the tightest load dimension of a leg, and its down and up shares of the capacity."""
        shares = [
            (d, down / room if room else 0.0, up / room if room else 0.0)
            for d, (down, up, room) in enumerate(zip(leg.load_down, leg.load_up, self.capacity, strict=True))
        ]
        return max(shares, key=lambda share: share[1] + share[2], default=(0, 0.0, 0.0))

    @property
    def peak(self) -> tuple[int, float]:
        """The tightest load dimension of the trip and its highest share of the capacity."""
        fills = [self.fill(leg) for leg in self.legs]
        dimension, down, up = max(fills, key=lambda fill: fill[1] + fill[2], default=(0, 0.0, 0.0))
        return dimension, down + up


@dataclass(frozen=True, slots=True, kw_only=True)
class UnservedView:
    """Goods left behind, the reason with its numbers, and the cheapest remedy."""

    shipment: str
    place: PlaceView
    brand: str
    commodity: Text
    direction: str
    pieces: int
    load: tuple[int, ...]
    code: str
    reason: Text
    remedy: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiView:
    """One figure with its definition; ``group`` heads a part of the table, ``is_headline`` puts it on top."""

    key: str
    group: str
    name: Text
    value: Text
    definition: Text
    is_headline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthView:
    """What the day would cost more without one hired vehicle, and how many shipments more it would leave."""

    vehicle: str
    fen: int
    num_unserved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadView:
    """All roads of one class, for the map's ground: lines of (lon, lat)."""

    road_class: str
    shape: MultiLineString


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """Everything the outputs show; ``violations`` is empty for every plan of ours, ``tiers`` None on a day without."""

    county: str
    date: str
    dimensions: tuple[str, ...]
    places: tuple[PlaceView, ...]
    trips: tuple[TripView, ...]
    unserved: tuple[UnservedView, ...]
    kpis: tuple[KpiView, ...]
    cost: Cost
    brand_kpis: tuple[BrandKpis, ...] = ()
    assumptions: tuple[Text, ...] = ()
    placeholders: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()
    provenance: tuple[tuple[Text, str], ...] = ()
    violations: tuple[Text, ...] = ()
    roads: tuple[RoadView, ...] = ()
    tiers: TiersView | None = None
    worths: tuple[WorthView, ...] = ()

    @property
    def brands(self) -> tuple[str, ...]:
        """Brands that appear on any trip, sorted by the bags they move, most first."""
        bags: dict[str, int] = {}
        for goods in self.goods():
            bags[goods.brand] = bags.get(goods.brand, 0) + goods.bags
        return tuple(sorted(bags, key=lambda brand: (-bags[brand], brand)))

    @property
    def vehicles(self) -> dict[str, tuple[TripView, ...]]:
        """Trips by vehicle, in the order of the plan."""
        found: dict[str, list[TripView]] = {}
        for trip in self.trips:
            found.setdefault(trip.vehicle, []).append(trip)
        return {vehicle: tuple(trips) for vehicle, trips in found.items()}

    def goods(self) -> Iterator[Goods]:
        """Yield everything handed over, visit by visit."""
        for trip in self.trips:
            for visit in trip.visits:
                yield from visit.deliver
                yield from visit.collect
