"""Whole runs against a server of other people's, in a process of its own, with its faults planted at each player."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import scenario
from scenario import FaultKind, ModelConfig, checks
from scenario._engine.facts import Concluded
from scenario.integrations.chat import ChatAgent
from scenario.integrations.http import HttpAgent
from scenario.testing import RecordingSink
from whole.parts import ANSWER, BY_ROLE, CRITERION, EVERYBODY, SAID, find_parcel

DECIDED = {
    "c1": {"reasoning": "It says where.", "evidence": [{"message": 1, "quote": "Lyon"}], "status": "passed"}
}
VERDICT = {"name": "finish_test", "arguments": {"reasoning": "All is well.", "criteria": DECIDED}}
LOOKS = {"name": "find_parcel", "arguments": {"number": 4711}}


def says(who, times=None, **reply):
    return {"type": "reply", "times": times, "match": {"model": who}, **reply}


def fails(who, status, times=None, **more):
    return {"type": "fail", "status": status, "times": times, "match": {"model": who}, **more}


GOOD = [
    says("user", text=SAID[0]),
    says("agent", 1, tool_calls=[LOOKS]),
    says("agent", text=ANSWER),
    says("streamed", text=ANSWER),
    says("judge", tool_calls=[VERDICT]),
]


class Mock:
    def __init__(self, address):
        self.address = address

    def send(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/_llmock/{path}", data, method=method)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - likewise
            return json.load(answer)

    def behave(self, *behaviors):
        self.send("POST", "reset")
        self.send("POST", "scenario", {"behaviors": [*behaviors, *GOOD]})

    def config(self, who, **settings):
        return ModelConfig(
            model=f"openai/{who}", api_base=f"{self.address}/v1", api_key="anything", **settings
        )


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
        wait_for(running, server)
        yield running
    finally:
        server.kill()
        server.wait(10)


def wait_for(mock, server):
    until = time.monotonic() + 40
    while time.monotonic() < until and server.poll() is None:
        try:
            mock.send("POST", "reset")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)  # a process that starts has no event to wait for
        else:
            return
    raise AssertionError("llmock did not start")


def streaming(mock):
    return HttpAgent(
        f"{mock.address}/v1/chat/completions",
        request={"model": "streamed", "messages": "{messages}", "stream": True},
        headers={"Authorization": "Bearer anything"},
        reply="choices.0.delta.content",
        stream="sse",
        retry_wait=0.01,
    )


def play(mock, door=scenario.run, agent=None, **settings):
    """A run, and the result that was told; what reaches the caller besides is thrown away."""
    sink = RecordingSink()
    used = [checks.tool_called("find_parcel")] if agent is None else []
    agents = [
        scenario.UserSimulatorAgent(model=mock.config("user", **settings)),
        agent or ChatAgent(mock.config("agent", **settings), tools=[find_parcel]),
        scenario.JudgeAgent(model=mock.config("judge", **settings), criteria=[CRITERION, *used]),
    ]
    script = [scenario.user(), scenario.agent(), scenario.judge()]

    async def played():
        try:
            await door("parcel", "A customer waits.", agents, script=script, sinks=[sink], verbose=False)
        except scenario.ScenarioError:
            pass  # the last fact holds what it came to
        (concluded,) = [fact for fact in sink.facts if isinstance(fact, Concluded)]
        return concluded.result

    return played()


@pytest.mark.parametrize("door", [scenario.run, scenario.arun], ids=["run", "arun"])
async def test_a_run_with_tools_passes(mock, door):
    mock.behave()
    result = await play(mock, door)
    assert result.success, result.fault
    assert (result.usage.user.calls, result.usage.agent.calls, result.usage.judge.calls) == (1, 2, 1)
    assert result.usage.total.input_tokens > 0


async def test_an_agent_that_streams_passes(mock):
    mock.behave()
    result = await play(mock, agent=streaming(mock))
    assert result.success, result.fault
    assert result.messages[1]["content"] == ANSWER


@pytest.mark.parametrize("who", EVERYBODY)
async def test_a_rate_limit_is_waited_out_as_asked(mock, who):
    mock.behave(fails(who, 429, 2, retry_after=0.05))
    result = await play(mock)
    assert result.success, result.fault
    assert not mock.send("GET", "verdict")["findings"]


@pytest.mark.parametrize(("who", "status"), list(zip(EVERYBODY, [500, 503, 500], strict=True)))
async def test_an_outage_is_the_providers_fault(mock, who, status):
    mock.behave(fails(who, status))
    result = await play(mock, max_retries=1)
    assert result.fault.kind is FaultKind.INFRASTRUCTURE
    assert "after 2 tries" in result.fault.reason


@pytest.mark.parametrize("kind", ["malformed_arguments", "unknown_tool"])
@pytest.mark.parametrize("who", ["user", "judge"])
async def test_a_broken_call_of_a_tool_is_the_fault_of_whose_model_it_is(mock, who, kind):
    mock.behave({"type": "tool_fault", "kind": kind, "times": None, "match": {"model": who}})
    result = await play(mock)
    assert result.fault.kind is BY_ROLE[who], result.fault


async def test_a_broken_call_of_the_agents_is_told_to_it_and_mended(mock):
    mock.behave({"type": "tool_fault", "kind": "unknown_tool", "times": 1, "match": {"model": "agent"}})
    result = await play(mock)
    assert result.fault is None or result.fault.kind is FaultKind.AGENT


@pytest.mark.parametrize("kind", ["disconnect", "malformed"])
async def test_a_stream_that_breaks_ends_the_run_and_says_so(mock, kind):
    mock.behave({"type": "stream_fault", "kind": kind, "after_chunks": 1, "times": None})
    result = await play(mock, agent=streaming(mock))
    expected = FaultKind.INFRASTRUCTURE if kind == "disconnect" else FaultKind.AGENT
    assert result.fault.kind is expected, result.fault
    assert "broke" in result.fault.reason


async def test_fifty_runs_at_once_with_refusals_among_them_all_pass(mock, untraced):
    mock.behave(fails("user", 429, 5, retry_after=0.05), fails("judge", 503, 2))
    plays = [play(mock, agent=ChatAgent(mock.config("agent"))) for _ in range(50)]
    for result in await asyncio.wait_for(asyncio.gather(*plays), 50):
        assert result.success, result.fault
        assert (result.usage.user.calls, result.usage.judge.calls) == (1, 1)
