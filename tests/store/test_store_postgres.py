"""The same store on PostgreSQL."""

from __future__ import annotations

import base64
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import create_engine, inspect

from scenario import store
from scenario._engine.facts import fold
from scenario._redaction import redactor
from scenario.errors import ConfigError
from scenario.store import FilePlace, RunState, place_of, schema, writer
from scenario.store.migrations import MIGRATIONS, Migration
from scenario.store.plain import plain
from store import postgres_server
from store.processes import check, play_and_kill
from store.stories import NOW, Story, stories, story

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]
DAY = 86_400


@pytest.fixture(scope="module")
def server():
    with postgres_server.running() as running:
        yield running


@pytest.fixture
def setting(server) -> str:
    return server.new_database()


@pytest.fixture
def place(setting):
    return place_of(setting)


def test_the_tables_are_those_that_queries_use(place):
    store.open_store(place, create=True).close()

    engine = create_engine(place.url)
    found = inspect(engine)
    made = {
        name: {column["name"]: column["nullable"] for column in found.get_columns(name)}
        for name in found.get_table_names()
    }
    expected = {
        table.name: {column.name: bool(column.nullable) for column in table.columns}
        for table in schema.metadata.tables.values()
    }
    engine.dispose()
    assert made == expected


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=stories())
def test_what_is_read_is_the_fold_of_what_was_told(told, place):
    sink = store.StoreSink(place)
    for fact in told.facts:
        sink.receive(fact)
    losses = sink.close()
    assert not losses, str(losses)

    with store.open_store(place) as opened:
        whole = store.run(opened, told.run_id)

    assert whole is not None
    assert plain(whole.facts) == redactor().data(plain(tuple(told.facts)))
    assert plain([row.message for row in whole.messages]) == redactor().data(plain(fold(told.facts).messages))


def test_a_process_of_its_own_writes_into_a_server_too(place, monkeypatch):
    monkeypatch.setattr(writer, "_cores", lambda: 2)
    sink = store.StoreSink(place)
    sink.go_apart()
    while not sink._writer._apart.is_usable():
        pass
    told = Story().says("one").says("two", "user")
    for fact in told.facts:
        sink.receive(fact)
    sink.come_back().result(20)
    sink.receive(told.ends().facts[-1])
    assert not sink.close()

    with store.open_store(place) as opened:
        assert plain(store.run(opened, told.run_id).facts) == plain(tuple(told.facts))


def test_all_questions_have_the_same_answers_as_in_a_file(keep, place, tmp_path):
    told = [story(1), story(2, passes=False), Story("scenariorun_3").says("Käse 100%").says("x").cut(1)]
    here = keep(*told, at=FilePlace(tmp_path / "runs.db"))
    there = keep(*told, at=place)

    def answers(opened):
        return [
            [(row.id, row.state, row.messages, row.metadata) for row in store.runs(opened)],
            [(row.id, row.runs, row.passed, row.failed, row.interrupted) for row in store.batches(opened)],
            [row.id for row in store.runs(opened, failed=True)],
            [row.id for row in store.history(opened, "late parcel")],
            [
                (hit.run_id, hit.text)
                for word in ("NUMBER", "kÄSE", "100%", "_")
                for hit in store.search(opened, word)
            ],
            [(each.id, each.change) for each in store.changes(opened, 0).runs],
            store.find_ids(opened, "scenario"),
            store.run(opened, "scenariorun_3").facts,
        ]

    assert answers(here) == answers(there)


def test_an_export_of_a_file_imported_into_a_server_is_equal(keep, place, tmp_path):
    sound = base64.b64encode(b"sound" * 20_000).decode()
    here = keep(
        story(1), Story("scenariorun_8").says([{"data": sound}], "user"), at=FilePlace(tmp_path / "runs.db")
    )
    lines = list(store.export_runs(here))

    with store.open_store(place, create=True) as there:
        assert store.import_runs(there, lines) == store.Imported(new=2)
        assert store.import_runs(there, lines) == store.Imported(known=2)
        assert list(store.export_runs(there)) == lines
        assert store.run(there, "scenariorun_8").messages[0].message["content"] == [{"data": sound}]


def test_old_runs_are_removed_with_their_media(keep, place):
    sound = base64.b64encode(b"sound" * 20_000).decode()
    opened = keep(
        Story("old").says([{"data": sound}], "user").ends(),
        Story("new", began=NOW + 10 * DAY).ends(),
        at=place,
    )

    assert store.prune(opened, 5, now=NOW + 11 * DAY) == store.Pruned(1, 1)

    with opened.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM blob").scalar() == 0
    assert [row.id for row in store.runs(opened)] == ["new"]


def test_4_processes_two_of_which_are_killed_three_times_over(setting, place):
    chance = random.Random(4)
    checked: set[str] = set()
    for _ in range(3):
        over = play_and_kill(setting, chance, killed=2)
        states = check(place, over, checked)

    assert states[RunState.INTERRUPTED] >= 6
    assert states[RunState.FINISHED] > 60


def test_many_can_open_a_new_store_at_once(place):
    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(lambda _: store.open_store(place, create=True), range(6)))
    for each in opened:
        each.close()


def test_a_migration_is_made_as_a_whole_or_not_at_all(keep, place):
    keep(story(1), at=place).close()

    def break_down(connection):
        connection.exec_driver_sql("ALTER TABLE run ADD COLUMN stars BIGINT")
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        store.open_store(
            place, migrations=(*MIGRATIONS, Migration(len(MIGRATIONS) + 1, "broken", break_down))
        )
    with store.open_store(place) as opened:
        assert len(store.runs(opened)) == 1
    add = Migration(
        len(MIGRATIONS) + 1,
        "stars",
        lambda connection: connection.exec_driver_sql("ALTER TABLE run ADD COLUMN stars BIGINT"),
    )
    store.open_store(place, migrations=(*MIGRATIONS, add)).close()
    with pytest.raises(ConfigError, match="newer version"):
        store.open_store(place)


def test_who_follows_changes_misses_none_while_several_write(place):
    sinks = [store.StoreSink(place) for _ in range(4)]
    seen: set[str] = set()
    with store.open_store(place, create=True) as opened, ThreadPoolExecutor(4) as pool:

        def tell(number: int) -> None:
            for each in range(10):
                for fact in story(100 * number + each).facts:
                    sinks[number].receive(fact)
                sinks[number].flush().result(20)

        writing = [pool.submit(tell, number) for number in range(4)]
        since = 0
        while not all(each.done() for each in writing):
            found = store.changes(opened, since)
            since = found.latest
            seen |= {row.id for row in found.runs}
        for each in writing:
            each.result()
        seen |= {row.id for row in store.changes(opened, since).runs}
    assert not any(sink.close() for sink in sinks)

    assert len(seen) == 40


def test_a_server_that_goes_away_loses_facts_and_gets_them_again_when_it_is_back(server, place):
    sink = store.StoreSink(place)

    def tell(number: int):
        for fact in story(number).facts:
            sink.receive(fact)
        sink.flush().result(30)
        return sink.losses().lost

    assert tell(1) == 0
    server.stop()
    lost = tell(2)
    server.start()
    while tell(3) > lost:  # it is tried again after a second
        lost = sink.losses().lost

    assert sink.close().incomplete >= 1
    with store.open_store(place) as opened:
        rows = {row.id: row.lost for row in store.runs(opened)}
    assert rows["scenariorun_1"] == 0
    assert rows["scenariorun_2"] > 0
