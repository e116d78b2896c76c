"""Several things at once, of which none is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

__tracebackhide__ = True  # pytest leaves our frames out of the tracebacks of people's own errors

T = TypeVar("T")


async def together(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Run coroutines at once.

    When one raises, or the caller is cancelled, the others are ended as well before this does so too.

    Args:
        work: The coroutines.

    Returns:
        What they return, in their order.
    """
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
