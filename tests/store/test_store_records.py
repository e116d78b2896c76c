"""What facts become in the store, and that they come back."""

from __future__ import annotations

import base64
import itertools
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import scenario
from scenario import store
from scenario._engine.checkpoints import Checkpoint
from scenario._engine.facts import CheckpointJudged, MessageAdded, ModelCalled, RunStatus, fold
from scenario._redaction import redactor
from scenario.config import ScenarioConfig
from scenario.store.plain import plain
from scenario.types import CriterionStatus, Fault, FaultKind, RunOutcome
from scenario.usage import ModelCall, Usage
from store.stories import CUSTOMER, DESK, Story, stories, story, verdict


def _without_none(data: Any) -> Any:
    return {name: value for name, value in data.items() if value is not None}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories())
def test_what_is_read_is_the_fold_of_what_was_told(told: Story):
    with tempfile.TemporaryDirectory() as folder:
        place = store.FilePlace(Path(folder) / "runs.db")
        sink = store.StoreSink(place)
        for fact in told.facts:
            sink.receive(fact)
        assert not sink.close()
        with store.open_store(place) as opened:
            whole = store.run(opened, told.run_id)

    assert whole is not None
    record = fold(told.facts)
    redacted = redactor().data  # chance finds names of secrets, too
    assert plain([row.message for row in whole.messages]) == redacted(plain(record.messages))
    assert plain(fold(whole.facts)) == redacted(plain(record))
    assert [type(fact) for fact in whole.facts] == [type(fact) for fact in told.facts]
    assert plain(whole.facts) == redacted(plain(tuple(told.facts)))
    assert whole.run.usage == record.usage
    assert plain(whole.run.ending) == redacted(plain(record.ending))
    judged = [
        each
        for judgement in whole.judgements
        if judgement.kind == "checkpoint"
        for each in judgement.verdicts
    ]
    assert plain(judged) == redacted(plain(record.verdicts))
    assert (whole.run.status is None) == (record.concluded is None)


def test_a_run_has_its_verdict_and_its_measures(keep):
    told = Story(
        metadata={"trial": 3, "seed": 7, "tags": ["smoke"], "fields": {"order": 1}, "branch": "main"}
    )
    told.tell(ModelCalled, agent=CUSTOMER, turn=0, call=ModelCall("gpt", "openai", Usage(1, 10, 5, cost=0.5)))
    told.tell(
        ModelCalled, agent=DESK, turn=0, call=ModelCall("gpt", "openai", Usage(1, 30, 5, unpriced_calls=1))
    )
    fault = Fault(FaultKind.AGENT, "it forgot the number")
    met = verdict("polite")
    not_met = verdict("says when", CriterionStatus.FAILED)
    told.ends(
        RunStatus.FAILED,
        criteria=[met, not_met],
        passed_criteria=["polite", "short"],
        failed_criteria=["says when", "sure"],
        inconclusive_criteria=["sure"],
        fault=fault,
        outcome=RunOutcome.FAILED,
        usage=fold(told.facts).usage,
        agent_time=1.5,
    )

    (row,) = store.runs(keep(told))

    assert (row.trial, row.seed, row.tags, dict(row.fields)) == (3, 7, ("smoke",), {"order": 1})
    assert row.metadata["branch"] == "main"
    assert (row.status, row.outcome, row.passed) == (RunStatus.FAILED, RunOutcome.FAILED, False)
    assert (row.fault, row.fault_reason) == (FaultKind.AGENT, "it forgot the number")
    assert (row.passed_criteria, row.failed_criteria, row.inconclusive_criteria) == (2, 1, 1)
    assert row.usage.user == Usage(1, 10, 5, cost=0.5)
    assert row.usage.total.calls == 2
    assert (row.total_time, row.agent_time, row.turns) == (2.0, 1.5, 1)


def test_criteria_that_are_only_named_have_verdicts_too(keep):
    told = Story().ends(
        RunStatus.FAILED, passed_criteria=["a"], failed_criteria=["b", "c"], inconclusive_criteria=["c"]
    )

    whole = store.run(keep(told), told.run_id)

    assert [(each.criterion, each.status.value) for each in whole.judgements[0].verdicts] == [
        ("a", "passed"),
        ("b", "failed"),
        ("c", "inconclusive"),
    ]


def test_a_checkpoint_and_the_end_are_judgements_of_their_own(keep):
    told = Story().says("hello")
    checkpoint = Checkpoint(True, (verdict("polite"),), "fine")
    told.tell(CheckpointJudged, turn=0, checkpoint=checkpoint)
    told.ends(criteria=[verdict("polite"), verdict("short")])

    first, last = store.run(keep(told), told.run_id).judgements

    assert (first.kind, first.turn, first.judge, first.reasoning) == ("checkpoint", 0, "judge", "fine")
    assert (last.kind, last.turn, len(last.verdicts)) == ("final", None, 2)
    assert last.verdicts[0].evidence == verdict("polite").evidence


@pytest.mark.parametrize("splits", [(), (3,), (4,), (3, 5), (1, 2, 3, 4, 5, 6)])
def test_what_was_rolled_back_is_kept_apart_however_the_facts_are_grouped(place, splits):
    told = Story().says("one", "user").says("two").cut(1).says("three").cut(0).says("four").ends()
    sink = store.StoreSink(place)
    for begin, end in itertools.pairwise((0, *splits, len(told.facts))):
        for fact in told.facts[begin:end]:
            sink.receive(fact)
        sink.flush().result(10)
    sink.close()

    with store.open_store(place) as opened:
        whole = store.run(opened, told.run_id)

    assert [row.message["content"] for row in whole.messages] == ["four"]
    assert [row.message["content"] for row in whole.removed] == ["one", "two", "three"]
    assert whole.run.messages == 1


class Odd:
    def __str__(self) -> str:
        raise RuntimeError("no words")


def test_content_that_no_json_holds_does_not_lose_the_message(keep):
    loop: list[Any] = []
    loop.append(loop)
    told = Story(name="half \ud800 and \0 nothing")
    told.says({"object": Odd(), 1: {2}, "bytes": b"x", "nan": float("nan"), "loop": loop})
    told.says("nul \0 and half \udfff", "user").ends()

    whole = store.run(keep(told), told.run_id)

    content = whole.messages[0].message["content"]
    assert (content["object"], content["1"], content["nan"]) == ("<Odd>", [2], "nan")
    assert whole.messages[1].message["content"] == "nul \0 and half \udfff"
    assert "nothing" in whole.run.name


def test_large_media_are_kept_once_in_files_and_come_back(keep, place):
    picture = "data:image/png;base64," + base64.b64encode(bytes(100_000)).decode()
    sound = base64.b64encode(b"sound" * 20_000).decode()
    text = "not base64! " * 10_000
    parts = [
        {"type": "image_url", "image_url": {"url": picture}},
        {"type": "input_audio", "input_audio": {"data": sound, "format": "wav"}},
        {"type": "text", "text": text},
    ]
    told = Story().says(parts, "user").says(parts).ends()

    opened = keep(told)

    assert [row.message["content"] for row in store.run(opened, told.run_id).messages] == [parts, parts]
    assert sorted(path.stat().st_size for path in place.media.rglob("*") if path.is_file()) == [
        100_000,
        100_000,
    ]
    marked = store.run(opened, told.run_id, media=False).messages[0].message["content"]
    assert marked[0]["image_url"]["url"].startswith("scenario-media:sha256-")
    assert marked[2]["text"] == text


def test_no_secret_reaches_the_file(keep, place, monkeypatch):
    secret = "sesame-open-9431"
    monkeypatch.setenv("DOOR_TOKEN", secret)
    ScenarioConfig.configure(redact=[r"customer \d+"])
    told = Story(name=f"with {secret}", metadata={"api_key": "planted-value-77", "note": secret})
    told.says(f"It is {secret} of customer 1234", "user").says(
        "ok", tool_calls=[{"function": {"arguments": secret}}]
    )
    told.cut(1).ends(RunStatus.ERROR, error=f"no {secret}", reasoning=secret)

    opened = keep(told)

    for path in place.path.parent.iterdir():
        data = path.read_bytes()
        assert not [word for word in (secret, "planted-value-77", "customer 1234") if word.encode() in data]
    assert "[redacted:DOOR_TOKEN]" in store.run(opened, told.run_id).messages[0].message["content"]


def test_what_became_a_secret_later_is_redacted_from_then_on(place, monkeypatch):
    told = Story().says("key late-secret-55")
    sink = store.StoreSink(place)
    for fact in told.facts:
        sink.receive(fact)
    sink.flush().result(10)
    monkeypatch.setenv("LATE_KEY", "late-secret-55")
    sink.receive(told.says("key late-secret-55").facts[-1])
    sink.close()

    with store.open_store(place) as opened:
        said = [row.message["content"] for row in store.run(opened, told.run_id).messages]
    assert said == ["key late-secret-55", "key [redacted:LATE_KEY]"]


def test_a_run_of_the_same_id_takes_the_place_of_the_older_one(keep):
    older = Story().says("older").says("much older").ends()
    newer = Story(began=2_000_000_000.0).says("newer").ends()

    opened = keep(older, newer)

    assert [row.message["content"] for row in store.run(opened, "scenariorun_1").messages] == ["newer"]
    assert len(store.runs(opened)) == 1
    assert store.search(opened, "older") == []


def test_the_scenario_has_the_same_id_wherever_it_is_played(keep, tmp_path):
    here = keep(story(1), story(2), story(3, name="another"))
    there = keep(story(4), at=store.FilePlace(tmp_path / "other.db"))

    ids = [row.scenario_id for row in store.runs(here)]
    assert len(set(ids)) == 2
    assert store.runs(there)[0].scenario_id in ids


def test_a_subclass_of_a_result_and_its_fields_do_not_disturb(keep):
    class Graded(scenario.ScenarioResult):
        grade: Any = None

    told = Story().says("hi")
    result = Graded(success=True, messages=told.messages, grade=Odd())
    told.ends()
    told.facts[-1] = type(told.facts[-1])(told.run_id, told.began, RunStatus.SUCCESS, result, None)

    assert store.run(keep(told), told.run_id).facts[-1].result.success


def test_a_fact_without_its_beginning_is_lost_and_named(place):
    sink = store.StoreSink(place)
    sink.receive(MessageAdded("lonely", 1.0, 0, {"role": "user", "content": "x"}, 0, None))

    losses = sink.close()

    assert (losses.lost, losses.facts, losses.incomplete) == (1, 1, 1)
    assert "beginning" in str(losses)


class Treacherous(dict):
    def items(self):
        raise LookupError("not today")


def test_a_fact_that_cannot_be_read_is_lost_and_the_others_are_not(place):
    sink = store.StoreSink(place)
    for fact in Story().says("one").says(Treacherous(said="two")).says("three").ends().facts:
        sink.receive(fact)

    losses = sink.close()

    assert (losses.lost, losses.facts) == (1, 5)
    assert "not today" in str(losses)
    with store.open_store(place) as opened:
        whole = store.run(opened, "scenariorun_1")
    assert [row.message["content"] for row in whole.messages] == ["one", "three"]
    assert whole.run.lost == 1
