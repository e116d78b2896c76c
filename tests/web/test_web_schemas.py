"""Answers about every kind of run, held against the description; and the description for those who generate clients."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any
from urllib.parse import quote

import pytest
from jsonschema import Draft202012Validator

from scenario.store import StoreSink, runs
from scenario.web.batch_data import ChangedRuns
from scenario.web.openapi import BASE, description
from scenario.web.routes import OPERATIONS
from scenario.web.schemas import explained, schemas_of
from web.seeded import AFTER, BEFORE, FAILED_RUN, POLITE, begin_live
from web.wire import event, events_of_all, finished, started

DOCUMENT = description(OPERATIONS, "0")
PARTS = DOCUMENT["components"]["schemas"]
ODD = [
    started("scenariorun_odd", description=7, name=None, agents="nobody", labels=[1]),
    event(
        "SCENARIO_MESSAGE_SNAPSHOT",
        "scenariorun_odd",
        messages=[
            {
                "id": 7,
                "role": "assistant",
                "content": {"deep": [1]},
                "toolCalls": [{"id": 3, "function": "f"}, 4],
            },
            {"role": "tool", "content": 1.5, "toolCallId": 3, "trace_id": ["x"]},
            {"role": None, "content": None, "tool_calls": [{"id": None, "function": {"name": 5}}]},
        ],
    ),
    finished("scenariorun_odd", status="FAILED", unmetCriteria=[1, None], reasoning=["because"]),
]


def closed(kind: str) -> Draft202012Validator:
    """Checks for a part of the description, and refuses fields that it does not name."""
    parts = {
        name: {**part, "additionalProperties": False} if "properties" in part else part
        for name, part in PARTS.items()
    }
    return Draft202012Validator({"$ref": f"#/components/schemas/{kind}", "components": {"schemas": parts}})


@pytest.fixture(scope="module")
def mixed(serve, tmp_path_factory):
    """A page over runs of every kind: played here, begun and not ended, reported by clients of several versions, and odd."""
    page = serve(tmp_path_factory.mktemp("mixed") / "runs.db")
    sink = StoreSink(page.store.place)
    begin_live(sink)
    sink.close()
    page.client.post("/api/scenario-events", json=[*events_of_all(), *ODD]).raise_for_status()
    page.settle()
    assert len(runs(page.store)) == 9
    return page


def paths_of(page) -> list[tuple[str, str]]:
    """Every page that there is in a store, with the name of what it answers."""
    found = [("/batches", "BatchList"), ("/changes?since=0", "ChangedRuns"), ("/search?q=e", "SearchResults")]
    for batch in page.get("/batches")["batches"]:
        found.append((f"/batches/{quote(batch['id'])}", "BatchPage"))
        for each in page.get(f"/batches/{quote(batch['id'])}")["scenarios"]:
            name = quote(each["name"], safe="")
            found.append((f"/batches/{quote(batch['id'])}/scenarios/{name}", "ScenarioPage"))
        found.append((f"/compare?a={quote(batch['id'])}&b={quote(batch['id'])}", "BatchComparison"))
    ids = [run.id for run in runs(page.store)]
    found += [(f"/runs/{each}", "RunPage") for each in ids]
    found += [(f"/runs/{each}/raw", "RawRun") for each in ids]
    return found + [(f"/compare/runs?a={ids[0]}&b={each}", "RunComparison") for each in ids]


def mistakes(page) -> list[str]:
    told = []
    for path, kind in paths_of(page):
        answer = page.client.get(f"{BASE}{path}")
        assert answer.status_code == 200, path
        told += [
            f"{path}: {each.json_path}: {each.message[:300]}"
            for each in closed(kind).iter_errors(answer.json())
        ]
    return told


def test_every_answer_about_seeded_runs_is_as_described(page):
    assert mistakes(page) == []


def test_every_answer_about_reported_odd_and_open_runs_is_as_described(mixed):
    assert mistakes(mixed) == []


def test_two_batches_compared_are_as_described(page):
    found = page.get("/compare", a=BEFORE, b=AFTER)

    assert not list(closed("BatchComparison").iter_errors(found))
    assert [each["fields"] for each in found["scenarios"]] == [{}, {}]


def test_the_changes_of_the_stream_are_as_described(page):
    with page.client.stream("GET", f"{BASE}/live", params={"since": 0}) as answer:
        data = [line.removeprefix("data: ") for line in islice(_data(answer), 2)]
    hello, change = (json.loads(each) for each in data)

    assert not list(closed("Latest").iter_errors(hello))
    assert not list(closed("ChangedRuns").iter_errors(change))
    assert PARTS["ChangeEvent"]["properties"]["data"]["contentSchema"] == {
        "$ref": "#/components/schemas/ChangedRuns"
    }


def _data(answer) -> Any:
    return (line for line in answer.iter_lines() if line.startswith("data: "))


def test_without_the_token_every_operation_but_health_refuses_as_described(serve, tmp_path):
    page = serve(tmp_path / "runs.db", token="t" * 20)
    for path, methods in DOCUMENT["paths"].items():
        for method, told in methods.items():
            answer = page.client.request(method, path.format(batch="b", run="r", criterion="c", name="n"))
            needs = told.get("security", DOCUMENT["security"]) != []
            assert answer.status_code == (401 if needs else 200)
            assert str(answer.status_code) in told["responses"]
            assert not needs or not list(closed("Failure").iter_errors(answer.json()))


def test_an_unknown_method_is_refused_with_those_that_there_are(page):
    answer = page.client.patch(f"{BASE}/batches/{AFTER}")

    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, HEAD")
    assert "use DELETE or GET or HEAD" in answer.json()["error"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/changes?since=1_0", 400),
        ("/changes?since=%D9%A1", 400),
        ("/changes?since=9223372036854775808", 400),
        ("/batches?since=nan", 400),
        ("/batches?since=-inf", 400),
        ("/batches?since=1e3", 200),
        ("/batches?cursor=nan~x", 400),
        ("/batches?cursor=&q=&state=&limit=", 200),
        ("/live?since=9223372036854775808", 400),
    ],
)
def test_numbers_are_those_of_json(page, path, status):
    assert page.client.get(f"{BASE}{path}").status_code == status


def test_a_number_of_the_stream_is_checked_although_another_wins(page):
    assert page.client.get(f"{BASE}/live?since=x", headers={"last-event-id": "3"}).status_code == 400


def test_a_label_with_an_unknown_field_is_refused(page):
    path = f"{BASE}/labels/{FAILED_RUN}/{quote(POLITE)}"

    assert page.client.put(path, json={"label": "right", "comment": "x"}).status_code == 400


def test_every_part_and_field_is_explained():
    unexplained = [
        f"{name}.{field}"
        for name, part in PARTS.items()
        for field, told in {"": part, **part.get("properties", {})}.items()
        if "description" not in told and name != "AgentInfo"  # its own line says it all
    ]

    assert unexplained == []


def test_every_parameter_is_explained_with_bounds_and_an_example_or_its_values():
    for methods in DOCUMENT["paths"].values():
        for told in methods.values():
            for each in told.get("parameters", []):
                assert each["description"]
                assert each["schema"].keys() & {"enum", "maxLength", "maximum"}
                assert "example" in each or "enum" in each["schema"]


def test_every_part_is_a_valid_schema():
    for part in PARTS.values():
        Draft202012Validator.check_schema(part)


def test_every_operation_has_a_schema_of_each_answer_that_names_what_it_is():
    for methods in DOCUMENT["paths"].values():
        for told in methods.values():
            for answer in told["responses"].values():
                (content,) = answer["content"].values()
                assert content["schema"].keys() & {"$ref", "anyOf"} or content["schema"] == {"type": "string"}


def test_a_docstring_explains_a_type_and_its_fields():
    doc = "A thing.\n\n    Attributes:\n        size: How large,\n            or None.\n        other: Why.\n    "
    found = explained({"description": doc, "properties": {"size": {"title": "Size"}, "more": {}}})

    assert found == {
        "description": "A thing.",
        "properties": {"size": {"description": "How large, or null."}, "more": {}},
    }


def test_a_type_that_two_answers_share_is_described_once():
    own, parts = schemas_of([ChangedRuns, list[ChangedRuns]])

    assert own[0] == own[1]["items"] == {"$ref": "#/components/schemas/ChangedRuns"}
    assert parts["ChangedRuns"]["required"] == ["latest", "removed", "runs"]
