"""One call of one agent, from its input to what its answer means."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

from scenario._engine.conclude import describe_error
from scenario._engine.scene import Actor, Scene
from scenario._error_messages import agent_response_not_awaitable
from scenario._meter import meter, stop
from scenario._utils.replies import read_reply
from scenario.errors import (
    AgentError,
    InvalidReplyError,
    NotAwaitableError,
    SimulatorError,
    TimeLimitError,
)
from scenario.types import AgentInput, AgentRole, JudgmentRequest, UserEnding
from scenario.usage import ModelCall

if TYPE_CHECKING:
    from scenario._engine.spans import Answer, CallSpan

__tracebackhide__ = True  # pytest leaves our frames out of the tracebacks of people's own errors


async def call_agent(
    scene: Scene, actor: Actor, request: JudgmentRequest | None, limit: float | None
) -> Answer:
    """Call an agent with its view of the conversation.

    Args:
        scene: The play.
        actor: The agent.
        request: For a judge: that a verdict is asked for.
        limit: The most seconds that the call may take, or None.

    Returns:
        What the reply comes to. Its messages are not yet added.

    Raises:
        AgentError: The agent raised, or its reply is unusable.
        TimeLimitError: It took too long.
    """
    with scene.trace.call(actor.class_name, actor.info) as span:
        try:
            reply = await _timed(scene, actor, request, limit, span)
            scene.conversation.empty_inbox(actor.index)
            answer = _read(reply, actor)
        except TimeLimitError:
            raise
        except Exception as error:  # whatever it is that people's agents raise
            if isinstance(error, SimulatorError) and actor.info.role is AgentRole.USER:
                raise
            text = f"[{actor.class_name}] {describe_error(error)}"
            role = actor.info.role.value
            raise AgentError(text, agent=actor.info.name, turn=scene.turn.number, role=role) from error
        span.answered(answer)
        return answer


async def _timed(
    scene: Scene, actor: Actor, request: JudgmentRequest | None, limit: float | None, span: CallSpan
) -> Any:
    view: Any = scene.conversation.view(actor.index)
    new: Any = scene.conversation.inbox(actor.index)
    given = AgentInput(
        thread_id=scene.state.thread_id,
        messages=view,
        new_messages=new,
        judgment_request=request,
        scenario_state=scene.state,
    )
    span.asked(given)
    began = scene.call_begins(actor)
    calls: list[ModelCall] = []
    token = meter.set(calls.append)  # no context manager: this is on the path of every call
    try:
        pending = actor.agent.call(given)
        if not inspect.isawaitable(pending):
            raise NotAwaitableError(agent_response_not_awaitable(actor.class_name))
        reply = await (pending if limit is None else _within(limit, pending, scene, actor))
    except BaseException as error:  # cancellation ends the call as well; raised again
        scene.call_ends(actor, began, describe_error(error), calls)
        raise
    finally:
        stop(token)
    seconds = scene.call_ends(actor, began, None, calls)
    if limit is not None and seconds > limit:
        raise scene.too_slow(actor, limit)  # it blocked the loop, so that no timer could fire
    return reply


async def _within(limit: float, pending: Any, scene: Scene, actor: Actor) -> Any:
    timer = asyncio.timeout(limit)
    try:
        async with timer:
            return await pending
    except TimeoutError:
        if timer.expired():
            raise scene.too_slow(actor, limit) from None
        raise


def _read(reply: Any, actor: Actor) -> Answer:
    if isinstance(reply, UserEnding):
        if actor.info.role is AgentRole.USER:
            return reply
        raise InvalidReplyError("Only an agent of the role USER can end the user's part with a UserEnding")
    role = "user" if actor.info.role is AgentRole.USER else "assistant"
    return read_reply(reply, actor.class_name, role)
