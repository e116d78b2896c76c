"""Setting the SDK up: only when it is asked for, once, and without sending anything that nobody asked to send."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

import scenario
from scenario._tracing.otlp import PATIENCE, PatientProcessor
from scenario._tracing.wishes import Wishes, wishes_of
from support import agent
from tracing.traces import as_json, serving

PLAY = """
def play():
    script = [scenario.agent(), scenario.succeed()]
    agents = [scenario.agent_from(lambda input: "x", name="a")]
    return asyncio.run(scenario.run("n", "d", agents, script=script, verbose=False))
"""
MINE = """
from opentelemetry.sdk.trace import TracerProvider
mine = TracerProvider()
trace.set_tracer_provider(mine)
"""


def _run(code, **environment):
    start = f"import asyncio, sys, scenario\nfrom opentelemetry import trace\n{PLAY}\n"
    done = subprocess.run(
        [sys.executable, "-c", start + code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PYTHONPATH": os.environ.get("PYTHONPATH", ""), **environment},
    )
    assert done.returncode == 0, done.stderr
    return done


def test_a_providers_spans_are_collected_for_judges_once_without_anybody_asking():
    _run(f"""{MINE}
from scenario._tracing import judge_span_collector
play(), play()
scenario.setup_scenario_tracing()
play()
assert mine._active_span_processor._span_processors == (judge_span_collector,)
assert judge_span_collector._spans == judge_span_collector._thread_of == judge_span_collector._keys == {{}}
""")


def test_judges_can_read_the_spans_of_a_providers_run():
    _run(f"""{MINE}
from scenario._tracing import judge_span_collector
class Judge(scenario.AgentAdapter):
    role = scenario.AgentRole.JUDGE
    async def call(self, input):
        self.read = [span.name for span in judge_span_collector.get_spans_for_thread(input.thread_id)]
        return scenario.ScenarioResult(success=True, messages=[])
judge = Judge()
agents = [scenario.agent_from(lambda input: "x", name="speaks"), judge]
asyncio.run(scenario.run("n", "d", agents, script=[scenario.agent(), scenario.judge()], verbose=False))
assert judge.read == ["speaks.call"], judge.read
""")


@pytest.mark.parametrize(
    "observability", ['{"capture_message_content": True}', '{"span_filter": scenario.scenario_only}', "{}"]
)
def test_what_needs_no_sdk_loads_none(observability):
    _run(f"""
scenario.configure(observability={observability})
play()
assert "opentelemetry.sdk" not in sys.modules
""")


def test_a_provider_that_is_not_the_sdks_gets_the_spans_as_well():
    _run("""
class Theirs(trace.TracerProvider):
    names = []
    def get_tracer(self, *arguments, **options):
        return self
    def start_span(self, name, *arguments, **options):
        self.names.append(name)
        return trace.NonRecordingSpan(trace.SpanContext(7, len(self.names), is_remote=False))
trace.set_tracer_provider(Theirs())
result = play()
assert Theirs.names == ["Scenario Turn", "a.call"], Theirs.names
assert result.messages[0]["trace_id"] == f"{7:032x}"
assert "opentelemetry.sdk" not in sys.modules
""")


@pytest.mark.parametrize("provider", ["", MINE])
@pytest.mark.parametrize("how", ["setup_scenario_tracing(**wishes)", "configure(observability=wishes)"])
def test_instrumentors_are_applied_to_whatever_provider_is_there(provider, how):
    _run(f"""{provider}
class Instrumentor:
    seen = []
    def instrument(self, *, tracer_provider): self.seen.append(tracer_provider)
wishes = {{"instrumentors": [Instrumentor()]}}
scenario.{how}
play(), play()
assert Instrumentor.seen == [trace.get_tracer_provider()]
assert type(trace.get_tracer_provider()).__module__ == "opentelemetry.sdk.trace"
""")


def test_the_first_call_counts_and_later_ones_do_nothing():
    _run("""
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
first, second, third = InMemorySpanExporter(), InMemorySpanExporter(), InMemorySpanExporter()
scenario.setup_scenario_tracing(trace_exporter=first)
scenario.setup_scenario_tracing(trace_exporter=second)
scenario.configure(observability={"trace_exporter": third})
play()
assert [len(each.get_finished_spans()) for each in (first, second, third)] == [2, 0, 0]
""")


def test_a_new_provider_is_named_after_the_library_unless_it_has_a_name():
    name = 'scenario.setup_scenario_tracing()\nprint(trace.get_tracer_provider().resource.attributes["service.name"])'
    assert _run(name).stdout == "scenario\n"
    assert _run(name, OTEL_SERVICE_NAME="mine").stdout == "mine\n"
    assert _run(name, OTEL_RESOURCE_ATTRIBUTES="service.name=mine,a=b").stdout == "mine\n"


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"trace_exporters": None}, "no setting `trace_exporters`. Did you mean `trace_exporter`?"),
        ({"zzz": 1}, "no setting `zzz`. The settings are: span_filter, "),
        ({"otlp": "http://localhost"}, "`otlp` is 'http://localhost', and should be True or False"),
        ({"capture_message_content": "yes"}, "`capture_message_content` is 'yes'"),
    ],
)
async def test_a_setting_that_cannot_be_used_is_named_before_anything_happens(settings, text):
    scenario.configure(observability=settings)
    speaks = agent()
    for _ in range(2):
        with pytest.raises(scenario.ScenarioError) as raised:
            await scenario.arun("n", "d", [speaks], script=[scenario.agent(), scenario.succeed()])
        assert text in str(raised.value)
        assert raised.value.source == "observability"
    assert speaks.calls == 0


def test_a_setting_that_is_none_is_not_given():
    assert wishes_of({"otlp": None, "span_processors": None, "capture_message_content": None}) == Wishes()


OTLP = 'scenario.configure(observability={"otlp": True})\n'


def _received(server):
    spans = []
    for path, headers, body in server.received:
        assert path == "/v1/traces"
        assert "application/x-protobuf" in headers.values()
        request = ExportTraceServiceRequest.FromString(body)
        spans += [
            span.name for each in request.resource_spans for scope in each.scope_spans for span in scope.spans
        ]
    return spans


@pytest.mark.parametrize("variable", ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"])
@pytest.mark.parametrize(
    "provider",
    [
        "",
        MINE,
        "\nfrom opentelemetry.sdk.trace import TracerProvider\ntrace.set_tracer_provider(TracerProvider(shutdown_on_exit=False))\n",
    ],
)
def test_spans_are_sent_by_otlp_in_one_post_at_the_end(variable, provider):
    with serving(lambda path, body: (200, "application/x-protobuf", b"")) as server:
        endpoint = server.address + ("/v1/traces" if "TRACES" in variable else "")
        _run(f"{provider}{OTLP}play()\n", **{variable: endpoint})
    assert len(server.received) == 1
    assert _received(server) == ["a.call", "Scenario Turn"]


def test_the_filter_is_for_otlp_too():
    wish = '{"otlp": True, "span_filter": lambda span: span.name == "a.call"}'
    with serving(lambda path, body: (200, "application/x-protobuf", b"")) as server:
        _run(
            f"scenario.configure(observability={wish})\nplay()\n", OTEL_EXPORTER_OTLP_ENDPOINT=server.address
        )
    assert _received(server) == ["a.call"]


def test_without_being_asked_nothing_is_sent():
    with serving(lambda path, body: as_json({})) as server:
        _run(
            f"{MINE}\nscenario.setup_scenario_tracing()\nplay()\n", OTEL_EXPORTER_OTLP_ENDPOINT=server.address
        )
        _run("play()\n", OTEL_EXPORTER_OTLP_ENDPOINT=server.address)
    assert server.received == []


def test_without_the_extra_the_error_names_it():
    _run(f"""
sys.modules["opentelemetry.exporter.otlp.proto.http.trace_exporter"] = None
{OTLP}
from scenario.errors import ConfigError
for _ in range(2):
    try:
        play()
    except ConfigError as error:
        assert 'pip install "agent-scenario[otlp]"' in str(error), error
        assert error.source == "observability"
    else:
        raise AssertionError("nothing was raised")
""")


class Blocks(SpanExporter):
    """An exporter that hangs until it is let go."""

    def __init__(self):
        self.begun, self.may_end = threading.Event(), threading.Event()

    def export(self, spans):
        self.begun.set()
        self.may_end.wait(20)
        return SpanExportResult.SUCCESS


def test_the_end_does_not_wait_for_long():
    assert PATIENCE == 5
    exporter = Blocks()
    processor, provider = PatientProcessor(exporter, patience=0.5), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    provider.get_tracer("t").start_span("s").end()
    took = []
    for _ in range(3):  # the process's end and the provider's both ask for it
        began = time.monotonic()
        provider.shutdown()
        took.append(time.monotonic() - began)
    assert exporter.begun.wait(5)
    assert 0.5 <= took[0] < 5
    assert max(took[1:]) < 0.5
    exporter.may_end.set()
    processor._thread.join()


def test_what_has_not_been_sent_can_be_sent_at_once():
    sent = []

    class Keeps(SpanExporter):
        def export(self, spans):
            sent.extend(span.name for span in spans)
            return SpanExportResult.SUCCESS

    processor, provider = PatientProcessor(Keeps()), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    provider.get_tracer("t").start_span("s").end()
    assert provider.force_flush()
    assert sent == ["s"]
    provider.shutdown()
    assert not processor._thread.is_alive()
    provider.get_tracer("t").start_span("late").end()
    assert sent == ["s"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_child_process_sends_its_last_spans_itself():
    with serving(lambda path, body: (200, "application/x-protobuf", b"")) as server:
        code = f"""{OTLP}
import os, warnings
play()
trace.get_tracer_provider().force_flush()
child = os.fork()
if child == 0:
    trace.get_tracer("t").start_span("child").end()
    trace.get_tracer_provider().shutdown()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
        _run(code, OTEL_EXPORTER_OTLP_ENDPOINT=server.address)
    assert sorted(_received(server)) == ["Scenario Turn", "a.call", "child"]
