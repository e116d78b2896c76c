"""The span around one call of a language model that an agent makes while a recorded call of it goes on."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace

from scenario import _genai as genai
from scenario._engine import spans
from scenario._engine.spans import RecordedCall, current_call
from scenario._tracing.chat import Attributes, ChunkFold, reply_attributes, request_attributes

_logger = logging.getLogger("scenario")


class ModelCall:
    """A call of a model, from its request to the end of its reply. Nothing here raises.

    Args:
        call: The agent's call that it belongs to.
        body: The request.
        about: More attributes: who answers, and where.
        started: When it began, in nanoseconds since the Unix epoch; None is now.
    """

    def __init__(
        self, call: RecordedCall, body: Any, about: Attributes, *, started: int | None = None
    ) -> None:
        attributes = request_attributes(body, captures=call.captures)
        attributes[genai.CONVERSATION_ID] = call.thread_id
        name = f"{genai.CHAT} {attributes.get(genai.REQUEST_MODEL, '')}".rstrip()
        self._span = spans.tracer().start_span(
            name, kind=trace.SpanKind.CLIENT, attributes={**attributes, **about}, start_time=started
        )
        self._call = call
        self._fold: ChunkFold | None = None
        self._began = time.perf_counter()
        call.unfinished[id(self)] = self.finish

    @contextmanager
    def current(self) -> Generator[None]:
        """Let the span be the current one, so that what is traced below it is its child."""
        with trace.use_span(self._span, record_exception=False, set_status_on_exception=False):
            yield

    def add(self, chunk: Any) -> None:
        """Take a chunk of a reply that comes in pieces."""
        if id(self) in self._call.unfinished:
            quietly(lambda: self._add(chunk))

    def finish(self, reply: Any = None, *, ended: int | None = None) -> None:
        """End the span; later calls do nothing.

        Args:
            reply: The reply; None is what came in pieces.
            ended: When it ended, in nanoseconds since the Unix epoch; None is now.
        """
        if self._call.unfinished.pop(id(self), None) is not None:
            quietly(lambda: self._tell(reply))
            quietly(lambda: self._span.end(ended))

    def fail(self, error: BaseException, *, ended: int | None = None) -> None:
        """End the span as one of a call that failed."""
        if id(self) in self._call.unfinished:
            quietly(lambda: self._tell_of(error))
        self.finish(ended=ended)

    def _add(self, chunk: Any) -> None:
        if self._fold is None:
            self._fold = ChunkFold(captures=self._call.captures)
            seconds = time.perf_counter() - self._began
            self._span.set_attribute(genai.RESPONSE_TIME_TO_FIRST_CHUNK, seconds)
        self._fold.add(chunk)

    def _tell(self, reply: Any) -> None:
        if reply is None and self._fold is not None:
            reply = self._fold.reply()
        if reply is not None:
            self._span.set_attributes(reply_attributes(reply, captures=self._call.captures))

    def _tell_of(self, error: BaseException) -> None:
        name = type(error).__qualname__
        self._span.set_attribute(genai.ERROR_TYPE, name)
        if isinstance(error, Exception):
            self._span.record_exception(error)
        self._span.set_status(trace.Status(trace.StatusCode.ERROR, f"{name}: {error}"))


def recorded_call() -> RecordedCall | None:
    """The agent's call that a model's call made here belongs to, unless the call's span is there already.

    Returns:
        The call; None outside of one, and below a span that stands for the same call of a model.
    """
    call = current_call.get()
    if call is None:
        return None
    above: Any = getattr(trace.get_current_span(), "attributes", None)
    return None if genai.operation(above) in genai.MODEL_OPERATIONS else call


def quietly(do: Callable[[], Any]) -> Any:
    """Do something for a span; when that fails, log it, go on, and return None."""
    try:
        return do()
    except Exception:  # a tracer or an odd reply can raise anything, and the agent's call must not feel it
        _logger.warning("The span of a model's call is incomplete", exc_info=True)
        return None
