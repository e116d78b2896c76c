"""Clients of people's own."""

from __future__ import annotations

import asyncio
import threading

import openai
import pytest

from scenario._models.io_loop import io_loop
from scenario.models import ModelError, language_model
from scenario.testing import Delayed, Refusal

SOON = {"retry-after-ms": "1"}


@pytest.fixture
def asynchronous(server):
    client = openai.AsyncOpenAI(base_url=server.base_url, api_key="own-key-0123456789", max_retries=0)
    yield client
    asyncio.run(io_loop().run(client.close()))


@pytest.fixture
def synchronous(server):
    with openai.OpenAI(base_url=server.base_url, api_key="own-key-0123456789", max_retries=0) as client:
        yield client


@pytest.mark.parametrize("kind", ["asynchronous", "synchronous"])
async def test_a_client_is_used_as_it_is(server, asked, request, kind):
    client = request.getfixturevalue(kind)
    reply = await language_model("openai/gpt-4.1-mini", client=client).complete(asked)
    assert (reply.content, reply.request_id) == ("hello", "req_1")
    assert reply.usage.cost > 0
    assert server.requests[0].headers["authorization"] == "Bearer own-key-0123456789"


async def test_it_is_tried_again(server, synchronous, asked):
    server.reply_with(Refusal(503, headers=SOON), default="at last")
    assert (await language_model("anything/m", client=synchronous).complete(asked)).attempts == 2
    assert server.requests[0].body["model"] == "anything/m"


async def test_its_errors_are_ours(server, synchronous, asked):
    server.reply_with(Refusal(404, "no such model"))
    with pytest.raises(ModelError, match="no such model") as raised:
        await language_model("openai/m", client=synchronous).complete(asked)
    assert raised.value.status == 404


async def test_a_synchronous_client_blocks_nobody(server, synchronous, asked):
    together = threading.Event()
    server.reply_with(default=Delayed("hello", together))
    model = language_model("openai/m", client=synchronous)
    calls = [asyncio.ensure_future(model.complete(asked)) for _ in range(4)]
    await asyncio.to_thread(server.wait_for_requests, 4)
    together.set()
    assert len(await asyncio.gather(*calls)) == 4


class Plain:
    """Something that is like a client: an answer as a dictionary."""

    def __init__(self, answer):
        self.chat = self.completions = self
        self._answer = answer

    async def create(self, **asked):
        if isinstance(self._answer, BaseException):
            raise self._answer
        return self._answer


async def test_anything_like_a_client_will_do(asked):
    client = Plain({"choices": [{"message": {"content": "hi"}}]})
    assert (await language_model("openai/m", client=client).complete(asked)).content == "hi"


async def test_whatever_it_raises_is_a_model_error(asked):
    client = Plain(ValueError("out of order"))
    with pytest.raises(ModelError, match="ValueError: out of order") as raised:
        await language_model("openai/m", client=client).complete(asked)
    assert raised.value.attempts == 1
