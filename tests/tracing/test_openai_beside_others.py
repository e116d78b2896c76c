"""What recording calls of `openai` leaves alone: other instrumentation, the agent's own errors, other processes."""

from __future__ import annotations

import asyncio
import functools
import subprocess
import sys
from types import FunctionType

import openai
import pytest

import scenario
from scenario._tracing import openai_calls
from scenario._tracing.instrument import record_model_calls
from scenario._tracing.model_call import ModelCall
from tracing.model_server import ASKED, MODEL, WAYS, chat, play_asking

pytestmark = pytest.mark.usefixtures("recorded")


@pytest.mark.parametrize(
    "attributes",
    [{"gen_ai.operation.name": "chat"}, {"openinference.span.kind": "LLM"}, {"langwatch.span.type": "llm"}],
)
async def test_a_call_that_has_a_span_already_gets_no_second_one(traces, client, attributes):
    def ask(input):
        with traces.tracer.start_as_current_span("theirs", attributes=attributes):
            chat(client)

    await play_asking(ask)
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
    assert (await play_asking(lambda _: chat(client))).id == "chatcmpl-1"
    assert traces.named(f"chat {MODEL}") == []


async def test_a_wrapper_that_makes_no_spans_changes_nothing(traces, client, monkeypatch):
    monkeypatch.setattr(openai.OpenAI, "request", _wrapper_of("mine.retries")(openai.OpenAI.request))
    record_model_calls()
    await play_asking(lambda _: chat(client))
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
@pytest.mark.parametrize("way", ["chat", "chat, an asynchronous stream", "responses, a stream"])
async def test_a_mistake_of_ours_does_not_reach_the_agent(
    traces, server, client, monkeypatch, caplog, owner, name, way
):
    monkeypatch.setattr(owner, name, _broken)
    assert await play_asking(WAYS[way](server, client))
    with pytest.raises(scenario.ScenarioError, match="no such model"):
        await play_asking(lambda _: client.chat.completions.create(model="refuses", messages=ASKED))
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
