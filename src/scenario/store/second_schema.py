"""The second form of the store: labels that people give, and what clients of the protocol report."""

from __future__ import annotations

from sqlalchemy import Connection

_STATEMENTS = (
    """CREATE TABLE label (run_id TEXT NOT NULL REFERENCES run(id) ON DELETE CASCADE, criterion TEXT NOT NULL,
  label TEXT NOT NULL, note TEXT NOT NULL, status TEXT NOT NULL, at DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (run_id, criterion))""",
    """CREATE TABLE inbox (id TEXT PRIMARY KEY, number BIGINT NOT NULL, kind TEXT NOT NULL,
  at DOUBLE PRECISION NOT NULL, body {binary} NOT NULL)""",
    """CREATE TABLE reported (run_id TEXT NOT NULL REFERENCES run(id) ON DELETE CASCADE, kind TEXT NOT NULL,
  at DOUBLE PRECISION NOT NULL, weight BIGINT NOT NULL, digest TEXT NOT NULL, times TEXT NOT NULL,
  body TEXT NOT NULL, PRIMARY KEY (run_id, kind))""",
    """CREATE TABLE remote_span (trace_id TEXT NOT NULL, span_id TEXT NOT NULL, parent_id TEXT, run_id TEXT,
  name TEXT NOT NULL, started_at DOUBLE PRECISION NOT NULL, ended_at DOUBLE PRECISION NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (trace_id, span_id))""",
    "CREATE INDEX remote_span_of_run ON remote_span (run_id)",
    "CREATE INDEX batch_by_start ON batch (started_at)",
    "CREATE INDEX span_of_trace ON span (trace_id)",
)


def make_second_schema(connection: Connection) -> None:
    """Make the tables that the second form adds."""
    binary = "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement.format(binary=binary))
