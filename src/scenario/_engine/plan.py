"""Looking a script over before it is played, so that a mistake in it costs nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from scenario._error_messages import no_agent_for_role, not_a_step, not_an_agent
from scenario._text import text_of
from scenario.agent_adapter import AgentAdapter
from scenario.errors import ConfigError, NoAgentForRoleError, NotAnAgentError, StepTypeError
from scenario.message_types import Message
from scenario.script import Agent, Step, User
from scenario.script import Message as MessageStep
from scenario.types import AgentRole


def check_agents(name: str, agents: Sequence[Any]) -> list[AgentAdapter]:
    """The agents as a list of its own, when all of them can play.

    Raises:
        NotAnAgentError: One lacks a role or a ``call``.
    """
    for index, agent in enumerate(agents):
        has_role = isinstance(getattr(agent, "role", None), AgentRole)
        if isinstance(agent, type) or not has_role or not callable(getattr(agent, "call", None)):
            raise NotAnAgentError(not_an_agent(agent, index, name))
    return list(agents)


def no_speaker(name: str, role: AgentRole, message: Message | None) -> NoAgentForRoleError:
    """The error for a role that nobody plays, with what was to be said."""
    text = no_agent_for_role(role.value, None if message is None else text_of(message))
    return NoAgentForRoleError(f"Scenario `{name}`: {text}", role=role.value, scenario=name)


def check_script(
    name: str, script: Sequence[Any], roles: Collection[AgentRole], max_turns: int | None
) -> None:
    """Look a script over.

    Args:
        name: The scenario's name.
        script: Its steps.
        roles: The roles that somebody plays.
        max_turns: The most turns.

    Raises:
        StepTypeError: Something in the script cannot be called.
        NoAgentForRoleError: A step speaks for a role that nobody plays.
        ConfigError: `max_turns` is less than 1.
    """
    if max_turns is not None and max_turns < 1:
        raise ConfigError(
            f"Scenario `{name}`: max_turns is {max_turns}, and a conversation has at least 1 turn.",
            source="max_turns",
        )
    for position, step in enumerate(script, 1):
        if not callable(step):
            raise StepTypeError(not_a_step(step, position, name), scenario=name, step=position)
        if isinstance(step, Step) and step.role is not None and step.role not in roles:
            text = no_agent_for_role(step.role.value, _content(step))
            raise NoAgentForRoleError(
                f"Scenario `{name}`, step {position}: {text}",
                role=step.role.value,
                scenario=name,
                step=position,
            )


def _content(step: Step) -> str | None:
    said: Message | None = None
    if isinstance(step, User | Agent):
        said = step.content
    elif isinstance(step, MessageStep):
        said = step.spoken
    return None if said is None else text_of(said)
