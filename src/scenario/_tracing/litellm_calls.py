"""Calls that agents make with ``litellm``, as spans: a custom logger among its callbacks.

litellm tells a logger of a call before it is made, when the provider's answer has come, and once more from the
background when it has made its own reply of it. The span is made as soon as the answer can be read, so that it
is there when the agent's call ends; a stream's comes with the report from the background.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import OrderedDict
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from opentelemetry.context import Context, attach, detach, get_current

from scenario import _genai as genai
from scenario._engine.spans import RecordedCall
from scenario._genai_messages import field as field_of
from scenario._tracing.chat import is_reply
from scenario._tracing.instrumentors import is_instrumented
from scenario._tracing.model_call import ModelCall, quietly, recorded_call

_MOST = 1024
"""How many calls can wait for their answer; the oldest make room, for a stream may never come to its end."""

_PROVIDERS = {
    "azure": "azure.ai.openai",
    "azure_ai": "azure.ai.inference",
    "bedrock": "aws.bedrock",
    "gemini": "gcp.gemini",
    "mistral": "mistral_ai",
    "vertex_ai": "gcp.vertex_ai",
    "watsonx": "ibm.watsonx.ai",
    "xai": "x_ai",
}
_KINDS = ("completion", "responses")
_TRACERS = frozenset(
    {"arize", "arize_phoenix", "langfuse_otel", "langtrace", "logfire", "otel", "traceloop", "weave_otel"}
)
"""The names under which litellm's own tracers stand among its callbacks."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A call that waits for its answer."""

    call: RecordedCall
    context: Context
    body: dict[str, Any]
    provider: str
    began: int = field(default_factory=time.time_ns)


class LitellmCalls:
    """What litellm has told of calls that go on. Nothing here raises."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, _Asked] = OrderedDict()
        self._newest: ContextVar[str] = ContextVar("scenario_litellm_call", default="")

    def is_waiting(self) -> bool:
        """Whether litellm is in the middle of a call here, so that what it does with ``openai`` is told twice."""
        with self._lock:
            return self._newest.get() in self._waiting

    def asked(self, model: Any, messages: Any, told: Any) -> None:
        """Note that a call begins."""
        call, call_id = recorded_call(), field_of(told, "litellm_call_id")
        kind = field_of(told, "call_type")
        if call is None or not isinstance(call_id, str):
            return
        if isinstance(kind, str) and not kind.endswith(_KINDS):
            return
        parameters = field_of(told, "optional_params")
        body = {**(parameters if isinstance(parameters, dict) else {}), "model": model, "messages": messages}
        asked = _Asked(call, get_current(), body, _provider(told))
        self._newest.set(call_id)
        with self._lock:
            self._waiting[call_id] = asked
            if len(self._waiting) > _MOST:
                self._waiting.popitem(last=False)

    def answered(
        self, told: Any, reply: Any, *, error: Any = None, is_last: bool = False, ended: Any = None
    ) -> None:
        """Make the span of a call.

        Args:
            told: What litellm tells of the call.
            reply: The reply, or the provider's answer.
            error: What went wrong.
            is_last: Whether nothing better will be told. If it will, a reply that cannot be read is waited for.
            ended: When it ended, as litellm tells it; None is now.
        """
        if not is_last and not is_reply(reply):
            return
        with self._lock:
            asked = self._waiting.pop(str(field_of(told, "litellm_call_id")), None)
        if asked is None:
            return
        token = attach(asked.context)
        try:
            about = {genai.PROVIDER_NAME: asked.provider}
            model_call = ModelCall(asked.call, asked.body, about, started=asked.began)
        finally:
            detach(token)
        end = max(asked.began, int(ended.timestamp() * 1e9)) if isinstance(ended, datetime) else None
        if isinstance(error, BaseException):
            model_call.fail(error, ended=end)
        else:
            model_call.finish(reply, ended=end)


def record_litellm(calls: LitellmCalls) -> None:
    """Make spans of the calls that agents make with ``litellm``, if it is loaded. Once; nothing is imported.

    Args:
        calls: Takes what litellm tells.
    """
    package = sys.modules.get("litellm")
    callbacks: Any = getattr(package, "callbacks", None)
    base: Any = getattr(sys.modules.get("litellm.integrations.custom_logger"), "CustomLogger", None)
    if not isinstance(callbacks, list) or not isinstance(base, type):
        return
    if not any(getattr(type(callback), "records_for_scenario", False) for callback in callbacks):
        callbacks.append(_logger_class(base, calls)())


def _logger_class(base: Any, calls: LitellmCalls) -> Any:
    """A class of loggers; litellm takes only subclasses of its own."""

    class ScenarioLogger(base):
        """Tells litellm's calls to the spans of scenarios."""

        records_for_scenario = True

        def log_pre_api_call(self, model: Any, messages: Any, kwargs: Any) -> None:
            if not _is_traced():
                quietly(lambda: calls.asked(model, messages, kwargs))

        def log_post_api_call(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
            answer = quietly(lambda: _parsed(field_of(kwargs, "original_response")))
            quietly(lambda: calls.answered(kwargs, answer))

        def log_success_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
            quietly(lambda: calls.answered(kwargs, response_obj, is_last=True, ended=end_time))

        def log_failure_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
            error = field_of(kwargs, "exception")
            quietly(lambda: calls.answered(kwargs, None, error=error, is_last=True, ended=end_time))

        async def async_log_success_event(
            self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any
        ) -> None:
            self.log_success_event(kwargs, response_obj, start_time, end_time)

        async def async_log_failure_event(
            self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any
        ) -> None:
            self.log_failure_event(kwargs, response_obj, start_time, end_time)

    return ScenarioLogger


def _provider(told: Any) -> str:
    named = field_of(told, "custom_llm_provider") or field_of(
        field_of(told, "litellm_params"), "custom_llm_provider"
    )
    return _PROVIDERS.get(str(named), str(named)) if named else "unknown"


def _parsed(answer: Any) -> Any:
    return json.loads(answer) if isinstance(answer, str) and answer.lstrip().startswith("{") else answer


def _is_traced() -> bool:
    """Whether litellm itself, or an instrumentor, makes spans of its calls."""
    package = sys.modules.get("litellm")
    callbacks = [each for name in ("callbacks", "success_callback") for each in field_of(package, name) or []]
    functions = [field_of(package, name) for name in ("completion", "acompletion")]
    return any(map(_is_tracer, callbacks)) or any(map(is_instrumented, functions))


def _is_tracer(callback: Any) -> bool:
    if isinstance(callback, str):
        return callback in _TRACERS
    return any(base.__module__ == "litellm.integrations.opentelemetry" for base in type(callback).__mro__)
