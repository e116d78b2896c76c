"""Why a run did not pass, for somebody whose assertion has just failed."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any, cast

from scenario._text import message_lines, shorten
from scenario.faults import FaultKind, not_the_agents
from scenario.report.reporter import PlayedRun
from scenario.report.session import RunSummary, Verdict
from scenario.report.wording import measures, printable, unmet_lines

_WIDTH = 400
_MOST_MESSAGES = 12
_MOST_LINES = 20


def explain(run: PlayedRun) -> str:
    """A run that did not pass: verdict, reason, unmet criteria, the end of the conversation, what to do next."""
    told = run.summary()
    measured = measures(told)
    head = f"{told.verdict.value} ({measured})" if measured else told.verdict.value
    messages = cast("Sequence[Mapping[str, Any]]", run.result.messages)
    start = _last_turns(messages)
    parts = [
        [head, *_reason(told), *_excuse(told)],
        _criteria(told),
        _conversation(messages, start),
        _next(run, cut=start > 0),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _reason(told: RunSummary) -> list[str]:
    lines = [shorten(line, _WIDTH) for line in told.reason.splitlines() if line.strip()]
    return lines if len(lines) <= _MOST_LINES else [*lines[:_MOST_LINES], "..."]


def _excuse(told: RunSummary) -> list[str]:
    return [not_the_agents(FaultKind(told.fault))] if told.excuses_agent else []


def _criteria(told: RunSummary) -> list[str]:
    if not told.unmet:
        return []
    lines = [line for each in told.unmet for line in unmet_lines(each, _WIDTH)]
    return [f"{len(told.unmet)} of {told.criteria} criteria not met:", *(f"  {line}" for line in lines)]


def _last_turns(messages: Sequence[Mapping[str, Any]]) -> int:
    """Where the last two turns begin, or what fits of them."""
    asked = [index for index, message in enumerate(messages) if message.get("role") == "user"]
    begin = asked[-2] if len(asked) > 1 else 0
    return max(begin, len(messages) - _MOST_MESSAGES)


def _conversation(messages: Sequence[Mapping[str, Any]], start: int) -> list[str]:
    if not messages:
        return ["Nothing was said."]
    title = f"The conversation from message {start} on:" if start else "The conversation:"
    digits = len(str(len(messages) - 1))
    lines = [
        f"  {index:>{digits}} {printable(shorten(line, _WIDTH))}"
        for index, message in enumerate(messages[start:], start)
        for line in message_lines(message)
    ]
    return [title, *lines]


def _next(run: PlayedRun, *, cut: bool) -> list[str]:
    hints: list[str] = []
    if run.verdict is Verdict.ERROR:
        hints.append("An exception ended this run: see its traceback.")
    if run.verdict is Verdict.CANCELLED:
        hints.append(
            "This run was ended from outside: by a time limit of the test, by Ctrl-C, or by who awaited it."
        )
    if cut:
        hints.append("The whole conversation: `result.transcript()`, or what is printed with `-s`.")
    if run.has_user and run.test is not None:
        hints.append(f"To speak in the user's place: pytest -s --scenario-debug {shlex.quote(run.test)}")
    return hints
