"""Connecting the process to OpenTelemetry's SDK, once, and only when somebody asks for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.sdk.trace.export import SpanExporter

    from scenario._tracing.filters import SpanFilter

from scenario._tracing.judge_span_collector import judge_span_collector

_logger = logging.getLogger("scenario")
_lock = threading.Lock()
_state = {"done": False}


def setup_scenario_tracing(
    *,
    span_filter: SpanFilter | None = None,
    span_processors: Sequence[SpanProcessor] | None = None,
    trace_exporter: SpanExporter | None = None,
    instrumentors: Sequence[Any] | None = None,
) -> None:
    """Collect spans for judges and, if asked to, export them. The first call counts, later ones do nothing.

    A tracer provider that is already there is used as it is and never replaced; without one, a new one is
    made. Nothing is sent anywhere but to the given exporter.

    Args:
        span_filter: Says which spans the exporter gets; all, by default.
        span_processors: Get every span.
        trace_exporter: Gets the spans that the filter keeps, as soon as they end.
        instrumentors: OpenTelemetry instrumentors; their ``instrument`` is called with the provider.
    """
    with _lock:
        if _state["done"]:
            return
        _state["done"] = True
        _connect(span_filter, span_processors or (), trace_exporter, instrumentors or ())


def ensure_tracing_initialized() -> None:
    """Set tracing up as ``configure(observability={...})`` says, if it says anything and nobody has yet."""
    from scenario.config import ScenarioConfig  # noqa: PLC0415 - only at the first run

    configured = ScenarioConfig.default_config
    if configured is not None and configured.observability:
        setup_scenario_tracing(**configured.observability)


def _connect(
    span_filter: SpanFilter | None,
    span_processors: Sequence[SpanProcessor],
    trace_exporter: SpanExporter | None,
    instrumentors: Sequence[Any],
) -> None:
    from opentelemetry import trace  # noqa: PLC0415 - the SDK is only loaded by those who ask for it
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: PLC0415

    from scenario._tracing.filtering_exporter import FilteringSpanExporter  # noqa: PLC0415

    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        if not isinstance(provider, trace.ProxyTracerProvider):
            _logger.warning("A tracer provider of another kind is in place; spans are not collected from it")
            return
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    provider.add_span_processor(cast("SpanProcessor", judge_span_collector))
    for processor in span_processors:
        provider.add_span_processor(processor)
    if trace_exporter is not None:
        exporter = (
            trace_exporter if span_filter is None else FilteringSpanExporter(trace_exporter, span_filter)
        )
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    for instrumentor in instrumentors:
        instrumentor.instrument(tracer_provider=provider)
