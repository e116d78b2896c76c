"""How far a run of a suite is: what happens in it, as values, and what that comes to. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias, assert_never

from scenario.suite.result import Attempt, TrialResult
from scenario.suite.trial import Trial
from scenario.usage import Usage


@dataclass(frozen=True, slots=True)
class TrialBegan:
    """A trial is played."""

    trial: Trial


@dataclass(frozen=True, slots=True)
class TrialRepeated:
    """An attempt at a trial ended for reasons that are not the agent's, and it is played again."""

    trial: Trial
    attempt: Attempt
    wait: float


@dataclass(frozen=True, slots=True)
class TrialEnded:
    """A trial has its result."""

    result: TrialResult


@dataclass(frozen=True, slots=True)
class TrialStopped:
    """A trial was ended before its end, and has no result."""

    trial: Trial


@dataclass(frozen=True, slots=True)
class ModelUsed:
    """Somebody called a language model."""

    usage: Usage


Progress: TypeAlias = TrialBegan | TrialRepeated | TrialEnded | TrialStopped | ModelUsed
"""What happens in a run of a suite."""

Watcher: TypeAlias = Callable[[Progress], None]
"""Is told what happens, on the scheduler's thread, so it should be quick."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a run is.

    Attributes:
        planned: How many trials are to be played.
        running: How many go on.
        passed: How many passed.
        failed: How many failed by the agent's doing.
        faults: How many say nothing, because something else is to blame.
        retries: How many attempts were made again.
        spent: What was used of language models.
    """

    planned: int
    running: int = 0
    passed: int = 0
    failed: int = 0
    faults: int = 0
    retries: int = 0
    spent: Usage = field(default_factory=Usage)

    @property
    def ended(self) -> int:
        """How many trials have their result."""
        return self.passed + self.failed + self.faults

    def after(self, what: Progress) -> Standing:
        """How far the run is after this."""
        match what:
            case TrialBegan():
                return replace(self, running=self.running + 1)
            case TrialRepeated():
                return replace(self, retries=self.retries + 1)
            case TrialStopped():
                return replace(self, running=self.running - 1)
            case ModelUsed(usage):
                return replace(self, spent=self.spent + usage)
            case TrialEnded(result):
                kind = "passed" if result.passed else "failed" if result.counts else "faults"
                counts = {"passed": self.passed, "failed": self.failed, "faults": self.faults}
                counts[kind] += 1
                return replace(self, running=self.running - 1, **counts)
            case _:
                assert_never(what)

    def rate(self, seconds: float) -> float:
        """Trials that end in a second.

        Args:
            seconds: Since the run began.
        """
        return self.ended / seconds if seconds > 0 else 0.0

    def time_left(self, seconds: float) -> float | None:
        """Seconds until all trials have ended, if it goes on like this; None before the first has.

        Args:
            seconds: Since the run began.
        """
        rate = self.rate(seconds)
        return (self.planned - self.ended) / rate if rate else None
