"""A GTFS feed of one bus made by hand, for the tests of timetables: written as a folder, any table replaced.

Stops A, B, C lie 10 km apart on one straight road; route R1 runs A-B-C (trip T1, 07:00 to 07:50).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

TABLES = {
    "agency": "agency_id,agency_name,agency_url,agency_timezone\nG,客运,-,Asia/Shanghai\n",
    "stops": "stop_id,stop_name,stop_lat,stop_lon\nA,甲站,30,110.0\nB,乙站,30,110.1\nC,丙站,30,110.2\n",
    "routes": "route_id,route_short_name,route_long_name,route_type\nR1,1路,甲—丙,3\n",
    "trips": "route_id,service_id,trip_id\nR1,daily,T1\n",
    "stop_times": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "T1,07:00:00,07:00:00,A,1\nT1,07:20:00,07:25:00,B,2\nT1,07:50:00,07:50:00,C,3\n"
    ),
    "calendar": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "daily,1,1,1,1,1,1,1,20260101,20261231\n"
    ),
}
"""A sound feed."""


def write_feed(folder: Path, **tables: str | bytes | None) -> Path:
    """Write the feed with some tables added or replaced; None leaves one out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**TABLES, **tables}.items():
        if text is not None:
            (folder / f"{name}.txt").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder
