"""Awaiting what may or may not need it."""

from __future__ import annotations

import inspect
from typing import Any

__tracebackhide__ = True  # pytest leaves our frames out of the tracebacks of people's own errors


async def await_if_awaitable(value: Any) -> Any:
    """The value, awaited first if it can be."""
    return await value if inspect.isawaitable(value) else value
