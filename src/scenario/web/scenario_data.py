"""The answers about scenarios of a batch, as types. The description of the interface is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typing_extensions import TypedDict

from scenario.statistics import Interval, PassesOf, Steadiness
from scenario.types import CriterionStatus
from scenario.web.batch_data import Batch, Faults, Run


class CriterionCounts(TypedDict):
    """A criterion over the trials of a scenario.

    Attributes:
        criterion: The criterion, word for word.
        passed: In how many trials it was met.
        failed: In how many it was not.
        inconclusive: In how many it could not be decided.
    """

    criterion: str
    passed: int
    failed: int
    inconclusive: int


class Scenario(TypedDict):
    """A scenario of a batch.

    Attributes:
        name: Its name.
        set_id: Its set.
        fields: Its fields.
        label: What to call it among others of its name.
        description: What it is about, up to 2,000 characters.
        tags: Its tags.
        trials: How many trials there are.
        planned: How many were meant to be played.
        passed: How many passed.
        counted: How many passed or failed.
        pass_rate: The share that passed of these; null without one.
        interval: The Wilson interval of that share, 95 %; null without one.
        is_flaky: Whether some passed and some failed.
        steadiness: How steadily it passes; null without a trial that counts.
        unfinished: How many trials have not ended.
        faults: How many trials say nothing about the agent.
        cost: US dollars, of the calls of models whose price is known.
        tokens: Input and output tokens.
        seconds: The median of how long a trial took; null when that is not known.
        turns: The median of the turns of a trial; null when that is not known.
        criteria: Its criteria.
        runs: Its runs, those that were played again included.
    """

    name: str
    set_id: str
    fields: Mapping[str, Any]
    label: str
    description: str
    tags: list[str]
    trials: int
    planned: int
    passed: int
    counted: int
    pass_rate: float | None
    interval: Interval | None
    is_flaky: bool
    steadiness: Steadiness | None
    unfinished: int
    faults: Faults
    cost: float
    tokens: int
    seconds: float | None
    turns: float | None
    criteria: list[CriterionCounts]
    runs: list[Run]


class Progress(TypedDict):
    """How far a batch is.

    Attributes:
        planned: How many trials were meant to be played.
        ended: How many have ended.
        running: How many go on.
    """

    planned: int
    ended: int
    running: int


class BatchPage(TypedDict):
    """A batch with its scenarios and their runs.

    Attributes:
        batch: The batch.
        progress: How far it is.
        passes: pass@k and pass^k over the scenarios that were not stopped early.
        scenarios: Its scenarios.
        tags: The tags of its scenarios.
        criteria: The criteria of its scenarios.
        change: The number of the last change in it.
    """

    batch: Batch
    progress: Progress
    passes: list[PassesOf]
    scenarios: list[Scenario]
    tags: list[str]
    criteria: list[str]
    change: int


class CurvePoint(TypedDict):
    """pass^k and pass@k of one scenario.

    Attributes:
        k: How many tries.
        all_pass: How likely it is that all of them pass.
        all_interval: The Wilson interval of the pass rate, to the power of k.
        any_passes: How likely it is that one of them passes.
    """

    k: int
    all_pass: float
    all_interval: Interval
    any_passes: float


class Heat(TypedDict):
    """The verdicts of a scenario's trials.

    Attributes:
        criteria: The rows.
        runs: The columns: ids of runs.
        cells: The verdicts, row by row; null where a run has none about the criterion.
    """

    criteria: list[str]
    runs: list[str]
    cells: list[list[CriterionStatus | None]]


class HistoryPoint(TypedDict):
    """How a scenario went in one batch.

    Attributes:
        batch_id: The batch.
        started_at: When the scenario's first run in it began, in seconds since the Unix epoch.
        branch: The branch that was played, where it is known.
        commit: The commit that was played, where it is known.
        passed: How many trials passed.
        counted: How many passed or failed.
        pass_rate: The share that passed of these; null without one.
        interval: The Wilson interval of that share, 95 %; null without one.
    """

    batch_id: str
    started_at: float
    branch: str | None
    commit: str | None
    passed: int
    counted: int
    pass_rate: float | None
    interval: Interval | None


class ScenarioPage(TypedDict):
    """A scenario of a batch, and how it went before.

    Attributes:
        batch: The batch.
        scenario: The scenario.
        curve: pass^k and pass@k by k.
        heat: The verdicts of its trials.
        history: How it went in this and other batches, oldest first.
        change: The number of the last change in the batch.
    """

    batch: Batch
    scenario: Scenario
    curve: list[CurvePoint]
    heat: Heat
    history: list[HistoryPoint]
    change: int
