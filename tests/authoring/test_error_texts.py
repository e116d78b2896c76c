"""scenario._error_messages: what is wrong, and what right looks like."""

from __future__ import annotations

import pytest

from scenario import _error_messages as texts


def test_an_answer_that_cannot_be_awaited_shows_how_to_write_call():
    text = texts.agent_response_not_awaitable("Desk")
    assert text.startswith("The `call` method of Desk must be asynchronous")
    assert "class Desk(scenario.AgentAdapter):\n        async def call(self" in text
    assert "scenario.agent_from(function)" in text


def test_an_invalid_reply_is_shown_with_its_type_and_the_valid_forms():
    text = texts.invalid_agent_reply(42, "Desk")
    assert text.startswith("Desk returned 42 (int), which is not a reply.")
    assert 'return {"role": "assistant", "content": "text"}' in text


def test_a_long_invalid_reply_is_cut():
    first_line = texts.invalid_agent_reply(["x" * 5000], "Desk").splitlines()[0]
    assert len(first_line) < 170


def not_an_agent(value):
    return texts.not_an_agent(value, 1, "greeting")


def test_something_that_is_no_agent_is_named_by_its_place():
    text = not_an_agent(42)
    assert text.startswith("Scenario `greeting`: agents[1] is 42, which is no agent: it needs a `role`")
    assert text.endswith("Subclass scenario.AgentAdapter.")


def test_a_class_among_the_agents_is_to_be_made_an_instance_of():
    assert not_an_agent(dict).endswith("a class. Make an instance of it: dict().")


def test_a_function_among_the_agents_is_to_be_made_an_agent():
    assert not_an_agent(len).endswith("a function. Make it an agent with scenario.agent_from(function).")


@pytest.mark.parametrize(
    ("role", "remedy"),
    [
        ("User", "scenario.UserSimulatorAgent()"),
        ("Judge", "a scenario.JudgeAgent()"),
        ("Agent", "your agent"),
    ],
)
def test_a_role_that_nobody_plays_says_whom_to_add(role, remedy):
    text = texts.no_agent_for_role(role)
    assert text.startswith(
        f"Cannot generate a message for role `{role}` because no agent with this role was found"
    )
    assert f"please add {remedy}" in text
    assert text.endswith("to the scenario `agents` list")


def test_a_role_that_nobody_plays_quotes_what_was_to_be_said():
    assert "for role `User` with content `hi there` because" in texts.no_agent_for_role("User", "hi there")
    assert "with content `` because" in texts.no_agent_for_role("User", "")


def test_something_that_is_no_step_is_named_by_its_place():
    text = texts.not_a_step("hello", 2, "greeting")
    assert text.startswith("Scenario `greeting`: step 2 of the script is 'hello', which cannot be called.")


def test_a_player_without_a_model_says_what_it_needs_it_for():
    text = texts.model_required("Judge", "criteria need one")
    assert text.startswith("Judge was initialized without a model, and criteria need one.")
