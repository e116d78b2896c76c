"""What an agent behind HTTP makes of an answer."""

from __future__ import annotations

import pytest

from integrations.endpoints import given, play
from scenario.errors import AgentError, EndpointError
from scenario.faults import FaultKind
from scenario.integrations.http import HttpAgent
from scenario.testing import Answer, RecordingSink, Streamed


async def read(serve, answer, **options):
    return await HttpAgent(serve(answer).url, **options).call(given())


async def error(serve, answer, **options):
    with pytest.raises(EndpointError) as caught:
        await read(serve, answer, **options)
    assert caught.value.endpoint.startswith("http://127.0.0.1:")
    assert not caught.value.unreachable
    return str(caught.value)


TOOL_CALL = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}


@pytest.mark.parametrize(
    ("answer", "path", "reply"),
    [
        ("plain text", None, "plain text"),
        (Answer('"a JSON text"'), None, "a JSON text"),
        ("42", None, "42"),
        (Answer('\ufeff{"a": "marked"}'), "a", "marked"),
        ({"choices": [{"message": {"content": "hi"}}]}, "choices.0.message.content", "hi"),
        ({"choices": [{"message": TOOL_CALL}]}, "choices.0.message", TOOL_CALL),
        ({"message": {"content": "hi"}}, "message", {"role": "assistant", "content": "hi"}),
        (
            [TOOL_CALL, {"role": "assistant", "content": "b"}],
            None,
            [TOOL_CALL, {"role": "assistant", "content": "b"}],
        ),
        (
            {"content": [{"type": "text", "text": "hi"}]},
            "content",
            {"role": "assistant", "content": [{"type": "text", "text": "hi"}]},
        ),
        ({"a": "x"}, lambda body: body["a"] * 2, "xx"),
        ("text", lambda body: body.upper(), "TEXT"),
    ],
)
async def test_a_reply_is_found(serve, answer, path, reply):
    assert await read(serve, answer, reply=path) == reply


async def test_a_path_that_is_not_there_is_named_with_the_keys_that_are(serve):
    text = await error(serve, {"answer": "hi", "id": 7}, reply="reply.text", name="shop")

    assert text.startswith("shop at http://127.0.0.1:")
    assert (
        'answered without `reply.text`: there is an object with the keys `answer`, `id`. It said: {"answer"'
        in text
    )


async def test_an_answer_that_is_no_json_is_shown_shortened(serve):
    text = await error(serve, Answer("<html>" + "x" * 1000, content_type="text/html"), reply="reply")

    assert "answered with no JSON, so that `reply` cannot be looked up. It said: <html>xxx" in text
    assert len(text) < 400


@pytest.mark.parametrize(
    ("answer", "path", "text"),
    [
        ({"reply": None}, "reply", "`reply` is null, not text or messages"),
        ({"reply": 7}, "reply", "`reply` is the value 7"),
        (
            {"a": 1},
            None,
            "the body of its answer is an object with the keys `a`, not text or messages. Say where",
        ),
        (Answer(""), None, "the body of its answer is empty"),
        (Answer(None), None, "the body of its answer is null"),
        ({"reply": []}, "reply", "`reply` is a list of 0"),
    ],
)
async def test_what_is_no_reply_is_named(serve, answer, path, text):
    assert text in await error(serve, answer, reply=path)


async def test_a_function_that_cannot_read_the_answer_is_named(serve):
    text = await error(serve, {"a": 1}, reply=lambda body: body["b"])

    assert "the `reply` function cannot read (KeyError: 'b'). It said: {\"a\": 1}" in text


async def test_an_answer_may_be_too_long(serve):
    assert "more than 100 bytes; raise `max_reply_bytes`" in await error(
        serve, "x" * 101, max_reply_bytes=100
    )


async def test_another_encoding_is_decoded(serve):
    answer = Answer("grüße".encode("latin-1"), content_type="text/plain; charset=iso-8859-1")

    assert await read(serve, answer) == "grüße"


def delta(text):
    return {"choices": [{"delta": {"content": text}}]}


DELTA = "choices.0.delta.content"


async def test_the_texts_of_server_sent_events_are_joined(serve):
    start = {"choices": [{"delta": {"role": "assistant"}}]}
    answer = Streamed.events(start, delta("Hel"), delta("lo"), delta(None), {"choices": []}, "[DONE]")

    assert await read(serve, answer, reply=DELTA, stream="sse") == "Hello"


async def test_events_that_are_text_are_joined(serve):
    words = ("Order ", "1042", " is ", "null", ", ", "true")

    assert await read(serve, Streamed.events(*words), stream="sse") == "Order 1042 is null, true"


async def test_the_texts_of_json_lines_are_joined(serve):
    answer = Streamed([{"t": "Hel"}, '{"t"', ': "lo"}'], "application/x-ndjson")

    assert await read(serve, answer, reply="t", stream="lines") == "Hello"


async def test_a_function_gets_all_events(serve):
    answer = Streamed.events({"n": 1}, {"n": 2})

    assert await read(serve, answer, reply=lambda events: f"{len(events)} events", stream="sse") == "2 events"


async def test_a_letter_may_be_cut_in_two(serve):
    data = "data: grüße\n\n".encode()
    at = data.index("ü".encode()) + 1

    assert await read(serve, Streamed([data[:at], data[at:]]), stream="sse") == "grüße"


async def test_events_without_text_are_named(serve):
    text = await error(serve, Streamed.events({"a": 1}, {"b": 2}), reply="x.y", stream="sse")

    assert (
        "streamed 2 events with no text at `x.y`; they hold an object with the keys `a` and an object with"
        in text
    )


@pytest.mark.parametrize(
    "events", [("event: error\ndata: out of order\n\n",), ('data: {"error": "out of order"}\n\n',)]
)
async def test_an_error_in_a_stream_is_one(serve, events):
    answer = Streamed(["data: {}\n\n", *events])

    assert "streamed an error. It said:" in await error(serve, answer, reply="t", stream="sse")


async def test_an_answer_that_is_no_stream_is_named(serve):
    text = await error(serve, {"reply": "hi"}, stream="sse")

    assert 'answered with application/json in place of server-sent events: {"reply": "hi"}' in text


async def test_usage_counts_as_the_agents(serve):
    server = serve({"reply": "hi", "model": "m-1", "usage": {"prompt_tokens": 9, "completion_tokens": 4}})
    sink = RecordingSink()
    result = await play(HttpAgent(server.url, reply="reply", usage="usage"), "a", "b", sinks=[sink])

    assert (result.usage.agent.calls, result.usage.agent.input_tokens, result.usage.agent.output_tokens) == (
        2,
        18,
        8,
    )


async def test_usage_in_a_stream_is_found(serve):
    answer = Streamed.events({"t": "hi", "usage": None}, {"usage": {"input_tokens": 9, "output_tokens": 4}})
    result = await play(HttpAgent(serve(answer).url, reply="t", stream="sse", usage="usage"), "a")

    assert result.usage.agent.total_tokens == 13


async def test_an_unusable_answer_is_the_agents_fault(serve):
    sink = RecordingSink()
    with pytest.raises(AgentError, match="answered without `reply`"):
        await play(HttpAgent(serve({}).url, reply="reply"), "hi", sinks=[sink])

    assert sink.record().concluded.result.fault.kind is FaultKind.AGENT
