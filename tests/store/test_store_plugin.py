"""A session of pytest stores what it plays."""

from __future__ import annotations

import sqlite3

import pytest

from nested import LEAN
from scenario import store
from scenario.store import FilePlace, RunState

pytest_plugins = ["pytester"]

_INI = f"""\
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
addopts = -p no:cacheprovider -p no:randomly {LEAN}
filterwarnings = error
"""
_TESTS = """\
import pytest
import scenario
from scenario.testing import ScriptedAgent

async def play(name):
    return await scenario.run(name, "", [ScriptedAgent("hello")], script=[scenario.agent(), scenario.succeed()])

@pytest.mark.parametrize("number", range(4))
async def test_it(number):
    assert await play(f"run {number}")
"""


class Session:
    """A project with a session of pytest in it."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester
        self.path = pytester.path
        pytester.makeini(_INI)
        pytester.makepyfile(test_it=_TESTS)

    def conftest(self, text: str) -> None:
        self._pytester.makeconftest(text)

    def run(self, *arguments: str, apart: bool = False) -> pytest.RunResult:
        run = self._pytester.runpytest_subprocess if apart else self._pytester.runpytest_inprocess
        return run(*arguments)

    def names(self, path: str = ".scenario/runs.db") -> list[str]:
        with store.open_store(FilePlace(self.path / path)) as opened:
            rows = store.runs(opened)
        assert {row.state for row in rows} <= {RunState.FINISHED}
        return sorted(row.name for row in rows)


@pytest.fixture
def session(pytester: pytest.Pytester) -> Session:
    return Session(pytester)


RUNS = [f"run {number}" for number in range(4)]


def test_runs_are_stored_beside_the_project_and_a_line_says_where(session):
    result = session.run()

    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["*4 runs: 4 passed*", "stored in .scenario/runs.db"])
    assert session.names() == RUNS


def test_the_option_names_another_place(session):
    result = session.run("--scenario-store", "kept/here.db")

    result.stdout.fnmatch_lines(["stored in kept/here.db"])
    assert session.names("kept/here.db") == RUNS
    assert not (session.path / ".scenario").exists()


@pytest.mark.parametrize("how", ["option", "variable", "configured"])
def test_storing_can_be_switched_off(session, monkeypatch, how):
    if how == "variable":
        monkeypatch.setenv("SCENARIO_STORE", "off")
    if how == "configured":
        session.conftest("import scenario\nscenario.configure(store='off')")
    result = session.run(*(["--scenario-store=off"] if how == "option" else []))

    result.assert_outcomes(passed=4)
    assert "stored in" not in result.stdout.str()
    assert not (session.path / ".scenario").exists()


def test_a_conftest_can_name_the_place(session):
    session.conftest("import scenario\nscenario.configure(store='own.db')")
    session.run()

    assert session.names("own.db") == RUNS


def test_a_session_without_scenarios_makes_nothing_and_loads_nothing(session):
    (session.path / "test_it.py").write_text("def test_it(): pass")
    session.conftest(
        "import sys\n"
        "def pytest_unconfigure(config):\n"
        "    print('loaded', [name for name in ('sqlalchemy', 'scenario.store') if name in sys.modules])"
    )
    result = session.run("-s", apart=True)

    result.stdout.fnmatch_lines(["loaded []"])
    assert not (session.path / ".scenario").exists()


def test_the_place_is_settled_by_where_pytest_was_started(session):
    tests = _TESTS.replace(
        "async def test_it(number):",
        "async def test_it(number, tmp_path, monkeypatch):\n    monkeypatch.chdir(tmp_path)",
    )
    (session.path / "test_it.py").write_text(tests)
    session.run()

    assert session.names() == RUNS


def test_workers_store_what_they_play_into_one_file(session):
    result = session.run("-n", "2", apart=True)

    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["stored in .scenario/runs.db"])
    assert session.names() == RUNS
    with store.open_store(FilePlace(session.path / ".scenario" / "runs.db")) as opened:
        (batch,) = store.batches(opened)
    assert batch.runs == 4


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_what_could_not_be_stored_is_told_in_the_summary_and_the_tests_pass(session, workers):
    (session.path / "no.db").write_bytes(b"this is no database" * 100)
    result = session.run("--scenario-store", "no.db", *workers, apart=bool(workers))

    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(
        ["stored in no.db", "The store no.db did not get everything: * of * facts, in 4 of 4 runs,*"]
    )


def test_a_place_that_cannot_be_is_told_in_the_summary(session):
    result = session.run("--scenario-store", "mysql://host/runs")

    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["Nothing is stored: *mysql://*"])


def test_a_second_session_adds_to_the_store(session):
    session.run()
    session.run()

    assert session.names() == sorted(RUNS * 2)


def test_the_file_is_whole_after_a_session(session):
    session.run()
    connection = sqlite3.connect(session.path / ".scenario" / "runs.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
