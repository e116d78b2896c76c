"""The plugin beside others: xdist, pytest-asyncio, anyio; and the ways in which pytest imports tests."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

import scenario
from scenario._observers import observe_runs
from scenario.pytest_plugin import _Session
from scenario.report.reporter import ScenarioReporter
from scenario.testing import ScriptedAgent

pytest_plugins = ["pytester"]

SIX = """
@pytest.mark.parametrize("number", range(6))
async def test_it(number):
    assert await play(f"number {number}", scenario.succeed() if number else scenario.fail("the first one"))
"""


def test_b40_workers_of_xdist_tell_their_runs_in_one_section(project, section):
    project.write(SIX)

    result = project.run("-n", "2", "-v")

    lines = section(result)
    told = sorted(line.split(" (")[0] for line in lines if not line.startswith("  "))
    assert told == [
        "6 runs: 5 passed, 1 failed, success rate 83.33 %",
        "FAILED number 0",
        *(f"PASSED number {number}" for number in range(1, 6)),
    ]
    assert "  the first one" in lines
    result.stdout.fnmatch_lines(["*- scenario: number 0 -*", "the first one", "The conversation:"])


def test_what_workers_have_told_is_there_when_xdist_stops_early(project, section):
    project.write(SIX)

    lines = section(project.run("-n", "1", "-x"))

    assert lines[0].startswith("FAILED number 0 (")


def test_the_workers_of_a_session_share_a_batch(project):
    project.write(
        """
        @pytest.mark.parametrize("number", range(4))
        def test_it(number, testrun_uid, worker_id, tmp_path_factory):
            executor = scenario.ScenarioExecutor("n", "")
            assert executor.batch_run_id == f"scenariobatch_{testrun_uid}"
        """
    )

    project.run("-n", "2").assert_outcomes(passed=4)


def test_a_batch_that_was_named_stays(project, monkeypatch):
    monkeypatch.setenv("SCENARIO_BATCH_RUN_ID", "build-7")
    project.write("def test_it():\n    assert scenario.ScenarioExecutor('n', '').batch_run_id == 'build-7'\n")

    project.run("-n", "1").assert_outcomes(passed=1)


def test_a_worker_sends_each_run_once(monkeypatch):
    monkeypatch.setenv("SCENARIO_BATCH_RUN_ID", "build-7")
    worker = _Session(SimpleNamespace(workerinput={"testrunuid": "1"}))
    sent = []

    for phase in ("setup", "call", "teardown"):
        if phase == "call":
            ScenarioReporter(worker.runs).add_result(
                "once", scenario.ScenarioResult(success=True, messages=[])
            )
        report = pytest.TestReport("t.py::t", ("t.py", 0, "t"), {}, "passed", None, phase)
        hook = worker.pytest_runtest_makereport(SimpleNamespace(nodeid="t.py::t"))
        next(hook)
        with pytest.raises(StopIteration):
            hook.send(report)
        worker.pytest_runtest_logreport(report)
        sent.append([run["name"] for run in getattr(report, "scenario_runs", [])])

    assert sent == [[], ["once"], []]


async def test_a_run_belongs_to_the_test_in_whose_call_it_begins():
    """Plugins that play tests side by side set all of them up first, and call each in a context of its own."""
    session = _Session(SimpleNamespace())
    everybody = asyncio.Barrier(3)

    async def called(number):
        hook = session.pytest_runtest_call(SimpleNamespace(nodeid=f"t.py::t[{number}]"))
        next(hook)
        await everybody.wait()
        agents = [ScriptedAgent("hello")]
        await scenario.run(f"run {number}", "", agents, script=[scenario.agent(), scenario.succeed()])
        with pytest.raises(StopIteration):
            hook.send(None)

    with observe_runs(session.follow):
        await asyncio.gather(*[called(number) for number in range(3)])

    assert sorted((run.name, run.test) for run in session.runs) == [
        (f"run {number}", f"t.py::t[{number}]") for number in range(3)
    ]


def test_headless_reaches_the_workers(project):
    project.write("def test_it():\n    assert scenario.ScenarioExecutor('n', '').config.headless\n")

    project.run("-n", "1", "--headless").assert_outcomes(passed=1)


@pytest.mark.parametrize("name", ["scenario", "scenario.pytest_plugin"])
def test_the_plugin_can_be_asked_for_by_either_name(project, section, name):
    project.write("async def test_it():\n    assert await play('good', scenario.succeed())\n")

    assert len(section(project.run_apart("-p", name))) == 1


@pytest.mark.parametrize("name", ["scenario", "scenario.pytest_plugin"])
def test_a_conftest_can_ask_for_the_plugin_by_either_name(project, section, name):
    (project.path / "conftest.py").write_text(f"pytest_plugins = [{name!r}]\n")
    project.write("async def test_it():\n    assert await play('good', scenario.succeed())\n")

    assert len(section(project.run_apart())) == 1


def test_the_plugin_can_be_loaded_where_others_are_not(project, section, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (project.path / "tox.ini").unlink()
    project.write("def test_it():\n    assert asyncio.run(play('good', scenario.succeed()))\n")

    assert len(section(project.run_apart("-p", "scenario", "-o", "pythonpath=."))) == 1


ASYNCIO = "@pytest.mark.asyncio\n"
ASYNCIO_MODULE = 'pytestmark = pytest.mark.asyncio(loop_scope="module")\n'
ANYIO = """
pytestmark = pytest.mark.anyio

@pytest.fixture(scope="module")
def anyio_backend():
    return "asyncio"

@pytest.fixture(scope="module")
async def shared(anyio_backend):
    yield

@pytest.fixture(autouse=True)
async def own(shared):
    yield
"""
TWO = """
async def test_first():
    assert await play("one", scenario.succeed())

async def test_second():
    assert await play("two", scenario.succeed(), run=scenario.arun)
"""
SYNC = """
def test_first():
    assert asyncio.run(play("one", scenario.succeed()))

def test_second():
    assert asyncio.run(play("two", scenario.succeed(), run=scenario.arun))
"""


@pytest.mark.parametrize(
    ("source", "options"),
    [
        pytest.param(TWO, ["--asyncio-mode=auto"], id="asyncio auto"),
        pytest.param(ASYNCIO + TWO.lstrip().replace("\n\nasync", f"\n\n{ASYNCIO}async"), ["--asyncio-mode=strict"], id="asyncio strict"),
        pytest.param(ASYNCIO_MODULE + TWO, ["--asyncio-mode=strict"], id="asyncio, a loop for the module"),
        pytest.param(ANYIO + TWO, ["-p", "anyio", "--asyncio-mode=strict"], id="anyio"),
        pytest.param(SYNC, [], id="plain functions"),
        pytest.param(TWO, ["--import-mode=importlib"], id="importlib"),
    ],
)  # fmt: skip
def test_each_run_is_told_with_its_own_test(project, section, source, options):
    project.write(source)

    result = project.run("-v", *options)

    result.assert_outcomes(passed=2)
    assert section(result)[:-1] == [
        "PASSED one (1 turn, 0.00 s, agent 0.00 s) in test_parcels.py::test_first",
        "PASSED two (1 turn, 0.00 s, agent 0.00 s) in test_parcels.py::test_second",
    ]
