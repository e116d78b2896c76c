"""Messages as lines at the terminal: who says what, in the colour of the role."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.text import Text

from scenario._console.terminal import terminal
from scenario._text import calls_of, text_of

_SPEAKERS = {"user": ("User", "green"), "assistant": ("Agent", "blue")}
_TOOL_STYLE = "magenta"
_MOST_LINES = 5


def print_openai_messages(scenario_name: str, messages: Iterable[Mapping[str, Any]]) -> None:
    """Print chat messages in the colours of their roles.

    Args:
        scenario_name: Put before each line; empty for none.
        messages: Chat messages. System messages are not printed.
    """
    for message in messages:
        terminal().print(*message_lines(message, scenario_name))


def message_lines(message: Mapping[str, Any], prefix: str = "") -> list[Text]:
    """A message as lines to print, each with the prefix."""
    return [_prefixed(line, prefix) for line in _lines(message)]


def _lines(message: Mapping[str, Any]) -> list[Text]:
    role = message.get("role")
    if role in {"system", "developer"}:
        return []
    if role == "tool":
        return _labelled("ToolResult:", _pretty(text_of(message)), _TOOL_STYLE)
    label, style = _SPEAKERS.get(str(role), (str(role), "yellow"))
    said = text_of(message)
    calls = calls_of(message)
    lines = _labelled(f"{label}:", said.split("\n"), style) if said or not calls else []
    for call in calls:
        function: Mapping[str, Any] = call.get("function") or {}
        arguments = _pretty(str(function.get("arguments", "")))
        lines += _labelled(f"ToolCall({function.get('name', '?')}):", arguments, _TOOL_STYLE)
    return lines


def _labelled(label: str, lines: Sequence[str], style: str) -> list[Text]:
    first, *rest = lines or [""]
    return [Text.assemble((label, style), " ", first), *(Text(line) for line in rest)]


def _pretty(text: str) -> list[str]:
    """JSON on several lines, cut short; any other text as it is, cut short."""
    try:
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        pass
    lines = text.split("\n")
    return lines if len(lines) <= _MOST_LINES else [*lines[:_MOST_LINES], "…"]


def _prefixed(line: Text, prefix: str) -> Text:
    return Text.assemble((f"[{prefix}] ", "dim"), line) if prefix else line
