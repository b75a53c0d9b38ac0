"""The things a plan is made of: places, depots, vehicles, shipments and the rules of one.

All of them are frozen and checked at birth; rules between them live in
``optimizer.problem``. Times are whole seconds since the plan's day starts and may
run past midnight. Loads are whole numbers, one per load dimension of the problem.
Nothing here knows about roads: a place is an id and a row of the travel matrices.
"""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.errors import InvalidInput

DAY_S = 86_400
"""Seconds in a day; end of the default window."""

HORIZON_S = 2 * DAY_S
"""Latest moment of a plan: a day's trips may end after midnight, never after the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWindow:
    """Interval in which service may begin, both ends included.

    Seconds since the plan's day starts. Service may end after ``late_s``.
    """

    early_s: int = 0
    late_s: int = DAY_S

    def __post_init__(self) -> None:
        if not 0 <= self.early_s <= self.late_s:
            raise InvalidInput("E110", early_s=self.early_s, late_s=self.late_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A hub, township station, village point, farm or shop; its row in the matrices is its rank.

    Service at a place takes ``visit_s`` once per visit (parking, signing) plus
    ``Shipment.service_s`` of every shipment handed over there.

    ``windows``: when service may begin; empty means always.
    ``vehicle_types``: ids that may call here; None means all.
    ``shelf``: most load, per load dimension, that may be delivered here in the day; empty means no limit.
    """

    id: str
    tier: str = "village"
    windows: tuple[TimeWindow, ...] = ()
    visit_s: int = 0
    vehicle_types: frozenset[str] | None = None
    shelf: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        _refuse_empty("place", self.id, id=self.id)
        _refuse_negative("place", self.id, visit_s=self.visit_s, shelf=min(self.shelf, default=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Depot:
    """Where trips start, end and reload.

    Loading a trip takes ``loading_s`` and one of ``docks`` (None: as many as wanted).
    Loading begins, and trips return, within the opening windows of the place.
    """

    place: str
    loading_s: int = 0
    docks: int | None = None

    def __post_init__(self) -> None:
        _refuse_negative("depot", self.place, loading_s=self.loading_s)
        if self.docks is not None and self.docks < 1:
            raise InvalidInput("E113", what="depot", ids=self.place, field="docks", value=self.docks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compartment:
    """Part of a vehicle with its own ``capacity`` per load dimension.

    ``commodities``: what it may hold; None means anything. Goods in a ``sealed``
    compartment neither meet nor soil the goods of another.
    """

    id: str = "box"
    capacity: tuple[int, ...] = ()
    commodities: frozenset[str] | None = None
    sealed: bool = False

    def __post_init__(self) -> None:
        _refuse_negative("compartment", self.id, capacity=min(self.capacity, default=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class DrivingRule:
    """No more than ``max_driving_s`` of driving without ``rest_s`` of standing idle.

    Waiting and planned rests count as idle, service and loading do not.
    ``max_daily_driving_s`` caps the driving of a whole route; None means no cap.
    Defaults: 4 h and 20 min, road traffic regulation article 62(7).
    """

    max_driving_s: int = 14_400
    rest_s: int = 1_200
    max_daily_driving_s: int | None = None

    def __post_init__(self) -> None:
        _refuse_negative("driving rule", "-", max_driving_s=self.max_driving_s, rest_s=self.rest_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleType:
    """Vehicles alike in compartments, costs, shift, profile and home depot; ``count`` of them.

    A route may begin (loading) at ``shift.early_s`` at the earliest and must end by
    ``shift.late_s``. Its duration, first loading to last return, may exceed
    ``regular_s`` by at most ``max_overtime_s``; the excess costs
    ``overtime_fen_per_h`` on top of ``time_fen_per_h``.

    ``profile``: key of ``Problem.matrices``.  ``depot``: place id of the home depot.
    ``end``: place where the only trip of the day ends; empty means the home depot.
    ``piece_fen``, ``min_pay_fen``: pay of a vehicle that is hired by the piece, besides all other costs: what the
    pieces of its route come to, at least ``min_pay_fen`` for a route that is driven.
    ``range_m``: longest route on one charge; None means no limit.
    ``trip_range_m``: longest trip, where the charge is renewed at the depot between trips; None means no limit.
    ``deliveries_first``: on each trip no goods are collected before the last delivery.
    """

    id: str
    count: int = 1
    profile: str = "road"
    depot: str
    compartments: tuple[Compartment, ...]
    shift: TimeWindow = TimeWindow()
    regular_s: int = DAY_S
    max_overtime_s: int = 0
    fixed_fen: int = 0
    distance_fen_per_km: int = 0
    time_fen_per_h: int = 0
    overtime_fen_per_h: int = 0
    piece_fen: int = 0
    min_pay_fen: int = 0
    max_trips: int | None = None
    range_m: int | None = None
    trip_range_m: int | None = None
    end: str = ""
    deliveries_first: bool = False
    driving_rule: DrivingRule | None = None

    def __post_init__(self) -> None:
        _refuse_empty("vehicle type", self.id, id=self.id, depot=self.depot, compartments=self.compartments)
        _refuse_negative(
            "vehicle type",
            self.id,
            count=self.count,
            regular_s=self.regular_s,
            max_overtime_s=self.max_overtime_s,
            fixed_fen=self.fixed_fen,
            distance_fen_per_km=self.distance_fen_per_km,
            time_fen_per_h=self.time_fen_per_h,
            overtime_fen_per_h=self.overtime_fen_per_h,
            piece_fen=self.piece_fen,
            min_pay_fen=self.min_pay_fen,
            range_m=self.range_m or 0,
            trip_range_m=self.trip_range_m or 0,
        )
        if self.max_trips is not None and self.max_trips < 1:
            raise InvalidInput("E113", what="vehicle type", ids=self.id, field="max_trips", value=self.max_trips)
        if self.end and self.max_trips != 1:
            raise InvalidInput("E134", ids=self.id, value=self.end)

    @property
    def last_place(self) -> str:
        """Place where trips end: ``end``, or the home depot."""
        return self.end or self.depot

    @property
    def is_hired(self) -> bool:
        """Tell whether it is somebody else's: paid by the piece, or ending its day in a place of its own."""
        return bool(self.piece_fen or self.min_pay_fen or self.end)

    def pay_fen(self, pieces: int) -> int:
        """Return the pay by the piece of a route that carries so many ``pieces``."""
        return max(self.min_pay_fen, self.piece_fen * pieces)

    @property
    def capacity(self) -> tuple[int, ...]:
        """Capacity of all compartments together, per load dimension."""
        return tuple(sum(parts) for parts in zip(*(c.capacity for c in self.compartments), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """Goods from one place to another, carried whole on one trip.

    ``ready_s``: when they can be loaded at the origin (at a depot: when loading of the
    trip may begin; elsewhere: when service may begin).
    ``due_s``: latest arrival at a depot, latest beginning of service elsewhere.
    ``max_on_board_s``: from leaving the origin to arriving at the end depot, or to the
    beginning of service elsewhere; None means no limit.
    ``service_s``: handling seconds of this shipment at each end that is not a depot.
    ``handling_fen`` is paid when it is carried, ``penalty_fen`` when it is not.
    ``pickup_windows``, ``delivery_windows``: besides those of the places; empty means always.
    """

    id: str
    origin: str
    destination: str
    load: tuple[int, ...]
    pieces: int = 1
    brand: str = ""
    commodity: str = "parcel"
    ready_s: int = 0
    due_s: int = HORIZON_S
    max_on_board_s: int | None = None
    service_s: int = 0
    handling_fen: int = 0
    penalty_fen: int = 0
    pickup_windows: tuple[TimeWindow, ...] = ()
    delivery_windows: tuple[TimeWindow, ...] = ()

    def __post_init__(self) -> None:
        _refuse_empty("shipment", self.id, id=self.id, origin=self.origin, destination=self.destination)
        if self.origin == self.destination:
            raise InvalidInput("E122", ids=self.id, value=self.origin)
        _refuse_negative(
            "shipment",
            self.id,
            load=min(self.load, default=0),
            pieces=self.pieces,
            ready_s=self.ready_s,
            due_s=self.due_s,
            max_on_board_s=self.max_on_board_s or 0,
            service_s=self.service_s,
            handling_fen=self.handling_fen,
            penalty_fen=self.penalty_fen,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two commodities that never ride on one trip, unless ``sealed_ok`` and a sealed wall is between.

    The wall: they lie in different compartments of which at least one is sealed.
    """

    first: str
    second: str
    sealed_ok: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaning:
    """After ``after`` rode in an unsealed compartment, ``duration_s`` of cleaning before ``before``.

    Binds between trips of one vehicle, at the depot, before loading begins; one
    cleaning serves all later trips until ``after`` rides again.
    """

    after: str
    before: str
    duration_s: int

    def __post_init__(self) -> None:
        _refuse_negative("cleaning", f"{self.after}/{self.before}", duration_s=self.duration_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A decision already taken about one shipment; None leaves that part free.

    ``vehicle_type`` and ``number`` (1 is the first vehicle of the type): who carries it.
    ``after``: shipment whose handover at a place comes earlier on the same route.
    ``window``: when service begins at the end that is not a depot (a local
    shipment: at its destination). A locked shipment may still be left unserved.
    """

    shipment: str
    vehicle_type: str | None = None
    number: int | None = None
    after: str | None = None
    window: TimeWindow | None = None


def _refuse_negative(what: str, ids: str, **fields: int) -> None:
    for field, value in fields.items():
        if value < 0:
            raise InvalidInput("E111", what=what, ids=ids, field=field, value=value)


def _refuse_empty(what: str, ids: str, **fields: object) -> None:
    for field, value in fields.items():
        if not value:
            raise InvalidInput("E112", what=what, ids=ids or "?", field=field)
