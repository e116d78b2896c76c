"""What a model's call says of itself: requests, replies and streams as attributes."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from scenario._tracing.chat import ChunkFold, is_reply, provider_at, reply_attributes, request_attributes

ASKED = [{"role": "user", "content": "hi"}]
SAID = [{"role": "assistant", "parts": [{"type": "text", "content": "hello"}]}]
REPLY = {
    "id": "chatcmpl-1",
    "model": "gpt-4o-2024",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hello"}}],
    "usage": {
        "prompt_tokens": 3,
        "completion_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 2},
        "completion_tokens_details": {"reasoning_tokens": 1},
    },
}
RESPONSE = {
    "id": "resp_1",
    "model": "gpt-4o-2024",
    "status": "completed",
    "output": [
        {"type": "reasoning", "summary": []},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "hello"}]},
    ],
    "usage": {"input_tokens": 3, "output_tokens": 5, "input_tokens_details": {"cached_tokens": 2}},
}


def _objects(value):
    """The same as objects with attributes, as clients give them."""
    if isinstance(value, dict):
        return SimpleNamespace(**{name: _objects(item) for name, item in value.items()})
    return [_objects(item) for item in value] if isinstance(value, list) else value


def test_a_request_tells_its_model_and_parameters():
    body = {
        "model": "gpt-4o",
        "messages": ASKED,
        "temperature": 0.5,
        "max_completion_tokens": 10,
        "top_p": 1,
        "seed": 7,
        "stop": "END",
        "n": 2,
        "stream": True,
        "presence_penalty": object(),
    }
    assert request_attributes(body, captures=False) == {
        "langwatch.span.type": "llm",
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.max_tokens": 10,
        "gen_ai.request.top_p": 1,
        "gen_ai.request.seed": 7,
        "gen_ai.request.stop_sequences": ["END"],
        "gen_ai.request.choice.count": 2,
        "gen_ai.request.stream": True,
    }


@pytest.mark.parametrize("body", [None, {}, {"model": None, "n": 1, "stream": False}])
def test_a_request_that_tells_little_is_a_chat_all_the_same(body):
    assert request_attributes(body, captures=True) == {
        "langwatch.span.type": "llm",
        "gen_ai.operation.name": "chat",
    }


@pytest.mark.parametrize("body", [{"messages": ASKED}, {"input": "hi"}, {"input": ASKED}])
def test_the_messages_of_a_request_are_taken_when_they_are_captured(body):
    told = request_attributes(body, captures=True)["gen_ai.input.messages"]
    assert json.loads(told) == [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]
    assert "gen_ai.input.messages" not in request_attributes(body, captures=False)


def test_instructions_and_tools_of_the_responses_protocol():
    body = {
        "instructions": "be kind",
        "input": [
            {"type": "function_call", "call_id": "c", "name": "find", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": "found"},
            {"type": "item_reference", "id": "x"},
        ],
    }
    told = request_attributes(body, captures=True)
    assert json.loads(told["gen_ai.system_instructions"]) == [{"type": "text", "content": "be kind"}]
    call, answer = json.loads(told["gen_ai.input.messages"])
    assert call["parts"] == [{"type": "tool_call", "id": "c", "name": "find", "arguments": {}}]
    assert answer["parts"] == [{"type": "tool_call_response", "id": "c", "response": "found"}]


@pytest.mark.parametrize("reply", [REPLY, _objects(REPLY)])
def test_a_reply_tells_its_cost_and_its_end(reply):
    assert reply_attributes(reply, captures=False) == {
        "gen_ai.response.id": "chatcmpl-1",
        "gen_ai.response.model": "gpt-4o-2024",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 2,
        "gen_ai.usage.reasoning.output_tokens": 1,
    }
    assert json.loads(reply_attributes(reply, captures=True)["gen_ai.output.messages"]) == SAID


@pytest.mark.parametrize("reply", [RESPONSE, _objects(RESPONSE)])
def test_a_reply_of_the_responses_protocol_tells_the_same(reply):
    told = reply_attributes(reply, captures=True)
    assert json.loads(told.pop("gen_ai.output.messages")) == SAID
    assert told == {
        "gen_ai.response.id": "resp_1",
        "gen_ai.response.model": "gpt-4o-2024",
        "gen_ai.response.finish_reasons": ["completed"],
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 2,
    }


def test_a_reply_that_was_cut_tells_why():
    cut = {**RESPONSE, "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    assert reply_attributes(cut, captures=False)["gen_ai.response.finish_reasons"] == ["max_output_tokens"]


@pytest.mark.parametrize(
    "reply", [None, {}, "text", {"usage": None, "choices": None}, {"usage": {"prompt_tokens": "3"}}]
)
def test_a_reply_that_tells_nothing_has_no_attributes(reply):
    assert reply_attributes(reply, captures=True) == {}
    assert not is_reply(reply)


@pytest.mark.parametrize("reply", [REPLY, RESPONSE, _objects(REPLY), {"usage": {"input_tokens": 1}}])
def test_a_reply_is_known_as_one(reply):
    assert is_reply(reply)


def _chunk(delta=None, finish=None, index=0, **more):
    choices = [] if delta is None else [{"index": index, "delta": delta, "finish_reason": finish}]
    return {"id": "chatcmpl-1", "model": "gpt-4o-2024", "choices": choices, **more}


CHUNKS = [
    _chunk({"role": "assistant", "content": "hel"}),
    _chunk({"content": "lo"}),
    _chunk({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "find", "arguments": '{"id"'}}]}),
    _chunk({"tool_calls": [{"index": 0, "function": {"arguments": ": 7}"}}]}),
    _chunk({}, "tool_calls"),
    _chunk(usage={"prompt_tokens": 3, "completion_tokens": 5}),
]


@pytest.mark.parametrize("chunks", [CHUNKS, [_objects(chunk) for chunk in CHUNKS]])
def test_chunks_make_one_reply(chunks):
    fold = ChunkFold(captures=True)
    for chunk in chunks:
        fold.add(chunk)
    told = reply_attributes(fold.reply(), captures=True)
    (message,) = json.loads(told.pop("gen_ai.output.messages"))
    assert message["parts"] == [
        {"type": "text", "content": "hello"},
        {"type": "tool_call", "id": "c", "name": "find", "arguments": {"id": 7}},
    ]
    assert told == {
        "gen_ai.response.id": "chatcmpl-1",
        "gen_ai.response.model": "gpt-4o-2024",
        "gen_ai.response.finish_reasons": ["tool_calls"],
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 5,
    }


def test_chunks_of_several_choices_are_kept_apart():
    fold = ChunkFold(captures=True)
    for index, text in ((1, "b"), (0, "a"), (1, "c")):
        fold.add(_chunk({"content": text}, "stop", index))
    said = json.loads(reply_attributes(fold.reply(), captures=True)["gen_ai.output.messages"])
    assert [message["parts"][0]["content"] for message in said] == ["a", "bc"]


def test_the_words_of_chunks_are_not_kept_unless_they_are_captured():
    fold = ChunkFold(captures=False)
    fold.add(_chunk({"content": "secret"}))
    assert "secret" not in str(fold.reply())


def test_the_responses_protocol_tells_the_whole_at_its_end():
    fold = ChunkFold(captures=True)
    fold.add({"type": "response.output_text.delta", "delta": "hel"})
    fold.add({"type": "response.completed", "response": RESPONSE})
    assert fold.reply() == RESPONSE


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("api.openai.com", "openai"),
        ("mine.openai.azure.com", "azure.ai.openai"),
        ("api.groq.com", "groq"),
        ("x.ai", "x_ai"),
        ("notx.ai", "openai"),
        ("127.0.0.1", "openai"),
    ],
)
def test_the_provider_is_told_by_the_address(host, provider):
    assert provider_at(host) == provider
