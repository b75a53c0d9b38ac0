"""Whatever bytes a reader of road files is given, it answers or refuses with a code; never anything else."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from networks.datum import from_wgs84, to_wgs84
from networks.elevation import read_tile
from networks.errors import InvalidInput
from networks.layers import read_layer
from networks.network import build_network, geodesic_m
from networks.osm import read_osm
from networks.osm_tags import way_row
from networks.overrides import apply_overrides, read_closures, read_overrides
from networks.profiles import load_profiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SMALL = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""Few examples: the readers touch the disk."""

CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "7", "-1", "1e999", "nan", "100.1,30.1", "30,100", "国道", "是", "２０", "2026-02-30", "V1", "yes"]
    ),
)


def answers_or_refuses(read: Callable[[], object]) -> None:
    """Call ``read``; an ``InvalidInput`` must speak both languages, its faults too."""
    refusal: InvalidInput | None = None
    try:
        read()
    except InvalidInput as error:
        refusal = error
    for lang in ("zh", "en") if refusal else ():
        assert all(said.render(lang) for said in (refusal, *refusal.faults))


@SMALL
@given(content=st.binary(max_size=300))
def test_readers_survive_any_bytes(tmp_path: Path, content: bytes) -> None:
    """Each reader under each of its suffixes."""
    for name, read in (
        ("a.osm.pbf", read_osm), ("a.osm", read_osm), ("a.geojson", read_layer), ("a.gpkg", read_layer),
        ("a.csv", read_overrides), ("a.geojson", read_closures), ("N30E100.hgt.zip", read_tile),
        ("p.toml", load_profiles),
    ):  # fmt: skip
        path = tmp_path / name
        path.write_bytes(content)
        answers_or_refuses(lambda read=read, path=path: read(path))  # type: ignore[misc]


@SMALL
@given(
    rows=st.lists(st.lists(CELLS, min_size=8, max_size=8), max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
)
def test_override_tables_survive_any_cells(tmp_path: Path, rows: list[list[str]], encoding: str) -> None:
    """What is read can be applied or is refused; the network that was given stays as it was."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["edge", "道路", "起点", "end", "速度", "minutes", "通行", "开始日期"])
    writer.writerows(rows)
    path = tmp_path / "o.csv"
    path.write_bytes(text.getvalue().encode(encoding, errors="ignore"))
    network = build_network(lon=[100, 100.1], lat=[30, 30], u=[0], v=[1])
    before = network.digest
    answers_or_refuses(lambda: apply_overrides(network, read_overrides(path), places={"V1": (100.0, 30.001)}))
    assert build_network(lon=network.lon, lat=network.lat, u=[0], v=[1]).digest == before


@SMALL
@given(
    value=st.one_of(
        st.integers().map(str),
        st.floats().map(repr),
        st.lists(st.integers()).map(str),
        st.sampled_from(["true", "false", '""', '"van"', '"国道"', "{}", "2026-07-01", "[[]]"]),
    ),
    path=st.sampled_from(
        ["rules", "rules.grade.factor", "rules.access.private", "profile.van", "profile.van.speed_kmh",
         "profile.van.speed_kmh.G", "profile.van.energy.curb_kg", "profile.new.like", "placeholders"]
    ),
)  # fmt: skip
def test_profile_files_survive_any_value_anywhere(tmp_path: Path, value: str, path: str) -> None:
    """A value of any kind at any depth."""
    file = tmp_path / "p.toml"
    file.write_text(f"{path} = {value}\n", "utf-8")
    answers_or_refuses(lambda: load_profiles(file))


TAG_KEYS = ["highway", "ref", "access", "oneway", "maxspeed", "maxweight", "maxheight", "surface", "tracktype"]
TAG_VALUES = st.one_of(st.text(max_size=8), st.sampled_from(["track", "primary", "yes", "no", "-1", "3.5 t", "G5"]))


@given(tags=st.dictionaries(st.sampled_from(TAG_KEYS), TAG_VALUES))
@settings(max_examples=100, deadline=None)
def test_any_tags_give_a_lawful_row(tags: dict[str, str]) -> None:
    """Limits are positive and of this world, or missing."""
    row = way_row({"highway": "primary"} | tags)
    if row is not None:
        numbers = np.array([row.maxspeed_kmh, row.maxweight_t, row.maxwidth_m, row.maxheight_m])
        assert np.all(np.isnan(numbers) | ((numbers > 0) & (numbers < 1000)))


@given(lon=st.floats(73, 136), lat=st.floats(3, 54), datum=st.sampled_from(["gcj02", "bd09"]))
@settings(max_examples=100, deadline=None)
def test_any_place_in_china_comes_back_within_a_millimetre(lon: float, lat: float, datum: str) -> None:
    """There and back, and back and there."""
    x, y = np.array([lon]), np.array([lat])
    assert geodesic_m(x, y, *to_wgs84(*from_wgs84(x, y, datum), datum))[0] < 1e-3
    assert geodesic_m(x, y, *from_wgs84(*to_wgs84(x, y, datum), datum))[0] < 1e-3
