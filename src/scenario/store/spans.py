"""Spans of OpenTelemetry as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from scenario.store.plain import clean, plain, to_json

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

_NANO = 1e9


def plain_span(span: ReadableSpan | dict[str, Any]) -> dict[str, Any]:
    """A span as data, if it is not data yet."""
    if isinstance(span, dict):
        return span
    context: Any = span.get_span_context()
    scope = span.instrumentation_scope
    return {
        "trace_id": f"{context.trace_id:032x}",
        "span_id": f"{context.span_id:016x}",
        "parent_id": None if span.parent is None else f"{span.parent.span_id:016x}",
        "name": span.name,
        "started_at": (span.start_time or 0) / _NANO,
        "ended_at": (span.end_time or 0) / _NANO,
        "kind": span.kind.name,
        "status": span.status.status_code.name,
        "status_text": span.status.description,
        "scope": None if scope is None else scope.name,
        "attributes": plain(span.attributes or {}),
        "events": [
            {"name": each.name, "at": each.timestamp / _NANO, "attributes": plain(each.attributes or {})}
            for each in span.events
        ],
    }


def span_rows(run_id: str, spans: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a run's spans, made of their data."""
    columns = ("trace_id", "span_id", "parent_id", "started_at", "ended_at")
    return [
        {
            "run_id": clean(run_id),
            "number": number,
            "name": clean(span["name"]),
            **{name: span[name] for name in columns},
            "data": to_json({name: value for name, value in span.items() if name not in {*columns, "name"}}),
        }
        for number, span in enumerate(spans)
    ]
