"""Playing a scenario: `run`, `arun`, and the executor behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import Unpack

from scenario._console import ask, watch_run
from scenario._engine.conclude import describe_error, status_of
from scenario._engine.conversation import Conversation
from scenario._engine.facts import Concluded, Fact, Started
from scenario._engine.labels import TraceLabels
from scenario._engine.loop import Curtain, perform_steps, play
from scenario._engine.outcome import Outcome, Raised
from scenario._engine.plan import check_agents, check_script
from scenario._engine.scene import Actor, Scene, Surroundings, make_cast
from scenario._engine.stage import Said, SceneStage
from scenario._events.channel import Channel
from scenario._events.stream import Stream
from scenario._observers import readers
from scenario._performing import perform
from scenario._replay.takes import takes
from scenario._tape import speaking
from scenario._tracing import ensure_tracing_initialized, judge_span_collector
from scenario._utils.ids import IdSource, get_batch_run_id
from scenario._utils.logs import configure_logging
from scenario.agent_adapter import AgentAdapter
from scenario.cache import context_scenario
from scenario.clock import Clock, SystemClock
from scenario.config import ScenarioConfig, resolve
from scenario.errors import AlreadyRunningError
from scenario.message_types import Message
from scenario.options import RunOptions, refuse_unknown
from scenario.scenario_state import ScenarioState
from scenario.script import proceed
from scenario.types import ScenarioResult, ScriptStep

if TYPE_CHECKING:
    from scenario._events.event_bus import ScenarioEventBus
    from scenario._events.events import ScenarioEvent
    from scenario._events.sink import Sink
    from scenario._replay.taping import Taping
    from scenario.store.place import Place
    from scenario.types import JudgmentRequest

__tracebackhide__ = True  # pytest leaves our frames out of the tracebacks of people's own errors


class ScenarioExecutor(SceneStage):
    """Plays one scenario: the steps of its script, turn by turn, to a result.

    An executor is what the steps of a script are performed on, and it can be played by hand with `step`
    and the methods named after the steps. `run` plays the whole script; it can be called again and again.

    Args:
        name: The scenario's name.
        description: What it is about; simulated users and judges read it.
        agents: Who takes part.
        script: What happens, in order; None or empty lets the conversation go on by itself.
        max_turns: The most turns of a conversation that goes on by itself.
        verbose: Print the conversation; 2 puts the scenario's name on each line.
        cache_key: Names a set of cached results; empty switches a configured one off.
        debug: Ask at the terminal before the simulated user speaks.
        event_bus: Carries what happens to sinks and reporters.
        set_id: The set that the scenario belongs to.
        metadata: Anything to keep with the run.
        options: See `RunOptions`.

    Raises:
        NotAnAgentError: Something among the agents cannot play.
        ConfigError: A setting cannot be used.

    Attributes:
        config: The settings of the run.
        batch_run_id: Shared by all runs of this process and of its children.
        scenario_set_id: The set that the scenario belongs to, ``default`` if none was named.
        scenario_run_id: The id of the newest run.
        event_bus: Carries what happens to sinks and reporters.
    """

    def __init__(
        self,
        name: str,
        description: str,
        agents: Sequence[AgentAdapter] = [],
        script: Sequence[ScriptStep] | None = None,
        max_turns: int | None = None,
        verbose: bool | int | None = None,
        cache_key: str | None = None,
        debug: bool | None = None,
        event_bus: ScenarioEventBus | None = None,
        set_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        **options: Unpack[RunOptions],
    ) -> None:
        self.description = description
        self.agents = check_agents(name, agents)
        self.script: list[ScriptStep] = list(script) if script else [proceed()]
        self.metadata = None if metadata is None else dict(metadata)
        self.batch_run_id = options.pop("batch_run_id", None) or get_batch_run_id()
        self.scenario_set_id = set_id or "default"
        self.event_bus = event_bus or _event_bus(options.pop("sinks", ()))
        self._clock: Clock = options.pop("clock", None) or SystemClock()
        self._new_id: Callable[[str], str] = options.pop("new_id", None) or IdSource()
        self.scenario_run_id = self._new_id("scenariorun")
        self._curtain: Curtain | None = None
        self._channel = Channel()
        settings = {
            "max_turns": max_turns,
            "verbose": verbose,
            "cache_key": cache_key,
            "debug": debug,
            "timeout": options.pop("timeout", None),
            "agent_timeout": options.pop("agent_timeout", None),
        }
        refuse_unknown(options)
        super().__init__(name, self._resolved(settings))
        self._store = _store_of(self.config.store) if self.config.store is not None else None
        self._taping = _taping(self, takes.demanded or self.config.replay or "off")

    def _resolved(self, settings: Mapping[str, Any]) -> ScenarioConfig:
        """The settings that hold, from those that the call gave."""
        return resolve(settings)

    @property
    def events(self) -> Stream[ScenarioEvent]:
        """The events of the current run, or of the next one."""
        return self._open_channel().events

    @property
    def facts(self) -> Stream[Fact]:
        """Everything that happens in the current run, or in the next one."""
        return self._open_channel().facts

    def reset(self) -> None:
        """Begin anew: a new state and thread, no messages, turn 0.

        The executor becomes the one in `scenario.cache.context_scenario`.
        """
        self._change_scene()
        context_scenario.set(self)

    async def run(self) -> ScenarioResult:
        """Play the whole script.

        Returns:
            How it ended.

        Raises:
            ScriptError: The script cannot be played; nothing has happened then.
            AlreadyRunningError: A run of this executor is going on.
            BaseException: What a step or an agent raised, after the run was reported as finished.
        """
        roles = [agent.role for agent in self.agents]
        check_script(self.name, self.script, roles, self.config.max_turns)
        if self._curtain is not None:
            raise AlreadyRunningError(
                f"Scenario `{self.name}` is being played by this executor. Make another for a second run."
            )
        configure_logging()
        ensure_tracing_initialized()
        with self._raised_curtain() as curtain:
            taping = self._taping
            result = await play(
                curtain, self._perform if taping is None else lambda: taping.play(self._perform)
            )
        if result is None:
            raise asyncio.CancelledError("The run was ended from outside")
        return result

    @contextmanager
    def _raised_curtain(self) -> Generator[Curtain]:
        """A new run: its id, its streams and their readers, and the context that steps find it in."""
        channel = self._open_channel()
        curtain = self._curtain = Curtain(lambda outcome: self._conclude(outcome, channel))
        self.scenario_run_id = self._new_id("scenariorun")
        self._change_scene()
        self.event_bus.subscribe_to_events(channel.events)
        self.event_bus.subscribe_to_facts(channel.facts)
        for reader in readers():
            channel.facts.subscribe(reader)
        if self._store is not None:
            from scenario.store.sink import reader_for  # noqa: PLC0415 - it loads SQLAlchemy

            channel.facts.subscribe(reader_for(self._store))
        if self.config.verbose:
            watch_run(channel.facts, named=self.config.verbose == 2)  # noqa: PLR2004 - the documented value
        token = context_scenario.set(self)
        try:
            yield curtain
        finally:
            context_scenario.reset(token)
            self._curtain = None

    async def _perform(self) -> Outcome:
        started = Started(
            run_id=self.scenario_run_id,
            at=self._clock.now(),
            name=self.name,
            description=self.description,
            batch_run_id=self.batch_run_id,
            set_id=self.scenario_set_id,
            metadata=dict(self.metadata or {}),
            agents=tuple(actor.info for actor in self._scene.cast),
        )
        self._open_channel().publish(started)
        if type(self).reset is not ScenarioExecutor.reset:  # else it would only make another new state
            self.reset()
        scene, steps, limit = self._scene, tuple(self.script), self.config.timeout
        if limit is None:
            return await perform_steps(steps, scene)
        scene.limit(limit)
        timer = asyncio.timeout(limit)
        try:
            async with timer:
                return await perform_steps(steps, scene)
        except TimeoutError:
            if timer.expired():
                raise scene.overdue() from None
            raise

    def _conclude(self, outcome: Outcome, channel: Channel) -> ScenarioResult:
        scene = self._scene
        channel.fall_silent()
        interrupted = scene.interrupted_call()
        result = scene.result(outcome)
        error = describe_error(outcome.error) if isinstance(outcome, Raised) else None
        status, now = status_of(outcome, result), self._clock.now()
        try:  # all of it, whatever a subscriber does to us
            channel.end(interrupted, Concluded(self.scenario_run_id, now, status, result, error))
        finally:
            scene.close()
            judge_span_collector.clear_spans_for_thread(scene.state.thread_id)
        return result

    async def _typed(self, actor: Actor) -> list[Message] | None:
        """What a person says in the place of a simulated user; None without one, or when they leave it be."""
        if self.config.headless:
            return None
        text = await ask(f"[{self.name}] Your message as the user, or Enter to let {actor.info.name} speak: ")
        return [{"role": "user", "content": text}] if text else None

    def _call(self, actor: Actor, request: JudgmentRequest | None = None) -> Said:
        called = super()._call(actor, request)
        return called if self._taping is None else _taped(actor.info.name, called)

    def _new_scene(self) -> Scene:
        channel, curtain = self._open_channel(), self._curtain
        thread_id = self._new_id("scenariothread")
        conversation = Conversation(len(self.agents))
        state = ScenarioState(
            self.description,
            thread_id=thread_id,
            config=self.config,
            stage=self,
            said=conversation.messages,
        )
        labels = TraceLabels(
            self.scenario_run_id, thread_id, self.name, self.batch_run_id, self.scenario_set_id
        )
        around = Surroundings(
            run_id=self.scenario_run_id,
            clock=self._clock,
            new_id=self._new_id,
            tell=channel.publish,
            is_heard=channel.is_heard,
            is_abandoned=lambda: curtain is not None and curtain.abandoned,
        )
        channel.follow(conversation.messages)
        return Scene(make_cast(self.agents), conversation, state, labels, around)

    def _open_channel(self) -> Channel:
        if self._channel.facts.completed:
            self._channel = Channel()
        return self._channel


async def _taped(name: str, called: Said) -> int | ScenarioResult:
    with speaking(name):  # a tape keeps what a player calls under the player's name
        return await called


async def run(
    name: str,
    description: str,
    agents: Sequence[AgentAdapter] = [],
    max_turns: int | None = None,
    verbose: bool | int | None = None,
    cache_key: str | None = None,
    debug: bool | None = None,
    script: Sequence[ScriptStep] | None = None,
    set_id: str | None = None,
    metadata: dict[str, Any] | None = None,
    **options: Unpack[RunOptions],
) -> ScenarioResult:
    """Play a scenario on a thread and an event loop of its own.

    Agents that block do not hold each other up: several runs under `asyncio.gather` are parallel. Objects
    that belong to the caller's loop cannot be used by the agents; `arun` is for those.

    Args:
        name: The scenario's name.
        description: What it is about; simulated users and judges read it.
        agents: Who takes part.
        max_turns: The most turns of a conversation that goes on by itself.
        verbose: Print the conversation; 2 puts the scenario's name on each line.
        cache_key: Names a set of cached results; empty switches a configured one off.
        debug: Ask at the terminal before the simulated user speaks.
        script: What happens, in order; None or empty lets the conversation go on by itself.
        set_id: The set that the scenario belongs to.
        metadata: Anything to keep with the run.
        options: See `RunOptions`.

    Returns:
        How it ended.

    Raises:
        ScenarioError: The scenario cannot be played, or an agent raised.
        AssertionError: A check in the script failed.
    """
    executor = ScenarioExecutor(
        name,
        description,
        agents,
        script,
        max_turns,
        verbose,
        cache_key,
        debug,
        set_id=set_id,
        metadata=metadata,
        **options,
    )
    return await perform(executor, is_apart=True)


async def arun(
    name: str,
    description: str,
    agents: Sequence[AgentAdapter] = [],
    max_turns: int | None = None,
    verbose: bool | int | None = None,
    cache_key: str | None = None,
    debug: bool | None = None,
    script: Sequence[ScriptStep] | None = None,
    set_id: str | None = None,
    metadata: dict[str, Any] | None = None,
    **options: Unpack[RunOptions],
) -> ScenarioResult:
    """Play a scenario on the caller's event loop, where the caller's asynchronous objects can be used.

    Takes, returns and raises what `run` does. An agent that blocks holds up everything on the loop.
    """
    executor = ScenarioExecutor(
        name,
        description,
        agents,
        script,
        max_turns,
        verbose,
        cache_key,
        debug,
        set_id=set_id,
        metadata=metadata,
        **options,
    )
    return await perform(executor, is_apart=False)


def _taping(executor: ScenarioExecutor, mode: str) -> Taping | None:
    """The recordings of an executor's runs; None when they are neither recorded nor replayed."""
    if mode == "off":
        return None
    from scenario._replay.taping import Taping  # noqa: PLC0415 - few runs are recorded or replayed

    return Taping(executor.name, executor.scenario_set_id, executor.config, mode)


def _store_of(setting: str | Path) -> Place | None:
    """Where runs are stored; None for nowhere."""
    from scenario.store.place import place_of  # noqa: PLC0415 - few runs outside of tests are stored

    return place_of(setting)


def _event_bus(sinks: Sequence[Sink]) -> ScenarioEventBus:
    """The bus of a run that was given none."""
    from scenario._events.event_bus import ScenarioEventBus  # noqa: PLC0415 - all that sends events comes with it

    return ScenarioEventBus(sinks=sinks)
