"""Sending spans by OTLP over HTTP, with an end that does not keep a process waiting."""

from __future__ import annotations

import atexit
import threading

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from scenario.errors import ConfigError

PATIENCE = 5.0
"""Seconds that a process waits at its end for spans to be sent."""


def otlp_exporter() -> SpanExporter:
    """OpenTelemetry's own exporter. The standard ``OTEL_EXPORTER_OTLP_…`` variables say where it sends to.

    Raises:
        ConfigError: It is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - an extra
            OTLPSpanExporter,
        )
    except ImportError as error:
        raise ConfigError(
            "Sending spans by OTLP needs OpenTelemetry's exporter, which is not installed. Install it with "
            '`pip install "agent-scenario[otlp]"`, or take `"otlp": True` out of `observability`.',
            source="observability",
        ) from error
    return OTLPSpanExporter()


class PatientProcessor(SpanProcessor):
    """Sends spans in batches, and waits for the last of them only for a while.

    The SDK's own processor waits up to half a minute. Its end is therefore left to a thread, which is
    started here, for none can be started when the interpreter is about to end.

    Args:
        exporter: Sends the spans.
        patience: Seconds to wait at the end.
    """

    def __init__(self, exporter: SpanExporter, patience: float = PATIENCE) -> None:
        self._batches = BatchSpanProcessor(exporter)
        self._patience = patience
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._send_the_last, name="scenario-otlp", daemon=True)
        self._thread.start()
        atexit.register(self.shutdown)

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """There is nothing to send yet."""

    def on_end(self, span: ReadableSpan) -> None:
        """Send a span, with others."""
        self._batches.on_end(span)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what has not been sent, now."""
        return self._batches.force_flush(timeout_millis)

    def shutdown(self) -> None:
        """Send what has not been sent, and nothing after that; give up when it takes too long."""
        if self._ends.is_set():
            return
        self._ends.set()
        atexit.unregister(self.shutdown)
        if self._thread.is_alive():
            self._thread.join(self._patience)
        else:  # in a child process, into which threads do not come along
            self._batches.shutdown()

    def _send_the_last(self) -> None:
        self._ends.wait()
        self._batches.shutdown()
