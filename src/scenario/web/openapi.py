"""The description of the interface, made of its routes. Source of the form: OpenAPI Specification 3.1.0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from scenario.web.operations import Kind, Operation, Param

BASE: Final = "/api/v1"
_WORDS: Final = {
    400: "The request cannot be understood.",
    401: "The token is missing or wrong.",
    403: "The request comes from another page, or names another host.",
    404: "There is no such thing.",
    413: "Too much was sent.",
    503: "The store cannot be used now.",
}
_ERROR: Final = {
    "type": "object",
    "properties": {"error": {"type": "string"}},
    "required": ["error"],
}


def description(operations: Iterable[Operation], version: str) -> dict[str, Any]:
    """The OpenAPI document.

    Args:
        operations: The routes.
        version: The version of this library.
    """
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        paths.setdefault(BASE + each.path, {})[each.method.lower()] = _operation(each)
    paths[f"{BASE}/health"] = {"get": _plain("getHealth", "Whether the server answers. Needs no token.")}
    paths[f"{BASE}/openapi.json"] = {"get": _plain("getDescription", "This document.")}
    paths[f"{BASE}/live"] = {"get": _live()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "scenario",
            "version": version,
            "description": "Runs of a store, as the page shows them.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Error": _ERROR},
        },
        "security": [{}, {"token": []}],
    }


def _operation(found: Operation) -> dict[str, Any]:
    kind = "application/x-ndjson" if found.answer.get("type") == "string" else "application/json"
    told: dict[str, Any] = {
        "operationId": found.name,
        "summary": found.about,
        "parameters": [_param(each) for each in found.params],
        "responses": {
            "200": {"description": "The answer.", "content": {kind: {"schema": dict(found.answer)}}},
            **_refusals((400, 401, 403, 503, *found.refusals, *((413,) if found.body else ()))),
        },
    }
    if found.body is not None:
        told["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": dict(found.body)}},
        }
    return told


def _param(found: Param) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": found.kind.value}
    if found.values:
        schema["enum"] = list(found.values)
    if found.least is not None:
        schema["minimum"] = found.least
    if found.most is not None:
        schema["maximum"] = found.most
    if found.kind is Kind.WHOLE and found.most is None:
        schema["maximum"] = 2**63 - 1
    return {
        "name": found.name,
        "in": "path" if found.is_path else "query",
        "required": found.is_path or found.is_needed,
        "description": found.about,
        "schema": schema,
    }


def _refusals(statuses: Iterable[int]) -> Mapping[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        str(status): {"description": _WORDS[status], "content": content} for status in sorted(set(statuses))
    }


def _plain(name: str, about: str) -> dict[str, Any]:
    answer = {"description": "The answer.", "content": {"application/json": {"schema": {"type": "object"}}}}
    return {"operationId": name, "summary": about, "responses": {"200": answer, **_refusals((401, 403))}}


def _live() -> dict[str, Any]:
    about = "Changes as they happen, as server-sent events. Last-Event-ID or `since` resumes."
    answer = {"description": "A stream.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
    return {
        "operationId": "getLive",
        "summary": about,
        "parameters": [
            {"name": "since", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 0}},
            {"name": "Last-Event-ID", "in": "header", "required": False, "schema": {"type": "string"}},
        ],
        "responses": {"200": answer, **_refusals((400, 401, 403, 503))},
    }
