"""Spans that clients sent by OTLP: kept by trace, and joined to runs when they are read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection, or_, select

from scenario.store import schema
from scenario.store.dialects import insert_if_new
from scenario.store.open import RunStore
from scenario.store.plain import clean, to_json
from scenario.store.reading import read_span
from scenario.store.rows import SpanRow, WholeRun

_RUN: Final = "scenario.run_id"
_COLUMNS: Final = ("trace_id", "span_id", "parent_id", "name", "started_at", "ended_at")
_MOST: Final = 5000
_AT_ONCE: Final = 500


def put_spans(connection: Connection, spans: Sequence[dict[str, Any]]) -> None:
    """Keep spans. One that is there already stays as it is.

    Args:
        connection: Its transaction writes.
        spans: Plain data, as `scenario.store.spans.plain_span` makes it.
    """
    rows = [
        {
            **{name: clean(span[name]) if isinstance(span[name], str) else span[name] for name in _COLUMNS},
            "run_id": _run_of(span),
            "data": to_json({name: value for name, value in span.items() if name not in _COLUMNS}),
        }
        for span in spans
    ]
    for start in range(0, len(rows), _AT_ONCE):
        connection.execute(insert_if_new(connection, schema.remote_span), rows[start : start + _AT_ONCE])


def spans_of(store: RunStore, run: WholeRun) -> list[SpanRow]:
    """The spans of a run, by their beginning: its own, and those that clients sent.

    A trace belongs to a run when a span of it names the run, or a message has the trace's id.
    """
    traces = {str(row.message["trace_id"]) for row in run.messages if row.message.get("trace_id")}
    span = schema.remote_span.c
    with store.reading() as connection:
        named = select(span.trace_id).where(span.run_id == run.run.id).distinct()
        traces |= set(connection.scalars(named))
        found = _remote(connection, traces)
    return _without_doubles([*run.spans, *found])


def trace(store: RunStore, trace_id: str) -> list[SpanRow]:
    """The spans of a trace, by their beginning, whoever told them."""
    own = schema.span
    with store.reading() as connection:
        rows = connection.execute(select(own).where(own.c.trace_id == trace_id).limit(_MOST)).mappings()
        found = [read_span(row) for row in rows]
        found += _remote(connection, {trace_id})
    return _without_doubles(found)


def _remote(connection: Connection, traces: Collection[str]) -> list[SpanRow]:
    span, ids = schema.remote_span, sorted(traces)
    found: list[SpanRow] = []
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        rows = connection.execute(select(span).where(or_(span.c.trace_id.in_(some))).limit(_MOST)).mappings()
        found += [read_span({**row, "number": -1}) for row in rows]
    return found


def _without_doubles(spans: Sequence[SpanRow]) -> list[SpanRow]:
    unique: dict[tuple[str, str], SpanRow] = {}
    for span in spans:
        unique.setdefault((span.trace_id, span.span_id), span)
    return sorted(unique.values(), key=lambda span: (span.started_at, -span.ended_at, span.span_id))


def _run_of(span: dict[str, Any]) -> str | None:
    told = span["attributes"].get(_RUN)
    return clean(told) if isinstance(told, str) and told else None
