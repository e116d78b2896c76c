"""Requests made by chance from the description of the interface, and answers held against it, by schemathesis."""

from __future__ import annotations

import copy
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis import engine
from schemathesis.engine import events
from schemathesis.engine.recorder import ScenarioRecorder

from scenario.store import FilePlace, StoreSink, open_store
from scenario.store.labels import LabelKind, set_label
from scenario.web.app import make_app
from scenario.web.openapi import BASE, description
from scenario.web.routes import OPERATIONS
from scenario.web.security import Guard
from store.stories import NOW
from web.seeded import (
    AFTER,
    BEFORE,
    FAILED_RUN,
    HOSTILE_RUN,
    MEDIA_RUN,
    POLITE,
    WHERE,
    late_parcel,
    seed,
)

EXAMPLES = 10
CHECKS = {
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "negative_data_rejection",
    "positive_data_acceptance",
}
HOST = "testserver"
SCRATCH = [f"scenariobatch_scratch{number}" for number in range(3)]
KNOWN: Mapping[str, list[str]] = {
    "batch": [AFTER, BEFORE],
    "run": [FAILED_RUN, HOSTILE_RUN, MEDIA_RUN],
    "criterion": [POLITE, WHERE],
    "name": ["late parcel", "hostile <b>text</b>"],
    "cursor": [f"{NOW}~{AFTER}"],
}
KNOWN_TO: Mapping[str, Mapping[str, list[str]]] = {
    "compareBatches": {"a": [BEFORE, "last"], "b": [AFTER, "last-green"]},
    "compareRuns": {"a": [FAILED_RUN, MEDIA_RUN], "b": [HOSTILE_RUN, FAILED_RUN]},
    "deleteBatch": {"batch": SCRATCH},
}
CONFIG = {
    "seed": 1,
    "max-stream-events": 1,
    "request-timeout": 30,
    "generation": {"max-examples": EXAMPLES, "no-shrink": True, "database": ":memory:"},
    "phases": {
        "stateful": {"enabled": False},
        # chance makes requests that are wrong on paper alone: an empty header in place of a list, say
        "fuzzing": {"checks": {"negative_data_rejection": {"enabled": False}}},
    },
    "checks": {"ignored_auth": {"enabled": False}},  # here nothing asks for a token
}


def narrowed(document: dict[str, Any]) -> dict[str, Any]:
    """The description, with values that the store knows, and without fields that it does not name."""
    for part in document["components"]["schemas"].values():
        if "properties" in part:
            part["additionalProperties"] = False
    for methods in document["paths"].values():
        for told in methods.values():
            known = {**KNOWN, **KNOWN_TO.get(told["operationId"], {})}
            for each in told.get("parameters", []):
                if values := known.get(each["name"]):
                    each["schema"] = {"anyOf": [{"enum": values}, each["schema"]]}
                    each["examples"] = {value: {"value": value} for value in values}
                    each.pop("example", None)
    return document


NAMES = [*(each.name for each in OPERATIONS), "getHealth", "getDescription", "getLive"]


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return description(OPERATIONS, "0")


@pytest.fixture
def document(described) -> dict[str, Any]:
    """A description of the test's own."""
    return narrowed(copy.deepcopy(described))


@dataclass
class Report:
    """What a run of schemathesis came to."""

    statuses: Counter[int] = field(default_factory=Counter)
    checks: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)

    def add(self, told: ScenarioRecorder) -> None:
        self.statuses.update(
            each.response.status_code for each in told.interactions.values() if each.response
        )
        for case, checks in told.checks.items():
            self.checks |= {each.name for each in checks}
            self.failures += [
                f"{told.interactions[case].request.uri}: {each.failure_info.failure.message}"
                for each in checks
                if each.failure_info is not None
            ]


def run_of(document: dict[str, Any], app: Any, name: str) -> Report:
    """The requests to one operation, and what was found."""
    schema = schemathesis.openapi.from_dict(document, config=schemathesis.Config.from_dict(CONFIG))
    schema.app = app
    report = Report()
    for event in engine.from_schema(schema.include(operation_id=name)).execute():
        match event:
            case events.ScenarioFinished():
                report.add(event.recorder)
            case events.NonFatalError():
                report.failures.append(str(event.value))
            case events.FatalError():
                report.failures.append(str(event.exception))
    return report


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> Path:
    """A filled store, with batches that may be removed."""
    path = tmp_path_factory.mktemp("schemathesis") / "runs.db"
    seed(path, now=NOW)
    sink = StoreSink(FilePlace(path))
    for number, batch in enumerate(SCRATCH):
        for fact in late_parcel(f"scenariorun_scratch{number}", batch, NOW, 1, good=True).facts:
            sink.receive(fact)
    sink.close()
    with open_store(FilePlace(path)) as store:
        for run, criterion in ((FAILED_RUN, POLITE), (FAILED_RUN, WHERE), (MEDIA_RUN, POLITE)):
            assert set_label(store, run, criterion, LabelKind.RIGHT, now=NOW)
    return path


@pytest.fixture
def app(filled, tmp_path):
    """The application over a copy of the filled store."""
    path = shutil.copy(filled, tmp_path)
    with open_store(FilePlace(Path(path))) as store:
        served = make_app(store, Guard(names=frozenset({HOST})))

        async def without_lifespan(scope, receive, send):
            assert scope["type"] == "http"
            await served(scope, receive, send)

        yield without_lifespan


def test_the_description_is_a_valid_document(described):
    schemathesis.openapi.from_dict(described).validate()


def test_every_operation_is_asked(described):
    assert sorted(NAMES) == sorted(
        told["operationId"] for methods in described["paths"].values() for told in methods.values()
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_one_that_the_description_names(document, app, name):
    found = run_of(document, app, name)

    assert found.failures == []
    assert found.statuses[200]
    assert found.checks >= CHECKS


def test_a_field_that_the_description_does_not_name_is_found(document, app):
    told = document["components"]["schemas"]["Batch"]
    del told["properties"]["change"]
    told["required"].remove("change")

    assert any('"change"' in each for each in run_of(document, app, "getBatch").failures)


def test_a_status_that_the_description_does_not_name_is_found(document, app):
    del document["paths"][f"{BASE}/runs/{{run}}"]["get"]["responses"]["404"]

    assert any("404" in each for each in run_of(document, app, "getRun").failures)
