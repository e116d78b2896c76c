"""The executor's own spans: one trace for each turn, a span for each call.

They go through the OpenTelemetry API alone. Without an SDK they cost next to nothing and a turn's trace
id is made here, so that messages carry one either way. Attribute names: the event protocol's
(``langwatch.*``, ``scenario.*``), and the GenAI conventions' event for evaluations.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context

from scenario._text import text_of
from scenario.message_types import Message
from scenario.types import ScenarioResult

_tracer = trace.get_tracer("scenario")
_logger = logging.getLogger("scenario")


@dataclass(frozen=True, slots=True)
class TraceLabels:
    """What the traces of all turns of a run have in common."""

    run_id: str
    thread_id: str
    name: str
    batch_run_id: str
    set_id: str

    def metadata(self, turn: int) -> dict[str, Any]:
        """The metadata of one turn's trace."""
        return {
            "labels": ["scenario"],
            "thread_id": self.thread_id,
            "scenario.name": self.name,
            "scenario.batch_id": self.batch_run_id,
            "scenario.set_id": self.set_id,
            "scenario.turn": turn,
        }


class TurnTrace:
    """The trace of one turn. A root, whatever span the caller has open.

    Args:
        labels: What the turn belongs to.
        turn: The turn's number, counted from 0.

    Attributes:
        trace_id: 32 hexadecimal digits, never all zeros.
    """

    def __init__(self, labels: TraceLabels, turn: int) -> None:
        self._thread_id = labels.thread_id
        self._span = _tracer.start_span("Scenario Turn", context=Context())
        context = self._span.get_span_context()
        self.trace_id = f"{context.trace_id:032x}" if context.is_valid else os.urandom(16).hex()
        self._context = trace.set_span_in_context(self._span, Context()) if context.is_valid else None
        self._recording = self._span.is_recording()
        self._metadata: dict[str, Any] = {}
        if self._recording:
            self._metadata = labels.metadata(turn)
            self._span.set_attributes(
                {
                    "langwatch.span.type": "span",
                    "langwatch.origin": "simulation",
                    "langwatch.thread.id": labels.thread_id,
                    "scenario.run_id": labels.run_id,
                }
            )
            self._set_metadata(self._metadata)

    def said(self, message: Message) -> None:
        """Take a message as the turn's input (the user's) or output (the assistant's)."""
        if not self._recording or message.get("role") not in {"user", "assistant"}:
            return
        side = "input" if message["role"] == "user" else "output"
        text = (
            text_of(message)
            if message.get("content") or side == "input"
            else json.dumps(message, default=str)
        )
        self._span.set_attribute(f"langwatch.{side}", json.dumps({"type": "text", "value": text}))

    def note(self, values: Mapping[str, Any]) -> None:
        """Add to the trace's metadata; a failure to do so is only logged."""
        try:
            self._metadata.update(values)
            self._set_metadata(values)
        except Exception:
            _logger.warning("Could not note %s on the trace of this turn", sorted(values), exc_info=True)

    def call(self, class_name: str, role: str) -> AbstractContextManager[CallSpan]:
        """A span around one call of an agent, current while it lasts; an exception marks it."""
        return _NO_SPAN if self._context is None else self._call(class_name, role)

    @contextmanager
    def _call(self, class_name: str, role: str) -> Generator[CallSpan]:
        attributes = {
            "langwatch.span.type": "agent",
            "langwatch.thread.id": self._thread_id,
            "scenario.role": role,
        }
        name = f"{class_name}.call"
        with _tracer.start_as_current_span(name, context=self._context, attributes=attributes) as span:
            yield CallSpan(span, class_name)

    def close(self) -> None:
        """End the trace."""
        self._span.end()

    def _set_metadata(self, values: Mapping[str, Any]) -> None:
        if self._recording:
            self._span.set_attributes(dict(values))
            self._span.set_attribute("metadata", json.dumps(self._metadata, default=str))


class CallSpan:
    """The span of one agent's call."""

    def __init__(self, span: trace.Span, class_name: str) -> None:
        self._span = span
        self._class_name = class_name

    def evaluated(self, result: ScenarioResult) -> None:
        """Note a verdict: its score is the share of criteria that passed."""
        if not self._span.is_recording():
            return
        score = score_of(result)
        reasoning = result.reasoning or ""
        self._span.add_event(
            "gen_ai.evaluation.result",
            {
                "gen_ai.evaluation.name": f"{self._class_name} Judgment",
                "gen_ai.evaluation.score.value": score,
                "gen_ai.evaluation.score.label": "pass" if result.success else "fail",
                "gen_ai.evaluation.explanation": reasoning,
            },
        )
        evaluation = {
            "name": f"{self._class_name} Judgment",
            "status": "processed",
            "passed": result.success,
            "score": score,
            "details": reasoning,
        }
        self._span.add_event("langwatch.evaluation.custom", {"json_encoded_event": json.dumps(evaluation)})


_NO_SPAN = nullcontext(CallSpan(trace.INVALID_SPAN, ""))


def score_of(result: ScenarioResult) -> float:
    """The share of criteria that passed; without criteria, 1.0 for a success and 0.0 for a failure."""
    every = len(result.passed_criteria) + len(result.failed_criteria)
    return len(result.passed_criteria) / every if every else float(result.success)
