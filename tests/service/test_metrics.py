"""The page of metrics counts requests, jobs and workers, and names nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from api.service.database import now_ms
from api.service.metrics import Metrics
from api.service.tables import workers
from tests.service.rows import COUNTY, add_county, add_job, add_revision

if TYPE_CHECKING:
    from api.service.database import Database


def test_jobs_requests_and_living_workers_are_counted_without_ids(database: Database) -> None:
    metrics = Metrics(database)
    metrics.answered("GET", "/api/v1/jobs/{id}", 200, 0.02)
    metrics.answered("GET", "/api/v1/jobs/{id}", 404, 0.02)
    with database.write() as connection:
        add_county(connection)
        add_revision(connection)
        add_job(connection, "job_1", state="queued")
        add_job(connection, "job_2")
        now = now_ms(connection)
        for name, beat in (("w1", now), ("w2", now - 60_000)):
            row = {"id": name, "host": "h", "pid": 1, "version": "1", "heartbeat_ms": beat}
            connection.execute(insert(workers).values(row))
    page = metrics.page().decode()
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }
    assert found["gongpei_jobs", "ordinary", "queued"] == 1
    assert found["gongpei_workers",] == 1
    assert found["gongpei_requests_total", "/api/v1/jobs/{id}", "2xx", "GET"] == 1
    assert found["gongpei_oldest_queued_seconds",] > 1e9
    assert COUNTY not in page
    assert "job_1" not in page
