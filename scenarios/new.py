"""A new county from a few numbers: generated roads and places, seeded demand, a fleet that can do it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InvalidInput as NetworkInput
from networks.synthetic import generate_county
from optimizer.model import TimeWindow
from scenarios.demand import PLACEHOLDERS as DEMAND_PLACEHOLDERS
from scenarios.demand import draw_orders
from scenarios.errors import InvalidInput, adopt
from scenarios.fleet import PLACEHOLDERS as FLEET_PLACEHOLDERS
from scenarios.fleet import size_fleet
from scenarios.goods import BRAND_NAMES, CLEANINGS, COMMODITIES, CONFLICTS, courier_brands
from scenarios.goods import PLACEHOLDERS as GOODS_PLACEHOLDERS
from scenarios.new_tiers import with_buses, with_stations
from scenarios.scenario import Roads, Scenario, ScenarioPlace, Source
from scenarios.text import Text

if TYPE_CHECKING:
    import pandas as pd

DAY = date(2026, 4, 15)
"""A working day in spring, when farm inputs move; no clock is read, so that a seed gives one scenario."""

HUB_OPEN = TimeWindow(early_s=6 * 3_600, late_s=20 * 3_600)
LOADING_S = 1_200
VEHICLES_PER_DOCK = 3
"""The hub loads a trip in 20 minutes and a third of the fleet at a time; placeholders."""

OPENINGS = (
    (),
    (TimeWindow(early_s=27_000, late_s=68_400),),
    (TimeWindow(early_s=28_800, late_s=43_200), TimeWindow(early_s=48_600, late_s=66_600)),
)
"""Opening hours of village points: always, a shop's 07:30-19:00, a village office's with a break at noon."""

MOST_PIECES = 200_000
"""A large county has 100 to 150 thousand pieces a day."""

MOST_BUSES = 500
"""Bus lines; a county has some 130."""

TERRAIN_NAMES = {"plain": "平原县", "hill": "丘陵县", "mountain": "山区县", "pastoral": "牧区县"}

PLACEHOLDERS = (
    Text("道路、地名、坐标和行政区划代码均为虚构", "roads, names, coordinates and division codes are fictional"),
    Text("县域面积、道路等级和路况比例为占位值", "the county's area, its road classes and surfaces are assumed"),
)
"""What the roads assume."""

HOURS = Text("装车 20 分钟、装车口数和村点开放时段为占位值", "loading 20 min, docks and opening hours are assumed")
"""Assumption about the hub and the village points."""


def new_scenario(
    *,
    terrain: str,
    townships: int,
    villages: int,
    pieces: int,
    brands: int,
    seed: int,
    peak: float = 1.0,
    stations: bool = False,
    buses: int = 0,
) -> Scenario:
    """Return a county that can serve all its orders; the same arguments give the same scenario.

    Parameters
    ----------
    terrain, townships, villages, seed
        As ``networks.synthetic.generate_county``.
    pieces
        Parcels of a normal day, both ways together; other goods come on top.
    brands
        1 to 6.
    peak
        Factor on the parcels, see ``scenarios.demand.PEAKS``.
    stations
        Make the townships stations that goods may pass through, some with three-wheelers of their own.
    buses
        Rural bus lines from the county town over a township to villages, 0 to 500.

    Raises
    ------
    InvalidInput
        E360 when a number is out of range; E300 with the network's fault when the county cannot be generated.
    """
    refuse_outside(pieces=(pieces, 1, MOST_PIECES), brands=(brands, 1, len(BRAND_NAMES)), buses=(buses, 0, MOST_BUSES))
    roads = Roads(terrain=terrain, townships=townships, villages=villages, seed=seed)
    try:
        county = generate_county(terrain=terrain, townships=townships, villages=villages, seed=seed)
    except NetworkInput as error:
        raise InvalidInput("E300", faults=adopt(error), count=1) from error
    rng = np.random.default_rng([seed, pieces, brands])
    places = _places(county.places, rng)
    name = f"{TERRAIN_NAMES[terrain]}·{townships}乡镇{villages}村·种子{seed}"
    origin = f"networks.synthetic, terrain={terrain}, townships={townships}, villages={villages}, seed={seed}"
    day = compose(
        name=name,
        terrain=terrain,
        places=places,
        roads=roads,
        pieces=pieces,
        brands=brands,
        peak=peak,
        rng=rng,
        sources=(Source(what="roads, places", origin=origin),),
        placeholders=PLACEHOLDERS,
    )
    day = with_stations(day) if stations else day
    return with_buses(day, buses) if buses else day


def compose(
    *,
    name: str,
    terrain: str,
    places: tuple[ScenarioPlace, ...],
    roads: Roads,
    pieces: int,
    brands: int,
    rng: np.random.Generator,
    peak: float = 1.0,
    sources: tuple[Source, ...] = (),
    placeholders: tuple[Text, ...] = (),
) -> Scenario:
    """Return a scenario of these places with drawn orders and a fleet to match; ``terrain`` "" is unknown."""
    couriers = courier_brands(brands)
    orders = draw_orders(places, couriers, pieces=pieces, rng=rng, peak=peak)
    hub = next(p for p in places if p.tier == "hub")
    fleet = size_fleet(places, orders, terrain=terrain, hub=hub.id)
    docks = max(2, -(-sum(v.count for v in fleet) // VEHICLES_PER_DOCK))
    return Scenario(
        name=name,
        date=DAY,
        terrain=terrain,
        places=tuple(
            replace(p, loading_s=LOADING_S, docks=docks, windows=(HUB_OPEN,)) if p.id == hub.id else p for p in places
        ),
        orders=orders,
        fleet=fleet,
        commodities=COMMODITIES,
        brands=couriers,
        conflicts=CONFLICTS,
        cleanings=CLEANINGS,
        roads=roads,
        sources=sources,
        placeholders=(*placeholders, *DEMAND_PLACEHOLDERS, *GOODS_PLACEHOLDERS, *FLEET_PLACEHOLDERS, HOURS),
    )


def refuse_outside(**numbers: tuple[int, int, int]) -> None:
    """Raise E360 for the first of ``name=(value, least, most)`` that lies outside."""
    for field, (value, least, most) in numbers.items():
        if not least <= value <= most:
            raise InvalidInput("E360", field=field, value=value, least=least, most=most)


def _places(table: pd.DataFrame, rng: np.random.Generator) -> tuple[ScenarioPlace, ...]:
    """Give the generated places opening hours, and villages the station of their township."""
    rows: list[dict[str, Any]] = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
    station_of = {row["township"]: row["id"] for row in rows if row["tier"] == "station"}
    opening = rng.integers(len(OPENINGS), size=len(rows))
    return tuple(
        ScenarioPlace(
            **row,
            station=station_of[row["township"]] if row["tier"] == "village" else "",
            windows=OPENINGS[opening[i]] if row["tier"] == "village" else (),
        )
        for i, row in enumerate(rows)
    )
