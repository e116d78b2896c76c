"""What agents return, checked and made into messages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, cast

from pydantic import BaseModel

from scenario._error_messages import invalid_agent_reply
from scenario.errors import InvalidReplyError
from scenario.message_types import Message
from scenario.types import ScenarioResult, UserEnding


class SerializableWithStringFallback(json.JSONEncoder):
    """Encodes pydantic models as their data, iterators as lists, and anything else as its text."""

    def default(self, o: Any) -> Any:
        """The JSON form of a value that JSON has none for."""
        try:
            return _encode(o)
        except TypeError:
            return str(o)


class _Strict(json.JSONEncoder):
    def default(self, o: Any) -> Any:
        return _encode(o)


def read_reply(reply: Any, class_name: str, role: str) -> list[Message] | ScenarioResult:
    """What an agent's reply comes to: its result, or new messages as plain dictionaries.

    Args:
        reply: What ``call`` returned.
        class_name: The agent's class, for the text of the error.
        role: The role of text; messages keep their own.

    Raises:
        InvalidReplyError: It is neither text, nor messages that JSON can hold, nor a result.
    """
    if isinstance(reply, str):
        return [{"role": role, "content": str(reply)}]
    if isinstance(reply, ScenarioResult):
        return reply
    items = cast("list[Any]", reply if isinstance(reply, list) else [reply])
    if not all(_is_message(item) for item in items):
        raise InvalidReplyError(invalid_agent_reply(reply, class_name))
    try:
        return [json.loads(json.dumps(_as_dict(item), cls=_Strict)) for item in items]
    except (TypeError, ValueError) as error:
        raise InvalidReplyError(invalid_agent_reply(reply, class_name)) from error


def check_valid_return_type(return_value: Any, class_name: str) -> None:
    """Check that an agent's reply is one.

    Args:
        return_value: What ``call`` returned.
        class_name: The agent's class, for the text of the error.

    Raises:
        InvalidReplyError: It is neither text, nor messages that JSON can hold, nor a result.
    """
    if not isinstance(return_value, UserEnding):
        read_reply(return_value, class_name, "assistant")


def convert_agent_return_types_to_openai_messages(
    agent_response: Any, role: Literal["user", "assistant"]
) -> list[Message]:
    """The messages that an agent's reply stands for.

    Args:
        agent_response: A valid reply: text, a message, or a list of messages.
        role: The role of text; messages keep their own.

    Returns:
        New messages as plain dictionaries; none for a result, the last words for a user's ending.

    Raises:
        InvalidReplyError: It is no reply.
    """
    if isinstance(agent_response, UserEnding):
        text = agent_response.message
        return [] if text is None else [{"role": role, "content": text}]
    messages = read_reply(agent_response, "The agent", role)
    return [] if isinstance(messages, ScenarioResult) else messages


def reverse_roles(messages: Sequence[Mapping[str, Any]]) -> list[Message]:
    """The conversation as the other side sees it: user and assistant swapped, on copies.

    Args:
        messages: Chat messages. Those that call a tool, and those of other roles, keep their role;
            messages of the two that say nothing are left out.

    Returns:
        New messages.
    """
    swapped = {"user": "assistant", "assistant": "user"}
    turned: list[Message] = []
    for message in messages:
        keeps = message.get("tool_calls") or message.get("role") not in swapped
        if keeps:
            turned.append(dict(message))
        elif message.get("content"):
            turned.append({**message, "role": swapped[message["role"]]})
    return turned


def _is_message(value: Any) -> bool:
    if isinstance(value, Mapping):
        return isinstance(cast("Mapping[str, Any]", value).get("role"), str)
    return isinstance(value, BaseModel) and isinstance(getattr(value, "role", None), str)


def _as_dict(value: Any) -> dict[str, Any]:
    if isinstance(value, BaseModel):
        dumped = value.model_dump(mode="json", exclude_unset=True, exclude_none=True)
        return {"role": getattr(value, "role"), **dumped}  # noqa: B009 - checked before, unknown to the type
    return dict(value)


def _encode(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return _as_dict(value) if hasattr(value, "role") else value.model_dump(exclude_none=True)
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, Any]", value))
    if isinstance(value, Iterator):
        return list(cast("Iterator[Any]", value))
    raise TypeError(f"{type(value).__name__} is not data that JSON can hold")
