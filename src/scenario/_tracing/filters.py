"""Choosing the spans to export, by the scope that made them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

SpanFilter: TypeAlias = "Callable[[ReadableSpan], bool]"

_OWN_SCOPES = frozenset({"scenario", "langwatch"})


def scenario_only(span: ReadableSpan) -> bool:
    """Whether a span was made by this library, or by a client of the same protocol."""
    return span.instrumentation_scope is not None and span.instrumentation_scope.name in _OWN_SCOPES


def with_custom_scopes(*scopes: str) -> SpanFilter:
    """A filter that keeps this library's spans and those of the named scopes."""
    wanted = _OWN_SCOPES | frozenset(scopes)

    def keep(span: ReadableSpan) -> bool:
        return span.instrumentation_scope is not None and span.instrumentation_scope.name in wanted

    return keep
