"""Helpers that people's own agents and judges import, documented one by one."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenario._console.messages import print_openai_messages
    from scenario._console.terminal import show_spinner
    from scenario._utils.awaiting import await_if_awaitable
    from scenario._utils.ids import (
        generate_message_id,
        generate_scenario_id,
        generate_scenario_run_id,
        generate_thread_id,
        get_batch_run_id,
        get_or_create_batch_run_id,
        safe_parse_ksuid,
    )
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
    "generate_message_id",
    "generate_scenario_id",
    "generate_scenario_run_id",
    "generate_thread_id",
    "get_batch_run_id",
    "get_or_create_batch_run_id",
    "print_openai_messages",
    "reverse_roles",
    "safe_parse_ksuid",
    "show_spinner",
]

_REPLIES = "scenario._utils.replies"
_HOMES = {
    "SerializableWithStringFallback": _REPLIES,
    "await_if_awaitable": "scenario._utils.awaiting",
    "check_valid_return_type": _REPLIES,
    "convert_agent_return_types_to_openai_messages": _REPLIES,
    "print_openai_messages": "scenario._console.messages",
    "reverse_roles": _REPLIES,
    "show_spinner": "scenario._console.terminal",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES.get(name, "scenario._utils.ids")), name)
