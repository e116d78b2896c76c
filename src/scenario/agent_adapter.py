"""The agent under test, as the library calls it."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable

from scenario.types import AgentInput, AgentReturnTypes, AgentRole


class AgentAdapter(ABC):
    """Connects an agent to scenarios: subclass it and write `call`.

    Attributes:
        role: Who this agent is in the conversation.
        name: The name in reports; None means the class's name.
    """

    role: AgentRole = AgentRole.AGENT
    name: str | None = None

    @abstractmethod
    async def call(self, input: AgentInput) -> AgentReturnTypes:  # noqa: A002 - the name callers know
        """Answer the conversation.

        Args:
            input: The conversation, and what is new in it for this agent.

        Returns:
            Text, a message, a list of messages (tool calls and their results among them), or a
            `ScenarioResult` to end the run.
        """

    def rollback(self, index: int, thread_id: str) -> None:  # noqa: B027 - an agent without a memory of its own needs none
        """Forget what was said from a position on. Called when the conversation is cut there.

        An agent that reads the conversation from its input needs no `rollback`; one that keeps it by the thread's id
        overrides it. It must not raise.

        Args:
            index: The position of the first message that is gone, counted from 0.
            thread_id: The conversation's id.
        """


def can_forget(agent: object) -> bool:
    """Whether an agent does something when the conversation is cut: it overrides `AgentAdapter.rollback`."""
    return isinstance(agent, AgentAdapter) and type(agent).rollback is not AgentAdapter.rollback


AgentFunction = Callable[[AgentInput], AgentReturnTypes | Awaitable[AgentReturnTypes]]


class FunctionAgent(AgentAdapter):
    """An agent that is a function; made by `agent_from`."""

    def __init__(self, function: AgentFunction, name: str, role: AgentRole) -> None:
        self.function = function
        self.name = name
        self.role = role

    async def call(self, input: AgentInput) -> AgentReturnTypes:  # noqa: A002 - the name callers know
        """Call the function, and await what it returns if need be."""
        reply = self.function(input)
        return await reply if inspect.isawaitable(reply) else reply

    def __repr__(self) -> str:
        return f"agent_from({self.name})"


def agent_from(
    function: AgentFunction, *, name: str | None = None, role: AgentRole = AgentRole.AGENT
) -> AgentAdapter:
    """Make an agent of a function.

    Args:
        function: Called with the `AgentInput`; plain or asynchronous. A plain one blocks its thread
            while it works, which is its own under `scenario.run`.
        name: The name in reports; the function's own by default.
        role: Who the agent is in the conversation.

    Returns:
        An adapter for the ``agents`` list.

    Raises:
        TypeError: `function` cannot be called.
    """
    if not callable(function):
        raise TypeError(f"agent_from takes a function, not {function!r}")
    own_name: object = getattr(function, "__name__", None) or type(function).__name__
    return FunctionAgent(function, name or str(own_name), role)
