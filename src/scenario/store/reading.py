"""Rows of tables into the values that readers get. Pure, but for asking whether a process is alive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from scenario._engine.facts import AgentInfo, RunStatus
from scenario.faults import FaultKind, RunOutcome
from scenario.store.codec import read_ending, read_usage
from scenario.store.heartbeat import SILENT, is_gone
from scenario.store.plain import from_json
from scenario.store.records import REMOTE
from scenario.store.rows import MessageRow, ModelCallRow, RunRow, RunState, SpanRow
from scenario.types import AgentRole
from scenario.usage import ModelCall, Usage

Row: TypeAlias = Mapping[Any, Any]

_AS_THEY_ARE = [
    "id",
    "batch_id",
    "scenario_id",
    "set_id",
    "name",
    "description",
    "trial",
    "seed",
    "source",
    "fault_reason",
    "reasoning",
    "error",
    "turns",
    "messages",
    "passed_criteria",
    "failed_criteria",
    "inconclusive_criteria",
    "total_time",
    "agent_time",
    "started_at",
    "last_at",
    "ended_at",
    "facts",
    "lost",
    "change",
]
_SPAN = ["number", "trace_id", "span_id", "parent_id", "name", "started_at", "ended_at"]
_USAGE = [
    "calls",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "cost",
    "unpriced_calls",
]


def read_run(row: Row, now: float) -> RunRow:
    """A run; the row has the columns of run, scenario and process."""
    agents = (AgentInfo(each["name"], AgentRole(each["role"])) for each in from_json(row["agents"]))
    ending = row["ending"]
    return RunRow(
        **{name: row[name] for name in _AS_THEY_ARE},
        tags=tuple(from_json(row["tags"])),
        fields=from_json(row["fields"]),
        state=state_of(row, now),
        status=None if row["status"] is None else RunStatus(row["status"]),
        outcome=None if row["outcome"] is None else RunOutcome(row["outcome"]),
        fault=None if row["fault"] is None else FaultKind(row["fault"]),
        ending=None if ending is None else read_ending(from_json(ending)),
        usage=read_usage(from_json(row["usage_by_role"])),
        agents=tuple(agents),
        metadata=from_json(row["metadata"]),
    )


def state_of(row: Row, now: float) -> RunState:
    """Whether a run goes on; the row has the columns of its process."""
    if row["ended_at"] is not None:
        return RunState.FINISHED
    if row["source"] == REMOTE:
        return RunState.STALLED if now - row["process_last_seen"] > SILENT else RunState.RUNNING
    gone = is_gone(
        space=row["process_space"],
        pid=row["process_pid"],
        last_seen=row["process_last_seen"],
        ended_at=row["process_ended_at"],
        now=now,
    )
    return RunState.INTERRUPTED if gone else RunState.RUNNING


def read_message(row: Row) -> MessageRow:
    """A message."""
    author = None if row["author"] is None else AgentInfo(row["author"], AgentRole(row["author_role"]))
    names = ("number", "position", "removed_by", "turn", "at")
    return MessageRow(**{name: row[name] for name in names}, author=author, message=from_json(row["data"]))


def read_model_call(row: Row) -> ModelCallRow:
    """A call of a language model."""
    names = ("model", "provider", "seconds", "attempts", "request_id", "error")
    usage = Usage(**{name: row[name] for name in _USAGE})
    call = ModelCall(**{name: row[name] for name in names}, usage=usage)
    return ModelCallRow(
        row["number"], row["at"], row["turn"], AgentInfo(row["agent"], AgentRole(row["role"])), call
    )


def read_span(row: Row) -> SpanRow:
    """A span."""
    return SpanRow(**{name: row[name] for name in _SPAN}, data=from_json(row["data"]))
