"""Where the public instances and extracts lie: beside the project, or where ``GONGPEI_SHARED`` says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("GONGPEI_SHARED", Path(__file__).parents[2] / "shared"))
ANDORRA = SHARED / "data" / "andorra-2021-roads-places.osm.pbf"
ANDORRA_TILE = SHARED / "data" / "N42E001.hgt.zip"
LIECHTENSTEIN = SHARED / "data" / "liechtenstein-2021-roads-places.osm.pbf"


def needs(*paths: Path) -> pytest.MarkDecorator:
    """Skip a test, with the reason, where one of its files is absent."""
    missing = [str(path) for path in paths if not path.exists()]
    return pytest.mark.skipif(bool(missing), reason=f"no {', '.join(missing)}; set GONGPEI_SHARED")
