"""Messages as text for people: content parts, tool calls, whole conversations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast

MEDIA_KINDS: Final[Mapping[str, str]] = {
    "image": "image",
    "image_url": "image",
    "input_image": "image",
    "audio": "audio",
    "input_audio": "audio",
    "video": "video",
    "video_url": "video",
    "input_video": "video",
    "file": "file",
    "input_file": "file",
    "document": "file",
}
"""What a content part of these types holds."""


def text_of(message: Mapping[str, Any]) -> str:
    """What a message says, as text. Parts that are not text appear as ``[image]``, ``[audio]``, ``[file]``."""
    refusal = message.get("refusal")
    said = content_text(message.get("content"))
    return said or (refusal if isinstance(refusal, str) else "")


def content_text(content: Any) -> str:
    """The content of a message as text; nothing is the empty text."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list | tuple):
        return "\n".join(_part_text(part) for part in cast("Sequence[Any]", content))
    return as_text(content)


def as_text(value: Any) -> str:
    """A text as it is, any other value as JSON; what JSON has no form for becomes its text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def json_in(text: str) -> Any:
    """What a text says as JSON; None when it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _part_text(part: Any) -> str:
    if not isinstance(part, Mapping):
        return str(part)
    fields = cast("Mapping[str, Any]", part)
    for key in ("text", "refusal"):
        if isinstance(fields.get(key), str):
            return fields[key]
    kind = str(fields.get("type", "part"))
    return f"[{MEDIA_KINDS.get(kind, kind)}]"


def calls_of(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tool calls of a message; what is none is passed over."""
    calls: Any = message.get("tool_calls")
    return [call for call in calls if isinstance(call, dict)] if isinstance(calls, list | tuple) else []


def call_text(call: Mapping[str, Any]) -> str:
    """A tool call as it would be written: ``find_order({"id": 7})``."""
    function: Mapping[str, Any] = call.get("function") or {}
    return f"{function.get('name', '?')}({function.get('arguments', '')})"


def message_lines(message: Mapping[str, Any]) -> list[str]:
    """A message as lines of a transcript: who and what, one for its words and one for each tool call."""
    role = str(message.get("role", "?"))
    said = text_of(message)
    calls = calls_of(message)
    lines = [f"{role}: {said}"] if said or not calls else []
    return lines + [f"{role} calls {call_text(call)}" for call in calls]


def transcript(messages: Iterable[Mapping[str, Any]]) -> str:
    """A conversation as text."""
    return "\n".join(line for message in messages for line in message_lines(message))


def tool_calls_in(
    messages: Iterable[Mapping[str, Any]], tool_name: str | None = None
) -> list[dict[str, Any]]:
    """The tool calls in these messages, in order: all, or those of one tool."""
    return [
        call
        for message in messages
        for call in calls_of(message)
        if tool_name is None or (call.get("function") or {}).get("name") == tool_name
    ]


def shorten(text: str, width: int = 80) -> str:
    """The text in one line of at most `width` characters."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"
