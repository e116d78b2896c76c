"""A model server speaks OpenAI's chat completions, as OpenAI's own client understands them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading

import openai
import pytest

from scenario._models.port import ModelReply
from scenario.testing import Answer, BrokenStream, Delayed, HangUp, ModelServer, Refusal, Streamed
from scenario.usage import Usage

ASKED = [{"role": "user", "content": "hi"}]


@pytest.fixture
def server():
    with ModelServer() as server:
        yield server


@pytest.fixture
def client(server):
    with openai.OpenAI(api_key="none", base_url=server.base_url, max_retries=0) as client:
        yield client


def chat(client, model="m", messages=ASKED, **more):
    return client.chat.completions.create(model=model, messages=messages, **more)


def text(client, **more):
    return chat(client, **more).choices[0].message.content


def test_texts_are_answered_in_order(server, client):
    server.reply_with("one", "two")

    assert [text(client), text(client)] == ["one", "two"]


def test_a_whole_reply_has_everything_that_a_client_reads(server, client):
    server.reply_with("Hello there.")
    reply = chat(client, model="gpt-x")

    assert (reply.id, reply.model, reply.choices[0].finish_reason) == ("chatcmpl-1", "gpt-x", "stop")
    assert reply._request_id == "req_1"


def test_a_tool_call_is_answered(server, client):
    server.reply_with(ModelServer.call("find", {"id": 7}))
    (choice,) = chat(client).choices

    assert choice.finish_reason == "tool_calls"
    assert [(call.function.name, call.function.arguments) for call in choice.message.tool_calls] == [
        ("find", '{"id": 7}')
    ]


def test_ids_of_tool_calls_are_unique(server, client):
    server.reply_with(default=ModelServer.call("find"))

    assert [chat(client).choices[0].message.tool_calls[0].id for _ in range(2)] == [
        "call_find",
        "call_find_2",
    ]


def test_usage_is_estimated_and_the_same_each_time(server, client):
    server.reply_with(default="Hello there.")
    first, second = chat(client).usage, chat(client).usage

    assert (first.prompt_tokens, first.completion_tokens, first.total_tokens) == (11, 3, 14)
    assert first == second


def test_usage_that_is_given_is_told(server, client):
    used = Usage(1, 100, 20, cached_tokens=60, reasoning_tokens=5)
    server.reply_with(ModelReply("x", usage=used))
    told = chat(client).usage

    assert (told.prompt_tokens, told.completion_tokens) == (100, 20)
    assert told.prompt_tokens_details.cached_tokens == 60
    assert told.completion_tokens_details.reasoning_tokens == 5


def test_a_stream_brings_the_text_word_by_word(server, client):
    server.reply_with("Hello,  dear\nuser. ")
    deltas = [chunk.choices[0].delta.content for chunk in chat(client, stream=True)]

    assert [delta for delta in deltas if delta] == ["Hello,", "  dear", "\nuser. "]


def test_a_stream_brings_a_tool_call_in_parts(server, client):
    server.reply_with(ModelServer.call("find", {"id": 7}, content="One moment."))
    calls = [call for chunk in chat(client, stream=True) for call in chunk.choices[0].delta.tool_calls or []]

    assert (calls[0].id, calls[0].function.name) == ("call_find", "find")
    assert len(calls) == 3
    assert "".join(call.function.arguments for call in calls) == '{"id": 7}'


def test_a_stream_ends_with_usage_when_it_is_asked_for(server, client):
    server.reply_with(default="Hello.")
    *_, last = chat(client, stream=True, stream_options={"include_usage": True})

    assert (last.choices, last.usage.completion_tokens) == ([], 2)
    assert all(chunk.usage is None for chunk in chat(client, stream=True))


def test_the_clients_own_helper_puts_a_stream_together(server, client):
    server.reply_with(ModelServer.call("find", {"id": 7}))
    tools = [
        {
            "type": "function",
            "function": {"name": "find", "parameters": {"type": "object", "properties": {"id": {}}}},
        }
    ]
    with client.chat.completions.stream(model="m", messages=ASKED, tools=tools) as stream:
        said = stream.get_final_completion().choices[0].message

    assert said.tool_calls[0].function.arguments == '{"id": 7}'


async def test_the_asynchronous_client_reads_it_whole_and_as_a_stream(server):
    server.reply_with("one two", "one two")
    async with openai.AsyncOpenAI(api_key="none", base_url=server.base_url, max_retries=0) as client:
        whole = await chat(client)
        pieces = [chunk.choices[0].delta.content async for chunk in await chat(client, stream=True)]

    assert whole.choices[0].message.content == "one two"
    assert "".join(piece or "" for piece in pieces) == "one two"


def test_an_azure_client_finds_it(server):
    server.reply_with("from a deployment")
    with openai.AzureOpenAI(
        api_key="none", azure_endpoint=server.url, api_version="2024-10-21", azure_deployment="d"
    ) as client:
        assert text(client) == "from a deployment"
    assert server.requests[0].path == "/openai/deployments/d/chat/completions"


def test_a_base_url_without_a_version_works(server):
    server.reply_with("ok")
    with openai.OpenAI(api_key="none", base_url=server.url) as client:
        assert text(client) == "ok"


def test_it_lists_its_models():
    with (
        ModelServer(models=("a", "b")) as server,
        openai.OpenAI(api_key="none", base_url=server.base_url) as client,
    ):
        assert [model.id for model in client.models.list()] == ["a", "b"]


def test_a_function_gets_the_body(server, client):
    server.reply_with(default=lambda body: f"re: {body['messages'][-1]['content']}")

    assert text(client) == "re: hi"


def test_a_function_may_be_asynchronous(server, client):
    async def answer(body):
        await asyncio.sleep(0)
        return Delayed("later", 0.0)

    server.reply_with(answer)

    assert text(client) == "later"


def test_replies_may_hold_for_one_model(server, client):
    server.reply_with(default="anybody")
    server.reply_with("the judge", model="judge")

    assert [text(client), text(client, model="judge")] == ["anybody", "the judge"]


def test_replies_may_hold_for_requests_of_a_kind(server, client):
    server.reply_with(default="no tools")
    server.reply_with(default="tools", when=lambda body: bool(body.get("tools")))
    tools = [{"type": "function", "function": {"name": "f"}}]

    assert [text(client), text(client, tools=tools)] == ["no tools", "tools"]


def test_of_several_that_fit_the_one_set_last_counts(server, client):
    server.reply_with(default="old", model="m")
    server.reply_with(default="new", model="m")

    assert text(client) == "new"


def test_used_up_replies_are_refused_and_not_tried_again(server):
    with (
        openai.OpenAI(api_key="none", base_url=server.base_url) as client,
        pytest.raises(openai.BadRequestError, match="used up") as caught,
    ):
        chat(client)
    assert caught.value.code == "no_reply_left"
    assert len(server.requests) == 1


def test_a_refusal_names_its_parameter(server, client):
    server.reply_with(Refusal(400, "Not here.", param="temperature", code="unsupported_value"))
    with pytest.raises(openai.BadRequestError) as caught:
        chat(client)

    assert (caught.value.param, caught.value.code) == ("temperature", "unsupported_value")
    assert caught.value.type == "invalid_request_error"


def test_a_refusal_says_when_to_come_back(server):
    server.reply_with(Refusal(429, retry_after=0.01), "now")
    with openai.OpenAI(api_key="none", base_url=server.base_url) as client:
        assert text(client) == "now"


def test_a_refusal_may_ask_for_parts_of_a_second(server, client):
    server.reply_with(Refusal(429, retry_after=1.5))
    with pytest.raises(openai.RateLimitError) as caught:
        chat(client)

    assert caught.value.response.headers["retry-after"] == "1.5"


def test_a_server_error_is_one(server, client):
    server.reply_with(Refusal(500))

    with pytest.raises(openai.InternalServerError, match="scripted error"):
        chat(client)


def test_a_closed_connection_is_a_connection_error(server, client):
    server.reply_with(HangUp())

    with pytest.raises(openai.APIConnectionError):
        chat(client)


def test_a_broken_stream_brings_what_it_has(server, client):
    server.reply_with(BrokenStream("one two three", after=3))
    received = []
    with pytest.raises(openai.APIConnectionError):
        received.extend(chunk.choices[0].delta.content for chunk in chat(client, stream=True))

    assert received == ["", "one", " two"]


def test_a_broken_stream_is_no_answer_to_a_request_without_one(server, client):
    server.reply_with(BrokenStream("one two three", after=3))

    with pytest.raises(openai.APIConnectionError):
        chat(client)


def test_invalid_json_is_sent_as_it_is(server, client):
    server.reply_with(Answer("{oops"))

    with pytest.raises(json.JSONDecodeError):
        chat(client)


def test_an_empty_list_of_choices_is_sent_as_it_is(server, client):
    server.reply_with(Answer({"id": "1", "object": "chat.completion", "choices": []}))

    assert chat(client).choices == []


def test_a_stream_may_be_written_by_hand(server, client):
    server.reply_with(Streamed.events({"id": "1", "choices": []}, "[DONE]"))

    assert [chunk.id for chunk in chat(client, stream=True)] == ["1"]


def test_a_delayed_reply_waits_for_its_event(server, client):
    event = threading.Event()
    server.reply_with(Delayed("late", event))
    answers = []
    asking = threading.Thread(target=lambda: answers.append(text(client)))
    asking.start()
    server.wait_for_requests(1)
    assert answers == []
    event.set()
    asking.join(10)

    assert answers == ["late"]


def test_a_request_without_messages_is_refused(server, client):
    with pytest.raises(openai.BadRequestError) as caught:
        chat(client, messages=[])

    assert caught.value.param == "messages"


def test_another_address_is_not_there(server, client):
    with pytest.raises(openai.NotFoundError, match="POST /v1/embeddings"):
        client.embeddings.create(model="m", input="x")


async def test_hundreds_are_served_at_once(untraced):
    release = threading.Event()
    with ModelServer(default=Delayed("ok", release)) as server:
        async with openai.AsyncOpenAI(api_key="none", base_url=server.base_url, max_retries=0) as client:
            asking = [asyncio.create_task(chat(client)) for _ in range(200)]
            await asyncio.to_thread(server.wait_for_requests, 200, 50.0)
            release.set()
            replies = await asyncio.gather(*asking)

        assert {reply.choices[0].message.content for reply in replies} == {"ok"}
        assert server.most_at_once == 200


def test_it_runs_as_a_program():
    command = [sys.executable, "-W", "error", "-m", "scenario.testing.model_server", "--reply", "From afar."]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            base_url = program.stdout.readline().strip()
            with openai.OpenAI(api_key="none", base_url=base_url) as client:
                assert text(client) == "From afar."
        finally:
            program.terminate()


def test_reasoning_goes_beside_the_text(server, client):
    server.reply_with(ModelReply("x", reasoning="hm"), ModelReply("x", reasoning="hm"))
    streamed = [chunk.choices[0].delta.model_extra for chunk in chat(client, stream=True)]

    assert chat(client).choices[0].message.model_extra == {"reasoning_content": "hm"}
    assert {"reasoning_content": "hm"} in streamed
