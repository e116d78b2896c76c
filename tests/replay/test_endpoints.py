"""Agents behind HTTP: what is asked and answered, without headers, cookies and sessions."""

from __future__ import annotations

import json
from itertools import count

import pytest

import scenario
from replay.studio import conversation, error_of, miss_in, play
from scenario.integrations.http import HttpAgent, Session
from scenario.testing import Answer, LoopbackServer, Streamed
from support import user

SCRIPT = (
    scenario.user("hello"),
    scenario.agent(),
    scenario.user("goodbye"),
    scenario.agent(),
    scenario.succeed(),
)


def recorded_and_replayed(folder, server, make, script=SCRIPT):
    """What was said in the recording and in the replay, and the cassette."""
    with server:
        first = play(folder, "record", [make(), user()], *script)
        asked = len(server.requests)
    second = play(folder, "replay", [make(), user()], *script)
    (path,) = folder.iterdir()
    assert len(server.requests) == asked > 0
    return conversation(first), conversation(second), json.loads(path.read_text())


def calls_of(cassette):
    return cassette["takes"][0]["calls"]


def test_an_answer_in_json(tmp_path):
    server = LoopbackServer(lambda request: {"reply": {"text": f"You said {request.body['text']}."}})

    def make():
        return HttpAgent(f"{server.url}/chat", request={"text": "{message}"}, reply="reply.text", name="desk")

    first, second, cassette = recorded_and_replayed(tmp_path, server, make)

    assert first == second
    call = calls_of(cassette)[0]
    assert (call["channel"], call["kind"]) == ("desk", "endpoint")
    assert call["request"] == {"method": "POST", "url": f"{server.url}/chat", "body": {"text": "hello"}}
    assert call["reply"]["body"] == {"reply": {"text": "You said hello."}}


def test_an_answer_in_text(tmp_path):
    server = LoopbackServer(lambda request: Answer(b"Good day.", content_type="text/plain"))

    def make():
        return HttpAgent(server.url, request="{message}")

    first, second, _ = recorded_and_replayed(tmp_path, server, make)

    assert first == second


def test_a_stream(tmp_path):
    pieces = [f"data: {json.dumps({'text': word})}\n\n".encode() for word in ("Good ", "day", ".")]
    server = LoopbackServer(lambda request: Streamed(pieces))

    def make():
        return HttpAgent(server.url, request={"text": "{message}"}, reply="text", stream="sse")

    first, second, cassette = recorded_and_replayed(tmp_path, server, make)

    assert first == second
    assert calls_of(cassette)[0]["reply"]["events"][0] == {"name": "message", "data": {"text": "Good "}}


@pytest.mark.parametrize(
    "session", [Session(path="session"), Session(header="X-Session"), Session(cookie="sid")], ids=repr
)
def test_a_session_that_is_another_one_each_time(tmp_path, session):
    numbers = count(7_000_001)

    def answer(request):
        known = json.dumps([request.body, dict(request.headers)]).count("secret-session-")
        name = f"secret-session-{next(numbers)}"
        headers = {"X-Session": name, "Set-Cookie": f"sid={name}; Path=/"}
        told = {"text": f"known: {known > 0}"} | ({"session": name} if session.path else {})
        return Answer(json.dumps(told).encode(), headers=headers)

    server = LoopbackServer(answer)

    def make():
        request = {"text": "{message}", "in": "{session}"}
        return HttpAgent(server.url, request=request, reply="text", session=session)

    first, second, cassette = recorded_and_replayed(tmp_path, server, make)

    assert "known: True" in first
    assert first == second
    assert calls_of(cassette)[1]["request"]["body"] == {"text": "goodbye", "in": "<session>"}
    assert ("secret-session-" in str(cassette)) is (session.path is not None)


def test_ids_of_the_thread_and_of_traces_do_not_count(tmp_path):
    server = LoopbackServer(lambda request: {"text": "Good day."})

    def make():
        request = {"messages": "{messages}", "thread": "{thread_id}"}
        headers = {"X-Thread": "{thread_id}"}
        return HttpAgent(f"{server.url}/{{thread_id}}", request=request, headers=headers, reply="text")

    first, second, cassette = recorded_and_replayed(tmp_path, server, make)

    assert first == second
    assert calls_of(cassette)[0]["request"]["body"]["thread"] == "<thread>"


def test_a_request_that_a_function_makes_is_made_once(tmp_path):
    made = []
    server = LoopbackServer(lambda request: {"text": "Good day."})

    def request(given):
        made.append(1)
        return {"text": given.last_new_user_message_str()}

    def make():
        return HttpAgent(server.url, request=request, reply="text")

    first, second, cassette = recorded_and_replayed(tmp_path, server, make)

    assert first == second
    assert len(made) == 4  # twice in each run
    assert calls_of(cassette)[0]["request"]["body"] == {"text": "hello"}


def test_parameters_of_the_address(tmp_path):
    server = LoopbackServer(lambda request: {"text": "Good day."})

    def make():
        address = f"{server.url}/?key=a-fixed-parameter&v=2&q={{message}}"
        return HttpAgent(address, method="GET", request={"text": "{message}"}, reply="text")

    first, second, cassette = recorded_and_replayed(tmp_path, server, make)

    assert first == second
    request = calls_of(cassette)[0]["request"]
    assert request["parameters"] == {"key": "[redacted]", "v": "2", "q": "hello"}
    assert request["body"] == {"text": "hello"}


def test_a_changed_message_is_a_miss(tmp_path):
    server = LoopbackServer(lambda request: {"text": "Good day."})
    agent = HttpAgent("http://127.0.0.1:9/", request={"text": "{message}"}, reply="text", name="desk")
    with server:
        agent = HttpAgent(server.url, request={"text": "{message}"}, reply="text", name="desk")
        play(tmp_path, "record", [agent, user()], *SCRIPT)
    other = (scenario.user("good evening"), *SCRIPT[1:])

    told = str(miss_in(error_of(play, tmp_path, "replay", [agent, user()], *other)))

    assert "  body.text:\n    - hello\n    + good evening" in told


def test_an_endpoint_that_failed_leaves_no_recording(tmp_path):
    server = LoopbackServer(lambda request: Answer(b"broken", status=500))
    with server:
        agent = HttpAgent(server.url, request={"text": "{message}"}, retries=0)
        error_of(play, tmp_path, "record", [agent, user()], *SCRIPT)

    assert list(tmp_path.iterdir()) == []
