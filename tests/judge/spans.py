"""Spans as a run makes them, for tests: a collector that can be read by a judge."""

from __future__ import annotations

from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator


class _Counting(IdGenerator):
    def __init__(self):
        self.count = 0

    def generate_span_id(self):
        self.count += 1
        return self.count << 32

    def generate_trace_id(self):
        return 1


class Spans:
    """The spans of one conversation, with ids and times that are always the same: a span takes 10 ms."""

    def __init__(self, took=10):
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(id_generator=_Counting(), shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self._tracer = provider.get_tracer("tests")
        self._now = 1_700_000_000_000_000_000
        self._took = took * 1_000_000

    @contextmanager
    def span(self, name, **attributes):
        self._now += self._took
        span = self._tracer.start_span(name, attributes=attributes, start_time=self._now)
        with trace.use_span(span, end_on_exit=False, record_exception=False, set_status_on_exception=False):
            yield span
        self._now += self._took
        span.end(self._now)

    def call(self, name, role):
        return self.span(f"{name}.call", **{"scenario.role": role, "langwatch.thread.id": "t"})

    @property
    def all(self):
        return list(self._exporter.get_finished_spans())

    def id_of(self, name):
        (span,) = [span for span in self.all if span.name == name]
        return f"{span.context.span_id:016x}"

    def get_spans_for_thread(self, thread_id):
        return self.all
