"""Which plans were published when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert

from api.service.folders import packed
from api.service.stored_plans import is_first_published, plan_of
from api.service.tables import plans
from tests.service.rows import COUNTY, SCENARIO, add_county, add_revision

if TYPE_CHECKING:
    from api.service.database import Database


def plan_id(letter: str) -> str:
    return f"pln_{letter * 26}"


def test_of_a_day_one_plan_was_published_first_whatever_scenario_it_is_of(database: Database) -> None:
    """Two plans of one revision, one of a later revision for the next day, one of another scenario of the first day."""
    days = {(SCENARIO, 1): "2026-04-15", (SCENARIO, 2): "2026-04-16", ("scn_2", 1): "2026-04-15"}
    published = {
        plan_id("b"): (SCENARIO, 1, 5),
        plan_id("c"): (SCENARIO, 1, 5),
        plan_id("d"): (SCENARIO, 2, 9),
        plan_id("a"): ("scn_2", 1, 7),
    }
    with database.write() as connection:
        add_county(connection)
        for (scenario, number), day in days.items():
            content = packed({"scenario.toml": f'name = "n"\ndate = {day}\n'.encode()})
            add_revision(connection, number, scenario=scenario, content=content)
        for id_, (scenario, revision, at_ms) in published.items():
            row = {"id": id_, "county_id": COUNTY, "scenario_id": scenario, "revision": revision, "published_ms": at_ms}
            figures = {"content": b"", "cost_fen": 0, "unserved": 0, "created_ms": 0}
            connection.execute(insert(plans).values(**row, **figures))
    first = {id_ for id_ in published if is_first_published(database, plan_of(database, COUNTY, id_), COUNTY)}
    assert first == {plan_id("b"), plan_id("d")}
