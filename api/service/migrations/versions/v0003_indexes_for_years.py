"""Indexes for a service that has run for years: what is listed by county, in its order, and what stands on a revision.

Without those on a scenario's revision, deleting a scenario read all jobs and all plans once for each of its revisions.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

BY_COUNTY = {"audit": "number", "plans": "id", "scenarios": "id"}
"""Table -> the order in which it is listed."""

STANDING = ("jobs", "plans")
"""Tables that refer to a revision."""

PUBLISHED = "ix_plans_published"


def upgrade() -> None:
    """Make them; those by county alone are not needed any more."""
    for table, order in BY_COUNTY.items():
        op.create_index(op.f(f"ix_{table}_county_id_{order}"), table, ["county_id", order])
        op.drop_index(op.f(f"ix_{table}_county_id"), table_name=table)
    for table in STANDING:
        op.create_index(op.f(f"ix_{table}_scenario_id_revision"), table, ["scenario_id", "revision"])
    is_published = sa.text("published_ms IS NOT NULL")
    op.create_index(PUBLISHED, "plans", ["county_id", "id"], sqlite_where=is_published, postgresql_where=is_published)


def downgrade() -> None:
    """Have those of before."""
    op.drop_index(PUBLISHED, table_name="plans")
    for table in STANDING:
        op.drop_index(op.f(f"ix_{table}_scenario_id_revision"), table_name=table)
    for table, order in BY_COUNTY.items():
        op.create_index(op.f(f"ix_{table}_county_id"), table, ["county_id"])
        op.drop_index(op.f(f"ix_{table}_county_id_{order}"), table_name=table)
