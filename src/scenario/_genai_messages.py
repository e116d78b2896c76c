"""Chat messages in the form that OpenTelemetry's conventions give them: a role, and parts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

_MODALITIES = {"image_url": "image", "input_image": "image", "input_audio": "audio", "audio": "audio"}
_TEXTS = frozenset({"text", "input_text", "output_text", "refusal"})


def as_parts(messages: Iterable[Any]) -> list[dict[str, Any]]:
    """Chat messages, as the conventions write them.

    Args:
        messages: As OpenAI's chat protocol writes them: dictionaries, or objects with the same fields.

    Returns:
        A role and parts for each: text, tool calls, results of tools, media. What is sent as base64 is
        left out and its size named, so that a picture does not fill a span.
    """
    return [_message(message) for message in messages]


def field(value: Any, name: str) -> Any:
    """A field of a dictionary or of an object; None when there is none."""
    if isinstance(value, Mapping):
        return cast("Mapping[str, Any]", value).get(name)
    return getattr(value, name, None)


def items(value: Any) -> list[Any]:
    """The items of a list, or nothing when it is no list."""
    return list(cast("list[Any]", value)) if isinstance(value, list | tuple) else []


def tool_calls_of(messages: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The tool calls that messages report.

    Returns:
        For each call ``id``, ``name``, ``arguments`` as they were written, and ``response``, which is what a
        message of the role ``tool`` among them says in answer to it, or None.
    """
    told = list(messages)
    answers = {field(m, "tool_call_id"): field(m, "content") for m in told if field(m, "role") == "tool"}
    return [
        {
            "id": field(call, "id"),
            "name": field(field(call, "function"), "name"),
            "arguments": field(field(call, "function"), "arguments"),
            "response": answers.get(field(call, "id")),
        }
        for message in told
        for call in items(field(message, "tool_calls"))
    ]


def _message(message: Any) -> dict[str, Any]:
    role, content = str(field(message, "role") or ""), field(message, "content")
    if role == "tool":
        response = content if isinstance(content, str) else _content(content)
        parts = [{"type": "tool_call_response", "id": field(message, "tool_call_id"), "response": response}]
    else:
        parts = _content(content) + [_call(call) for call in items(field(message, "tool_calls"))]
        refusal = field(message, "refusal")
        parts += [_text(refusal)] if isinstance(refusal, str) and refusal else []
    name = field(message, "name")
    return {"role": role, "parts": parts, **({"name": name} if isinstance(name, str) else {})}


def _content(content: Any) -> list[dict[str, Any]]:
    if isinstance(content, str):
        return [_text(content)] if content else []
    return [_part(part) for part in items(content)]


def _part(part: Any) -> dict[str, Any]:
    kind = str(field(part, "type") or "unknown")
    if isinstance(part, str):
        return _text(part)
    if kind in _TEXTS:
        return _text(str(field(part, "text") or field(part, "refusal") or ""))
    if kind in _MODALITIES:
        return _medium(_MODALITIES[kind], field(part, kind) or field(part, "image_url"))
    return {"type": kind}


def _medium(modality: str, source: Any) -> dict[str, Any]:
    address = source if isinstance(source, str) else field(source, "url")
    if isinstance(address, str) and not address.startswith("data:"):
        return {"type": "uri", "modality": modality, "uri": address}
    data = address if isinstance(address, str) else str(field(source, "data") or "")
    left_out = f"{len(data):,} characters of base64, left out"
    return {"type": "blob", "modality": modality, "content": left_out}


def _call(call: Any) -> dict[str, Any]:
    function = field(call, "function")
    return {
        "type": "tool_call",
        "id": field(call, "id"),
        "name": str(field(function, "name") or ""),
        "arguments": _arguments(field(function, "arguments")),
    }


def _arguments(written: Any) -> Any:
    """The arguments as data where they are JSON, and as they were written where they are not."""
    if not isinstance(written, str):
        return written
    try:
        return json.loads(written)
    except ValueError:
        return written


def _text(content: str) -> dict[str, Any]:
    return {"type": "text", "content": content}
