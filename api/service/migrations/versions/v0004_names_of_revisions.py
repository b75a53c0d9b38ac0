"""What a scenario was called in each of its revisions, which never change: the newest name was told of all."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

FROM_SCENARIO = sa.text(
    "UPDATE revisions SET name = (SELECT name FROM scenarios WHERE scenarios.id = revisions.scenario_id)"
)
"""Of revisions that are there already only the scenario's name is known."""

FROM_HEAD = sa.text(
    "UPDATE scenarios SET name = (SELECT name FROM revisions WHERE scenario_id = scenarios.id AND number = head)"
)


def upgrade() -> None:
    """Give each revision a name, and scenarios none of their own."""
    op.add_column("revisions", sa.Column("name", sa.String(200), nullable=False, server_default=""))
    op.execute(FROM_SCENARIO)
    op.drop_column("scenarios", "name")


def downgrade() -> None:
    """Call scenarios as their newest revisions are called."""
    op.add_column("scenarios", sa.Column("name", sa.String(200), nullable=False, server_default=""))
    op.execute(FROM_HEAD)
    op.drop_column("revisions", "name")
