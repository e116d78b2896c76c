"""What an agent behind HTTP sends."""

from __future__ import annotations

import asyncio
import re

import pytest

import scenario
from integrations.endpoints import PLAIN, SAID, given, play, replies
from scenario.integrations.http import HttpAgent, Session
from scenario.testing import Answer


async def sent(serve, input=None, path="/", **options):
    """The request that the server got."""
    server = serve("ok")
    await HttpAgent(f"{server.url}{path}", **options).call(input or given())
    return server.requests[0]


async def test_by_default_the_whole_conversation_is_posted_as_json(serve):
    request = await sent(serve)

    assert (request.method, request.body) == ("POST", {"messages": PLAIN})
    assert request.headers["content-type"] == "application/json"


async def test_the_newest_user_message_is_sent_as_text(serve):
    parts = [{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": "data:"}}]
    conversation = [{"role": "user", "content": parts}, {"role": "assistant", "content": "x"}]
    request = await sent(serve, given(conversation), request={"text": "{message}"})

    assert request.body == {"text": "look\n[image]"}


async def test_only_what_is_new_is_sent(serve):
    assert (await sent(serve, request="{new_messages}")).body == PLAIN[2:]


async def test_the_conversations_id_may_stand_anywhere(serve):
    request = await sent(
        serve,
        path="/threads/{thread_id}",
        request={"id": "{thread_id}"},
        headers={"X-Thread": "t-{thread_id}"},
    )

    assert (request.path, request.body) == ("/threads/thread", {"id": "thread"})
    assert request.headers["x-thread"] == "t-thread"


async def test_a_text_is_sent_as_text(serve):
    request = await sent(serve, request="say: {message}")

    assert (request.raw, request.headers["content-type"]) == (b"say: second", "text/plain; charset=utf-8")


async def test_with_get_the_request_is_the_query(serve):
    request = await sent(serve, method="get", request={"q": "{message}", "n": 3})

    assert (request.method, request.query, request.raw) == ("GET", {"q": "second", "n": "3"}, b"")


async def test_a_request_may_be_empty(serve):
    assert (await sent(serve, request=None)).raw == b""


async def test_a_function_makes_the_request_and_nothing_in_it_is_a_placeholder(serve):
    request = await sent(serve, request=lambda given: {"said": "{message}", "count": len(given.messages)})

    assert request.body == {"said": "{message}", "count": 3}


async def test_a_function_makes_the_headers(serve):
    request = await sent(serve, headers=lambda given: {"Authorization": f"Bearer {given.thread_id}"})

    assert request.headers["authorization"] == "Bearer thread"


async def test_what_the_user_says_is_no_template(serve):
    request = await sent(
        serve, given([{"role": "user", "content": "{thread_id}"}]), request={"t": "{message}"}
    )

    assert request.body == {"t": "{thread_id}"}


async def test_a_message_is_missing_only_where_it_is_wanted(serve):
    assert (await sent(serve, given([], 0))).body == {"messages": []}
    with pytest.raises(ValueError, match=r"no user message to put in the place of `\{message\}`"):
        await sent(serve, given([], 0), request={"t": "{message}"})


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"url": "agent.example"}, "begins with http:// or https://"),
        ({"request": {"t": "{mesage}"}}, "`request` of HttpAgent has the placeholder {mesage}"),
        ({"headers": {"t": "{a}"}}, "`headers` of HttpAgent has the placeholder {a}"),
        ({"url": "http://h/{b}"}, "`url` of HttpAgent has the placeholder {b}"),
        ({"session": Session(path="id")}, "takes its session from `id` but never sends it back"),
        ({"stream": "xml"}, "`stream` is 'sse', 'lines' or None"),
        ({"timeout": 0}, "`timeout` above 0"),
        ({"retries": -1}, "`retries`"),
    ],
)
def test_what_cannot_be_sent_is_refused_at_once(options, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        HttpAgent(**{"url": "http://h", **options})


async def test_the_trace_of_the_turn_goes_along(serve):
    server = serve("ok")
    result = await play(HttpAgent(server.url), "hi")

    assert server.requests[0].headers["traceparent"].split("-")[1] == result.messages[-1]["trace_id"]


def giving_session(where):
    """A server that gives each conversation a session and says whose turn it is."""
    count = iter(range(1, 100))
    seen: dict[str, int] = {}

    def answer(request):
        session = where(request) or f"s{next(count)}"
        seen[session] = seen.get(session, 0) + 1
        body = {"reply": f"{session}: {seen[session]}", "session": {"id": session}}
        return Answer(body, headers={"X-Session": session, "Set-Cookie": f"sid={session}; HttpOnly"})

    return answer


def cookie_of(request):
    found = re.search(r"sid=(\w+)", request.headers.get("cookie", ""))
    return found[1] if found else None


SESSIONS = {
    "path": (Session(path="session.id"), lambda request: request.body.get("session")),
    "header": (Session(header="X-Session"), lambda request: request.headers.get("x-session")),
    "cookie": (Session(cookie="sid"), cookie_of),
}


@pytest.mark.parametrize("kind", SESSIONS)
async def test_a_session_goes_back_to_the_server(serve, kind):
    session, where = SESSIONS[kind]
    server = serve(giving_session(where))
    agent = HttpAgent(
        server.url, request={"text": "{message}", "session": "{session}"}, reply="reply", session=session
    )

    assert replies(await play(agent, "a", "b", "c")) == ["s1: 1", "s1: 2", "s1: 3"]


@pytest.mark.parametrize("kind", SESSIONS)
async def test_conversations_at_once_have_sessions_of_their_own(serve, kind):
    session, where = SESSIONS[kind]
    server = serve(giving_session(where))
    agent = HttpAgent(
        server.url, request={"text": "{message}", "session": "{session}"}, reply="reply", session=session
    )
    results = await asyncio.gather(*(play(agent, "a", "b") for _ in range(5)))

    said = sorted(replies(result) for result in results)
    assert said == [[f"s{number}: 1", f"s{number}: 2"] for number in range(1, 6)]


async def test_without_a_session_no_cookie_goes_back(serve):
    server = serve(giving_session(cookie_of))
    await play(HttpAgent(server.url, reply="reply"), "a", "b")

    assert all("cookie" not in request.headers for request in server.requests)


async def test_connections_are_shared_by_runs_on_many_loops(serve):
    server = serve({"reply": "ok"})
    agent = HttpAgent(server.url, reply="reply")
    for _ in range(3):
        await scenario.run("n", "d", [agent], script=[scenario.agent(), scenario.succeed()])
    await scenario.arun("n", "d", [agent], script=[scenario.agent(), scenario.succeed()])

    assert (len(server.requests), server.connections) == (4, 1)


async def test_it_does_not_share_the_callers_conversation(serve):
    messages = [dict(message) for message in SAID]
    await sent(serve, given(messages))

    assert messages == SAID
