"""The spans of the conversations that are going on, for judges to read."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan, Span

_THREAD = "langwatch.thread.id"


class JudgeSpanCollector:
    """A span processor. Holds the ended spans of the conversations that are going on, and forgets each with its end.

    A span belongs to a conversation when it, or a span above it, carries the conversation's id in
    ``langwatch.thread.id``. Which conversation that is, is settled when the span starts, so reading one
    conversation costs nothing for the others. Spans of no conversation are not held. It is a span processor by
    its methods alone, so that naming it does not load the SDK.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread_of: dict[tuple[int, int], str] = {}
        self._spans: dict[str, list[ReadableSpan]] = {}

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Settle which conversation a span belongs to."""
        thread_id = _thread_id(span)
        parent = span.parent
        with self._lock:
            if thread_id is None and parent is not None:
                thread_id = self._thread_of.get((parent.trace_id, parent.span_id))
            if thread_id is not None:
                self._thread_of[_key(span)] = thread_id

    def on_end(self, span: ReadableSpan) -> None:
        """Hold a span, if it belongs to a conversation."""
        with self._lock:
            thread_id = self._thread_of.get(_key(span)) or _thread_id(span)
            if thread_id is not None:
                self._spans.setdefault(thread_id, []).append(span)

    def get_spans_for_thread(self, thread_id: str) -> list[ReadableSpan]:
        """The ended spans of a conversation, in the order in which they ended."""
        with self._lock:
            return list(self._spans.get(thread_id, ()))

    def clear_spans_for_thread(self, thread_id: str) -> None:
        """Forget a conversation."""
        with self._lock:
            self._spans.pop(thread_id, None)
            gone = [key for key, owner in self._thread_of.items() if owner == thread_id]
            for key in gone:
                del self._thread_of[key]

    def _on_ending(self, span: Span) -> None:
        """The SDK asks every processor just before a span ends; there is nothing to change."""

    def shutdown(self) -> None:
        """Forget everything."""
        with self._lock:
            self._spans.clear()
            self._thread_of.clear()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """There is nothing to send."""
        return True


def _key(span: ReadableSpan) -> tuple[int, int]:
    context: Any = span.get_span_context()
    return context.trace_id, context.span_id


def _thread_id(span: ReadableSpan) -> str | None:
    value = (span.attributes or {}).get(_THREAD)
    return value if isinstance(value, str) else None


judge_span_collector = JudgeSpanCollector()
"""The collector of this process."""
