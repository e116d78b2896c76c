"""The description of the interface, and requests made by chance from it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from scenario.web.app import make_app
from scenario.web.openapi import BASE, description
from scenario.web.routes import OPERATIONS
from web.seeded import AFTER, FAILED_RUN, HOSTILE_RUN, POLITE

DOCUMENT = description(OPERATIONS, "0")
CALLS = [
    (path, method)
    for path, methods in DOCUMENT["paths"].items()
    for method in methods
    if not path.endswith("/live")
]
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_text = st.text(max_size=40) | st.sampled_from(
    [
        AFTER,
        FAILED_RUN,
        HOSTILE_RUN,
        POLITE,
        "late parcel",
        "last",
        "last-green",
        "%",
        "'",
        '"; --',
        "../..",
        "1e9~x",
    ]
)
_number = st.integers() | st.floats() | st.text(max_size=10)


def test_every_route_is_described_and_every_description_has_a_route(page):
    served = page.get("/openapi.json")
    routes = {
        (route.path.replace(":path", ""), method.lower())
        for route in make_app(page.store).routes
        if isinstance(route, Route) and route.path.startswith(BASE)
        for method in route.methods or ()
        if method != "HEAD"
    }

    assert routes == {(path, method) for path, methods in served["paths"].items() for method in methods}
    names = [told["operationId"] for methods in served["paths"].values() for told in methods.values()]
    assert len(set(names)) == len(names)


def test_the_parameters_of_a_path_are_those_in_it():
    for path, methods in DOCUMENT["paths"].items():
        for told in methods.values():
            named = [each["name"] for each in told.get("parameters", []) if each["in"] == "path"]
            assert sorted(named) == sorted(part.split("}")[0] for part in path.split("{")[1:])


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, dict[str, str], Any]:
    """A request that the document describes, with values that may be odd."""
    path, method = draw(st.sampled_from(CALLS))
    told = DOCUMENT["paths"][path][method]
    query: dict[str, str] = {}
    for each in told.get("parameters", []):
        value = draw(_text if each["schema"]["type"] == "string" else _number)
        if each["in"] == "path":
            path = path.replace(f"{{{each['name']}}}", quote(str(value), safe=""))
        elif draw(st.booleans()):
            query[each["name"]] = str(draw(st.sampled_from(each["schema"].get("enum") or [value])))
    return method, path, query, draw(_json) if "requestBody" in told else None


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=requests())
def test_no_request_is_answered_with_a_500(page, asked):
    method, path, query, body = asked
    content = None if body is None else json.dumps(body).encode()
    answer = page.client.request(method, path, params=query, content=content)

    assert answer.status_code < 500, answer.text
    known = {
        int(status)
        for methods in DOCUMENT["paths"].values()
        for each in methods.values()
        for status in each["responses"]
    }
    assert answer.status_code in known | {405}
    if answer.headers["content-type"] == "application/json":
        answer.json()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=_json,
    kind=st.sampled_from(["SCENARIO_RUN_STARTED", "SCENARIO_MESSAGE_SNAPSHOT", "SCENARIO_RUN_FINISHED"]),
)
def test_no_event_breaks_the_intake(page, told, kind):
    fields = (
        told
        if isinstance(told, dict)
        else {"metadata": told, "messages": told, "results": told, "status": "FAILED"}
    )
    body = {
        "timestamp": 1,
        **fields,
        "type": kind,
        "scenarioRunId": "scenariorun_chance",
        "batchRunId": "chance",
    }
    answer = page.client.post("/api/scenario-events", content=json.dumps(body).encode())

    assert answer.status_code == 201


def test_what_came_by_chance_was_worked_in(page):
    page.settle()
    with page.store.reading() as connection:
        assert connection.exec_driver_sql("SELECT kind FROM inbox").all() == []


@pytest.mark.parametrize("path", ["/batches", "/labels", "/health", "/openapi.json"])
def test_another_method_is_refused_as_json(page, path):
    answer = page.client.patch(f"/api/v1{path}")

    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert answer.json()["error"]
