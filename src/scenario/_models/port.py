"""What a player asks a language model, and what it gets back. Any object with `complete` is a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from scenario.message_types import Message
from scenario.usage import Usage


@dataclass(frozen=True)
class ToolCall:
    """A tool that a model wants called.

    Attributes:
        id: The call's id, which its result must name.
        name: The tool.
        arguments: The arguments as the model wrote them: JSON text, or what was meant to be.
    """

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class ModelRequest:
    """A request to a language model, in the terms of OpenAI's chat completions.

    Attributes:
        messages: The chat messages, without keys of ours.
        tools: Tool definitions (``{"type": "function", "function": {…}}``).
        tool_choice: ``auto``, ``required``, ``none`` or the choice of one tool; None leaves it to the provider.
        response_format: What the reply must look like, or None.
        temperature: Sampling temperature; None leaves it to the provider.
        max_tokens: The most tokens in the reply; None leaves it to the provider.
        extra: More parameters, passed on by name.
    """

    messages: Sequence[Message]
    tools: Sequence[Mapping[str, Any]] = ()
    tool_choice: str | Mapping[str, Any] | None = None
    response_format: Mapping[str, Any] | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)


@dataclass(frozen=True)
class ModelReply:
    """A language model's reply.

    Attributes:
        content: Its text, or None.
        tool_calls: The tools that it wants called.
        finish_reason: Why it stopped: ``stop``, ``tool_calls``, ``length``, ``content_filter``, or the provider's word.
        usage: What the call used.
        model: The model that answered, as the provider names it.
        provider: Who answered.
        request_id: The provider's id of the request.
        seconds: How long it took, retries included.
        attempts: How often it was tried.
        reasoning: Reasoning that the provider handed over apart from the text, or None.
    """

    content: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = None
    usage: Usage = field(default_factory=lambda: Usage(calls=1))
    model: str | None = None
    provider: str = ""
    request_id: str | None = None
    seconds: float = 0.0
    attempts: int = 1
    reasoning: str | None = None

    @property
    def message(self) -> Message:
        """The reply as a chat message, to be put into the next request."""
        said: Message = {"role": "assistant", "content": self.content}
        if self.tool_calls:
            said["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in self.tool_calls
            ]
        return said


@runtime_checkable
class LanguageModel(Protocol):
    """Anything that answers a `ModelRequest`."""

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Answer a request.

        Args:
            request: What is asked.

        Returns:
            The reply.

        Raises:
            ModelError: It could not be had.
        """
        ...
