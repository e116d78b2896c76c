"""The spans of the conversations that are going on, for judges to read."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan, Span

_Key: TypeAlias = tuple[int, int]
"""A trace's id and a span's."""

_THREAD = "langwatch.thread.id"
_REMEMBERED = 4096
"""How many conversations that are over are known as such, and how many are held that nobody ends."""


class JudgeSpanCollector:
    """A span processor. Holds the ended spans of the conversations that are going on, and forgets each with its end.

    A span belongs to a conversation when it, or a span above it, carries the conversation's id in
    ``langwatch.thread.id``; the span above decides. Which conversation that is, is settled when the span
    starts, so reading one conversation costs nothing for the others. Spans of no conversation are not held. It
    is a span processor by its methods alone, so that naming it does not load the SDK.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread_of: dict[_Key, str] = {}
        self._keys: dict[str, list[_Key]] = {}
        self._spans: dict[str, list[ReadableSpan]] = {}
        self._forgotten: dict[str, None] = {}

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Settle which conversation a span belongs to."""
        parent = span.parent
        with self._lock:
            thread_id = self._thread_of.get((parent.trace_id, parent.span_id)) if parent is not None else None
            if thread_id is None:
                thread_id = _thread_id(span)
                if thread_id is None or thread_id in self._forgotten:
                    return
            key = _key(span)
            self._thread_of[key] = thread_id
            keys = self._keys.get(thread_id)
            if keys is None:
                self._begin(thread_id, key)
            else:
                keys.append(key)

    def on_end(self, span: ReadableSpan) -> None:
        """Hold a span, if it belongs to a conversation that is not over."""
        key = _key(span)
        with self._lock:
            thread_id = self._thread_of.get(key)
            if thread_id is None:
                thread_id = _thread_id(span)
                if thread_id is None or thread_id in self._forgotten:
                    return
                if thread_id not in self._keys:
                    self._begin(thread_id, key)
            spans = self._spans.get(thread_id)
            if spans is None:
                self._spans[thread_id] = [span]
            else:
                spans.append(span)

    def get_spans_for_thread(self, thread_id: str) -> list[ReadableSpan]:
        """The ended spans of a conversation, in the order in which they ended."""
        with self._lock:
            return list(self._spans.get(thread_id, ()))

    def clear_spans_for_thread(self, thread_id: str) -> None:
        """Forget a conversation; spans of it that start or end later are not held."""
        with self._lock:
            self._forget(thread_id)

    def _on_ending(self, span: Span) -> None:
        """The SDK asks every processor just before a span ends; there is nothing to change."""

    def shutdown(self) -> None:
        """Forget everything."""
        with self._lock:
            self._spans.clear()
            self._thread_of.clear()
            self._keys.clear()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """There is nothing to send."""
        return True

    def _begin(self, thread_id: str, key: _Key) -> None:
        """Hold another conversation; the oldest makes room when nobody ends them."""
        self._keys[thread_id] = [key]
        if len(self._keys) > _REMEMBERED:
            self._forget(next(iter(self._keys)))

    def _forget(self, thread_id: str) -> None:
        self._forgotten[thread_id] = None
        if len(self._forgotten) > _REMEMBERED:
            del self._forgotten[next(iter(self._forgotten))]
        self._spans.pop(thread_id, None)
        for key in self._keys.pop(thread_id, ()):
            self._thread_of.pop(key, None)


def _key(span: ReadableSpan) -> _Key:
    context: Any = span.get_span_context()
    return context.trace_id, context.span_id


def _thread_id(span: ReadableSpan) -> str | None:
    value = (span.attributes or {}).get(_THREAD)
    return value if isinstance(value, str) else None


judge_span_collector = JudgeSpanCollector()
"""The collector of this process."""
