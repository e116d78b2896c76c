"""What a call of a language model says about itself, as attributes of a span. Pure.

Requests and replies are those of OpenAI's two protocols, chat completions and responses, and of what
speaks like them: dictionaries, or objects with the same fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

from scenario import _genai as genai
from scenario._genai_messages import as_parts, field, items

Attributes: TypeAlias = dict[str, Any]

_PARAMETERS = {
    "temperature": genai.REQUEST_TEMPERATURE,
    "top_p": genai.REQUEST_TOP_P,
    "max_tokens": genai.REQUEST_MAX_TOKENS,
    "max_completion_tokens": genai.REQUEST_MAX_TOKENS,
    "max_output_tokens": genai.REQUEST_MAX_TOKENS,
    "frequency_penalty": genai.REQUEST_FREQUENCY_PENALTY,
    "presence_penalty": genai.REQUEST_PRESENCE_PENALTY,
    "seed": genai.REQUEST_SEED,
}
_HOSTS = {
    "openai.azure.com": "azure.ai.openai",
    "services.ai.azure.com": "azure.ai.inference",
    "anthropic.com": "anthropic",
    "deepseek.com": "deepseek",
    "generativelanguage.googleapis.com": "gcp.gemini",
    "groq.com": "groq",
    "mistral.ai": "mistral_ai",
    "perplexity.ai": "perplexity",
    "x.ai": "x_ai",
}
_USAGE = {
    genai.USAGE_INPUT_TOKENS: (("prompt_tokens",), ("input_tokens",)),
    genai.USAGE_OUTPUT_TOKENS: (("completion_tokens",), ("output_tokens",)),
    genai.USAGE_CACHE_READ_INPUT_TOKENS: (
        ("prompt_tokens_details", "cached_tokens"),
        ("input_tokens_details", "cached_tokens"),
        ("cache_read_input_tokens",),
    ),
    genai.USAGE_REASONING_OUTPUT_TOKENS: (
        ("completion_tokens_details", "reasoning_tokens"),
        ("output_tokens_details", "reasoning_tokens"),
    ),
}


def provider_at(host: str) -> str:
    """Who answers at an address that speaks OpenAI's protocol; ``openai`` when the address does not tell."""
    return next((name for end, name in _HOSTS.items() if host == end or host.endswith(f".{end}")), "openai")


def request_attributes(body: Any, *, captures: bool) -> Attributes:
    """What a request says: its model and parameters, and its messages when they are captured.

    Args:
        body: The request.
        captures: Whether to take the words of messages.
    """
    told: Attributes = {"langwatch.span.type": "llm", genai.OPERATION_NAME: genai.CHAT}
    model = field(body, "model")
    if isinstance(model, str):
        told[genai.REQUEST_MODEL] = model
    for name, attribute in _PARAMETERS.items():
        value = field(body, name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            told[attribute] = value
    if field(body, "stream") is True:
        told[genai.REQUEST_STREAM] = True
    stop, choices = field(body, "stop"), field(body, "n")
    if isinstance(stop, str) or items(stop):
        told[genai.REQUEST_STOP_SEQUENCES] = (
            [stop] if isinstance(stop, str) else [str(s) for s in items(stop)]
        )
    if isinstance(choices, int) and choices != 1:
        told[genai.REQUEST_CHOICE_COUNT] = choices
    if captures:
        told.update(_asked(body))
    return told


def reply_attributes(reply: Any, *, captures: bool) -> Attributes:
    """What a reply says: its id, its model, why it ended, what it cost in tokens, and its words when captured.

    Args:
        reply: The reply, or what is known of it.
        captures: Whether to take the words of messages.
    """
    told: Attributes = {}
    for name, attribute in (("id", genai.RESPONSE_ID), ("model", genai.RESPONSE_MODEL)):
        value = field(reply, name)
        if isinstance(value, str):
            told[attribute] = value
    reasons = _finish_reasons(reply)
    if reasons:
        told[genai.RESPONSE_FINISH_REASONS] = reasons
    told.update(_usage(field(reply, "usage")))
    if captures and (said := _said(reply)):
        told[genai.OUTPUT_MESSAGES] = genai.to_json(said)
    return told


def is_reply(value: Any) -> bool:
    """Whether this is a whole reply of a model, or at least says what it cost."""
    return bool(_usage(field(value, "usage"))) or any(
        isinstance(field(value, name), list) for name in ("choices", "output")
    )


def _usage(usage: Any) -> Attributes:
    found: Attributes = {}
    for attribute, paths in _USAGE.items():
        for path in paths:
            value = usage
            for name in path:
                value = field(value, name)
            if isinstance(value, int) and not isinstance(value, bool):
                found[attribute] = value
                break
    return found


def _finish_reasons(reply: Any) -> list[str]:
    reasons = [field(choice, "finish_reason") for choice in items(field(reply, "choices"))]
    if not reasons:
        reasons = [field(reply, "stop_reason") or _status(reply)]
    return [reason for reason in reasons if isinstance(reason, str)]


def _status(reply: Any) -> Any:
    """Why a reply of the responses protocol ended."""
    if not isinstance(field(reply, "output"), list):
        return None
    return field(field(reply, "incomplete_details"), "reason") or field(reply, "status")


def _asked(body: Any) -> Attributes:
    asked: Attributes = {}
    messages, given = field(body, "messages"), field(body, "input")
    if isinstance(messages, list):
        asked[genai.INPUT_MESSAGES] = genai.to_json(as_parts(cast("list[Any]", messages)))
    elif isinstance(given, str):
        asked[genai.INPUT_MESSAGES] = genai.to_json(as_parts([{"role": "user", "content": given}]))
    elif isinstance(given, list):
        asked[genai.INPUT_MESSAGES] = genai.to_json(as_parts(_messages_of(cast("list[Any]", given))))
    instructions = field(body, "instructions")
    if isinstance(instructions, str):
        asked[genai.SYSTEM_INSTRUCTIONS] = genai.to_json([{"type": "text", "content": instructions}])
    return asked


def _said(reply: Any) -> list[dict[str, Any]]:
    choices = items(field(reply, "choices"))
    if choices:
        return as_parts([{"role": "assistant", **_plain(field(choice, "message"))} for choice in choices])
    return as_parts(_messages_of(items(field(reply, "output"))))


def _plain(message: Any) -> dict[str, Any]:
    named = {name: field(message, name) for name in ("role", "content", "tool_calls", "refusal")}
    return {name: value for name, value in named.items() if value is not None}


def _messages_of(entries: Sequence[Any]) -> list[dict[str, Any]]:
    """Entries of the responses protocol as chat messages."""
    return [message for entry in entries for message in _message_of(entry)]


def _message_of(entry: Any) -> list[dict[str, Any]]:
    match field(entry, "type"):
        case "function_call":
            function = {"name": field(entry, "name"), "arguments": field(entry, "arguments")}
            return [
                {"role": "assistant", "tool_calls": [{"id": field(entry, "call_id"), "function": function}]}
            ]
        case "function_call_output":
            output = field(entry, "output")
            return [{"role": "tool", "tool_call_id": field(entry, "call_id"), "content": output}]
        case "message" | None:
            return [{"role": field(entry, "role"), "content": field(entry, "content")}]
        case _:
            return []


class ChunkFold:
    """Makes one reply of the chunks of a stream.

    Args:
        captures: Whether to keep the words.
    """

    def __init__(self, *, captures: bool) -> None:
        self._captures = captures
        self._whole: Any = None
        self._told: dict[str, Any] = {}
        self._choices: dict[int, dict[str, Any]] = {}

    def add(self, chunk: Any) -> None:
        """Take the next chunk, of either protocol."""
        whole = field(chunk, "response")
        if whole is not None:
            self._whole = whole  # the responses protocol tells its last state at the end
            return
        for name in ("id", "model", "usage"):
            value = field(chunk, name)
            if value:
                self._told[name] = value
        for choice in items(field(chunk, "choices")):
            self._take(choice)

    def reply(self) -> Any:
        """The reply as far as it has come."""
        if self._whole is not None:
            return self._whole
        choices = [self._finished(choice) for _, choice in sorted(self._choices.items())]
        return {**self._told, "choices": choices}

    def _take(self, choice: Any) -> None:
        index = field(choice, "index") or 0
        kept = self._choices.setdefault(index, {"finish_reason": None, "text": [], "calls": {}})
        kept["finish_reason"] = field(choice, "finish_reason") or kept["finish_reason"]
        if not self._captures:
            return
        delta = field(choice, "delta")
        if isinstance(field(delta, "content"), str):
            kept["text"].append(field(delta, "content"))
        for piece in items(field(delta, "tool_calls")):
            call = kept["calls"].setdefault(field(piece, "index"), {"id": None, "name": "", "arguments": ""})
            call["id"] = field(piece, "id") or call["id"]
            function = field(piece, "function")
            call["name"] += field(function, "name") or ""
            call["arguments"] += field(function, "arguments") or ""

    def _finished(self, choice: Mapping[str, Any]) -> dict[str, Any]:
        calls = [
            {"id": call["id"], "function": {"name": call["name"], "arguments": call["arguments"]}}
            for call in choice["calls"].values()
        ]
        message = {"role": "assistant", "content": "".join(choice["text"]), "tool_calls": calls}
        return {"finish_reason": choice["finish_reason"], "message": message}
