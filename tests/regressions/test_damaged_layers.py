"""Road files that were damaged: whatever the library under it raises, the caller is told which file it is.

They were told as a process that ended early.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from networks.errors import InvalidInput
from networks.geo_files import open_layer

ROADS = Path(__file__).parents[2] / "scenarios" / "library" / "four_villages" / "roads.geojson"


def layer(folder: Path, name: str) -> Path:
    """Write the roads of the library as another kind of file."""
    gpd.read_file(ROADS)[["名称", "geometry"]].to_file(folder / name)
    return folder / name


def test_a_coordinate_system_in_no_encoding_is_told(tmp_path: Path) -> None:
    """Four bytes of the .prj file that are no text: E202, where pyogrio raises UnboundLocalError."""
    file = layer(tmp_path, "roads.shp")
    said = file.with_suffix(".prj").read_bytes()
    assert b"1984" in said
    file.with_suffix(".prj").write_bytes(said.replace(b"1984", b"\xff" * 4))
    with pytest.raises(InvalidInput, match=r"^E202 "):
        open_layer(file)


def test_a_file_that_is_cut_short_is_told(tmp_path: Path) -> None:
    """A quarter of a FlatGeobuf file: E202, where pyogrio raises IndexError."""
    file = layer(tmp_path, "roads.fgb")
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 4])
    with pytest.raises(InvalidInput, match=r"^E202 "):
        open_layer(file)
