"""Drones in the outputs: their legs are straight, dashed, and told apart from legs whose road is not known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from api.county_day import view_day
from api.exports.bundle import write_outputs
from api.exports.map import texts
from api.schemas import Origin
from optimizer.repair import complete
from scenarios.build import build_problem
from scenarios.files import read_scenario
from scenarios.kpis import measure
from tests.api.pages import Page

THREE = Path(__file__).resolve().parents[2] / "scenarios" / "library" / "three_tiers"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a day of the drone's two villages by its own station, as an ordinary day: what goes from S03 to them."""
    scenario = read_scenario(THREE)
    drone = next(v for v in scenario.fleet if v.kind == "drone")
    order = next(o for o in scenario.orders if o.destination in ("V012", "V019") and o.load.load_g <= 20_000)
    modes = tuple(mode for mode in scenario.modes if "drone" in mode.modes)
    light = replace(order, origin="S03", load=replace(order.load, load_g=5_000, load_ml=20_000))
    county = build_problem(replace(scenario, fleet=(drone,), orders=(light,), modes=modes, timetable=None))
    plan = complete(county.problem, {})
    assert [r.vehicle_type for r in plan.routes] == ["drone"]
    day = view_day(county, plan, kpis=measure(county, plan), violations=(), origin=Origin(iterations=0), digest="")
    assert {text for text in texts(day, "en") if "drone, straight" in text}
    folder = tmp_path_factory.mktemp("drone")
    write_outputs(day, folder, lang="en")
    return folder


def test_the_report_draws_the_flight_with_short_dashes_and_explains_them(written: Path) -> None:
    """One trip of class flown, its path of one straight stroke there and one back; a sign in the legend."""
    page = Page(written / "report.html")
    assert [node for node in page.with_class("trip") if "flown" in node.classes]
    assert "drone, straight line" in page.words
    assert (written / "map.png").stat().st_size > 10_000


def test_the_map_file_says_that_legs_are_flown(written: Path) -> None:
    """Out and back."""
    text = (written / "routes.geojson").read_text("utf-8")
    assert text.count('"is_flown":true') == text.count('"kind":"leg"') == 2
