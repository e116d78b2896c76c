"""A language model as the agent under test, at an endpoint that speaks OpenAI's chat completions."""

from __future__ import annotations

import asyncio
import json

import pytest

import scenario
from integrations.endpoints import PLAIN, given, play, replies
from scenario.errors import AgentError, EndpointError, ModelError, ModelRequiredError
from scenario.faults import FaultKind
from scenario.integrations._tools import definition_of
from scenario.integrations.chat import ChatAgent
from scenario.testing import Answer, ModelServer, RecordingSink, Refusal, ScriptedModel

ORDERS = {7: "shipped"}


def order_status(number: int) -> str:
    """Look up an order.

    The number stands on the receipt.
    """
    return ORDERS[number]


DEFINITION = {
    "type": "function",
    "function": {"name": "find", "description": "Finds.", "parameters": {"type": "object", "properties": {}}},
}
CALL = ScriptedModel.call("order_status", {"number": 7})


async def ask(model, input=None, **options):
    return await ChatAgent(model, **options).call(input or given())


def test_the_model_gets_the_conversation_after_the_system_prompt():
    model = ScriptedModel("third")
    (said,) = asyncio.run(ask(model, system_prompt="Be brief."))

    assert said == {"role": "assistant", "content": "third"}
    assert model.requests[0].messages == [{"role": "system", "content": "Be brief."}, *PLAIN]


def test_nothing_is_sampled_unless_it_is_asked_for():
    model = ScriptedModel("a", "b")
    asyncio.run(ask(model))
    asyncio.run(ask(model, temperature=0.0, max_tokens=5, seed=3))

    assert [(each.temperature, each.max_tokens) for each in model.requests] == [(None, None), (0.0, 5)]
    assert model.requests[1].extra == {"seed": 3}


def test_without_a_model_it_says_what_to_do():
    with pytest.raises(ModelRequiredError, match=r"ChatAgent needs a model: write ChatAgent\("):
        asyncio.run(ask(None))


def test_a_function_is_a_tool():
    definition = definition_of(order_status)["function"]

    assert definition["name"] == "order_status"
    assert definition["description"] == "Look up an order.\n\nThe number stands on the receipt."
    assert definition["parameters"]["properties"]["number"]["type"] == "integer"
    assert definition["parameters"]["required"] == ["number"]


def test_a_function_without_parameters_has_an_empty_object():
    def now():
        return "noon"

    parameters = definition_of(now)["function"]["parameters"]
    assert (parameters["type"], parameters["properties"]) == ("object", {})


def test_a_tool_is_called_and_all_that_was_said_comes_back():
    model = ScriptedModel(CALL, "It was shipped.")
    said = asyncio.run(ask(model, tools=[order_status]))

    assert [message["role"] for message in said] == ["assistant", "tool", "assistant"]
    assert said[1] == {"role": "tool", "tool_call_id": "call_order_status", "content": "shipped"}
    assert model.requests[1].messages == [*PLAIN, *said[:2]]
    assert model.requests[1].tools == [definition_of(order_status)]


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (ScriptedModel.call("order_status", {"number": 8}), "Error: KeyError: 8"),
        (ScriptedModel.call("order_status", "{oops"), "Error: the arguments are no JSON: "),
        (ScriptedModel.call("order_status", "[1]"), "Error: the arguments are no JSON object"),
        (ScriptedModel.call("order_status", {"number": "x"}), "Error: 1 validation error for order_status"),
        (ScriptedModel.call("refund"), "Error: there is no tool 'refund'"),
    ],
)
def test_what_goes_wrong_in_a_tool_is_told_to_the_model(call, result):
    said = asyncio.run(ask(ScriptedModel(call, "Sorry."), tools=[order_status]))

    assert said[1]["content"].startswith(result)


def test_a_tools_assertion_is_the_tests():
    def checked():
        assert ORDERS == {}

    with pytest.raises(AssertionError):
        asyncio.run(ask(ScriptedModel(ScriptedModel.call("checked"), "x"), tools=[checked]))


def test_a_pair_of_definition_and_asynchronous_function_is_a_tool():
    async def find(**arguments):
        await asyncio.sleep(0)
        return {"found": arguments}

    model = ScriptedModel(ScriptedModel.call("find", {"a": 1}), "ok")
    said = asyncio.run(ask(model, tools=[(DEFINITION, find)]))

    assert json.loads(said[1]["content"]) == {"found": {"a": 1}}
    assert model.requests[0].tools == [DEFINITION]


def test_a_call_of_a_definition_alone_ends_the_reply():
    said = asyncio.run(ask(ScriptedModel(ScriptedModel.call("find")), tools=[DEFINITION]))

    assert [call["function"]["name"] for call in said[-1]["tool_calls"]] == ["find"]


def test_a_model_that_never_stops_calling_tools_is_stopped():
    model = ScriptedModel(default=CALL)

    with pytest.raises(EndpointError, match="called tools 3 times without an answer"):
        asyncio.run(ask(model, tools=[order_status], max_rounds=2))
    assert len(model.requests) == 3


def test_a_model_that_says_nothing_is_named():
    with pytest.raises(EndpointError, match=r"answered without a word \(finish reason: stop\)"):
        asyncio.run(ask(ScriptedModel("")))


@pytest.mark.parametrize(
    ("tools", "text"),
    [
        ([7], "7 is no tool"),
        ([{"name": "f"}], "is no definition of a tool"),
        ([order_status, order_status], "Two tools of ChatAgent have the name 'order_status'"),
    ],
)
def test_what_is_no_tool_is_refused_at_once(tools, text):
    with pytest.raises(ValueError, match=text):
        ChatAgent("m", tools=tools)


@pytest.fixture
def server():
    with ModelServer() as server:
        yield server


def at(server, **options):
    return ChatAgent("openai/some-model", api_base=server.base_url, api_key="key-of-a-test", **options)


async def test_a_deployed_model_is_played_with(server):
    server.reply_with(ModelServer.call("order_status", {"number": 7}), default="It was shipped.")
    result = await play(at(server, tools=[order_status]), "Where is order 7?", "Thanks.")

    assert replies(result) == [None, "It was shipped.", "It was shipped."]
    assert len(result.tool_calls("order_status")) == 1
    assert result.usage.agent.calls == 3
    assert result.usage.agent.total_tokens > 0


async def test_the_key_and_the_model_are_sent(server):
    server.reply_with("ok")
    await at(server).call(given())

    (request,) = server.requests
    assert request.headers["authorization"] == "Bearer key-of-a-test"
    assert (request.body["model"], request.body["messages"]) == ("some-model", PLAIN)


async def test_the_default_model_is_used_when_none_is_given(server):
    server.reply_with("from the default")
    scenario.configure(
        default_model=scenario.ModelConfig(model="openai/m", api_base=server.base_url, api_key="none")
    )

    assert (await ask(None))[0]["content"] == "from the default"


async def test_a_model_that_cannot_be_had_is_the_fault_of_the_infrastructure(server):
    server.reply_with(default=Refusal(401, "Wrong key."))
    sink = RecordingSink()
    with pytest.raises(AgentError) as caught:
        await play(at(server), "hi", sinks=[sink])

    assert isinstance(caught.value.__cause__, ModelError)
    assert sink.record().concluded.result.fault.kind is FaultKind.INFRASTRUCTURE


async def test_an_answer_without_choices_is_an_error(server):
    server.reply_with(default=Answer({"id": "1", "object": "chat.completion", "model": "m", "choices": []}))

    with pytest.raises((ModelError, EndpointError)):
        await at(server, max_retries=0).call(given())
