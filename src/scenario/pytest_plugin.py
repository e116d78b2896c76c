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
from typing import TYPE_CHECKING, Any, cast

import pytest

from scenario._observers import Reader, observe_runs

if TYPE_CHECKING:
    from scenario.report.reporter import PlayedRun, ScenarioReporter
    from scenario.report.session import RunSummary

_NAMES = {"scenario", __name__}
_MARKER = "agent_test: plays scenarios with an agent; select such tests with -m agent_test."
_MOST_EXPLAINED = 5
_SESSION: pytest.StashKey[_Session] = pytest.StashKey()


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


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, follow the options, and begin to read runs."""
    config.addinivalue_line("markers", _MARKER)
    settings = _settings(config)
    session = config.stash[_SESSION] = _Session(config)
    with ExitStack() as stack:
        if settings:
            stack.enter_context(_configured(settings))
        stack.enter_context(observe_runs(session.follow))
        config.add_cleanup(stack.pop_all().close)
    config.pluginmanager.register(session, "scenario-session")


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
    """

    def __init__(self, config: pytest.Config) -> None:
        self.runs: list[PlayedRun] = []
        self.test: str | None = None
        self._elsewhere: list[RunSummary] = []
        self._explained = 0
        self._sent = 0
        worker = _worker_input(config)
        self._is_worker = worker is not None
        if worker is not None:  # the workers of a session share a batch, as its threads do
            os.environ.setdefault("SCENARIO_BATCH_RUN_ID", f"scenariobatch_{worker['testrunuid']}")

    def follow(self) -> Reader:
        """A reader for a run that begins now."""
        from scenario.report.reporter import follow

        return follow(self.runs, self.test)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """A test begins."""
        self.test = item.nodeid

    def pytest_runtest_logfinish(self) -> None:
        """A test ended."""
        self.test = None

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
        """Take in what a worker sent."""
        sent: list[dict[str, Any]] = getattr(report, "scenario_runs", [])
        if sent:
            from scenario.report.session import RunSummary

            self._elsewhere.extend(RunSummary.from_plain(run) for run in sent)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Add the section."""
        runs = self._elsewhere + [run.summary() for run in self.runs]
        verbosity = terminalreporter.config.get_verbosity()
        if not runs or verbosity <= -2:  # noqa: PLR2004 - that is -q -q
            return
        from scenario.report.terminal import section

        terminalreporter.section("scenarios")
        for line in section(runs, every=verbosity > 0):
            for span in line:
                terminalreporter.write(span.text, **dict.fromkeys(span.looks, True))
            terminalreporter.line("")

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
