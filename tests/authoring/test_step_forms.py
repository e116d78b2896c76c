"""B13: each form that a step may have is either honoured or refused with a reason."""

from __future__ import annotations

import pytest

import scenario
from authoring.conversations import agent_says, user_says
from scenario.checks import said
from scenario.errors import ScriptError, StepTypeError
from support import agent, failed, passed, play, play_to_error, user
from support import said as words


async def test_b13_a_function_that_returns_a_step_has_it_played():
    result, _ = await play([agent()], [lambda _: scenario.succeed("by a lambda")])
    assert (result.success, result.reasoning) == (True, "by a lambda")


async def test_b13_an_async_function_that_returns_a_step_has_it_played():
    async def decide(_):
        return scenario.fail("by a coroutine")

    result, _ = await play([agent()], [decide])
    assert (result.success, result.reasoning) == (False, "by a coroutine")


async def test_b13_a_function_that_returns_a_function_has_it_played_too():
    result, _ = await play([agent()], [lambda _: lambda _: scenario.succeed("at last")])
    assert result.reasoning == "at last"


async def test_b13_a_step_that_is_called_with_the_state_is_the_step():
    async def decide(state):
        return await scenario.succeed("by hand")(state)

    result, _ = await play([agent()], [decide])
    assert result.reasoning == "by hand"


async def test_b13_a_step_called_without_the_state_is_refused():
    error, _ = await play_to_error([agent()], [lambda _: scenario.succeed("x")()])
    assert isinstance(error, StepTypeError)
    assert "succeed('x') is a step and is called with the state" in str(error)


async def test_b13_a_function_that_returns_false_fails_the_run():
    def is_paid(_):
        return False

    error, _ = await play_to_error([agent()], [is_paid])
    assert isinstance(error, AssertionError)
    assert "step 1 of the script" in str(error)
    assert "is_paid`, returned False" in str(error)


@pytest.mark.parametrize("value", [None, True])
async def test_b13_a_function_that_returns_true_or_none_goes_on(value):
    result, _ = await play([agent()], [lambda _: value, scenario.succeed("on")])
    assert result.reasoning == "on"


async def test_b13_a_value_that_means_nothing_warns():
    with pytest.warns(UserWarning, match="Step 1 of the script, .* returned 'fine', which means nothing"):
        await play([agent()], [lambda _: "fine", scenario.succeed()])


async def test_b13_a_result_from_a_scripted_agent_ends_the_run():
    result, _ = await play([user(), agent(passed(reasoning="mine"))], [scenario.agent(), scenario.fail()])
    assert (result.success, result.reasoning) == (True, "mine")


async def test_b13_a_result_from_a_scripted_user_ends_the_run():
    result, _ = await play([user(failed(reasoning="mine")), agent()], [scenario.user(), scenario.succeed()])
    assert (result.success, result.reasoning) == (False, "mine")


@pytest.mark.parametrize(("content", "message"), [("", ("user", "")), ({}, ("user", None))])
async def test_b13_empty_content_is_said_and_not_asked_for(content, message):
    asked = user()
    result, _ = await play([asked, agent()], [scenario.user(content), scenario.succeed()])
    assert (words(result), asked.calls) == ([message], 0)


def test_b13_a_message_of_another_role_is_refused():
    with pytest.raises(ScriptError, match=r"user\(…\): a message of role 'assistant'"):
        scenario.user(agent_says("hi"))
    with pytest.raises(ScriptError, match=r"agent\(…\): a message of role 'user'"):
        scenario.agent(user_says("hi"))


@pytest.mark.parametrize("step", [None, "hello", 5])
async def test_b13_a_step_that_cannot_be_called_is_refused_before_the_run(step):
    error, told = await play_to_error([agent()], [scenario.agent(), step])
    assert isinstance(error, StepTypeError)
    assert (error.step, told.facts) == (2, [])


async def test_b13_a_check_is_a_step():
    script = [scenario.agent("hi there"), said("hi"), scenario.succeed()]
    result, _ = await play([agent()], script)
    assert result.passed_criteria == ["said('hi')"]


async def test_b13_a_check_that_fails_ends_the_run():
    result, _ = await play([agent()], [scenario.agent("hi there"), said("bye"), scenario.succeed()])
    assert (result.success, result.failed_criteria) == (False, ["said('bye')"])
