"""Makes the view of a county-day across tiers: the ordinary view of its trips, and beside it what passes between them.

Trips are those of ``optimizer.tiers.driven``; a leg of a shipment is shown as ``SHIPMENT/1`` or ``SHIPMENT/2``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from api.county_day import names_of, view_day
from api.tier_views import (
    DepartureView,
    HandoverView,
    ModeView,
    Parcel,
    PathView,
    QuarterView,
    RideView,
    StageView,
    StationView,
    StopView,
    TiersView,
)
from api.words import WORDS
from networks.paths import leg_geometries
from networks.profiles import load_profiles
from optimizer.explain import reason_text
from optimizer.tiers.model import QUARTER_S, open_windows
from optimizer.tiers.plan import Traces
from scenarios.text import Text
from scenarios.tiered_kpis import driven_county
from scenarios.timetables.on_roads import match_timetable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from api.assemble import Names
    from api.schemas import Origin
    from api.views import DayView, Line
    from optimizer.model import Shipment
    from optimizer.plan import Unserved
    from optimizer.tiers.lines import Ride, ScheduledDeparture
    from optimizer.tiers.model import Handover, Station, TieredPlan, Tiers, Way
    from optimizer.tiers.plan import Stage
    from scenarios.build import County
    from scenarios.kpis import Kpis

BUS_PROFILE = "bus"
"""Lines whose course is not drawn in their timetable follow the roads that this profile takes from stop to stop."""


def view_tiered_day(
    county: County,
    tiers: Tiers,
    tiered: TieredPlan,
    *,
    kpis: Kpis,
    violations: Sequence[Text],
    origin: Origin,
    digest: str,
) -> DayView:
    """Return the view of a plan across tiers; ``violations`` are those of ``check_tiers``, in words."""
    of_trips = driven_county(county, tiers, tiered)
    day = view_day(of_trips, tiered.plan, kpis=kpis, violations=(), origin=origin, digest=digest)
    called = {place for ride in tiered.rides for place in (ride.origin, ride.destination)}
    places = tuple(replace(p, is_visited=p.is_visited or p.id in called) for p in day.places)
    view = Teller(county=of_trips, tiers=tiers, tiered=tiered).view()
    return replace(day, places=places, violations=tuple(violations), tiers=view)


@dataclass(frozen=True, kw_only=True)
class Teller:
    """Puts names to what the optimizer says of one plan across tiers."""

    county: County
    tiers: Tiers
    tiered: TieredPlan

    @cached_property
    def names(self) -> Names:
        """Names of places, brands, goods and vehicles."""
        return names_of(self.county)

    @cached_property
    def _traces(self) -> Traces:
        return Traces(self.tiers, self.tiered)

    def view(self) -> TiersView:
        """Return everything that the outputs show; O(shipments x stages) and one road search a stop."""
        return TiersView(
            stations=tuple(self._station(s) for s in self.tiers.stations),
            departures=tuple(self._departure(d) for d in self.tiers.departures if d.id in self._rides),
            modes=tuple(self._modes()),
            paths=tuple(self.path(s.id) for s in self.tiers.problem.shipments),
        )

    def path(self, shipment: str) -> PathView:
        """Return one shipment's way from brand to door, or back; KeyError when there is none of this id."""
        s = self.tiers.problem.shipment_of[shipment]
        way = self.tiers.way(s, self.tiered.choice, self.tiered.exceptions)
        stages = tuple(self._stage(stage, shipment) for stage in self._traces.of(shipment))
        return PathView(
            goods=self._parcel(s),
            orders=tuple(self.county.orders.get(shipment, ())),
            way=self.way_text(way),
            stages=stages,
        )

    def way_text(self, way: Way) -> Text:
        """Return a way in words, such as "bus to the station, then by road"."""
        if not way.station:
            return WORDS["way_line" if way.last == "line" else "way_direct"]
        means = f"way_{way.trunk}_{way.last}"
        name = self.names.places[way.station].name
        return Text(WORDS[means].zh.format(station=name), WORDS[means].en.format(station=name))

    def vehicle(self, id_: str) -> str:
        """Return the name of a vehicle such as ``van#2``, or the line and id of a departure."""
        departure = self.tiers.departure_of.get(id_)
        if departure is not None:
            return departure.id if departure.line in departure.id else f"{departure.line} {departure.id}"
        kind, mark, number = id_.rpartition("#")
        return f"{self.names.vehicle(kind)}{mark}{number}" if mark else id_

    @cached_property
    def _rides(self) -> Mapping[str, list[Ride]]:
        found: dict[str, list[Ride]] = defaultdict(list)
        for ride in self.tiered.rides:
            found[ride.departure].append(ride)
        return found

    @cached_property
    def _unserved(self) -> Mapping[str, Unserved]:
        return {u.shipment: u for u in self.tiered.plan.unserved}

    def _whole(self, leg: str) -> Shipment:
        known = self.tiers.problem.shipment_of
        return known[leg] if leg in known else known[leg.rpartition("/")[0]]

    def _parcel(self, s: Shipment) -> Parcel:
        is_down = s.origin in self.tiers.hubs
        return Parcel(
            shipment=s.id,
            brand=self.names.brand(s.brand),
            commodity=self.names.commodity(s.commodity),
            direction=self.tiers.direction(s),
            pieces=s.pieces,
            bags=self.names.bags(s),
            village=self.names.places[s.destination if is_down else s.origin],
        )

    def _stage(self, stage: Stage, shipment: str) -> StageView:
        left = self._unserved.get(shipment) if stage.what == "unserved" else None
        return StageView(
            key=stage.what,
            what=WORDS[f"stage_{stage.what}"],
            place=self.names.places[stage.place],
            at_s=stage.at_s,
            by=self.vehicle(stage.vehicle) if stage.vehicle else "",
            detail=None if left is None else Text(reason_text(left, "zh"), reason_text(left, "en")),
        )

    def _station(self, station: Station) -> StationView:
        own = [h for h in self.tiered.handovers if h.station == station.place]
        return StationView(
            place=self.names.places[station.place],
            windows=tuple(open_windows(self.tiers, station)) if self.tiers.problem.place(station.place).windows else (),
            handling_s=station.handling_s,
            limit=station.pieces_per_quarter_h,
            storage=station.storage,
            fullest=self._fullest(own),
            quarters=tuple(self._quarters(own)),
            handovers=tuple(self._handover(h) for h in sorted(own, key=lambda h: (h.arrived_s, h.shipment))),
        )

    def _handover(self, handover: Handover) -> HandoverView:
        stages = self._traces.of(handover.shipment)
        carriers = list(dict.fromkeys(stage.vehicle for stage in stages if stage.what in ("arrived", "delivered")))
        return HandoverView(
            goods=self._parcel(self._whole(handover.shipment)),
            arrived_s=handover.arrived_s,
            ready_s=handover.ready_s,
            left_s=handover.left_s,
            brought_by=self.vehicle(carriers[0]),
            taken_by=self.vehicle(carriers[-1]),
        )

    def _quarters(self, handovers: Iterable[Handover]) -> Iterator[QuarterView]:
        counts: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
        for h in handovers:
            for k, at_s in enumerate((h.arrived_s, h.ready_s, h.left_s)):
                counts[at_s // QUARTER_S * QUARTER_S][k] += self._whole(h.shipment).pieces
        for begin_s, (inbound, handled, outbound) in sorted(counts.items()):
            yield QuarterView(begin_s=begin_s, inbound=inbound, handled=handled, outbound=outbound)

    def _fullest(self, handovers: Sequence[Handover]) -> tuple[int, ...]:
        kept = np.zeros((1, len(self.tiers.problem.load_dimensions)), dtype=np.int64)  # (moments, d)
        for now in handovers:
            present = [h for h in handovers if h.arrived_s <= now.arrived_s < h.left_s]
            loads = [self._whole(h.shipment).load for h in present]
            kept = np.vstack([kept, np.sum([kept[0] * 0, *loads], axis=0)])
        return tuple(int(x) for x in kept.max(axis=0))

    def _modes(self) -> Iterator[ModeView]:
        others: dict[str | None, list[tuple[str, Text]]] = defaultdict(list)
        for shipment, way in self.tiered.exceptions.items():
            others[self.tiers.far_end(self._whole(shipment))].append((shipment, self.way_text(way)))
        for place, way in sorted(self.tiered.choice.items()):
            exceptions = tuple(others[place])
            yield ModeView(place=self.names.places[place], key=str(way), way=self.way_text(way), exceptions=exceptions)

    def _departure(self, departure: ScheduledDeparture) -> DepartureView:
        rides = self._rides[departure.id]
        fills = self._fills(departure, rides)
        calls = zip(departure.stops, departure.arrive_s, departure.depart_s, fills, strict=True)
        stops = tuple(
            StopView(place=self.names.places[stop], arrive_s=arrive_s, depart_s=depart_s, fill=fill)
            for stop, arrive_s, depart_s, fill in calls
        )
        pieces = sum(self._whole(ride.shipment).pieces for ride in rides)
        return DepartureView(
            id=departure.id,
            line=departure.line,
            stops=stops,
            rides=tuple(self._ride(ride) for ride in sorted(rides, key=lambda r: (r.board_s, r.alight_s, r.shipment))),
            fare_fen=departure.fen_per_trip + departure.fen_per_piece * pieces,
            course=self._line_courses.get(departure.line) or self._course(departure),
        )

    def _fills(self, departure: ScheduledDeparture, rides: Sequence[Ride]) -> list[float]:
        """Return the tightest share of the room taken on leaving each stop."""
        fills = []
        for depart_s in departure.depart_s:
            loads = [self._whole(r.shipment).load for r in rides if r.board_s <= depart_s < r.alight_s]
            taken = [sum(amounts) for amounts in zip(*loads, strict=True)] or [0] * len(departure.room)
            fills.append(max((x / room for x, room in zip(taken, departure.room, strict=True) if room), default=0.0))
        return fills

    def _ride(self, ride: Ride) -> RideView:
        return RideView(
            goods=self._parcel(self._whole(ride.shipment)),
            leg=ride.shipment,
            origin=self.names.places[ride.origin],
            destination=self.names.places[ride.destination],
            board_s=ride.board_s,
            alight_s=ride.alight_s,
        )

    def _course(self, departure: ScheduledDeparture) -> tuple[Line, ...]:
        return tuple(self._courses[leg] for leg in _stretches(departure) if leg in self._courses)

    @cached_property
    def _line_courses(self) -> Mapping[str, tuple[Line, ...]]:
        """Courses of the timetable's lines that take goods: as they are drawn, else along the roads; about a second."""
        table = self.county.scenario.timetable
        used = {d.line for d in self.tiers.departures if d.id in self._rides}
        if table is None or not used:
            return {}
        report = match_timetable(
            self.county.network,
            load_profiles(None)[BUS_PROFILE],
            replace(table, lines=tuple(line for line in table.lines if line.id in used)),
            self.county.conditions,
        )
        return {c.id: tuple(_points(leg) for leg in c.legs if not leg.is_empty) for c in report.courses}

    @cached_property
    def _courses(self) -> Mapping[tuple[str, str], Line]:
        """Lines on the ground between stops of departures that take goods, where a bus gets through."""
        used = [d for d in self.tiers.departures if d.id in self._rides]
        legs = list(dict.fromkeys(leg for d in used for leg in _stretches(d)))
        if not legs:
            return {}
        problem, profile = self.county.problem, load_profiles(None)[BUS_PROFILE]
        pairs = np.array([[problem.index(a), problem.index(b)] for a, b in legs])  # (k, 2)
        shapes = leg_geometries(
            self.county.network, profile, self.county.points, pairs, conditions=self.county.conditions
        )
        lines = zip(legs, shapes, strict=True)
        return {leg: _points(shape) for leg, shape in lines if not shape.is_empty}


def _points(shape: shapely.LineString) -> Line:
    return tuple(map(tuple, shapely.get_coordinates(shape).tolist()))


def _stretches(departure: ScheduledDeparture) -> list[tuple[str, str]]:
    pairs = zip(departure.stops, departure.stops[1:], strict=False)
    return [(a, b) for a, b in pairs if a != b]
