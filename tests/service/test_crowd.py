"""A service with as many connections as it can hold says so, in its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from api.service.app import create_app
from api.service.crowd import counting
from api.service.settings import Settings
from tests.service.doors import ROOT, serving
from tests.service.workers import until

if TYPE_CHECKING:
    from pathlib import Path

    from api.service.database import Database


def test_a_connection_too_many_is_refused_as_a_problem_until_another_ends(database: Database, tmp_path: Path) -> None:
    """One may be open: the second is told 503, when to come again, and is closed; afterwards there is room."""
    settings = Settings(data=tmp_path / "data")
    settings.data.mkdir()
    with serving(create_app(settings, database), http=counting(1)) as address:
        with httpx.Client(base_url=address) as first, httpx.Client(base_url=address) as second:
            assert first.get(f"{ROOT}/healthz").status_code == 200
            refused = second.get(f"{ROOT}/healthz")
            assert (refused.status_code, refused.json()["code"]) == (503, "E681")
            assert refused.headers["content-type"] == "application/problem+json"
            assert (refused.headers["retry-after"], refused.headers["connection"]) == ("2", "close")
            assert refused.headers["x-content-type-options"] == "nosniff"
            assert first.get(f"{ROOT}/healthz").status_code == 200
        until(lambda: httpx.get(f"{address}{ROOT}/healthz").status_code == 200)
