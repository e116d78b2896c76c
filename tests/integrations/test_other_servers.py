"""Servers that others wrote: a scenario against llmock, and server-sent events of an app on starlette and uvicorn."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from integrations.endpoints import given, play, replies
from scenario.integrations.chat import ChatAgent
from scenario.integrations.http import HttpAgent, Session

_START_SECONDS = 30.0


def wait_until_it_answers(url):
    """Asks again and again, with a bound: a program says nothing when it has begun to listen."""
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        try:
            return httpx2.get(url, timeout=1)
        except httpx2.TransportError:
            threading.Event().wait(0.05)
    raise TimeoutError(f"{url} does not answer")


@pytest.fixture(scope="module")
def llmock():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from llmock.cli import app; app()", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        try:
            wait_until_it_answers(f"http://127.0.0.1:{port}/v1/models")
            yield f"http://127.0.0.1:{port}"
        finally:
            program.terminate()


def queue(llmock, *behaviors):
    """Have llmock do these things next."""
    response = httpx2.post(f"{llmock}/_llmock/scenario", json={"behaviors": behaviors})
    assert response.is_success, response.text


async def test_a_scenario_against_llmock(llmock):
    queue(llmock, {"type": "reply", "text": "Good morning."})
    agent = ChatAgent("openai/gpt-4o-mini", api_base=f"{llmock}/v1", api_key="none")
    result = await play(agent, "Hello!", "And now?")

    assert replies(result)[0] == "Good morning."
    assert result.usage.agent.calls == 2


async def test_a_chat_endpoint_is_an_endpoint_like_any_other(llmock):
    queue(llmock, {"type": "fail", "status": 503, "times": 1}, {"type": "reply", "text": "Back again."})
    agent = HttpAgent(
        f"{llmock}/v1/chat/completions",
        request={"model": "gpt-4o-mini", "messages": "{messages}"},
        reply="choices.0.message",
        usage="usage",
        retry_wait=0.01,
    )
    result = await play(agent, "Hello!")

    assert replies(result) == ["Back again."]
    assert result.usage.agent.total_tokens > 0


async def test_a_streamed_chat_is_joined(llmock):
    queue(llmock, {"type": "reply", "text": "Word by word."})
    agent = HttpAgent(
        f"{llmock}/v1/chat/completions",
        request={"model": "gpt-4o-mini", "messages": "{messages}", "stream": True},
        reply="choices.0.delta.content",
        stream="sse",
    )

    assert await agent.call(given()) == "Word by word."


async def stream_words(request):
    asked = await request.json()

    async def events():
        yield ": keep-alive\n\n"
        for word in (*asked["text"].split(), "☕"):
            await asyncio.sleep(0)
            yield f"event: token\r\ndata: {json.dumps({'token': word + ' '}, ensure_ascii=False)}\r\n\r\n"
        yield "event: done\ndata: {}\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


async def sign_in(request):
    seen = request.cookies.get("sid")
    response = JSONResponse({"reply": "known" if seen else "new"})
    response.set_cookie("sid", "abc", httponly=True)
    return response


@pytest.fixture(scope="module")
def app():
    routes = [Route("/stream", stream_words, methods=["POST"]), Route("/chat", sign_in, methods=["POST"])]
    config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


async def test_server_sent_events_of_a_real_app_are_joined(app):
    agent = HttpAgent(f"{app}/stream", request={"text": "{message}"}, reply="token", stream="sse")

    assert await agent.call(given([{"role": "user", "content": "one two"}])) == "one two ☕ "


async def test_cookies_of_a_real_app_make_a_session(app):
    agent = HttpAgent(f"{app}/chat", reply="reply", session=Session(cookie="sid"))

    assert replies(await play(agent, "a", "b")) == ["new", "known"]
