"""Against a server of other people's, in a process of its own: no hang, and the right error."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from scenario.models import ModelError, ModelRequest, language_model

HI = [{"role": "user", "content": "hi"}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "finish_test",
            "parameters": {
                "type": "object",
                "properties": {"verdict": {"type": "string"}},
                "required": ["verdict"],
            },
        },
    }
]


class Mock:
    def __init__(self, address):
        self.address = address

    def _send(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/_llmock/{path}", data, method=method)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - likewise
            return json.load(answer)

    def behave(self, *behaviors):
        self._send("POST", "reset")
        if behaviors:
            self._send("POST", "scenario", {"behaviors": behaviors})

    def verdict(self):
        return self._send("GET", "verdict")


@pytest.fixture(scope="module")
def mock():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [Path(sys.executable).parent / "llmock", "serve", "--port", str(port), "--log-level", "error"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    running = Mock(f"http://127.0.0.1:{port}")
    try:
        _wait_for(running, server)
        yield running
    finally:
        server.kill()  # a kind end would wait for the slow answer
        server.wait(10)


def _wait_for(mock, server):
    until = time.monotonic() + 40
    while time.monotonic() < until and server.poll() is None:
        try:
            mock.behave()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)  # a process that starts has no event to wait for
        else:
            return
    raise AssertionError("llmock did not start")


def model(mock, **settings):
    return language_model(
        "openai/gpt-4.1-mini", api_base=f"{mock.address}/v1", api_key="anything", **settings
    )


async def test_text(mock):
    mock.behave({"type": "reply", "text": "hello"})
    reply = await model(mock).complete(ModelRequest(HI))
    assert reply.content == "hello"
    assert reply.usage.cost > 0


async def test_a_tool_is_called(mock):
    mock.behave()
    reply = await model(mock).complete(ModelRequest(HI, TOOLS, "required"))
    (call,) = reply.tool_calls
    assert call.name == "finish_test"
    assert "verdict" in json.loads(call.arguments)


@pytest.mark.parametrize("kind", ["malformed_arguments", "unknown_tool"])
async def test_a_broken_tool_call_is_handed_on(mock, kind):
    mock.behave({"type": "tool_fault", "kind": kind})
    (call,) = (await model(mock).complete(ModelRequest(HI, TOOLS, "required"))).tool_calls
    assert call.name != "finish_test" or kind == "malformed_arguments"


async def test_a_rate_limit_is_waited_out_as_asked(mock):
    mock.behave({"type": "fail", "status": 429, "retry_after": 0.4, "times": 2})
    reply = await model(mock).complete(ModelRequest(HI))
    assert reply.attempts == 3
    findings = [finding["code"] for finding in mock.verdict()["findings"]]
    assert not findings, findings


@pytest.mark.parametrize("status", [500, 503])
async def test_an_outage_ends_in_an_error(mock, status):
    mock.behave({"type": "fail", "status": status, "times": None})
    with pytest.raises(ModelError) as raised:
        await model(mock, max_retries=1).complete(ModelRequest(HI))
    assert (raised.value.status, raised.value.attempts) == (status, 2)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_an_error_that_stays_is_not_tried_again(mock, status):
    mock.behave({"type": "fail", "status": status, "times": None})
    with pytest.raises(ModelError) as raised:
        await model(mock).complete(ModelRequest(HI))
    assert (raised.value.status, raised.value.attempts) == (status, 1)


async def test_a_slow_answer_is_given_up(mock):
    mock.behave({"type": "delay", "seconds": 20, "times": None})
    with pytest.raises(ModelError, match="no answer in time"):
        await model(mock, timeout=0.2, max_retries=0).complete(ModelRequest(HI))
