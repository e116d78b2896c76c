"""What came of a suite: attempts, trials, scenarios, and the whole. Values, and pure functions of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from scenario.faults import Fault, FaultKind, RunOutcome
from scenario.suite.trial import Trial
from scenario.types import ScenarioResult
from scenario.usage import Usage


class Ending(str, Enum):
    """How a run of a suite ended."""

    COMPLETED = "completed"
    BUDGET = "budget"
    FAILED_FAST = "failed fast"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One time that a trial was played.

    Attributes:
        run_id: The id of the run; empty when it could not begin.
        outcome: What it came to.
        fault: Who is to blame, unless it passed.
        reasoning: Why it ended this way.
        unmet: The criteria that were not met or not decided.
        started_at: When it began, in seconds since the Unix epoch.
        seconds: How long it took.
        turns: How many turns it had, where that is known.
        usage: What it used of language models.
        is_final: Whether it stands, as another attempt would end in the same way: what could not be set up, or a
            script that decides nothing.
    """

    run_id: str
    outcome: RunOutcome
    fault: Fault | None = None
    reasoning: str = ""
    unmet: tuple[str, ...] = ()
    started_at: float = 0.0
    seconds: float = 0.0
    turns: int | None = None
    usage: Usage = field(default_factory=Usage)
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What came of a trial.

    Attributes:
        trial: Which.
        attempts: Each time that it was played, in order; the last one counts.
        result: The result of that one, with the conversation; None when it was played in an earlier run of the
            suite, or conversations were not kept.
        is_resumed: Whether it was played in an earlier run of the suite.
    """

    trial: Trial
    attempts: tuple[Attempt, ...]
    result: ScenarioResult | None = field(default=None, compare=False)
    is_resumed: bool = False

    @property
    def last(self) -> Attempt:
        """The attempt that counts."""
        return self.attempts[-1]

    @property
    def passed(self) -> bool:
        """Whether it passed."""
        return self.last.outcome is RunOutcome.PASSED

    @property
    def counts(self) -> bool:
        """Whether it says something about the agent: it passed, or the agent is to blame."""
        return self.passed or self.last.fault is None or self.last.fault.kind is FaultKind.AGENT

    @property
    def usage(self) -> Usage:
        """What all attempts used."""
        return sum((attempt.usage for attempt in self.attempts), Usage())


@dataclass(frozen=True)
class ScenarioTally:
    """The trials of one scenario.

    Attributes:
        name: The scenario.
        trials: Its trials, in the order of their numbers.
        planned: How many were planned.
        min_pass_rate: The share of those that count that must pass.
    """

    name: str
    trials: tuple[TrialResult, ...]
    planned: int
    min_pass_rate: float = 1.0

    @property
    def passed(self) -> int:
        """How many passed."""
        return sum(trial.passed for trial in self.trials)

    @property
    def counted(self) -> int:
        """How many say something about the agent."""
        return sum(trial.counts for trial in self.trials)

    @property
    def failed(self) -> int:
        """How many failed by the agent's doing."""
        return self.counted - self.passed

    @property
    def pass_rate(self) -> float | None:
        """The share that passed, of those that count; None when none does."""
        return self.passed / self.counted if self.counted else None

    @property
    def unfinished(self) -> int:
        """How many were planned and have no result."""
        return self.planned - len(self.trials)

    @property
    def fell_short(self) -> bool:
        """Whether fewer passed than must."""
        rate = self.pass_rate
        return rate is not None and rate < self.min_pass_rate

    @property
    def success(self) -> bool:
        """Whether trials count, enough of them passed, and all were played."""
        return self.counted > 0 and not self.fell_short and not self.unfinished


@dataclass(frozen=True)
class SuiteResult:
    """What came of a run of a suite. It is true when every scenario succeeded.

    Attributes:
        batch_id: The id of its batch; `resume` takes it.
        trials: Each trial that has a result, once: in the order of the plan.
        planned: How many trials each scenario was to have here, by name, in the order of the suite.
        pass_rates: The least pass rate of each scenario, by name.
        ending: How the run ended.
        reason: Why it ended before its end.
        seconds: How long this run took; earlier runs of the same batch do not count.
        spent: What this run used, retries included; likewise.
        store: Where it is stored; empty for nowhere.
        warnings: What people should know beside it.
    """

    batch_id: str
    trials: tuple[TrialResult, ...]
    planned: Mapping[str, int]
    pass_rates: Mapping[str, float] = field(default_factory=dict[str, float])
    ending: Ending = Ending.COMPLETED
    reason: str = ""
    seconds: float = 0.0
    spent: Usage = field(default_factory=Usage)
    store: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def scenarios(self) -> tuple[ScenarioTally, ...]:
        """The tally of each scenario, in the order of the suite."""
        by_name: dict[str, list[TrialResult]] = {}
        for trial in self.trials:
            by_name.setdefault(trial.trial.scenario, []).append(trial)
        return tuple(
            ScenarioTally(
                name,
                tuple(sorted(by_name.get(name, ()), key=lambda each: each.trial.number)),
                planned,
                self.pass_rates.get(name, 1.0),
            )
            for name, planned in self.planned.items()
        )

    @property
    def success(self) -> bool:
        """Whether every scenario succeeded."""
        tallies = self.scenarios
        return bool(tallies) and all(tally.success for tally in tallies)

    @property
    def unfinished(self) -> int:
        """How many trials were planned and have no result."""
        return sum(self.planned.values()) - len(self.trials)

    @property
    def faults(self) -> dict[FaultKind, int]:
        """How many trials do not count, by who is to blame."""
        found = Counter(
            each.last.fault.kind for each in self.trials if not each.counts and each.last.fault is not None
        )
        return {kind: found[kind] for kind in FaultKind if found[kind]}

    @property
    def retries(self) -> int:
        """How many attempts were made again."""
        return sum(len(trial.attempts) - 1 for trial in self.trials)

    def __bool__(self) -> bool:
        return self.success

    def to_plain(self) -> dict[str, Any]:
        """The same as data that JSON can hold, without the conversations."""
        return {
            "batch": self.batch_id,
            "success": self.success,
            "ending": self.ending.value,
            "reason": self.reason,
            "seconds": round(self.seconds, 3),
            "spent": asdict(self.spent),
            "store": self.store,
            "unfinished": self.unfinished,
            "warnings": list(self.warnings),
            "scenarios": [_plain_tally(tally) for tally in self.scenarios],
        }


def _plain_tally(tally: ScenarioTally) -> dict[str, Any]:
    return {
        "name": tally.name,
        "success": tally.success,
        "planned": tally.planned,
        "passed": tally.passed,
        "counted": tally.counted,
        "pass_rate": tally.pass_rate,
        "min_pass_rate": tally.min_pass_rate,
        "trials": [_plain_trial(trial) for trial in tally.trials],
    }


def _plain_trial(result: TrialResult) -> dict[str, Any]:
    return {
        "number": result.trial.number,
        "seed": result.trial.seed,
        "passed": result.passed,
        "counts": result.counts,
        "resumed": result.is_resumed,
        "attempts": [_plain_attempt(attempt) for attempt in result.attempts],
    }


def _plain_attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "run": attempt.run_id,
        "outcome": attempt.outcome.value,
        "fault": None if attempt.fault is None else attempt.fault.kind.value,
        "reasoning": attempt.reasoning,
        "unmet": list(attempt.unmet),
        "seconds": round(attempt.seconds, 4),
        "turns": attempt.turns,
        "usage": asdict(attempt.usage),
    }


def attempt_of(
    run_id: str,
    result: ScenarioResult,
    *,
    started_at: float,
    seconds: float,
    error: str | None = None,
    is_final: bool = False,
) -> Attempt:
    """The attempt that a result of a run tells of."""
    return Attempt(
        run_id=run_id,
        outcome=result.outcome or (RunOutcome.PASSED if result.success else RunOutcome.FAILED),
        fault=result.fault,
        reasoning=error or result.reasoning or "",
        unmet=_texts(result.failed_criteria),
        started_at=started_at,
        seconds=seconds,
        turns=result.turns,
        usage=result.usage.total,
        is_final=is_final,
    )


def _texts(criteria: Sequence[Any]) -> tuple[str, ...]:
    return tuple(str(criterion) for criterion in criteria)
