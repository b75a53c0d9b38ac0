"""One county-day as its users know it: places, orders, fleet, goods, roads and rules.

All objects are frozen and hold plain values; a what-if is ``dataclasses.replace``. A field
that is None (or empty) takes the value of what stands above it: an order that of its
commodity, its brand's arrival wave, then ``Policy``. Coordinates are WGS-84, whatever datum
the files had. A ``Scenario`` is consistent by construction: every reference resolves.

Room left on purpose: a set of days is a tuple of scenarios that share places and fleet;
stations, modes and the timetable make a second tier of it (``scenarios.stations``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.model import TimeWindow
from scenarios.errors import InvalidInput
from scenarios.policy import Policy
from scenarios.relations import find_faults, parts_of
from scenarios.stations import NO_TIMETABLE, VEHICLE_KINDS
from scenarios.text import Text
from scenarios.tier_faults import tier_faults

if TYPE_CHECKING:
    from collections.abc import Iterable
    from dataclasses import Field
    from datetime import date
    from typing import Any

    from optimizer.model import Cleaning, Conflict, DrivingRule
    from scenarios.market_days import MarketDays
    from scenarios.stations import LineCarriage, ModeRule, ScenarioStation, TimetableFile
    from scenarios.timetables.model import Timetable

__all__ = [
    "DEFAULT_POLICY",
    "ENERGY_SOURCES",
    "GOODS_CLASSES",
    "LOAD_DIMENSIONS",
    "PARCEL",
    "TOXICITIES",
    "VEHICLE_KINDS",
    "WORKING_DAY",
    "Brand",
    "Commodity",
    "FleetVehicle",
    "Load",
    "Order",
    "OrderLock",
    "Roads",
    "Scenario",
    "ScenarioCompartment",
    "ScenarioPlace",
    "Shelf",
    "Source",
    "Text",
]

LOAD_DIMENSIONS = ("load_g", "load_ml", "totes", "pallets")
"""Kinds of capacity that files know; ``Policy.load_dimensions`` says which of them bind."""

GOODS_CLASSES = ("parcel", "food", "produce", "pesticide", "farm_input", "returns", "empties", "other")
"""What the law and the cleaning rule want to know about a commodity."""

TOXICITIES = ("", "slight", "low", "medium", "high")
"""Toxicity of a pesticide, as on its label; "" for goods that are none."""

ENERGY_SOURCES = ("diesel", "petrol", "electric")
"""What moves a vehicle."""


WORKING_DAY = TimeWindow(early_s=6 * 3_600, late_s=20 * 3_600)
"""Default shift: 06:00, when trunk trucks arrive, to 20:00."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Amounts of every load dimension, whole numbers; one that does not bind may stay 0."""

    load_g: int = 0
    load_ml: int = 0
    totes: int = 0
    pallets: int = 0

    def of(self, dimensions: tuple[str, ...]) -> tuple[int, ...]:
        """Return the amounts of the named dimensions, in that order."""
        return tuple(getattr(self, name) for name in dimensions)

    def plus(self, other: Load) -> Load:
        """Return both loads together."""
        return Load(
            load_g=self.load_g + other.load_g,
            load_ml=self.load_ml + other.load_ml,
            totes=self.totes + other.totes,
            pallets=self.pallets + other.pallets,
        )

    @classmethod
    def sum(cls, loads: Iterable[Load]) -> Load:
        """Return all loads together; nothing weighs nothing."""
        total = cls()
        for load in loads:
            total = total.plus(load)
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Most that may be delivered to a place in the day; None means no limit in that dimension."""

    load_g: int | None = None
    load_ml: int | None = None
    totes: int | None = None
    pallets: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioPlace:
    """A hub, township station, village point, farm or shop.

    ``code``: 12-digit division code, kept as text. ``aliases``: former or other names.
    ``station``: place id of the station that serves it in two tiers, "" where none.
    ``windows``: opening hours, several a day; empty means always.
    ``visit_s``: fixed service per visit; None takes ``Policy.visit_s`` of the tier.
    ``vehicle_types``: ids that may call here; None means all.
    ``is_administrative``: an administrative village, the denominator of coverage.
    ``pickup_distance_m``: from the homes to the pickup point. ``last_visit``: before this day.
    ``market``: when a market is held here, which draws all places of the township (``scenarios.sampled_days``).
    ``loading_s``, ``docks``: of a depot: time to load one trip, and how many may load at once.
    """

    id: str
    tier: str
    name: str
    lon: float
    lat: float
    code: str = ""
    aliases: tuple[str, ...] = ()
    township: str = ""
    station: str = ""
    windows: tuple[TimeWindow, ...] = ()
    visit_s: int | None = None
    vehicle_types: frozenset[str] | None = None
    shelf: Shelf = Shelf()
    population: int = 0
    is_administrative: bool = True
    pickup_distance_m: int | None = None
    last_visit: date | None = None
    loading_s: int = 0
    docks: int | None = None
    market: MarketDays | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What one brand or shipper wants moved; ``load`` is that of all ``pieces`` together.

    ``wave``: arrival wave of the brand, 1 is the first. ``ready_s``: None takes the wave's time (down
    goods), else ``Policy.hub_ready_s``; goods that start elsewhere are ready at 0.
    ``due_s``: None takes the brand's trunk departure, else ``Policy.up_due_s`` (goods to a depot);
    others have no due time. ``max_on_board_s``: None takes the commodity's freshness.
    ``service_s``, ``handling_fen``: of the whole order; None takes the commodity's rate per piece.
    ``penalty_fen``: None follows from ``priority`` and the pieces.
    """

    id: str
    origin: str
    destination: str
    brand: str = ""
    commodity: str = "parcel"
    pieces: int = 1
    load: Load = Load()
    wave: int = 1
    ready_s: int | None = None
    due_s: int | None = None
    max_on_board_s: int | None = None
    priority: str = "normal"
    service_s: int | None = None
    handling_fen: int | None = None
    penalty_fen: int | None = None
    pickup_windows: tuple[TimeWindow, ...] = ()
    delivery_windows: tuple[TimeWindow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """A courier company or shipper: when its goods can be loaded at the hub, and when its trunk truck leaves.

    ``waves_s``: ready times of its arrival waves, first to last; empty takes ``Policy.hub_ready_s``.
    ``trunk_leaves_s``: up goods are due then; None takes ``Policy.up_due_s``.
    """

    id: str
    name: str = ""
    waves_s: tuple[int, ...] = ()
    trunk_leaves_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commodity:
    """A kind of goods and the rules that come with it.

    ``goods_class``: among ``GOODS_CLASSES``; pesticide never meets food or produce, by law.
    ``max_on_board_s``: freshness, the longest time on board; None means no limit.
    ``service_s_per_piece``, ``handling_fen_per_piece``: for each end, and for the carriage.
    ``piece_g``, ``piece_ml``: typical piece, for orders that state no load; 0 means unknown.
    ``bag_*``: most that one bag or tote may hold; 0 takes ``Policy.bag``.
    ``toxicity``, ``inner_pack_g``, ``inner_pack_ml``, ``package_g``, ``is_marked``: pesticides, see
    ``scenarios.dangerous``; goods that are dangerous are refused.
    ``is_limited_quantity``: at most 8,000 kg of it on one vehicle.
    """

    id: str
    name: str = ""
    goods_class: str = "parcel"
    max_on_board_s: int | None = None
    service_s_per_piece: int = 2
    handling_fen_per_piece: int = 0
    piece_g: int = 0
    piece_ml: int = 0
    bag_pieces: int = 0
    bag_g: int = 0
    bag_ml: int = 0
    toxicity: str = ""
    inner_pack_g: int = 0
    inner_pack_ml: int = 0
    package_g: int = 0
    is_marked: bool = False
    is_dangerous: bool = False
    is_limited_quantity: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioCompartment:
    """Part of a vehicle with its own room; ``commodities`` None means it may hold anything."""

    id: str = "box"
    room: Load = Load()
    commodities: frozenset[str] | None = None
    is_sealed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetVehicle:
    """Vehicles alike, ``count`` of them; times and costs as in ``optimizer.model.VehicleType``.

    ``profile``: id of a road profile ("truck", "van", "three_wheeler", "bus" or the user's own).
    ``energy_source``, ``energy_per_100km``: litres, or kWh if electric; used where no energy
    matrix is computed. ``driving_rule``: None takes ``Policy.driving_rule``.
    ``kind``: among ``scenarios.stations.VEHICLE_KINDS``. ``end``: place where its only trip ends, "" is the depot.
    ``flies_in``: weathers in which a drone flies, None means any; its ``profile`` is "drone".
    ``detour_m``: of an idle vehicle, how much farther it drives than from its depot over the hub to its end.
    """

    id: str
    name: str = ""
    count: int = 1
    profile: str = "truck"
    depot: str
    compartments: tuple[ScenarioCompartment, ...]
    shift: TimeWindow = WORKING_DAY
    regular_s: int = 8 * 3_600
    max_overtime_s: int = 2 * 3_600
    fixed_fen: int = 15_000
    distance_fen_per_km: int = 150
    time_fen_per_h: int = 3_000
    overtime_fen_per_h: int = 1_500
    max_trips: int | None = None
    range_m: int | None = None
    deliveries_first: bool = False
    driving_rule: DrivingRule | None = None
    energy_source: str = "diesel"
    energy_per_100km: float = 13.0
    kind: str = "own"
    end: str = ""
    detour_m: int | None = None
    piece_fen: int = 0
    min_pay_fen: int = 0
    trip_range_m: int | None = None
    flies_in: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLock:
    """A decision already taken about one order; None leaves that part free.

    As ``optimizer.model.Lock``, but of orders: ``after`` is an order too. It binds all shipments of the order.
    """

    order: str
    vehicle_type: str | None = None
    number: int | None = None
    after: str | None = None
    window: TimeWindow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roads:
    """Where the roads come from: a ``file``, or a recipe of ``networks.synthetic.generate_county``.

    ``file`` and the other paths are relative to ``Scenario.folder``. ``datum`` is that of the road file,
    ``overrides_datum`` and ``closures_datum`` those of the overlays.
    ``mapping`` pairs our columns with those of a road layer, ``layer`` names one of several in a file.
    """

    file: str = ""
    terrain: str = ""
    townships: int = 0
    villages: int = 0
    seed: int = 0
    datum: str = "WGS-84"
    layer: str = ""
    mapping: tuple[tuple[str, str], ...] = ()
    overrides: str = ""
    overrides_datum: str = "WGS-84"
    closures: str = ""
    closures_datum: str = "WGS-84"
    profiles: str = ""
    elevation: tuple[str, ...] = ()

    @property
    def is_recipe(self) -> bool:
        """Whether the roads are generated."""
        return not self.file


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a figure or file comes from, for the page of assumptions; ``datum`` as the file had it."""

    what: str
    origin: str
    datum: str = ""


DEFAULT_POLICY = Policy()
"""What a scenario without a policy of its own goes by."""

PARCEL = Commodity(id="parcel", name="快递包裹", piece_g=1_500, piece_ml=6_000)
"""The commodity of orders that name none."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One county-day; consistent by construction.

    ``stations``, ``modes``, ``timetable`` (what ``timetable_file`` holds) and ``carriages`` make a second tier; without
    stations and timetable it is an ordinary day.
    ``placeholders`` name the figures that nobody has measured yet, for the page of assumptions.
    ``notes`` tell what a reader did to the text (not part of the scenario's identity, nor is ``folder``,
    which paths in ``roads`` are relative to).

    Raises
    ------
    InvalidInput
        E300 with a fault for each broken rule between the objects (``scenarios.relations``).
    """

    name: str
    date: date
    season: str = "dry"
    weather: str = "clear"
    terrain: str = ""
    places: tuple[ScenarioPlace, ...]
    orders: tuple[Order, ...] = ()
    fleet: tuple[FleetVehicle, ...] = ()
    commodities: tuple[Commodity, ...] = (PARCEL,)
    brands: tuple[Brand, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    cleanings: tuple[Cleaning, ...] = ()
    locks: tuple[OrderLock, ...] = ()
    roads: Roads
    policy: Policy = DEFAULT_POLICY
    sources: tuple[Source, ...] = ()
    placeholders: tuple[Text, ...] = ()
    stations: tuple[ScenarioStation, ...] = ()
    modes: tuple[ModeRule, ...] = ()
    timetable_file: TimetableFile = NO_TIMETABLE
    timetable: Timetable | None = None
    carriages: tuple[LineCarriage, ...] = ()
    notes: tuple[Text, ...] = field(default=(), compare=False)
    folder: Path | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        parts = parts_of(self)
        faults = find_faults(parts, self.roads)
        faults += tier_faults(parts, self.policy, has_timetable=self.timetable is not None)
        if faults:
            raise InvalidInput("E300", faults=faults, count=len(faults))

    @property
    def depots(self) -> tuple[ScenarioPlace, ...]:
        """Every hub, and every place that is the home of a vehicle; in the order of ``places``."""
        homes = {vehicle.depot for vehicle in self.fleet}
        return tuple(p for p in self.places if p.tier == "hub" or p.id in homes)

    @property
    def pieces(self) -> int:
        """Pieces of all orders."""
        return sum(order.pieces for order in self.orders)

    @property
    def digest(self) -> str:
        """SHA-256 of all that decides the day; equal scenarios have equal digests in every process."""
        parts = [getattr(self, f.name) for f in fields(self) if f.compare and not _is_later(f, self)]
        return hashlib.sha256(_canonical(parts)).hexdigest()

    def path(self, name: str) -> Path:
        """Return ``name`` as a path, relative ones taken from the scenario's folder."""
        return Path(name) if self.folder is None else self.folder / name


def _is_later(one: Field[Any], thing: object) -> bool:
    """Whether the field came later and says nothing, so that days of before keep their digest."""
    return one.name in _LATER and getattr(thing, one.name) == one.default


_LATER = frozenset(
    (
        *("stations", "modes", "timetable_file", "timetable", "carriages"),
        *("kind", "end", "detour_m", "piece_fen", "min_pay_fen", "trip_range_m", "flies_in"),
        *("forced_mode", "together", "market", "market_factor"),
    )
)
"""Names of fields that came after days had been planned and named by their digest."""


def _canonical(value: object) -> bytes:
    """Bytes that are equal for equal values in every process (sets and keys are sorted)."""
    if is_dataclass(value) and not isinstance(value, type):
        inner = [(f.name, getattr(value, f.name)) for f in fields(value) if not _is_later(f, value)]
        return type(value).__name__.encode() + _canonical(inner)
    if isinstance(value, set | frozenset):
        return b"{" + b",".join(sorted(_canonical(v) for v in value)) + b"}"
    if isinstance(value, tuple | list):
        return b"(" + b",".join(_canonical(v) for v in value) + b")"
    if hasattr(value, "items"):
        return b"m" + _canonical(sorted(value.items()))
    return repr(value).encode()
