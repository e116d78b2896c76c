"""The reporter of a session: it keeps what was played, and tells what that comes to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from scenario.report.session import RunSummary, Verdict, summarise, totals_of
from scenario.report.terminal import plain, section

if TYPE_CHECKING:
    from scenario._engine.facts import Fact
    from scenario.types import ScenarioResult


class Named(Protocol):
    """Something with a name, such as an executor."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...


@dataclass(frozen=True, slots=True)
class PlayedRun:
    """A run as it was played.

    Attributes:
        name: The scenario's name.
        result: Its result.
        verdict: How it ended.
        error: The text of the exception that ended it, if one did.
        test: The id of the test that it was played in; None outside of tests.
        has_user: Whether a simulated user took part.
    """

    name: str
    result: ScenarioResult
    verdict: Verdict
    error: str | None = None
    test: str | None = None
    has_user: bool = False

    @property
    def passed(self) -> bool:
        """Whether it was a success."""
        return self.verdict is Verdict.PASSED

    def summary(self) -> RunSummary:
        """What it comes to."""
        return summarise(self.name, self.result, self.verdict, error=self.error, test=self.test)


def follow(runs: list[PlayedRun], test: str | None) -> Callable[[Fact], None]:
    """A reader for a run that begins now.

    Args:
        runs: Gets the run when it has ended.
        test: The id of the test that it is played in, or None.
    """
    from scenario._engine.facts import Concluded, Started  # noqa: PLC0415 - a run is there, so they are loaded
    from scenario.types import AgentRole  # noqa: PLC0415 - likewise

    started: Started | None = None

    def read(fact: Fact) -> None:
        nonlocal started
        if isinstance(fact, Started):
            started = fact
        elif isinstance(fact, Concluded) and started is not None:
            outcome = fact.result.outcome
            verdict = Verdict.of(fact.status.value, outcome and outcome.value)
            has_user = any(agent.role is AgentRole.USER for agent in started.agents)
            runs.append(PlayedRun(started.name, fact.result, verdict, fact.error, test, has_user))

    return read


class ScenarioReporter:
    """Every run of a test session, in the order in which they ended, those that raised included.

    Args:
        runs: The runs so far; the reporter adds to this list.
        current_test: Tells the id of the test that is running, or None.
    """

    def __init__(
        self, runs: list[PlayedRun] | None = None, current_test: Callable[[], str | None] = lambda: None
    ) -> None:
        self._runs: list[PlayedRun] = [] if runs is None else runs
        self._current_test = current_test

    @property
    def results(self) -> list[tuple[str, ScenarioResult]]:
        """The name of each scenario with its result. A run that raised has a result, too: a failed one."""
        return [(run.name, run.result) for run in self._runs]

    def add_result(self, scenario: Named | str, result: ScenarioResult) -> None:
        """Add a result by hand, such as one of an executor that was played step by step.

        Args:
            scenario: A name, or something that has one.
            result: The result. One that is there already is not added again.
        """
        if any(run.result is result for run in self._runs):
            return
        name = scenario if isinstance(scenario, str) else scenario.name
        verdict = Verdict.of(
            "SUCCESS" if result.success else "FAILED", result.outcome and result.outcome.value
        )
        self._runs.append(PlayedRun(name, result, verdict, test=self._current_test()))

    def get_summary(self) -> dict[str, Any]:
        """How many runs there were.

        Returns:
            ``total``, ``passed``, ``failed`` (those that raised among them), and ``success_rate``, in percent
            with two decimals; 0 without runs.
        """
        totals = totals_of([run.summary() for run in self._runs])
        return {
            "total": totals.total,
            "passed": totals.passed,
            "failed": totals.failed,
            "success_rate": totals.success_rate,
        }

    def print_report(self) -> None:
        """Print a line for each run, more for those that did not pass, and the totals."""
        print(plain(section([run.summary() for run in self._runs], every=True)))  # noqa: T201 - it is what it says
