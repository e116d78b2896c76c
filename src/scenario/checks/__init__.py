"""Deterministic criteria: what was said, what was called, how it went. No model is asked.

A check is a value. It can stand in a script, where a failed one ends the run; among a judge's criteria;
and alone, where calling it with a state, a result, or a list of messages gives its verdict.

Each family of checks is loaded when one of it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from scenario.checks.base import Check, Finding, Subject

if TYPE_CHECKING:
    from scenario.checks.calls import call_count, called_in_order, never_called, tool_called
    from scenario.checks.course import ended, equals, replied_within, state, turns_at_most
    from scenario.checks.words import json_reply, never_said, said

__all__ = [
    "Check",
    "Finding",
    "Subject",
    "call_count",
    "called_in_order",
    "ended",
    "equals",
    "json_reply",
    "never_called",
    "never_said",
    "replied_within",
    "said",
    "state",
    "tool_called",
    "turns_at_most",
]

_HOMES = {
    "call_count": "calls",
    "called_in_order": "calls",
    "ended": "course",
    "equals": "course",
    "json_reply": "words",
    "never_called": "calls",
    "never_said": "words",
    "replied_within": "course",
    "said": "words",
    "state": "course",
    "tool_called": "calls",
    "turns_at_most": "course",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
