"""A model server speaks OpenAI's Responses, too."""

from __future__ import annotations

import openai
import pytest

from scenario._models.port import ModelReply
from scenario.testing import BrokenStream, ModelServer


@pytest.fixture
def server():
    with ModelServer() as server:
        yield server


@pytest.fixture
def client(server):
    with openai.OpenAI(api_key="none", base_url=server.base_url, max_retries=0) as client:
        yield client


def respond(client, **more):
    return client.responses.create(model="m", input="hi", **more)


def test_a_text_is_the_output(server, client):
    server.reply_with("Hello there.")
    reply = respond(client)

    assert (reply.output_text, reply.status, reply.model) == ("Hello there.", "completed", "m")
    assert (reply.usage.output_tokens, reply.usage.total_tokens) == (3, 8)


def test_a_tool_call_is_an_item_of_the_output(server, client):
    server.reply_with(ModelServer.call("find", {"id": 7}, content="One moment."))
    message, call = respond(client).output

    assert message.content[0].text == "One moment."
    assert (call.type, call.name, call.arguments, call.call_id) == (
        "function_call",
        "find",
        '{"id": 7}',
        "call_find",
    )


def test_a_reply_that_was_cut_is_incomplete(server, client):
    server.reply_with(ModelReply("Hel", finish_reason="length"))
    reply = respond(client)

    assert (reply.status, reply.incomplete_details.reason) == ("incomplete", "max_output_tokens")


def test_the_clients_own_helper_puts_a_stream_together(server, client):
    server.reply_with(ModelServer.call("find", {"id": 7}, content="One moment."))
    with client.responses.stream(model="m", input="hi") as stream:
        kinds = [event.type for event in stream]
        reply = stream.get_final_response()

    assert (reply.output_text, reply.output[1].arguments) == ("One moment.", '{"id": 7}')
    assert (kinds[0], kinds[-1]) == ("response.created", "response.completed")


def test_a_stream_brings_the_text_word_by_word(server, client):
    server.reply_with("Hello, dear user.")
    deltas = [
        event.delta for event in respond(client, stream=True) if event.type == "response.output_text.delta"
    ]

    assert deltas == ["Hello,", " dear", " user."]


def test_a_stream_may_break(server, client):
    server.reply_with(BrokenStream("Hello, dear user.", after=2))
    received = []
    with pytest.raises(openai.APIConnectionError):
        received.extend(event.type for event in respond(client, stream=True))

    assert received == ["response.created", "response.output_item.added"]


def test_a_request_without_input_is_refused(server, client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model="m")

    assert caught.value.param == "input"
