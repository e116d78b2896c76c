"""Everything that one play of a scenario accumulates: the turn, the conversation, the clock, the verdicts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenario._engine import turns
from scenario._engine.checkpoints import Checkpoint
from scenario._engine.conclude import Played, conclude
from scenario._engine.conversation import Conversation
from scenario._engine.facts import (
    AgentInfo,
    CallFinished,
    CallStarted,
    CheckpointJudged,
    Fact,
    MessageAdded,
    ModelCalled,
    RolledBack,
    StepFinished,
    TurnOpened,
    UserLeft,
    used_by,
)
from scenario._engine.labels import TraceLabels
from scenario._engine.outcome import Outcome
from scenario._utils.plain import checked_message, copy_message
from scenario._utils.values import value
from scenario.agent_adapter import AgentAdapter, FunctionAgent, can_forget
from scenario.clock import Clock
from scenario.errors import TimeLimitError
from scenario.message_types import Message
from scenario.scenario_state import ReplyTime, ScenarioState
from scenario.script import describe
from scenario.types import AgentRole, CriterionResult, ScenarioResult, UserEnding
from scenario.usage import UNUSED, ModelCall

if TYPE_CHECKING:
    from scenario._engine.spans import TurnTrace


@dataclass(frozen=True, eq=False, slots=True)
class Actor:
    """An agent in its place in the list.

    Attributes:
        index: Its position in the ``agents`` list.
        agent: The agent.
        info: Its name and role in reports.
        class_name: What its errors and spans call it.
    """

    index: int
    agent: AgentAdapter
    info: AgentInfo
    class_name: str


@value
class Surroundings:
    """What a play gets from outside.

    Attributes:
        run_id: The run's id.
        clock: Tells the time.
        new_id: Makes an id from a prefix.
        tell: Takes every fact.
        is_heard: Whether anybody reads facts now; when not, they need not be made.
        is_abandoned: Whether the run was ended from outside, so that nobody wants the rest.
    """

    run_id: str
    clock: Clock
    new_id: Callable[[str], str]
    tell: Callable[[Fact], None]
    is_heard: Callable[[], bool]
    is_abandoned: Callable[[], bool]


class Scene:
    """One play of a scenario, from its first turn to its result.

    Args:
        cast: The agents, in list order.
        conversation: What is said in it; nothing yet.
        state: The state of that conversation that steps and agents see.
        labels: What the traces of its turns say.
        around: Time, ids, and where facts go.

    Attributes:
        is_heard: Whether anybody reads the facts of this run.
    """

    def __init__(
        self,
        cast: Sequence[Actor],
        conversation: Conversation,
        state: ScenarioState,
        labels: TraceLabels,
        around: Surroundings,
    ) -> None:
        self.cast = cast
        self.state = state
        self.conversation = conversation
        self.turn = self._opening = turns.first_turn(_speaking_roles(cast))
        self.verdicts: list[CriterionResult] = []
        self.ending: UserEnding | None = None
        self.judge_was_silent = False
        self.agent_time = 0.0
        self.usage = UNUSED
        self.deadline: tuple[float, float] | None = None
        self.calling: tuple[Actor, float] | None = None
        self._seconds: dict[int, float] = {}
        self._labels = labels
        self._around = around
        self._began = around.clock.monotonic()
        self._trace: TurnTrace | None = None
        self._run_id = around.run_id
        self._now = around.clock.now
        self._tell = around.tell
        self.is_heard = around.is_heard

    @property
    def trace(self) -> TurnTrace:
        """The trace of the open turn; the first use opens turn 0."""
        if self._trace is None:
            from scenario._engine.spans import TurnTrace  # noqa: PLC0415 - it loads OpenTelemetry's API

            self.check_wanted()
            self._trace = TurnTrace(self._labels, self.turn.number)
            if self.is_heard():
                self._tell(TurnOpened(self._run_id, self._now(), self.turn.number, self._trace.trace_id))
        return self._trace

    def open_turn(self) -> None:
        """End the open turn and begin the next."""
        _ = self.trace  # a turn that nobody spoke in was a turn as well
        self.close()
        self.turn = turns.following(self.turn, self._opening)
        self.state.begin_turn(self.turn.number)
        _ = self.trace

    def close(self) -> None:
        """End the trace of the open turn."""
        if self._trace is not None:
            self._trace.close()
            self._trace = None

    def next_speaker(self) -> Actor | None:
        """The next agent to speak in this turn, or None when all have."""
        self.turn, index = turns.next_speaker(self.turn)
        return None if index is None else self.cast[index]

    def speaker_for(self, role: AgentRole) -> Actor | None:
        """The next agent of `role`, in this turn or in a new one, or None when nobody plays it."""
        self.turn, index = turns.speaker_for(self.turn, role)
        if index is None and any(actor.info.role is role for actor in self.cast):
            self.open_turn()
            self.turn, index = turns.speaker_for(self.turn, role)
        return None if index is None else self.cast[index]

    def add(self, message: Message, author: int | None) -> None:
        """Take a copy of `message` into the conversation."""
        trace = self.trace
        own = copy_message(checked_message(message))
        own["id"] = self._around.new_id("scenariomsg")
        own["trace_id"] = trace.trace_id
        index = self.conversation.append(own, author)
        trace.said(own)
        info = None if author is None else self.cast[author].info
        if self.is_heard():
            self._tell(MessageAdded(self._run_id, self._now(), index, own, self.turn.number, info))

    def cut(self, index: int) -> list[Message]:
        """Remove the messages from `index` on; returns them."""
        removed = self.conversation.cut(index)
        if removed:
            self.state.cut(index)
            for actor in self.cast:
                if can_forget(actor.agent):
                    actor.agent.rollback(index, self.state.thread_id)
            self.trace.note(
                {"scenario.rollback_index": index, "scenario.rollback_removed_count": len(removed)}
            )
            if self.is_heard():
                self._tell(RolledBack(self._run_id, self._now(), index, tuple(removed)))
        return [copy_message(message) for message in removed]

    def call_begins(self, actor: Actor) -> float:
        """Note that an agent is called; returns the moment, for `call_ends`."""
        if self.is_heard():
            self._tell(CallStarted(self._run_id, self._now(), actor.info, self.turn.number))
        began = self._around.clock.monotonic()
        self.calling = (actor, began)
        return began

    def call_ends(self, actor: Actor, began: float, error: str | None, models: Sequence[ModelCall]) -> float:
        """Note that an agent's call came to its end, and its calls of models; returns the seconds that it took."""
        for call in models:
            self.usage = used_by(self.usage, actor.info.role, call.usage)
            if self.is_heard():
                self._tell(ModelCalled(self._run_id, self._now(), actor.info, self.turn.number, call))
        seconds = self._around.clock.monotonic() - began
        self.calling = None
        self._seconds[actor.index] = self._seconds.get(actor.index, 0.0) + seconds
        if actor.info.role is AgentRole.AGENT:
            self.agent_time += seconds
            self.state.reply_times.append(ReplyTime(actor.info.name, self.turn.number, seconds))
        if self.is_heard():
            turn = self.turn.number
            self._tell(CallFinished(self._run_id, self._now(), actor.info, turn, seconds, error))
        return seconds

    def interrupted_call(self) -> CallFinished | None:
        """The end of a call that the end of the play cuts short; its time counts."""
        if self.calling is None:
            return None
        actor, began = self.calling
        seconds = self._around.clock.monotonic() - began
        if actor.info.role is AgentRole.AGENT:
            self.agent_time += seconds
        return CallFinished(
            self._run_id, self._now(), actor.info, self.turn.number, seconds, "The run ended before it"
        )

    def judged(self, checkpoint: Checkpoint) -> None:
        """Keep the verdicts of a checkpoint."""
        self.verdicts.extend(checkpoint.criteria)
        if self.is_heard():
            self._tell(CheckpointJudged(self._run_id, self._now(), self.turn.number, checkpoint))

    def user_left(self, ending: UserEnding) -> None:
        """Note that the simulated user ended the conversation."""
        self.ending = self.state.ending = ending
        if self.is_heard():
            self._tell(UserLeft(self._run_id, self._now(), self.turn.number, ending))

    def step_finished(self, position: int, step: object) -> None:
        """Note that a step of the script came to its end; its position counts from 1."""
        if self.is_heard():
            self._tell(StepFinished(self._run_id, self._now(), position, describe(step)))

    def limit(self, seconds: float | None) -> None:
        """Let the play take this long from its beginning, in seconds."""
        self.deadline = None if seconds is None else (self._began + seconds, seconds)

    def check_time(self) -> None:
        """Raise when the play has taken too long.

        Raises:
            TimeLimitError: Its limit has passed.
        """
        if self.deadline is not None and self._around.clock.monotonic() > self.deadline[0]:
            raise self.overdue()

    def check_wanted(self) -> None:
        """Stop here when the run was ended from outside while an agent blocked its thread.

        Raises:
            CancelledError: It was.
        """
        if self._around.is_abandoned():
            raise asyncio.CancelledError("The run was ended from outside")

    def overdue(self) -> TimeLimitError:
        """The error for a play that took too long; names the agent that it spent its time in."""
        limit = self.deadline[1] if self.deadline is not None else 0.0
        slowest = max(self._seconds, key=self._seconds.__getitem__, default=None)
        index = self.calling[0].index if self.calling is not None else slowest
        waiting_for = None if index is None else self.cast[index].info
        where = "" if waiting_for is None else f", most of it in agent `{waiting_for.name}`"
        turn = self.turn.number
        return TimeLimitError(
            f"The scenario took longer than its limit of {limit:g} s{where}; it was in turn {turn}. "
            "Raise `timeout`, or find out what is slow.",
            agent=None if waiting_for is None else waiting_for.name,
            turn=turn,
            limit=limit,
            role=None if waiting_for is None else waiting_for.role.value,
        )

    def too_slow(self, actor: Actor, limit: float) -> TimeLimitError:
        """The error for an agent whose call took too long."""
        turn = self.turn.number
        return TimeLimitError(
            f"Agent `{actor.info.name}` took longer than its limit of {limit:g} s, in turn {turn}. "
            "Raise `agent_timeout`, or find out what is slow.",
            agent=actor.info.name,
            turn=turn,
            limit=limit,
            role=actor.info.role.value,
        )

    def seconds_left(self, timeout: float | None, agent_timeout: float | None) -> float | None:
        """Seconds until a limit of the play or of an agent's call could pass; None without limits."""
        now = self._around.clock.monotonic()
        left = [] if timeout is None else [self._began + timeout - now]
        if agent_timeout is not None:
            began = self.calling[1] if self.calling is not None else now
            left.append(began + agent_timeout - now)
        return min(left, default=None)

    def overdue_by(self, grace: float, agent_timeout: float | None) -> TimeLimitError | None:
        """The error for the limit that passed more than `grace` seconds ago, or None."""
        now, calling = self._around.clock.monotonic(), self.calling
        if agent_timeout is not None and calling is not None and now > calling[1] + agent_timeout + grace:
            return self.too_slow(calling[0], agent_timeout)
        return self.overdue() if self.deadline is not None and now > self.deadline[0] + grace else None

    def result(self, outcome: Outcome) -> ScenarioResult:
        """The result of a play that ended with `outcome`."""
        total = self._around.clock.monotonic() - self._began
        played = Played(
            messages=self.conversation.copies(),
            verdicts=self.verdicts,
            ending=self.ending,
            turns=self.state.spoken_turns(),
            total_time=total,
            agent_time=self.agent_time,
            usage=self.usage,
        )
        return conclude(outcome, played)


def make_cast(agents: Sequence[AgentAdapter]) -> tuple[Actor, ...]:
    """The agents in their places, with the names that reports use."""
    return tuple([_actor(index, agent) for index, agent in enumerate(agents)])


def _actor(index: int, agent: AgentAdapter) -> Actor:
    class_name = type(agent).__name__
    given = getattr(agent, "name", None)  # an agent need not be an AgentAdapter
    name = given if isinstance(given, str) and given else class_name
    label = name if isinstance(agent, FunctionAgent) else class_name
    return Actor(index, agent, AgentInfo(name, agent.role), label)


def _speaking_roles(cast: Sequence[Actor]) -> list[AgentRole | None]:
    """The role of each place; an agent that is listed again speaks in its first place only."""
    first_place: dict[int, int] = {}
    for actor in reversed(cast):
        first_place[id(actor.agent)] = actor.index  # the agents are alive, so their ids are their own
    return [actor.info.role if first_place[id(actor.agent)] == actor.index else None for actor in cast]
