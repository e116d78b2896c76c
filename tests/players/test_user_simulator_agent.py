"""scenario.user_simulator_agent: parameters, the loop around a model, and what a run makes of it."""

from __future__ import annotations

import asyncio
import re

import pytest

import scenario
from authoring.conversations import agent_says, user_says
from scenario import AgentInput, AgentRole, EndingKind, ScenarioState, UserEnding, UserSimulatorAgent
from scenario._models.port import ModelReply
from scenario._simulator.persona import Persona
from scenario.config import ModelConfig
from scenario.errors import ConfigError, ModelError, ModelRequiredError, SimulatorError
from scenario.testing import ModelServer, ScriptedModel
from scenario.types import FaultKind
from support import agent, play, said

BROKEN = "it arrived broken"


def left(kind="done", reason="a refund is on its way", **arguments):
    return ScriptedModel.call("leave_conversation", {"kind": kind, "reason": reason, **arguments})


def given(*messages, description="A customer wants a refund"):
    state = ScenarioState(description=description, messages=messages)
    return AgentInput(thread_id="t", messages=list(messages), new_messages=[], scenario_state=state)


async def asked(model, *messages, **options):
    """What the user does next in a conversation."""
    return await UserSimulatorAgent(model=model, **options).call(given(*messages))


# parameters


def test_what_was_given_stays_readable():
    model, persona = ScriptedModel("hi"), Persona(traits=["calm"])
    user = UserSimulatorAgent(
        model=model, api_base="http://localhost:1", api_key="k", temperature=0.5, max_tokens=9,
        system_prompt="Be Bo", persona=persona, goals=["tea"], endings=False, name="Bo", seed=1,
    )  # fmt: skip
    assert (user.role, user.model, user.persona, user.goals) == (AgentRole.USER, model, persona, ("tea",))
    assert (user.api_base, user.api_key, user.temperature) == ("http://localhost:1", "k", 0.5)
    assert (user.max_tokens, user.system_prompt, user.endings, user.name) == (9, "Be Bo", False, "Bo")
    assert user._extra_params == {"seed": 1}


def test_all_parameters_are_named():
    with pytest.raises(TypeError):
        UserSimulatorAgent("openai/gpt")


async def test_parameters_reach_the_model():
    model = ScriptedModel("hi")
    await asked(model, max_tokens=9, seed=1)
    (request,) = model.requests
    assert (request.max_tokens, request.temperature, request.extra) == (9, 0.0, {"seed": 1})


@pytest.mark.parametrize(("given_temperature", "used"), [(0.0, 0.0), (0.3, 0.3), (None, 0.7)])
def test_b28_an_explicit_temperature_of_zero_wins(given_temperature, used):
    config = ModelConfig(model="openai/gpt", temperature=0.7)
    user = UserSimulatorAgent(model=config, temperature=given_temperature)
    assert user._player.temperature == used


def test_the_configured_model_is_taken_when_the_simulator_is_made():
    scenario.configure(default_model="openai/one")
    user = UserSimulatorAgent()
    scenario.configure(default_model="openai/two")
    assert (user.model, user._player.label) == (None, "openai/one")


@pytest.mark.parametrize("wrong", [{"goals": [1]}, {"goals": 7}, {"persona": {"traits": "calm"}}])
def test_a_persona_and_goals_of_another_kind_are_refused(wrong):
    with pytest.raises(ConfigError, match=r"takes a text"):
        UserSimulatorAgent(model="openai/gpt", **wrong)


def test_texts_of_a_persona_are_lists_of_one():
    persona = Persona(traits="calm", knowledge=["a", "b"], goals="tea")
    assert (persona.traits, persona.knowledge, persona.goals) == (("calm",), ("a", "b"), ("tea",))


def test_a_persona_has_no_negative_patience():
    with pytest.raises(ConfigError, match=r"Persona.patience takes a number from 0 or a text, not -1"):
        Persona(patience=-1)


async def test_a_subclass_that_asks_for_the_model_it_has_not_is_told_so():
    class Polite(UserSimulatorAgent):
        async def call(self, input):
            return await super().call(input)

    with pytest.raises(ModelRequiredError, match=r"^Polite was initialized without a model"):
        await Polite().call(given())


# what it says


async def test_a_text_is_said():
    assert await asked(ScriptedModel(BROKEN)) == BROKEN


async def test_an_input_without_a_state_is_enough():
    bare = AgentInput(thread_id="t", messages=[], new_messages=[])
    assert await UserSimulatorAgent(model=ScriptedModel("hi")).call(bare) == "hi"


async def test_the_user_leaves_by_calling_a_tool():
    model = ScriptedModel(left("gave_up", "three replies did not help", last_words="forget it"))
    ending = await asked(model, user_says("hi"), agent_says("no"))
    assert ending == UserEnding(EndingKind.GAVE_UP, "three replies did not help", "forget it")


async def test_a_user_who_may_not_leave_is_offered_no_tool():
    model = ScriptedModel("hi")
    await asked(model, endings=False)
    assert model.requests[0].tools == ()
    assert "leave_conversation" not in model.requests[0].messages[0]["content"]


# asking again


async def test_a_faulty_reply_is_not_sent_and_the_model_is_told_why():
    model = ScriptedModel("How can I help you today?", BROKEN)
    assert await asked(model) == BROKEN
    first, second = (request.messages[-1]["content"] for request in model.requests)
    assert second == (
        f"{first}\n[Your last attempt was not sent, because it speaks as the assistant: 'How can I help you "
        "today'. Write only what the person says next, as the person.]"
    )
    assert len(model.requests[0].messages) == len(model.requests[1].messages)


async def test_it_is_asked_twice_again_at_most_and_then_the_simulator_is_at_fault():
    model = ScriptedModel("", "  ", "<think>empty?</think>", "never asked for")
    with pytest.raises(SimulatorError) as raised:
        await asked(model, name="Bo")
    assert len(model.requests) == 3
    assert (raised.value.agent, raised.value.reply) == ("Bo", "<think>empty?</think>")
    assert raised.value.problem == "it shows reasoning: '<think>'"
    assert str(raised.value).startswith(
        "Bo said nothing that a user would say, though asked 3 times: it shows"
    )
    assert str(raised.value).endswith("or use a model that does not think aloud.")


async def test_each_fault_leaves_a_note():
    model = ScriptedModel("", "How can I help you today?", BROKEN)
    await asked(model)
    last = model.requests[-1].messages[-1]["content"]
    assert last.count("[Your last attempt was not sent") == 2


async def test_a_reply_that_broke_off_is_asked_for_once_more_and_then_taken():
    broken_off = ModelReply("I ordered a lamp and it", finish_reason="length")
    model = ScriptedModel(broken_off, broken_off)
    assert await asked(model) == "I ordered a lamp and it"
    assert "make it shorter" in model.requests[1].messages[-1]["content"]


async def test_a_model_that_cannot_be_had_is_not_the_simulators_fault():
    refused = ModelError("no answer", provider="p", model="m")
    with pytest.raises(ModelError):
        await asked(ScriptedModel(refused))


# in a run


async def test_the_end_of_the_user_is_the_end_of_the_run():
    user = UserSimulatorAgent(model=ScriptedModel("refund please", left(last_words="thanks!")))
    result, _ = await play([user, agent("It is on its way.")])
    assert result.ending == UserEnding(EndingKind.DONE, "a refund is on its way", "thanks!")
    assert said(result) == [
        ("user", "refund please"),
        ("assistant", "It is on its way."),
        ("user", "thanks!"),
    ]
    assert result.success


async def test_a_faulty_reply_is_in_no_conversation_but_its_call_counts():
    user = UserSimulatorAgent(model=ScriptedModel("", "refund please"))
    result, _ = await play([user, agent()], [scenario.user(), scenario.succeed()])
    assert said(result) == [("user", "refund please")]
    assert result.usage.user.calls == 2


async def test_scripted_text_needs_no_model_call():
    model = ScriptedModel()
    user = UserSimulatorAgent(model=model)
    await play([user, agent()], [scenario.user("hi"), scenario.agent(), scenario.succeed()])
    assert model.requests == []


async def test_b31_tool_calls_are_notes_and_keys_of_ours_reach_no_provider():
    calls = [
        {"role": "assistant", "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "refund", "arguments": '{"order": 7}'}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "done"},
        {"role": "assistant", "content": "Refunded."},
    ]  # fmt: skip
    model = ScriptedModel("refund for order 7", "great, thank you")
    user = UserSimulatorAgent(model=model)
    script = [scenario.user(), scenario.agent(), scenario.user(), scenario.succeed()]
    result, _ = await play([user, agent(calls)], script)
    sent = model.requests[-1].messages
    assert {frozenset(message) for message in sent} == {frozenset({"role", "content"})}
    assert [message["role"] for message in sent] == ["system", "user", "assistant", "user"]
    assert (
        sent[-1]["content"] == '[The assistant calls refund({"order": 7})]\n[refund answers: done]\nRefunded.'
    )
    assert not any(
        message["trace_id"] in str(sent) or message["id"] in str(sent) for message in result.messages
    )


async def test_b31_a_provider_gets_the_keys_of_the_protocol_and_no_others():
    with ModelServer("refund please", left()) as server:
        user = UserSimulatorAgent(model="openai/gpt", api_base=server.base_url, api_key="k")
        result, _ = await play([user, agent("It is on its way.")])
        sent = server.requests[-1].body
    assert result.ending.kind is EndingKind.DONE
    assert set(sent) == {"model", "messages", "tools", "temperature"}
    assert {key for message in sent["messages"] for key in message} == {"role", "content"}


class Gate:
    """A model that answers nobody before `count` are waiting."""

    def __init__(self, count):
        self.waiting, self.count, self.open = 0, count, asyncio.Event()

    async def complete(self, request):
        self.waiting += 1
        if self.waiting == self.count:
            self.open.set()
        await self.open.wait()
        return ModelReply(re.search(r"caller \d", request.messages[0]["content"])[0])


async def test_b29_runs_side_by_side_ask_their_models_side_by_side():
    gate = Gate(4)
    user = UserSimulatorAgent(model=gate)

    async def run(number):
        script = [scenario.user(), scenario.succeed()]
        return await scenario.arun(
            f"r{number}", f"caller {number}", [user, agent()], script=script, verbose=False
        )

    results = await asyncio.wait_for(asyncio.gather(*(run(number) for number in range(4))), 10)
    for number, result in enumerate(results):
        assert said(result) == [("user", f"caller {number}")]


async def test_one_instance_judges_repetition_by_the_conversation_alone():
    user = UserSimulatorAgent(model=ScriptedModel(default="where is my parcel with the lamp"))
    for _ in range(2):
        assert await user.call(given()) == "where is my parcel with the lamp"


async def test_a_run_ends_as_the_simulators_fault():
    user = UserSimulatorAgent(model=ScriptedModel(default=""))
    result, _ = await play([user, agent()])
    assert not result.success
    assert result.fault.kind is FaultKind.SIMULATOR
    assert "it is empty" in result.fault.reason
