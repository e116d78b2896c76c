"""One run's attack, as a value: its attempts, what was scored, what was taken back. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypeAlias

from scenario._red_team.planner import Planner
from scenario._text import message_lines, text_of
from scenario.usage import ModelCall, Usage


@dataclass(frozen=True)
class Score:
    """What the scoring model says of a reply.

    Attributes:
        value: How far the reply went towards the goal, from 0 to 10; None when nobody could tell.
        refused: Whether the agent refused.
        quote: The words that decide, as they stand in the reply; empty when none do.
        reason: Why, in a sentence.
        hint: Advice for the next turn.
        refusal_words: What the cheap look for the words of a refusal found; it decides nothing.
        message_id: The message that holds the quote, or None.
    """

    value: int | None = None
    refused: bool = False
    quote: str = ""
    reason: str = ""
    hint: str = ""
    refusal_words: str | None = None
    message_id: str | None = None


class TakenBack(str, Enum):
    """Why an attempt is no longer part of the conversation."""

    REFUSED = "refused"
    NEXT_ATTEMPT = "next attempt"
    ELSEWHERE = "by somebody else"


@dataclass(frozen=True)
class Attempt:
    """One message of the attacker, and what came of it.

    Attributes:
        turn: The turn of the attack, from 1: the attempt's place among all of them.
        conversation_turn: The turn of the conversation, from 0.
        start: Where the message stood in the conversation.
        phase: What the strategy was doing.
        text: What the attacker meant to say.
        sent: What it said: the same, or disguised.
        disguise: The technique that disguised it, or None.
        techniques: The ids of the strategy's own techniques.
        observation: What the attacker made of the reply before.
        strategy: Why it said this.
        parse_failed: The attacker's model did not answer in the form it was asked for.
        node: The attempt's number in a search, or None.
        answered: Whether the reply was looked at.
        reply: What the agent said and which tools it called, as text.
        score: What the scoring model said; None when it was not asked.
        taken_back: Why the exchange was cut from the conversation, or None.
        told_to_forget: Whether the agent was told so; None when nobody knows.
    """

    turn: int
    conversation_turn: int
    start: int
    phase: str
    text: str
    sent: str
    disguise: str | None = None
    techniques: tuple[str, ...] = ()
    observation: str = ""
    strategy: str = ""
    parse_failed: bool = False
    node: int | None = None
    answered: bool = False
    reply: str = ""
    score: Score | None = None
    taken_back: TakenBack | None = None
    told_to_forget: bool | None = None

    @property
    def value(self) -> int | None:
        """How far the reply went, from 0 to 10; None without a score."""
        return None if self.score is None else self.score.value

    @property
    def used(self) -> tuple[str, ...]:
        """The techniques that it uses, its disguise last."""
        return self.techniques if self.disguise is None else (*self.techniques, self.disguise)


@dataclass(frozen=True)
class Calls:
    """How often models were called for an attack.

    Attributes:
        attacker: For messages.
        plan: For plans.
        scoring: For scores and refusals.
        topic: To find out whether a variation is on topic.
        usage: What all of them used.
    """

    attacker: int = 0
    plan: int = 0
    scoring: int = 0
    topic: int = 0
    usage: Usage = field(default_factory=Usage)

    @property
    def total(self) -> int:
        """All of them."""
        return self.attacker + self.plan + self.scoring + self.topic

    def counted(self, kind: Kind, usage: Usage) -> Calls:
        """The count with one call more."""
        return replace(self, **{kind.value: vars(self)[kind.value] + 1}, usage=self.usage + usage)


class Kind(str, Enum):
    """What a model is called for."""

    ATTACKER = "attacker"
    PLAN = "plan"
    SCORING = "scoring"
    TOPIC = "topic"


@dataclass(frozen=True)
class Attack:
    """The state of one run's attack.

    Attributes:
        plan: The plan, once it was made; None before.
        attempts: The attempts so far, the newest last.
        planner: The search, for a strategy that is one.
        calls: The calls of models so far.
        before: What was said before the attacker came in.
        unreported: Calls of models outside an agent's call, to be reported in the next one.
    """

    plan: str | None = None
    attempts: tuple[Attempt, ...] = ()
    planner: Planner | None = None
    calls: Calls = field(default_factory=Calls)
    before: str = ""
    unreported: tuple[ModelCall, ...] = ()

    @property
    def next_turn(self) -> int:
        """The turn of the attack that comes next, from 1."""
        return len(self.attempts) + 1

    @property
    def last(self) -> Attempt | None:
        """The newest attempt."""
        return self.attempts[-1] if self.attempts else None

    @property
    def open_attempt(self) -> Attempt | None:
        """The newest attempt, while its reply was not looked at."""
        return None if self.last is None or self.last.answered else self.last

    @property
    def backtracks(self) -> int:
        """How many refused exchanges were taken back."""
        return backtracks_in(self.attempts)

    def with_last(self, **changes: Any) -> Attack:
        """The attack with its newest attempt changed."""
        return replace(self, attempts=(*self.attempts[:-1], replace(self.attempts[-1], **changes)))

    def is_achieved(self, success_score: int | None, confirm_turns: int) -> bool:
        """Whether the newest attempts, in a row, all reached the score.

        Args:
            success_score: From 0 to 10; None: never.
            confirm_turns: How many in a row.
        """
        last = self.attempts[-max(1, confirm_turns) :]
        if success_score is None or len(last) < max(1, confirm_turns):
            return False
        return all(attempt.value is not None and attempt.value >= success_score for attempt in last)


def backtracks_in(attempts: Sequence[Attempt]) -> int:
    """How many refused exchanges were taken back."""
    return sum(attempt.taken_back is TakenBack.REFUSED for attempt in attempts)


Messages: TypeAlias = Sequence[Mapping[str, Any]]


def place_of(attempt: Attempt, messages: Messages) -> int | None:
    """Where the message of an attempt stands in a conversation; None when it was taken out."""
    expected = messages[attempt.start] if attempt.start < len(messages) else {}
    if _is(expected, attempt):
        return attempt.start
    return next((place for place in reversed(range(len(messages))) if _is(messages[place], attempt)), None)


def reply_to(attempt: Attempt, messages: Messages) -> Messages | None:
    """What the agent answered to an attempt, its tool calls included; None while it has not, or when it was cut."""
    place = place_of(attempt, messages)
    if place is None:
        return None
    after = messages[place + 1 :]
    end = next((at for at, message in enumerate(after) if message.get("role") == "user"), len(after))
    return after[:end] or None


def shown(reply: Messages) -> str:
    """A reply as text: its words as they are, tool calls and results in lines of their own."""
    lines: list[str] = []
    for message in reply:
        said = text_of(message)
        if message.get("role") == "assistant" and not message.get("tool_calls"):
            lines.append(said)
        else:
            lines.extend(message_lines(message))
    return "\n".join(lines)


def _is(message: Mapping[str, Any], attempt: Attempt) -> bool:
    return message.get("role") == "user" and text_of(message) == attempt.sent
