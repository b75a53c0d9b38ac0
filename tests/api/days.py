"""Hand-made days to show: one small enough to check by hand, one of a whole county's size."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

from shapely import MultiLineString

from api.views import (
    DayView,
    Goods,
    KpiView,
    LegView,
    PlaceView,
    RoadView,
    TripView,
    UnservedView,
    VisitView,
)
from optimizer.plan import Cost
from scenarios.kpis import BrandKpis
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

PARCEL = Text("快递", "parcels")
FERTILISER = Text("化肥", "fertiliser")
BRANDS = ("邮政", "中通", "圆通", "韵达", "极兔")
HUB = PlaceView(id="H", name="县级物流配送中心", tier="hub", lon=108.5, lat=27.1)


def goods(brand: str, bags: int, pieces: int, *, commodity: Text = PARCEL, shipment: str = "s") -> Goods:
    """Return goods of 10 kg and 20 l a bag."""
    return Goods(
        brand=brand,
        commodity=commodity,
        is_parcel=commodity is PARCEL,
        bags=bags,
        pieces=pieces,
        load=(bags * 10_000, bags * 20_000),
        shipments=(shipment,),
    )


def trip(
    code: str, vehicle: str, places: Sequence[PlaceView], *, begin_s: int = 21_600, color: str = "#2364aa"
) -> TripView:
    """Return a trip of 30 min loading, then 10 min of driving and 5 min of service a place.

    Two bags of the first brand and one of the second go down everywhere, one comes up at
    every second place.
    """
    at, n = begin_s + 1_800, len(places)
    visits, legs = [], []
    for rank, place in enumerate(places, start=1):
        legs.append(_leg(at, n - rank + 1, (rank - 1) // 2, [HUB, *places][rank - 1], place))
        up = (goods("邮政", 1, 4, shipment=f"{code}u{rank}"),) if rank % 2 == 0 else ()
        down = (goods("中通", 2, 25, shipment=f"{code}a{rank}"), goods("韵达", 1, 9, shipment=f"{code}b{rank}"))
        arrive = at + 600
        wait = 900 if rank == 2 else 0
        visits.append(
            VisitView(
                rank=rank,
                place=place,
                arrive_s=arrive,
                start_s=arrive + wait,
                end_s=arrive + wait + 300,
                depart_s=arrive + wait + 300,
                deliver=down,
                collect=up,
            )
        )
        at = visits[-1].depart_s
    legs.append(_leg(at, 0, n // 2, places[-1], HUB))
    return TripView(
        code=code,
        vehicle=vehicle,
        vehicle_type=vehicle.split("#", maxsplit=1)[0],
        number=int(vehicle.split("#")[1]),
        trip_number=1,
        start=HUB,
        end=HUB,
        load_start_s=begin_s,
        load_end_s=begin_s + 1_800,
        depart_s=begin_s + 1_800,
        return_s=at + 600,
        visits=tuple(visits),
        legs=tuple(legs),
        capacity=(1_500_000, 6_000_000),
        color=color,
    )


def villages(n: int, seed: int = 0, *, spread: float = 0.25) -> tuple[PlaceView, ...]:
    """Return ``n`` villages around the hub."""
    rng = random.Random(seed)
    names = [
        a + b + c for a in "石门青木白云双龙" for b in "桥坪溪坝岩岭沟" for c in ("村", "寨村", "社区", "上村", "下村")
    ]
    rng.shuffle(names)
    return tuple(
        PlaceView(
            id=f"V{i:03d}",
            name=names[i % len(names)],
            tier="village",
            lon=HUB.lon + rng.uniform(-spread, spread) * 1.3,
            lat=HUB.lat + rng.uniform(-spread, spread),
            is_visited=True,
        )
        for i in range(1, n + 1)
    )


def small_day(
    *, village_name: str = "石门村", county: str = "四村县", trips: tuple[TripView, ...] | None = None
) -> DayView:
    """Return four villages on one trip, and a fifth whose fertiliser is unserved."""
    first, *others = villages(5, spread=0.1)
    named = PlaceView(id=first.id, name=village_name, tier="village", lon=first.lon, lat=first.lat, is_visited=True)
    far = others.pop()
    lost = PlaceView(id=far.id, name="云顶村", tier="village", lon=far.lon, lat=far.lat, is_short=True)
    made = (trip("T01", "van#1", (named, *others)),) if trips is None else trips
    return _day(county, (HUB, named, *others, lost), made, unserved=(_unserved(lost),))


def large_day(num_trips: int = 14, per_trip: int = 14) -> DayView:
    """Return a mountain county's day: trips of neighbours in a sector around the hub."""
    found = sorted(villages(num_trips * per_trip, 3), key=lambda p: math.atan2(p.lat - HUB.lat, p.lon - HUB.lon))
    colors = ("#2364aa", "#c8553d", "#2f7d4f", "#7b4fa3", "#b8860b", "#137c8b", "#a23b72", "#5c6f2d")
    trips = tuple(
        trip(
            f"T{i + 1:02d}",
            f"van#{i % 8 + 1}",
            found[i * per_trip : (i + 1) * per_trip],
            begin_s=23_400 + 25_200 * (i // 8),
            color=colors[i % 8],
        )
        for i in range(num_trips)
    )
    return _day("高山县", (HUB, *found), trips, unserved=())


def _leg(at: int, down: int, up: int, a: PlaceView, b: PlaceView) -> LegView:
    bends = 40
    line = tuple(
        (
            a.lon + (b.lon - a.lon) * i / bends + 0.004 * math.sin(i * 0.7) * (0 < i < bends),
            a.lat + (b.lat - a.lat) * i / bends + 0.004 * math.cos(i * 0.9) * (0 < i < bends),
        )
        for i in range(bends + 1)
    )
    return LegView(
        depart_s=at,
        arrive_s=at + 600,
        distance_m=5_000,
        load_down=(down * 30_000, down * 60_000),
        load_up=(up * 10_000, up * 20_000),
        line=line,
    )


def _unserved(place: PlaceView) -> UnservedView:
    return UnservedView(
        shipment="s-far",
        place=place,
        brand="供销社",
        commodity=FERTILISER,
        direction="down",
        pieces=40,
        load=(2_000_000, 2_400_000),
        code="U110",
        reason=Text("重量 2,000 kg，最大的车只能装 1,500 kg", "it weighs 2,000 kg, the largest vehicle takes 1,500 kg"),
        remedy=Text("拆成两批，或租一辆 4.2 米厢车", "split it in two, or hire a 4.2 m box truck"),
    )


def _day(
    county: str,
    places: tuple[PlaceView, ...],
    trips: tuple[TripView, ...],
    *,
    unserved: tuple[UnservedView, ...],
) -> DayView:
    lines = tuple(leg.line for each in trips for leg in each.legs if leg.line)
    return DayView(
        county=county,
        date="2026-03-02",
        dimensions=("load_g", "volume_ml"),
        places=places,
        trips=trips,
        unserved=unserved,
        kpis=(
            KpiView(
                key="cost_per_piece_fen",
                group="cost",
                name=Text("单票成本", "cost per piece"),
                value=Text("1.23 元/件", "1.23 yuan"),
                definition=Text("总成本 ÷ 件数，每件只计一次", "total cost / pieces, each piece counted once"),
                is_headline=True,
            ),
        ),
        brand_kpis=(
            BrandKpis(
                brand="中通",
                pieces=100,
                carried_pieces=90,
                bags=8,
                shipments=4,
                unserved_shipments=0,
                on_time_share=0.875,
            ),
        ),
        cost=Cost(fixed_fen=8_000, distance_fen=12_300, time_fen=9_100, penalty_fen=50_000),
        placeholders=(Text("每公里成本 0.8 元为占位值", "0.8 yuan per km is a placeholder"),),
        assumptions=(Text("旱季，晴", "dry season, clear"),),
        notes=(),
        provenance=((Text("种子", "seed"), "7"),),
        roads=(
            RoadView(road_class="X", shape=MultiLineString(lines[::2])),
            RoadView(road_class="C", shape=MultiLineString(lines[1::2])),
        ),
    )
