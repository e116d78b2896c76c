"""The set-up in this process, with OpenTelemetry as it is before anybody has set a provider."""

from __future__ import annotations

import logging
import sys

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.util._once import Once

import scenario
from scenario._engine import spans
from scenario._tracing import judge_span_collector, setup
from scenario._tracing.otlp import PatientProcessor, otlp_exporter
from support import agent
from tracing.traces import serving

SPEAK = [scenario.agent(), scenario.succeed()]


@pytest.fixture(autouse=True)
def untouched(monkeypatch):
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", None)
    monkeypatch.setattr(trace, "_TRACER_PROVIDER_SET_ONCE", Once())
    monkeypatch.setattr(setup, "_connection", setup._Connection())
    monkeypatch.setattr(spans, "_tracer", trace.ProxyTracer("scenario"))
    yield
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        provider.shutdown()


def _processors():
    return trace.get_tracer_provider()._active_span_processor._span_processors


async def _play():
    return await scenario.arun("n", "d", [agent()], script=SPEAK)


class Sees(SpanProcessor):
    def __init__(self):
        self.names = []

    def on_end(self, span):
        self.names.append(span.name)


class Instrumentor:
    def __init__(self):
        self.providers = []

    def instrument(self, *, tracer_provider):
        self.providers.append(tracer_provider)


async def test_what_is_configured_is_set_up_at_the_first_run():
    exporter, sees, instrumentor = InMemorySpanExporter(), Sees(), Instrumentor()
    scenario.configure(
        observability={
            "trace_exporter": exporter,
            "span_filter": lambda span: span.name == "Scenario Turn",
            "span_processors": [sees],
            "instrumentors": [instrumentor],
        }
    )
    assert isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
    await _play()
    assert sees.names == ["ScriptedAgent.call", "Scenario Turn"]
    assert [span.name for span in exporter.get_finished_spans()] == ["Scenario Turn"]
    await _play()
    assert instrumentor.providers == [trace.get_tracer_provider()]
    assert judge_span_collector in _processors()
    assert len(_processors()) == 3


async def test_a_provider_that_is_there_is_used_and_read_by_judges():
    mine, sees = TracerProvider(shutdown_on_exit=False), Sees()
    trace.set_tracer_provider(mine)
    await _play()
    assert _processors() == (judge_span_collector,)
    scenario.setup_scenario_tracing(span_processors=[sees])
    scenario.setup_scenario_tracing(span_processors=[Sees()])
    await _play()
    assert trace.get_tracer_provider() is mine
    assert _processors() == (judge_span_collector, sees)


async def test_a_provider_of_another_kind_is_left_alone_and_instrumentors_get_it(caplog):
    theirs, instrumentor = trace.NoOpTracerProvider(), Instrumentor()
    trace.set_tracer_provider(theirs)
    caplog.set_level(logging.WARNING)
    scenario.setup_scenario_tracing(instrumentors=[instrumentor])
    assert (await _play()).success
    assert trace.get_tracer_provider() is theirs
    assert instrumentor.providers == [theirs]
    assert "another kind" in caplog.text


async def test_without_a_wish_no_provider_is_made():
    scenario.configure(observability={"capture_message_content": True})
    await _play()
    assert isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


@pytest.mark.parametrize(
    ("variable", "value"), [("OTEL_SERVICE_NAME", "mine"), ("OTEL_RESOURCE_ATTRIBUTES", "service.name=mine")]
)
def test_a_new_provider_has_a_name(monkeypatch, variable, value):
    assert setup._new_provider().resource.attributes["service.name"] == "scenario"
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", None)
    monkeypatch.setattr(trace, "_TRACER_PROVIDER_SET_ONCE", Once())
    monkeypatch.setenv(variable, value)
    assert setup._new_provider().resource.attributes["service.name"] == "mine"


async def test_spans_are_sent_by_otlp(monkeypatch):
    with serving(lambda path, body: (200, "application/x-protobuf", b"")) as server:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.address)
        scenario.configure(observability={"otlp": True})
        await _play()
        assert isinstance(_processors()[1], PatientProcessor)
        trace.get_tracer_provider().shutdown()
    assert [path for path, _, _ in server.received] == ["/v1/traces"]


def test_without_the_exporter_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(scenario.ScenarioError, match=r'pip install "agent-scenario\[otlp\]"'):
        otlp_exporter()
