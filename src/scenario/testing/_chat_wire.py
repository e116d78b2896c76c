"""A model's reply in the terms of OpenAI's chat completions, whole and as a stream.

Source: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from scenario._models.port import ModelReply, ToolCall
from scenario.usage import Usage

_CHARACTERS_PER_TOKEN = 4  # the usual rule of thumb for English


def completion(reply: ModelReply, asked: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The reply as the body of an answer.

    Args:
        reply: What the model says.
        asked: The body of the request.
        number: Which reply of the server it is; its id is made of this.
    """
    message = {"refusal": None, **reply.message}
    if reply.reasoning is not None:
        message["reasoning_content"] = reply.reasoning
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _reason(reply)}
    return {
        **_frame(reply, asked, number),
        "object": "chat.completion",
        "choices": [choice],
        "usage": usage_of(reply, asked),
    }


def chunks(reply: ModelReply, asked: Mapping[str, Any], number: int) -> Iterator[dict[str, Any]]:
    """The reply as the chunks of a stream: a word each, tool calls in halves, usage if it was asked for."""
    options: Mapping[str, Any] = asked.get("stream_options") or {}
    with_usage = bool(options.get("include_usage"))
    frame = {**_frame(reply, asked, number), "object": "chat.completion.chunk"}
    if with_usage:
        frame["usage"] = None

    def chunk(delta: Mapping[str, Any], reason: str | None = None) -> dict[str, Any]:
        return {**frame, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]}

    yield chunk({"role": "assistant", "content": None if reply.content is None else ""})
    if reply.reasoning is not None:
        yield chunk({"reasoning_content": reply.reasoning})
    for word in words(reply.content):
        yield chunk({"content": word})
    for index, call in enumerate(reply.tool_calls):
        yield from (chunk({"tool_calls": [part]}) for part in _call_parts(index, call))
    yield chunk({}, _reason(reply))
    if with_usage:
        yield {**frame, "choices": [], "usage": usage_of(reply, asked)}


def _call_parts(index: int, call: ToolCall) -> Iterator[dict[str, Any]]:
    function = {"name": call.name, "arguments": ""}
    yield {"index": index, "id": call.id, "type": "function", "function": function}
    half = len(call.arguments) // 2
    for part in (call.arguments[:half], call.arguments[half:]):
        yield {"index": index, "function": {"arguments": part}}


def _frame(reply: ModelReply, asked: Mapping[str, Any], number: int) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{number}",
        "created": 0,
        "model": reply.model or asked.get("model") or "scripted",
        "system_fingerprint": None,
    }


def _reason(reply: ModelReply) -> str:
    return reply.finish_reason or ("tool_calls" if reply.tool_calls else "stop")


def usage_of(reply: ModelReply, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The usage of a reply in the terms of chat completions."""
    used = used_by(reply, [asked.get("messages"), asked.get("tools")])
    return {
        "prompt_tokens": used.input_tokens,
        "completion_tokens": used.output_tokens,
        "total_tokens": used.total_tokens,
        "prompt_tokens_details": {"cached_tokens": used.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": used.reasoning_tokens},
    }


def used_by(reply: ModelReply, prompt: Any) -> Usage:
    """The usage that the reply names, or one that is estimated: a token for each four characters."""
    if reply.usage.total_tokens:
        return reply.usage
    asked = json.dumps(prompt, ensure_ascii=False)
    said = (reply.content or "") + "".join(call.name + call.arguments for call in reply.tool_calls)
    return Usage(1, -(-len(asked) // _CHARACTERS_PER_TOKEN), -(-len(said) // _CHARACTERS_PER_TOKEN))


def words(text: str | None) -> list[str]:
    """A text in the pieces of a stream: a word each, with the blanks before it."""
    return re.findall(r"\s*\S+\s*$|\s*\S+|\s+", text or "")


def error_body(message: str, kind: str, param: str | None, code: str | None) -> dict[str, Any]:
    """An error as OpenAI writes it."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
