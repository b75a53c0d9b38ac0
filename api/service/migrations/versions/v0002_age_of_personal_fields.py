"""When a personal field was first stored, so that a change of its scenario does not make it younger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

OLDEST = sa.text(
    "UPDATE personal SET created_ms = first.at_ms FROM ("
    "SELECT p.scenario_id, p.order_id, p.field, MIN(r.created_ms) AS at_ms FROM personal AS p "
    "JOIN revisions AS r ON r.scenario_id = p.scenario_id AND r.number = p.revision "
    "GROUP BY p.scenario_id, p.order_id, p.field) AS first "
    "WHERE first.scenario_id = personal.scenario_id AND first.order_id = personal.order_id "
    "AND first.field = personal.field"
)
"""What lies there already counts from the oldest revision that has the field: rather purged too early than too late."""


def upgrade() -> None:
    """Add the moment, from the revisions."""
    op.add_column("personal", sa.Column("created_ms", sa.BigInteger(), nullable=True))
    op.execute(OLDEST)
    with op.batch_alter_table("personal") as table:
        table.alter_column("created_ms", existing_type=sa.BigInteger(), nullable=False)


def downgrade() -> None:
    """Drop the moment."""
    with op.batch_alter_table("personal") as table:
        table.drop_column("created_ms")
