"""The third form of the store: who plays which trials of a batch at this time."""

from __future__ import annotations

from sqlalchemy import Connection

_STATEMENTS = (
    """CREATE TABLE claim (id TEXT PRIMARY KEY, batch_id TEXT NOT NULL REFERENCES batch(id) ON DELETE CASCADE,
  host TEXT NOT NULL, space TEXT NOT NULL, pid BIGINT NOT NULL, started_at DOUBLE PRECISION NOT NULL,
  last_seen DOUBLE PRECISION NOT NULL, trials TEXT NOT NULL)""",
    "CREATE INDEX claim_of_batch ON claim (batch_id)",
)


def make_third_schema(connection: Connection) -> None:
    """Make the table that the third form adds."""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
