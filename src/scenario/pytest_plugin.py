"""The pytest plugin: options, a marker, a fixture, and a section of the summary. The logic is in `scenario.report`.

It reads the facts of runs and changes nothing about them. What it needs is loaded when the first run begins, so a
session without scenarios pays nothing for it.
"""

# ruff: noqa: PLC0415 - imports stand where they are needed, for the reason above

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from scenario._observers import Reader, observe_runs
from scenario._pytest.hooks import TrialHooks, add_options
from scenario._pytest.trials import MARKER
from scenario._replay.takes import CurrentTest, takes

if TYPE_CHECKING:
    from scenario.report.reporter import PlayedRun, ScenarioReporter
    from scenario.report.session import RunSummary
    from scenario.store import Place, StoreSink

_NAMES = {"scenario", __name__}
_MOST_EXPLAINED = 5
_WELL = {"passed", "skipped"}  # not well are "failed", and "rerun" of plugins that play a test again
_TROUBLES = "scenario_store_troubles"
_OFF = {"", "off"}
_SESSION: pytest.StashKey[_Session] = pytest.StashKey()
_calling: ContextVar[str | None] = ContextVar("scenario_test", default=None)


class Told(str, Enum):
    """Which runs that did not pass the summary explains."""

    FAILED_TESTS = "failed-tests"
    ALL = "all"
    NONE = "none"


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the options, and be one plugin under whatever name somebody asks for it."""
    own = pluginmanager.get_name(sys.modules[__name__])
    for other in _NAMES - {own}:
        pluginmanager.set_blocked(other)  # else pytest refuses to register the module a second time
    group = parser.getgroup("scenario", "scenario: conversations with agents")
    group.addoption(
        "--headless",
        action="store_true",
        dest="scenario_headless",
        help="Nobody is at the terminal: no scenario asks anything or opens anything.",
    )
    group.addoption(
        "--scenario-debug",
        action="store_true",
        dest="scenario_debug",
        help="Print the conversations, and ask before the simulated user speaks. Needs -s, so that you can type.",
    )
    group.addoption(
        "--scenario-report",
        choices=[told.value for told in Told],
        default=Told.FAILED_TESTS.value,
        dest="scenario_report",
        help="What the summary says of runs that did not pass: all of it about those of tests that failed (the "
        "default), all of it about all, or none.",
    )
    group.addoption(
        "--scenario-store",
        metavar="PATH|URL|off",
        dest="scenario_store",
        help="Where runs are stored (default: .scenario/runs.db of the project); off stores nothing.",
    )
    group.addoption(
        "--scenario-replay",
        choices=["off", "auto", "record", "replay"],
        dest="scenario_replay",
        help="Whether what scenarios ask of models, endpoints and recorded functions is recorded or replayed: off (the "
        "default), record, replay, or auto, which replays what is recorded and records the rest.",
    )
    add_options(group)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, follow the options, and begin to read runs."""
    config.addinivalue_line("markers", MARKER)
    settings = _settings(config)
    storing = _Storing(config.getoption("scenario_store"), config.invocation_params.dir)
    session = config.stash[_SESSION] = _Session(config, storing)
    alone = _worker_input(config) is not None or config.getoption("scenario_replay") not in {None, "off"}
    trials = session.trials = TrialHooks(config, session.runs, alone=alone)
    with ExitStack() as stack:
        stack.callback(setattr, takes, "demanded", takes.demanded)
        takes.demanded = config.getoption("scenario_replay") or takes.demanded
        if settings:
            stack.enter_context(_configured(settings))
        stack.enter_context(observe_runs(session.follow))
        stack.enter_context(observe_runs(lambda: trials.marked(storing.follow())))
        config.add_cleanup(stack.pop_all().close)
    config.pluginmanager.register(session, "scenario-session")
    config.pluginmanager.register(storing, "scenario-store")
    config.pluginmanager.register(trials, "scenario-trials")


@pytest.fixture(scope="session")
def scenario_reporter(request: pytest.FixtureRequest) -> ScenarioReporter:
    """What was played in this session: `results`, `add_result`, `get_summary()`, `print_report()`."""
    from scenario.report.reporter import ScenarioReporter

    session = request.config.stash[_SESSION]
    return ScenarioReporter(session.runs, lambda: session.test)


class _Session:
    """The hooks of one session.

    Attributes:
        runs: What was played in this process. Runs end on many threads, so it only grows.
        test: The id of the test that is running, or None.
        trials: Runs tests several times; None where nobody does.
    """

    def __init__(self, config: pytest.Config, storing: _Storing | None = None) -> None:
        self.runs: list[PlayedRun] = []
        self.test: str | None = None
        self._storing = storing
        self._elsewhere: list[RunSummary] = []
        self._called: set[str] = set()
        self._troubled: set[str] = set()
        self._explained = 0
        self._sent = 0
        worker = _worker_input(config)
        self._is_worker = worker is not None
        self.trials: TrialHooks | None = None
        if worker is not None:  # the workers of a session share a batch, as its threads do
            os.environ.setdefault("SCENARIO_BATCH_RUN_ID", f"scenariobatch_{worker['testrunuid']}")

    def follow(self) -> Reader:
        """A reader for a run that begins now."""
        from scenario.report.reporter import follow

        test = None if self.trials is None else self.trials.test_of_run()
        return follow(self.runs, test or _calling.get() or self.test)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """A test begins."""
        self.test = item.nodeid
        if self.trials is None or self.trials.is_first:
            takes.begin(CurrentTest(item.nodeid, item.path, item.config.rootpath))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """A test is called: in a context of its own, where plugins call several at once."""
        token = _calling.set(item.nodeid)
        try:
            return (yield)
        finally:
            _calling.reset(token)

    def pytest_runtest_logfinish(self) -> None:
        """A test ended."""
        self.test = None
        takes.end()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, Any, pytest.TestReport]:
        """Explain the runs of a test that failed; send those of a worker along."""
        report: pytest.TestReport = yield
        if report.failed:
            report.sections.extend(self._explanations(item.nodeid))
        if self._is_worker and (runs := self._unsent()):
            cast("Any", report).scenario_runs = runs  # such attributes travel with the report
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of how a test goes, and take in what a worker sent."""
        if report.outcome not in _WELL:
            self._troubled.add(report.nodeid)
        elif report.when == "call":
            self._called.add(report.nodeid)
        sent: list[dict[str, Any]] = getattr(report, "scenario_runs", [])
        if sent:
            from scenario.report.session import RunSummary

            self._elsewhere.extend(RunSummary.from_plain(run) for run in sent)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Add the section."""
        runs = self._elsewhere + [run.summary() for run in self.runs]
        verbosity = terminalreporter.config.get_verbosity()
        told = Told(terminalreporter.config.getoption("scenario_report"))
        if not runs or verbosity <= -2 or told is Told.NONE:  # noqa: PLR2004 - that is -q -q
            return
        from scenario.report.terminal import section

        terminalreporter.section("scenarios")
        passing = self._passing() if told is Told.FAILED_TESTS else ()
        for line in section(runs, every=verbosity > 0, passing=passing):
            for span in line:
                terminalreporter.write(span.text, **dict.fromkeys(span.looks, True))
            terminalreporter.line("")
        for line in self._storing.lines() if self._storing is not None else ():
            terminalreporter.line(line)

    def _passing(self) -> set[str]:
        """The tests that passed, or were skipped or expected to fail, by the ids that summaries have."""
        from scenario.report.wording import printable

        return {printable(test) for test in self._called - self._troubled}

    def _explanations(self, test: str) -> list[tuple[str, str]]:
        """A section for each run of this test that did not pass and was not explained before."""
        runs = self.runs[self._explained :]
        self._explained += len(runs)
        failed = [run for run in runs if run.test == test and not run.passed]
        sections = [(f"scenario: {run.summary().name}", _explained(run)) for run in failed[:_MOST_EXPLAINED]]
        if len(failed) > _MOST_EXPLAINED:
            more = f"{len(failed) - _MOST_EXPLAINED} more runs of this test did not pass; the summary names them."
            sections.append(("scenario", more))
        return sections

    def _unsent(self) -> list[dict[str, Any]]:
        runs = self.runs[self._sent :]
        self._sent += len(runs)
        return [run.summary().to_plain() for run in runs]


class _Storing:
    """Stores the runs of a session. Where is settled when the first one begins, as a conftest.py can configure it.

    Args:
        setting: What the command line says; None leaves it to the configuration.
        folder: Where paths begin.
    """

    def __init__(self, setting: str | None, folder: Path) -> None:
        self._troubles: list[str] = []
        self._setting = setting
        self._folder = folder
        self._is_settled = False
        self._found: Place | None = None
        self._sink: StoreSink | None = None

    def follow(self) -> Reader:
        """A reader for a run that begins now."""
        place = self._place()
        if place is None:
            return _ignore
        from scenario.store.sink import reader_for, sink_for

        self._sink = sink_for(place)
        return reader_for(place)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Store what is waiting. A worker sends along what could not be stored."""
        losses = self._sink.close() if self._sink is not None else None
        self._sink = None
        if losses:
            self._troubles.append(f"{losses}.")
        if _worker_input(session.config) is not None:
            cast("Any", session.config).workeroutput[_TROUBLES] = self._troubles

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take in what a worker could not store."""
        output: dict[str, Any] = getattr(node, "workeroutput", None) or {}
        self._troubles.extend(output.get(_TROUBLES, ()))

    def lines(self) -> list[str]:
        """Where the runs are stored, and what could not be."""
        place = self._place()
        return self._troubles if place is None else [f"stored in {place}", *self._troubles]

    def _place(self) -> Place | None:
        if not self._is_settled:
            self._found = self._find()
            self._is_settled = True  # last, as runs begin on many threads
        return self._found

    def _find(self) -> Place | None:
        from scenario.config import resolve
        from scenario.errors import ConfigError

        setting = resolve().store if self._setting is None else self._setting
        if setting is not None and str(setting).strip().lower() in _OFF:
            return None
        from scenario.store.place import place_of

        try:
            return place_of(setting, self._folder)
        except ConfigError as error:
            self._troubles.append(f"Nothing is stored: {error}")
            return None


def _ignore(fact: Any) -> None:
    pass


def _settings(config: pytest.Config) -> dict[str, Any]:
    """The settings that the command line asks for.

    Raises:
        pytest.UsageError: Nobody could type an answer.
    """
    headless, debug = config.getoption("scenario_headless"), config.getoption("scenario_debug")
    if not debug:
        return {"headless": True} if headless else {}
    if headless:
        raise pytest.UsageError(
            "--scenario-debug asks at the terminal, and --headless forbids it: leave one out"
        )
    if config.getoption("capture") != "no":
        raise pytest.UsageError("--scenario-debug needs your terminal: add -s, so that you can type")
    if config.getoption("dist", "no") != "no":
        raise pytest.UsageError("--scenario-debug needs your terminal: leave out -n, workers have none")
    return {"verbose": True, "debug": True, "headless": False}


@contextmanager
def _configured(settings: dict[str, Any]) -> Generator[None]:
    from scenario.config import ScenarioConfig

    former = ScenarioConfig.default_config
    ScenarioConfig.configure(**settings)
    try:
        yield
    finally:
        ScenarioConfig.default_config = former


def _worker_input(config: pytest.Config) -> dict[str, Any] | None:
    """What a worker of pytest-xdist was given; None in any other process."""
    return getattr(config, "workerinput", None)


def _explained(run: PlayedRun) -> str:
    from scenario.report.assertion import explain
    from scenario.report.wording import printable

    try:
        return explain(run)
    except Exception as error:  # noqa: BLE001 - messages can hold anything, and the session must go on
        return printable(f"This run cannot be shown: {type(error).__name__}: {error}")
