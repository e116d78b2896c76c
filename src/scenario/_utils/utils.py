"""The helpers under the path by which some people know them."""

from __future__ import annotations

from scenario._utils.awaiting import await_if_awaitable
from scenario._utils.replies import (
    SerializableWithStringFallback,
    check_valid_return_type,
    convert_agent_return_types_to_openai_messages,
    reverse_roles,
)

__all__ = [
    "SerializableWithStringFallback",
    "await_if_awaitable",
    "check_valid_return_type",
    "convert_agent_return_types_to_openai_messages",
    "reverse_roles",
]
