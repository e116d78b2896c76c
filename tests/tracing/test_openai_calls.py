"""Calls that agents make with the `openai` package, against a server on loopback, become spans."""

from __future__ import annotations

import asyncio
import functools
import json
import subprocess
import sys
import threading
from types import FunctionType

import openai
import pytest

import scenario
from scenario._genai import CAPTURE_VARIABLE
from scenario._tracing import openai_calls
from scenario._tracing.instrument import record_model_calls
from scenario._tracing.model_call import ModelCall
from tracing.traces import as_json, as_stream, serving

MODEL = "gpt-4o-mini"
ASKED = [{"role": "user", "content": "hi"}]
REPLY = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 0,
    "model": "gpt-4o-mini-2024",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hello"}}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8},
}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 0,
    "model": "gpt-4o-mini-2024",
    "status": "completed",
    "output": [
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "hello", "annotations": []}],
        }
    ],
    "usage": {
        "input_tokens": 3,
        "output_tokens": 5,
        "total_tokens": 8,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    },
    "parallel_tool_calls": False,
    "tool_choice": "auto",
    "tools": [],
}


def _chunk(delta, finish=None, **more):
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {
        **{key: REPLY[key] for key in ("id", "created", "model")},
        "object": "chat.completion.chunk",
        "choices": choices,
        **more,
    }


CHUNKS = [
    _chunk({"role": "assistant", "content": "hel"}),
    _chunk({"content": "lo"}, "stop"),
    {**_chunk({}), "choices": [], "usage": REPLY["usage"]},
]
EVENTS = [
    {
        "type": "response.output_text.delta",
        "delta": "hello",
        "item_id": "msg_1",
        "output_index": 0,
        "content_index": 0,
        "sequence_number": 0,
        "logprobs": [],
    },
    {"type": "response.completed", "response": RESPONSE, "sequence_number": 1},
]


def _answer(path, body):
    asked = json.loads(body)
    if asked["model"] == "refuses":
        return as_json({"error": {"message": "no such model", "type": "invalid", "code": None}}, status=400)
    if asked["model"] == "breaks":
        return as_stream(CHUNKS[0], {"error": {"message": "out of order"}})
    if path.endswith("/responses"):
        return as_stream(*EVENTS) if asked.get("stream") else as_json(RESPONSE)
    if path.endswith("/embeddings"):
        return as_json(
            {
                "object": "list",
                "model": MODEL,
                "data": [{"object": "embedding", "index": 0, "embedding": [0.5]}],
                "usage": {"prompt_tokens": 1, "total_tokens": 1},
            }
        )
    return as_stream(*CHUNKS) if asked.get("stream") else as_json(REPLY)


@pytest.fixture(autouse=True)
def recorded():
    """What a run with a provider does at its beginning. It stays: outside of recorded calls it does nothing."""
    record_model_calls()


@pytest.fixture(scope="module")
def server():
    with serving(_answer) as running:
        yield running


@pytest.fixture
def client(server):
    with openai.OpenAI(api_key="none", base_url=f"{server.address}/v1", max_retries=0) as made:
        yield made


class Asks(scenario.AgentAdapter):
    """An agent whose call is a function of its input; `result` is what that returned."""

    def __init__(self, ask):
        self.ask = ask
        self.result = None

    async def call(self, input):
        self.result = self.ask(input)
        if asyncio.iscoroutine(self.result):
            self.result = await self.result
        return "x"


async def _play(ask, play=scenario.arun):
    asks = Asks(ask)
    await play("n", "d", [asks], script=[scenario.agent(), scenario.succeed()])
    return asks.result


def _async(server, ask):
    """An asynchronous question to the server, with a client that is closed after it."""

    async def asking(input):
        async with openai.AsyncOpenAI(
            api_key="none", base_url=f"{server.address}/v1", max_retries=0
        ) as client:
            return await ask(client)

    return asking


async def _collect(stream):
    return [chunk async for chunk in await stream]


def _chat(client, **more):
    return client.chat.completions.create(model=MODEL, messages=ASKED, **more)


def _respond(client, **more):
    return client.responses.create(model=MODEL, input="hi", **more)


WAYS = {
    "chat": lambda server, client: lambda _: _chat(client),
    "chat, asynchronous": lambda server, client: _async(server, _chat),
    "chat, a stream": lambda server, client: lambda _: list(_chat(client, stream=True)),
    "chat, an asynchronous stream": lambda server, client: _async(
        server, lambda c: _collect(_chat(c, stream=True))
    ),
    "chat, as it came": lambda server, client: (
        lambda _: client.chat.completions.with_raw_response.create(model=MODEL, messages=ASKED)
    ),
    "chat, parsed": lambda server, client: (
        lambda _: client.chat.completions.parse(model=MODEL, messages=ASKED)
    ),
    "responses": lambda server, client: lambda _: _respond(client),
    "responses, asynchronous": lambda server, client: _async(server, _respond),
    "responses, a stream": lambda server, client: lambda _: list(_respond(client, stream=True)),
    "responses, an asynchronous stream": lambda server, client: _async(
        server, lambda c: _collect(_respond(c, stream=True))
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("play", [scenario.run, scenario.arun])
async def test_a_call_is_a_span_below_the_agents(traces, server, client, way, play):
    await _play(WAYS[way](server, client), play)
    (chat,), (call,) = traces.named(f"chat {MODEL}"), traces.named("Asks.call")
    assert chat.parent.span_id == call.context.span_id
    assert chat.instrumentation_scope.name == "scenario"
    assert chat.kind.name == "CLIENT"
    assert chat.status.is_unset
    attributes = dict(chat.attributes)
    assert attributes.pop("gen_ai.conversation.id") == call.attributes["gen_ai.conversation.id"]
    assert attributes.pop("server.port") == server.server_port
    streams = attributes.pop("gen_ai.request.stream", False)
    assert streams == ("stream" in way)
    assert (attributes.pop("gen_ai.response.time_to_first_chunk", 0) > 0) == streams
    for name in ("cache_read.input_tokens", "reasoning.output_tokens"):
        attributes.pop(f"gen_ai.usage.{name}", None)
    assert attributes == {
        "langwatch.span.type": "llm",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "server.address": "127.0.0.1",
        "gen_ai.request.model": MODEL,
        "gen_ai.response.id": "resp_1" if "responses" in way else "chatcmpl-1",
        "gen_ai.response.model": "gpt-4o-mini-2024",
        "gen_ai.response.finish_reasons": ("completed" if "responses" in way else "stop",),
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 5,
    }


@pytest.mark.parametrize("way", WAYS)
async def test_the_words_are_there_when_they_are_captured(traces, server, client, way, monkeypatch):
    monkeypatch.setenv(CAPTURE_VARIABLE, "true")
    await _play(WAYS[way](server, client))
    (chat,) = traces.named(f"chat {MODEL}")
    said = [
        [
            (message["role"], [part["content"] for part in message["parts"]])
            for message in json.loads(chat.attributes[name])
        ]
        for name in ("gen_ai.input.messages", "gen_ai.output.messages")
    ]
    assert said == [[("user", ["hi"])], [("assistant", ["hello"])]]


async def test_the_agent_gets_what_it_would_get_without_spans(traces, client):
    assert (await _play(lambda _: _chat(client))).choices[0].message.content == "hello"
    stream = await _play(lambda _: _chat(client, stream=True))
    assert isinstance(stream, openai.Stream)
    assert [chunk.choices[0].delta.content for chunk in stream if chunk.choices] == ["hel", "lo"]
    raw = await _play(lambda _: client.chat.completions.with_raw_response.create(model=MODEL, messages=ASKED))
    assert raw.parse().id == "chatcmpl-1"


async def test_a_response_whose_body_the_agent_reads_itself_is_left_alone(traces, client):
    def ask(input):
        with client.chat.completions.with_streaming_response.create(model=MODEL, messages=ASKED) as response:
            return b"".join(response.iter_bytes())

    assert json.loads(await _play(ask)) == REPLY
    (chat,) = traces.named(f"chat {MODEL}")
    assert "gen_ai.response.id" not in chat.attributes


async def test_an_error_is_the_agents_and_on_the_span(traces, client):
    def ask(input):
        with pytest.raises(openai.BadRequestError, match="no such model"):
            client.chat.completions.create(model="refuses", messages=ASKED)

    await _play(ask)
    (chat,) = traces.named("chat refuses")
    assert chat.status.status_code.name == "ERROR"
    assert chat.attributes["error.type"] == "BadRequestError"
    assert [event.name for event in chat.events] == ["exception"]


async def test_an_error_of_an_asynchronous_call_is_told_as_well(traces, server):
    async def ask(client):
        with pytest.raises(openai.BadRequestError):
            await client.chat.completions.create(model="refuses", messages=ASKED)

    await _play(_async(server, ask))
    (chat,) = traces.named("chat refuses")
    assert chat.attributes["error.type"] == "BadRequestError"


@pytest.mark.parametrize("asynchronous", [True, False])
async def test_a_stream_that_breaks_is_told_with_what_had_come(traces, server, client, asynchronous):
    def ask(_):
        with pytest.raises(openai.APIError, match="out of order"):
            list(client.chat.completions.create(model="breaks", messages=ASKED, stream=True))

    async def ask_asynchronously(client):
        with pytest.raises(openai.APIError, match="out of order"):
            await _collect(client.chat.completions.create(model="breaks", messages=ASKED, stream=True))

    await _play(_async(server, ask_asynchronously) if asynchronous else ask)
    (chat,) = traces.named("chat breaks")
    assert chat.attributes["error.type"] == "APIError"
    assert chat.attributes["gen_ai.response.id"] == "chatcmpl-1"


def test_a_client_without_an_address_is_openais():
    assert openai_calls._about(object()) == {"gen_ai.provider.name": "openai"}


def test_without_openai_nothing_is_done(monkeypatch):
    monkeypatch.delitem(sys.modules, "openai")
    openai_calls.record_openai(lambda: False)
    assert "openai" not in sys.modules


async def test_a_stream_that_is_left_ends_with_the_call(traces, client):
    left = await _play(lambda _: next(iter(_chat(client, stream=True))))
    assert left.choices[0].delta.content == "hel"
    chat, call, _ = traces.all
    assert [span.name for span in (chat, call)] == [f"chat {MODEL}", "Asks.call"]
    assert chat.attributes["gen_ai.response.id"] == "chatcmpl-1"


async def test_a_stream_that_is_read_after_the_call_is_no_trouble(traces, client, caplog):
    stream = await _play(lambda _: _chat(client, stream=True))
    assert len(list(stream)) == 3
    assert len(traces.named(f"chat {MODEL}")) == 1
    assert not caplog.records


async def test_a_call_in_a_thread_and_in_a_task_belongs_to_the_agents(traces, server, client):
    async def ask(input):
        await asyncio.gather(
            asyncio.to_thread(_chat, client), asyncio.create_task(_async(server, _chat)(input))
        )

    await _play(ask)
    (call,) = traces.named("Asks.call")
    assert [chat.parent.span_id for chat in traces.named(f"chat {MODEL}")] == [call.context.span_id] * 2


async def test_a_call_below_a_span_of_the_agent_is_below_that_span(traces, client):
    def ask(input):
        with traces.tracer.start_as_current_span("plan"):
            _chat(client)

    await _play(ask)
    (chat,), (plan,) = traces.named(f"chat {MODEL}"), traces.named("plan")
    assert chat.parent.span_id == plan.context.span_id


async def test_other_requests_and_calls_outside_a_run_are_no_spans(traces, client):
    _chat(client)
    await _play(lambda _: client.embeddings.create(model=MODEL, input="hi"))
    assert [span.name for span in traces.all] == ["Asks.call", "Scenario Turn"]


async def test_a_call_in_a_thread_that_knows_no_context_is_no_span(traces, client):
    def ask(input):
        thread = threading.Thread(target=_chat, args=[client])
        thread.start()
        thread.join()

    await _play(ask)
    assert traces.named(f"chat {MODEL}") == []


@pytest.mark.parametrize(
    "attributes",
    [{"gen_ai.operation.name": "chat"}, {"openinference.span.kind": "LLM"}, {"langwatch.span.type": "llm"}],
)
async def test_a_call_that_has_a_span_already_gets_no_second_one(traces, client, attributes):
    def ask(input):
        with traces.tracer.start_as_current_span("theirs", attributes=attributes):
            _chat(client)

    await _play(ask)
    assert [span.name for span in traces.all] == ["theirs", "Asks.call", "Scenario Turn"]


def _around(method):
    @functools.wraps(method)
    def call(*args, **kwargs):
        return method(*args, **kwargs)

    return call


def _wrapper_of(module):
    """A function that wraps others, as one that is written in that module."""
    return FunctionType(_around.__code__, {"__name__": module, "functools": functools})


class Proxy:
    """What the `wrapt` package puts around a method."""

    def __init__(self, wrapped, wrapper):
        self.__wrapped__ = wrapped
        self._self_wrapper = wrapper

    def __get__(self, instance, owner):
        return Proxy(self.__wrapped__.__get__(instance, owner), self._self_wrapper)

    def __call__(self, *args, **kwargs):
        return self.__wrapped__(*args, **kwargs)


@pytest.mark.parametrize(
    "module", ["opentelemetry.instrumentation.openai_v2.patch", "openinference.instrumentation.x"]
)
@pytest.mark.parametrize("method", ["create", "request"])
@pytest.mark.parametrize("by_wrapt", [True, False])
async def test_a_client_that_is_instrumented_already_is_left_to_that(
    traces, client, monkeypatch, module, method, by_wrapt
):
    owner = type(client.chat.completions) if method == "create" else openai.OpenAI
    around, original = _wrapper_of(module), getattr(owner, method)
    monkeypatch.setattr(owner, method, Proxy(original, around) if by_wrapt else around(original))
    assert (await _play(lambda _: _chat(client))).id == "chatcmpl-1"
    assert traces.named(f"chat {MODEL}") == []


async def test_a_wrapper_that_makes_no_spans_changes_nothing(traces, client, monkeypatch):
    monkeypatch.setattr(openai.OpenAI, "request", _wrapper_of("mine.retries")(openai.OpenAI.request))
    record_model_calls()
    await _play(lambda _: _chat(client))
    assert len(traces.named(f"chat {MODEL}")) == 1


def _broken(*args, **kwargs):
    raise RuntimeError("our own mistake")


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (openai_calls, "_begun"),
        (openai_calls, "_watch"),
        (ModelCall, "_add"),
        (ModelCall, "_tell"),
        (ModelCall, "_tell_of"),
    ],
)
@pytest.mark.parametrize("way", WAYS)
async def test_a_mistake_of_ours_does_not_reach_the_agent(
    traces, server, client, monkeypatch, caplog, owner, name, way
):
    monkeypatch.setattr(owner, name, _broken)
    assert await _play(WAYS[way](server, client))
    with pytest.raises(scenario.ScenarioError, match="no such model"):
        await _play(lambda _: client.chat.completions.create(model="refuses", messages=ASKED))
    assert ("our own mistake" in caplog.text) == (name != "_add" or "stream" in way)


def test_to_record_again_wraps_nothing_again():
    before = openai.OpenAI.request, openai.AsyncOpenAI.request
    record_model_calls()
    assert (openai.OpenAI.request, openai.AsyncOpenAI.request) == before
    assert asyncio.iscoroutinefunction(openai.AsyncOpenAI.request)


SCRIPT = """
import asyncio, sys
import openai
import scenario
{prepare}
class Asks(scenario.AgentAdapter):
    async def call(self, input):
        client = openai.OpenAI(api_key="none", base_url="{address}/v1")
        return client.chat.completions.create(model="m", messages=[]).choices[0].message.content
before = openai.OpenAI.request
script = [scenario.agent(), scenario.succeed()]
result = asyncio.run(scenario.run("n", "d", [Asks()], script=script, verbose=False))
assert result.messages[0]["content"] == "hello"
{check}
"""
WITH_SDK = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
exporter, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
"""


def _run(code):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_first_call_of_a_process_is_a_span_without_anybody_asking(server):
    check = "names = [span.name for span in exporter.get_finished_spans()]\nassert names == ['chat m', 'Asks.call', 'Scenario Turn'], names"
    _run(SCRIPT.format(prepare=WITH_SDK, address=server.address, check=check))


def test_without_an_sdk_nothing_is_wrapped_and_nothing_loaded(server):
    check = "assert openai.OpenAI.request is before\nassert 'opentelemetry.sdk' not in sys.modules\nassert 'scenario._tracing.openai_calls' not in sys.modules"
    _run(SCRIPT.format(prepare="", address=server.address, check=check))


def test_a_package_that_is_not_loaded_stays_so():
    check = "asyncio.run(scenario.run('n', 'd', script=[scenario.succeed()], verbose=False))\nassert 'openai' not in sys.modules"
    _run(f"import asyncio, sys, scenario\n{WITH_SDK}\n{check}")
