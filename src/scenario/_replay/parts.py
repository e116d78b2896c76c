"""A request as parts that people can compare: messages, parameters, arguments. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from scenario._tape import JSON, CallKind
from scenario._text import call_text, calls_of, text_of


@dataclass(frozen=True)
class Part:
    """A part of a request.

    Attributes:
        kind: What it is, such as ``message``; parts of one kind come after each other.
        name: Which one.
        text: What it says.
    """

    kind: str
    name: str
    text: str


def parts_of(kind: CallKind, request: JSON) -> list[Part]:
    """The parts of a request: what it says first, and how it says it after that."""
    if not isinstance(request, Mapping):
        return [Part("value", "request", _written(request))]
    fields = cast("Mapping[str, Any]", request)
    messages = fields.get("messages") if kind is CallKind.MODEL else None
    parts = [_message(each) for each in cast("list[Any]", messages)] if isinstance(messages, list) else []
    for name, value in fields.items():
        if messages is not None and name == "messages":
            continue
        if isinstance(value, Mapping) and kind is not CallKind.MODEL:
            items = cast("Mapping[str, Any]", value).items()
            parts += [Part(name, f"{name}.{key}", _written(item)) for key, item in items]
        elif name == "tools" and isinstance(value, list):
            parts += [_tool(each) for each in cast("list[Any]", value)]
        else:
            parts.append(Part(name, name, _written(value)))
    return parts


def _message(message: Any) -> Part:
    if not isinstance(message, Mapping):
        return Part("message", "?", _written(message))
    fields = cast("Mapping[str, Any]", message)
    calls = [f"calls {call_text(call)}" for call in calls_of(fields)]
    known = {"role", "content", "tool_calls", "tool_call_id"}
    more = [f"{name}: {_written(value)}" for name, value in fields.items() if name not in known]
    said = text_of(fields)
    return Part("message", str(fields.get("role", "?")), "\n".join(([said] if said else []) + calls + more))


def _tool(tool: Any) -> Part:
    function = tool.get("function") if isinstance(tool, Mapping) else None
    name = function.get("name") if isinstance(function, Mapping) else None
    return Part("tool", f"tool {name or '?'}", _written(tool))


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
