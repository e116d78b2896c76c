"""Plays the scenarios that pytest collected, side by side on a thread beside the tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future

from scenario._utils.ids import get_batch_run_id
from scenario.suite import Control, Scenario, ScenarioTally, Stop, Suite, TrialResult, run_suite
from scenario.suite.progress import Progress, TrialEnded


class Player:
    """Plays scenarios, all of them once the first is asked for.

    Args:
        scenarios: What is played, by the id of the test.
        trials: How often each; None leaves it to the scenarios.
        concurrency: How many trials at once.
    """

    def __init__(self, scenarios: Mapping[str, Scenario], trials: int | None, concurrency: int) -> None:
        self._scenarios = dict(scenarios)
        self._trials = trials
        self._concurrency = concurrency
        self._control = Control()
        self._thread: threading.Thread | None = None
        self._tallies: dict[str, Future[ScenarioTally]] = {test: Future() for test in scenarios}

    def tally(self, test: str) -> ScenarioTally:
        """What came of a test's scenario; waits until it was played.

        Raises:
            Exception: The scenario cannot be played.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._play, name="scenario-player", daemon=True)
            self._thread.start()
        return self._tallies[test].result()

    def stop(self) -> None:
        """Cancel what is still played."""
        self._control.end(Stop.NOW)
        if self._thread is not None:
            self._thread.join()

    def _play(self) -> None:
        try:
            asyncio.run(self._play_all())
        except BaseException as error:  # noqa: BLE001 - the tests that wait get it
            for future in self._tallies.values():
                if not future.done():
                    future.set_exception(error)

    async def _play_all(self) -> None:
        for tests in _rounds(self._scenarios):
            await self._play_round(tests)

    async def _play_round(self, tests: Mapping[str, str]) -> None:
        """Play scenarios with different names; `tests` has the test of each."""
        chosen = [self._scenarios[test] for test in tests.values()]
        ended: dict[str, list[TrialResult]] = {each.name: [] for each in chosen}
        planned = {each.name: self._trials or each.trials for each in chosen}

        def watch(what: Progress) -> None:
            if isinstance(what, TrialEnded):
                name = what.result.trial.scenario
                ended[name].append(what.result)
                if len(ended[name]) == planned[name]:
                    self._settle(tests[name], ended[name], planned[name])

        await run_suite(
            Suite(chosen),
            trials=self._trials,
            concurrency=self._concurrency,
            store="off",  # the plugin stores all runs
            batch_id=get_batch_run_id(),
            watchers=[watch],
            control=self._control,
        )
        for name, test in tests.items():
            if not self._tallies[test].done():  # it was stopped
                self._settle(test, ended[name], planned[name])

    def _settle(self, test: str, trials: Sequence[TrialResult], planned: int) -> None:
        made = self._scenarios[test]
        in_order = tuple(sorted(trials, key=lambda each: each.trial.number))
        self._tallies[test].set_result(ScenarioTally(made.name, in_order, planned, made.min_pass_rate))


def _rounds(scenarios: Mapping[str, Scenario]) -> list[dict[str, str]]:
    """The tests by the names of their scenarios; those whose names are the same in several rounds."""
    rounds: list[dict[str, str]] = []
    for test, made in scenarios.items():
        for names in rounds:
            if made.name not in names:
                names[made.name] = test
                break
        else:
            rounds.append({made.name: test})
    return rounds
