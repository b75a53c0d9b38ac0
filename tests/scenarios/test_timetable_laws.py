"""Whatever stands in a timetable's files, a reader gives a timetable or names every fault in both languages."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.errors import InvalidInput
from scenarios.timetables.csv_file import read_timetable
from scenarios.timetables.gtfs import read_gtfs
from tests.scenarios.small_county import place
from tests.scenarios.small_feed import TABLES, write_feed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scenarios.errors import Fault

FULL = {
    **TABLES,
    "trips": "route_id,service_id,trip_id,shape_id\nR1,daily,T1,S1\n",
    "calendar_dates": "service_id,date,exception_type\ndaily,20260305,1\n",
    "frequencies": "trip_id,start_time,end_time,headway_secs\nT1,06:00:00,07:30:00,1800\n",
    "shapes": "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\nS1,30,110,1\nS1,30,110.2,2\n",
}
"""A sound feed with every table."""

PLAIN = (
    "line,departure,stop,place,lon,lat,arrive,depart,days,not_on,free_kg,barred,peaks,dwell_s\n"
    "L1,D1,A,,110.0,30,,07:00,mon;fri,2026-03-09,80,x,06:00-07:00,60\n"
    "L1,D1,B,V1,110.1,30,,,,,,,,\nL1,D1,C,,110.2,30,07:30,,,,,,,\n"
)
"""A sound plain timetable."""

WORDS = st.sampled_from(
    ["", "-1", "0", "x", "1e400", "nan", "inf", "25:00:00", "99:99:99", "９", "\x00", '"', "T1", "A", "20260231", "1.5",
     "1e10", "9" * 20, ",", "\n", " ", "2"]
) | st.text(max_size=5)  # fmt: skip
"""What people and programs leave in cells."""


@st.composite
def spoiled(draw: st.DrawFn, text: str) -> str:
    """Return a table with some cells replaced or taken out, and a row doubled or lost."""
    rows = [row.split(",") for row in text.split("\n")]
    for _ in range(draw(st.integers(1, 3))):
        row = rows[draw(st.integers(0, len(rows) - 1))]
        cell = draw(st.integers(0, max(0, len(row) - 1)))
        row[cell : cell + 1] = draw(st.sampled_from([[], [draw(WORDS)], [draw(WORDS)]]))
    which = draw(st.integers(0, len(rows) - 1))
    rows[which : which + 1] = [rows[which]] * draw(st.sampled_from([0, 1, 1, 1, 2]))
    return "\n".join(",".join(row) for row in rows)


def assert_read_or_told(read: Callable[[], object]) -> None:
    """Nothing but ``InvalidInput`` comes out, and each fault can be said."""
    faults: tuple[Fault, ...] | None = None
    try:
        read()
    except InvalidInput as error:
        faults = error.faults
    assert faults is None or len(faults) > 0
    for fault in faults or ():
        assert all(fault.render(lang) for lang in ("zh", "en"))
        assert fault.file


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), name=st.sampled_from(sorted(FULL)), day=st.sampled_from([None, date(2026, 3, 5)]))
def test_a_spoiled_feed_is_read_or_told(tmp_path: Path, data: st.DataObject, name: str, day: date | None) -> None:
    """One table of ten with odd cells, the others sound."""
    folder = write_feed(tmp_path, **{**FULL, name: data.draw(spoiled(FULL[name])).encode("utf-8", "surrogatepass")})
    assert_read_or_told(lambda: read_gtfs(folder, day=day))


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=spoiled(PLAIN))
def test_a_spoiled_plain_timetable_is_read_or_told(tmp_path: Path, text: str) -> None:
    """Odd cells in any row, header included."""
    (tmp_path / "bus.csv").write_bytes(text.encode("utf-8", "surrogatepass"))
    places = tuple(place(rank) for rank in range(3))
    assert_read_or_told(lambda: read_timetable(tmp_path / "bus.csv", places=places, commodities={"x"}))
