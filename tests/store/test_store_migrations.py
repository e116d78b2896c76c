"""How a store comes to its present form."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import Connection, create_engine, inspect

from scenario import store
from scenario.errors import ConfigError
from scenario.store import schema
from scenario.store.migrations import MIGRATIONS, Migration
from store.stories import story


def _add_stars(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE star (run_id TEXT NOT NULL, text TEXT NOT NULL)")
    connection.exec_driver_sql("ALTER TABLE run ADD COLUMN stars BIGINT")


def _break(connection: Connection) -> None:
    _add_stars(connection)
    raise RuntimeError("in the middle")


NEXT = len(MIGRATIONS) + 1
STARS = Migration(NEXT, "stars", _add_stars)
KNOWN = [step.name for step in MIGRATIONS]


def _names(place) -> list[str]:
    with sqlite3.connect(place.path) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM migration ORDER BY number")]
    connection.close()
    return names


def test_a_new_store_has_the_tables_and_columns_that_queries_use(place):
    store.open_store(place, create=True).close()

    found = inspect(create_engine(f"sqlite:///{place.path}"))
    made = {
        table: {column["name"]: column["nullable"] for column in found.get_columns(table)}
        for table in found.get_table_names()
    }
    expected = {
        table.name: {column.name: column.nullable for column in table.columns}
        for table in schema.metadata.tables.values()
    }
    keys = {table: set(found.get_pk_constraint(table)["constrained_columns"]) for table in made}
    assert {table: set(columns) for table, columns in made.items()} == {
        table: set(columns) for table, columns in expected.items()
    }
    assert keys == {
        table.name: {column.name for column in table.primary_key} for table in schema.metadata.tables.values()
    }
    for table, columns in expected.items():
        for column, nullable in columns.items():
            assert nullable or column in keys[table] or not made[table][column], (table, column)


def test_an_old_store_is_migrated_and_keeps_what_is_in_it(keep, place):
    keep(story(1)).close()

    with store.open_store(place, migrations=(*MIGRATIONS, STARS)) as opened:
        assert [row.id for row in store.runs(opened)] == ["scenariorun_1"]
        with opened.reading() as connection:
            assert connection.exec_driver_sql("SELECT stars FROM run").all() == [(None,)]

    assert _names(place) == [*KNOWN, "stars"]


def test_a_store_of_the_first_form_gets_the_tables_of_the_second(place):
    store.open_store(place, create=True, migrations=MIGRATIONS[:1]).close()
    store.open_store(place).close()

    assert _names(place) == KNOWN
    tables = inspect(create_engine(f"sqlite:///{place.path}")).get_table_names()
    assert {"label", "inbox", "reported", "remote_span"} <= set(tables)


def test_a_migration_is_made_once(place):
    steps = (*MIGRATIONS, STARS)
    for _ in range(2):
        store.open_store(place, create=True, migrations=steps).close()

    assert _names(place) == [*KNOWN, "stars"]


def test_a_migration_that_fails_leaves_the_store_as_it_was(keep, place):
    keep(story(1)).close()

    with pytest.raises(RuntimeError, match="in the middle"):
        store.open_store(place, migrations=(*MIGRATIONS, Migration(NEXT, "broken", _break)))

    assert _names(place) == KNOWN
    with store.open_store(place) as opened, opened.reading() as connection:
        assert not inspect(connection).has_table("star")


def test_a_store_of_a_newer_version_is_refused_and_left_alone(keep, place):
    keep(story(1)).close()
    store.open_store(place, migrations=(*MIGRATIONS, STARS)).close()
    before = _names(place)

    with pytest.raises(
        ConfigError, match=rf"newer version.*has schema {NEXT}.*up to {NEXT - 1}.*Upgrade scenario"
    ) as caught:
        store.open_store(place)

    assert str(place) in str(caught.value)
    assert caught.value.source == str(place)
    assert _names(place) == before


def test_a_run_goes_on_when_its_store_is_of_a_newer_version(keep, place, caplog):
    keep(story(1)).close()
    store.open_store(place, migrations=(*MIGRATIONS, STARS)).close()
    sink = store.StoreSink(place)
    for fact in story(2).facts:
        sink.receive(fact)

    assert "newer version" in str(sink.close())
    assert len([record for record in caplog.records if record.name == "scenario"]) == 1


def test_the_migrations_are_numbered_without_gaps_and_named_differently():
    assert [step.number for step in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))
    assert len({step.name for step in MIGRATIONS}) == len(MIGRATIONS)
