"""The first form of the store. Later migrations change it; this text stays as it is."""

from __future__ import annotations

from sqlalchemy import Connection

_USAGE = """
  calls BIGINT NOT NULL, input_tokens BIGINT NOT NULL, output_tokens BIGINT NOT NULL, cached_tokens BIGINT NOT NULL,
  reasoning_tokens BIGINT NOT NULL, cost DOUBLE PRECISION NOT NULL, unpriced_calls BIGINT NOT NULL"""
_RUN = "run_id TEXT NOT NULL REFERENCES run(id) ON DELETE CASCADE"
_STATEMENTS = (
    "CREATE TABLE migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL, at DOUBLE PRECISION NOT NULL)",
    "CREATE TABLE counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL)",
    "INSERT INTO counter (name, value) VALUES ('change', 0), ('pruned', 0)",
    """CREATE TABLE process (id TEXT PRIMARY KEY, host TEXT NOT NULL, space TEXT NOT NULL, pid BIGINT NOT NULL,
  started_at DOUBLE PRECISION NOT NULL, last_seen DOUBLE PRECISION NOT NULL, ended_at DOUBLE PRECISION)""",
    "CREATE TABLE batch (id TEXT PRIMARY KEY, started_at DOUBLE PRECISION NOT NULL, info TEXT NOT NULL)",
    """CREATE TABLE scenario (id TEXT PRIMARY KEY, set_id TEXT NOT NULL, name TEXT NOT NULL,
  description TEXT NOT NULL, tags TEXT NOT NULL, fields TEXT NOT NULL)""",
    f"""CREATE TABLE run (id TEXT PRIMARY KEY,
  batch_id TEXT NOT NULL REFERENCES batch(id) ON DELETE CASCADE,
  scenario_id TEXT NOT NULL REFERENCES scenario(id) ON DELETE CASCADE,
  process_id TEXT NOT NULL REFERENCES process(id) ON DELETE CASCADE,
  source TEXT NOT NULL, trial BIGINT, seed BIGINT, status TEXT, success BOOLEAN, outcome TEXT, fault TEXT,
  fault_reason TEXT, reasoning TEXT, error TEXT, ending TEXT, turns BIGINT NOT NULL, messages BIGINT NOT NULL,
  passed_criteria BIGINT NOT NULL, failed_criteria BIGINT NOT NULL, inconclusive_criteria BIGINT NOT NULL,
  total_time DOUBLE PRECISION, agent_time DOUBLE PRECISION, {_USAGE}, usage_by_role TEXT NOT NULL,
  agents TEXT NOT NULL, metadata TEXT NOT NULL, started_at DOUBLE PRECISION NOT NULL,
  last_at DOUBLE PRECISION NOT NULL, ended_at DOUBLE PRECISION, facts BIGINT NOT NULL, lost BIGINT NOT NULL,
  change BIGINT NOT NULL)""",
    "CREATE INDEX run_of_batch ON run (batch_id)",
    "CREATE INDEX run_of_scenario ON run (scenario_id)",
    "CREATE INDEX run_of_process ON run (process_id)",
    "CREATE INDEX run_by_start ON run (started_at)",
    "CREATE INDEX run_by_change ON run (change)",
    f"""CREATE TABLE fact ({_RUN}, number BIGINT NOT NULL, change BIGINT NOT NULL, at DOUBLE PRECISION NOT NULL,
  kind TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (run_id, number))""",
    f"""CREATE TABLE message ({_RUN}, number BIGINT NOT NULL, position BIGINT NOT NULL, removed_by BIGINT, id TEXT,
  role TEXT NOT NULL, author TEXT, author_role TEXT, turn BIGINT NOT NULL, at DOUBLE PRECISION NOT NULL,
  text TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (run_id, number))""",
    f"""CREATE TABLE judgement ({_RUN}, number BIGINT NOT NULL, kind TEXT NOT NULL, judge TEXT, turn BIGINT,
  at DOUBLE PRECISION NOT NULL, passed BOOLEAN NOT NULL, reasoning TEXT, PRIMARY KEY (run_id, number))""",
    f"""CREATE TABLE verdict ({_RUN}, judgement BIGINT NOT NULL, position INTEGER NOT NULL, criterion TEXT NOT NULL,
  status TEXT NOT NULL, reasoning TEXT NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (run_id, judgement, position))""",
    f"""CREATE TABLE model_call ({_RUN}, number BIGINT NOT NULL, at DOUBLE PRECISION NOT NULL, turn BIGINT NOT NULL,
  agent TEXT NOT NULL, role TEXT NOT NULL, model TEXT NOT NULL, provider TEXT NOT NULL, {_USAGE},
  seconds DOUBLE PRECISION NOT NULL, attempts BIGINT NOT NULL, request_id TEXT, error TEXT,
  PRIMARY KEY (run_id, number))""",
    f"""CREATE TABLE span ({_RUN}, number BIGINT NOT NULL, trace_id TEXT NOT NULL, span_id TEXT NOT NULL, parent_id TEXT,
  name TEXT NOT NULL, started_at DOUBLE PRECISION NOT NULL, ended_at DOUBLE PRECISION NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (run_id, number))""",
    f"CREATE TABLE media ({_RUN}, hash TEXT NOT NULL, size BIGINT NOT NULL, PRIMARY KEY (run_id, hash))",
    "CREATE INDEX media_by_hash ON media (hash)",
)
_BLOB = "CREATE TABLE blob (hash TEXT PRIMARY KEY, data {kind} NOT NULL)"


def make_first_schema(connection: Connection) -> None:
    """Make the tables of the first form."""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
    kind = "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
    connection.exec_driver_sql(_BLOB.format(kind=kind))
