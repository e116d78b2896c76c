"""What a step and an agent may see of a run, and do to it."""

from __future__ import annotations

import weakref
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from scenario._text import text_of, tool_calls_in, transcript
from scenario._utils.plain import View, copy_message, copy_plain
from scenario._utils.values import value
from scenario.config import ScenarioConfig
from scenario.errors import NoStageError
from scenario.types import ScenarioResult

if TYPE_CHECKING:
    from scenario.message_types import (
        ChatCompletionAssistantMessageParamWithTrace,
        ChatCompletionMessageParam,
        ChatCompletionMessageParamWithTrace,
        ChatCompletionUserMessageParamWithTrace,
        Message,
    )
    from scenario.types import Criterion, UserEnding

TurnCallback: TypeAlias = Callable[["ScenarioState"], Awaitable[Any] | Any]
"""Called with the state, and awaited if it returns something to await."""


class Stage(Protocol):
    """Where a script is played: the seven steps, and the two ways to change the conversation."""

    def add_message(self, message: ChatCompletionMessageParam, from_agent_idx: int | None = None) -> None:
        """Add a message to the conversation."""
        ...

    def rollback_messages_to(self, index: int) -> list[ChatCompletionMessageParamWithTrace]:
        """Cut the conversation at a position."""
        ...

    async def message(self, message: ChatCompletionMessageParam) -> ScenarioResult | None:
        """Say or add a message."""
        ...

    async def user(self, content: Any = None) -> ScenarioResult | None:
        """Let the user speak."""
        ...

    async def agent(self, content: Any = None) -> ScenarioResult | None:
        """Let the agent under test speak."""
        ...

    async def judge(
        self, criteria: Sequence[Criterion] | None = None, *, additional_context: str | None = None
    ) -> ScenarioResult | None:
        """Ask the judge for a verdict."""
        ...

    async def proceed(
        self,
        turns: int | None = None,
        on_turn: TurnCallback | None = None,
        on_step: TurnCallback | None = None,
    ) -> ScenarioResult | None:
        """Let the conversation go on by itself."""
        ...

    async def succeed(self, reasoning: str | None = None) -> ScenarioResult:
        """End the run as a success."""
        ...

    async def fail(self, reasoning: str | None = None) -> ScenarioResult:
        """End the run as a failure."""
        ...


@value
class ReplyTime:
    """How long the agent under test took for one call.

    Attributes:
        agent: The agent's name.
        turn: The turn, counted from 0.
        seconds: The time.
    """

    agent: str
    turn: int
    seconds: float


class ScenarioState:
    """The state of a run: the conversation, the turn, and questions about both.

    A state can also be made by hand, to test a custom agent, judge or step without a run.

    Attributes:
        description: The scenario's description.
        thread_id: The conversation's id.
        current_turn: The turn, counted from 0.
        config: The settings of the run.
        reply_times: How long the agents under test took, call by call.
        ending: How the simulated user left, if it did.
    """

    def __init__(
        self,
        description: str = "",
        messages: Iterable[ChatCompletionMessageParamWithTrace] = (),
        thread_id: str = "",
        current_turn: int = 0,
        config: ScenarioConfig | None = None,
        *,
        stage: Stage | None = None,
        said: list[Message] | None = None,
    ) -> None:
        self.description = description
        self._said: list[Message] = cast("list[Message]", list(messages)) if said is None else said
        self._view = None if said is None else View(said)
        self.thread_id = thread_id
        self.current_turn = current_turn
        self.config = config if config is not None else ScenarioConfig()
        self.reply_times: list[ReplyTime] = []
        self.ending: UserEnding | None = None
        self._turn_starts: list[int] = [0]
        # The stage of a run holds this state: were it held in turn, only the garbage collector could free a run.
        self._stage_now: Callable[[], Stage | None] = (
            (lambda: stage) if said is None or stage is None else weakref.ref(stage)
        )

    @property
    def messages(self) -> list[ChatCompletionMessageParamWithTrace]:
        """The conversation so far. In a run these are copies: to change them changes nothing else."""
        shown = self._said if self._view is None else self._view.current()
        return cast("list[ChatCompletionMessageParamWithTrace]", shown)

    @messages.setter
    def messages(self, messages: Iterable[ChatCompletionMessageParamWithTrace]) -> None:
        if self._view is not None:
            raise AttributeError(
                "The messages of a run cannot be set: use add_message and rollback_messages_to"
            )
        self._said[:] = cast("list[Message]", list(messages))

    @property
    def said(self) -> Sequence[Message]:
        """What was said, not as copies: for those who only look."""
        return self._said

    @property
    def stage(self) -> Stage:
        """Where the script is played.

        Raises:
            NoStageError: The state was made by hand, or its run is over and nobody has kept its executor.
        """
        stage = self._stage_now()
        if stage is None:
            raise NoStageError(
                "This state belongs to no running scenario, so no step can be performed with it. "
                "Put the step into the `script` of `scenario.run`."
            )
        return stage

    @property
    def _executor(self) -> Stage | None:
        return self._stage_now()

    def add_message(self, message: ChatCompletionMessageParam) -> None:
        """Add a message to the conversation; every agent finds it among its new messages.

        Args:
            message: A chat message; it is copied.
        """
        stage = self._stage_now()
        if stage is None:
            self._said.append(copy_message(message))
        else:
            stage.add_message(message)

    def rollback_messages_to(self, index: int) -> list[ChatCompletionMessageParamWithTrace]:
        """Cut the conversation, and every agent's new messages, at a position.

        Args:
            index: The position of the first message to remove, counted from 0. Past the end: nothing happens.

        Returns:
            The removed messages.

        Raises:
            ValueError: `index` is negative.
        """
        stage = self._stage_now()
        if stage is not None:
            return stage.rollback_messages_to(index)
        if index < 0:
            raise ValueError(f"rollback_messages_to: index must be >= 0, got {index}")
        removed = self.messages[index:]
        del self._said[index:]
        self.cut(index)
        return removed

    def last_message(self) -> ChatCompletionMessageParamWithTrace:
        """The newest message.

        Raises:
            ValueError: Nothing was said yet.
        """
        if not self._said:
            raise ValueError("No messages found: nothing was said in this conversation yet")
        return cast("ChatCompletionMessageParamWithTrace", copy_message(self._said[-1]))

    def last_user_message(self) -> ChatCompletionUserMessageParamWithTrace:
        """The newest message of the user.

        Raises:
            ValueError: There is none.
        """
        return cast("ChatCompletionUserMessageParamWithTrace", self._find(reversed(self._said), "user"))

    def first_user_message(self) -> ChatCompletionUserMessageParamWithTrace:
        """The oldest message of the user.

        Raises:
            ValueError: There is none.
        """
        return cast("ChatCompletionUserMessageParamWithTrace", self._find(self._said, "user"))

    def last_agent_message(self) -> ChatCompletionAssistantMessageParamWithTrace:
        """The newest message of the agent under test.

        Raises:
            ValueError: There is none.
        """
        found = self._find(reversed(self._said), "assistant")
        return cast("ChatCompletionAssistantMessageParamWithTrace", found)

    def tool_calls(self, tool_name: str | None = None) -> list[dict[str, Any]]:
        """The agent's tool calls in the order of the conversation.

        Args:
            tool_name: Only calls of this tool; None means of all.

        Returns:
            The calls as they stand in the messages: ``{"id", "type", "function": {"name", "arguments"}}``.
        """
        return copy_plain(tool_calls_in(self._said, tool_name))

    def last_tool_call(self, tool_name: str) -> dict[str, Any] | None:
        """A call of this tool in the newest message that has one (its first there), or None."""
        for message in reversed(self._said):
            for call in tool_calls_in([message], tool_name):
                return copy_plain(call)
        return None

    def has_tool_call(self, tool_name: str) -> bool:
        """Whether the agent called this tool."""
        return self.last_tool_call(tool_name) is not None

    def turns(self) -> list[list[ChatCompletionMessageParamWithTrace]]:
        """The messages of each turn so far, the open one included."""
        starts = [*self._turn_starts, len(self._said)]
        return [self.messages[start:end] for start, end in pairwise(starts)]

    def spoken_turns(self) -> int:
        """In how many turns something was said."""
        return sum(start < end for start, end in pairwise([*self._turn_starts, len(self._said)]))

    def transcript(self) -> str:
        """The conversation as text: a line for each message, tool call and tool result."""
        return transcript(self._said)

    def begin_turn(self, number: int) -> None:
        """Note that a turn begins here. The engine calls this."""
        self.current_turn = number
        if number:
            self._turn_starts.append(len(self._said))

    def cut(self, index: int) -> None:
        """Note that the conversation was cut at `index`. The engine calls this."""
        if self._view is not None:
            self._view.restart()
        self._turn_starts = [min(start, index) for start in self._turn_starts]

    def _find(self, messages: Iterable[Message], role: str) -> Message:
        for message in messages:
            if message["role"] == role:
                return copy_message(message)
        raise ValueError(f"No {role} message found in this conversation")

    def __repr__(self) -> str:
        said = f"{len(self._said)} messages"
        last = f", last: {text_of(self._said[-1])[:60]!r}" if self._said else ""
        return f"ScenarioState(turn {self.current_turn}, {said}{last})"
