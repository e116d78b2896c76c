"""The answers about a run, as types. The description of the interface is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from typing_extensions import TypedDict

from scenario.store.rows import Judgement, MessageRow, ModelCallRow, RunRow, SpanRow
from scenario.types import UserEnding
from scenario.usage import Usage
from scenario.web.attack_data import AttackOfRun
from scenario.web.batch_data import Run
from scenario.web.message_data import Agent, Message, RoleName, Verdict


class UsageByRole(TypedDict):
    """What a run used of language models, by the role of those who called.

    Attributes:
        agent: The agent under test, as far as its adapter reports it.
        user: The simulated user, or the attacker.
        judge: The judge.
        total: All of it.
    """

    agent: Usage
    user: Usage
    judge: Usage
    total: Usage


class RunHeader(Run):
    """A run at the head of its page.

    Attributes:
        reasoning: Why it ended this way.
        description: What it is about.
        tags: The scenario's tags.
        metadata: What the caller gave to be kept with it.
        agents: Who took part.
        error: The text of the exception that ended it, if one did.
        ending: How the simulated user left, if it did.
        lost: How many facts are not in the store.
        usage: What it used of language models.
    """

    description: str
    tags: list[str]
    metadata: Mapping[str, Any]
    agents: list[Agent]
    error: str | None
    ending: UserEnding | None
    lost: int
    usage: UsageByRole


class Checkpoint(TypedDict):
    """A time that criteria were judged on the way.

    Attributes:
        number: Its number in the run.
        turn: Its turn.
        at: When, in seconds since the Unix epoch.
        after: The position of the message that it came after; null for none.
        judge: The judge's name, if there was one.
        passed: Whether it passed.
        reasoning: Why.
        criteria: The verdicts.
    """

    number: int
    turn: int | None
    at: float
    after: int | None
    judge: str | None
    passed: bool
    reasoning: str | None
    criteria: list[Verdict]


class Rollback(TypedDict):
    """A time that messages were taken back.

    Attributes:
        number: The number of its fact in the run.
        at: When, in seconds since the Unix epoch.
        position: Where the conversation was cut.
        count: How many messages were taken back.
    """

    number: int
    at: float
    position: int
    count: int


class Warned(TypedDict):
    """What went wrong around the agent.

    Attributes:
        turn: In which turn.
        at: When, in seconds since the Unix epoch.
        agent: The name of the player whose call it was.
        text: What went wrong.
    """

    turn: int
    at: float
    agent: str
    text: str


class CallOfModel(TypedDict):
    """A call of a language model.

    Attributes:
        number: The number of its fact in the run.
        at: When, in seconds since the Unix epoch.
        turn: Its turn.
        agent: The name of who called.
        role: The role of who called.
        model: The model, as the provider names it.
        provider: Who answered; empty when nobody said.
        seconds: How long it took, retries included.
        attempts: How often it was tried.
        request_id: The provider's id of the request.
        error: What went wrong, if it failed.
        usage: What it used.
    """

    number: int
    at: float
    turn: int
    agent: str
    role: RoleName
    model: str
    provider: str
    seconds: float
    attempts: int
    request_id: str | None
    error: str | None
    usage: Usage


class Span(TypedDict):
    """A span of OpenTelemetry.

    Attributes:
        trace_id: Its trace.
        span_id: Its id.
        parent_id: The span above it.
        name: Its name.
        kind: What it is about, such as ``agent``, ``llm``, ``tool``, ``evaluation`` or ``span``.
        started_at: When it began, in seconds since the Unix epoch.
        ended_at: When it ended, in seconds since the Unix epoch.
        is_error: Whether it failed.
        model: The model that it called, if it did.
        input_tokens: Tokens of the request.
        output_tokens: Tokens of the reply.
        turn: The turn that it belongs to, where that is known.
        attributes: Its attributes.
        events: Its events.
    """

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    kind: str
    started_at: float
    ended_at: float
    is_error: bool
    model: str | None
    input_tokens: int | None
    output_tokens: int | None
    turn: int | None
    attributes: Mapping[str, Any]
    events: list[Any]


class Replay(TypedDict):
    """How to play a run again.

    Attributes:
        command: The command; null where there is none.
        note: What to know about it.
    """

    command: str | None
    note: str


class Neighbours(TypedDict):
    """The runs of the scenario beside this one in its batch.

    Attributes:
        previous: The id of the run before; null for the first.
        next: The id of the run after; null for the last.
    """

    previous: str | None
    next: str | None


class RunPage(TypedDict):
    """A run with its conversation. Texts of more than 100,000 characters are shortened.

    Attributes:
        run: The run.
        batch_name: What its batch is called.
        messages: The conversation.
        removed: Messages that were rolled back.
        checkpoints: The times that criteria were judged on the way.
        criteria: The last verdict about each criterion.
        rollbacks: The times that messages were taken back.
        attack: What an attacker did, once the run has ended; null when nobody attacked.
        warnings: What went wrong around the agent.
        model_calls: The calls of language models.
        spans: The spans, by their beginning.
        replay: How to play it again.
        neighbours: The runs beside it.
        change: The number of its last change.
    """

    run: RunHeader
    batch_name: str
    messages: list[Message]
    removed: list[Message]
    checkpoints: list[Checkpoint]
    criteria: list[Verdict]
    rollbacks: list[Rollback]
    attack: AttackOfRun | None
    warnings: list[Warned]
    model_calls: list[CallOfModel]
    spans: list[Span]
    replay: Replay
    neighbours: Neighbours
    change: int


class RawRun(TypedDict):
    """All that is stored of a run, nothing shortened.

    Attributes:
        run: The run.
        messages: The conversation.
        removed: Messages that were rolled back.
        judgements: What was judged, in order.
        model_calls: The calls of language models, in order.
        spans: The spans, by their beginning.
    """

    run: RunRow
    messages: Sequence[MessageRow]
    removed: Sequence[MessageRow]
    judgements: Sequence[Judgement]
    model_calls: Sequence[ModelCallRow]
    spans: Sequence[SpanRow]
