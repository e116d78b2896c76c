"""An exporter that passes on only some of the spans."""

from __future__ import annotations

from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from scenario._tracing.filters import SpanFilter


class FilteringSpanExporter(SpanExporter):
    """Passes the spans that a filter keeps on to another exporter.

    Args:
        exporter: Gets the spans.
        span_filter: Says which.
    """

    def __init__(self, exporter: SpanExporter, span_filter: SpanFilter) -> None:
        self._exporter = exporter
        self._filter = span_filter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export the spans that the filter keeps."""
        kept = [span for span in spans if self._filter(span)]
        return self._exporter.export(kept) if kept else SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Shut the other exporter down."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Let the other exporter send what it holds back."""
        return self._exporter.force_flush(timeout_millis)
