"""A model's reply in the terms of OpenAI's Responses, whole and as a stream.

Source: https://platform.openai.com/docs/api-reference/responses
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scenario._models.port import ModelReply, ToolCall
from scenario.testing._chat_wire import used_by, words


def response(reply: ModelReply, asked: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The reply as the body of an answer.

    Args:
        reply: What the model says.
        asked: The body of the request.
        number: Which reply of the server it is; its ids are made of this.
    """
    is_cut = reply.finish_reason in {"length", "content_filter"}
    reason = {"length": "max_output_tokens"}.get(reply.finish_reason or "", reply.finish_reason)
    return {
        **_frame(reply, asked, number),
        "status": "incomplete" if is_cut else "completed",
        "incomplete_details": {"reason": reason} if is_cut else None,
        "output": _output(reply, number),
        "usage": _usage(reply, asked),
    }


def events(reply: ModelReply, asked: Mapping[str, Any], number: int) -> Iterator[dict[str, Any]]:
    """The reply as the events of a stream, numbered: a delta for each word, and for each half of a call's arguments."""
    for position, event in enumerate(_events(reply, asked, number)):
        yield {**event, "sequence_number": position}


def _events(reply: ModelReply, asked: Mapping[str, Any], number: int) -> Iterator[dict[str, Any]]:
    frame = {**_frame(reply, asked, number), "status": "in_progress", "output": [], "usage": None}
    yield {"type": "response.created", "response": frame}
    for index, item in enumerate(_output(reply, number)):
        at = {"item_id": item["id"], "output_index": index}
        hollow = {"content": []} if item["type"] == "message" else {"arguments": ""}
        yield {"type": "response.output_item.added", "output_index": index, "item": {**item, **hollow}}
        if item["type"] == "message":
            yield from _text_events(item["content"][0], {**at, "content_index": 0})
        else:
            yield from _call_events(item, at)
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    whole = response(reply, asked, number)
    yield {"type": f"response.{whole['status']}", "response": whole}


def _text_events(part: Mapping[str, Any], at: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"type": "response.content_part.added", **at, "part": {**part, "text": ""}}
    for word in words(part["text"]):
        yield {"type": "response.output_text.delta", **at, "delta": word, "logprobs": []}
    yield {"type": "response.output_text.done", **at, "text": part["text"], "logprobs": []}
    yield {"type": "response.content_part.done", **at, "part": part}


def _call_events(item: Mapping[str, Any], at: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    arguments = item["arguments"]
    half = len(arguments) // 2
    for delta in (arguments[:half], arguments[half:]):
        yield {"type": "response.function_call_arguments.delta", **at, "delta": delta}
    done = {"name": item["name"], "arguments": arguments}
    yield {"type": "response.function_call_arguments.done", **at, **done}


def _frame(reply: ModelReply, asked: Mapping[str, Any], number: int) -> dict[str, Any]:
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": 0,
        "model": reply.model or asked.get("model") or "scripted",
        "error": None,
        "incomplete_details": None,
        "instructions": asked.get("instructions"),
        "metadata": {},
        "parallel_tool_calls": True,
        "temperature": asked.get("temperature"),
        "tool_choice": asked.get("tool_choice") or "auto",
        "tools": asked.get("tools") or [],
        "top_p": None,
    }


def _output(reply: ModelReply, number: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    if reply.content is not None:
        text = {"type": "output_text", "text": reply.content, "annotations": [], "logprobs": []}
        message = {"type": "message", "id": f"msg_{number}", "status": "completed", "role": "assistant"}
        items.append({**message, "content": [text]})
    return items + [_call(call) for call in reply.tool_calls]


def _call(call: ToolCall) -> dict[str, Any]:
    return {
        "type": "function_call",
        "id": f"fc_{call.id}",
        "call_id": call.id,
        "name": call.name,
        "arguments": call.arguments,
        "status": "completed",
    }


def _usage(reply: ModelReply, asked: Mapping[str, Any]) -> dict[str, Any]:
    used = used_by(reply, [asked.get("instructions"), asked.get("input"), asked.get("tools")])
    return {
        "input_tokens": used.input_tokens,
        "output_tokens": used.output_tokens,
        "total_tokens": used.total_tokens,
        "input_tokens_details": {"cached_tokens": used.cached_tokens},
        "output_tokens_details": {"reasoning_tokens": used.reasoning_tokens},
    }
