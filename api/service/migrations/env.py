"""Run by Alembic for every upgrade and downgrade, in the transaction that ``api.service.upgrade`` has begun."""

from __future__ import annotations

from alembic import context

from api.service.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter a table in place
    transaction_per_migration=False,
)
context.run_migrations()
