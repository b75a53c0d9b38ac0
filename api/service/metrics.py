"""What an operator watches: requests as they are answered, queue and workers as the database has them.

Counts only: no county, no id, no path with an id in it is a label, so that a page of metrics gives nothing away and
does not grow. Every process tells its own requests; the queue is the same whoever is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import func, select

from api.service.database import now_ms
from api.service.tables import deliveries, jobs, workers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.core import Metric

    from api.service.database import Database

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
ALIVE_MS = 5_000
"""A worker whose last heartbeat is older counts as gone."""


class Metrics:
    """Counters of this process, and a page that adds what the database knows."""

    def __init__(self, database: Database) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("gongpei_requests", "Requests answered", labels, registry=self._registry)
        self._seconds = Histogram(
            "gongpei_request_seconds",
            "Time to the answer's head",
            ("route",),
            buckets=BUCKETS_S,
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)
        self._registry.register(_Stored(database))

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; ``route`` is the template of its path."""
        self._requests.labels(method, route, f"{status // 100}xx").inc()
        self._seconds.labels(route).observe(seconds)

    def page(self) -> bytes:
        """Return all of it in the text format of Prometheus; asks the database three questions."""
        return generate_latest(self._registry)


class _Stored:
    """Reads queue, workers and notices when a page is asked for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def describe(self) -> list[Metric]:
        """Say that nothing need be collected in order to be registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges."""
        with self._database.read() as connection:
            now = now_ms(connection)
            counted = connection.execute(
                select(jobs.c.state, jobs.c.lane, func.count()).group_by(jobs.c.state, jobs.c.lane)
            ).all()
            oldest = connection.execute(select(func.min(jobs.c.submitted_ms)).where(jobs.c.state == "queued")).scalar()
            alive = connection.execute(
                select(func.count()).select_from(workers).where(workers.c.heartbeat_ms > now - ALIVE_MS)
            ).scalar_one()
            sent = connection.execute(select(deliveries.c.state, func.count()).group_by(deliveries.c.state)).all()
        family = GaugeMetricFamily("gongpei_jobs", "Jobs by state and lane", labels=("state", "lane"))
        for state, lane, count in counted:
            family.add_metric((state, lane), count)
        yield family
        age_s = 0.0 if oldest is None else max(0, now - oldest) / 1000
        yield GaugeMetricFamily("gongpei_oldest_queued_seconds", "Age of the oldest job that waits", value=age_s)
        yield GaugeMetricFamily("gongpei_workers", "Workers with a fresh heartbeat", value=alive)
        notices = GaugeMetricFamily("gongpei_notices", "Notices to webhooks by state", labels=("state",))
        for state, count in sent:
            notices.add_metric((state,), count)
        yield notices
