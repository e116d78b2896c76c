"""Stored runs as trials of scenarios. Pure."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from scenario._engine.facts import RunStatus
from scenario.faults import FaultKind, RunOutcome
from scenario.statistics import Counts
from scenario.store.rows import RunRow, RunState

_UNNUMBERED = sys.maxsize


class TrialState(str, Enum):
    """What a trial says about the agent."""

    PASSED = "passed"
    FAILED = "failed"
    LEFT_OUT = "left out"
    """Nothing: the simulator, the judge or the infrastructure is to blame."""
    UNFINISHED = "unfinished"
    """Nothing: it goes on, was ended from outside, or its process is gone."""


@dataclass(frozen=True, slots=True, order=True)
class ScenarioKey:
    """What makes two runs trials of the same scenario, whatever its description was.

    Attributes:
        set_id: The set.
        name: The name.
        fields: The fields, as JSON.
    """

    set_id: str
    name: str
    fields: str = "{}"

    @classmethod
    def of(cls, run: RunRow) -> ScenarioKey:
        """The key of a run."""
        fields = json.dumps(dict(run.fields), sort_keys=True, ensure_ascii=False, default=str)
        return cls(run.set_id, run.name, fields)


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial.

    Attributes:
        run: The run that counts.
        earlier: Runs of the same trial before it: retries, and runs that were interrupted and played again.
    """

    run: RunRow
    earlier: tuple[RunRow, ...] = ()

    @property
    def state(self) -> TrialState:
        """What it says about the agent."""
        return state_of(self.run)

    @property
    def counts(self) -> bool:
        """Whether it says something about the agent."""
        return self.state in {TrialState.PASSED, TrialState.FAILED}

    @property
    def fault(self) -> FaultKind | None:
        """Who is to blame that it is left out; None when it counts, or has not ended."""
        return self.run.fault if self.state is TrialState.LEFT_OUT else None

    @property
    def latency(self) -> float | None:
        """Seconds that the agent under test took for a turn, on average over the trial's turns."""
        if self.run.agent_time is None or not self.run.turns:
            return None
        return self.run.agent_time / self.run.turns

    @property
    def cost(self) -> float | None:
        """US dollars; None when no call was told of, or the price of one is not known."""
        total = self.run.usage.total
        return total.cost if total.calls and not total.unpriced_calls else None

    @property
    def tokens(self) -> int | None:
        """Input and output tokens; None when no call was told of."""
        total = self.run.usage.total
        return total.total_tokens if total.calls else None


def state_of(run: RunRow) -> TrialState:
    """What a run says about the agent."""
    if run.state is not RunState.FINISHED or run.status is RunStatus.CANCELLED:
        return TrialState.UNFINISHED
    if run.outcome is RunOutcome.PASSED:
        return TrialState.PASSED
    return TrialState.FAILED if run.fault in {None, FaultKind.AGENT} else TrialState.LEFT_OUT


@dataclass(frozen=True, slots=True)
class ScenarioTrials:
    """The trials of one scenario.

    Attributes:
        key: Which scenario.
        trials: The trials, in the order of their numbers, those without a number last.
    """

    key: ScenarioKey
    trials: tuple[Trial, ...]

    @property
    def counts(self) -> Counts:
        """The trials that count: those that say something about the agent."""
        states = Counter(trial.state for trial in self.trials)
        passed = states[TrialState.PASSED]
        return Counts(passed, passed + states[TrialState.FAILED])

    @property
    def counted(self) -> tuple[Trial, ...]:
        """The trials that count."""
        return tuple(trial for trial in self.trials if trial.counts)

    @property
    def planned(self) -> int:
        """How many trials were meant to be played: the ``trials`` of the runs' metadata, or as many as there are."""
        told = [trial.run.metadata.get("trials") for trial in self.trials]
        return max([len(self.trials), *(each for each in told if type(each) is int)])

    @property
    def unfinished(self) -> int:
        """How many trials were begun and have not ended."""
        return sum(trial.state is TrialState.UNFINISHED for trial in self.trials)

    @property
    def stopped_early(self) -> bool:
        """Whether trials are missing that were meant to be played. What stopped them may have looked at results."""
        return self.unfinished > 0 or len(self.trials) < self.planned

    @property
    def left_out(self) -> dict[FaultKind, int]:
        """How many trials do not count, by who is to blame."""
        found = Counter(trial.fault for trial in self.trials if trial.fault is not None)
        return {kind: found[kind] for kind in FaultKind if found[kind]}


def scenario_trials(runs: Iterable[RunRow]) -> list[ScenarioTrials]:
    """The trials of each scenario among these runs, in the order in which the scenarios were begun.

    Of several runs of a batch with the same number of a trial the last one that says something about the agent counts;
    if none does, the last one. A run without a number is a trial of its own.
    """
    scenarios: dict[ScenarioKey, dict[tuple[int, str], list[RunRow]]] = {}
    for run in sorted(runs, key=lambda run: (run.started_at, run.id)):
        number = (_UNNUMBERED, run.id) if run.trial is None else (run.trial, run.batch_id)
        scenarios.setdefault(ScenarioKey.of(run), {}).setdefault(number, []).append(run)
    return [
        ScenarioTrials(key, tuple(_trial(attempts) for _, attempts in _in_order(trials)))
        for key, trials in scenarios.items()
    ]


def _in_order(trials: dict[tuple[int, str], list[RunRow]]) -> list[tuple[tuple[int, str], list[RunRow]]]:
    """Numbered trials by their number; the others as they came."""
    return sorted(trials.items(), key=lambda item: item[0][0])


def _trial(attempts: Sequence[RunRow]) -> Trial:
    counting = [run for run in attempts if state_of(run) in {TrialState.PASSED, TrialState.FAILED}]
    ended = [run for run in attempts if run.state is RunState.FINISHED]
    chosen = (counting or ended or attempts)[-1]
    return Trial(chosen, tuple(run for run in attempts if run is not chosen))
