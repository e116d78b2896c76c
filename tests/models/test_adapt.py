"""What is changed about a request that an endpoint does not take. The texts are those of real providers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenario._models.adapt import Drop, Loosen, Put, Rename, applied, change_for, in_words
from scenario._models.retry import Failure, Trouble

TOOL = {"type": "function", "function": {"name": "f", "strict": True, "parameters": {}}}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "s", "strict": True, "schema": {}}}
PLAIN = {"model": "m", "messages": []}


def refused(text, status=400, param=None, code=None):
    return Failure(Trouble.REFUSED, text, status, param, code)


KNOWN = [
    (
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        {"max_tokens": 5},
        Rename("max_tokens", "max_completion_tokens"),
    ),
    (
        '{"detail":[{"type":"extra_forbidden","loc":["body","max_completion_tokens"],"msg":"Extra inputs are not permitted"}]}',
        {"max_completion_tokens": 5},
        Rename("max_completion_tokens", "max_tokens"),
    ),
    (
        "Unsupported value: 'temperature' does not support 0.0 with this model. Only the default (1) value is supported.",
        {"temperature": 0.0},
        Drop("temperature"),
    ),
    ("`temperature` is deprecated for this model.", {"temperature": 0.0}, Drop("temperature")),
    ("invalid temperature: only 1 is allowed for this model", {"temperature": 0.0}, Drop("temperature")),
    (
        "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
        {"temperature": 0.0, "top_p": 1},
        Drop("top_p"),
    ),
    (
        "deepseek-reasoner does not support this tool_choice",
        {"tools": [TOOL], "tool_choice": "required"},
        Put("tool_choice", "auto"),
    ),
    (
        "Thinking may not be enabled when tool_choice forces tool use.",
        {"tools": [TOOL], "tool_choice": {"type": "function"}},
        Put("tool_choice", "auto"),
    ),
    (
        "tool_choice is not supported",
        {"tools": [TOOL], "tool_choice": "auto"},
        Drop("tool_choice"),
    ),
    (
        "registry.ollama.ai/library/deepseek-r1:7b does not support tools",
        {"tools": [TOOL], "tool_choice": "required"},
        Drop("tools"),
    ),
    (
        "Function tools with reasoning_effort are not supported for gpt-5.4 in /v1/chat/completions.",
        {"tools": [TOOL], "reasoning_effort": "low"},
        Drop("reasoning_effort", beside="tools"),
    ),
    (
        "Function tools with reasoning_effort are not supported for gpt-5.6. Set reasoning_effort to 'none'.",
        {"tools": [TOOL]},
        Put("reasoning_effort", "none", beside="tools"),
    ),
    (
        "Invalid schema for function 'f': In context=(), 'additionalProperties' is required to be false.",
        {"tools": [TOOL]},
        Loosen(),
    ),
    (
        "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
        {"response_format": {"type": "json_schema", "json_schema": {"name": "s"}}},
        Put("response_format", "json_object"),
    ),
    (
        "response_format is not supported",
        {"response_format": {"type": "json_object"}},
        Drop("response_format"),
    ),
    (
        "Unrecognized request argument supplied: parallel_tool_calls",
        {"parallel_tool_calls": True},
        Drop("parallel_tool_calls"),
    ),
    ("property 'seed' is unsupported", {"seed": 1}, Drop("seed")),
]


@pytest.mark.parametrize(("text", "params", "change"), KNOWN)
def test_a_refusal_is_understood(text, params, change):
    assert change_for(refused(text), {**PLAIN, **params}) == change
    assert in_words(change)


def test_a_field_that_names_the_parameter_is_enough():
    failure = refused("Unsupported value.", param="top_k", code="unsupported_value")
    assert change_for(failure, {**PLAIN, "top_k": 1}) == Drop("top_k")


def test_tools_that_a_server_error_speaks_of():
    failure = refused("tools param requires --jinja flag", status=500)
    assert change_for(failure, {**PLAIN, "tools": [TOOL]}) == Drop("tools")


@pytest.mark.parametrize(
    "text",
    [
        "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.",
        "max_tokens is too large: 99999. This model supports at most 16384 completion tokens.",
        "Invalid 'messages[1].content': expected a string.",
        "The model `nope` does not exist or you do not have access to it.",
        "This user is not allowed to sample from this model.",
        "",
    ],
)
def test_other_refusals_are_left_alone(text):
    params = {**PLAIN, "temperature": 0.0, "max_tokens": 5, "user": "u", "stop": ["x"], "tools": [TOOL]}
    assert change_for(refused(text), params) is None


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_a_status_that_speaks_of_something_else_changes_nothing(status):
    assert (
        change_for(refused("'temperature' is not supported", status), {**PLAIN, "temperature": 0.0}) is None
    )


def test_without_tools_there_is_no_choice_of_them():
    params = {**PLAIN, "tools": [TOOL], "tool_choice": "required", "parallel_tool_calls": False}
    assert applied([Drop("tools")], params) == PLAIN


def test_a_change_beside_tools_holds_only_there():
    assert applied([Drop("reasoning_effort", "tools")], {"reasoning_effort": "low"}) == {
        "reasoning_effort": "low"
    }
    assert applied([Put("reasoning_effort", "none", "tools")], PLAIN) == PLAIN


def test_a_choice_of_no_tool_stays():
    assert applied([Put("tool_choice", "auto")], {"tool_choice": "none"}) == {"tool_choice": "none"}


def test_strict_is_taken_out_of_tools_and_of_the_format():
    loose = applied([Loosen()], {"tools": [TOOL], "response_format": SCHEMA})
    assert "strict" not in str(loose)
    assert "strict" in str(TOOL), "the request's own parts stay as they are"


@given(
    st.text(max_size=80),
    st.sampled_from([400, 404, 422, 500]),
    st.dictionaries(
        st.sampled_from(["temperature", "max_tokens", "tools", "tool_choice", "top_p", "response_format"]),
        st.sampled_from([0.0, "auto", "required", [TOOL], SCHEMA]),
    ),
)
def test_a_change_always_has_an_effect(text, status, params):
    whole = {**PLAIN, **params}
    change = change_for(refused(f"{text} is not supported", status), whole)
    assert change is None or applied([change], whole) != whole
