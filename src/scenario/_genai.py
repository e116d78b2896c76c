"""The names of OpenTelemetry's conventions for generative AI: to write spans with, and to read those of others.

The names are those of the schema `SCHEMA_VERSION`, which is still in development, so they stand here and nowhere
else. The engine writes spans with them and `_tracing` both writes and reads, so this module lies below both:
the engine imports nothing of `_tracing`.

What is written has one name. What is read may have others: those of older conventions, of OpenInference, and of
the ``langwatch.*`` protocol; `read` knows them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, Final

from scenario.config import ScenarioConfig

SCHEMA_VERSION: Final = "gen-ai-dev/1.42.0-dev"
SCHEMA_URL: Final = f"https://opentelemetry.io/schemas/{SCHEMA_VERSION}"

OPERATION_NAME: Final = "gen_ai.operation.name"
PROVIDER_NAME: Final = "gen_ai.provider.name"
CONVERSATION_ID: Final = "gen_ai.conversation.id"
AGENT_NAME: Final = "gen_ai.agent.name"

REQUEST_MODEL: Final = "gen_ai.request.model"
REQUEST_CHOICE_COUNT: Final = "gen_ai.request.choice.count"
REQUEST_FREQUENCY_PENALTY: Final = "gen_ai.request.frequency_penalty"
REQUEST_MAX_TOKENS: Final = "gen_ai.request.max_tokens"
REQUEST_PRESENCE_PENALTY: Final = "gen_ai.request.presence_penalty"
REQUEST_SEED: Final = "gen_ai.request.seed"
REQUEST_STOP_SEQUENCES: Final = "gen_ai.request.stop_sequences"
REQUEST_STREAM: Final = "gen_ai.request.stream"
REQUEST_TEMPERATURE: Final = "gen_ai.request.temperature"
REQUEST_TOP_P: Final = "gen_ai.request.top_p"

RESPONSE_ID: Final = "gen_ai.response.id"
RESPONSE_MODEL: Final = "gen_ai.response.model"
RESPONSE_FINISH_REASONS: Final = "gen_ai.response.finish_reasons"
RESPONSE_TIME_TO_FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"

USAGE_INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
USAGE_OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
USAGE_CACHE_READ_INPUT_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
USAGE_REASONING_OUTPUT_TOKENS: Final = "gen_ai.usage.reasoning.output_tokens"

INPUT_MESSAGES: Final = "gen_ai.input.messages"
OUTPUT_MESSAGES: Final = "gen_ai.output.messages"
SYSTEM_INSTRUCTIONS: Final = "gen_ai.system_instructions"

TOOL_NAME: Final = "gen_ai.tool.name"
TOOL_TYPE: Final = "gen_ai.tool.type"
TOOL_CALL_ID: Final = "gen_ai.tool.call.id"
TOOL_CALL_ARGUMENTS: Final = "gen_ai.tool.call.arguments"
TOOL_CALL_RESULT: Final = "gen_ai.tool.call.result"

EVALUATION_RESULT: Final = "gen_ai.evaluation.result"
EVALUATION_NAME: Final = "gen_ai.evaluation.name"
EVALUATION_SCORE_VALUE: Final = "gen_ai.evaluation.score.value"
EVALUATION_SCORE_LABEL: Final = "gen_ai.evaluation.score.label"
EVALUATION_EXPLANATION: Final = "gen_ai.evaluation.explanation"

ERROR_TYPE: Final = "error.type"
SERVER_ADDRESS: Final = "server.address"
SERVER_PORT: Final = "server.port"

CHAT: Final = "chat"
EXECUTE_TOOL: Final = "execute_tool"
INVOKE_AGENT: Final = "invoke_agent"
MODEL_OPERATIONS: Final = frozenset({CHAT, "generate_content", "text_completion"})
"""The operations that are a call of a language model."""

CAPTURE_VARIABLE: Final = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
CAPTURE_SETTING: Final = "capture_message_content"
_CAPTURING = frozenset({"true", "1", "span_only", "span_and_event"})

_OTHER_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    PROVIDER_NAME: ("gen_ai.system", "llm.provider", "llm.system"),
    CONVERSATION_ID: ("langwatch.thread.id", "session.id"),
    AGENT_NAME: ("agent.name",),
    REQUEST_MODEL: ("llm.model_name", "llm.request.model"),
    RESPONSE_MODEL: ("llm.model_name", "llm.response.model"),
    USAGE_INPUT_TOKENS: ("gen_ai.usage.prompt_tokens", "llm.token_count.prompt", "llm.usage.prompt_tokens"),
    USAGE_OUTPUT_TOKENS: (
        "gen_ai.usage.completion_tokens",
        "llm.token_count.completion",
        "llm.usage.completion_tokens",
    ),
    USAGE_CACHE_READ_INPUT_TOKENS: ("llm.token_count.prompt_details.cache_read",),
    USAGE_REASONING_OUTPUT_TOKENS: ("llm.token_count.completion_details.reasoning",),
    INPUT_MESSAGES: ("langwatch.input", "input.value"),
    OUTPUT_MESSAGES: ("langwatch.output", "output.value"),
    TOOL_NAME: ("tool.name",),
    TOOL_CALL_ID: ("tool_call.id", "tool.id"),
    TOOL_CALL_ARGUMENTS: ("tool.parameters", "langwatch.input", "input.value"),
    TOOL_CALL_RESULT: ("langwatch.output", "output.value"),
}
_METRICS = {
    USAGE_INPUT_TOKENS: ("promptTokens", "prompt_tokens"),
    USAGE_OUTPUT_TOKENS: ("completionTokens", "completion_tokens"),
}
_KINDS = {
    "llm": CHAT,
    "agent": INVOKE_AGENT,
    "tool": EXECUTE_TOOL,
    "embedding": "embeddings",
    "retriever": "retrieval",
    "rag": "retrieval",
}

_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode
_encode_in_ascii = json.JSONEncoder(default=str).encode


def to_json(value: Any) -> str:
    """A value as JSON; what JSON has no form for becomes its text.

    Half of a surrogate pair is escaped: an exporter that cannot encode it would lose all that it sends with it.
    """
    text = _encode(value)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return _encode_in_ascii(value)
    return text


def captures_content() -> bool:
    """Whether spans carry the words of messages, which may be private: only when somebody says so.

    ``scenario.configure(observability={"capture_message_content": …})`` decides, or else the environment
    variable `CAPTURE_VARIABLE`. It is read at each use.
    """
    configured = ScenarioConfig.default_config
    if configured is not None and configured.observability:
        setting = configured.observability.get(CAPTURE_SETTING)
        if setting is not None:
            return bool(setting)
    return os.environ.get(CAPTURE_VARIABLE, "").strip().lower() in _CAPTURING


def read(attributes: Mapping[str, Any] | None, name: str) -> Any:
    """What a span says under a name of the conventions, or under another name for the same.

    Args:
        attributes: A span's or an event's.
        name: One of the constants of this module.

    Returns:
        The value as it stands there, or None. Values of ``langwatch.*`` are taken out of their JSON.
    """
    if not attributes:
        return None
    if name == OPERATION_NAME:
        return operation(attributes)
    for spelling in (name, *_OTHER_NAMES.get(name, ())):
        value = attributes.get(spelling)
        if value is not None:
            return _inner(value) if spelling.startswith("langwatch.") else value
    return _metric(attributes.get("langwatch.metrics"), _METRICS.get(name, ()))


def operation(attributes: Mapping[str, Any] | None) -> str | None:
    """What kind of work a span stands for, in the words of the conventions: ``chat``, ``execute_tool``.

    Returns:
        The operation's name; None when the span does not say, or says that it is none of these.
    """
    if not attributes:
        return None
    named = attributes.get(OPERATION_NAME)
    if isinstance(named, str):
        return named
    for spelling in ("openinference.span.kind", "langwatch.span.type", "traceloop.span.kind"):
        kind = attributes.get(spelling)
        if isinstance(kind, str) and kind.lower() in _KINDS:
            return _KINDS[kind.lower()]
    return None


def _inner(value: Any) -> Any:
    """The value in ``{"type": …, "value": …}``; anything else as it is."""
    parsed = _parsed(value)
    return parsed["value"] if isinstance(parsed, dict) and "value" in parsed else value


def _metric(metrics: Any, names: tuple[str, ...]) -> Any:
    inner = _inner(metrics) if names and metrics is not None else None
    found = inner if isinstance(inner, dict) else _parsed(inner)
    if not isinstance(found, dict):
        return None
    return next((found[name] for name in names if found.get(name) is not None), None)


def _parsed(text: Any) -> Any:
    if not isinstance(text, str) or not text.startswith("{"):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None
