"""Reading what an endpoint answered: leniently, because providers differ in the small things. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from scenario._models.checked import is_number
from scenario._models.port import ModelReply, ToolCall
from scenario._models.prices import Price
from scenario._text import as_text
from scenario.usage import Usage

_SHOWN = 600
"""More than an error shows: it is shortened once more, when it holds no key any longer."""


@dataclass(frozen=True)
class Answer:
    """An answer with status 200, as it came.

    Attributes:
        body: The decoded body.
        request_id: The provider's id of the request.
        cost: What the call cost in US dollars, where the client says so itself.
    """

    body: Any
    request_id: str | None = None
    cost: float | None = None


class UnreadableAnswerError(ValueError):
    """An answer that holds no reply. The text says what came."""


def read_reply(answer: Answer, *, provider: str, price: Price | None) -> ModelReply:
    """The reply in an answer.

    Args:
        answer: The answer.
        provider: Who answered.
        price: What the model costs, where it is known.

    Raises:
        UnreadableAnswerError: There is no reply in it.
    """
    body = answer.body
    if not isinstance(body, Mapping):
        raise UnreadableAnswerError(f"it is no JSON object, but {_shown(body)}")
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choice, Mapping):
        raise UnreadableAnswerError(f"it has no choices: {_shown(body)}")
    message = choice.get("message")
    if not isinstance(message, Mapping):
        raise UnreadableAnswerError(f"its first choice has no message: {_shown(choice)}")
    content, thoughts = _text_of(message.get("content"))
    reasoning = message.get("reasoning_content") or message.get("reasoning") or thoughts
    refusal = message.get("refusal")
    finish = choice.get("finish_reason")
    return ModelReply(
        content=refusal if content is None and isinstance(refusal, str) else content,
        tool_calls=_tool_calls(message),
        finish_reason="tool_calls" if finish == "function_call" else _text(finish),
        usage=read_usage(body.get("usage"), price, answer.cost),
        model=_text(body.get("model")),
        provider=provider,
        request_id=answer.request_id or _text(body.get("id")),
        reasoning=reasoning if isinstance(reasoning, str) else None,
    )


def read_usage(usage: Any, price: Price | None, cost: float | None = None) -> Usage:
    """What a call used, with its cost where the price, or the cost itself, is known.

    Some providers leave hidden reasoning out of the reply's tokens but not out of the total: what the total has
    more than both parts is counted as reasoning.

    Args:
        usage: What the provider reported, if anything.
        price: The model's price.
        cost: The call's cost in US dollars, where it is known from elsewhere.
    """
    if not isinstance(usage, Mapping):
        return Usage(calls=1, unpriced_calls=1)
    asked = _count(usage, "prompt_tokens", "input_tokens")
    said = _count(usage, "completion_tokens", "output_tokens")
    details = _part(usage, "prompt_tokens_details", "input_tokens_details")
    spoken = _part(usage, "completion_tokens_details", "output_tokens_details")
    hidden = max(0, _count(usage, "total_tokens") - asked - said)
    cached = min(asked, _count(details, "cached_tokens") or _count(usage, "prompt_cache_hit_tokens"))
    told = usage.get("cost")
    if cost is None and is_number(told):
        cost = float(told)  # OpenRouter's replies say what they cost, in US dollars
    is_spoken = _count(details, "audio_tokens") + _count(spoken, "audio_tokens") > 0
    if cost is None and price is not None and not is_spoken:
        cost = price.cost(asked, said + hidden, cached)
    return Usage(
        calls=1,
        input_tokens=asked,
        output_tokens=said + hidden,
        cached_tokens=cached,
        reasoning_tokens=max(hidden, _count(spoken, "reasoning_tokens")),
        cost=cost or 0.0,
        unpriced_calls=0 if cost is not None else 1,
    )


def error_in(body: Any) -> Mapping[str, Any] | None:
    """The error in an answer, as gateways send it with status 200, too; None when there is none."""
    error = cast("Mapping[str, Any]", body).get("error") if isinstance(body, Mapping) else None
    if error is None or isinstance(body.get("choices"), list):
        return None
    return error if isinstance(error, Mapping) else {"message": error}


def error_text(body: Any) -> str:
    """What an answer says about its error, in words."""
    if isinstance(body, str):
        return body.strip()
    if isinstance(body, list) and body:
        return error_text(body[0])  # Gemini's errors come in a list
    if not isinstance(body, Mapping):
        return ""
    for key in ("error", "message", "detail"):
        said = body.get(key)
        if isinstance(said, str):
            return said.strip()
        if isinstance(said, Mapping | list) and said:
            return (error_text(said) if key == "error" else "") or json.dumps(said, default=str)
    return json.dumps(body, default=str) if body else ""


def _text_of(content: Any) -> tuple[str | None, str | None]:
    """A message's text, and the thoughts among its parts."""
    if not isinstance(content, list):
        return _text(content), None
    said: list[str] = []
    thoughts: list[str] = []
    for part in content:
        if isinstance(part, str):
            said.append(part)
        elif isinstance(part, Mapping):
            inner = part.get("text", part.get("refusal"))
            if isinstance(inner, str):
                said.append(inner)
            elif "thinking" in part:
                thought = part["thinking"]
                thoughts.append(thought if isinstance(thought, str) else _text_of(thought)[0] or "")
    return "".join(said) if said else None, "".join(thoughts) or None


def _tool_calls(message: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    calls = message.get("tool_calls")
    found = [call for call in calls if isinstance(call, Mapping)] if isinstance(calls, list) else []
    legacy = message.get("function_call")
    if not found and isinstance(legacy, Mapping):
        found = [{"function": legacy}]
    return tuple(_tool_call(call, index) for index, call in enumerate(found))


def _tool_call(call: Mapping[str, Any], index: int) -> ToolCall:
    function = call.get("function")
    function = function if isinstance(function, Mapping) else call.get("custom")
    function = function if isinstance(function, Mapping) else {}
    arguments = function.get("arguments", function.get("input"))
    if not isinstance(arguments, str):
        arguments = "" if arguments is None else json.dumps(arguments)
    name = function.get("name")
    return ToolCall(
        id=_text(call.get("id")) or f"call_{index}",
        name=name if isinstance(name, str) else "",
        arguments=arguments if arguments.strip() else "{}",
    )


def _part(usage: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    return next((part for name in names if isinstance(part := usage.get(name), Mapping)), {})


def _count(counts: Mapping[str, Any], *names: str) -> int:
    for name in names:
        value = counts.get(name)
        if is_number(value):
            return max(0, int(value))
    return 0


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _shown(value: Any) -> str:
    text = as_text(value)
    return f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text or "nothing"
