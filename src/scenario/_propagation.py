"""Telling another process which span a request belongs to: the headers of W3C Trace Context and Baggage.

Nothing here is computed before somebody asks for the headers, and OpenTelemetry's API is imported only then.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.trace import SpanContext

_ids = random.SystemRandom()  # a seed that a test sets must not make two runs share an id


def unrecorded_span(trace_id: str) -> SpanContext:
    """A span that nobody records, in the trace of a turn: it has an id, and is not sampled.

    Args:
        trace_id: 32 hexadecimal digits.
    """
    from opentelemetry.trace import SpanContext, TraceFlags  # noqa: PLC0415 - see the module's docstring

    span_id = _ids.getrandbits(64) or 1  # all zeros is no id
    return SpanContext(int(trace_id, 16), span_id, is_remote=False, trace_flags=TraceFlags(0))


def headers_of(span: SpanContext) -> dict[str, str]:
    """The headers that name a span: ``traceparent``, and ``tracestate`` and ``baggage`` where there are any.

    Args:
        span: The span that the request belongs to. The baggage is that of the context in which this is called.
    """
    from opentelemetry import baggage  # noqa: PLC0415 - see the module's docstring

    headers = {"traceparent": f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}"}
    if span.trace_state:
        headers["tracestate"] = span.trace_state.to_header()
    if baggage.get_all():
        from opentelemetry.baggage.propagation import W3CBaggagePropagator  # noqa: PLC0415 - likewise

        W3CBaggagePropagator().inject(headers)
    return headers
