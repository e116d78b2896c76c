"""Calls that agents make with the `openai` package, against a server on loopback, become spans."""

from __future__ import annotations

import asyncio
import json
import sys
import threading

import openai
import pytest

import scenario
from scenario._genai import CAPTURE_VARIABLE
from scenario._tracing import openai_calls
from tracing.model_server import ASKED, MODEL, REPLY, WAYS, asynchronously, chat, collect, play_asking

pytestmark = pytest.mark.usefixtures("recorded")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("play", [scenario.run, scenario.arun])
async def test_a_call_is_a_span_below_the_agents(traces, server, client, way, play):
    await play_asking(WAYS[way](server, client), play)
    (span,), (call,) = traces.named(f"chat {MODEL}"), traces.named("Asks.call")
    assert span.parent.span_id == call.context.span_id
    assert span.instrumentation_scope.name == "scenario"
    assert span.kind.name == "CLIENT"
    assert span.status.is_unset
    attributes = dict(span.attributes)
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
    await play_asking(WAYS[way](server, client))
    (span,) = traces.named(f"chat {MODEL}")
    said = [
        [
            (message["role"], [part["content"] for part in message["parts"]])
            for message in json.loads(span.attributes[name])
        ]
        for name in ("gen_ai.input.messages", "gen_ai.output.messages")
    ]
    assert said == [[("user", ["hi"])], [("assistant", ["hello"])]]


async def test_the_agent_gets_what_it_would_get_without_spans(traces, client):
    assert (await play_asking(lambda _: chat(client))).choices[0].message.content == "hello"
    stream = await play_asking(lambda _: chat(client, stream=True))
    assert isinstance(stream, openai.Stream)
    assert [chunk.choices[0].delta.content for chunk in stream if chunk.choices] == ["hel", "lo"]
    raw = await play_asking(
        lambda _: client.chat.completions.with_raw_response.create(model=MODEL, messages=ASKED)
    )
    assert raw.parse().id == "chatcmpl-1"


async def test_a_response_whose_body_the_agent_reads_itself_is_left_alone(traces, client):
    def ask(input):
        with client.chat.completions.with_streaming_response.create(model=MODEL, messages=ASKED) as response:
            return b"".join(response.iter_bytes())

    assert json.loads(await play_asking(ask)) == REPLY
    (span,) = traces.named(f"chat {MODEL}")
    assert "gen_ai.response.id" not in span.attributes


async def test_an_error_is_the_agents_and_on_the_span(traces, client):
    def ask(input):
        with pytest.raises(openai.BadRequestError, match="no such model"):
            client.chat.completions.create(model="refuses", messages=ASKED)

    await play_asking(ask)
    (span,) = traces.named("chat refuses")
    assert span.status.status_code.name == "ERROR"
    assert span.attributes["error.type"] == "BadRequestError"
    assert [event.name for event in span.events] == ["exception"]


async def test_an_error_of_an_asynchronous_call_is_told_as_well(traces, server):
    async def ask(client):
        with pytest.raises(openai.BadRequestError):
            await client.chat.completions.create(model="refuses", messages=ASKED)

    await play_asking(asynchronously(server, ask))
    (span,) = traces.named("chat refuses")
    assert span.attributes["error.type"] == "BadRequestError"


@pytest.mark.parametrize("asynchronous", [True, False])
async def test_a_stream_that_breaks_is_told_with_what_had_come(traces, server, client, asynchronous):
    def ask(_):
        with pytest.raises(openai.APIError, match="out of order"):
            list(client.chat.completions.create(model="breaks", messages=ASKED, stream=True))

    async def ask_asynchronously(client):
        with pytest.raises(openai.APIError, match="out of order"):
            await collect(client.chat.completions.create(model="breaks", messages=ASKED, stream=True))

    await play_asking(asynchronously(server, ask_asynchronously) if asynchronous else ask)
    (span,) = traces.named("chat breaks")
    assert span.attributes["error.type"] == "APIError"
    assert span.attributes["gen_ai.response.id"] == "chatcmpl-1"


def test_a_client_without_an_address_is_openais():
    assert openai_calls._about(object()) == {"gen_ai.provider.name": "openai"}


def test_without_openai_nothing_is_done(monkeypatch):
    monkeypatch.delitem(sys.modules, "openai")
    openai_calls.record_openai(lambda: False)
    assert "openai" not in sys.modules


async def test_a_stream_that_is_left_ends_with_the_call(traces, client):
    left = await play_asking(lambda _: next(iter(chat(client, stream=True))))
    assert left.choices[0].delta.content == "hel"
    span, call, _ = traces.all
    assert [span.name for span in (span, call)] == [f"chat {MODEL}", "Asks.call"]
    assert span.attributes["gen_ai.response.id"] == "chatcmpl-1"


async def test_a_stream_that_is_read_after_the_call_is_no_trouble(traces, client, caplog):
    stream = await play_asking(lambda _: chat(client, stream=True))
    assert len(list(stream)) == 3
    assert len(traces.named(f"chat {MODEL}")) == 1
    assert not caplog.records


async def test_a_call_in_a_thread_and_in_a_task_belongs_to_the_agents(traces, server, client):
    async def ask(input):
        await asyncio.gather(
            asyncio.to_thread(chat, client), asyncio.create_task(asynchronously(server, chat)(input))
        )

    await play_asking(ask)
    (call,) = traces.named("Asks.call")
    assert [span.parent.span_id for span in traces.named(f"chat {MODEL}")] == [call.context.span_id] * 2


async def test_a_call_below_a_span_of_the_agent_is_below_that_span(traces, client):
    def ask(input):
        with traces.tracer.start_as_current_span("plan"):
            chat(client)

    await play_asking(ask)
    (span,), (plan,) = traces.named(f"chat {MODEL}"), traces.named("plan")
    assert span.parent.span_id == plan.context.span_id


async def test_other_requests_and_calls_outside_a_run_are_no_spans(traces, client):
    chat(client)
    await play_asking(lambda _: client.embeddings.create(model=MODEL, input="hi"))
    assert [span.name for span in traces.all] == ["Asks.call", "Scenario Turn"]


async def test_a_call_in_a_thread_that_knows_no_context_is_no_span(traces, client):
    def ask(input):
        thread = threading.Thread(target=chat, args=[client])
        thread.start()
        thread.join()

    await play_asking(ask)
    assert traces.named(f"chat {MODEL}") == []
