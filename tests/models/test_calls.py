"""Whole calls, against a provider on loopback."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import threading
import time

import pytest

from scenario._models.exchange import exchange
from scenario.models import ModelError, ModelRequest, language_model
from scenario.testing import Answer, Delayed, HangUp, ModelServer, Refusal

SOON = {"retry-after-ms": "1"}


async def test_a_call(server, model, asked):
    reply = await model.complete(asked)
    assert (reply.content, reply.provider, reply.model) == ("hello", "openai", "gpt-4.1-mini")
    assert (reply.attempts, reply.request_id, reply.finish_reason) == (1, "req_1", "stop")
    assert reply.usage.calls == 1
    assert reply.usage.cost > 0
    assert 0 < reply.seconds < 30
    (request,) = server.requests
    assert request.body == {"model": "gpt-4.1-mini", "messages": asked.messages}


async def test_what_is_asked_arrives(server, model):
    tools = [{"type": "function", "function": {"name": "f", "parameters": {}}}]
    extra = {
        "seed": 7,
        "top_k": 3,
        "extra_body": {"mine": 1},
        "extra_headers": {"X-Mine": "yes"},
        "timeout": 9,
    }
    server.reply_with(ModelServer.call("f", {"a": 1}))
    reply = await model.complete(
        ModelRequest([{"role": "user", "content": "hi"}], tools, "required", None, 0.0, 12, extra)
    )
    assert (reply.tool_calls[0].name, reply.tool_calls[0].arguments) == ("f", '{"a": 1}')
    (request,) = server.requests
    expected = {"tools": tools, "tool_choice": "required", "temperature": 0.0, "max_tokens": 12}
    assert {**expected, "seed": 7, "top_k": 3, "mine": 1}.items() <= request.body.items()
    assert "timeout" not in request.body
    assert request.headers["x-mine"] == "yes"


async def test_parameters_that_mean_nothing_here_are_named_once(server, caplog):
    told = language_model("openai/told-once", api_base=server.base_url, drop_params=True, caching=False)
    for _ in range(2):
        await told.complete(ModelRequest([{"role": "user", "content": "hi"}]))
    assert caplog.text.count("caching, drop_params") == 1
    assert all("caching" not in request.body for request in server.requests)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
async def test_what_may_pass_is_tried_again(server, model, asked, status):
    server.reply_with(Refusal(status, headers=SOON), Refusal(status, headers=SOON), "at last")
    reply = await model.complete(asked)
    assert (reply.content, reply.attempts) == ("at last", 3)


async def test_a_connection_that_breaks_is_tried_again(server, model, asked):
    server.reply_with(HangUp(), "at last")
    assert (await model.complete(asked)).attempts == 2


async def test_retry_after_is_kept(server, model, asked):
    server.reply_with(Refusal(429, retry_after=0.3), "at last")
    await model.complete(asked)
    first, second = server.requests
    assert second.at - first.at >= 0.3


async def test_retry_after_as_a_date(server, model, asked):
    past = {"Retry-After": "Tue, 14 Nov 2023 22:13:10 GMT"}
    server.reply_with(Refusal(503, headers=past), "at last")
    assert (await model.complete(asked)).content == "at last"


async def test_an_end_to_it(server, asked):
    model = language_model("openai/m", api_base=server.base_url, max_retries=2)
    server.reply_with(default=Refusal(429, "Slow down", headers=SOON))
    with pytest.raises(
        ModelError, match=r"after 3 tries \(too many requests with status 429\): Slow down"
    ) as raised:
        await model.complete(asked)
    error = raised.value
    assert (error.provider, error.model, error.status, error.attempts) == ("openai", "m", 429, 3)


async def test_what_will_not_change_is_not_tried_again(server, model, asked):
    server.reply_with(Refusal(401, "No such key", headers={"x-request-id": "req_9"}))
    with pytest.raises(ModelError, match="refused with status 401, request req_9") as raised:
        await model.complete(asked)
    assert raised.value.request_id == "req_9"
    assert len(server.requests) == 1


async def test_a_quota_that_is_used_up_is_not_tried_again(server, model, asked):
    server.reply_with(Refusal(429, "You exceeded your quota", code="insufficient_quota"))
    with pytest.raises(ModelError, match="quota"):
        await model.complete(asked)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (Answer({"id": "x", "choices": []}), "has no choices"),
        (Answer("<html>Welcome</html>"), "not JSON, but '<html>Welcome</html>'"),
        (Answer(""), "it is empty"),
        (Answer("[]"), "no JSON object"),
    ],
)
async def test_an_answer_without_a_reply_is_an_error_that_says_what_came(server, model, asked, answer, text):
    server.reply_with(answer)
    with pytest.raises(ModelError, match=text):
        await model.complete(asked)


async def test_an_error_that_comes_with_status_200(server, model, asked):
    busy = {"error": {"message": "upstream is busy", "code": 502}}
    server.reply_with(Answer(busy, headers=SOON), "at last")
    assert (await model.complete(asked)).attempts == 2


async def test_nobody_there(asked):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    model = language_model("vllm/m", api_base=f"http://127.0.0.1:{port}", max_retries=0)
    with pytest.raises(
        ModelError, match=rf"no connection.*Is the server at http://127.0.0.1:{port}/v1 running"
    ) as raised:
        await model.complete(asked)
    assert raised.value.status is None


async def test_an_answer_that_takes_too_long(server, asked):
    never = threading.Event()
    server.reply_with(default=Delayed("late", never))
    model = language_model("openai/m", api_base=server.base_url, timeout=0.05, max_retries=0)
    with pytest.raises(ModelError, match=r"no answer in time.*timeout="):
        await model.complete(asked)


async def test_an_unknown_provider_names_the_extra(asked, monkeypatch):
    monkeypatch.setitem(sys.modules, "litellm", None)  # as where it is not installed
    with pytest.raises(ModelError, match=r"Install agent-scenario\[litellm\]") as raised:
        await language_model("cohere/command-a").complete(asked)
    assert raised.value.attempts == 0


async def test_a_missing_key_names_its_variable(asked):
    with pytest.raises(ModelError, match="set GROQ_API_KEY or give api_key="):
        await language_model("groq/llama-3.3-70b-versatile").complete(asked)


async def test_a_key_that_is_set_later_is_found(server, asked, monkeypatch):
    model = language_model("groq/m")
    monkeypatch.setenv("GROQ_API_KEY", "gsk-later-0123456789")
    monkeypatch.setenv("GROQ_API_BASE", server.base_url)
    await model.complete(asked)
    assert server.requests[0].headers["authorization"] == "Bearer gsk-later-0123456789"


async def test_what_a_model_does_not_take_is_learned_and_told_once(server, caplog):
    def answer(body):
        if "max_tokens" in body:
            return Refusal(
                400, "Use 'max_completion_tokens' instead.", param="max_tokens", code="unsupported_parameter"
            )
        if "temperature" in body:
            return Refusal(
                400, "'temperature' does not support 0.0", param="temperature", code="unsupported_value"
            )
        return "adapted"

    server.reply_with(default=answer)
    request = ModelRequest([{"role": "user", "content": "hi"}], temperature=0.0, max_tokens=5)
    model = language_model("openai/gpt-5-mini", api_base=server.base_url)
    assert (await model.complete(request)).attempts == 3
    assert (await model.complete(request)).attempts == 1
    assert server.requests[-1].body["max_completion_tokens"] == 5
    assert caplog.text.count("takes `max_completion_tokens` in place of `max_tokens`") == 1
    assert caplog.text.count("does not take `temperature`") == 1


async def test_many_that_learn_the_same_at_once_all_succeed(server):
    def answer(body):
        return "adapted" if "temperature" not in body else Refusal(400, "'temperature' is not supported")

    server.reply_with(default=answer)
    request = ModelRequest([{"role": "user", "content": "hi"}], temperature=0.0)
    model = language_model("openai/o9", api_base=server.base_url)
    replies = await asyncio.gather(*(model.complete(request) for _ in range(20)))
    assert {reply.content for reply in replies} == {"adapted"}


async def test_what_one_model_does_not_take_another_still_gets(server):
    server.reply_with(Refusal(400, "'temperature' is not supported"), default="fine")
    request = ModelRequest([{"role": "user", "content": "hi"}], temperature=0.5)
    for name in ("openai/first", "openai/second"):
        await language_model(name, api_base=server.base_url).complete(request)
    assert server.requests[-1].body["temperature"] == 0.5


async def test_too_many_requests_make_the_limit_smaller(server, asked):
    def limit():
        return exchange().gate(server.base_url).limit

    model = language_model("openai/m", api_base=server.base_url, max_concurrency=16)
    server.reply_with(*[Refusal(429, headers=SOON)] * 3, default="fine")
    await asyncio.gather(*(model.complete(asked) for _ in range(8)))
    assert limit().era == 1, "the refusals of one round count once"
    assert 8 <= limit().size < 10


async def test_no_more_calls_at_once_than_asked_for(server, asked):
    model = language_model("openai/m", api_base=server.base_url, max_concurrency=3)
    server.reply_with(default=Delayed("hello", 0.02))
    await asyncio.gather(*(model.complete(asked) for _ in range(12)))
    assert server.most_at_once == 3


async def test_b29_calls_of_one_loop_are_under_way_together(server, model, asked):
    """B29: nothing of ours blocks the caller's loop, so that calls overlap. The server waits until all are there."""
    together = threading.Event()
    server.reply_with(default=Delayed("hello", together))
    calls = [asyncio.ensure_future(model.complete(asked)) for _ in range(20)]
    await asyncio.to_thread(server.wait_for_requests, 20)
    together.set()
    assert len(await asyncio.gather(*calls)) == 20
    assert server.most_at_once == 20


async def test_b34_an_unknown_model_prints_nothing(server, model, asked, capfd):
    """B34: no notice on the standard output for a model that nobody knows."""
    server.reply_with(Refusal(404, "The model `nope` does not exist", code="model_not_found"))
    with pytest.raises(ModelError, match="Check the model's name"):
        await model.complete(asked)
    assert capfd.readouterr() == ("", "")


async def test_cancelling_closes_the_connection(asked):
    """The server sees the end of the connection, while the caller is already gone."""
    closed = threading.Event()

    def serve():
        connection, _ = listening.accept()
        with connection:
            arrived.set()
            while connection.recv(65536):
                pass
            closed.set()

    arrived = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        call = asyncio.ensure_future(language_model("openai/m", api_base=address).complete(asked))
        assert await asyncio.to_thread(arrived.wait, 10)
        call.cancel()
        began = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert time.monotonic() - began < 1
        assert await asyncio.to_thread(closed.wait, 10)
        thread.join(10)


async def test_a_cancelled_call_gives_its_place_back(server, asked):
    never = threading.Event()
    model = language_model("openai/m", api_base=server.base_url, max_concurrency=1)
    server.reply_with(Delayed("late", never), default="hello")
    call = asyncio.ensure_future(model.complete(asked))
    await asyncio.to_thread(server.wait_for_requests, 1)
    call.cancel()
    assert (await model.complete(asked)).content == "hello"
    never.set()


async def test_keys_are_in_no_error_and_no_log(server, asked, caplog):
    key = "planted-key-0123456789abcdef"
    caplog.set_level(logging.DEBUG)
    model = language_model(
        "openai/m", api_base=server.base_url, api_key=key, extra_headers={"X-Other": "fine"}
    )
    server.reply_with(
        Refusal(400, f"'temperature' is not supported for {key}"),
        Refusal(401, f"Incorrect API key provided: {key}"),
        Answer(f"<html>{key}</html>"),
    )
    errors = []
    for _ in range(2):
        with pytest.raises(ModelError) as raised:
            await model.complete(ModelRequest(asked.messages, temperature=0.0))
        errors.append(raised.value)
    for error in errors:
        assert key not in f"{error} {error!r} {vars(error)}"
        assert "[redacted" in str(error)
        assert error.__cause__ is None
        assert error.__context__ is None
    assert key not in caplog.text
    assert key not in repr(model)
