"""Changes as they happen: server-sent events that follow the store, whoever writes to it.

Source of the form: WHATWG HTML, section 9.2, Server-sent events.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from typing import Final

from anyio import to_thread

from scenario.store import queries
from scenario.store.open import FAILURES, RunStore
from scenario.store.plain import plain, to_json
from scenario.web.batch_data import ChangedRuns
from scenario.web.live_data import LiveEvent
from scenario.web.routes import changes_since

EVERY: Final = 0.25
"""Seconds between two looks at the store."""

TICK: Final = 15.0
"""Seconds between two signs that the stream lives; runs that went silent show then, too."""


class Stopping:
    """Tells the streams that the server ends; uvicorn waits for them otherwise."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.streams = 0

    @property
    def is_set(self) -> bool:
        """Whether the server ends."""
        return self._event.is_set()

    def set(self) -> None:
        """End the streams."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Wait for so long, or until the server ends."""
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            pass


async def stream(
    store: RunStore,
    since: int | None,
    stopping: Stopping,
    *,
    every: float = EVERY,
    now: Callable[[], float] = time.monotonic,
) -> AsyncGenerator[bytes]:
    """The events of one page.

    Args:
        store: The store.
        since: The number of the last change that the page knows; None begins with what is to come.
        stopping: Ends the stream.
        every: Seconds between two looks.
        now: A clock for the ticks.
    """
    stopping.streams += 1
    try:
        last = since if since is not None else await to_thread.run_sync(queries.latest_change, store)
        yield sent({"event": "hello", "id": str(last), "data": {"latest": last}})
        ticked_at = now()
        while not stopping.is_set:
            try:
                found = await to_thread.run_sync(_new, store, last)
            except FAILURES:
                found = None  # the store is away for a moment: the next look tells
            if found is not None:
                last = found["latest"]
                yield sent({"event": "change", "id": str(last), "data": found})
            elif now() - ticked_at >= TICK:
                ticked_at = now()
                yield sent({"event": "tick", "id": str(last), "data": {"latest": last}})
            if found is None:
                await stopping.wait(every)
    finally:
        stopping.streams -= 1


def sent(told: LiveEvent) -> bytes:
    """An event as it is sent."""
    return f"event: {told['event']}\nid: {told['id']}\ndata: {to_json(plain(told['data']))}\n\n".encode()


def _new(store: RunStore, since: int) -> ChangedRuns | None:
    """What changed; None when nothing did. A number from another store begins anew."""
    latest = queries.latest_change(store)
    if latest == since:
        return None
    found = changes_since(store, since if latest > since else 0)
    return {**found, "removed": True} if latest < since else found
