"""Several processes write into one file, and some of them are killed."""

from __future__ import annotations

import os
import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from scenario import store
from scenario.store import RunState
from scenario.store.migrations import MIGRATIONS
from store.processes import check, play_and_kill
from store.stories import Story, story


def integrity(path) -> str:
    connection = sqlite3.connect(path)
    (answer,) = connection.execute("PRAGMA integrity_check").fetchone()
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
    return answer


@pytest.mark.timeout(120)
def test_50_runs_in_4_processes_two_of_which_are_killed_ten_times_over(place, untraced):
    chance = random.Random(20)
    checked: set[str] = set()
    for _ in range(10):
        over = play_and_kill(str(place.path), chance, killed=2)
        states = check(place, over, checked)
        assert integrity(place.path) == "ok"

    assert states[RunState.INTERRUPTED] >= 20, "each process that was killed had a run going on"
    assert states[RunState.FINISHED] > 200


def test_processes_that_nobody_kills_lose_nothing(place):
    over = play_and_kill(str(place.path), random.Random(1), killed=0, processes=2, runs=10)

    assert check(place, over, set()) == {RunState.FINISHED: 22}
    assert len(over) == 22


def test_many_can_open_a_store_at_once_that_is_not_there_yet(place):
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(lambda _: store.open_store(place, create=True), range(8)))
    for each in stores:
        each.close()

    with sqlite3.connect(place.path) as connection:
        assert connection.execute("SELECT count(*) FROM migration").fetchone() == (len(MIGRATIONS),)
    connection.close()


def test_who_reads_does_not_hold_up_who_writes(keep, place):
    opened = keep(story(1))
    sink = store.StoreSink(place)
    with opened.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM run")
        for fact in story(2).facts:
            sink.receive(fact)
        sink.flush().result(2)
        assert connection.exec_driver_sql("SELECT count(*) FROM run").scalar() == 1, (
            "a reader sees one moment"
        )
    assert not sink.close()
    assert len(store.runs(opened)) == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_child_has_a_writer_of_its_own(place):
    parents = store.sink_for(place)
    for fact in story(1).facts:
        parents.receive(fact)
    parents.flush().result(10)
    child = os.fork()
    if child == 0:
        try:
            sink = store.sink_for(place)
            for fact in story(2).facts:
                sink.receive(fact)
            os._exit(1 if sink is parents or sink.close() else 0)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    parents.receive(Story("scenariorun_3").facts[0])
    assert not parents.close()

    with store.open_store(place) as opened:
        assert len(store.runs(opened)) == 3
