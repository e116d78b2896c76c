"""The answers about messages and verdicts, as types. The description of the interface is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from typing_extensions import TypedDict

from scenario._engine.facts import RunStatus
from scenario.faults import Fault, RunOutcome
from scenario.store.labels import LabelKind
from scenario.store.rows import RunState
from scenario.types import CriterionStatus, Evidence

RoleName: TypeAlias = Literal["user", "agent", "judge"]


class Agent(TypedDict):
    """Who takes part in a conversation.

    Attributes:
        name: The agent's name.
        role: Who it is in the conversation.
    """

    name: str
    role: RoleName


class ToolCall(TypedDict):
    """A call of a tool in a message.

    Attributes:
        id: Its id.
        name: The tool's name; ``?`` where there is none.
        arguments: What it was called with: JSON in a text, as models write it, or what the agent gave.
    """

    id: str | None
    name: str
    arguments: Any


class MessageEvidence(TypedDict):
    """A quote of a message that stands for a verdict.

    Attributes:
        criterion: The criterion.
        status: The verdict.
        quote: What stands in the message, word for word.
    """

    criterion: str
    status: CriterionStatus
    quote: str


class Message(TypedDict):
    """A message of a conversation.

    Attributes:
        number: The number of its fact in the run.
        position: Its place in the conversation, counted from 0.
        removed_by: The number of the fact that rolled it back, if one did.
        turn: Its turn, counted from 0.
        at: When it was said, in seconds since the Unix epoch.
        id: Its id.
        role: Its role in the chat protocol.
        author: Who said it; null for a scripted one.
        content: A text, a list of parts as in the chat protocol, or null. Long texts are shortened.
        tool_calls: The tools that it calls.
        tool_call_id: The call that it answers.
        trace_id: The trace of its turn.
        is_shortened: Whether a text of it was shortened.
        evidence: The verdicts that quote it.
    """

    number: int
    position: int
    removed_by: int | None
    turn: int
    at: float
    id: str | None
    role: str
    author: Agent | None
    content: Any
    tool_calls: list[ToolCall]
    tool_call_id: str | None
    trace_id: str | None
    is_shortened: bool
    evidence: Sequence[MessageEvidence]


class VerdictLabel(TypedDict):
    """What a person says of a verdict.

    Attributes:
        run_id: The run.
        criterion: The criterion.
        label: Whether the verdict is right.
        note: Why.
        status: The verdict that was labelled.
        at: When, in seconds since the Unix epoch.
        name: The scenario's name.
        batch_id: The run's batch.
    """

    run_id: str
    criterion: str
    label: LabelKind
    note: str
    status: CriterionStatus
    at: float
    name: str
    batch_id: str


class Verdict(TypedDict):
    """The verdict about a criterion.

    Attributes:
        criterion: The criterion.
        status: The verdict.
        reasoning: Why.
        supported: False when the judge gave quotes, and none of them stands in the conversation.
        evidence: Where.
        label: What a person says of it; null when nobody did.
    """

    criterion: str
    status: CriterionStatus
    reasoning: str
    supported: bool
    evidence: list[Evidence]
    label: VerdictLabel | None


class ExcerptPart(TypedDict):
    """A piece of what a message says.

    Attributes:
        text: What it says, as plain text.
        is_hit: Whether it is what was looked for.
    """

    text: str
    is_hit: bool


class FoundMessage(TypedDict):
    """A message that a search found.

    Attributes:
        run_id: Its run.
        batch_id: The run's batch.
        batch_name: What the batch is called.
        name: The scenario's name.
        trial: Which trial the run was, where somebody counted.
        state: Whether the run goes on.
        outcome: What the run came to; null before.
        status: How the run ended, in the words of the event protocol; null before.
        fault: Who is to blame, and why; null when the run passed, and before.
        position: Its place in the conversation, counted from 0.
        role: Its role in the chat protocol.
        text: What it says around the words.
        parts: The same, cut where the words stand.
        at: When it was said, in seconds since the Unix epoch.
    """

    run_id: str
    batch_id: str
    batch_name: str
    name: str
    trial: int | None
    state: RunState
    outcome: RunOutcome | None
    status: RunStatus | None
    fault: Fault | None
    position: int
    role: str
    text: str
    parts: list[ExcerptPart]
    at: float


class SearchResults(TypedDict):
    """What a search found.

    Attributes:
        found: The messages.
    """

    found: list[FoundMessage]
