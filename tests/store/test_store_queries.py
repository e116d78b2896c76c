"""What readers can ask."""

from __future__ import annotations

import dataclasses

import pytest

from scenario import store
from scenario.store import RunState
from scenario.store.heartbeat import STALE
from scenario.store.losses import Losses
from store.stories import NOW, Story, story


def test_batches_are_counted(keep):
    interrupted = Story("scenariorun_9", "b2", began=NOW + 900)
    opened = keep(story(1, batch="b1"), story(2, batch="b1", passes=False), story(3, batch="b2"), interrupted)

    newest, oldest = store.batches(opened)

    assert (newest.id, newest.runs, newest.passed, newest.failed, newest.interrupted) == ("b2", 2, 1, 0, 1)
    assert (oldest.id, oldest.runs, oldest.passed, oldest.failed, oldest.running) == ("b1", 2, 1, 1, 0)
    assert oldest.started_at < oldest.last_at < newest.started_at


def test_runs_come_newest_first_and_can_be_narrowed(keep):
    opened = keep(story(1), story(2, passes=False), story(3, batch="other"))

    assert [row.id for row in store.runs(opened)] == ["scenariorun_3", "scenariorun_2", "scenariorun_1"]
    assert [row.id for row in store.runs(opened, batch="other")] == ["scenariorun_3"]
    assert [row.id for row in store.runs(opened, failed=True)] == ["scenariorun_2"]
    assert [row.id for row in store.runs(opened, limit=1)] == ["scenariorun_3"]


def test_failed_runs_are_those_that_were_interrupted_too_but_not_those_that_go_on(place):
    sink = store.StoreSink(place)
    for fact in (*story(1, passes=False).facts, *Story("scenariorun_2").facts):
        sink.receive(fact)
    sink.flush().result(10)

    with store.open_store(place) as opened:
        while_it_goes_on = [row.id for row in store.runs(opened, failed=True)]
        assert store.runs(opened, batch="scenariobatch_1")[1].state is RunState.RUNNING
        sink.close()
        afterwards = [row.id for row in store.runs(opened, failed=True)]

    assert while_it_goes_on == ["scenariorun_1"]
    assert sorted(afterwards) == ["scenariorun_1", "scenariorun_2"]


def test_a_run_without_a_sign_of_life_for_long_is_interrupted(place):
    sink = store.StoreSink(place)
    sink.receive(Story().facts[0])
    sink.flush().result(10)
    with store.open_store(place) as opened:
        (row,) = store.runs(opened)
        (later,) = store.runs(opened, now=row.last_at + 10**9)

    assert (row.state, later.state) == (RunState.RUNNING, RunState.INTERRUPTED)
    assert STALE > 2


def test_the_history_of_a_scenario_is_told_by_its_name(keep):
    opened = keep(story(1), story(2, name="another"), story(3))

    assert [row.id for row in store.history(opened, "late parcel")] == ["scenariorun_3", "scenariorun_1"]
    assert store.history(opened, "late parcel", set_id="elsewhere") == []
    assert len(store.history(opened, "late parcel", limit=1)) == 1


def test_a_run_that_is_not_there_is_none(keep):
    assert store.run(keep(story()), "nothing") is None


def test_changes_can_be_followed(place):
    sink = store.StoreSink(place)
    told = story(1)

    def tell(*facts):
        for fact in facts:
            sink.receive(fact)
        sink.flush().result(10)

    with store.open_store(place, create=True) as opened:
        assert store.changes(opened, 0) == store.Changes(0, (), removed=False)
        tell(*told.facts[:2])
        first = store.changes(opened, 0)
        tell(*story(2).facts)
        second = store.changes(opened, first.latest)
        tell(*told.facts[2:])
        third = store.changes(opened, second.latest)

        assert [row.id for row in first.runs] == ["scenariorun_1"]
        assert [row.id for row in second.runs] == ["scenariorun_2"]
        assert [(row.id, row.state) for row in third.runs] == [("scenariorun_1", RunState.FINISHED)]
        assert first.latest < second.latest < third.latest
        assert store.changes(opened, third.latest).runs == ()


def test_changes_beyond_the_limit_come_with_the_next_question(keep):
    opened = keep(*(story(number) for number in range(5)))

    seen, since = [], 0
    for _ in range(3):
        found = store.changes(opened, since, limit=2)
        since = found.latest
        seen += [row.id for row in found.runs]

    assert seen == [f"scenariorun_{number}" for number in range(5)]


@pytest.mark.parametrize(
    "text", ["on its WAY", "number 2", "100%", "a_b", "Käse", "kÄse", "KÄSE", "\\", "refund"]
)
def test_a_search_finds_words_in_any_case_and_takes_every_character_for_itself(keep, text):
    told = Story("scenariorun_7", began=NOW - 5)
    call = {"id": "c", "function": {"name": "refund", "arguments": "{}"}}
    told.says("It is on its way, number 2, 100% sure, a_b \\ Käse KÄSE", tool_calls=[call]).says(
        "100 axb", "user"
    )
    opened = keep(told, story(1))

    assert ("scenariorun_7", 0) in [(hit.run_id, hit.position) for hit in store.search(opened, text)]
    assert ("scenariorun_7", 1) not in [(hit.run_id, hit.position) for hit in store.search(opened, text)]


def test_a_search_names_where_it_found_something(keep):
    (hit,) = store.search(keep(story(1), story(2)), "number 2")

    assert dataclasses.asdict(hit) == {
        "run_id": "scenariorun_2",
        "batch_id": "scenariobatch_1",
        "name": "late parcel",
        "position": 1,
        "role": "assistant",
        "text": "It is on its way, number 2.",
        "at": NOW + 203,
    }
    assert [hit.run_id for hit in store.search(keep(), "number", limit=1)] == ["scenariorun_2"]


def test_a_search_passes_over_what_was_rolled_back(keep):
    assert store.search(keep(Story().says("secret plan").cut(0)), "plan") == []


def test_ids_are_found_by_their_beginning(keep):
    opened = keep(story(123456), story(123457), story(9))

    assert store.find_ids(opened, "scenariorun_123456") == ["scenariorun_123456"]
    assert store.find_ids(opened, "12345") == ["scenariorun_123457", "scenariorun_123456"]
    assert store.find_ids(opened, "scenario", batches=False, limit=2) == [
        "scenariorun_9",
        "scenariorun_123457",
    ]
    assert "scenariobatch_1" in store.find_ids(opened, "scenario")
    assert store.find_ids(opened, "%") == []


@pytest.mark.parametrize(
    ("losses", "text"),
    [
        (
            Losses("runs.db", 40, 5, 3, 2, "the disk is full."),
            "The store runs.db did not get everything: 3 of 40 facts, in 2 of 5 runs, were not stored: the disk is full",
        ),
        (
            Losses("x", 1, 1, 1, 1, ""),
            "The store x did not get everything: 1 of 1 fact, in 1 of 1 run, was not stored",
        ),
    ],
)
def test_a_loss_is_told_in_a_sentence(losses, text):
    assert str(losses) == text
