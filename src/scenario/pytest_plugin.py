"""The pytest plugin: options, a marker, a fixture, and a section of the summary. The logic is in `scenario.report`.

It reads the facts of runs and changes nothing about them. Loading it does not load the engine, so a session
without scenarios pays nothing for it.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Any, cast

import pytest

from scenario._observers import observe_runs
from scenario.report.assertion import explain
from scenario.report.reporter import PlayedRun, ScenarioReporter
from scenario.report.session import RunSummary, Verdict
from scenario.report.terminal import section

_MARKER = "agent_test: plays scenarios with an agent; select such tests with -m agent_test."
_MOST_EXPLAINED = 5
_REPORTER: pytest.StashKey[ScenarioReporter] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
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
    reporter = config.stash[_REPORTER] = ScenarioReporter()
    with ExitStack() as stack:
        if settings:
            stack.enter_context(_configured(settings))
        stack.enter_context(observe_runs(reporter.follow))
        config.add_cleanup(stack.pop_all().close)
    config.pluginmanager.register(_Session(config, reporter), "scenario-session")


@pytest.fixture(scope="session")
def scenario_reporter(request: pytest.FixtureRequest) -> ScenarioReporter:
    """What was played in this session: `results`, `add_result`, `get_summary()`, `print_report()`."""
    return request.config.stash[_REPORTER]


class _Session:
    """The hooks of one session."""

    def __init__(self, config: pytest.Config, reporter: ScenarioReporter) -> None:
        self._reporter = reporter
        self._elsewhere: list[RunSummary] = []
        self._explained = 0
        self._sent = 0
        worker = _worker_input(config)
        self._is_worker = worker is not None
        if worker is not None:  # the workers of a session share a batch, as its threads do
            os.environ.setdefault("SCENARIO_BATCH_RUN_ID", f"scenariobatch_{worker['testrunuid']}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """A test begins, perhaps once more."""
        self._reporter.test = item.nodeid
        self._explained = len(self._reporter.runs)

    def pytest_runtest_logfinish(self) -> None:
        """A test ended."""
        self._reporter.test = None

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
        if not self._is_worker:
            sent = getattr(report, "scenario_runs", ())
            self._elsewhere.extend(RunSummary.from_plain(run) for run in sent)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Add the section."""
        runs = self._elsewhere + [run.summary() for run in self._reporter.runs]
        verbosity = terminalreporter.config.get_verbosity()
        if not runs or verbosity <= -2:  # noqa: PLR2004 - that is -q -q
            return
        terminalreporter.section("scenarios")
        for line in section(runs, every=verbosity > 0):
            for span in line:
                terminalreporter.write(span.text, **dict.fromkeys(span.looks, True))
            terminalreporter.line("")

    def _explanations(self, test: str) -> list[tuple[str, str]]:
        """A section for each run of this test that did not pass and was not explained before."""
        runs = self._reporter.runs[self._explained :]
        self._explained += len(runs)
        failed = [run for run in runs if run.test == test and run.verdict is not Verdict.PASSED]
        sections = [(f"scenario: {run.summary().name}", _explained(run)) for run in failed[:_MOST_EXPLAINED]]
        if len(failed) > _MOST_EXPLAINED:
            more = f"{len(failed) - _MOST_EXPLAINED} more runs of this test did not pass; the summary names them."
            sections.append(("scenario", more))
        return sections

    def _unsent(self) -> list[dict[str, Any]]:
        runs = self._reporter.runs[self._sent :]
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
    from scenario.config import ScenarioConfig  # noqa: PLC0415 - only sessions with these options pay for it

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
    try:
        return explain(run)
    except Exception as error:  # noqa: BLE001 - messages can hold anything, and the session must go on
        return f"This run cannot be shown: {type(error).__name__}: {error}"
