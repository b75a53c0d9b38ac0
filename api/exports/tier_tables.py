"""``handovers.csv`` and ``rides.csv``: what passes each station when, and which bag rides which departure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.exports.tables import write_table
from api.units import clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.tier_views import Parcel, TiersView

GOODS = (
    "货运编号 shipment",
    "方向 direction",
    "品牌 brand",
    "货物 commodity",
    "袋数 bags",
    "件数 pieces",
    "村编号 village_id",
    "村 village",
)
"""Headers of what is moved."""


def write_handovers(tiers: TiersView, path: Path) -> None:
    """Write one row per handover, station by station, in the order in which goods arrive."""
    header = [
        *("服务站编号 station_id", "服务站 station"),
        *GOODS,
        *("到站 arrived", "送到 brought_by", "处理完毕 ready", "离站 left", "接走 taken_by"),
    ]
    write_table(path, header, _handover_rows(tiers))


def write_rides(tiers: TiersView, path: Path) -> None:
    """Write one row per ride, departure by departure; ``leg`` is what rides, ``/1`` or ``/2`` a leg of a shipment."""
    header = [
        *("线路 line", "班次 departure", "搭载 leg"),
        *GOODS,
        *("上车站编号 origin_id", "上车站 origin", "发车 board", "下车站编号 destination_id", "下车站 destination"),
        "到达 alight",
    ]
    write_table(path, header, _ride_rows(tiers))


def _handover_rows(tiers: TiersView) -> Iterator[list[object]]:
    for station in tiers.stations:
        for h in station.handovers:
            arrived, ready, left = (clock(t, seconds=True) for t in (h.arrived_s, h.ready_s, h.left_s))
            place = station.place
            yield [place.id, place.name, *_goods(h.goods), arrived, h.brought_by, ready, left, h.taken_by]


def _ride_rows(tiers: TiersView) -> Iterator[list[object]]:
    for d in tiers.departures:
        for r in d.rides:
            board, alight = clock(r.board_s, seconds=True), clock(r.alight_s, seconds=True)
            ends = (r.origin.id, r.origin.name, board, r.destination.id, r.destination.name, alight)
            yield [d.line, d.id, r.leg, *_goods(r.goods), *ends]


def _goods(goods: Parcel) -> list[object]:
    words = (goods.shipment, goods.direction, goods.brand, goods.commodity.zh)
    return [*words, goods.bags, goods.pieces, goods.village.id, goods.village.name]
