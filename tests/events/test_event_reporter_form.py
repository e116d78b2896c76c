"""What the reporter sends: the form of each request, as the clients of the protocol send it."""

from __future__ import annotations

import json

import pytest
from inline_snapshot import snapshot

import scenario
from events.recording_server import Reply
from scenario._events import EventReporter
from scenario._events.codec import encode
from scenario._events.events import ScenarioRunStartedEvent, ScenarioRunStartedEventMetadata
from scenario.errors import ConfigError
from support import agent, failed, judge, user

CALL = {
    "id": "call_abc",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"city": "Oslo"}'},
}
TOOLS = [
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "call_abc", "content": '{"temp": 3}'},
    {"role": "assistant", "content": "it's 3 degrees"},
]


def form(value):
    """The keys and types of a value, without what it says."""
    match value:
        case dict():
            return {key: form(item) for key, item in value.items()}
        case list():
            return [form(item) for item in value]
        case _:
            return type(value).__name__


def started(**metadata):
    return ScenarioRunStartedEvent(
        batch_run_id="b",
        scenario_id="s",
        scenario_run_id="r",
        timestamp=1,
        metadata=ScenarioRunStartedEventMetadata("s", "d", metadata),
    )


async def play_tools(**options):
    script = [scenario.user("weather?"), scenario.agent(), scenario.judge()]
    verdict = failed("polite", passed_criteria=["quick"])
    agents = [user(), agent(TOOLS), judge(verdict)]
    return await scenario.arun("tools", "about tools", agents, script=script, **options)


async def test_the_form_of_every_event_is_the_clients_form(serve):
    server = serve()
    await play_tools(set_id="wire-set", metadata={"team": "qa", "nested": {"a": [1, 2]}})
    common = {
        "timestamp": "int",
        "batchRunId": "str",
        "scenarioId": "str",
        "scenarioRunId": "str",
        "scenarioSetId": "str",
        "rawEvent": "NoneType",
        "type": "str",
    }
    message = {"trace_id": "str", "id": "str", "role": "str", "content": "str"}
    call = {"id": "str", "type": "str", "function": {"name": "str", "arguments": "str"}}
    metadata = {"team": "str", "nested": {"a": ["int", "int"]}, "name": "str", "description": "str"}
    results = {
        "verdict": "str",
        "metCriteria": ["str"],
        "unmetCriteria": ["str"],
        "reasoning": "str",
    }
    messages = [
        message,
        {**message, "toolCalls": [call]},
        {**message, "toolCallId": "str"},
        {**message, "toolCalls": []},
    ]
    bodies = [request.body for request in server.requests]
    assert form(bodies[0]) == {**common, "metadata": metadata}
    assert form(bodies[-2]) == {**common, "messages": messages}
    assert form(bodies[-1]) == {**common, "status": "str", "results": results}
    assert {body["scenarioSetId"] for body in bodies} == {"wire-set"}


async def test_the_headers_are_the_clients_headers(serve):
    server = serve()
    await play_tools()
    for request in server.requests:
        assert request.path == "/api/scenario-events"
        assert request.headers["Content-Type"] == "application/json"
        assert request.headers["Authorization"] == "Bearer sk-planted"
        assert request.headers["X-Auth-Token"] == "sk-planted"
        assert "X-Project-Id" not in request.headers


async def test_a_project_is_named_when_it_is_configured(serve, monkeypatch):
    server = serve()
    monkeypatch.setenv("LANGWATCH_PROJECT_ID", "project_1")
    await play_tools()
    assert {request.headers["X-Project-Id"] for request in server.requests} == {"project_1"}


async def test_b38_content_is_text_on_the_wire(serve):
    server = serve()
    parts = [{"type": "text", "text": "look"}]
    script = [scenario.user(parts), scenario.agent(), scenario.succeed()]
    await scenario.arun("parts", "", [user(), agent(TOOLS)], script=script)
    contents = [message["content"] for message in server.requests[-2].body["messages"]]
    assert contents[1] == ""
    assert json.loads(contents[0]) == parts


async def test_b48_a_message_has_one_id_in_all_snapshots(serve):
    server = serve()
    await play_tools()
    snapshots = [r.body["messages"] for r in server.requests if r.type == "MESSAGE_SNAPSHOT"]
    ids = [message["id"] for message in snapshots[-1]]
    assert len(set(ids)) == 4
    for messages in snapshots:
        assert [message["id"] for message in messages] == ids[: len(messages)]


async def test_b49_each_message_of_an_automatic_run_is_sent(serve):
    server = serve()
    await scenario.arun("auto", "", [user(), agent(), judge([], passed("ok"))], max_turns=3)
    lengths = [len(r.body["messages"]) for r in server.requests if r.type == "MESSAGE_SNAPSHOT"]
    assert sorted(set(lengths)) == [1, 2, 3, 4]


def passed(*criteria):
    return scenario.ScenarioResult(
        success=True, messages=[], reasoning="fine", passed_criteria=list(criteria)
    )


class Opaque:
    def __str__(self):
        return "opaque"


def test_metadata_that_json_cannot_hold_is_sent_as_text():
    circular: list = [1]
    circular.append(circular)
    event = started(
        odd={(1, 2): Opaque(), "n": float("nan"), "s": {3}}, circular=circular, flag=True, x="\ud800"
    )
    assert json.loads(encode(event))["metadata"] == snapshot(
        {
            "odd": {"(1, 2)": "opaque", "n": None, "s": [3]},
            "circular": [1, "…"],
            "flag": True,
            "x": "\ud800",
            "name": "s",
            "description": "d",
        }
    )


async def test_post_event_returns_the_address_of_the_set(serve):
    server = serve(lambda n, request: Reply(body='{"success": true, "url": "http://here/set"}'))
    assert await EventReporter().post_event(started()) == {"setUrl": "http://here/set"}
    assert server.types() == ["STARTED"]


@pytest.mark.parametrize("body", ["", "fine", "[1]", '{"url": 3}', '{"url": ""}'])
async def test_an_answer_without_an_address_is_an_answer(serve, body):
    server = serve(lambda n, request: Reply(200, body))
    assert await EventReporter().post_event(started()) == {}
    assert len(server.requests) == 1


async def test_arguments_come_before_variables(serve):
    server = serve()
    reporter = EventReporter(server.url + "/", "another", project_id="p")
    await reporter.post_event(started())
    (request,) = server.requests
    assert (request.headers["Authorization"], request.headers["X-Project-Id"]) == ("Bearer another", "p")
    assert reporter.endpoint == server.url


async def test_an_address_may_have_a_path(serve):
    server = serve()
    await EventReporter(server.url + "/base/").post_event(started())
    assert server.requests[0].path == "/base/api/scenario-events"


def test_a_reporter_shows_its_host_and_no_key():
    assert repr(EventReporter("http://user:word@host:1/", "sk-planted")) == "EventReporter('host')"


def test_an_address_that_is_none_is_named(monkeypatch):
    monkeypatch.setenv("LANGWATCH_ENDPOINT", "nowhere")
    monkeypatch.setenv("LANGWATCH_API_KEY", "sk-planted")
    with pytest.raises(ConfigError, match="LANGWATCH_ENDPOINT cannot be used: Input should be") as raised:
        scenario.ScenarioExecutor("n", "d")
    assert raised.value.source == "$LANGWATCH_ENDPOINT"
    assert "sk-planted" not in str(raised.value)


@pytest.mark.parametrize("key", ["sk-pla\nnted", "sk-plantéd", "sk-plan\x01ted"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_shown(key):
    """The HTTP library would quote it in its log."""
    with pytest.raises(ConfigError, match=r"api_key.* cannot be used: it holds a character") as raised:
        EventReporter(api_key=key)
    assert "sk-pla" not in str(raised.value)
