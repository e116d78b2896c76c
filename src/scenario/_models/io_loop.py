"""The one event loop of a process on which models are called, so that connections outlive a run's own loop."""

from __future__ import annotations

import asyncio
import atexit
import os
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextvars import copy_context
from typing import Any, TypeVar

__tracebackhide__ = True  # pytest leaves our frames out: their values can hold keys

T = TypeVar("T")

_LEAVE_SECONDS = 1.0


class IoLoop:
    """An event loop on a daemon thread of its own, started at the first call.

    It may be used from every thread and every loop. A child process gets a new one. What ends it is the end of
    the process: tasks are cancelled, then it stops, within a second.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closers: list[Callable[[], Awaitable[None]]] = []
        self._inherited: list[Any] = []
        self._leaving = threading.Event()
        self._forgets = sys.platform == "win32"  # where nothing forks

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop, with the caller's context variables, and wait for what it returns.

        Cancelling the caller cancels the coroutine, and the caller does not wait for that.

        Args:
            work: The coroutine.

        Returns:
            What it returns.

        Raises:
            BaseException: What it raises.
        """
        loop, caller = self._started(), asyncio.get_running_loop()
        if loop is caller:
            return await work
        call = _Call(work, caller, self._leaving)
        loop.call_soon_threadsafe(call.start, loop)
        try:
            return await call.waiter
        except asyncio.CancelledError:
            loop.call_soon_threadsafe(call.cancel)
            raise

    def at_close(self, close: Callable[[], Awaitable[None]]) -> None:
        """Have something closed on the loop before it stops."""
        self._closers.append(close)

    def forget(self) -> None:
        """In a child process: what the parent has is left alone, kept from being closed, and never used."""
        self._inherited.append((self._loop, self._closers))
        self._lock, self._loop, self._closers = threading.Lock(), None, []

    def _started(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            with self._lock:
                if self._loop is None:
                    self._loop = self._start()
        return self._loop

    def _start(self) -> asyncio.AbstractEventLoop:
        if not self._forgets:
            self._forgets = True
            os.register_at_fork(after_in_child=self.forget)  # threads do not come along into a child
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=_serve, args=(loop,), name="scenario-io", daemon=True)
        thread.start()
        atexit.register(self._stop, loop, thread)
        return loop

    def _stop(self, loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
        if self._loop is loop and thread.is_alive():  # else it is a parent's
            self._leaving.set()
            loop.call_soon_threadsafe(_leave, loop, self._closers)
            thread.join(_LEAVE_SECONDS)


class _Call:
    """A coroutine on the I/O loop, and somebody on another loop who waits for it."""

    def __init__(
        self, work: Coroutine[Any, Any, Any], caller: asyncio.AbstractEventLoop, leaving: threading.Event
    ) -> None:
        self.waiter: asyncio.Future[Any] = caller.create_future()
        self._work = work
        self._caller = caller
        self._leaving = leaving
        self._context = copy_context()
        self._task: asyncio.Task[Any] | None = None
        self._cancelled = False

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._cancelled:
            self._work.close()
            return
        self._task = loop.create_task(self._work, context=self._context)
        self._task.add_done_callback(self._done)

    def cancel(self) -> None:
        self._cancelled = True
        if self._task is not None:
            self._task.cancel()

    def _done(self, task: asyncio.Task[Any]) -> None:
        error = None if task.cancelled() else task.exception()  # asked for, so that nobody misses it
        if self._leaving.is_set():
            return  # the process ends: who waits on another daemon thread gets no time to say anything
        try:
            self._caller.call_soon_threadsafe(self._tell, task, error)
        except RuntimeError:
            return  # the caller's loop is closed: nobody waits any more

    def _tell(self, task: asyncio.Task[Any], error: BaseException | None) -> None:
        if self.waiter.done():
            return
        if task.cancelled():
            self.waiter.cancel()
        elif error is not None:
            self.waiter.set_exception(error)
        else:
            self.waiter.set_result(task.result())


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()
    loop.close()


def _leave(loop: asyncio.AbstractEventLoop, closers: Sequence[Callable[[], Awaitable[None]]]) -> None:
    """Cancel what is under way, close what is open, and stop."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    farewell = loop.create_task(_farewell(tasks, closers))
    farewell.add_done_callback(lambda _: loop.stop())


async def _farewell(tasks: set[asyncio.Task[Any]], closers: Sequence[Callable[[], Awaitable[None]]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.gather(*(close() for close in closers), return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()


_of_process = IoLoop()  # not made at the first call: many threads may make that at once, and need the same


def io_loop() -> IoLoop:
    """The loop of this process. It has no thread before its first use."""
    return _of_process
