"""Making the cast of one trial: everything new, and cleared up when the trial is over."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import AsyncExitStack
from functools import lru_cache
from typing import Any, Protocol, cast

from scenario.agent_adapter import AgentAdapter
from scenario.config import ModelConfig
from scenario.errors import ConfigError
from scenario.suite.scenario import AgentGiven, Cast, Scenario, agents_in
from scenario.suite.trial import Trial
from scenario.types import AgentRole, Criterion


class JudgeMaker(Protocol):
    """Makes the judge of a trial from the scenario's criteria."""

    def __call__(self, criteria: Sequence[Criterion]) -> AgentAdapter:
        """Make it."""
        ...


def judges_with(model: str | ModelConfig | None) -> JudgeMaker:
    """Makes judges with this model; None takes the configured one."""

    def make(criteria: Sequence[Criterion]) -> AgentAdapter:
        from scenario.judge_agent import JudgeAgent  # noqa: PLC0415 - only where somebody judges

        return JudgeAgent(criteria=list(criteria), model=model)

    return make


async def cast_for(stack: AsyncExitStack, scenario: Scenario, trial: Trial, make_judge: JudgeMaker) -> Cast:
    """The cast of a trial, with its judge.

    Args:
        stack: Clears up after the cast when it unwinds.
        scenario: What is played.
        trial: Which time.
        make_judge: Makes the judge.

    Raises:
        ConfigError: What the scenario's functions made cannot be played.
    """
    listed = agents_in(scenario)
    if listed is None:
        given = _as_cast(scenario, await _made(stack, scenario.agents, trial))
    else:
        given = Cast([await _agent(stack, each, trial) for each in listed])
    return _with_judge(scenario, given, make_judge)


async def _agent(stack: AsyncExitStack, given: AgentGiven, trial: Trial) -> AgentAdapter:
    if isinstance(given, AgentAdapter):
        return given
    made = await _made(stack, given, trial)
    if not isinstance(made, AgentAdapter):
        name = getattr(given, "__qualname__", given)
        raise ConfigError(
            f"Scenario {trial.scenario!r}: {name} made {made!r:.80}, which is no agent. Return a scenario.AgentAdapter, "
            "or wrap a function with scenario.agent_from.",
            source=trial.scenario,
        )
    return made


async def _made(stack: AsyncExitStack, maker: Any, trial: Trial) -> Any:
    """What people's function makes; a generator goes on when the stack unwinds."""
    made = _call(maker, trial)
    if inspect.isasyncgen(made):
        of_trial = cast("AsyncGenerator[Any]", made)
        stack.push_async_callback(anext, of_trial, None)
        return await anext(of_trial, None)
    if inspect.isgenerator(made):
        in_trial = cast("Generator[Any]", made)
        stack.callback(next, in_trial, None)
        return next(in_trial, None)
    return await made if inspect.isawaitable(made) else made


def _call(maker: Any, trial: Trial) -> Any:
    """What people's function returns; it gets the trial if it asks for something."""
    return maker(trial) if _takes_trial(maker) else maker()


@lru_cache(maxsize=512)  # to look costs a third of a millisecond, and is the same for each trial
def _takes_trial(maker: Any) -> bool:
    try:
        parameters = inspect.signature(maker).parameters.values()
    except (TypeError, ValueError):  # a class of C code has no signature
        return False
    positional = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
    return any(each.kind in positional and each.default is inspect.Parameter.empty for each in parameters)


def _as_cast(scenario: Scenario, value: Any) -> Cast:
    if isinstance(value, Cast):
        return value
    if isinstance(value, Sequence) and not isinstance(value, str):
        return Cast(list(cast("Sequence[AgentAdapter]", value)))
    raise ConfigError(
        f"Scenario {scenario.name!r}: `agents` made {value!r:.80}. Return a list of agents, or a scenario.suite.Cast.",
        source=scenario.source or scenario.name,
    )


def _with_judge(scenario: Scenario, given: Cast, make_judge: JudgeMaker) -> Cast:
    criteria = scenario.criteria if given.criteria is None else given.criteria
    script = scenario.script if given.script is None else given.script
    agents = list(given.agents)
    if criteria:
        if any(agent.role is AgentRole.JUDGE for agent in agents):
            raise ConfigError(
                f"Scenario {scenario.name!r} has both `criteria` and a judge among its agents. Give the criteria to "
                "that judge, or leave the judge out.",
                source=scenario.source or scenario.name,
            )
        agents.append(make_judge(criteria))
    return Cast(agents, script, criteria)
