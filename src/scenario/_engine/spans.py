"""The executor's own spans: one trace for each turn, a span for each call.

They go through the OpenTelemetry API alone. Without an SDK they cost next to nothing and a turn's trace
id is made here, so that messages carry one either way. Attribute names: the event protocol's
(``langwatch.*``, ``scenario.*``), and beside them those of the GenAI conventions (`scenario._genai`). Whatever
goes wrong in a tracer or in a processor of somebody's is logged and does not reach the run.

Who imports this module loads OpenTelemetry's API. A run does so with its first turn.
"""

from __future__ import annotations

import logging
import os
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, Self, TypeAlias

from opentelemetry import trace
from opentelemetry.context import Context, attach, detach

from scenario import _genai as genai
from scenario._engine.facts import AgentInfo
from scenario._engine.labels import TraceLabels
from scenario._genai_messages import as_parts, tool_calls_of
from scenario._text import text_of
from scenario.message_types import Message
from scenario.types import CALLED_IN, AgentInput, ScenarioResult, UserEnding

_tracer: trace.Tracer = trace.ProxyTracer("scenario", schema_url=genai.SCHEMA_URL)
_proxies = trace.ProxyTracerProvider()
_logger = logging.getLogger("scenario")
_NOWHERE = Context()
_chance = random.Random()  # noqa: S311 - ids; apart from the chance that people seed, and to ask the system gives up the GIL
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_chance.seed)

Answer: TypeAlias = list[Message] | ScenarioResult | UserEnding
"""What an agent's reply came to."""


def tracer() -> trace.Tracer:
    """What makes the spans of this library."""
    return _tracer


class CallSpan:
    """The span around one call of an agent, current while it lasts. This one is of a call that nobody records.

    Args:
        trace_id: The turn's.
    """

    def __init__(self, trace_id: str) -> None:
        self._trace_id = trace_id

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        pass

    def asked(self, given: AgentInput) -> None:
        """Note what the agent is called with, and let it know the span that it is called in."""
        vars(given)[CALLED_IN] = self._trace_id

    def answered(self, answer: Answer) -> None:
        """Note what the agent's reply came to."""


current_call: ContextVar[RecordedCall | None] = ContextVar("scenario_call", default=None)
"""The recorded call of an agent that is going on here."""


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
        self._metadata: dict[str, Any] = {}
        self._said: dict[str, str] = {}
        self._recording = False
        self._captures = False
        self._context: Context | None = None
        self._span: trace.Span = trace.INVALID_SPAN
        self.trace_id = self._open(labels, turn) or _new_trace_id()
        self._unrecorded = CallSpan(self.trace_id)

    def _open(self, labels: TraceLabels, turn: int) -> str | None:
        """Start the span, if anybody listens; returns its trace's id, or None when it has none."""
        try:
            return self._start(labels, turn) if _has_listeners() else None
        except Exception:  # tracing is other people's code, and never fails a run
            _logger.warning("A turn of this run has no span", exc_info=True)
            return None

    def _start(self, labels: TraceLabels, turn: int) -> str | None:
        self._metadata = labels.metadata(turn)
        self._span = _tracer.start_span(
            "Scenario Turn", context=_NOWHERE, attributes=self._attributes(labels, turn)
        )
        self._recording = self._span.is_recording()
        self._captures = self._recording and genai.captures_content()
        context = self._span.get_span_context()
        if not context.is_valid:
            return None
        self._context = trace.set_span_in_context(self._span, _NOWHERE)
        return f"{context.trace_id:032x}"

    def said(self, message: Message) -> None:
        """Take a message as the turn's input (the user's) or output (the assistant's)."""
        if self._recording and message.get("role") in {"user", "assistant"}:
            _quietly(lambda: self._keep(message))

    def note(self, values: Mapping[str, Any]) -> None:
        """Add to the trace's metadata; a failure to do so is only logged."""
        try:
            self._metadata.update(values)
            self._set_metadata(values)
        except Exception:  # likewise
            _logger.warning("Could not note %s on the trace of this turn", sorted(values), exc_info=True)

    def call(self, class_name: str, agent: AgentInfo) -> CallSpan:
        """A span around one call of an agent, current while it lasts; an exception marks it."""
        if self._context is None:
            return self._unrecorded
        attributes = {
            "langwatch.span.type": "agent",
            "langwatch.thread.id": self._thread_id,
            "scenario.role": agent.role.value,
            genai.OPERATION_NAME: genai.INVOKE_AGENT,
            genai.AGENT_NAME: agent.name,
            genai.CONVERSATION_ID: self._thread_id,
        }
        try:
            span = _tracer.start_span(f"{class_name}.call", context=self._context, attributes=attributes)
        except Exception:  # likewise
            _logger.warning("A call of `%s` has no span", class_name, exc_info=True)
            return self._unrecorded
        return RecordedCall(span, class_name, self._thread_id, captures=self._captures)

    def close(self) -> None:
        """End the trace."""
        if self._context is not None:
            _quietly(self._end)

    def _end(self) -> None:
        if self._said:
            self._span.set_attributes(self._said)
        self._span.end()

    def _keep(self, message: Message) -> None:
        side = "input" if message["role"] == "user" else "output"
        spoken = message.get("content") or side == "input"
        text = genai.to_json(text_of(message) if spoken else genai.to_json(message))
        self._said[f"langwatch.{side}"] = f'{{"type": "text", "value": {text}}}'

    def _attributes(self, labels: TraceLabels, turn: int) -> dict[str, Any]:
        return {
            "langwatch.span.type": "span",
            "langwatch.origin": "simulation",
            "langwatch.thread.id": labels.thread_id,
            "scenario.run_id": labels.run_id,
            genai.CONVERSATION_ID: labels.thread_id,
            **self._metadata,
            "metadata": labels.metadata_json(turn),
        }

    def _set_metadata(self, values: Mapping[str, Any]) -> None:
        if self._recording:
            self._span.set_attributes({**values, "metadata": genai.to_json(self._metadata)})


class RecordedCall(CallSpan):
    """The span around one call of an agent.

    Args:
        span: The span, started.
        class_name: What the agent's errors and spans call it.
        thread_id: The conversation's id.
        captures: Whether the span carries the words of messages.

    Attributes:
        thread_id: The conversation's id.
        captures: Whether the span, and those below it, carry the words of messages.
        unfinished: What still waits for something when the call ends, and is then brought to its end.
    """

    def __init__(self, span: trace.Span, class_name: str, thread_id: str, *, captures: bool) -> None:
        self.thread_id = thread_id
        self.captures = captures
        self.unfinished: dict[int, Callable[[], None]] = {}
        self._span = span
        self._class_name = class_name
        self._tokens: tuple[Token[Context], Token[RecordedCall | None]] | None = None

    def __enter__(self) -> Self:
        recorded = self if self._span.is_recording() else None
        self._tokens = attach(trace.set_span_in_context(self._span)), current_call.set(recorded)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _quietly(self._leave)
        for finish in list(self.unfinished.values()):
            _quietly(finish)
        if isinstance(error, Exception):
            _quietly(lambda: self._failed(error))
        _quietly(self._span.end)

    def asked(self, given: AgentInput) -> None:
        """Note the messages that are new to the agent, and let it know the span that it is called in."""
        vars(given)[CALLED_IN] = self._span.get_span_context()
        if self.captures:
            _quietly(lambda: self._put(genai.INPUT_MESSAGES, given.new_messages))

    def answered(self, answer: Answer) -> None:
        """Note what the agent's reply came to: a verdict, or messages and the tool calls that they report."""
        if not self._span.is_recording():
            return
        if isinstance(answer, ScenarioResult):
            _quietly(lambda: self._evaluated(answer))
        elif isinstance(answer, UserEnding):
            text = answer.message
            _quietly(lambda: self._spoke([{"role": "user", "content": text}] if text is not None else []))
        else:
            _quietly(lambda: self._spoke(answer))

    def _leave(self) -> None:
        if self._tokens is not None:
            context, call = self._tokens
            self._tokens = None
            detach(context)
            try:
                current_call.reset(call)
            except ValueError:
                _logger.debug("The call ended in another context than the one that it began in")

    def _failed(self, error: Exception) -> None:
        origin = error.__cause__ or error
        self._span.record_exception(error)
        self._span.set_status(trace.Status(trace.StatusCode.ERROR, f"{type(error).__name__}: {error}"))
        self._span.set_attribute(genai.ERROR_TYPE, type(origin).__qualname__)

    def _spoke(self, messages: Sequence[Message]) -> None:
        if self.captures:
            self._put(genai.OUTPUT_MESSAGES, messages)
        if not any(message.get("tool_calls") for message in messages):
            return
        for call in tool_calls_of(messages):
            told = {
                genai.OPERATION_NAME: genai.EXECUTE_TOOL,
                genai.TOOL_TYPE: "function",
                genai.TOOL_NAME: call["name"],
                genai.TOOL_CALL_ID: call["id"],
                genai.TOOL_CALL_ARGUMENTS: call["arguments"] if self.captures else None,
                genai.TOOL_CALL_RESULT: call["response"] if self.captures else None,
            }
            self._span.add_event(genai.EXECUTE_TOOL, _texts(told))

    def _put(self, name: str, messages: Sequence[Any]) -> None:
        self._span.set_attribute(name, genai.to_json(as_parts(messages)))

    def _evaluated(self, result: ScenarioResult) -> None:
        """Note a verdict: its score is the share of criteria that passed."""
        name, score, reasoning = f"{self._class_name} Judgment", score_of(result), result.reasoning or ""
        self._span.add_event(
            genai.EVALUATION_RESULT,
            {
                genai.EVALUATION_NAME: name,
                genai.EVALUATION_SCORE_VALUE: score,
                genai.EVALUATION_SCORE_LABEL: "pass" if result.success else "fail",
                genai.EVALUATION_EXPLANATION: reasoning,
            },
        )
        evaluation = {
            "name": name,
            "status": "processed",
            "passed": result.success,
            "score": score,
            "details": reasoning,
        }
        self._span.add_event("langwatch.evaluation.custom", {"json_encoded_event": genai.to_json(evaluation)})


def score_of(result: ScenarioResult) -> float:
    """The share of criteria that passed; without criteria, 1.0 for a success and 0.0 for a failure."""
    every = len(result.passed_criteria) + len(result.failed_criteria)
    return len(result.passed_criteria) / every if every else float(result.success)


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    """What an attribute can hold: text as it is, other values as JSON, and nothing for None."""
    told = {name: value for name, value in values.items() if value is not None}
    return {name: value if isinstance(value, str) else genai.to_json(value) for name, value in told.items()}


def _new_trace_id() -> str:
    """32 hexadecimal digits, never all zeros."""
    return f"{_chance.getrandbits(128) or 1:032x}"


def _has_listeners() -> bool:
    """Whether anybody has set a tracer provider; without one, attributes need not be computed.

    To ask for the provider looks into the environment when there is none, which would be the dearest part of a
    turn's trace. So where nobody has loaded the SDK, the question is asked in another way.
    """
    if not isinstance(_tracer, trace.ProxyTracer):
        return True
    if "opentelemetry.sdk.trace" in sys.modules:
        return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
    return not isinstance(_proxies.get_tracer("scenario"), trace.ProxyTracer)


def _quietly(do: Callable[[], object]) -> None:
    """Do something to a span; when that fails, log it and go on."""
    try:
        do()
    except Exception:  # likewise
        _logger.warning("A span of this run is incomplete", exc_info=True)
