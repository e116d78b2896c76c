"""scenario.agent_adapter: AgentAdapter and agent_from."""

from __future__ import annotations

from functools import partial

import pytest

from authoring.conversations import user_says
from scenario import AgentAdapter, AgentInput, AgentRole, agent_from

INPUT = AgentInput(thread_id="t", messages=[user_says("hi")], new_messages=[user_says("hi")])


def echo(given):
    return given.last_new_user_message_str()


async def echo_later(given):
    return given.last_new_user_message_str()


class Callable:
    def __call__(self, given):
        return "called"


@pytest.mark.parametrize("function", [echo, echo_later, lambda given: echo_later(given)])
async def test_a_function_plain_or_asynchronous_becomes_an_agent(function):
    agent = agent_from(function)
    assert isinstance(agent, AgentAdapter)
    assert await agent.call(INPUT) == "hi"


async def test_a_callable_object_becomes_an_agent():
    assert await agent_from(Callable()).call(INPUT) == "called"


@pytest.mark.parametrize(
    ("function", "name"), [(echo, "echo"), (Callable(), "Callable"), (partial(echo), "partial")]
)
def test_an_agent_has_its_functions_name(function, name):
    agent = agent_from(function)
    assert (agent.name, repr(agent)) == (name, f"agent_from({name})")


def test_an_agent_may_be_given_a_name():
    assert agent_from(echo, name="the desk").name == "the desk"


def test_an_agent_has_the_role_agent_unless_told_otherwise():
    assert agent_from(echo).role is AgentRole.AGENT
    assert agent_from(echo, role=AgentRole.JUDGE).role is AgentRole.JUDGE


def test_two_agents_of_one_function_are_two_agents():
    assert agent_from(echo) is not agent_from(echo)
    assert agent_from(echo) != agent_from(echo)


def test_what_cannot_be_called_is_refused():
    with pytest.raises(TypeError, match="agent_from takes a function, not 'hi'"):
        agent_from("hi")


def test_an_adapter_without_a_call_cannot_be_made():
    class Mute(AgentAdapter):
        pass

    with pytest.raises(TypeError, match="call"):
        Mute()


def test_an_adapter_has_the_role_agent_and_no_name_unless_told_otherwise():
    assert (AgentAdapter.role, AgentAdapter.name) == (AgentRole.AGENT, None)
