"""An agent that forgets by beginning a new thread."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from scenario.agent_adapter import AgentAdapter
from scenario.scenario_state import ScenarioState
from scenario.types import AgentInput, AgentReturnTypes


class FreshThreads(AgentAdapter):
    """An agent that gets a new thread id whenever something was taken back; made by `new_thread_on_rollback`."""

    def __init__(self, agent: AgentAdapter) -> None:
        self.agent = agent
        self.role = agent.role
        self.name = agent.name or type(agent).__name__
        self._cuts: dict[str, int] = {}
        self._known: WeakKeyDictionary[ScenarioState, int] = WeakKeyDictionary()

    async def call(self, input: AgentInput) -> AgentReturnTypes:  # noqa: A002 - the name callers know
        """Call the agent; the first call of a new thread has the whole conversation as new messages."""
        cuts = self._cuts.get(input.thread_id, 0)
        if not cuts:
            return await self.agent.call(input)
        state = input.scenario_state
        changes: dict[str, object] = {"thread_id": f"{input.thread_id}_{cuts}"}
        if self._known.get(state, 0) != cuts:
            self._known[state] = cuts
            changes["new_messages"] = input.messages
        return await self.agent.call(input.model_copy(update=changes))

    def rollback(self, index: int, thread_id: str) -> None:
        """Begin a new thread at the next call."""
        self._cuts[thread_id] = self._cuts.get(thread_id, 0) + 1


def new_thread_on_rollback(agent: AgentAdapter) -> AgentAdapter:
    """An agent that forgets what was taken back by beginning a new thread.

    For an agent that keeps its memory by the thread's id. After something was taken back it is called with a thread
    id of its own, ``…_1``, ``…_2``, and in the first such call with the whole conversation as `new_messages`. It
    forgets what was said before as well, unless it reads it there.

    Args:
        agent: The agent.
    """
    return FreshThreads(agent)
