"""The answers about batches and runs in lists, as types. The description of the interface is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from typing_extensions import TypedDict

from scenario._engine.facts import RunStatus
from scenario.analysis import TrialState
from scenario.faults import Fault, RunOutcome
from scenario.statistics import Interval
from scenario.store.rows import RunState

Source: TypeAlias = Literal["local", "remote"]


class Faults(TypedDict):
    """How many trials say nothing about the agent, by who is to blame.

    Attributes:
        simulator: The simulated user.
        judge: The judge.
        infrastructure: What is around them.
    """

    simulator: int
    judge: int
    infrastructure: int


class Batch(TypedDict):
    """A batch in a list.

    Attributes:
        id: Its id.
        name: The suite's name, the sets of its scenarios, or its id.
        started_at: When it began, in seconds since the Unix epoch.
        last_at: When something last happened in it, in seconds since the Unix epoch.
        state: Whether it goes on.
        source: Whether it was played here, or reported by a client.
        sets: The sets of its scenarios.
        branch: The branch that was played, where it is known.
        commit: The commit that was played, where it is known.
        changed: Whether files were changed since that commit.
        tags: Names that people gave it.
        scenarios: How many scenarios were played.
        runs: How many runs there are.
        trials: How many trials; what was played again counts once.
        planned: How many trials were meant to be played.
        passed: How many trials passed.
        failed: How many trials failed by the agent's doing.
        faults: How many trials say nothing about the agent.
        running: How many runs go on.
        interrupted: How many runs have not ended although their process is gone.
        stalled: How many runs have not ended although their client has been silent for long.
        cancelled: How many trials were ended from outside.
        pass_rate: The share that passed of the trials that passed or failed; null without one.
        interval: The Wilson interval of that share, 95 %; null without one.
        cost: US dollars, of the calls of models whose price is known.
        unpriced_calls: How many calls have no known price.
        tokens: Input and output tokens.
        seconds: Seconds from its beginning to what last happened.
        change: The number of the last change in it.
    """

    id: str
    name: str
    started_at: float
    last_at: float
    state: RunState
    source: Source
    sets: list[str]
    branch: str | None
    commit: str | None
    changed: bool
    tags: list[str]
    scenarios: int
    runs: int
    trials: int
    planned: int
    passed: int
    failed: int
    faults: Faults
    running: int
    interrupted: int
    stalled: int
    cancelled: int
    pass_rate: float | None
    interval: Interval | None
    cost: float
    unpriced_calls: int
    tokens: int
    seconds: float
    change: int


class BatchList(TypedDict):
    """A part of the list of batches, newest first.

    Attributes:
        batches: The batches.
        next_cursor: What to send as ``cursor`` for the next part; null at the end.
        branches: All branches that were played.
        sets: All sets.
        change: The number of the last change in the store.
    """

    batches: list[Batch]
    next_cursor: str | None
    branches: list[str]
    sets: list[str]
    change: int


class CriteriaCounts(TypedDict):
    """The criteria of a run, counted.

    Attributes:
        passed: How many were met.
        failed: How many were not.
        inconclusive: How many could not be decided.
    """

    passed: int
    failed: int
    inconclusive: int


class Run(TypedDict):
    """A run in a list.

    Attributes:
        id: Its id.
        batch_id: Its batch.
        set_id: The set of its scenario.
        name: The scenario's name.
        fields: The scenario's fields.
        trial: Which trial it was, where somebody counted.
        seed: The seed of its chance, where there was one.
        source: Whether it was played here, or reported by a client.
        state: Whether it goes on.
        outcome: What it came to; null before.
        status: How it ended, in the words of the event protocol; null before.
        verdict: What it says about the agent.
        fault: Who is to blame, and why; null when it passed, and before.
        reasoning: Why it ended this way, up to 2,000 characters.
        turns: In how many turns something was said.
        messages: How many messages the conversation has.
        criteria: How many criteria were met.
        cost: US dollars; null when no model was called, or a price is not known.
        tokens: Input and output tokens; null when no model was called.
        seconds: How long it took.
        agent_seconds: How long the agent under test took of that.
        started_at: When it began, in seconds since the Unix epoch.
        last_at: When something last happened in it, in seconds since the Unix epoch.
        ended_at: When it ended, in seconds since the Unix epoch.
        is_retried: Whether the trial was played again, so that this run does not count.
        change: The number of the last change.
    """

    id: str
    batch_id: str
    set_id: str
    name: str
    fields: Mapping[str, Any]
    trial: int | None
    seed: int | None
    source: Source
    state: RunState
    outcome: RunOutcome | None
    status: RunStatus | None
    verdict: TrialState
    fault: Fault | None
    reasoning: str | None
    turns: int
    messages: int
    criteria: CriteriaCounts
    cost: float | None
    tokens: int | None
    seconds: float | None
    agent_seconds: float | None
    started_at: float
    last_at: float
    ended_at: float | None
    is_retried: bool
    change: int


class Removed(TypedDict):
    """What was removed.

    Attributes:
        removed: How many.
    """

    removed: int


class ChangedRuns(TypedDict):
    """The runs that changed after a number.

    Attributes:
        latest: The number to ask with next.
        removed: Whether runs were removed since; then what was read before is to be read anew.
        runs: The runs as they are now, the latest change last.
    """

    latest: int
    removed: bool
    runs: list[Run]
