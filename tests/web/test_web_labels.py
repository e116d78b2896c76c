"""Labels: set, replaced, removed, counted, taken along."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from scenario.store.labels import Label, LabelKind
from scenario.types import CriterionStatus
from scenario.web.compare_views import agreement_of
from web.seeded import AFTER, FAILED_RUN, POLITE, WHERE
from web.wire import finished, snapshot


def put(page, criterion, label, note="", run=FAILED_RUN):
    path = f"/api/v1/labels/{run}/{quote(criterion, safe='')}"
    return page.client.put(path, json={"label": label, "note": note})


def test_a_label_stands_on_its_verdict(own):
    told = put(own, POLITE, "wrong", "it was a joke").json()
    verdict = next(each for each in own.get(f"/runs/{FAILED_RUN}")["criteria"] if each["criterion"] == POLITE)

    assert (told["label"], told["status"], told["batch_id"]) == ("wrong", "failed", AFTER)
    assert verdict["label"]["note"] == "it was a joke"


def test_a_label_is_replaced_and_removed(own):
    put(own, POLITE, "wrong")
    put(own, POLITE, "right")
    assert [each["label"] for each in own.get("/labels", batch=AFTER)["labels"]] == ["right"]

    path = f"/api/v1/labels/{FAILED_RUN}/{quote(POLITE)}"
    assert own.client.delete(path).json() == {"removed": 1}
    assert own.client.delete(path).status_code == 404
    assert own.get("/labels")["labels"] == []


@pytest.mark.parametrize(
    ("criterion", "body", "status"),
    [
        ("no such criterion", {"label": "right"}, 404),
        (POLITE, {"label": "maybe"}, 400),
        (POLITE, {}, 400),
        (POLITE, [], 400),
        (POLITE, {"label": "right", "note": 7}, 400),
        (POLITE, {"label": ["right"]}, 400),
        (POLITE, {"label": "right", "note": "x" * 20_001}, 400),
    ],
)
def test_what_is_no_label_is_refused(own, criterion, body, status):
    path = f"/api/v1/labels/{FAILED_RUN}/{quote(criterion)}"

    assert own.client.put(path, json=body).status_code == status


def test_labels_are_exported_as_lines(own):
    put(own, POLITE, "right", "ü\n")
    put(own, WHERE, "wrong")
    answer = own.client.get("/api/v1/labels/export")

    assert [json.loads(line)["label"] for line in answer.text.splitlines()] == ["right", "wrong"]
    assert "attachment" in answer.headers["content-disposition"]


def test_a_label_stays_when_a_client_tells_more_of_the_run(own):
    own.client.post("/api/scenario-events", json=finished())
    own.settle()
    assert put(own, "agent answers", "right", run="scenariorun_1").status_code == 200
    own.client.post("/api/scenario-events", json=snapshot("hello"))
    own.settle()

    assert own.get("/runs/scenariorun_1")["criteria"][0]["label"]["label"] == "right"


def labelled(status, kind, count):
    return [Label("r", "b", "n", f"c{n}", kind, "", status, 1.0) for n in range(count)]


def test_agreement_precision_recall_and_kappa():
    failed, passed = CriterionStatus.FAILED, CriterionStatus.PASSED
    right, wrong = LabelKind.RIGHT, LabelKind.WRONG
    found = agreement_of(
        [
            *labelled(failed, right, 20),
            *labelled(failed, wrong, 5),
            *labelled(passed, right, 15),
            *labelled(passed, wrong, 10),
            *labelled(CriterionStatus.INCONCLUSIVE, right, 3),
        ]
    )

    assert (found["labels"], found["judged"], found["inconclusive"]) == (53, 50, 3)
    assert found["agreement"] == pytest.approx(0.7)
    assert found["precision"] == pytest.approx(0.8)
    assert found["recall"] == pytest.approx(2 / 3)
    assert found["kappa"] == pytest.approx(0.4)


def test_without_labels_nothing_is_claimed():
    found = agreement_of([])

    assert {found[name] for name in ("agreement", "precision", "recall", "kappa")} == {None}
