"""The types of chat messages: OpenAI's, with the keys that a conversation adds.

A type checker sees OpenAI's own definitions extended. At run time the same names exist as plain typed
dictionaries, so that nothing imports the ``openai`` package just to name a type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NotRequired, TypeAlias

from typing_extensions import TypedDict

Message: TypeAlias = dict[str, Any]
"""A chat message as the library handles it: a plain dictionary with at least a ``role``."""

if TYPE_CHECKING:
    from openai.types.chat import (
        ChatCompletionAssistantMessageParam,
        ChatCompletionDeveloperMessageParam,
        ChatCompletionFunctionMessageParam,
        ChatCompletionMessageParam,
        ChatCompletionSystemMessageParam,
        ChatCompletionToolMessageParam,
        ChatCompletionUserMessageParam,
    )

    class ChatCompletionDeveloperMessageParamWithTrace(ChatCompletionDeveloperMessageParam):
        """A developer's message in a conversation."""

        id: NotRequired[str]
        trace_id: NotRequired[str]

    class ChatCompletionSystemMessageParamWithTrace(ChatCompletionSystemMessageParam):
        """A system message in a conversation."""

        id: NotRequired[str]
        trace_id: NotRequired[str]

    class ChatCompletionUserMessageParamWithTrace(ChatCompletionUserMessageParam):
        """A user's message in a conversation."""

        id: NotRequired[str]
        trace_id: NotRequired[str]

    class ChatCompletionAssistantMessageParamWithTrace(ChatCompletionAssistantMessageParam):
        """An assistant's message in a conversation."""

        id: NotRequired[str]
        trace_id: NotRequired[str]

    class ChatCompletionToolMessageParamWithTrace(ChatCompletionToolMessageParam):
        """A tool's result in a conversation."""

        id: NotRequired[str]
        trace_id: NotRequired[str]

    class ChatCompletionFunctionMessageParamWithTrace(ChatCompletionFunctionMessageParam):
        """A function's result in a conversation, in the older form."""

        id: NotRequired[str]
        trace_id: NotRequired[str]

else:

    class _MessageWithTrace(TypedDict):
        role: str
        content: NotRequired[Any]
        name: NotRequired[str]
        id: NotRequired[str]
        trace_id: NotRequired[str]

    class ChatCompletionDeveloperMessageParamWithTrace(_MessageWithTrace):
        """A developer's message in a conversation."""

    class ChatCompletionSystemMessageParamWithTrace(_MessageWithTrace):
        """A system message in a conversation."""

    class ChatCompletionUserMessageParamWithTrace(_MessageWithTrace):
        """A user's message in a conversation."""

    class ChatCompletionAssistantMessageParamWithTrace(_MessageWithTrace):
        """An assistant's message in a conversation."""

        tool_calls: NotRequired[Any]

    class ChatCompletionToolMessageParamWithTrace(_MessageWithTrace):
        """A tool's result in a conversation."""

        tool_call_id: NotRequired[str]

    class ChatCompletionFunctionMessageParamWithTrace(_MessageWithTrace):
        """A function's result in a conversation, in the older form."""

    ChatCompletionMessageParam = Message

ChatCompletionMessageParamWithTrace: TypeAlias = (
    ChatCompletionDeveloperMessageParamWithTrace
    | ChatCompletionSystemMessageParamWithTrace
    | ChatCompletionUserMessageParamWithTrace
    | ChatCompletionAssistantMessageParamWithTrace
    | ChatCompletionToolMessageParamWithTrace
    | ChatCompletionFunctionMessageParamWithTrace
)

__all__ = [
    "ChatCompletionAssistantMessageParamWithTrace",
    "ChatCompletionDeveloperMessageParamWithTrace",
    "ChatCompletionFunctionMessageParamWithTrace",
    "ChatCompletionMessageParam",
    "ChatCompletionMessageParamWithTrace",
    "ChatCompletionSystemMessageParamWithTrace",
    "ChatCompletionToolMessageParamWithTrace",
    "ChatCompletionUserMessageParamWithTrace",
    "Message",
]
