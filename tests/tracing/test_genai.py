"""The names of the GenAI conventions: reading other spellings, and messages as parts."""

from __future__ import annotations

import json

import pytest

from scenario import _genai as genai
from scenario._genai_messages import as_parts, tool_calls_of

CALL = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": '{"id": 7}'}}


def test_the_names_are_those_of_one_version_of_the_schema():
    assert genai.SCHEMA_VERSION == "gen-ai-dev/1.42.0-dev"
    names = [value for name, value in vars(genai).items() if name.isupper() and isinstance(value, str)]
    assert len(names) == len(set(names))


SPELLINGS = [
    (genai.PROVIDER_NAME, {"gen_ai.provider.name": "openai", "gen_ai.system": "other"}, "openai"),
    (genai.PROVIDER_NAME, {"gen_ai.system": "openai"}, "openai"),
    (genai.PROVIDER_NAME, {"llm.provider": "openai"}, "openai"),
    (genai.PROVIDER_NAME, {"llm.system": "openai"}, "openai"),
    (genai.REQUEST_MODEL, {"llm.model_name": "gpt"}, "gpt"),
    (genai.RESPONSE_MODEL, {"llm.model_name": "gpt"}, "gpt"),
    (genai.USAGE_INPUT_TOKENS, {"gen_ai.usage.input_tokens": 3, "gen_ai.usage.prompt_tokens": 9}, 3),
    (genai.USAGE_INPUT_TOKENS, {"gen_ai.usage.prompt_tokens": 3}, 3),
    (genai.USAGE_INPUT_TOKENS, {"llm.token_count.prompt": 3}, 3),
    (genai.USAGE_INPUT_TOKENS, {"gen_ai.usage.input_tokens": 0, "llm.token_count.prompt": 9}, 0),
    (genai.USAGE_OUTPUT_TOKENS, {"gen_ai.usage.completion_tokens": 4}, 4),
    (genai.USAGE_OUTPUT_TOKENS, {"llm.token_count.completion": 4}, 4),
    (genai.USAGE_OUTPUT_TOKENS, {"langwatch.metrics": '{"completionTokens": 4}'}, 4),
    (
        genai.USAGE_INPUT_TOKENS,
        {"langwatch.metrics": '{"type": "json", "value": {"promptTokens": 3}}'},
        3,
    ),
    (genai.USAGE_INPUT_TOKENS, {"langwatch.metrics": "no json"}, None),
    (genai.USAGE_INPUT_TOKENS, {"langwatch.metrics": "{broken"}, None),
    (genai.CONVERSATION_ID, {"langwatch.thread.id": "t"}, "t"),
    (genai.CONVERSATION_ID, {"session.id": "t"}, "t"),
    (genai.AGENT_NAME, {"agent.name": "a"}, "a"),
    (genai.OUTPUT_MESSAGES, {"langwatch.output": '{"type": "text", "value": "hi"}'}, "hi"),
    (
        genai.OUTPUT_MESSAGES,
        {"output.value": '{"type": "text", "value": "hi"}'},
        '{"type": "text", "value": "hi"}',
    ),
    (genai.OUTPUT_MESSAGES, {"langwatch.output": "plain"}, "plain"),
    (genai.TOOL_NAME, {"tool.name": "find"}, "find"),
    (genai.TOOL_CALL_ID, {"tool_call.id": "call_1"}, "call_1"),
    (genai.TOOL_CALL_ARGUMENTS, {"tool.parameters": "{}"}, "{}"),
    (genai.TOOL_CALL_RESULT, {"output.value": "found"}, "found"),
    (genai.RESPONSE_ID, {"other": 1}, None),
    (genai.RESPONSE_ID, None, None),
]


@pytest.mark.parametrize(("name", "attributes", "value"), SPELLINGS)
def test_what_is_read_may_have_another_name(name, attributes, value):
    assert genai.read(attributes, name) == value


@pytest.mark.parametrize(
    ("attributes", "operation"),
    [
        ({"gen_ai.operation.name": "chat", "langwatch.span.type": "tool"}, "chat"),
        ({"openinference.span.kind": "LLM"}, "chat"),
        ({"openinference.span.kind": "AGENT"}, "invoke_agent"),
        ({"openinference.span.kind": "TOOL"}, "execute_tool"),
        ({"openinference.span.kind": "CHAIN"}, None),
        ({"langwatch.span.type": "llm"}, "chat"),
        ({"langwatch.span.type": "rag"}, "retrieval"),
        ({"langwatch.span.type": "span"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_the_operation_is_read_from_whoever_names_it(attributes, operation):
    assert genai.operation(attributes) == genai.read(attributes, genai.OPERATION_NAME) == operation


def test_json_is_readable_and_can_always_be_sent():
    assert genai.to_json({"a": "日本"}) == '{"a": "日本"}'
    assert genai.to_json({"a": object}).startswith('{"a": "<class')
    assert genai.to_json(["\ud83d"]) == '["\\ud83d"]'


def test_a_message_is_a_role_and_parts():
    assert as_parts(
        [{"role": "user", "content": "hi", "name": "ann"}, {"role": "assistant", "content": None}]
    ) == [
        {"role": "user", "parts": [{"type": "text", "content": "hi"}], "name": "ann"},
        {"role": "assistant", "parts": []},
    ]


def test_arguments_are_data_where_they_are_json():
    others = [
        {**CALL, "function": {"name": "find", "arguments": arguments}} for arguments in ("{oops", {"a": 1})
    ]
    (message,) = as_parts([{"role": "assistant", "tool_calls": [CALL, *others]}])
    assert [part["arguments"] for part in message["parts"]] == [{"id": 7}, "{oops", {"a": 1}]


def test_what_is_refused_is_text_too():
    (message,) = as_parts([{"role": "assistant", "content": None, "refusal": "no"}])
    assert message["parts"] == [{"type": "text", "content": "no"}]


def test_media_are_named_and_base64_is_left_out():
    data = "data:image/png;base64," + "A" * 5000
    content = [
        {"type": "text", "text": "look"},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        {"type": "image_url", "image_url": {"url": data}},
        {"type": "input_image", "image_url": "https://example.com/b.png"},
        {"type": "input_audio", "input_audio": {"data": "B" * 4000, "format": "wav"}},
        {"type": "file", "file": {"file_id": "f"}},
        "more",
    ]
    (message,) = as_parts([{"role": "user", "content": content}])
    assert message["parts"] == [
        {"type": "text", "content": "look"},
        {"type": "uri", "modality": "image", "uri": "https://example.com/a.png"},
        {"type": "blob", "modality": "image", "content": "5,022 characters of base64, left out"},
        {"type": "uri", "modality": "image", "uri": "https://example.com/b.png"},
        {"type": "blob", "modality": "audio", "content": "4,000 characters of base64, left out"},
        {"type": "file"},
        {"type": "text", "content": "more"},
    ]
    assert len(json.dumps(message)) < 800


def test_a_tool_call_is_told_with_its_answer():
    messages = [
        {"role": "assistant", "tool_calls": [CALL, {**CALL, "id": "call_2"}]},
        {"role": "tool", "tool_call_id": "call_2", "content": "found"},
    ]
    told = [
        (call["id"], call["name"], call["arguments"], call["response"]) for call in tool_calls_of(messages)
    ]
    assert told == [("call_1", "find", '{"id": 7}', None), ("call_2", "find", '{"id": 7}', "found")]
