"""Export, import, and removing what is old."""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select

from scenario import store
from scenario.errors import ConfigError
from scenario.store import FilePlace, Imported, RunState, schema
from store.stories import NOW, Story, stories, story

SOUND = base64.b64encode(b"sound" * 20_000).decode()
DAY = 86_400


@pytest.fixture
def other(tmp_path):
    with store.open_store(FilePlace(tmp_path / "other.db"), create=True) as opened:
        yield opened


def test_an_export_imported_elsewhere_is_equal(keep, other):
    with_sound = Story("scenariorun_8").says([{"input_audio": {"data": SOUND}}], "user").says("ok").cut(1)
    here = keep(story(1), story(2, passes=False), story(3, batch="b2"), with_sound)
    lines = list(store.export_runs(here))

    assert store.import_runs(other, lines) == Imported(new=4)

    assert list(store.export_runs(other)) == lines
    ours, theirs = store.run(here, "scenariorun_8"), store.run(other, "scenariorun_8")
    assert (ours.messages, ours.removed, ours.facts) == (theirs.messages, theirs.removed, theirs.facts)
    assert store.batches(here)[0].runs == store.batches(other)[0].runs


def test_importing_again_changes_nothing(keep, other):
    lines = list(store.export_runs(keep(story(1), story(2))))
    store.import_runs(other, lines)
    since = store.changes(other, 0).latest

    assert store.import_runs(other, lines) == Imported(known=2)
    assert store.changes(other, since).runs == ()


def test_the_exports_of_several_machines_merge(keep, other, tmp_path):
    parts = [
        keep(story(number, batch="shared"), at=FilePlace(tmp_path / f"{number}.db")) for number in (1, 2, 3)
    ]
    together = [line for part in parts for line in store.export_runs(part)]

    assert store.import_runs(other, together) == Imported(new=3)
    (batch,) = store.batches(other)
    assert (batch.id, batch.runs, batch.passed) == ("shared", 3, 3)


def test_a_later_state_of_a_run_replaces_an_earlier_one_and_not_the_other_way_round(keep, other, tmp_path):
    told = story(1)
    whole = list(store.export_runs(keep(told)))
    told.facts = told.facts[:3]
    half = list(store.export_runs(keep(told, at=FilePlace(tmp_path / "half.db"))))

    assert store.import_runs(other, half) == Imported(new=1)
    assert store.runs(other)[0].state is RunState.INTERRUPTED
    assert store.import_runs(other, whole) == Imported(replaced=1)
    assert store.import_runs(other, half) == Imported(known=1)
    assert store.runs(other)[0].state is RunState.FINISHED


def test_what_is_imported_shows_to_those_who_follow_changes(keep, other):
    since = store.changes(other, 0).latest
    store.import_runs(other, store.export_runs(keep(story(1))))

    assert [row.id for row in store.changes(other, since).runs] == ["scenariorun_1"]


def test_only_the_chosen_runs_and_batches_are_exported(keep):
    here = keep(story(1), story(2, batch="b2"), story(3, batch="b2"), story(4))

    lines = list(store.export_runs(here, ["scenariorun_1", "b2"]))

    ids = [json.loads(line)["run"]["id"] for line in lines[1:]]
    assert ids == ["scenariorun_1", "scenariorun_2", "scenariorun_3"]


def _damaged(line: str) -> str:
    data = json.loads(line)
    del data["run"]["name" if "name" in data["run"] else "facts"]
    return json.dumps(data)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda lines: [], "is empty"),
        (lambda lines: lines[1:], "is no export of runs"),
        (lambda lines: ['{"format": "scenario-runs", "version": 99}\n'], "newer version.*format 99.*up to 1"),
        (lambda lines: [lines[0], lines[1][:50]], "line 2"),
        (lambda lines: [lines[0], "[1]"], "line 2 is no JSON object"),
        (lambda lines: [lines[0], _damaged(lines[1])], "line 2 is damaged"),
        (lambda lines: [lines[0], '{"medium": "00", "data": "eHg="}'], "line 2 is damaged.*hash"),
        (lambda lines: [lines[0], '{"medium": 7}'], "line 2 is damaged"),
    ],
)
def test_what_is_no_whole_export_is_refused_with_its_line(keep, other, change, text):
    lines = change(list(store.export_runs(keep(story(1)))))

    with pytest.raises(ConfigError, match=f"runs.jsonl.*{text}"):
        store.import_runs(other, lines, source="runs.jsonl")
    assert store.runs(other) == []


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories())
def test_any_run_survives_export_and_import(told: Story):
    with tempfile.TemporaryDirectory() as folder:
        here, there = (FilePlace(Path(folder) / name) for name in ("here.db", "there.db"))
        sink = store.StoreSink(here)
        for fact in told.facts:
            sink.receive(fact)
        sink.close()
        with store.open_store(here) as first, store.open_store(there, create=True) as second:
            lines = list(store.export_runs(first))
            store.import_runs(second, lines)
            assert list(store.export_runs(second)) == lines


def test_old_runs_are_removed_with_all_that_is_theirs(keep, place):
    old, new = Story("scenariorun_1", "b1"), Story("scenariorun_2", "b2", name="new", began=NOW + 10 * DAY)
    only_old, shared = SOUND, base64.b64encode(bytes(90_000)).decode()
    old.says([{"data": only_old}, {"data": shared}], "user").ends()
    new.says([{"data": shared}], "user").ends()
    opened = keep(old, new)
    since = store.changes(opened, 0).latest

    would = store.prune(opened, 5, now=NOW + 11 * DAY, dry=True)
    assert len(store.runs(opened)) == 2
    removed = store.prune(opened, 5, now=NOW + 11 * DAY)

    assert (would.runs, would.media) == (removed.runs, removed.media) == (1, 1)
    assert [row.id for row in store.runs(opened)] == ["scenariorun_2"]
    assert [batch.id for batch in store.batches(opened)] == ["b2"]
    assert len([path for path in place.media.rglob("*") if path.is_file()]) == 1
    assert store.run(opened, "scenariorun_2").messages[0].message["content"] == [{"data": shared}]
    assert store.changes(opened, since).removed
    with opened.reading() as connection:
        counts = [
            connection.scalar(select(func.count()).select_from(table))
            for table in (schema.fact, schema.scenario)
        ]
    assert counts == [3, 1]


def test_a_run_that_may_go_on_is_kept(place):
    import time

    sink = store.StoreSink(place)
    sink.receive(Story(began=time.time()).facts[0])
    sink.flush().result(10)

    with store.open_store(place) as opened:
        assert store.prune(opened, 0).runs == 0
