"""The tables of the service, the same on SQLite and on PostgreSQL.

Moments end in ``_ms``: milliseconds since 1970, UTC. Money ends in ``_fen``. ``api/service/migrations`` brings a
database to this shape; a test holds that both say the same.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints have names of their own, so that a migration can drop them on both databases."""

metadata = MetaData(naming_convention=NAMES)
"""All tables, in an order in which they can be filled."""

Id = String(40)
Word = String(32)
Digest = String(64)
Record = JSON(none_as_null=True)

PUBLISHED = text("published_ms IS NOT NULL")
"""Of thousands of plans the few that somebody drives by."""

counties = Table(
    "counties",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("last_turn", BigInteger, nullable=False, default=0),
    Column("created_ms", BigInteger, nullable=False),
)
"""``last_turn`` grows at each job claimed for the county: who had the smallest is next."""

keys = Table(
    "keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("county_id", Id, ForeignKey("counties.id")),
    Column("role", Word, nullable=False),
    Column("brand", String(200)),
    Column("hash", Digest, nullable=False, unique=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
)
"""``hash``: SHA-256 of a secret of 256 bits of chance. No county: the operator's."""

scenarios = Table(
    "scenarios",
    metadata,
    Column("id", Id, primary_key=True),
    Column("county_id", Id, ForeignKey("counties.id"), nullable=False),
    Column("head", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Index(None, "county_id", "id"),
)
"""``head`` is the number of the newest revision."""

revisions = Table(
    "revisions",
    metadata,
    Column("scenario_id", Id, ForeignKey("scenarios.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("digest", Digest, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("state", Word, nullable=False),
    Column("faults", Record),
    Column("places", Integer, nullable=False),
    Column("vehicles", Integer, nullable=False),
    Column("orders", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("created_by", Id),
    Column("name", String(200), nullable=False, server_default=""),
)
"""Never changed. ``content``: a zip of the folder, without personal fields, equal folders giving equal bytes."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("county_id", Id, ForeignKey("counties.id"), nullable=False),
    Column("kind", Word, nullable=False),
    Column("lane", Word, nullable=False),
    Column("scenario_id", Id, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("request", Record, nullable=False),
    Column("request_digest", Digest, nullable=False),
    Column("idempotency_key", String(200)),
    Column("key_id", Id),
    Column("state", Word, nullable=False),
    Column("phase", Word, nullable=False, default=""),
    Column("attempt", Integer, nullable=False, default=0),
    Column("returns", Integer, nullable=False, default=0),
    Column("worker_id", Id, nullable=False, default=""),
    Column("lease_until_ms", BigInteger, nullable=False, default=0),
    Column("wish", Word, nullable=False, default=""),
    Column("submitted_ms", BigInteger, nullable=False),
    Column("started_ms", BigInteger),
    Column("ended_ms", BigInteger),
    Column("cost_fen", BigInteger),
    Column("bound_fen", BigInteger),
    Column("unserved", Integer),
    Column("stopped", Boolean, nullable=False, default=False),
    Column("seed", BigInteger, nullable=False, default=0),
    Column("versions", Record),
    Column("plan_id", Id),
    Column("failure", Record),
    ForeignKeyConstraint(["scenario_id", "revision"], ["revisions.scenario_id", "revisions.number"]),
    UniqueConstraint("county_id", "idempotency_key"),
    Index(None, "state", "lane", "county_id", "id"),
    Index(None, "county_id", "id"),
    Index(None, "scenario_id", "revision"),
)
"""``attempt`` counts claims and is the fence: who holds an older one changes nothing any more. ``returns`` counts
claims that a worker gave back in order, which are not held against the job. ``wish``: "", "stop"."""

events = Table(
    "events",
    metadata,
    Column("job_id", Id, ForeignKey("jobs.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", Word, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("data", Record, nullable=False),
)
"""What happened to a job, numbered from 1 without a gap; ``kind`` is state, incumbent, log or end."""

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("job_id", Id, ForeignKey("jobs.id"), primary_key=True),
    Column("attempt", Integer, nullable=False),
    Column("plan", LargeBinary, nullable=False),
    Column("cost_fen", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""The best plan of a job that is not done; ``plan`` is zlib of ``plan.json``."""

plans = Table(
    "plans",
    metadata,
    Column("id", Id, primary_key=True),
    Column("county_id", Id, ForeignKey("counties.id"), nullable=False),
    Column("job_id", Id, ForeignKey("jobs.id"), unique=True),
    Column("scenario_id", Id, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("cost_fen", BigInteger, nullable=False),
    Column("unserved", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("published_ms", BigInteger),
    ForeignKeyConstraint(["scenario_id", "revision"], ["revisions.scenario_id", "revisions.number"]),
    Index(None, "county_id", "id"),
    Index(None, "scenario_id", "revision"),
    Index("ix_plans_published", "county_id", "id", sqlite_where=PUBLISHED, postgresql_where=PUBLISHED),
)
"""``content`` is zlib of ``plan.json``; a job has one plan at most."""

results = Table(
    "results",
    metadata,
    Column("job_id", Id, ForeignKey("jobs.id"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
"""What a job gave beside a plan, or without one, such as a comparison: zlib of JSON."""

workers = Table(
    "workers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("host", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("version", Word, nullable=False),
    Column("heartbeat_ms", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("key_id", Id),
    Column("county_id", Id),
    Column("action", String(64), nullable=False),
    Column("object", String(200), nullable=False),
    Column("detail", Record, nullable=False),
    Column("previous", Digest, nullable=False),
    Column("digest", Digest, nullable=False),
    Index(None, "county_id", "number"),
)
"""Numbered from 1 without a gap; ``digest`` is over the row and ``previous``, the digest of the row before."""

personal = Table(
    "personal",
    metadata,
    Column("id", Id, primary_key=True),
    Column("county_id", Id, ForeignKey("counties.id"), nullable=False),
    Column("scenario_id", Id, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("order_id", String(200), nullable=False),
    Column("field", Word, nullable=False),
    Column("box", LargeBinary, nullable=False),
    Column("box_key", Word, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(["scenario_id", "revision"], ["revisions.scenario_id", "revisions.number"]),
    Index(None, "scenario_id", "revision"),
)
"""Personal fields, encrypted; ``box_key`` names the key of the file outside the data folder.

``created_ms``: when the field came, whatever revisions it was carried to since.
"""

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("county_id", Id, ForeignKey("counties.id"), nullable=False, index=True),
    Column("url", String(2000), nullable=False),
    Column("secret_box", LargeBinary, nullable=False),
    Column("events", Record, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("webhook_id", Id, ForeignKey("webhooks.id"), nullable=False, index=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False),
    Column("attempt", Integer, nullable=False, default=0),
    Column("due_ms", BigInteger, nullable=False),
    Column("state", Word, nullable=False),
    Column("status", Integer),
    Index(None, "state", "due_ms"),
)
"""``status`` is that of the last answer; ``state`` is due, done or given_up."""
