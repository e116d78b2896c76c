"""What a batch of trials comes to. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scenario.analysis.trials import ScenarioTrials, Trial, TrialState, scenario_trials
from scenario.faults import FaultKind
from scenario.statistics import (
    Counts,
    Distribution,
    Interval,
    PassesOf,
    Steadiness,
    distribution,
    passes_of,
    steadiness,
    usual_ks,
    wilson,
)
from scenario.statistics.intervals import CONFIDENCE
from scenario.store.rows import RunRow
from scenario.usage import Usage

_COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Measures:
    """How long and how costly trials were, of those that ended.

    Attributes:
        turns: Turns.
        seconds: Seconds from the start of a trial to its end.
        latency: Seconds that the agent under test took for a turn.
        cost: US dollars of a trial.
        tokens: Tokens of a trial, input and output.
    """

    turns: Distribution | None
    seconds: Distribution | None
    latency: Distribution | None
    cost: Distribution | None
    tokens: Distribution | None

    @classmethod
    def of(cls, trials: Sequence[Trial]) -> Measures:
        """The measures of these trials; one that is not known of any is None."""
        return cls(
            turns=distribution(trial.run.turns for trial in trials),
            seconds=distribution(trial.run.total_time for trial in trials),
            latency=distribution(trial.latency for trial in trials),
            cost=distribution(trial.cost for trial in trials),
            tokens=distribution(trial.tokens for trial in trials),
        )


@dataclass(frozen=True, slots=True)
class ScenarioSummary:
    """One scenario.

    Attributes:
        label: What to call it: its name, with its set and fields where the name is not enough.
        of: Its trials.
        description: What it is about.
        tags: Its tags.
        counts: The trials that count.
        interval: The Wilson interval of its pass rate; None when it was stopped early, or no trial counts.
        steadiness: How steadily it passes; None likewise.
        measures: How long and how costly the trials were that count.
        usage: What all of its runs used, retries included.
    """

    label: str
    of: ScenarioTrials
    description: str
    tags: tuple[str, ...]
    counts: Counts
    interval: Interval | None
    steadiness: Steadiness | None
    measures: Measures
    usage: Usage

    @property
    def retries(self) -> int:
        """How many runs were played again."""
        return sum(len(trial.earlier) for trial in self.of.trials)

    @property
    def stopped_early(self) -> bool:
        """Whether trials are missing that were meant to be played."""
        return self.of.stopped_early


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """A batch, or several together.

    Attributes:
        label: What to call it.
        scenarios: Its scenarios, in the order in which they were begun.
        started_at: When its first run began, in seconds since the Unix epoch; None without runs.
        ended_at: When something last happened in it.
        counts: The trials that count, of all scenarios.
        interval: The Wilson interval of their pass rate; None when a scenario was stopped early, or no trial counts.
        measures: How long and how costly the trials were that count.
        left_out: How many trials do not count, by who is to blame.
        unfinished: How many trials have not ended.
        retries: How many runs were played again.
        usage: What all runs used, retries included.
        info: What else is known of it, such as the commit.
        confidence: Of all intervals.
    """

    label: str
    scenarios: tuple[ScenarioSummary, ...]
    started_at: float | None
    ended_at: float | None
    counts: Counts
    interval: Interval | None
    measures: Measures
    left_out: Mapping[FaultKind, int]
    unfinished: int
    retries: int
    usage: Usage
    info: Mapping[str, object]
    confidence: float

    @property
    def stopped_early(self) -> tuple[ScenarioSummary, ...]:
        """The scenarios that were stopped early."""
        return tuple(each for each in self.scenarios if each.stopped_early)

    @property
    def passes(self) -> tuple[PassesOf, ...]:
        """pass@k and pass^k over the scenarios that were not stopped early, up to the fewest trials of one.

        Each time they are asked for, their intervals are resampled, with the same seed.
        """
        whole = [each.counts for each in self.scenarios if not each.stopped_early and each.counts.trials]
        ks = usual_ks(min((each.trials for each in whole), default=0))
        return tuple(passes_of(whole, ks, confidence=self.confidence))

    @property
    def trials(self) -> int:
        """How many trials there are, whether they count or not."""
        return sum(len(each.of.trials) for each in self.scenarios)

    @property
    def is_green(self) -> bool:
        """Whether trials count, all of these passed, none is missing, and nothing stopped the batch."""
        whole = not self.stopped_early and self.info.get("status", _COMPLETED) == _COMPLETED
        return whole and bool(self.counts.trials) and not self.counts.failed


def summarise(
    runs: Iterable[RunRow],
    *,
    label: str = "",
    info: Mapping[str, object] | None = None,
    confidence: float = CONFIDENCE,
) -> BatchSummary:
    """What runs come to.

    Args:
        runs: The runs of a batch.
        label: What to call it.
        info: What else is known of it.
        confidence: Of the intervals.
    """
    played = list(runs)
    scenarios = scenario_trials(played)
    labels = _labels(scenarios)
    told = tuple(_scenario(each, label, confidence) for each, label in zip(scenarios, labels, strict=True))
    counts = sum((each.counts for each in told), Counts(0, 0))
    left_out: Counter[FaultKind] = Counter()
    for each in scenarios:
        left_out.update(each.left_out)
    is_whole = counts.trials and not any(each.stopped_early for each in scenarios)
    return BatchSummary(
        label=label,
        scenarios=told,
        started_at=min((run.started_at for run in played), default=None),
        ended_at=max((run.last_at for run in played), default=None),
        counts=counts,
        interval=wilson(counts, confidence) if is_whole else None,
        measures=Measures.of([trial for each in scenarios for trial in each.counted]),
        left_out={kind: left_out[kind] for kind in FaultKind if left_out[kind]},
        unfinished=sum(each.unfinished for each in scenarios),
        retries=sum(each.retries for each in told),
        usage=sum((run.usage.total for run in played), Usage()),
        info=dict(info or {}),
        confidence=confidence,
    )


def _scenario(scenario: ScenarioTrials, label: str, confidence: float) -> ScenarioSummary:
    newest = scenario.trials[-1].run
    counts = scenario.counts
    speaks = counts.trials > 0 and not scenario.stopped_early
    runs = [run for trial in scenario.trials for run in (*trial.earlier, trial.run)]
    return ScenarioSummary(
        label=label,
        of=scenario,
        description=newest.description,
        tags=newest.tags,
        counts=counts,
        interval=wilson(counts, confidence) if speaks else None,
        steadiness=steadiness(counts, confidence) if speaks else None,
        measures=Measures.of(scenario.counted),
        usage=sum((run.usage.total for run in runs), Usage()),
    )


def _labels(scenarios: Sequence[ScenarioTrials]) -> list[str]:
    """What to call each: its name, and as much more as tells it from the others."""
    names = Counter(each.key.name for each in scenarios)
    named = Counter((each.key.set_id, each.key.name) for each in scenarios)
    labels: list[str] = []
    for each in scenarios:
        key = each.key
        label = key.name if names[key.name] == 1 else f"{key.set_id} / {key.name}"
        labels.append(label if named[key.set_id, key.name] == 1 else f"{label}{_fields(key.fields)}")
    return labels


def _fields(fields: str) -> str:
    told = ", ".join(f"{name}={value}" for name, value in json.loads(fields).items())
    return f" [{told}]" if told else ""


def state_words(trial: Trial) -> str:
    """The state of a trial in words, such as ``left out (judge)``."""
    if trial.state is TrialState.LEFT_OUT and trial.fault is not None:
        return f"{trial.state.value} ({trial.fault.value})"
    return trial.state.value
