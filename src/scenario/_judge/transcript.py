"""A conversation as a judge reads it: numbered messages in which nobody can pretend to be somebody else.

Each message begins with a line of its number and role. All that was said follows on lines that begin with a bar,
and what is no words, such as a tool call or a picture, on lines that begin with a star. So words that look like
another message, or like a tool call, can be told from the real ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from scenario._judge.truncate_media import media_label, truncate_media, truncate_media_url
from scenario._text import as_text, calls_of, shorten

_WORDS, _FACT = "| ", "* "
_OUTLINE = 80
_MOST_FOUND: Final = 20
"""How many messages a search shows."""


def numbered(messages: Sequence[Mapping[str, Any]]) -> str:
    """The whole conversation."""
    names = tools_by_call(messages)
    return "\n".join(_block(index, message, names) for index, message in enumerate(messages))


def outline(messages: Sequence[Mapping[str, Any]]) -> str:
    """The conversation with the beginnings of what was said only, and the length of long messages."""
    names = tools_by_call(messages)
    lines: list[str] = []
    for index, message in enumerate(messages):
        body = _body(message)
        length = sum(len(text) for _, text in body)
        more = f" ({length:,} characters)" if any(len(text) > _OUTLINE for _, text in body) else ""
        lines.append(f"{_head(index, message, names)}{more}")
        lines += [f"{mark}{shorten(text, _OUTLINE)}" for mark, text in body]
    return "\n".join(lines)


def quotable(message: Mapping[str, Any]) -> str:
    """All of a message that a judge can quote: its words, its tool calls, its attachments."""
    return "\n".join(text for _, text in _body(message))


def expand(messages: Sequence[Mapping[str, Any]], indices: Sequence[int]) -> str:
    """Some messages in full.

    Args:
        messages: The conversation.
        indices: Their numbers.
    """
    there = [index for index in dict.fromkeys(indices) if 0 <= index < len(messages)]
    missing = [index for index in dict.fromkeys(indices) if index not in there]
    last = len(messages) - 1
    lost = (
        [f"There is no message {', '.join(map(str, missing))}: they go from 0 to {last}."] if missing else []
    )
    if not indices:
        return f"Name at least one message: they go from 0 to {last}."
    names = tools_by_call(messages)
    return "\n".join([_block(index, messages[index], names) for index in there] + lost)


def grep(messages: Sequence[Mapping[str, Any]], pattern: str) -> str:
    """The messages in which these words stand, in any case of letters.

    Args:
        messages: The conversation.
        pattern: The words, taken literally.
    """
    if not pattern.strip():
        return "Name the words to look for."
    wanted = pattern.casefold()
    found = [index for index, message in enumerate(messages) if wanted in quotable(message).casefold()]
    if not found:
        return f"No message holds {pattern!r}."
    names = tools_by_call(messages)
    shown = [_block(index, messages[index], names) for index in found[:_MOST_FOUND]]
    more = len(found) - len(shown)
    return "\n".join([*shown, f"{more} more: {', '.join(map(str, found[_MOST_FOUND:]))}"] if more else shown)


def _block(index: int, message: Mapping[str, Any], names: Mapping[str, str]) -> str:
    lines = [
        f"{mark}{line}" for mark, text in _body(message) for line in (text.splitlines() or [""])
    ]  # all kinds of line ends count
    return "\n".join([_head(index, message, names), *lines])


def _head(index: int, message: Mapping[str, Any], names: Mapping[str, str]) -> str:
    role = shorten(str(message.get("role", "?")), 40)
    tool = names.get(str(message.get("tool_call_id") or ""), "")
    return f"#{index} {role}{f', result of {tool}' if tool else ''}"


def _body(message: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The parts of a message, each with the mark that its lines begin with."""
    content: Any = message.get("content")
    parts = (
        content
        if isinstance(content, list | tuple)
        else []
        if content is None or content == ""
        else [content]
    )
    body = [_part(part) for part in cast("Sequence[Any]", parts)]
    refusal = message.get("refusal")
    body += [(_WORDS, refusal)] if isinstance(refusal, str) and refusal else []
    function = message.get("function_call")
    calls = [_call({"function": function})] if isinstance(function, Mapping) else []
    body += calls + [_call(call) for call in calls_of(message)]
    return body or [(_FACT, "says nothing")]


def _part(part: Any) -> tuple[str, str]:
    if isinstance(part, str):
        return _WORDS, truncate_media_url(part)
    if isinstance(part, Mapping):
        fields = cast("Mapping[str, Any]", part)
        for key in ("text", "refusal"):
            if isinstance(fields.get(key), str):
                return _WORDS, truncate_media_url(fields[key])
        label = media_label(fields)
        if label is not None:
            return _FACT, _one_line(label)
    return _WORDS, as_text(truncate_media(part))


def _call(call: Mapping[str, Any]) -> tuple[str, str]:
    function: Any = call.get("function")
    fields = cast("Mapping[str, Any]", function) if isinstance(function, Mapping) else {}
    written = as_text(fields.get("arguments", ""))
    return _FACT, f"calls {_one_line(str(fields.get('name', '?')))}({_one_line(truncate_media_url(written))})"


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())


def tools_by_call(messages: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The names of the tools by the ids of their calls."""
    names: dict[str, str] = {}
    for message in messages:
        for call in calls_of(message):
            function: Any = call.get("function")
            name = function.get("name") if isinstance(function, Mapping) else None
            names[str(call.get("id") or "")] = shorten(str(name or "?"), 60)
    names.pop("", None)  # a call without an id has no result that names it
    return names
