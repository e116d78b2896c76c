"""A model on loopback that speaks OpenAI's two protocols, and an agent that asks it."""

from __future__ import annotations

import asyncio
import json

import openai

import scenario
from tracing.traces import as_json, as_stream

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


def answer(path, body):
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


async def play_asking(ask, play=scenario.arun):
    asks = Asks(ask)
    await play("n", "d", [asks], script=[scenario.agent(), scenario.succeed()])
    return asks.result


def asynchronously(server, ask):
    """An asynchronous question to the server, with a client that is closed after it."""

    async def asking(input):
        async with openai.AsyncOpenAI(
            api_key="none", base_url=f"{server.address}/v1", max_retries=0
        ) as client:
            return await ask(client)

    return asking


async def collect(stream):
    return [chunk async for chunk in await stream]


def chat(client, **more):
    return client.chat.completions.create(model=MODEL, messages=ASKED, **more)


def respond(client, **more):
    return client.responses.create(model=MODEL, input="hi", **more)


WAYS = {
    "chat": lambda server, client: lambda _: chat(client),
    "chat, asynchronous": lambda server, client: asynchronously(server, chat),
    "chat, a stream": lambda server, client: lambda _: list(chat(client, stream=True)),
    "chat, an asynchronous stream": lambda server, client: asynchronously(
        server, lambda c: collect(chat(c, stream=True))
    ),
    "chat, as it came": lambda server, client: (
        lambda _: client.chat.completions.with_raw_response.create(model=MODEL, messages=ASKED)
    ),
    "chat, parsed": lambda server, client: (
        lambda _: client.chat.completions.parse(model=MODEL, messages=ASKED)
    ),
    "responses": lambda server, client: lambda _: respond(client),
    "responses, asynchronous": lambda server, client: asynchronously(server, respond),
    "responses, a stream": lambda server, client: lambda _: list(respond(client, stream=True)),
    "responses, an asynchronous stream": lambda server, client: asynchronously(
        server, lambda c: collect(respond(c, stream=True))
    ),
}
