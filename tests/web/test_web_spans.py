"""Spans by OTLP: in both encodings, kept once, joined to runs, and given to who asks for a trace."""

from __future__ import annotations

import gzip
import json

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from web.wire import snapshot

TRACE, ROOT, CALL = "ab" * 16, "01" * 8, "02" * 8
JSON = {"content-type": "application/json"}
PROTOBUF = {"content-type": "application/x-protobuf"}


def as_json(run="scenariorun_1"):
    def text(key, value):
        return {"key": key, "value": {"stringValue": value}}

    root = {
        "traceId": TRACE,
        "spanId": ROOT,
        "name": "Scenario Turn",
        "kind": 1,
        "startTimeUnixNano": "1000000000",
        "endTimeUnixNano": "3000000000",
        "attributes": [text("langwatch.span.type", "span"), text("scenario.run_id", run)],
    }
    call = {
        "traceId": TRACE,
        "spanId": CALL,
        "parentSpanId": ROOT,
        "name": "chat gpt",
        "kind": 3,
        "startTimeUnixNano": 1500000000,
        "endTimeUnixNano": 2500000000,
        "attributes": [
            text("gen_ai.request.model", "gpt-4.1-mini"),
            text("langwatch.input", '{"type": "text", "value": "hi"}'),
            {"key": "gen_ai.usage.prompt_tokens", "value": {"intValue": "12"}},
            {"key": "list", "value": {"arrayValue": {"values": [{"boolValue": True}, {"doubleValue": 0.5}]}}},
            {"key": "map", "value": {"kvlistValue": {"values": [text("a", "b")]}}},
        ],
        "status": {"code": 2, "message": "it broke"},
        "events": [{"name": "exception", "timeUnixNano": "2000000000"}],
    }
    return {"resourceSpans": [{"scopeSpans": [{"scope": {"name": "ai"}, "spans": [root, call]}]}]}


def as_protobuf(run="scenariorun_1"):
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    scope.scope.name = "ai"
    root = scope.spans.add(
        trace_id=bytes.fromhex(TRACE), span_id=bytes.fromhex(ROOT), name="Scenario Turn", kind=1
    )
    root.start_time_unix_nano, root.end_time_unix_nano = 10**9, 3 * 10**9
    call = scope.spans.add(
        trace_id=bytes.fromhex(TRACE), span_id=bytes.fromhex(CALL), name="chat gpt", kind=3
    )
    call.parent_span_id = bytes.fromhex(ROOT)
    call.start_time_unix_nano, call.end_time_unix_nano = 1_500_000_000, 2_500_000_000
    call.status.code, call.status.message = 2, "it broke"
    call.events.add(name="exception", time_unix_nano=2 * 10**9)

    def put(span, key, **value):
        told = span.attributes.add(key=key)
        for name, each in value.items():
            setattr(told.value, name, each)
        return told.value

    put(root, "langwatch.span.type", string_value="span")
    put(root, "scenario.run_id", string_value=run)
    put(call, "gen_ai.request.model", string_value="gpt-4.1-mini")
    put(call, "langwatch.input", string_value='{"type": "text", "value": "hi"}')
    put(call, "gen_ai.usage.prompt_tokens", int_value=12)
    listed = put(call, "list").array_value
    listed.values.add(bool_value=True)
    listed.values.add(double_value=0.5)
    put(call, "map").kvlist_value.values.add(key="a").value.string_value = "b"
    return request.SerializeToString()


def chunks(data, size=7):
    return (data[at : at + size] for at in range(0, len(data), size))


WAYS = {
    "protobuf": lambda: (as_protobuf(), PROTOBUF),
    "json": lambda: (json.dumps(as_json()).encode(), JSON),
    "gzip": lambda: (gzip.compress(as_protobuf()), {**PROTOBUF, "content-encoding": "gzip"}),
    "chunked": lambda: (chunks(json.dumps(as_json()).encode()), JSON),
    "gzip json": lambda: (
        gzip.compress(json.dumps(as_json()).encode()),
        {**JSON, "content-encoding": "gzip"},
    ),
}


@pytest.mark.parametrize("path", ["/api/otel/v1/traces", "/v1/traces"])
@pytest.mark.parametrize("way", WAYS)
def test_spans_come_in_every_form_and_belong_to_the_run(empty, way, path):
    content, headers = WAYS[way]()
    answer = empty.client.post(path, content=content, headers=headers)
    empty.client.post("/api/scenario-events", json=snapshot("hello"))
    empty.settle()
    root, call = empty.get("/runs/scenariorun_1")["spans"]

    assert answer.status_code == 200
    assert answer.content == (b"{}" if "json" in headers["content-type"] else b"")
    assert (call["kind"], call["model"], call["input_tokens"], call["is_error"]) == (
        "llm",
        "gpt-4.1-mini",
        12,
        True,
    )
    assert (root["kind"], root["turn"], call["parent_id"]) == ("span", 0, ROOT)
    assert (call["attributes"]["list"], call["attributes"]["map"]) == ([True, 0.5], {"a": "b"})
    assert call["events"][0]["at"] == 2.0


def test_a_span_that_comes_again_is_kept_once(empty):
    for _ in range(2):
        empty.client.post("/v1/traces", content=as_protobuf(), headers=PROTOBUF)
    empty.settle()

    assert len(empty.client.get(f"/api/trace/{TRACE}").json()["spans"]) == 2


def test_a_trace_is_a_404_until_it_is_known_and_then_in_the_form_of_the_clients(empty):
    assert empty.client.get(f"/api/trace/{TRACE}").status_code == 404
    empty.client.post("/v1/traces", content=as_protobuf(), headers=PROTOBUF)
    empty.settle()
    root, call = empty.client.get(f"/api/trace/{TRACE}").json()["spans"]

    assert (root["parent_id"], call["parent_id"], call["type"]) == (None, ROOT, "llm")
    assert call["timestamps"] == {"started_at": 1500, "finished_at": 2500}
    assert call["input"] == {"type": "text", "value": "hi"}
    assert call["metrics"] == {"prompt_tokens": 12}
    assert call["error"] == {"has_error": True, "message": "it broke"}


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"\xff\xff\xff", PROTOBUF),
        (b"[]", JSON),
        (b"{", JSON),
        (b"{}", {**JSON, "content-encoding": "gzip"}),
        (b"{}", {**JSON, "content-encoding": "br"}),
    ],
)
def test_what_is_no_request_is_a_400(empty, body, headers):
    assert empty.client.post("/v1/traces", content=body, headers=headers).status_code == 400


def test_odd_json_breaks_nothing(empty):
    deep = {"stringValue": "end"}
    for _ in range(100):
        deep = {"arrayValue": {"values": [deep]}}
    span = {
        "traceId": TRACE,
        "spanId": ROOT,
        "startTimeUnixNano": "x",
        "attributes": [{"key": 1, "value": deep}, 7, {}],
    }
    odd = {
        "resourceSpans": [1, {"scopeSpans": [{"spans": [span, {"traceId": "zz"}, None]}]}, {"scopeSpans": {}}]
    }
    answer = empty.client.post("/v1/traces", json=odd)
    empty.settle()

    assert answer.status_code == 200
    assert len(empty.client.get(f"/api/trace/{TRACE}").json()["spans"]) == 1


def test_an_exporter_of_opentelemetry_sends_here(empty):
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    exporter = OTLPSpanExporter(endpoint=f"{empty.server.address.url}/api/otel/v1/traces")
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("test").start_as_current_span("a call") as span:
        trace = f"{span.get_span_context().trace_id:032x}"
    provider.shutdown()
    empty.settle()

    assert [each["name"] for each in empty.client.get(f"/api/trace/{trace}").json()["spans"]] == ["a call"]
