"""What happened in a run, as values. Everything that leaves a run is made from these.

Facts of one run arrive in this order: `Started`, then any number of the others, then `Concluded`, once.
`at` is always in seconds since the Unix epoch. Messages in facts belong to the run: read them, do not
change them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypeAlias, assert_never

from scenario._engine.checkpoints import Checkpoint
from scenario._utils.values import value
from scenario.message_types import Message
from scenario.types import AgentRole, CriterionResult, ScenarioResult, UserEnding
from scenario.usage import ModelCall, RunUsage, Usage


class RunStatus(str, Enum):
    """How a run ended, in the words of the event protocol."""

    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    ERROR = "ERROR"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class AgentInfo:
    """An agent's name and role."""

    name: str
    role: AgentRole


@value
class Started:
    """A run began."""

    run_id: str
    at: float
    name: str
    description: str
    batch_run_id: str
    set_id: str
    metadata: Mapping[str, Any]
    agents: tuple[AgentInfo, ...]


@value
class TurnOpened:
    """A turn began; its number counts from 0."""

    run_id: str
    at: float
    turn: int
    trace_id: str


@value
class CallStarted:
    """An agent was called."""

    run_id: str
    at: float
    agent: AgentInfo
    turn: int


@value
class CallFinished:
    """An agent's call came to its end, well or not. `seconds` is the time it took."""

    run_id: str
    at: float
    agent: AgentInfo
    turn: int
    seconds: float
    error: str | None


@value
class ModelCalled:
    """An agent called a language model, and told of it."""

    run_id: str
    at: float
    agent: AgentInfo
    turn: int
    call: ModelCall


@value
class MessageAdded:
    """A message joined the conversation at `index`. Scripted messages have no author."""

    run_id: str
    at: float
    index: int
    message: Message
    turn: int
    author: AgentInfo | None


@value
class RolledBack:
    """The conversation was cut at `index`."""

    run_id: str
    at: float
    index: int
    removed: tuple[Message, ...]


@value
class CheckpointJudged:
    """The criteria of a checkpoint were judged."""

    run_id: str
    at: float
    turn: int
    checkpoint: Checkpoint


@value
class UserLeft:
    """The simulated user ended the conversation."""

    run_id: str
    at: float
    turn: int
    ending: UserEnding


@value
class StepFinished:
    """A step of the script came to its end without raising. `step` counts from 1."""

    run_id: str
    at: float
    step: int
    text: str


@value
class Concluded:
    """The run ended. `error` is the text of the exception that ended it, if one did."""

    run_id: str
    at: float
    status: RunStatus
    result: ScenarioResult
    error: str | None


Fact: TypeAlias = (
    Started
    | TurnOpened
    | CallStarted
    | CallFinished
    | ModelCalled
    | MessageAdded
    | RolledBack
    | CheckpointJudged
    | UserLeft
    | StepFinished
    | Concluded
)


@dataclass
class RunRecord:
    """A run as its facts tell it.

    Attributes:
        started: The run's first fact.
        messages: The conversation.
        turns: How many turns were opened.
        agent_time: Seconds spent in agents of the role AGENT.
        verdicts: What was judged at checkpoints, in order.
        usage: What was used of language models, by role.
        ending: How the simulated user left, if it did.
        concluded: The run's last fact, once it is there.
    """

    started: Started | None = None
    messages: list[Message] = field(default_factory=list[Message])
    turns: int = 0
    agent_time: float = 0.0
    verdicts: list[CriterionResult] = field(default_factory=list[CriterionResult])
    usage: RunUsage = field(default_factory=RunUsage)
    ending: UserEnding | None = None
    concluded: Concluded | None = None

    def apply(self, fact: Fact) -> None:
        """Take one more fact into account."""
        match fact:
            case Started():
                self.started = fact
            case TurnOpened():
                self.turns += 1
            case MessageAdded():
                self.messages.append(fact.message)
            case RolledBack():
                del self.messages[fact.index :]
            case CallFinished():
                if fact.agent.role is AgentRole.AGENT:
                    self.agent_time += fact.seconds
            case ModelCalled():
                self.usage = used_by(self.usage, fact.agent.role, fact.call.usage)
            case CheckpointJudged():
                self.verdicts.extend(fact.checkpoint.criteria)
            case UserLeft():
                self.ending = fact.ending
            case Concluded():
                self.concluded = fact
            case CallStarted() | StepFinished():
                pass
            case _:
                assert_never(fact)


def used_by(usage: RunUsage, role: AgentRole, more: Usage) -> RunUsage:
    """A run's usage after somebody of `role` used `more`."""
    match role:
        case AgentRole.AGENT:
            return replace(usage, agent=usage.agent + more)
        case AgentRole.USER:
            return replace(usage, user=usage.user + more)
        case AgentRole.JUDGE:
            return replace(usage, judge=usage.judge + more)
        case _:
            assert_never(role)


def fold(facts: Iterable[Fact]) -> RunRecord:
    """The run that these facts, in their order, tell of."""
    record = RunRecord()
    for fact in facts:
        record.apply(fact)
    return record
