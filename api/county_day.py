"""Makes the view of a planned county-day: the one place where a county's files meet the outputs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from api.assemble import Names, assemble_trips, legs_driven
from api.assumptions import assumptions
from api.kpi_views import kpi_views
from api.views import DayView, Line, PlaceView, RoadView, UnservedView
from networks.paths import leg_geometries
from optimizer.explain import reason_text, remedy_text
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.schemas import Origin
    from networks.network import RoadNetwork
    from optimizer.check import Violation
    from optimizer.plan import Plan, Unserved
    from scenarios.build import County
    from scenarios.kpis import BrandKpis, Kpis
    from scenarios.scenario import FleetVehicle

LANGUAGES = ("zh", "en")


def view_day(
    county: County,
    plan: Plan,
    *,
    kpis: Kpis,
    violations: Sequence[Violation],
    origin: Origin,
    digest: str,
) -> DayView:
    """Return the view of ``plan``; searches each driven leg once for its line on the ground."""
    names = names_of(county, plan)
    trips = assemble_trips(county.problem, plan, names)
    visited = {visit.place.id for trip in trips for visit in trip.visits}
    unserved = tuple(_unserved(county, names, each) for each in plan.unserved)
    short = {each.place.id for each in unserved}
    places = tuple(
        replace(place, is_visited=place.id in visited, is_short=place.id in short) for place in names.places.values()
    )
    return DayView(
        county=county.scenario.name,
        date=county.scenario.date.isoformat(),
        dimensions=county.problem.load_dimensions,
        places=places,
        trips=trips,
        unserved=unserved,
        kpis=kpi_views(kpis),
        brand_kpis=_with_brand_names(county, kpis),
        cost=plan.cost,
        assumptions=assumptions(county.scenario),
        placeholders=county.scenario.placeholders,
        notes=tuple(county.notes),
        provenance=provenance(origin, digest),
        violations=tuple(Text(*(each.render(lang) for lang in LANGUAGES)) for each in violations),
        roads=road_views(county.network),
    )


def _with_brand_names(county: County, kpis: Kpis) -> tuple[BrandKpis, ...]:
    names = {brand.id: brand.name or brand.id for brand in county.scenario.brands}
    return tuple(replace(each, brand=names.get(each.brand, each.brand)) for each in kpis.brands)


def road_views(network: RoadNetwork) -> tuple[RoadView, ...]:
    """Return all roads by class; O(edges)."""
    edges = network.edges[["road_class", "geometry"]]
    return tuple(
        RoadView(road_class=str(road_class), shape=shapely.multilinestrings(list(group.geometry)))
        for road_class, group in edges.groupby("road_class", observed=True)
    )


def provenance(origin: Origin, digest: str) -> tuple[tuple[Text, str], ...]:
    """Return what is needed to make the plan again, as rows of a table."""
    work = f"--iterations {origin.iterations}" if origin.iterations is not None else f"--seconds {origin.seconds:g}"
    return (
        (Text("场景", "scenario"), f"{origin.scenario} {origin.date}"),
        (Text("场景摘要 SHA-256", "scenario SHA-256"), origin.scenario_digest),
        (Text("路网摘要 SHA-256", "road network SHA-256"), origin.network_digest),
        (Text("问题摘要 SHA-256", "problem SHA-256"), origin.problem_digest),
        (Text("方案摘要 SHA-256", "plan SHA-256"), digest),
        (Text("参数", "options"), f"{work} --seed {origin.seed} --workers {origin.workers}"),
        (Text("版本", "versions"), ", ".join(f"{name} {number}" for name, number in sorted(origin.versions.items()))),
    )


def names_of(county: County, plan: Plan | None = None) -> Names:
    """Return the names of a county's things, and the lines that ``plan`` drives."""
    scenario = county.scenario
    commodities = {commodity.id: commodity for commodity in scenario.commodities}
    brands = {brand.id: brand.name or brand.id for brand in scenario.brands}
    vehicles = _vehicle_names(scenario.fleet)
    places = {p.id: PlaceView(id=p.id, name=p.name or p.id, tier=p.tier, lon=p.lon, lat=p.lat) for p in scenario.places}

    def commodity(id_: str) -> Text:
        known = commodities.get(id_)
        return Text(known.name or id_, id_) if known else Text(id_, id_)

    return Names(
        places={place.id: places[place.id] for place in county.problem.places},
        commodity=commodity,
        is_parcel=lambda id_: id_ not in commodities or commodities[id_].goods_class == "parcel",
        brand=lambda id_: brands.get(id_, id_),
        vehicle=lambda id_: vehicles.get(id_, id_),
        bags=lambda shipment: county.bags.get(shipment.id, 1),
        lines={} if plan is None else _lines(county, plan),
    )


def _vehicle_names(fleet: Sequence[FleetVehicle]) -> dict[str, str]:
    """Return the names of types by id; where several types share one, each has its id before it."""
    counts = Counter(vehicle.name or vehicle.id for vehicle in fleet)
    return {
        v.id: f"{v.id} {v.name}" if v.name and counts[v.name] > 1 and v.name != v.id else v.name or v.id for v in fleet
    }


def _lines(county: County, plan: Plan) -> dict[tuple[str, str, str], Line]:
    """Return the line of every leg driven; those without a path, or flown, are left out."""
    found: dict[tuple[str, str, str], Line] = {}
    for profile, legs in legs_driven(county.problem, plan).items():
        if profile not in county.profiles:
            continue
        pairs = np.array([[county.problem.index(a), county.problem.index(b)] for a, b in legs])  # (k, 2)
        shapes = leg_geometries(
            county.network, county.profiles[profile], county.points, pairs, conditions=county.conditions
        )
        for (a, b), shape in zip(legs, shapes, strict=True):
            if not shape.is_empty:
                found[profile, a, b] = tuple(map(tuple, shapely.get_coordinates(shape).tolist()))
    return found


def _unserved(county: County, names: Names, unserved: Unserved) -> UnservedView:
    shipment = county.problem.shipment_of[unserved.shipment]
    direction = county.problem.direction(shipment)
    place = shipment.origin if direction == "up" else shipment.destination
    return UnservedView(
        shipment=shipment.id,
        place=names.places[place],
        brand=names.brand(shipment.brand),
        commodity=names.commodity(shipment.commodity),
        direction=direction,
        pieces=shipment.pieces,
        load=shipment.load,
        code=unserved.reason,
        reason=Text(*(reason_text(unserved, lang) for lang in LANGUAGES)),
        remedy=Text(*(remedy_text(unserved, lang) for lang in LANGUAGES)),
    )
