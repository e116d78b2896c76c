"""The hooks for trials and for scenarios that are tests themselves."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scenario._pytest.items_found import YAML_ENDINGS
from scenario._pytest.trials import TrialVerdict, Wish, play_trials, wish_of

if TYPE_CHECKING:
    from scenario._engine.facts import Fact
    from scenario._pytest.player import Player
    from scenario.report.reporter import PlayedRun

_DEFAULT_CONCURRENCY = 10
Reader = Callable[["Fact"], None]


def add_options(group: Any) -> None:
    """Add the options of trials."""
    group.addoption(
        "--scenario-trials",
        type=int,
        metavar="N",
        dest="scenario_trials",
        help="How often each test with the marker agent_test, and each scenario that is a test, is played.",
    )
    group.addoption(
        "--scenario-concurrency",
        type=int,
        metavar="N",
        default=_DEFAULT_CONCURRENCY,
        dest="scenario_concurrency",
        help=f"How many trials of scenarios that are tests are played at once (default: {_DEFAULT_CONCURRENCY}).",
    )


class TrialHooks:
    """Runs tests several times, and plays scenarios that are tests.

    Args:
        config: The configuration of the session.
        runs: What was played, in the order in which it ended; it grows.
        alone: Whether scenarios are played within their own tests only, as where a worker plays some of them.

    Attributes:
        trial: The number of the trial of the test that is running, and how many there are; None for other tests.
    """

    def __init__(self, config: pytest.Config, runs: Sequence[PlayedRun], *, alone: bool) -> None:
        self.trial: tuple[int, int] | None = None
        self._trials: int | None = config.getoption("scenario_trials")
        self._concurrency: int = config.getoption("scenario_concurrency") or _DEFAULT_CONCURRENCY
        for name, value in (("trials", self._trials), ("concurrency", self._concurrency)):
            if value is not None and value < 1:
                raise pytest.UsageError(f"--scenario-{name} is at least 1, not {value}")
        self._runs = runs
        self._noted = 0
        self._alone = alone
        self._players: list[Player] = []
        self._test_of: Callable[[], str | None] = _nobody

    @property
    def is_first(self) -> bool:
        """Whether the test that is running is run for the first time."""
        return self.trial is None or self.trial[0] == 1

    def test_of_run(self) -> str | None:
        """The test whose scenario is played where this is called; None when it is no scenario that is a test."""
        return self._test_of()

    def marked(self, reader: Reader) -> Reader:
        """The reader, told of the trial of the test in the metadata of a run that has none of its own."""
        if self.trial is None:
            return reader
        number, planned = self.trial

        def read(fact: Fact) -> None:
            from scenario._engine.facts import Started  # noqa: PLC0415 - a run is there, so it is loaded

            if isinstance(fact, Started) and "trial" not in fact.metadata:
                fact = replace(fact, metadata={**fact.metadata, "trial": number, "trials": planned})
            reader(fact)

        return read

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Collect YAML files of scenarios."""
        if not file_path.name.endswith(YAML_ENDINGS):
            return None
        from scenario._pytest.items import ScenarioFile  # noqa: PLC0415 - loaded where there is such a file

        return ScenarioFile.from_parent(parent, path=file_path)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, collector: pytest.Collector, obj: object) -> Any:
        """Collect the scenarios that a test module declares."""
        from scenario._pytest.items_found import is_declared  # noqa: PLC0415 - beside the next

        if not is_declared(obj):
            return None
        from scenario._pytest.items import declared_items  # noqa: PLC0415 - loaded where there is one

        return declared_items(collector, obj)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Let the scenarios that were collected be played together."""
        from scenario._pytest.items_found import has_scenarios  # noqa: PLC0415 - beside the next

        if has_scenarios(session.items):
            from scenario._pytest.items import give_players, test_of_trial  # noqa: PLC0415 - there are some

            self._players = give_players(session.items, self._trials, self._concurrency, alone=self._alone)
            self._test_of = test_of_trial(session.items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a test as often as its marker asks for."""
        from scenario._pytest.items_found import has_scenarios  # noqa: PLC0415 - a scenario counts its trials itself

        wish = None if has_scenarios([item]) else wish_of(item, self._trials)
        if wish is None:
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        try:
            reports = self._play(item, wish, nextitem)
        finally:
            self.trial = None
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, Any, pytest.TestReport]:
        """Add a property for each run of a test that ended since its report before."""
        runs = self._runs[self._noted :]
        self._noted += len(runs)
        if runs:
            from scenario._pytest.properties import properties_of  # noqa: PLC0415 - loaded where there are runs

            item.user_properties += properties_of([run for run in runs if run.test == item.nodeid])
        return (yield)

    def pytest_sessionfinish(self) -> None:
        """Cancel what is still played."""
        for player in self._players:
            player.stop()

    def _play(self, item: pytest.Item, wish: Wish, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
        began = 0

        def begin(number: int) -> None:
            nonlocal began
            began = len(self._runs)
            self.trial = (number, wish.trials)

        def verdict_of(has_passed: bool) -> TrialVerdict:
            if has_passed:
                return TrialVerdict.PASSED
            runs = [run for run in self._runs[began:] if run.test == item.nodeid and not run.passed]
            excused = bool(runs) and all(run.summary().excuses_agent for run in runs)
            return TrialVerdict.NOT_COUNTED if excused else TrialVerdict.FAILED

        return play_trials(item, wish, nextitem, verdict_of, begin)


def _nobody() -> str | None:
    return None
