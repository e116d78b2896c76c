"""Spans as OTLP sends them, in protobuf and in JSON, as plain data. Pure.

Source: OpenTelemetry Protocol 1.x, ``ExportTraceServiceRequest``. In JSON, ids are hexadecimal, numbers of 64 bits may be
texts, and enumerations are numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from scenario.web.answers import RefusedError

Data = dict[str, Any]

_NANO: Final = 1e9
_DEEPEST: Final = 30
_TRACE_ID: Final = re.compile(r"[0-9a-f]{32}")
_SPAN_ID: Final = re.compile(r"[0-9a-f]{16}")
_KINDS: Final = ("INTERNAL", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
_STATUSES: Final = ("UNSET", "OK", "ERROR")


def spans_of_protobuf(body: bytes) -> list[Data]:
    """The spans of a request in protobuf.

    Raises:
        RefusedError: It is none.
    """
    try:
        request = ExportTraceServiceRequest.FromString(body)
    except DecodeError as error:
        raise RefusedError(400, "The body is no OTLP request in protobuf.") from error
    return [
        _from_protobuf(span, scope.scope.name)
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
        if span.trace_id and span.span_id
    ]


def spans_of_json(body: Any) -> list[Data]:
    """The spans of a request in JSON. What is no span in it is passed over.

    Raises:
        RefusedError: It is none.
    """
    if not isinstance(body, Mapping):
        raise RefusedError(400, "An OTLP request in JSON is an object with `resourceSpans`.")
    found: list[Data] = []
    for resource in _objects(body.get("resourceSpans")):
        for scope in _objects(resource.get("scopeSpans")):
            name = _object(scope.get("scope")).get("name")
            for span in _objects(scope.get("spans")):
                told = _from_json(span, str(name or ""))
                found += [] if told is None else [told]
    return found


def _from_protobuf(span: Span, scope: str) -> Data:
    status = span.status
    return {
        "trace_id": span.trace_id.hex(),
        "span_id": span.span_id.hex(),
        "parent_id": span.parent_span_id.hex() or None,
        "name": span.name,
        "started_at": span.start_time_unix_nano / _NANO,
        "ended_at": span.end_time_unix_nano / _NANO,
        "kind": _at(_KINDS, int(span.kind)),
        "status": _at(_STATUSES, int(status.code)),
        "status_text": status.message or None,
        "scope": scope or None,
        "attributes": _attributes(span.attributes),
        "events": [
            {"name": each.name, "at": each.time_unix_nano / _NANO, "attributes": _attributes(each.attributes)}
            for each in span.events
        ],
    }


def _attributes(told: Iterable[KeyValue], depth: int = 0) -> Data:
    return {each.key: _value(each.value, depth) for each in told}


def _value(told: AnyValue, depth: int) -> Any:
    kind = told.WhichOneof("value")
    if kind is None or depth > _DEEPEST:
        return None
    if kind == "array_value":
        return [_value(each, depth + 1) for each in told.array_value.values]
    if kind == "kvlist_value":
        return _attributes(told.kvlist_value.values, depth + 1)
    if kind == "bytes_value":
        return told.bytes_value.hex()
    found = told.string_value if kind == "string_value" else told.int_value if kind == "int_value" else None
    if found is not None:
        return found
    return told.bool_value if kind == "bool_value" else _finite(told.double_value)


def _from_json(span: Mapping[str, Any], scope: str) -> Data | None:
    trace_id, span_id = _id(span.get("traceId"), _TRACE_ID), _id(span.get("spanId"), _SPAN_ID)
    if trace_id is None or span_id is None:
        return None
    status = _object(span.get("status"))
    started = _seconds(span.get("startTimeUnixNano"))
    return {
        "trace_id": trace_id,
        "span_id": span_id,
        "parent_id": _id(span.get("parentSpanId"), _SPAN_ID),
        "name": str(span.get("name") or "?"),
        "started_at": started,
        "ended_at": max(started, _seconds(span.get("endTimeUnixNano"))),
        "kind": _at(_KINDS, span.get("kind")),
        "status": _at(_STATUSES, status.get("code")),
        "status_text": str(status["message"]) if status.get("message") else None,
        "scope": scope or None,
        "attributes": _json_attributes(span.get("attributes")),
        "events": [
            {
                "name": str(each.get("name") or "?"),
                "at": _seconds(each.get("timeUnixNano")),
                "attributes": _json_attributes(each.get("attributes")),
            }
            for each in _objects(span.get("events"))
        ],
    }


def _json_attributes(told: Any, depth: int = 0) -> Data:
    return {
        str(each["key"]): _json_value(each.get("value"), depth) for each in _objects(told) if "key" in each
    }


def _json_value(told: Any, depth: int) -> Any:
    value = _object(told)
    if depth > _DEEPEST:
        return None
    for name in ("stringValue", "boolValue", "bytesValue"):
        if name in value:
            return value[name] if isinstance(value[name], str | bool) else str(value[name])
    if "intValue" in value:
        return _whole(value["intValue"])
    if "doubleValue" in value:
        return _real(value["doubleValue"])
    if "arrayValue" in value:
        return [_json_value(each, depth + 1) for each in _list(_object(value["arrayValue"]).get("values"))]
    if "kvlistValue" in value:
        return _json_attributes(_object(value["kvlistValue"]).get("values"), depth + 1)
    return None


def _whole(told: Any) -> Any:
    try:
        found = int(told)
    except (TypeError, ValueError, OverflowError):
        return str(told)
    return found if abs(found) < 2**63 else str(found)


def _real(told: Any) -> Any:
    try:
        return _finite(float(told))
    except (TypeError, ValueError, OverflowError):
        return str(told)


def _finite(value: float) -> Any:
    return value if math.isfinite(value) else str(value)


def _seconds(told: Any) -> float:
    found = _whole(told)
    return max(0, found) / _NANO if isinstance(found, int) else 0.0


def _id(told: Any, form: re.Pattern[str]) -> str | None:
    text = told.lower() if isinstance(told, str) else ""
    return text if form.fullmatch(text) and text.strip("0") else None


def _at(names: tuple[str, ...], number: Any) -> str:
    is_place = isinstance(number, int) and not isinstance(number, bool) and 0 <= number < len(names)
    return names[number] if is_place else names[0]


def _object(told: Any) -> Mapping[str, Any]:
    return told if isinstance(told, Mapping) else {}


def _list(told: Any) -> list[Any]:
    return told if isinstance(told, list) else []


def _objects(told: Any) -> list[Mapping[str, Any]]:
    return [each for each in _list(told) if isinstance(each, Mapping)]
