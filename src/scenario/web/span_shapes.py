"""Spans as the data of answers, whichever conventions they follow. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from scenario.store.rows import SpanRow
from scenario.web.run_data import Span
from scenario.web.shapes import Data, capped, text_of

_KINDS: Final = {
    "chat": "llm",
    "text_completion": "llm",
    "execute_tool": "tool",
    "invoke_agent": "agent",
    "evaluate": "evaluation",
}
_MODEL: Final = ("gen_ai.response.model", "gen_ai.request.model", "ai.model.id", "llm.model_name")
_INPUT: Final = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "ai.usage.promptTokens")
_OUTPUT: Final = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "ai.usage.completionTokens")
_KNOWN: Final = frozenset(
    {"agent", "llm", "tool", "evaluation", "span", "chain", "rag", "guardrail", "workflow"}
)


def span_data(row: SpanRow, turn: int | None) -> Span:
    """A span for the waterfall.

    Args:
        row: The span.
        turn: The turn that it belongs to, where that is known.
    """
    attributes = _mapping(row.data.get("attributes"))
    events: Any = capped(row.data.get("events"))
    return {
        "trace_id": row.trace_id,
        "span_id": row.span_id,
        "parent_id": row.parent_id,
        "name": row.name,
        "kind": kind_of(attributes),
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "is_error": row.data.get("status") == "ERROR",
        "model": text_of(_first(attributes, _MODEL)),
        "input_tokens": _whole(_first(attributes, _INPUT)),
        "output_tokens": _whole(_first(attributes, _OUTPUT)),
        "turn": turn,
        "attributes": capped(attributes),
        "events": events if isinstance(events, list) else [],
    }


def trace_span(row: SpanRow) -> Data:
    """A span in the form in which clients ask for the trace of a remote agent."""
    attributes = _mapping(row.data.get("attributes"))
    tokens = {
        "prompt_tokens": _whole(_first(attributes, _INPUT)),
        "completion_tokens": _whole(_first(attributes, _OUTPUT)),
    }
    found: Data = {
        "span_id": row.span_id,
        "trace_id": row.trace_id,
        "parent_id": row.parent_id,
        "name": row.name,
        "type": kind_of(attributes),
        "timestamps": {"started_at": round(row.started_at * 1000), "finished_at": round(row.ended_at * 1000)},
        "params": {key: value for key, value in attributes.items() if not key.startswith("langwatch.")},
    }
    for name, key in (("input", "langwatch.input"), ("output", "langwatch.output")):
        told = _typed(attributes.get(key))
        if told is not None:
            found[name] = told
    model = _first(attributes, _MODEL)
    if model is not None:
        found["model"] = model
    if any(value is not None for value in tokens.values()):
        found["metrics"] = {name: value for name, value in tokens.items() if value is not None}
    if row.data.get("status") == "ERROR":
        found["error"] = {"has_error": True, "message": str(row.data.get("status_text") or "")}
    return found


def kind_of(attributes: Mapping[str, Any]) -> str:
    """What a span is about."""
    told = attributes.get("langwatch.span.type")
    if isinstance(told, str) and told in _KNOWN:
        return told
    operation = str(attributes.get("gen_ai.operation.name"))
    if operation in _KINDS:
        return _KINDS[operation]
    return "llm" if _first(attributes, _MODEL) is not None else "span"


def _typed(value: Any) -> Data | None:
    if value is None:
        return None
    if isinstance(value, str):
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            found = value
        if isinstance(found, dict) and {"type", "value"} <= found.keys():
            return {"type": found["type"], "value": found["value"]}
    return {"type": "text", "value": value if isinstance(value, str) else str(value)}


def _first(attributes: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((attributes[name] for name in names if attributes.get(name) is not None), None)


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
