"""One call of one agent: its input, its reply, its errors, its span."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from openai.types.chat import ChatCompletionMessage
from pydantic import BaseModel

import scenario
from scenario.errors import AgentError
from scenario.testing import ScriptedAgent
from support import AGENT, JUDGE, USER, agent, executor, failed, judge, play, play_to_error, said, user


async def test_what_an_agent_is_called_with():
    tested = agent()
    playing = executor([user("hello"), tested])
    await playing.user()
    await playing.agent()
    (given,) = tested.inputs
    assert given.thread_id == playing.state.thread_id
    assert [m["content"] for m in given.messages] == ["hello"]
    assert given.new_messages == given.messages
    assert given.judgment_request is None
    assert given.scenario_state is playing.state


async def test_new_messages_are_those_since_the_last_call():
    tested = agent("one", "two")
    await play([user("a", "b"), tested], [scenario.proceed(turns=2), scenario.succeed()])
    assert [[m["content"] for m in given.new_messages] for given in tested.inputs] == [["a"], ["b"]]


async def test_b11_an_agent_cannot_change_the_conversation_through_its_input():
    class Smuggler(scenario.AgentAdapter):
        async def call(self, input):
            input.messages[0]["content"] = "SMUGGLED"
            input.messages.append({"role": "user", "content": "SMUGGLED"})
            input.new_messages.clear()
            input.scenario_state.messages.append({"role": "user", "content": "SMUGGLED"})
            return "done"

    result, _ = await play([user(), Smuggler()], [scenario.user("u"), scenario.agent(), scenario.succeed()])
    assert said(result) == [("user", "u"), ("assistant", "done")]


@pytest.mark.parametrize(("role", "expected"), [(USER, "user"), (AGENT, "assistant"), (JUDGE, "assistant")])
async def test_text_becomes_a_message_of_the_role(role, expected):
    (message,) = await executor([ScriptedAgent("text", role=role)]).step()
    assert (message["role"], message["content"]) == (expected, "text")


async def test_messages_keep_their_roles():
    calls = [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    reply = [
        {"role": "assistant", "content": None, "tool_calls": calls},
        {"role": "tool", "tool_call_id": "1", "content": "r"},
        {"role": "user", "content": "odd, but said so"},
    ]
    messages = await executor([agent(reply)]).step()
    assert [
        {key: message[key] for key in given} for message, given in zip(messages, reply, strict=True)
    ] == reply


async def test_an_empty_list_adds_nothing():
    assert await executor([agent([])]).step() == []


async def test_a_pydantic_message_is_taken_as_its_data():
    message = ChatCompletionMessage(role="assistant", content="hi")
    (said_message,) = await executor([agent(message)]).step()
    assert {key: said_message[key] for key in ("role", "content")} == {"role": "assistant", "content": "hi"}
    assert "tool_calls" not in said_message


class NoRole(BaseModel):
    text: str = "x"


@pytest.mark.parametrize(
    "reply",
    [
        None,
        3,
        b"bytes",
        ("a", "tuple"),
        {"content": "no role"},
        ["texts"],
        [{"role": 3}],
        NoRole(),
        {"role": "user", "content": {1, 2}},
    ],
)
async def test_what_is_no_reply_is_explained(reply):
    error, _ = await play_to_error([agent(reply)], [scenario.agent()])
    assert str(error).startswith("[ScriptedAgent] ScriptedAgent returned ")
    assert "which is not a reply" in str(error)
    assert isinstance(error.__cause__, ValueError)


async def test_an_exception_is_wrapped_and_names_the_agent():
    original = LookupError("no such order")
    error, told = await play_to_error([agent(original)], [scenario.agent()])
    assert isinstance(error, RuntimeError)
    assert str(error) == "[ScriptedAgent] no such order"
    assert error.__cause__ is original
    assert isinstance(error, AgentError)
    assert (error.agent, error.turn) == ("agent", 0)
    assert told.finished.results.reasoning == "Scenario failed with error: [ScriptedAgent] no such order"


async def test_b46_an_exception_without_text_is_wrapped_with_its_type():
    error, _ = await play_to_error([agent(LookupError())], [scenario.agent()])
    assert str(error) == "[ScriptedAgent] LookupError"


async def test_an_assertion_inside_an_agent_is_wrapped_too():
    error, _ = await play_to_error([agent(AssertionError("odd"))], [scenario.agent()])
    assert isinstance(error, RuntimeError)
    assert not isinstance(error, AssertionError)


async def test_a_call_that_is_not_asynchronous_is_explained():
    class Plain(scenario.AgentAdapter):
        def call(self, input):
            return "forgot async"

    error, _ = await play_to_error([Plain()], [scenario.agent()])
    assert "must be asynchronous" in str(error)
    assert "async def call" in str(error)


async def test_an_async_generator_is_no_reply():
    class Streaming(scenario.AgentAdapter):
        async def call(self, input) -> AsyncIterator[str]:
            yield "a"

    error, _ = await play_to_error([Streaming()], [scenario.agent()])
    assert "must be asynchronous" in str(error)


async def test_the_inbox_stays_full_when_the_call_raises():
    tested = agent(ValueError("once"), "fine")
    playing = executor([user(), tested])
    await playing.user("u")
    with pytest.raises(RuntimeError):
        await playing.agent()
    assert len(playing._pending_messages[1]) == 1


async def test_an_agent_may_add_messages_and_roll_back_while_it_is_called():
    class Busy(scenario.AgentAdapter):
        async def call(self, input):
            input.scenario_state.rollback_messages_to(0)
            input.scenario_state.add_message({"role": "system", "content": "note"})
            return "reply"

    watching = judge([])
    script = [scenario.user("u"), scenario.agent(), scenario.proceed(turns=1), scenario.succeed()]
    result, told = await play([user(), Busy(), watching], script)
    assert said(result) == [("system", "note"), ("assistant", "reply")]
    assert [m["content"] for m in watching.inputs[0].new_messages] == ["note", "reply"]
    assert "RolledBack" in told.kinds()


async def test_a_function_is_an_agent_under_its_own_name():
    def shout(input):
        return input.last_new_user_message_str().upper()

    async def fail(input):
        raise ValueError("no")

    result, told = await play(
        [user(), scenario.agent_from(shout)], [scenario.user("hi"), scenario.agent(), scenario.succeed()]
    )
    assert said(result)[-1] == ("assistant", "HI")
    assert told.facts[0].agents[1].name == "shout"
    error, _ = await play_to_error([scenario.agent_from(fail, name="broken")], [scenario.agent()])
    assert str(error) == "[broken] no"


async def test_the_name_of_an_adapter_is_the_one_in_reports():
    class Desk(scenario.AgentAdapter):
        name = "support desk"

        async def call(self, input):
            return "x"

    _, told = await play([Desk()], [scenario.agent(), scenario.succeed()])
    assert told.facts[0].agents[0].name == "support desk"
    error, _ = await play_to_error([ScriptedAgent(ValueError("x"), name="named")], [scenario.agent()])
    assert str(error) == "[ScriptedAgent] x", "errors name the class, as promised"


async def test_a_result_from_any_agent_ends_the_run():
    result, _ = await play([agent(failed("c"))], [scenario.proceed()])
    assert result.failed_criteria == ["c"]


async def test_objects_of_the_callers_loop_are_usable_under_arun():
    future = asyncio.get_running_loop().create_future()
    future.set_result("from the loop")

    class Uses(scenario.AgentAdapter):
        async def call(self, input):
            return await asyncio.shield(future)

    result = await scenario.arun("n", "d", [Uses()], script=[scenario.agent(), scenario.succeed()])
    assert said(result) == [("assistant", "from the loop")]


async def test_b10_what_a_person_types_joins_the_conversation(monkeypatch):
    monkeypatch.setattr("builtins.input", lambda prompt: "typed")
    simulated, tested = user("simulated"), agent()
    result, _ = await play([simulated, tested], [scenario.proceed(turns=1), scenario.succeed()], debug=True)
    assert said(result)[0] == ("user", "typed")
    assert [m["content"] for m in tested.inputs[0].new_messages] == ["typed"]
    assert simulated.calls == 0


async def test_an_empty_line_lets_the_user_agent_speak(monkeypatch):
    monkeypatch.setattr("builtins.input", lambda prompt: "")
    result, _ = await play([user("simulated")], [scenario.user(), scenario.succeed()], debug=True)
    assert said(result) == [("user", "simulated")]


async def test_nobody_is_asked_before_scripted_text_nor_when_headless(monkeypatch):
    monkeypatch.setattr("builtins.input", pytest.fail)
    await play([user()], [scenario.user("scripted"), scenario.succeed()], debug=True)
    scenario.configure(headless=True)
    result, _ = await play([user("simulated")], [scenario.user(), scenario.succeed()], debug=True)
    assert said(result) == [("user", "simulated")]
