"""The description of the interface, made of its routes. Source of the form: OpenAPI Specification 3.1.0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from scenario.web.answers import Described, Failure, Health
from scenario.web.live_data import LiveEvent
from scenario.web.operations import MOST_TEXT, Kind, Operation, Param
from scenario.web.schemas import schemas_of

BASE: Final = "/api/v1"
JSON: Final = "application/json"
LINES: Final = "application/x-ndjson"
EVENTS: Final = "text/event-stream"
_TEXT: Final = {"type": "string"}
_WORDS: Final = {
    400: "The request cannot be understood.",
    401: "The token is missing or wrong.",
    403: "The request comes from another page, or names another host.",
    404: "There is no such thing.",
    413: "Too much was sent.",
    503: "The store cannot be used now.",
}
SINCE: Final = Param("since", "the number of the last change that is known", Kind.WHOLE, least=0, example=77)
LAST_EVENT: Final = Param("Last-Event-ID", "the same, as browsers send it", Kind.WHOLE, least=0, example=77)


def description(operations: Sequence[Operation], version: str) -> dict[str, Any]:
    """The OpenAPI document.

    Args:
        operations: The routes.
        version: The version of this library.
    """
    bodies = [each.body for each in operations if each.body is not None]
    kinds = [*(each.answer for each in operations), Health, Described, Failure, LiveEvent, *bodies]
    schemas, parts = schemas_of(kinds)
    own = iter(schemas)
    answers = [next(own) for _ in operations]
    health, described, failure, event = (next(own) for _ in range(4))
    refused = {JSON: {"schema": failure}}
    paths: dict[str, dict[str, Any]] = {}
    for each, answer in zip(operations, answers, strict=True):
        sent = None if each.body is None else next(own)
        paths.setdefault(BASE + each.path, {})[each.method.lower()] = _operation(each, answer, sent, refused)
    paths[f"{BASE}/health"] = {"get": _health(health, refused)}
    paths[f"{BASE}/openapi.json"] = {"get": _plain("getDescription", "This document.", described, refused)}
    paths[f"{BASE}/live"] = {"get": _live(event, refused)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "scenario",
            "version": version,
            "description": (
                "Runs of a store, as the page shows them. A parameter of the query that is empty counts as not given."
            ),
        },
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": parts,
        },
        "security": [{}, {"token": []}],
    }


def _operation(
    found: Operation, answer: Mapping[str, Any], sent: Mapping[str, Any] | None, refused: Mapping[str, Any]
) -> dict[str, Any]:
    statuses = (400, 401, 403, 503, *found.refusals, *((413,) if sent else ()))
    told: dict[str, Any] = {
        "operationId": found.name,
        "summary": found.about,
        "parameters": [_param(each) for each in found.params],
        "responses": {"200": _answer(answer), **_refusals(statuses, refused)},
    }
    if sent is not None:
        told["requestBody"] = {"required": True, "content": {JSON: {"schema": sent}}}
    return told


def _answer(schema: Mapping[str, Any], kind: str | None = None) -> dict[str, Any]:
    of_schema = LINES if schema == _TEXT else JSON
    return {"description": "The answer.", "content": {kind or of_schema: {"schema": schema}}}


def _param(found: Param, place: str = "query") -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": found.name,
        "in": "path" if found.is_path else place,
        "required": found.is_path or found.is_needed,
        "description": f"{found.about[0].upper()}{found.about[1:]}.",
        "schema": _param_schema(found),
    }
    return told if found.example is None else {**told, "example": found.example}


def _param_schema(found: Param) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": found.kind.value}
    if found.kind is not Kind.TEXT:
        return {**schema, "minimum": found.least, "maximum": found.most}
    if found.values:
        return {**schema, "enum": list(found.values)}
    if found.is_path or found.is_needed:
        schema["minLength"] = 1
    if found.pattern:
        schema["pattern"] = found.pattern
    return {**schema, "maxLength": MOST_TEXT}


def _refusals(statuses: Iterable[int], refused: Mapping[str, Any]) -> dict[str, Any]:
    return {
        str(status): {"description": _WORDS[status], "content": refused} for status in sorted(set(statuses))
    }


def _plain(name: str, about: str, answer: Mapping[str, Any], refused: Mapping[str, Any]) -> dict[str, Any]:
    responses = {"200": _answer(answer), **_refusals((401, 403), refused)}
    return {"operationId": name, "summary": about, "responses": responses}


def _health(answer: Mapping[str, Any], refused: Mapping[str, Any]) -> dict[str, Any]:
    told = _plain("getHealth", "Whether the server answers. Needs no token.", answer, refused)
    responses = {status: each for status, each in told["responses"].items() if status != "401"}
    return {**told, "responses": responses, "security": []}


def _live(event: Mapping[str, Any], refused: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "operationId": "getLive",
        "summary": "Changes as they happen, as server-sent events. Last-Event-ID or `since` resumes.",
        "description": "The schema is that of one event.",
        "parameters": [_param(SINCE), _param(LAST_EVENT, "header")],
        "responses": {"200": _answer(event, EVENTS), **_refusals((400, 401, 403, 503), refused)},
    }
