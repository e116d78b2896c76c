"""Connecting the process to OpenTelemetry's SDK: once, and only when somebody asks for it."""

from __future__ import annotations

import logging
import os
import sys
import threading
import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from scenario._tracing.judge_span_collector import judge_span_collector
from scenario._tracing.wishes import Wishes, wishes_of
from scenario.config import ScenarioConfig

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

    from scenario._tracing.filters import SpanFilter

_SDK = "opentelemetry.sdk.trace"
_logger = logging.getLogger("scenario")


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
    _connection.make(
        Wishes(
            span_filter=span_filter,
            span_processors=span_processors or (),
            trace_exporter=trace_exporter,
            instrumentors=instrumentors or (),
        )
    )


def ensure_tracing_initialized() -> None:
    """Make ready for a run: what ``configure(observability={...})`` says, and a provider that is there.

    When somebody has set up OpenTelemetry's SDK, its spans are collected for judges, and the calls of models
    that agents make become spans.

    Raises:
        ConfigError: What is configured cannot be used.
    """
    configured = ScenarioConfig.default_config
    if configured is not None and configured.observability and not _connection.is_made:
        wishes = wishes_of(configured.observability)
        if wishes.need_sdk:
            _connection.make(wishes)
    provider = _sdk_provider()
    if provider is not None:
        from scenario._tracing.instrument import record_model_calls  # noqa: PLC0415 - nobody else needs it

        _connection.collect_from(provider)
        record_model_calls()


class _Connection:
    """What of this process is connected to the SDK."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._collected_from: weakref.WeakSet[TracerProvider] = weakref.WeakSet()
        self.is_made = False

    def make(self, wishes: Wishes) -> None:
        """Fulfil these wishes, if nobody's have been fulfilled before.

        Raises:
            ConfigError: They cannot be.
        """
        with self._lock:
            if self.is_made:
                return
            exporters = _exporters(wishes)
            self.is_made = True
            provider = _sdk_provider() or _new_provider()
            if provider is None:
                _logger.warning(
                    "A tracer provider of another kind is in place; spans are not collected from it"
                )
            else:
                self.collect_from(provider)
                for processor in (*wishes.span_processors, *exporters):
                    provider.add_span_processor(processor)
        for instrumentor in wishes.instrumentors:
            instrumentor.instrument(tracer_provider=provider or _current_provider())

    def collect_from(self, provider: TracerProvider) -> None:
        """Let judges read the spans of a provider; once is enough."""
        with self._lock:
            if provider not in self._collected_from:
                self._collected_from.add(provider)
                provider.add_span_processor(cast("SpanProcessor", judge_span_collector))


_connection = _Connection()


def _exporters(wishes: Wishes) -> list[SpanProcessor]:
    """The processors that send spans."""
    if wishes.trace_exporter is None and not wishes.otlp:
        return []
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: PLC0415 - loads the SDK

    from scenario._tracing.filtering_exporter import FilteringSpanExporter  # noqa: PLC0415 - likewise
    from scenario._tracing.otlp import PatientProcessor, otlp_exporter  # noqa: PLC0415 - likewise

    def chosen(exporter: SpanExporter) -> SpanExporter:
        choose = wishes.span_filter
        return exporter if choose is None else FilteringSpanExporter(exporter, choose)

    processors: list[SpanProcessor] = []
    if wishes.otlp:
        processors.append(PatientProcessor(chosen(otlp_exporter())))
    if wishes.trace_exporter is not None:
        processors.append(SimpleSpanProcessor(chosen(wishes.trace_exporter)))
    return processors


def _current_provider() -> Any:
    """The tracer provider of this process, or a proxy for one that may come."""
    from opentelemetry import trace  # noqa: PLC0415 - the API, loaded when somebody traces

    return trace.get_tracer_provider()


def _sdk_provider() -> TracerProvider | None:
    """The tracer provider of this process, if it is the SDK's."""
    sdk: Any = sys.modules.get(_SDK)
    if sdk is None:
        return None
    provider = _current_provider()
    return provider if isinstance(provider, sdk.TracerProvider) else None


def _new_provider() -> TracerProvider | None:
    """A provider for a process that has none; None when it has one that is not the SDK's."""
    from opentelemetry import trace  # noqa: PLC0415 - the API, loaded when somebody traces

    if not isinstance(_current_provider(), trace.ProxyTracerProvider):
        return None
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource  # noqa: PLC0415 - loads the SDK
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - likewise

    named = "OTEL_SERVICE_NAME" in os.environ or SERVICE_NAME in os.environ.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    provider = TracerProvider(resource=Resource.create(None if named else {SERVICE_NAME: "scenario"}))
    trace.set_tracer_provider(provider)
    return provider
