"""The tables of the store, as queries and writes see them. `migrations` makes them.

``change`` numbers are one global order: whoever writes takes the next ones inside of the writing transaction, so
that a reader who has seen all up to a number will never find an older one later. Structured values are JSON text.
Times are seconds since the Unix epoch.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

metadata = MetaData()


def _text(name: str, *, null: bool = False, key: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null, primary_key=key)


def _number(name: str, *, null: bool = False, key: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=null, primary_key=key, autoincrement=False)


def _real(name: str, *, null: bool = False) -> Column[float]:
    return Column(name, Double, nullable=null)


def _owned_by(table: str, column: str = "run_id", *, key: bool = True) -> Column[str]:
    owner: TypeEngine[str] = Text()
    return Column(
        column, owner, ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False, primary_key=key
    )


def _usage() -> list[Column[int] | Column[float]]:
    counts = ("calls", "input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens")
    return [*(_number(name) for name in counts), _real("cost"), _number("unpriced_calls")]


migration = Table("migration", metadata, _number("number", key=True), _text("name"), _real("at"))
"""The migrations that were made."""

counter = Table("counter", metadata, _text("name", key=True), _number("value"))
"""``change``: the last number of the global order. ``pruned``: that number when runs were last removed."""

process = Table(
    "process",
    metadata,
    _text("id", key=True),
    _text("host"),
    _text("space"),
    _number("pid"),
    _real("started_at"),
    _real("last_seen"),
    _real("ended_at", null=True),
)
"""Who writes: a process, when it last gave a sign of life, and in which space of process ids."""

batch = Table("batch", metadata, _text("id", key=True), _real("started_at"), _text("info"))
"""The runs of one invocation."""

scenario = Table(
    "scenario",
    metadata,
    _text("id", key=True),
    _text("set_id"),
    _text("name"),
    _text("description"),
    _text("tags"),
    _text("fields"),
)
"""What is played. Its id follows from set, name, description and fields, so it is the same everywhere."""

run = Table(
    "run",
    metadata,
    _text("id", key=True),
    _owned_by("batch", "batch_id", key=False),
    _owned_by("scenario", "scenario_id", key=False),
    _owned_by("process", "process_id", key=False),
    _text("source"),
    _number("trial", null=True),
    _number("seed", null=True),
    _text("status", null=True),
    Column("success", Boolean, nullable=True),
    _text("outcome", null=True),
    _text("fault", null=True),
    _text("fault_reason", null=True),
    _text("reasoning", null=True),
    _text("error", null=True),
    _text("ending", null=True),
    _number("turns"),
    _number("messages"),
    _number("passed_criteria"),
    _number("failed_criteria"),
    _number("inconclusive_criteria"),
    _real("total_time", null=True),
    _real("agent_time", null=True),
    *_usage(),
    _text("usage_by_role"),
    _text("agents"),
    _text("metadata"),
    _real("started_at"),
    _real("last_at"),
    _real("ended_at", null=True),
    _number("facts"),
    _number("lost"),
    _number("change"),
)
"""One trial: how it went, and how many of its facts were lost."""

message = Table(
    "message",
    metadata,
    _owned_by("run"),
    _number("number", key=True),
    _number("position"),
    _number("removed_by", null=True),
    _text("id", null=True),
    _text("role"),
    _text("author", null=True),
    _text("author_role", null=True),
    _number("turn"),
    _real("at"),
    _text("text"),
    _text("data"),
)
"""What was said, with the number of its fact; ``removed_by`` is the fact that rolled it back."""

judgement = Table(
    "judgement",
    metadata,
    _owned_by("run"),
    _number("number", key=True),
    _text("kind"),
    _text("judge", null=True),
    _number("turn", null=True),
    _real("at"),
    Column("passed", Boolean, nullable=False),
    _text("reasoning", null=True),
)
"""A time that criteria were judged: at a checkpoint, at the end, or again later."""

verdict = Table(
    "verdict",
    metadata,
    _owned_by("run"),
    _number("judgement", key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    _text("criterion"),
    _text("status"),
    _text("reasoning"),
    _text("data"),
)
"""The verdict about one criterion; with its evidence in ``data``."""

model_call = Table(
    "model_call",
    metadata,
    _owned_by("run"),
    _number("number", key=True),
    _real("at"),
    _number("turn"),
    _text("agent"),
    _text("role"),
    _text("model"),
    _text("provider"),
    *_usage(),
    _real("seconds"),
    _number("attempts"),
    _text("request_id", null=True),
    _text("error", null=True),
)
"""A call of a language model."""

span = Table(
    "span",
    metadata,
    _owned_by("run"),
    _number("number", key=True),
    _text("trace_id"),
    _text("span_id"),
    _text("parent_id", null=True),
    _text("name"),
    _real("started_at"),
    _real("ended_at"),
    _text("data"),
)
"""A span of OpenTelemetry that belongs to the run."""

fact = Table(
    "fact",
    metadata,
    _owned_by("run"),
    _number("number", key=True),
    _number("change"),
    _real("at"),
    _text("kind"),
    _text("data"),
)
"""Everything that happened. The message of a `MessageAdded` stands in ``message``, under the same number."""

media = Table("media", metadata, _owned_by("run"), _text("hash", key=True), _number("size"))
"""Which run uses which large media."""

blob = Table("blob", metadata, _text("hash", key=True), Column("data", LargeBinary, nullable=False))
"""The media themselves, where there is no folder for files."""

label = Table(
    "label",
    metadata,
    _owned_by("run"),
    _text("criterion", key=True),
    _text("label"),
    _text("note"),
    _text("status"),
    _real("at"),
)
"""What a person says of a verdict: right or wrong. ``status`` is the verdict at that time."""

inbox = Table(
    "inbox",
    metadata,
    _text("id", key=True),
    _number("number"),
    _text("kind"),
    _real("at"),
    Column("body", LargeBinary, nullable=False),
)
"""What clients sent and was accepted, until it is worked in."""

reported = Table(
    "reported",
    metadata,
    _owned_by("run"),
    _text("kind", key=True),
    _real("at"),
    _number("weight"),
    _text("digest"),
    _text("times"),
    _text("body"),
)
"""The event of each kind that says most about a run that a client reports; ``times``: when each message was first told."""

remote_span = Table(
    "remote_span",
    metadata,
    _text("trace_id", key=True),
    _text("span_id", key=True),
    _text("parent_id", null=True),
    _text("run_id", null=True),
    _text("name"),
    _real("started_at"),
    _real("ended_at"),
    _text("data"),
)
"""A span that a client sent. It may come before its run, and ``run_id`` is what it says of it itself."""

claim = Table(
    "claim",
    metadata,
    _text("id", key=True),
    _owned_by("batch", "batch_id", key=False),
    _text("host"),
    _text("space"),
    _number("pid"),
    _real("started_at"),
    _real("last_seen"),
    _text("trials"),
)
"""Which trials of a batch somebody plays, and the last sign of life. It goes when they have been played."""

OF_A_RUN = (fact, message, judgement, verdict, model_call, span, media)
"""The tables that hold the parts of runs."""
