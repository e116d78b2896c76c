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


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Await a coroutine that runs to its end even when the caller is cancelled, who goes on being cancelled then.

    Args:
        work: The coroutine.

    Returns:
        What it returns.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise
