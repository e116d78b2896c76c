"""What the model that plays a user is asked: the conversation from the user's side. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from scenario._simulator.guards import Finding
from scenario._simulator.prompt import (
    BEGINS,
    FIRST,
    LEAVE_TOOL,
    NOT_USED,
    NOTHING,
    UNANSWERED,
    Part,
    instructions,
)
from scenario._text import calls_of, content_text, shorten, text_of
from scenario.message_types import Message

_MEDIA = frozenset({"image_url", "input_audio", "file"})
_MOST_ARGUMENTS, _MOST_RESULT = 300, 500
"""How many characters of a tool's arguments and of its result a note shows."""


@dataclass(frozen=True)
class Request:
    """A request to the model.

    Attributes:
        messages: Chat messages: the instructions, then the two sides by turns, the other side's last.
        tools: What it may call.
    """

    messages: tuple[Message, ...]
    tools: tuple[Mapping[str, Any], ...] = ()

    def corrected(self, finding: Finding) -> Request:
        """The same request, with a note about what was wrong with the reply to it."""
        *before, last = self.messages
        note = _text(NOT_USED.format(reason=finding.reason))
        content: Any = last["content"]
        parts = [_text(content)] if isinstance(content, str) else cast("list[dict[str, Any]]", content)
        return replace(self, messages=(*before, {"role": "user", "content": _content([*parts, note])}))


def build_request(part: Part, messages: Sequence[Mapping[str, Any]]) -> Request:
    """What to ask for the user's next message.

    Args:
        part: The part that the model plays.
        messages: The conversation so far.

    Returns:
        The request. It holds none of the keys that the conversation adds to messages.
    """
    system: Message = {"role": "system", "content": instructions(part)}
    return Request((system, *turned(messages)), (LEAVE_TOOL,) if part.endings else ())


def turned(messages: Sequence[Mapping[str, Any]]) -> list[Message]:
    """The conversation from the user's side: own messages as the assistant's, the agent's as the user's.

    The two sides take turns, and the agent's side begins and ends, as some providers demand. Tool calls
    and their results are notes in square brackets on the agent's side. System messages are left out: they
    are meant for the agent.

    Args:
        messages: The conversation.

    Returns:
        New messages that hold a role and a content.
    """
    names: dict[Any, str] = {}
    turns: list[tuple[str, list[dict[str, Any]]]] = [("user", [_text(BEGINS)])]
    for message in messages:
        side, parts = _seen(message, names)
        if not parts:
            continue
        if turns[-1][0] == side:
            turns[-1][1].extend(parts)
        else:
            turns.append((side, parts))
    if len(turns) == 1 and len(turns[0][1]) == 1:
        return [{"role": "user", "content": FIRST}]
    if turns[-1][0] == "assistant":
        turns.append(("user", [_text(UNANSWERED)]))
    return [{"role": side, "content": _content(parts)} for side, parts in turns]


def _seen(message: Mapping[str, Any], names: dict[Any, str]) -> tuple[str, list[dict[str, Any]]]:
    """Whose side a message is on, and its parts as that side's content; `names` learns the tools' names."""
    match message.get("role"):
        case "user":
            said = text_of(message)  # a picture of one's own is named: no provider takes one on this side
            return "assistant", [_text(said)] if said.strip() else []
        case "assistant":
            calls = [_called(call, names) for call in _calls(message)]
            return "user", [*_shown(message), *calls] or [_text(NOTHING)]
        case "tool" | "function":
            name = names.get(message.get("tool_call_id")) or message.get("name") or "the tool"
            result = shorten(content_text(message.get("content")), _MOST_RESULT)
            return "user", [_text(f"[{name} answers: {result}]")]
        case _:
            return "user", []


def _calls(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    older: Any = message.get("function_call")
    return [*calls_of(message), *([{"function": older}] if isinstance(older, Mapping) else [])]


def _called(call: Mapping[str, Any], names: dict[Any, str]) -> dict[str, Any]:
    function: Any = call.get("function") or {}
    name, arguments = str(function.get("name") or "a tool"), content_text(function.get("arguments"))
    if "id" in call:
        names[call["id"]] = name
    return _text(f"[The assistant calls {name}({shorten(arguments, _MOST_ARGUMENTS)})]")


def _shown(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    content: Any = message.get("content")
    if not isinstance(content, list | tuple):
        said = text_of(message)
        return [_text(said)] if said.strip() else []
    parts = cast("Sequence[Any]", content)
    return [
        dict(cast("Mapping[str, Any]", part))
        if isinstance(part, Mapping) and part.get("type") in _MEDIA
        else _text(content_text([part]))
        for part in parts
    ]


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _content(parts: Sequence[dict[str, Any]]) -> str | list[dict[str, Any]]:
    if all(part["type"] == "text" for part in parts):
        return "\n".join(part["text"] for part in parts)
    return list(parts)
