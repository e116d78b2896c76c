"""What goes wrong on the way to an agent behind HTTP, and when it is tried again."""

from __future__ import annotations

import asyncio
import gc
import socket
import subprocess
import sys
import threading

import pytest

from integrations.endpoints import given, play
from scenario.errors import AgentError, EndpointError
from scenario.faults import FaultKind
from scenario.integrations.http import HttpAgent
from scenario.testing import Answer, Delayed, HangUp, LoopbackServer, RecordingSink, Streamed


async def fail(url, **options):
    with pytest.raises(EndpointError) as caught:
        await HttpAgent(url, **{"retry_wait": 0, **options}).call(given())
    return caught.value


def in_turn(*answers):
    left = list(answers)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


@pytest.fixture
def free_port():
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


async def test_a_refused_connection_is_unreachable_and_tried_again(free_port):
    error = await fail(f"http://127.0.0.1:{free_port}/chat", name="shop")

    assert (error.unreachable, error.status) == (True, None)
    assert str(error).startswith(f"shop at http://127.0.0.1:{free_port}/chat cannot be reached (")
    assert "3 times in a row. Is it running, and is this its address?" in str(error)


async def test_a_host_that_does_not_exist_is_unreachable():
    error = await fail("http://nowhere.invalid/chat", retries=0)

    assert error.unreachable
    assert error.endpoint == "http://nowhere.invalid/chat"


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_an_error_of_the_way_there_is_tried_again(serve, status):
    server = serve(in_turn(Answer("wait", status), Answer("wait", status), "ok"))

    assert await HttpAgent(server.url, retry_wait=0).call(given()) == "ok"
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_an_error_of_the_way_there_that_stays_is_unreachable(serve, status):
    server = serve(Answer("wait", status))
    error = await fail(server.url, retries=1)

    assert (error.status, error.unreachable, len(server.requests)) == (status, True, 2)
    assert f"answered with status {status}" in str(error)
    assert "wait, 2 times in a row" in str(error)


@pytest.mark.parametrize("status", [400, 401, 404, 500])
async def test_an_error_of_the_agent_is_its_own_and_not_tried_again(serve, status):
    server = serve(Answer({"detail": "no such thing"}, status))
    error = await fail(server.url)

    assert (error.status, error.unreachable, len(server.requests)) == (status, False, 1)
    assert f"answered with status {status}" in str(error)
    assert '{"detail": "no such thing"}' in str(error)


async def test_the_server_says_when_to_come_back(serve):
    server = serve(in_turn(Answer(status=503, headers={"Retry-After": "0"}), "ok"))

    assert await HttpAgent(server.url, retry_wait=0).call(given()) == "ok"


async def test_a_wait_that_is_too_long_is_not_waited_for(serve):
    server = serve(Answer(status=429, headers={"Retry-After": "86400"}))
    error = await fail(server.url)

    assert (error.status, len(server.requests)) == (429, 1)


async def test_a_connection_that_closes_is_tried_again(serve):
    server = serve(in_turn(HangUp(), "ok"))

    assert await HttpAgent(server.url, retry_wait=0).call(given()) == "ok"


async def test_a_connection_that_always_closes_is_unreachable(serve):
    error = await fail(serve(HangUp()).url)

    assert error.unreachable
    assert "closed the connection without an answer" in str(error)


async def test_a_time_limit_is_unreachable_and_not_tried_again(serve):
    server = serve(Delayed("late", threading.Event()))
    error = await fail(server.url, timeout=0.05)

    assert (error.unreachable, len(server.requests)) == (True, 1)
    assert "gave no answer within 0.05 s" in str(error)


async def test_an_answer_that_breaks_off_is_unreachable_and_not_tried_again(serve):
    server = serve(Streamed.events("a", breaks=True))
    error = await fail(server.url, stream="sse")

    assert (error.unreachable, len(server.requests)) == (True, 1)
    assert "broke off in the middle of its answer" in str(error)


async def test_an_unreachable_agent_is_the_fault_of_the_infrastructure(serve):
    sink = RecordingSink()
    with pytest.raises(AgentError):
        await play(HttpAgent(serve(Answer(status=503)).url, retries=0), "hi", sinks=[sink])

    assert sink.record().concluded.result.fault.kind is FaultKind.INFRASTRUCTURE


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_keeps_the_request(serve, status):
    def answer(request):
        if request.path == "/old":
            return Answer(status=status, headers={"Location": "/new"})
        return f"{request.method} {request.path} {request.body} {request.headers['authorization']}"

    agent = HttpAgent(
        f"{serve(answer).url}/old", request={"t": "{message}"}, headers={"Authorization": "Bearer k"}
    )
    assert await agent.call(given()) == "POST /new {'t': 'second'} Bearer k"


async def test_a_redirect_to_look_elsewhere_is_followed_with_get(serve):
    def answer(request):
        if request.path == "/old":
            return Answer(status=303, headers={"Location": "/new"})
        return f"{request.method} {request.path} {request.raw}"

    assert await HttpAgent(f"{serve(answer).url}/old").call(given()) == "GET /new b''"


async def test_another_host_does_not_get_the_request(serve):
    error = await fail(serve(Answer(status=302, headers={"Location": "http://other.invalid/login?t=1"})).url)

    assert not error.unreachable
    assert "redirects to another host (http://other.invalid/login); give HttpAgent that address" in str(error)


async def test_redirects_have_an_end(serve):
    error = await fail(serve(Answer(status=302, headers={"Location": "/"})).url)

    assert "redirects without end" in str(error)


async def test_no_error_shows_a_secret(serve):
    server = serve(lambda request: Answer(f"bad key {request.headers['x-key']}", 401))
    address = server.url.replace("http://", "http://me:pass-word@") + "/x?token=to-ken"
    error = await fail(address, headers={"X-Key": "sk-secret"})

    assert error.endpoint == f"{server.url}/x"
    assert all(secret not in str(error) for secret in ("sk-secret", "pass-word", "to-ken"))
    assert "bad key …" in str(error)
    assert repr(HttpAgent(address)) == f"HttpAgent('{server.url}/x')"


async def test_a_call_can_be_cancelled_while_the_agent_works(serve):
    server = serve(Delayed("late", threading.Event()))
    calling = asyncio.create_task(HttpAgent(server.url).call(given()))
    await asyncio.to_thread(server.wait_for_requests, 1)
    calling.cancel()

    with pytest.raises(asyncio.CancelledError):
        await calling


async def test_many_are_under_way_at_once():
    release = threading.Event()
    with LoopbackServer(lambda request: Delayed("ok", release)) as server:
        agent = HttpAgent(server.url)
        calls = [asyncio.create_task(agent.call(given())) for _ in range(150)]
        await asyncio.to_thread(server.wait_for_requests, 150, 30.0)
        release.set()

        assert set(await asyncio.gather(*calls)) == {"ok"}
        assert server.most_at_once == 150


LEAVES_NOTHING = """
import asyncio, scenario
from scenario.integrations.http import HttpAgent
from scenario.testing import LoopbackServer
with LoopbackServer(lambda request: "ok") as server:
    agent = HttpAgent(server.url)
    for _ in range(2):
        script = [scenario.agent(), scenario.succeed()]
        assert asyncio.run(scenario.run("n", "d", [agent], script=script, verbose=False)).success
"""


def test_a_process_ends_without_a_warning():
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", LEAVES_NOTHING]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert "Warning" not in done.stderr
    gc.collect()


async def test_a_body_that_cannot_be_decoded_is_named(serve):
    error = await fail(serve(Answer("no gzip", headers={"Content-Encoding": "gzip"})).url)

    assert not error.unreachable
    assert "answered with a body that cannot be decoded" in str(error)


async def test_a_header_that_cannot_be_sent_is_named(serve):
    error = await fail(serve("ok").url, headers={"X-Note": "two\nlines"})

    assert not error.unreachable
    assert "cannot be asked (" in str(error)
