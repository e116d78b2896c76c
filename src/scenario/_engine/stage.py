"""A scene played by hand: the steps, and the turn-taking between them. Executors add runs to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Sequence
from functools import cached_property
from typing import Any, TypeAlias, cast

from scenario._engine.call import call_agent
from scenario._engine.checkpoints import from_judge
from scenario._engine.outcome import CheckpointFailed, Declared, TurnLimit
from scenario._engine.plan import no_speaker
from scenario._engine.scene import Actor, Scene
from scenario._engine.turns import pending_roles
from scenario._utils.awaiting import await_if_awaitable
from scenario._utils.plain import copy_message, spoken
from scenario.config import ScenarioConfig
from scenario.errors import NoResultError
from scenario.message_types import (
    ChatCompletionMessageParam,
    ChatCompletionMessageParamWithTrace,
    Message,
)
from scenario.scenario_state import ScenarioState, TurnCallback
from scenario.script import checked_criteria
from scenario.types import AgentRole, Criterion, JudgmentRequest, ScenarioResult, UserEnding

__tracebackhide__ = True  # pytest leaves our frames out of the tracebacks of people's own errors

Said: TypeAlias = Awaitable[int | ScenarioResult]
"""Awaited: where in the conversation begins what an agent said, or the result that it gave."""


class SceneStage(ABC):
    """Where the steps of a script are performed.

    Subclasses may override `add_message` and the methods named after the steps; everything here goes
    through them.

    Args:
        name: The scenario's name.
        config: The settings.
    """

    def __init__(self, name: str, config: ScenarioConfig) -> None:
        self.name = name
        self.config = config

    @cached_property
    def _scene(self) -> Scene:
        """The scene that is played now; the first use makes one. See `_scene_so_far` for other threads."""
        return self._new_scene()

    def _scene_so_far(self) -> Scene | None:
        """The scene, if there is one yet."""
        return vars(self).get("_scene")

    def _change_scene(self) -> None:
        """Begin a new scene."""
        so_far = self._scene_so_far()
        if so_far is not None:
            so_far.close()
        self._scene = self._new_scene()

    @property
    def state(self) -> ScenarioState:
        """The state of the run, as steps and agents see it."""
        return self._scene.state

    @property
    def trace_id(self) -> str:
        """The trace of the open turn: 32 hexadecimal digits."""
        return self._scene.trace.trace_id

    @property
    def _state(self) -> ScenarioState:
        return self._scene.state

    @property
    def _pending_messages(self) -> dict[int, list[Message]]:
        return self._scene.conversation.pending()

    @property
    def _pending_roles_on_turn(self) -> list[AgentRole]:
        return pending_roles(self._scene.turn)

    def add_message(self, message: ChatCompletionMessageParam, from_agent_idx: int | None = None) -> None:
        """Add a message to the conversation.

        Args:
            message: A chat message. It is copied, and the copy gets an ``id`` and the turn's ``trace_id``.
            from_agent_idx: Who said it, as a position in `agents`; everybody else finds it among their new
                messages. None: everybody does.
        """
        plain: Any = message
        self._scene.add(plain, from_agent_idx)

    def add_messages(
        self, messages: Sequence[ChatCompletionMessageParam], from_agent_idx: int | None = None
    ) -> None:
        """Add messages to the conversation, in order; see `add_message`."""
        for message in messages:
            self.add_message(message, from_agent_idx)

    def rollback_messages_to(self, index: int) -> list[ChatCompletionMessageParamWithTrace]:
        """Cut the conversation at a position; what is cut is gone from everybody's new messages, too.

        Args:
            index: The position of the first message to remove, counted from 0. Past the end: nothing happens.

        Returns:
            The removed messages.

        Raises:
            ValueError: `index` is negative.
        """
        return cast("list[ChatCompletionMessageParamWithTrace]", self._scene.cut(index))

    async def step(self) -> list[ChatCompletionMessageParamWithTrace] | ScenarioResult:
        """Let the next agent speak; a new turn begins when everybody has spoken.

        Returns:
            The messages that it added, or the result that ends the run.

        Raises:
            NoResultError: Nobody has anything left to do.
        """
        said = await self._advance()
        if said is None:
            raise NoResultError(
                "No result from step: the user has left the conversation and no judge is there"
            )
        if isinstance(said, ScenarioResult):
            return said
        added = [copy_message(message) for message in self._scene.conversation.messages[said:]]
        return cast("list[ChatCompletionMessageParamWithTrace]", added)

    async def message(self, message: ChatCompletionMessageParam) -> ScenarioResult | None:
        """Say a user's or an assistant's message in the place of that role; add any other.

        Args:
            message: A chat message.
        """
        match message["role"]:
            case "user":
                return await self.user(message)
            case "assistant":
                return await self.agent(message)
            case _:
                self.add_message(message)
                return None

    async def user(
        self, content: str | Sequence[Any] | ChatCompletionMessageParam | None = None
    ) -> ScenarioResult | None:
        """Let the user speak.

        Args:
            content: What the user says; None asks the simulated user.

        Returns:
            The result, if the simulated user gave one.
        """
        return await self._speak(AgentRole.USER, content)

    async def agent(
        self, content: str | Sequence[Any] | ChatCompletionMessageParam | None = None
    ) -> ScenarioResult | None:
        """Let the agent under test speak.

        Args:
            content: What is put into its mouth; None calls it.

        Returns:
            The result, if the agent gave one.
        """
        return await self._speak(AgentRole.AGENT, content)

    async def judge(
        self, criteria: Sequence[Criterion] | None = None, *, additional_context: str | None = None
    ) -> ScenarioResult | None:
        """Ask the judge for a verdict.

        Args:
            criteria: Judge by these only, as a checkpoint; None means by the judge's own, for good.
            additional_context: What the judge should know beside the conversation.

        Returns:
            The result that ends the run: the judge's own, or that of a checkpoint that failed. None: the run
            goes on.

        Raises:
            ScriptError: `criteria` is empty.
        """
        asked = checked_criteria(criteria)
        scene = self._scene
        request = JudgmentRequest(
            criteria=None if asked is None else list(asked), additional_context=additional_context
        )
        result = await self._speak(AgentRole.JUDGE, None, request)
        if result is None:
            scene.judge_was_silent = True
        if result is None or asked is None:
            return result
        checkpoint = from_judge(result, asked)
        scene.judged(checkpoint)
        return None if checkpoint.passed else scene.result(CheckpointFailed(result.reasoning, result))

    async def proceed(
        self,
        turns: int | None = None,
        on_turn: TurnCallback | None = None,
        on_step: TurnCallback | None = None,
    ) -> ScenarioResult | None:
        """Let the conversation go on by itself.

        Args:
            turns: How many turns, counted from the one in which the first step falls; None is no limit.
            on_turn: Called with the state whenever a new turn begins.
            on_step: Called with the state after each agent's step.

        Returns:
            The result that ends the run, or None when the turns are over or the user has left.
        """
        last_turn: int | None = None
        while turns != 0:
            may_open = last_turn is None or self.state.current_turn < last_turn
            said = await self._advance(on_turn, on_step, may_open=may_open)
            if said is None or isinstance(said, ScenarioResult):
                return said
            if last_turn is None and turns is not None:
                last_turn = self.state.current_turn + turns - 1
        return None

    async def succeed(self, reasoning: str | None = None) -> ScenarioResult:
        """The result of a success, for this reason."""
        return self._scene.result(Declared(success=True, reasoning=reasoning))

    async def fail(self, reasoning: str | None = None) -> ScenarioResult:
        """The result of a failure, for this reason."""
        return self._scene.result(Declared(success=False, reasoning=reasoning))

    async def _advance(
        self,
        on_turn: TurnCallback | None = None,
        on_step: TurnCallback | None = None,
        *,
        may_open: bool = True,
    ) -> int | ScenarioResult | None:
        """One agent's step: where its messages begin, or the result. None: nobody has anything left to do."""
        said: int | ScenarioResult | None
        if self._scene.ending is not None:
            judged = any(actor.info.role is AgentRole.JUDGE for actor in self._scene.cast)
            said = await self.judge() if judged else None
        else:
            actor = await self._next_actor(on_turn, may_open=may_open)
            if not isinstance(actor, Actor):
                return actor
            said = await self._call(actor)
        if said is not None and on_step is not None:
            await await_if_awaitable(on_step(self.state))
        return said

    async def _next_actor(
        self, on_turn: TurnCallback | None, *, may_open: bool
    ) -> Actor | ScenarioResult | None:
        """Who speaks next; the result when the last turn is over, None when no new turn may begin."""
        while (actor := self._scene.next_speaker()) is None:
            if not may_open:
                return None
            self._scene.open_turn()
            if on_turn is not None:
                await await_if_awaitable(on_turn(self.state))
            limit = self.config.max_turns
            if limit is not None and self.state.current_turn >= limit:
                return self._scene.result(TurnLimit(limit))
        return actor

    async def _speak(
        self, role: AgentRole, content: Any, request: JudgmentRequest | None = None
    ) -> ScenarioResult | None:
        """Let somebody of `role` speak, or say `content` in their place."""
        message = (
            None if content is None else spoken(content, "user" if role is AgentRole.USER else "assistant")
        )
        actor = self._scene.speaker_for(role)
        if actor is None:
            raise no_speaker(self.name, role, message)
        if message is not None:
            self.add_message(cast("ChatCompletionMessageParam", message))
            return None
        if role is AgentRole.USER and self._scene.ending is not None:
            return None  # the simulated user has left
        said = await self._call(actor, request)
        return said if isinstance(said, ScenarioResult) else None

    def _call(self, actor: Actor, request: JudgmentRequest | None = None) -> Said:
        """Call an agent, and add what it says. Awaited: where that begins, or the result."""
        return self._called(actor, request)

    async def _called(self, actor: Actor, request: JudgmentRequest | None) -> int | ScenarioResult:
        scene = self._scene
        scene.check_time()
        config = self.config
        typed = await self._typed(actor) if config.debug and actor.info.role is AgentRole.USER else None
        answer = typed or await call_agent(scene, actor, request, config.agent_timeout)
        scene.check_wanted()
        if isinstance(answer, ScenarioResult):
            return answer
        said: Any = _messages_of(answer)
        start = len(scene.conversation.messages)
        self.add_messages(said, actor.index)
        if isinstance(answer, UserEnding):
            scene.user_left(answer)
        return start

    @abstractmethod
    def _new_scene(self) -> Scene:
        """A scene in which nothing has happened yet."""

    async def _typed(self, actor: Actor) -> list[Message] | None:
        """What a person says in the place of `actor`, or None when the actor shall speak."""
        del actor
        return None


def _messages_of(answer: list[Message] | UserEnding) -> list[Message]:
    if not isinstance(answer, UserEnding):
        return answer
    return [] if answer.message is None else [{"role": "user", "content": answer.message}]
