"""Plain data: copies of what JSON can hold, and messages made of what people write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from scenario.message_types import Message

_TEXT: Final = frozenset({str})


def copy_plain(value: Any) -> Any:
    """A copy of JSON-like data: dictionaries, lists and tuples are copied, everything else is shared."""
    if isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value)
        return {key: copy_plain(item) for key, item in items.items()}
    if isinstance(value, list | tuple):
        return [copy_plain(item) for item in cast("Sequence[Any]", value)]
    return value


def copy_message(message: Mapping[str, Any]) -> Message:
    """A copy of a message that shares nothing mutable with it."""
    copy = dict(message)
    if not _TEXT.issuperset(map(type, copy.values())):
        for key, value in copy.items():
            copy[key] = copy_plain(value)
    return copy


class View:
    """A list of copies that follows a list of messages. Whoever holds it may change it: nothing else changes.

    Args:
        source: The messages that it follows.
    """

    def __init__(self, source: Sequence[Message]) -> None:
        self._source = source
        self._copies: list[Message] = []
        self._length = 0

    def restart(self) -> None:
        """Begin a new list; for when the source was cut."""
        self._copies = []
        self._length = 0

    def current(self) -> list[Message]:
        """The list, extended by copies of what is new; built afresh if somebody made it longer or shorter."""
        if len(self._copies) != self._length:
            self.restart()
        if self._length != len(self._source):
            self._copies += [copy_message(message) for message in self._source[self._length :]]
            self._length = len(self._copies)
        return self._copies


def checked_message(message: Any) -> Mapping[str, Any]:
    """The message, when it is one.

    Raises:
        ValueError: It is no dictionary with a role.
    """
    fields: Any = message
    if isinstance(fields, Mapping) and isinstance(fields.get("role"), str):
        return fields
    raise ValueError(f"{message!r} is no chat message: it needs to be a dictionary with a `role`")


def spoken(content: Any, role: str) -> Message:
    """What somebody of `role` says, as a message.

    Args:
        content: Text, a list of content parts, or a message.
        role: ``user`` or ``assistant``. A message without a role gets it.

    Returns:
        The message, as a copy.

    Raises:
        ValueError: `content` is a message of another role, or nothing that can be said.
    """
    if isinstance(content, str):
        return {"role": role, "content": content}
    if isinstance(content, list | tuple):
        return {"role": role, "content": copy_plain(content)}
    if isinstance(content, Mapping):
        message = copy_message({"role": role, **cast("Mapping[str, Any]", content)})
        if message["role"] == role:
            return message
        raise ValueError(f"a message of role {message['role']!r} stands where one of role {role!r} is said")
    raise ValueError(f"{content!r} is neither text, nor a list of content parts, nor a message")
