"""The second tier of a county-day: stations, the ways that places' goods may go, and the departures of the date.

Modes become ways: "direct", "line", "idle" and "unmanned" are the way past all stations (``Service.callers`` says
which vehicles may drive it), "station" the way through the place's station, "bus" puts scheduled departures on the
legs that one really runs on that day outside passenger peaks. A place that no mode can serve is called at by nobody:
its goods are unserved, and a note names it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.tiers.lines import ScheduledDeparture
from optimizer.tiers.model import DIRECT, Station, Tiers, Way
from scenarios.errors import Fault, InvalidInput
from scenarios.service import Service
from scenarios.text import Text
from scenarios.timetables.model import NOTHING, with_carriages
from scenarios.timetables.served import serve_places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.problem import Problem
    from scenarios.scenario import Scenario, ScenarioPlace
    from scenarios.stations import ScenarioStation
    from scenarios.timetables.model import Departure, Line, Stop, Timetable
    from scenarios.timetables.served import StopWithoutPlace

Links = frozenset[tuple[str, str]]
"""Pairs of places that some departure of the day connects, in the order in which it calls."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SecondTier:
    """The tiers of a county-day, and what somebody should look at."""

    tiers: Tiers
    notes: tuple[Text, ...] = ()


def build_tiers(scenario: Scenario, problem: Problem) -> SecondTier | None:
    """Return the tiers of ``scenario`` over its ``problem``; None for an ordinary day. O(places + departures).

    Raises
    ------
    InvalidInput
        E300 with E367, when places that must go together have no way in common.
    optimizer.errors.InvalidInput
        E152, when a station is closed while all vehicles work.
    """
    service = Service(scenario)
    if not service.is_tiered:
        return None
    departures, line_notes = _departures(scenario)
    links = _links(departures)
    hubs = tuple(p.id for p in scenario.places if p.tier == "hub")
    ways = {p.id: _ways(p, service, hubs, links) for p in scenario.places if p.tier != "hub"}
    together, lost = _groups(scenario, ways), [place for place, found in ways.items() if not found]
    tiers = Tiers(
        problem=problem,
        stations=tuple(_station(s, scenario.policy.load_dimensions) for s in scenario.stations),
        departures=departures,
        modes={place: found or frozenset({DIRECT}) for place, found in ways.items()},
        together=together,
    )
    return SecondTier(tiers=tiers, notes=(*line_notes, *_lost(lost)))


def _station(station: ScenarioStation, dimensions: tuple[str, ...]) -> Station:
    """Return the optimizer's station; a dimension of the storage without a limit holds whatever there is."""
    kept = None if station.storage is None else [getattr(station.storage, name) for name in dimensions]
    has_limit = kept is not None and any(most is not None for most in kept)
    return Station(
        place=station.place,
        handling_s=station.handling_s,
        pieces_per_quarter_h=station.pieces_per_quarter_h,
        storage=tuple(BOUNDLESS if most is None else most for most in kept or ()) if has_limit else None,
        barred=station.barred or frozenset(),
    )


BOUNDLESS = 10**12
"""Storage where nobody gave a limit: a million tonnes."""


def _ways(place: ScenarioPlace, service: Service, hubs: Sequence[str], links: Links) -> frozenset[Way]:
    """Return the ways of a place; empty when none of its modes can serve it that day."""
    modes, station = service.modes(place), service.station(place)
    if place.id in service.stations:  # its own goods come as line-haul does
        modes = modes | {"direct"}
    has_bus = "bus" in modes
    means = {end: _runs(links, end, place.id) for end in hubs}
    ways = {DIRECT} if modes - {"bus", "station"} else set()
    if has_bus and any(means.values()):
        ways.add(Way(last="line"))
    if station and (has_bus or "station" in modes):
        ways |= _through(station, place.id, modes, hubs, links)
    return frozenset(ways)


def _through(station: str, place: str, modes: frozenset[str], hubs: Sequence[str], links: Links) -> set[Way]:
    """Return the ways through a station; each leg on the road only if mode "station" is allowed."""
    by_road = ["road"] if "station" in modes else []
    by_bus = "bus" in modes
    trunk = by_road + (["line"] if by_bus and any(_runs(links, hub, station) for hub in hubs) else [])
    last = by_road + (["line"] if by_bus and _runs(links, station, place) else [])
    return {Way(station, first, second) for first in trunk for second in last}


def _runs(links: Links, one: str, other: str) -> bool:
    return (one, other) in links or (other, one) in links


def _links(departures: Sequence[ScheduledDeparture]) -> Links:
    return frozenset(
        (d.stops[i], d.stops[j])
        for d in departures
        for i in range(len(d.stops))
        for j in range(i + 1, len(d.stops))
        if d.stops[i] != d.stops[j]
    )


def _groups(scenario: Scenario, ways: Mapping[str, frozenset[Way]]) -> tuple[frozenset[str], ...]:
    """Return the places of each township that go the same way, stations apart, if the policy asks for it."""
    if not scenario.policy.together:
        return ()
    members: dict[str, set[str]] = {}
    stations = {s.place for s in scenario.stations}
    for place in scenario.places:
        if place.township and ways.get(place.id) and place.id not in stations:
            members.setdefault(place.township, set()).add(place.id)
    groups = {name: group for name, group in members.items() if len(group) > 1}
    faults = tuple(
        Fault(code="E367", file="scenario.toml", column="policy.together", value=name)
        for name, group in sorted(groups.items())
        if not frozenset.intersection(*(ways[place] for place in group))
    )
    if faults:
        raise InvalidInput("E300", faults=faults, count=len(faults))
    return tuple(frozenset(group) for group in groups.values())


def _departures(scenario: Scenario) -> tuple[tuple[ScheduledDeparture, ...], tuple[Text, ...]]:
    """Return what takes goods on the date of the scenario, and notes about stops and lines."""
    if scenario.timetable is None:
        return (), ()
    table = with_carriages(scenario.timetable, {one.id: one.carriage for one in scenario.carriages})
    served = serve_places(table.on(scenario.date), scenario.places, walk_m=scenario.timetable_file.walk_m)
    off = {stop.stop: stop for stop in served.stops if stop.nearest}
    runs = list(_runs_of(served.timetable, scenario.policy.load_dimensions, off))
    return tuple(runs), (*table.placeholders, *table.notes, *served.notes, *_without_goods(served.timetable))


def _runs_of(
    table: Timetable, dimensions: tuple[str, ...], off: Mapping[str, StopWithoutPlace]
) -> Iterator[ScheduledDeparture]:
    count: dict[str, int] = {}
    for departure in (d for line in table.lines for d in line.departures):
        count[departure.id] = count.get(departure.id, 0) + 1
    for line in table.lines:
        for departure in (d for d in line.departures if d.carries_goods):
            name = departure.id if count[departure.id] == 1 else f"{line.id}:{departure.id}"
            made = _departure(name, _detoured(line, departure, off), departure, dimensions)
            if made is not None:
                yield made


DETOUR_KMH = 30
"""Of a bus on its way from its course to a place and back; a placeholder."""


def _detoured(line: Line, departure: Departure, off: Mapping[str, StopWithoutPlace]) -> Line:
    """Return the line with stops given to the place to which this departure may leave its course.

    There and back along the crow's line is within its detour, and driven within its dwell.
    """
    carriage = departure.carriage
    most_m = min(carriage.detour_m, carriage.dwell_s * DETOUR_KMH / 3.6) / 2

    def given(stop: Stop) -> Stop:
        left = off.get(stop.id)
        return stop if stop.place or left is None or left.distance_m > most_m else replace(stop, place=left.nearest)

    return replace(line, stops=tuple(given(stop) for stop in line.stops)) if most_m else line


def _departure(name: str, line: Line, departure: Departure, dimensions: tuple[str, ...]) -> ScheduledDeparture | None:
    """Return the departure at the stops that serve a place; None when those are fewer than two."""
    calls = [rank for rank, stop in enumerate(line.stops) if stop.place]
    if len({line.stops[rank].place for rank in calls}) < 2:
        return None
    carriage = departure.carriage
    room = carriage.room.of(dimensions)
    return ScheduledDeparture(
        id=name,
        line=line.id,
        stops=tuple(line.stops[rank].place for rank in calls),
        arrive_s=tuple(departure.arrive_s[rank] for rank in calls),
        depart_s=tuple(departure.depart_s[rank] for rank in calls),
        room=room,
        max_piece=tuple(
            carriage.max_piece_g if n == "load_g" else most for n, most in zip(dimensions, room, strict=True)
        ),
        barred=carriage.barred,
        dwell_s=carriage.dwell_s,
        fen_per_piece=carriage.fen_per_piece,
        fen_per_trip=carriage.fen_per_trip,
    )


def _without_goods(table: Timetable) -> Iterator[Text]:
    """Name the lines of which no departure has any free space stated."""
    empty = [line.id for line in table.lines if all(d.carriage.room == NOTHING for d in line.departures)]
    if empty:
        shown = ", ".join(empty[:10]) + (" ..." if len(empty) > 10 else "")
        count = len(empty)
        yield Text(
            f"{count} 条线路未填可带货量，不带货：{shown}",
            f"lines without free space, which take no goods: {count} ({shown})",
        )


def _lost(places: Sequence[str]) -> Iterator[Text]:
    if places:
        shown = ", ".join(places[:10]) + (" ..." if len(places) > 10 else "")
        zh = f"{len(places)} 个地点允许的方式当天都无法服务：{shown}"
        yield Text(zh, f"places that none of their modes can serve this day: {len(places)} ({shown})")
