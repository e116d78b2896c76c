"""Looking into what a judge's prompt shows in outline only. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenario._judge import transcript
from scenario._judge.case import Case
from scenario._judge.reply import message_number, read_arguments
from scenario._judge.request import EXPAND_TRACE, EXPAND_TRANSCRIPT, GREP_TRACE
from scenario._judge.trace_tools import cut, expand_trace, grep_trace
from scenario._models.port import ToolCall


def look_up(call: ToolCall, case: Case) -> str:
    """What a judge gets for a call of one of its tools to look things up.

    Args:
        call: The call.
        case: What it looks into.
    """
    arguments = read_arguments(call)
    if call.name == EXPAND_TRACE:
        return expand_trace(case.spans, [str(item) for item in _items(arguments, "span_ids")])
    if call.name == GREP_TRACE:
        return grep_trace(case.spans, _pattern(arguments))
    if call.name == EXPAND_TRANSCRIPT:
        return cut(transcript.expand(case.messages, _numbers(arguments)))
    return cut(transcript.grep(case.messages, _pattern(arguments)))


def _items(arguments: Mapping[str, Any], name: str) -> list[Any]:
    value = arguments.get(name)
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def _numbers(arguments: Mapping[str, Any]) -> list[int]:
    numbers = [message_number(str(item)) for item in _items(arguments, "indices")]
    return [number for number in numbers if number is not None]


def _pattern(arguments: Mapping[str, Any]) -> str:
    pattern = arguments.get("pattern")
    return pattern if isinstance(pattern, str) else ""
