"""Deterministic criteria: what was said, what was called, how it went. No model is asked.

A check is a value. It can stand in a script, where a failed one ends the run; among a judge's criteria;
and alone, where calling it with a state, a result, or a list of messages gives its verdict.
"""

from scenario.checks.base import Check, Finding, Subject
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
