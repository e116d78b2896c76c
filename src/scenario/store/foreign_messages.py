"""Messages as clients of the protocol send them, as messages of this library. Pure."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from scenario.message_types import Message

_REPR: Final = "[{'type'"
_LONGEST_REPR: Final = 20_000_000
_NO_TRACE: Final = "0" * 32


def message_of(told: Any) -> Message:
    """A message in the form of the chat protocol.

    Clients differ: content is a text, a list of parts, the JSON text of such a list, or the text that Python prints for
    one; names are in camel case or with underscores.
    """
    if not isinstance(told, Mapping):
        return {"role": "?", "content": told if isinstance(told, str) else json.dumps(told, default=str)}
    known: dict[str, Any] = {str(key): value for key, value in told.items()}
    role = known.get("role")
    found: Message = {"role": role if isinstance(role, str) and role else "?"}
    calls = _calls(known.get("toolCalls") or known.get("tool_calls"))
    found["content"] = _content(known.get("content"), has_calls=bool(calls))
    if calls:
        found["tool_calls"] = calls
    answers = known.get("toolCallId") or known.get("tool_call_id")
    trace = known.get("trace_id") or known.get("traceId")
    for name, value in (("tool_call_id", answers), ("id", known.get("id")), ("name", known.get("name"))):
        if isinstance(value, str) and value:
            found[name] = value
    if isinstance(trace, str) and trace and trace != _NO_TRACE:
        found["trace_id"] = trace
    return found


def turns_of(messages: Sequence[Message]) -> list[int]:
    """The turn of each message: a trace is a turn; without traces a turn begins where the user speaks again."""
    turns: list[int] = []
    turn = 0
    for place, message in enumerate(messages):
        if place:
            before = messages[place - 1]
            traces = before.get("trace_id"), message.get("trace_id")
            if all(traces):
                turn += traces[0] != traces[1]
            else:
                turn += message["role"] == "user" and before["role"] != "user"
        turns.append(turn)
    return turns


def _calls(told: Any) -> list[dict[str, Any]]:
    calls = [dict(call) for call in told if isinstance(call, Mapping)] if isinstance(told, list) else []
    return [call if isinstance(call.get("function"), Mapping) else {**call, "function": {}} for call in calls]


def _content(told: Any, *, has_calls: bool) -> Any:
    if isinstance(told, list):
        return told or None
    if not isinstance(told, str):
        return told
    if has_calls and told in {"None", ""}:
        return None
    parts = _printed(told) if told.startswith(_REPR) else _json_parts(told) if told.startswith("[{") else None
    return told if parts is None else parts


def _printed(text: str) -> Any:
    """The list that Python printed so; None when it is none."""
    if len(text) > _LONGEST_REPR:
        return None
    try:
        return _parts(ast.literal_eval(text))
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None


def _json_parts(text: str) -> Any:
    try:
        return _parts(json.loads(text))
    except (ValueError, RecursionError):
        return None


def _parts(found: Any) -> Any:
    is_list = isinstance(found, list) and all(isinstance(part, dict) and "type" in part for part in found)
    return found if is_list else None
