"""A language model that answers from a list."""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from threading import Lock
from typing import Any, TypeAlias

from scenario._models.port import ModelReply, ModelRequest, ToolCall
from scenario._text import message_lines, shorten

Plain: TypeAlias = str | ModelReply | BaseException | Mapping[str, Any]
Scripted: TypeAlias = Plain | Callable[[ModelRequest], Plain | Awaitable[Plain]]


class ScriptedModel:
    """A language model that answers from a list, and keeps what it was asked.

    It may serve several runs and threads at once: each request takes the next reply.

    Args:
        replies: Its answers, one for each request. A text is a reply with that content; a mapping with a
            ``role`` is an assistant's chat message; another mapping is the content, as JSON; a `ModelReply`
            is given as it is; an exception is raised; a function is called with the request and returns one
            of these, or something to await that does.
        default: The answer to every request after those. None: such a request is an error.

    Attributes:
        requests: What it was asked, in order.

    Example:
        >>> model = ScriptedModel("Hello!", ScriptedModel.call("find_order", {"number": 7}))
    """

    def __init__(self, *replies: Scripted, default: Scripted | None = None) -> None:
        self.requests: list[ModelRequest] = []
        self._replies = replies
        self._default = default
        self._ids = CallIds()
        self._lock = Lock()

    @staticmethod
    def call(
        name: str,
        arguments: Mapping[str, Any] | str = "{}",
        *,
        content: str | None = None,
        id: str | None = None,  # noqa: A002 - the protocol's name
    ) -> ModelReply:
        """A reply that calls a tool.

        Args:
            name: The tool.
            arguments: Its arguments; a text stands as it is, valid JSON or not.
            content: What the model says beside it.
            id: The call's id. By default it is made of the name, and the model keeps it unique.
        """
        written = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
        wanted = ToolCall(id or f"call_{name}", name, written)
        return ModelReply(content, (wanted,), "tool_calls")

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Give the next reply.

        Args:
            request: Kept in `requests`.

        Raises:
            AssertionError: The replies are used up, and there is no default.
        """
        with self._lock:
            self.requests.append(request)
            scripted = self._next(len(self.requests))
        if callable(scripted):
            made = scripted(request)
            scripted = await made if inspect.isawaitable(made) else made
        if isinstance(scripted, BaseException):
            raise scripted
        return self._ids.unique(as_reply(scripted))

    def _next(self, count: int) -> Scripted:
        if count <= len(self._replies):
            return self._replies[count - 1]
        if self._default is None:
            asked = (
                message_lines(self.requests[-1].messages[-1]) if self.requests[-1].messages else ["nothing"]
            )
            raise AssertionError(
                f"This ScriptedModel has {len(self._replies)} replies and was asked for one more "
                f"(the request ends with {shorten(' '.join(asked))!r}). Give it another reply, or a `default`."
            )
        return self._default


class CallIds:
    """Keeps the ids of tool calls unique."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._counts: dict[str, int] = {}
        self._lock = Lock()

    def unique(self, reply: ModelReply) -> ModelReply:
        """The reply; a call whose id was given out before gets one with a number."""
        if not reply.tool_calls:
            return reply
        with self._lock:
            return replace(reply, tool_calls=tuple(self._unique(call) for call in reply.tool_calls))

    def _unique(self, call: ToolCall) -> ToolCall:
        name, count = (
            call.id,
            self._counts.get(call.id, 1),
        )  # not from the start each time, as there may be many
        while name in self._given:
            count += 1
            name = f"{call.id}_{count}"
        self._given.add(name)
        self._counts[call.id] = count
        return call if name == call.id else replace(call, id=name)


def as_reply(scripted: Plain) -> ModelReply:
    """The reply that a text, a mapping or a reply stands for.

    Raises:
        TypeError: It is none of them.
    """
    match scripted:
        case ModelReply():
            return scripted
        case str():
            return ModelReply(scripted, finish_reason="stop")
        case Mapping():
            return _from_mapping(scripted)
        case _:
            raise TypeError(f"{scripted!r} is no reply of a model: give a text, a mapping or a ModelReply")


def _from_mapping(scripted: Mapping[str, Any]) -> ModelReply:
    if "role" not in scripted:
        return ModelReply(json.dumps(scripted, ensure_ascii=False), finish_reason="stop")
    calls = tuple(
        ToolCall(call["id"], call["function"]["name"], call["function"]["arguments"])
        for call in scripted.get("tool_calls") or ()
    )
    return ModelReply(scripted.get("content"), calls, "tool_calls" if calls else "stop")
