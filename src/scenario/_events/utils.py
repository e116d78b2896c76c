"""Chat messages into the form of the event protocol. Never fails: what is odd is passed on as it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scenario._events.messages import (
    AssistantMessage,
    FunctionCall,
    OtherMessage,
    SystemMessage,
    ToolCall,
    ToolMessage,
    UserMessage,
    WireMessage,
)
from scenario._utils.ids import generate_message_id


def convert_messages_to_api_client_messages(messages: Iterable[Mapping[str, Any]]) -> list[WireMessage]:
    """The messages in the form of the event protocol.

    Args:
        messages: Chat messages. One without an ``id`` gets a new one.
    """
    return [convert_message(message) for message in messages]


def convert_message(message: Mapping[str, Any]) -> WireMessage:
    """One message in the form of the event protocol."""
    role = str(message.get("role", "unknown"))
    common: dict[str, Any] = {
        "id": str(message.get("id") or generate_message_id()),
        "role": role,
        "content": _text(message.get("content")),
        "trace_id": message.get("trace_id"),
    }
    match role:
        case "user":
            return UserMessage(**common)
        case "system":
            return SystemMessage(**common)
        case "assistant":
            calls: Sequence[Any] = message.get("tool_calls") or ()
            return AssistantMessage(**common, tool_calls=tuple(_tool_call(call) for call in calls))
        case "tool":
            return ToolMessage(**common, tool_call_id=str(message.get("tool_call_id") or ""))
        case _:
            return OtherMessage(**common)


def _text(content: Any) -> str:
    if content is None:
        return ""
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, default=str)


def _tool_call(call: Any) -> ToolCall:
    fields: Mapping[str, Any] = call if isinstance(call, Mapping) else {}
    function: Mapping[str, Any] = fields.get("function") or {}
    arguments = function.get("arguments", "")
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, default=str)
    named = FunctionCall(str(function.get("name", "")), text)
    return ToolCall(str(fields.get("id", "")), named, str(fields.get("type") or "function"))
