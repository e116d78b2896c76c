"""What is given wrongly is refused in one clear sentence, before or at the first call, and never hangs or is dropped."""

from __future__ import annotations

import asyncio
import math

import pytest

import scenario
from scenario import FaultKind, JudgeAgent, Persona, RunOutcome, UserSimulatorAgent
from scenario.errors import ConfigError
from scenario.integrations.chat import ChatAgent
from scenario.models import ModelError, ModelRequest, language_model
from scenario.testing import ModelServer, ScriptedAgent, ScriptedModel, Streamed

MODEL = "openai/gpt-4.1-mini"
HI = ModelRequest([{"role": "user", "content": "hi"}])


@pytest.fixture(autouse=True)
def without_keys(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"votes": "3"}, "`votes` is a whole number"),
        ({"votes": 2.5}, "`votes` is a whole number"),
        ({"votes": True}, "`votes` is a whole number"),
        ({"agreement": "most"}, "`agreement` is a share from 0 to below 1"),
        ({"agreement": math.nan}, "`agreement` is a share from 0 to below 1"),
        ({"min_turns": "2"}, "`min_turns` is a whole number"),
        ({"token_threshold": "2"}, "`token_threshold` is a whole number"),
        ({"max_discovery_steps": None}, "`max_discovery_steps` is a whole number"),
        ({"models": MODEL, "model": None}, "`models` is a list of models"),
        ({"system_prompt": 3}, "`system_prompt` is a text"),
        ({"additional_context": ["a"]}, "`additional_context` is a text"),
        ({"criteria": ["", "b"]}, "a criterion is a text or a check, not ''"),
        ({"criteria": [3]}, "a criterion is a text or a check, not 3"),
        ({"criterea": ["a"]}, "Did you mean `criteria`"),
        ({"timeout": "5"}, "`timeout` of a model is a number of seconds above 0"),
        ({"timeout": 0}, "`timeout` of a model is a number of seconds above 0"),
        ({"max_retries": -1}, "`max_retries` of a model is a whole number, 0 or more"),
        ({"num_retries": "2"}, "`max_retries` of a model is a whole number, 0 or more"),
        ({"max_concurrency": 0}, "`max_concurrency` of a model is a whole number, 1 or more"),
        ({"headers": "X: y"}, "`headers` of a model is a mapping"),
        ({"extra_query": ["a"]}, "`query` of a model is a mapping"),
        ({"price": 0.1}, "`price` of a model is a scenario.models.Price"),
        ({"api_base": 3}, "`api_base` of a model is a text"),
        ({"api_key": b"planted-key-4711-qwertz"}, "`api_key` of a model is a text, not a bytes"),
    ],
    ids=str,
)
def test_a_judge_refuses_what_it_cannot_use(given, sentence):
    with pytest.raises(ConfigError) as raised:
        JudgeAgent(**{"model": MODEL, **given})
    assert sentence in str(raised.value)
    assert "planted" not in str(raised.value)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"personna": "a nurse"}, "Did you mean `persona`"),
        ({"goal": "a refund"}, "Did you mean `goals`"),
        ({"max_token": 5}, "Did you mean `max_tokens`"),
        ({"system_prompt": ["a"]}, "`system_prompt` is a text"),
    ],
    ids=str,
)
def test_a_simulated_user_refuses_what_it_cannot_use(given, sentence):
    with pytest.raises(ConfigError) as raised:
        UserSimulatorAgent(model=MODEL, **given)
    assert sentence in str(raised.value)


@pytest.mark.parametrize(
    "name", ["seed", "top_p", "stop", "user", "min_tokens", "reasoning_effort", "metadata"]
)
def test_a_parameter_of_a_model_is_not_taken_for_a_slip(name):
    UserSimulatorAgent(model=MODEL, **{name: None})
    JudgeAgent(model=MODEL, **{name: None})
    ChatAgent(MODEL, **{name: None})


@pytest.mark.parametrize(
    "given", [{"patience": [3]}, {"patience": True}, {"style": 3}, {"language": ["German"]}], ids=str
)
def test_a_persona_takes_texts_and_numbers_where_they_belong(given):
    (name,) = given
    with pytest.raises(ConfigError, match=rf"Persona\.{name} takes"):
        Persona(**given)


@pytest.mark.parametrize("tools", [3, print, "look"])
def test_tools_that_are_no_list_are_refused(tools):
    with pytest.raises(ValueError, match=r"write tools=\[…\]"):
        ChatAgent(MODEL, tools=tools)


@pytest.mark.parametrize(
    ("model", "given", "sentence"),
    [
        (MODEL, {}, "needs a key: set OPENAI_API_KEY or give api_key="),
        ("opnai/gpt-4o", {}, "is no provider that scenario knows"),
        ("openai/", {}, "names no model. Write provider/model"),
        ("/gpt-4o", {}, "names no model. Write provider/model"),
        ("", {}, "names no model. Write provider/model"),
        (
            MODEL,
            {"api_base": "localhost:8000/v1"},
            "is no address. Let api_base begin with http:// or https://",
        ),
        (MODEL, {"api_key": "planted-kéy-4711-qwertz"}, "holds a character that no key has"),
    ],
)
async def test_a_model_that_cannot_be_called_says_what_to_do(model, given, sentence):
    with pytest.raises(ModelError) as raised:
        await language_model(model, **given).complete(HI)
    assert sentence in str(raised.value)
    assert raised.value.attempts == 0
    assert "planted" not in str(raised.value)


async def test_an_address_in_a_variable_is_looked_at_too(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "localhost:8000/v1")
    with pytest.raises(ModelError, match="is no address"):
        await language_model(MODEL).complete(HI)


async def test_space_around_a_key_and_numbers_in_headers_do_no_harm():
    with ModelServer("hello") as server:
        model = language_model(MODEL, api_base=server.base_url, api_key=" sk-4711\n", headers={"X-Team": 7})
        assert (await model.complete(HI)).content == "hello"
        (request,) = server.requests
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert (headers["authorization"], headers["x-team"]) == ("Bearer sk-4711", "7")


async def test_an_address_without_its_path_is_told_from_a_fault_of_the_provider():
    with ModelServer() as server:
        server.reply_with(default=Streamed(("<html>welcome</html>",), "text/html"))
        with pytest.raises(ModelError, match="often ends in /v1") as raised:
            await language_model(MODEL, api_base=server.base_url).complete(HI)
    assert (raised.value.attempts, raised.value.status) == (1, 200)


async def drip(_reader, writer):
    """Answer with a space now and then, so that the line never falls silent."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    try:
        while not writer.is_closing():
            writer.write(b"1\r\n \r\n")
            await writer.drain()
            await asyncio.sleep(0.02)  # the pace of the server
    except ConnectionError:
        pass
    finally:
        writer.transport.abort()


async def test_a_server_that_only_keeps_the_line_alive_does_not_hold_a_call_for_ever():
    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        model = language_model(MODEL, api_base=f"http://127.0.0.1:{port}/v1", timeout=0.3, max_retries=0)
        with pytest.raises(ModelError, match="no whole answer within the limit"):
            await asyncio.wait_for(model.complete(HI), 10)


def test_a_judge_without_criteria_is_not_the_agents_fault():
    agents = [ScriptedAgent("Hm."), JudgeAgent(criteria=[], model=ScriptedModel())]
    run = scenario.run("nothing", "", agents, script=[scenario.agent(), scenario.judge()], verbose=False)
    result = asyncio.run(run)
    assert (result.success, result.outcome) == (False, RunOutcome.INCONCLUSIVE)
    assert result.fault.kind is FaultKind.JUDGE
    assert "give it some with JudgeAgent(criteria=[...])" in result.fault.reason
