"""Scenarios and suites as values: what is played, apart from any play of it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias, cast

from scenario.agent_adapter import AgentAdapter
from scenario.errors import ConfigError
from scenario.script import describe
from scenario.types import Criterion, ScriptStep

AgentGiven: TypeAlias = "type[AgentAdapter] | Callable[..., AgentAdapter] | AgentAdapter"
"""An agent of a scenario: a class, a function that makes one, or an agent of a kind that keeps nothing."""


@dataclass(frozen=True)
class Cast:
    """Who takes part in one trial, and what happens in it, made for this trial.

    Attributes:
        agents: The agents.
        script: The steps; None takes those of the scenario.
        criteria: What a judge decides by; None takes those of the scenario.
    """

    agents: Sequence[AgentAdapter]
    script: Sequence[ScriptStep] | None = None
    criteria: Sequence[Criterion] | None = None


CastMaker: TypeAlias = Callable[..., Any]
"""Makes the `Cast` of a trial, or its list of agents; called with the `Trial` if it takes an argument. A generator
function yields it once and goes on when the trial is over, to clear up; both may be asynchronous."""

_NOTHING_KEPT: Final = frozenset(
    {
        "scenario.agent_adapter",
        "scenario.integrations.chat",
        "scenario.integrations.http",
        "scenario.judge_agent",
        "scenario.scripted_user_agent",
        "scenario.user_simulator_agent",
    }
)
"""Where the players live that keep nothing between calls; subclasses of them live elsewhere, and may."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A conversation that can be played, again and again, each time with agents of its own.

    Attributes:
        name: The scenario's name, which no other one of its suite has.
        description: What it is about; simulated users and judges read it.
        agents: Who takes part. A list of classes and of functions without arguments that make an agent; or one
            function that makes the whole `Cast` of a trial. The library's own players that keep nothing between
            calls (`ScriptedUserAgent`, `UserSimulatorAgent`, `JudgeAgent`, `agent_from`, `HttpAgent`, `ChatAgent`)
            may stand there as they are.
        script: What happens, in order; empty lets the conversation go on by itself. The steps are used in every
            trial, so they must not keep anything.
        criteria: What must hold: texts and checks. A `JudgeAgent` with these joins the agents.
        max_turns: The most turns of a conversation that goes on by itself.
        tags: Names to choose scenarios by.
        fields: What makes this scenario one of several alike, such as a row of a data set.
        trials: How often it is played.
        min_pass_rate: The share of the trials that must pass, of those that say something about the agent.
        timeout: The most seconds that a trial may take.
        agent_timeout: The most seconds that one call of an agent may take.
        set_id: The set that the scenario belongs to.
        endpoint: What its agent needs and cannot be used by any number of trials at once, such as a server; see
            `Limits`.
        endpoint_limit: How many trials at once that is, where no option of the run says otherwise.
        source: Where it was declared, for messages.
        content: What tells it from others beside what stands here; goes into its identity.

    Raises:
        ConfigError: Something here cannot be played.
    """

    name: str
    description: str = ""
    agents: Sequence[AgentGiven] | CastMaker = ()
    script: Sequence[ScriptStep] = ()
    criteria: Sequence[Criterion] = ()
    max_turns: int | None = None
    tags: Sequence[str] = ()
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])
    trials: int = 1
    min_pass_rate: float = 1.0
    timeout: float | None = None
    agent_timeout: float | None = None
    set_id: str | None = None
    endpoint: str = ""
    endpoint_limit: int | None = None
    source: str = field(default="", compare=False)
    content: str = ""

    def __post_init__(self) -> None:
        """Keep lists as tuples, and refuse what cannot be played."""
        lists: dict[str, Any] = {"script": self.script, "criteria": self.criteria, "tags": self.tags}
        for name, value in lists.items():
            if isinstance(value, str):
                raise self._error(f"`{name}` is a list: write [{value!r}]")
            object.__setattr__(self, name, tuple(value))
        if not callable(self.agents):
            object.__setattr__(self, "agents", tuple(self.agents))
        wrong = self._wrong()
        if wrong is not None:
            raise self._error(wrong)

    @property
    def identity(self) -> str:
        """A hash of what is played: the same in every process as long as the scenario stays the same.

        How often and for how long it is played, its tags and where it was declared do not count.
        """
        what = [
            self.set_id or "",
            self.name,
            self.description,
            self.max_turns,
            [describe(step) for step in self.script],
            [str(criterion) for criterion in self.criteria],
            sorted((str(key), repr(value)) for key, value in self.fields.items()),
            [_name_of(agent) for agent in _agents_of(self)],
            self.content,
        ]
        text = json.dumps(what, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def with_(self, **changes: Any) -> Scenario:
        """The same scenario with some of its attributes changed."""
        return replace(self, **changes)

    def _wrong(self) -> str | None:
        if not isinstance(self.name, str) or not self.name.strip():
            return "`name` must be a text that is not empty"
        limits = [
            ("timeout", self.timeout),
            ("agent_timeout", self.agent_timeout),
            ("max_turns", self.max_turns),
        ]
        for name, value in limits:
            if value is not None and not value > 0:
                return f"`{name}` must be above 0, not {value!r}"
        if isinstance(self.trials, bool) or not isinstance(self.trials, int) or self.trials < 1:
            return f"`trials` must be a whole number of at least 1, not {self.trials!r}"
        if not 0 <= self.min_pass_rate <= 1:
            return f"`min_pass_rate` must be a share from 0 to 1, not {self.min_pass_rate!r}"
        if not callable(self.agents):
            if not self.agents:
                return "`agents` is empty: name the agent under test and a user"
            return next((text for each in self.agents if (text := _wrong_agent(each))), None)
        return None

    def _error(self, text: str) -> ConfigError:
        where = f" ({self.source})" if self.source else ""
        return ConfigError(f"Scenario {self.name!r}{where}: {text}.", source=self.source or str(self.name))


@dataclass(frozen=True)
class Suite:
    """Scenarios that are played together.

    Attributes:
        scenarios: What is played; no two have the same name.
        name: The suite's name.
        seed: What the seeds of all trials follow from.

    Raises:
        ConfigError: Two scenarios have the same name.
    """

    scenarios: Sequence[Scenario]
    name: str = "suite"
    seed: int = 0

    def __post_init__(self) -> None:
        """Keep the scenarios as a tuple."""
        object.__setattr__(self, "scenarios", tuple(self.scenarios))
        refuse_same_names(self.scenarios)

    def __iter__(self) -> Iterator[Scenario]:
        return iter(self.scenarios)

    def __len__(self) -> int:
        return len(self.scenarios)


def refuse_same_names(scenarios: Sequence[Scenario]) -> None:
    """Refuse scenarios that cannot be told apart.

    Raises:
        ConfigError: Two have the same name.
    """
    counts = Counter(each.name for each in scenarios)
    twice = [each for each in scenarios if counts[each.name] > 1]
    if twice:
        name = twice[0].name
        places = [each.source for each in twice if each.name == name and each.source]
        where = f" ({' and '.join(dict.fromkeys(places))})" if places else ""
        raise ConfigError(
            f"{counts[name]} scenarios have the name {name!r}{where}. Rename all but one: results are told apart by it.",
            source=places[-1] if places else name,
        )


def _agents_of(scenario: Scenario) -> Sequence[Any]:
    return (scenario.agents,) if callable(scenario.agents) else scenario.agents


def _wrong_agent(agent: AgentGiven) -> str | None:
    if isinstance(agent, AgentAdapter):
        kind = type(agent)
        if kind.__module__ in _NOTHING_KEPT:
            return None
        return (
            f"`agents` holds an object of {kind.__name__}, which all trials would share. Give the class, or a function "
            f"that makes one: `lambda: {kind.__name__}(...)`"
        )
    if isinstance(agent, type):
        return (
            None
            if issubclass(agent, AgentAdapter)
            else f"`agents` holds {agent.__name__}, which is no AgentAdapter"
        )
    if not callable(agent):
        return f"`agents` holds {agent!r}, which is neither an agent nor makes one"
    return None


def _name_of(agent: Any) -> str:
    """An agent's kind, by its place in the code."""
    kind = agent if isinstance(agent, type) or not isinstance(agent, AgentAdapter) else type(agent)
    return str(getattr(kind, "__qualname__", type(kind).__qualname__))


def agents_in(scenario: Scenario) -> tuple[AgentGiven, ...] | None:
    """The agents that a scenario lists; None when a function makes the whole cast."""
    return None if callable(scenario.agents) else cast("tuple[AgentGiven, ...]", scenario.agents)
