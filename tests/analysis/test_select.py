"""The runs that a name means."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update

from report.played import play_suite
from scenario.analysis import select
from scenario.errors import ScenarioError
from scenario.store import FilePlace, open_store, schema
from scenario.store.plain import to_json

GREEN, RED = {"greets": 1.0}, {"greets": 0.0}
BATCHES = [  # in the order in which they were played
    ("scenariobatch_one", GREEN, {"branch": "main", "commit": "aaaaaaaaaa", "status": "completed"}),
    (
        "scenariobatch_two",
        GREEN,
        {"branch": "main", "commit": "bbbbbbbbbb", "status": "completed", "tags": ["v1"]},
    ),
    ("scenariobatch_three", RED, {"branch": "main", "commit": "cccccccccc", "status": "completed"}),
    ("scenariobatch_four", GREEN, {"branch": "topic", "commit": "dddddddddd", "status": "budget"}),
    ("other", RED, {}),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    place = FilePlace(tmp_path_factory.mktemp("select") / "runs.db")
    for name, rates, _ in BATCHES:
        asyncio.run(play_suite(place, batch=name, rates=rates, trials=1))
    with open_store(place) as found:
        with found.writing() as connection:
            for at, (name, _, info) in enumerate(BATCHES):
                batch = schema.batch
                values = {"info": to_json(info), "started_at": 1000.0 + at}
                connection.execute(update(batch).where(batch.c.id == name).values(**values))
        yield found


@pytest.mark.parametrize(
    ("name", "batch"),
    [
        ("scenariobatch_one", "scenariobatch_one"),
        ("scenariobatch_o", "scenariobatch_one"),
        ("three", "scenariobatch_three"),
        ("last", "other"),
        ("last@main", "scenariobatch_three"),
        ("last-green", "scenariobatch_two"),
        ("last-green@main", "scenariobatch_two"),
        ("v1", "scenariobatch_two"),
        ("ccccccc", "scenariobatch_three"),
        ("oth", "other"),
    ],
)
def test_a_name_means_a_batch(store, name, batch):
    found = select(store, name)

    assert found.batch_ids == (batch,)
    assert {run.batch_id for run in found.runs} == {batch}


def test_a_batch_that_was_stopped_is_not_green(store):
    with pytest.raises(ScenarioError, match="of 1 batches on topic none has only trials that passed"):
        select(store, "last-green@topic")


def test_batches_can_be_left_out_of_what_a_name_means(store):
    assert select(store, "last", without=["other"]).batch_ids == ("scenariobatch_four",)
    assert select(store, "last-green", without=["scenariobatch_two"]).batch_ids == ("scenariobatch_one",)


def test_several_names_mean_all_of_their_runs(store):
    found = select(store, "scenariobatch_one, last")

    assert found.batch_ids == ("scenariobatch_one", "other")
    assert len(found.runs) == 2


def test_a_summary_is_called_by_its_batch_and_by_how_it_was_asked_for(store):
    assert select(store, "other").summary().label == "other"
    assert select(store, "last").summary().label == "other (last)"
    assert select(store, "v1").summary().info["commit"] == "bbbbbbbbbb"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("scenariobatch_onne", "Did you mean scenariobatch_one?"),
        ("zzz", "`scenario runs` lists them."),
        ("scenariobatch_t", "means 2 batches"),
        ("last@nowhere", "the store has no other batch on nowhere"),
        (" , ", "Name a batch"),
    ],
)
def test_a_name_that_means_nothing_is_told_with_what_to_do(store, name, text):
    with pytest.raises(ScenarioError) as caught:
        select(store, name)
    assert text in str(caught.value)


def test_an_empty_store_says_so(tmp_path):
    with open_store(FilePlace(tmp_path / "empty.db"), create=True) as store:
        with pytest.raises(ScenarioError, match="The store is empty"):
            select(store, "x")
        with pytest.raises(ScenarioError, match="the store has no other batch"):
            select(store, "last")
