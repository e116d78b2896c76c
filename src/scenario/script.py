"""The steps that scripts are made of: values that can be compared, printed, and performed.

Each function here returns a step. A step is called with the state of the run and performs itself there;
a function of one's own, plain or asynchronous, that takes the state is a step as well.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from scenario._utils.plain import copy_message, spoken
from scenario.errors import ScriptError, StepTypeError
from scenario.types import AgentRole

if TYPE_CHECKING:
    from scenario.message_types import ChatCompletionMessageParam
    from scenario.message_types import Message as ChatMessage
    from scenario.scenario_state import ScenarioState, Stage, TurnCallback
    from scenario.types import Criterion, ScenarioResult

__tracebackhide__ = True  # pytest leaves our frames out of the tracebacks of people's own errors

_SPEAKERS = {"user": AgentRole.USER, "assistant": AgentRole.AGENT}
_POSITIONAL = {"content", "spoken", "reasoning"}


@dataclass(frozen=True)
class Step:
    """A step of a script. Called with the state of a run, it performs itself there."""

    @property
    def role(self) -> AgentRole | None:
        """The role that somebody must play for this step, or None."""
        return None

    def __call__(self, state: ScenarioState | None = None) -> Awaitable[ScenarioResult | None]:
        """Perform the step.

        Returns:
            To be awaited: the result, when the step ends the run.

        Raises:
            StepTypeError: No state was given.
        """
        if state is None:
            raise StepTypeError(
                f"{self!r} is a step and is called with the state: put it into the script, or return it from "
                "a function in the script, without calling it."
            )
        return self.perform(state.stage)

    def perform(self, stage: Stage) -> Awaitable[ScenarioResult | None]:
        """Perform the step on this stage."""
        raise NotImplementedError  # abstract

    def __repr__(self) -> str:
        return self._text

    @cached_property
    def _text(self) -> str:
        parts: list[str] = []
        for name, value in vars(self).items():
            if value is not None:
                plain = name == "content" and value.keys() == {"role", "content"}
                shown = _shown(value["content"] if plain else value)
                parts.append(shown if name in _POSITIONAL else f"{name}={shown}")
        return f"{type(self).__name__.lower()}({', '.join(parts)})"


@dataclass(frozen=True, repr=False)
class Message(Step):
    """A message is said, or added."""

    spoken: ChatMessage

    @property
    def role(self) -> AgentRole | None:
        """The role whose place in the turn the message takes."""
        return _SPEAKERS.get(self.spoken["role"])

    def perform(self, stage: Stage) -> Awaitable[ScenarioResult | None]:
        """Say or add the message."""
        return stage.message(cast("Any", copy_message(self.spoken)))


@dataclass(frozen=True, repr=False)
class User(Step):
    """The user says something."""

    content: ChatMessage | None = None

    @property
    def role(self) -> AgentRole:
        """The user's role."""
        return AgentRole.USER

    def perform(self, stage: Stage) -> Awaitable[ScenarioResult | None]:
        """Let the user speak."""
        return stage.user(self.content)


@dataclass(frozen=True, repr=False)
class Agent(Step):
    """The agent under test says something."""

    content: ChatMessage | None = None

    @property
    def role(self) -> AgentRole:
        """The role of the agent under test."""
        return AgentRole.AGENT

    def perform(self, stage: Stage) -> Awaitable[ScenarioResult | None]:
        """Let the agent speak."""
        return stage.agent(self.content)


@dataclass(frozen=True, repr=False)
class Judge(Step):
    """The judge gives a verdict."""

    criteria: tuple[Criterion, ...] | None = None
    additional_context: str | None = None

    @property
    def role(self) -> AgentRole:
        """The judge's role."""
        return AgentRole.JUDGE

    def perform(self, stage: Stage) -> Awaitable[ScenarioResult | None]:
        """Ask the judge."""
        criteria = None if self.criteria is None else list(self.criteria)
        if self.additional_context is None:
            return stage.judge(criteria)  # so that a stage of older make will do
        return stage.judge(criteria, additional_context=self.additional_context)


@dataclass(frozen=True, repr=False)
class Proceed(Step):
    """The conversation goes on by itself."""

    turns: int | None = None
    on_turn: TurnCallback | None = None
    on_step: TurnCallback | None = None

    def perform(self, stage: Stage) -> Awaitable[ScenarioResult | None]:
        """Let the conversation go on."""
        return stage.proceed(self.turns, self.on_turn, self.on_step)


@dataclass(frozen=True, repr=False)
class Succeed(Step):
    """The run ends as a success."""

    reasoning: str | None = None

    def perform(self, stage: Stage) -> Awaitable[ScenarioResult]:
        """End the run."""
        return stage.succeed(self.reasoning)


@dataclass(frozen=True, repr=False)
class Fail(Step):
    """The run ends as a failure."""

    reasoning: str | None = None

    def perform(self, stage: Stage) -> Awaitable[ScenarioResult]:
        """End the run."""
        return stage.fail(self.reasoning)


def message(message: ChatCompletionMessageParam) -> Message:
    """Say or add a message.

    Args:
        message: A chat message. One of role ``user`` or ``assistant`` is said in the place of that role in
            the turn; any other is only added.

    Raises:
        ScriptError: It is not a message.
    """
    if not isinstance(message, Mapping) or not isinstance(message.get("role"), str):
        raise ScriptError(f"message() takes a chat message with a role, not {message!r}")
    return Message(copy_message(message))


def user(content: str | Sequence[Any] | ChatCompletionMessageParam | None = None) -> User:
    """Let the user speak.

    Args:
        content: What the user says: text, a list of content parts, or a message. None: the simulated
            user is asked.

    Raises:
        ScriptError: It cannot be said by a user.
    """
    return User(_scripted(content, "user"))


def agent(content: str | Sequence[Any] | ChatCompletionMessageParam | None = None) -> Agent:
    """Let the agent under test speak.

    Args:
        content: What is put into its mouth: text, a list of content parts, or a message. None: the agent
            is called.

    Raises:
        ScriptError: It cannot be said by an agent.
    """
    return Agent(_scripted(content, "assistant"))


def judge(criteria: Sequence[Criterion] | None = None, additional_context: str | None = None) -> Judge:
    """Ask the judge for a verdict.

    Args:
        criteria: Judge by these only, as a checkpoint: the script goes on when they are met, and the run
            ends when one is not. None: the judge's own criteria, and its verdict ends the run.
        additional_context: What the judge should know beside the conversation, for this verdict.

    Raises:
        ScriptError: `criteria` is empty, or a text where a list of texts is meant.
    """
    return Judge(checked_criteria(criteria), additional_context)


def proceed(
    turns: int | None = None, on_turn: TurnCallback | None = None, on_step: TurnCallback | None = None
) -> Proceed:
    """Let the conversation go on by itself: user, agent, judge, and again.

    Args:
        turns: How many turns, counted from the one in which it begins. None: until a verdict, or until
            the scenario's ``max_turns``.
        on_turn: Called with the state whenever a new turn begins.
        on_step: Called with the state after each agent's step.

    Raises:
        ScriptError: `turns` is negative.
    """
    if turns is not None and turns < 0:
        raise ScriptError(f"proceed(turns={turns}) cannot be: give a number of turns, or None for no limit")
    return Proceed(turns, on_turn, on_step)


def succeed(reasoning: str | None = None) -> Succeed:
    """End the run as a success, for this reason."""
    return Succeed(reasoning)


def fail(reasoning: str | None = None) -> Fail:
    """End the run as a failure, for this reason."""
    return Fail(reasoning)


def checked_criteria(criteria: Sequence[Criterion] | None) -> tuple[Criterion, ...] | None:
    """The criteria of a checkpoint, or None for the judge's own.

    Raises:
        ScriptError: There are none, or a text stands where a list of texts is meant.
    """
    if criteria is not None and (isinstance(criteria, str) or not isinstance(criteria, Sequence)):
        raise ScriptError(f"The criteria of a judge are a list: write criteria=[{criteria!r}]")
    if criteria is not None and not criteria:
        raise ScriptError(
            "judge(criteria=[]) has nothing to judge: name a criterion, or write judge() for the judge's own"
        )
    return None if criteria is None else tuple(criteria)


def describe(step: object) -> str:
    """A step in words, for messages and reports."""
    if not isinstance(step, Step) and (inspect.isfunction(step) or inspect.ismethod(step)):
        return f"`{step.__qualname__}`"
    return f"`{step!r}`"


def _shown(value: Any) -> str:
    if callable(value):
        return str(getattr(value, "__qualname__", value))
    return repr(list(value) if isinstance(value, tuple) else value)


def _scripted(content: Any, role: str) -> ChatMessage | None:
    if content is None:
        return None
    try:
        return spoken(content, role)
    except ValueError as error:
        name = "user" if role == "user" else "agent"
        raise ScriptError(f"{name}(…): {error}") from error
