"""What is asked often is found by an index, on both databases, however many jobs, plans and deeds have gathered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

if TYPE_CHECKING:
    from api.service.database import Database

OF_REVISION = "scenario_id = 'scn_1' AND revision = 1"

ASKED = {
    "ix_audit_county_id_number": "audit WHERE county_id = 'cty_1' AND number > 7 ORDER BY number LIMIT 100",
    "ix_jobs_county_id_id": "jobs WHERE county_id = 'cty_1' ORDER BY id DESC LIMIT 50",
    "ix_jobs_scenario_id_revision": f"jobs WHERE {OF_REVISION}",
    "ix_plans_county_id_id": "plans WHERE county_id = 'cty_1' ORDER BY id DESC LIMIT 50",
    "ix_plans_published": "plans WHERE county_id = 'cty_1' AND published_ms IS NOT NULL ORDER BY id DESC LIMIT 31",
    "ix_plans_scenario_id_revision": f"plans WHERE {OF_REVISION}",
    "ix_scenarios_county_id_id": "scenarios WHERE county_id = 'cty_1' AND id > 'scn_1' ORDER BY id LIMIT 50",
}
"""Index -> what is looked for, in the order in which it is told."""

ALONE = "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)"
"""Makes PostgreSQL plan for tables with rows in them; it reads empty ones through."""


@pytest.mark.parametrize("index", ASKED)
def test_what_is_asked_often_is_found_by_its_index(database: Database, index: str) -> None:
    """Past bug: published plans of a county were sought in all plans, and what stands on a revision in all jobs.

    With 100,000 jobs and 60,000 plans each of the two took 70 to 300 ms, the latter for every revision of a scenario
    that was deleted. Nothing is sorted: the index has the order.
    """
    with database.snapshot() as connection:
        if not database.is_sqlite:
            connection.execute(text(ALONE))
        explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        statement = text(f"{explain} SELECT * FROM {ASKED[index]}")  # noqa: S608 - nothing of it comes from outside
        told = "\n".join(str(row) for row in connection.execute(statement))
    assert index in told
    assert "Sort" not in told
    assert "TEMP B-TREE" not in told
