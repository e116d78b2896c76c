"""Fakes of agents, sinks, clocks and identifiers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias, cast

from scenario._engine.facts import Fact, RunRecord, fold
from scenario._utils.plain import copy_plain
from scenario.agent_adapter import AgentAdapter
from scenario.types import AgentInput, AgentReturnTypes, AgentRole

Reply: TypeAlias = AgentReturnTypes | BaseException


class FakeClock:
    """A clock that stands still until it is told to go on.

    Args:
        now: The time of day that it begins with, in seconds since the Unix epoch.

    Example:
        >>> clock = FakeClock(now=1_700_000_000)
        >>> clock.advance(2.5)
        >>> clock.now()
        1700000002.5
    """

    def __init__(self, now: float = 0.0) -> None:
        self._now = now
        self._elapsed = 0.0

    def now(self) -> float:
        """Seconds since the Unix epoch."""
        return self._now + self._elapsed

    def monotonic(self) -> float:
        """Seconds since the clock was made."""
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Let time pass.

        Args:
            seconds: How much of it; not negative.
        """
        if seconds < 0:
            raise ValueError(f"time does not go backwards, not even by {-seconds:g} s")
        self._elapsed += seconds


class CountingIds:
    """Makes the same identifiers in every run: ``scenariomsg_1``, ``scenariomsg_2``, one count for each prefix."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def __call__(self, prefix: str) -> str:
        """The next identifier with this prefix."""
        self._counts[prefix] = self._counts.get(prefix, 0) + 1
        return f"{prefix}_{self._counts[prefix]}"


class RecordingSink:
    """A sink that keeps every fact.

    Args:
        name: What reports call it.

    Attributes:
        facts: The facts, in the order in which they came.
    """

    def __init__(self, name: str = "recording") -> None:
        self.name = name
        self.facts: list[Fact] = []

    def receive(self, fact: Fact) -> None:
        """Keep a fact."""
        self.facts.append(fact)

    def record(self, run_id: str | None = None) -> RunRecord:
        """What the facts tell of a run.

        Args:
            run_id: Which run; None means all facts are of one.
        """
        return fold(fact for fact in self.facts if run_id is None or fact.run_id == run_id)


class ScriptedAgent(AgentAdapter):
    """An agent that answers from a list, and keeps what it was called with.

    Args:
        replies: Its answers, one for each call. An exception among them is raised. When they are used up, the
            last one is given again.
        role: Who it is in the conversation.
        name: The name in reports.

    Attributes:
        inputs: What it was called with, call by call, as copies that stay as they were.

    Example:
        >>> agent = ScriptedAgent("Hello!", [{"role": "assistant", "content": "Goodbye!"}])
    """

    def __init__(
        self, *replies: Reply | Sequence[Any], role: AgentRole = AgentRole.AGENT, name: str | None = None
    ) -> None:
        if not replies:
            raise ValueError("ScriptedAgent needs at least one reply")
        self.role = role
        self.name = name
        self.inputs: list[AgentInput] = []
        self._replies = replies

    @property
    def calls(self) -> int:
        """How often it was called."""
        return len(self.inputs)

    async def call(self, input: AgentInput) -> AgentReturnTypes:  # noqa: A002 - the name callers know
        """The next answer."""
        copies = {"messages": copy_plain(input.messages), "new_messages": copy_plain(input.new_messages)}
        self.inputs.append(input.model_copy(update=copies))
        reply = self._replies[min(len(self.inputs), len(self._replies)) - 1]
        if isinstance(reply, BaseException):
            raise reply
        return cast("AgentReturnTypes", reply)
