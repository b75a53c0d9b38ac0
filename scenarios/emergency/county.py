"""The county-day of an emergency: the roads that are left, relays and drones across the break, goods by class.

A relay is a station: hub vehicles bring goods to its near end, people carry them over (its handling time and
throughput), vehicles that live at its far end take them on. A drone flies straight from its base, calling at the hub
for goods; a base that is not at a hub is a station too. Where relays and drones both serve a village, its classes of
goods choose apart: each has a twin of the village for a place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from networks.matrix import TravelMatrix
from networks.points import Points
from networks.snap import Spots, snap_report
from optimizer.tiers.model import DIRECT, Tiers, Way
from scenarios.build import County, to_problem
from scenarios.emergency.crossing import find_crossings
from scenarios.emergency.goods import Crossers, village_at
from scenarios.emergency.layout import Layout, drone_type
from scenarios.emergency.model import DroneBase, FarVehicles
from scenarios.service import Service
from scenarios.stations import DRONE
from scenarios.text import Text
from scenarios.tiers import build_tiers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.problem import Problem
    from optimizer.tiers.model import Station
    from scenarios.emergency.areas import Ground
    from scenarios.emergency.crossing import Crossing
    from scenarios.emergency.goods import CrossingGoods
    from scenarios.emergency.model import Emergency
    from scenarios.scenario import Scenario, ScenarioPlace

LOADING = Text("对岸车辆每趟装车 10 分钟为占位值", "loading a vehicle on the far side, 10 min a trip, is assumed")
CARRIERS = Text("人工接驳的工钱不在成本之内", "what people who carry goods over are paid is in no cost")
STRANDED = Text("困在对岸的车辆当天从接驳点出车", "vehicles stranded on the far side start from the relay")
TWINS = Text(
    "同一村的不同等级货物可走不同方式，各停靠一次",
    "goods of different classes may go to one village by different ways, each with a call of its own",
)
SPARE_DRONE = Text(
    "没有无人机；“再加一架”按载重 30 kg、航程 30 km、换电 10 分钟的占位值估算",
    "there are no drones; what one would bring is told for placeholders: 30 kg, 30 km there and back, 10 min a turn",
)
SPARE_BASE = "UAV"
"""Base of drones of an emergency that names none; it has none, but there might be one."""

BUSES = Text("跨断点的客运班次当天不带货", "departures that would cross the break take no goods that day")


@dataclass(frozen=True, kw_only=True, eq=False)
class Rescue:
    """A county with every way across that the emergency names; ``county.tiers`` is never None.

    ``isolated``: area of every place that is cut off, twins among them. ``village_of``: place of each twin.
    ``far_side``: positions as vehicles of an area see them. ``carriers``: vehicle types on the far side of each relay.
    ``drones``: types that the emergency brings. ``waiting``: shipments for which no relay has room that day.
    """

    county: County
    ground: Ground
    emergency: Emergency
    crossings: tuple[Crossing, ...]
    isolated: Mapping[str, int]
    village_of: Mapping[str, str]
    far_side: Mapping[int, Points]
    carriers: Mapping[str, tuple[str, ...]]
    drones: tuple[str, ...]
    waiting: frozenset[str] = frozenset()

    @property
    def tiers(self) -> Tiers:
        """Stations, ways and problem of the day."""
        return self.county.tiers or Tiers(problem=self.county.problem)


def with_goods(scenario: Scenario, emergency: Emergency) -> Scenario:
    """Return the scenario with the goods that the emergency adds."""
    if not (emergency.commodities or emergency.added):
        return scenario
    return replace(
        scenario,
        commodities=(*scenario.commodities, *emergency.commodities),
        orders=(*scenario.orders, *emergency.added),
    )


def with_spares(
    emergency: Emergency, crossings: Sequence[Crossing], scenario: Scenario, isolated: Mapping[str, int]
) -> Emergency:
    """Return the emergency with none of what it lacks, so that it can be told what one of it would bring.

    A base of drones at the first relay, or at a hub without one, with the usual placeholders; on the far side of each
    relay without vehicles the county's first own type, where it has any.
    """
    spot = crossings[0].near if crossings else (None, None)
    names = {p.id for p in scenario.places} | {each.id for each in emergency.relays}
    spare = DroneBase(
        id=next(n for n in (SPARE_BASE, f"{SPARE_BASE}+", f"{SPARE_BASE}++") if n not in names),
        count=0,
        lon=spot[0],
        lat=spot[1],
    )
    likes = [v.id for v in scenario.fleet if v.kind == "own" and v.count]
    taken = {each.relay for each in emergency.vehicles}
    stranded = {isolated.get(v.depot) for v in scenario.fleet}
    bare = [c.relay.id for c in crossings if c.relay.id not in taken and c.area not in stranded]
    return replace(
        emergency,
        drones=emergency.drones or (spare,),
        vehicles=(
            *emergency.vehicles,
            *(FarVehicles(relay=id_, like=like, count=0) for id_ in bare for like in likes[:1]),
        ),
    )


def isolated_places(county: County, ground: Ground) -> dict[str, int]:
    """Return the area of every place that is in none with a hub."""
    pairs = zip(county.scenario.places, ground.area_of.tolist(), strict=True)
    return {place.id: area for place, area in pairs if area not in ground.hubs}


def build_rescue(base: County, ground: Ground, emergency: Emergency) -> Rescue:
    """Return the day of ``emergency`` in county ``base``, built before it with the same goods (``with_goods``).

    One matrix for each profile, and one for each profile and isolated area with vehicles.

    Raises
    ------
    InvalidInput
        E540 with E545 or E546, when a relay is at no break.
    """
    crossings = find_crossings(ground, emergency.relays)
    isolated = isolated_places(base, ground)
    emergency = with_spares(emergency, crossings, base.scenario, isolated)
    layout = Layout(base=base, ground=ground, emergency=emergency, crossings=crossings, isolated=isolated)
    scenario = layout.scenario()
    points, areas = layout.points(scenario)
    far_side = {c.area: layout.far_points(points, c.area) for c in crossings}
    matrices = layout.matrices(scenario, points, areas, far_side)
    goods = Crossers(layout=layout, matrices=matrices).goods()
    rows = np.array([*range(len(points)), *(points.ids.index(goods.village_of[t]) for t in goods.village_of)])
    ids = (*points.ids, *goods.village_of)
    isolated |= {twin: isolated[village] for twin, village in goods.village_of.items()}
    scenario = replace(scenario, places=(*scenario.places, *_twins(scenario, goods, emergency)))
    matrices = {name: _repeated(matrix, rows, ids, ground) for name, matrix in matrices.items()}
    makers = _Makers(layout=layout, goods=goods, isolated=isolated)
    problem = makers.problem(scenario, matrices)
    county = replace(
        base,
        scenario=scenario,
        problem=problem,
        network=ground.roads_of(ground.hubs),
        points=_again(points, rows, ids),
        matrices=matrices,
        bags=goods.bags,
        orders=goods.orders,
        notes=(*scenario.notes, *makers.notes()),
        tiers=makers.tiers(scenario, problem),
    )
    return Rescue(
        county=county,
        ground=ground,
        emergency=emergency,
        crossings=crossings,
        isolated=isolated,
        village_of=goods.village_of,
        far_side={area: _again(seen, rows, ids) for area, seen in far_side.items()},
        carriers={c.relay.id: tuple(layout.far_types(scenario, c)) for c in crossings},
        drones=tuple(map(drone_type, emergency.drones)),
        waiting=goods.waiting,
    )


def _again(points: Points, rows: np.ndarray, ids: tuple[str, ...]) -> Points:
    """Return points with those at the end repeated under new ids."""
    return Points(ids, points.lon[rows], points.lat[rows])


def _repeated(matrix: TravelMatrix, rows: np.ndarray, ids: tuple[str, ...], ground: Ground) -> TravelMatrix:
    """Return a matrix with the rows of villages repeated for their twins, which lie 0 s apart."""
    spots = matrix.snaps.spots
    again = Spots(edge=spots.edge[rows], fraction=spots.fraction[rows], distance_m=spots.distance_m[rows])
    square = np.ix_(rows, rows)
    profile = ground.profiles.get(matrix.profile)
    return TravelMatrix(
        profile=matrix.profile,
        ids=ids,
        duration_s=matrix.duration_s[square],
        distance_m=matrix.distance_m[square],
        snaps=matrix.snaps if profile is None else snap_report(profile, ids, again),
    )


def _twins(scenario: Scenario, goods: CrossingGoods, emergency: Emergency) -> Iterator[ScenarioPlace]:
    known = {p.id: p for p in scenario.places}
    for twin, village in goods.village_of.items():
        place = known[village]
        label = goods.label_of(twin, emergency.classes)
        yield replace(place, id=twin, name=f"{place.name}（{label.zh}）", is_administrative=False, population=0)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Makers:
    """Makes problem and tiers of what is laid out."""

    layout: Layout
    goods: CrossingGoods
    isolated: Mapping[str, int]

    def problem(self, scenario: Scenario, matrices: Mapping[str, TravelMatrix]) -> Problem:
        """Return the problem; who may call at a place that is not cut off stays as it was."""
        problem = to_problem(scenario, matrices, self.goods.all)
        base = self.layout.base.scenario
        usual, own = Service(base), frozenset(v.id for v in base.fleet)
        known = {p.id: p for p in base.places}
        callers: dict[str, frozenset[str] | None] = {}
        for place in problem.places:
            village = known.get(village_at(place.id, self.goods.village_of))
            if village is None or village.tier == "hub":
                callers[place.id] = None
            elif place.id in self.isolated:
                callers[place.id] = self._callers(scenario, village)
            else:
                callers[place.id] = usual.callers(village) or own
        places = [replace(p, vehicle_types=callers[p.id]) for p in problem.places]
        return replace(problem, places=tuple(places))

    def _callers(self, scenario: Scenario, place: ScenarioPlace) -> frozenset[str]:
        """Return who may call at a cut off place: as before, with drones and the far side's vehicles of its area."""
        allowed = place.vehicle_types
        here = [c for c in self.layout.crossings if c.area == self.isolated[place.id]]
        far = {name for crossing in here for name in self.layout.far_types(scenario, crossing)}
        fit = {name for name in far if allowed is None or name.partition("@")[0] in allowed}
        drones = {v.id for v in scenario.fleet if v.kind == DRONE}
        usual = {v.id for v in self.layout.base.scenario.fleet if allowed is None or v.id in allowed}
        return frozenset(fit | drones | usual)

    def tiers(self, scenario: Scenario, problem: Problem) -> Tiers:
        """Return the tiers: cut off places go through relays and by air, lines do not cross the break."""
        built = build_tiers(scenario, problem)
        tiers = built.tiers if built is not None else Tiers(problem=problem)
        gone = frozenset(s.place for s in tiers.stations if s.place in self.isolated)
        modes = {place: _left(ways, gone) for place, ways in tiers.modes.items()}
        modes |= {place: self._ways(place) for place in self.isolated}
        return Tiers(
            problem=problem,
            stations=tuple(self._relay(s) for s in tiers.stations if s.place not in gone),
            departures=tuple(d for d in tiers.departures if len(set(map(self.isolated.get, d.stops))) == 1),
            modes=modes,
            together=tuple(group for group in tiers.together if not group & self.isolated.keys()),
        )

    def _ways(self, place: str) -> frozenset[Way]:
        """Return the ways of a cut off place; what waits for want of room at the relay may only fly."""
        relay = self.goods.relay_of.get(village_at(place, self.goods.village_of))
        ways = {Way(relay)} if relay is not None and place not in self.goods.flying else set()
        ways |= {Way(b.id) for b in self.layout.emergency.drones if b.lon is not None}
        return frozenset(ways | {DIRECT})

    def _relay(self, station: Station) -> Station:
        """Return a station; a relay with its throughput, and without what nobody can carry."""
        if station.place not in self.goods.per_quarter:
            return station
        per_quarter, heavy = self.goods.per_quarter[station.place], self.goods.heavy[station.place]
        return replace(station, pieces_per_quarter_h=per_quarter, barred=station.barred | heavy)

    def notes(self) -> Iterator[Text]:
        """Tell what of the ways across was measured or assumed."""
        crossings = self.layout.crossings
        for crossing in crossings:
            yield from crossing.notes
        if crossings:
            zh = f"接驳能力按每箱 {self.goods.per_tote:.1f} 件折算（当天受阻货物的平均）"
            en = f"relays' totes hold {self.goods.per_tote:.1f} pieces, the mean of the goods cut off that day"
            yield from (Text(zh, en), LOADING, CARRIERS)
        if any(v.depot in self.isolated for v in self.layout.base.scenario.fleet):
            yield STRANDED
        if self.goods.village_of.keys() - self.goods.flying:
            yield TWINS
        if not any(base.count for base in self.layout.emergency.drones):
            yield SPARE_DRONE
        if self.layout.base.scenario.timetable is not None:
            yield BUSES


def _left(ways: frozenset[Way], gone: frozenset[str]) -> frozenset[Way]:
    """Return the ways of a place that is not cut off, past stations that are."""
    return frozenset(way for way in ways if way.station not in gone) or frozenset({DIRECT})
