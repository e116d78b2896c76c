"""What readers of a store get: frozen rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from scenario._engine.facts import AgentInfo, Fact, RunStatus
from scenario.faults import FaultKind, RunOutcome
from scenario.message_types import Message
from scenario.types import CriterionResult, UserEnding
from scenario.usage import ModelCall, RunUsage


class RunState(str, Enum):
    """Whether a run goes on."""

    RUNNING = "running"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    """Its process is gone, and it had not ended."""
    STALLED = "stalled"
    """A client that reports it has been silent for long, and it had not ended."""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """The runs of one invocation, counted.

    Attributes:
        id: Its id.
        started_at: When it began.
        last_at: When something last happened in it.
        runs: How many runs there are.
        passed: How many of them passed.
        failed: How many were finished and did not pass, whoever is to blame.
        running: How many go on.
        interrupted: How many were not finished by a process that is gone, or by a client that is silent.
        cost: US dollars, of the calls whose price is known.
        change: The number of the last change in it.
    """

    id: str
    started_at: float
    last_at: float
    runs: int
    passed: int
    failed: int
    running: int
    interrupted: int
    cost: float
    change: int


@dataclass(frozen=True, slots=True)
class RunRow:
    """One trial of a scenario, without its conversation. Times are seconds since the Unix epoch, or seconds.

    Attributes:
        id: Its id.
        batch_id: Its batch.
        scenario_id: What was played; follows from set, name, description and fields.
        set_id: The set of the scenario.
        name: The scenario's name.
        description: What it is about.
        tags: The scenario's tags.
        fields: The scenario's fields.
        trial: Which trial it was, where somebody counted.
        seed: The seed of its chance, where there was one.
        source: Who told it: ``local`` for this library, ``remote`` for a client of the protocol.
        state: Whether it goes on.
        status: How it ended, in the words of the event protocol; None before.
        outcome: What it came to; None before.
        fault: Who is to blame, unless it passed.
        fault_reason: Why.
        reasoning: Why it ended this way.
        error: The text of the exception that ended it, if one did.
        ending: How the simulated user left, if it did.
        turns: In how many turns something was said.
        messages: How many messages the conversation has.
        passed_criteria: How many criteria were met.
        failed_criteria: How many were not.
        inconclusive_criteria: How many could not be decided.
        total_time: How long it took.
        agent_time: How long the agent under test took of that.
        usage: What it used of language models, by role.
        agents: Who took part.
        metadata: What the caller gave to be kept with it.
        started_at: When it began.
        last_at: When something last happened in it.
        ended_at: When it ended.
        facts: How many facts were told.
        lost: How many of them are not here.
        change: The number of the last change.
    """

    id: str
    batch_id: str
    scenario_id: str
    set_id: str
    name: str
    description: str
    tags: tuple[str, ...]
    fields: Mapping[str, Any]
    trial: int | None
    seed: int | None
    source: str
    state: RunState
    status: RunStatus | None
    outcome: RunOutcome | None
    fault: FaultKind | None
    fault_reason: str | None
    reasoning: str | None
    error: str | None
    ending: UserEnding | None
    turns: int
    messages: int
    passed_criteria: int
    failed_criteria: int
    inconclusive_criteria: int
    total_time: float | None
    agent_time: float | None
    usage: RunUsage
    agents: tuple[AgentInfo, ...]
    metadata: Mapping[str, Any]
    started_at: float
    last_at: float
    ended_at: float | None
    facts: int
    lost: int
    change: int

    @property
    def passed(self) -> bool:
        """Whether it was a success."""
        return self.outcome is RunOutcome.PASSED


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message.

    Attributes:
        number: The number of its fact in the run.
        position: Its place in the conversation.
        removed_by: The number of the fact that rolled it back, if one did.
        turn: Its turn.
        at: When it was said.
        author: Who said it; None for a scripted one.
        message: The message.
    """

    number: int
    position: int
    removed_by: int | None
    turn: int
    at: float
    author: AgentInfo | None
    message: Message


@dataclass(frozen=True, slots=True)
class Judgement:
    """A time that criteria were judged.

    Attributes:
        number: Its number in the run.
        kind: ``checkpoint`` or ``final``.
        judge: The judge's name, if there was one.
        turn: The turn of a checkpoint.
        at: When.
        passed: Whether it passed.
        reasoning: Why.
        verdicts: One for each criterion.
    """

    number: int
    kind: str
    judge: str | None
    turn: int | None
    at: float
    passed: bool
    reasoning: str | None
    verdicts: tuple[CriterionResult, ...]


@dataclass(frozen=True, slots=True)
class ModelCallRow:
    """A call of a language model.

    Attributes:
        number: The number of its fact in the run.
        at: When.
        turn: Its turn.
        agent: Who called.
        call: The call.
    """

    number: int
    at: float
    turn: int
    agent: AgentInfo
    call: ModelCall


@dataclass(frozen=True, slots=True)
class SpanRow:
    """A span of OpenTelemetry.

    Attributes:
        number: Its number in the run.
        trace_id: 32 hexadecimal digits.
        span_id: 16 hexadecimal digits.
        parent_id: The span above it.
        name: Its name.
        started_at: When it began.
        ended_at: When it ended.
        data: Kind, status, attributes and events.
    """

    number: int
    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    started_at: float
    ended_at: float
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WholeRun:
    """A run with everything.

    Attributes:
        run: The run.
        messages: The conversation.
        removed: Messages that were rolled back.
        judgements: What was judged, in order.
        model_calls: Calls of language models, in order.
        spans: Spans, in the order in which they ended.
        facts: Everything that happened, as facts.
    """

    run: RunRow
    messages: tuple[MessageRow, ...]
    removed: tuple[MessageRow, ...]
    judgements: tuple[Judgement, ...]
    model_calls: tuple[ModelCallRow, ...]
    spans: tuple[SpanRow, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new since a number.

    Attributes:
        latest: The number to ask with next time.
        runs: The runs that changed, as they are now, the latest change last.
        removed: Whether runs were removed since; then what was read before is to be read anew.
    """

    latest: int
    runs: tuple[RunRow, ...]
    removed: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A message that a search found.

    Attributes:
        run_id: Its run.
        batch_id: The run's batch.
        name: The scenario's name.
        position: Its place in the conversation, counted from 0.
        role: Its role.
        text: What it says.
        at: When it was said.
    """

    run_id: str
    batch_id: str
    name: str
    position: int
    role: str
    text: str
    at: float
