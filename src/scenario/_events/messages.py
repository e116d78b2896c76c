"""Chat messages in the form of the event protocol."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """The function that a tool call names. `arguments` is JSON text."""

    name: str
    arguments: str

    def to_dict(self) -> dict[str, Any]:
        """The form on the wire."""
        return {"name": self.name, "arguments": self.arguments}


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a tool by the assistant."""

    id: str
    function: FunctionCall
    type: str = "function"

    def to_dict(self) -> dict[str, Any]:
        """The form on the wire."""
        return {"id": self.id, "type": self.type, "function": self.function.to_dict()}


@dataclass(frozen=True, slots=True)
class OtherMessage:
    """A message of any role; the others narrow it.

    Attributes:
        id: The message's id, the same for life.
        role: Whose message it is.
        content: Text; lists of parts as JSON text.
        trace_id: The trace of the message's turn, 32 hexadecimal digits.
    """

    id: str
    role: str
    content: str
    trace_id: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The form on the wire."""
        wire: dict[str, Any] = {"id": self.id, "role": self.role, "content": self.content}
        return wire if self.trace_id is None else {"trace_id": self.trace_id, **wire}


@dataclass(frozen=True, slots=True)
class UserMessage(OtherMessage):
    """What the user says."""


@dataclass(frozen=True, slots=True)
class SystemMessage(OtherMessage):
    """An instruction."""


@dataclass(frozen=True, slots=True)
class AssistantMessage(OtherMessage):
    """What the agent says, and the tools that it calls."""

    tool_calls: tuple[ToolCall, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """The form on the wire."""
        calls = [call.to_dict() for call in self.tool_calls]
        return {**OtherMessage.to_dict(self), "toolCalls": calls}


@dataclass(frozen=True, slots=True)
class ToolMessage(OtherMessage):
    """What a tool returned."""

    tool_call_id: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The form on the wire."""
        return {**OtherMessage.to_dict(self), "toolCallId": self.tool_call_id}


WireMessage: TypeAlias = UserMessage | AssistantMessage | SystemMessage | ToolMessage | OtherMessage
