"""A run on a thread and a loop of its own, so that an agent that blocks holds up nobody else."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Protocol

from scenario._engine.loop import Curtain
from scenario._engine.outcome import Raised, TimedOut
from scenario._engine.threads import Job, thread_pool
from scenario.cache import context_scenario
from scenario.errors import TimeLimitError
from scenario.types import ScenarioResult

__tracebackhide__ = True  # pytest leaves our frames out of the tracebacks of people's own errors

GRACE = 0.2
"""Seconds that a run gets to end by itself when it is cancelled or out of time."""

_logger = logging.getLogger("scenario")


class Performance(Protocol):
    """A run, as seen from the thread that waits for it."""

    async def run(self) -> ScenarioResult:
        """Play it, on whatever loop this is called."""
        ...

    def curtain(self) -> Curtain | None:
        """What ends it, once it has begun."""
        ...

    def seconds_left(self) -> float | None:
        """Seconds until one of its time limits could be passed; None when there is no limit."""
        ...

    def overdue(self, grace: float) -> TimeLimitError | None:
        """The limit that was passed by more than `grace` seconds, or None."""
        ...


async def run_apart(performance: Performance) -> ScenarioResult:
    """Play a run on a thread of its own, with the caller's context variables.

    Cancelling the caller ends the run. When the run does not end by itself, because an agent blocks its
    thread, the thread is left behind and the run is concluded from here.

    Returns:
        The run's result.

    Raises:
        BaseException: What ended the run, unchanged.
    """
    apart = _Apart(performance.run)
    thread_pool().submit(apart.job, urgent=context_scenario.get(None) is not None)
    done = asyncio.wrap_future(apart.future)
    done.add_done_callback(_see)
    try:
        while True:
            left = performance.seconds_left()
            await asyncio.wait({done}, timeout=None if left is None else max(left, 0.0) + GRACE)
            if done.done():
                return done.result()
            error = performance.overdue(GRACE)
            if error is not None:
                apart.cancel()
                curtain = performance.curtain()
                result = curtain.fall_from_outside(TimedOut(error)) if curtain is not None else None
                if result is not None:
                    apart.leave_behind(str(error))
                    return result
    except asyncio.CancelledError as error:
        apart.cancel()
        await asyncio.wait({done}, timeout=GRACE)
        if not done.done():
            curtain = performance.curtain()
            if curtain is not None:
                curtain.fall_from_outside(Raised(error))
            apart.leave_behind("The run was cancelled while an agent blocked its thread.")
        raise


def _see(done: asyncio.Future[ScenarioResult]) -> None:
    """Look at how a run ended, so that asyncio does not complain when nobody else wants to know."""
    if not done.cancelled():
        done.exception()


class _Apart:
    """A coroutine on a thread of its own, with a loop that is made for it and closed after it."""

    def __init__(self, main: Callable[[], Coroutine[Any, Any, ScenarioResult]]) -> None:
        self.future: Future[ScenarioResult] = Future()
        self.job = Job(self._work)
        self._main = main
        self._context = contextvars.copy_context()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[ScenarioResult] | None = None
        self._cancelled = False

    def cancel(self) -> None:
        """Cancel the coroutine, from another thread."""
        self._cancelled = True
        self.future.cancel()  # if it has not begun
        loop, task = self._loop, self._task
        if loop is not None and task is not None:
            try:
                loop.call_soon_threadsafe(task.cancel)
            except RuntimeError:
                _logger.debug("The run's loop is closed: it has just ended by itself")

    def leave_behind(self, reason: str) -> None:
        """Stop waiting for the thread."""
        thread_pool().abandon(self.job)
        _logger.warning("%s Its thread is left behind and ends when the agent returns.", reason)

    def _work(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        loop = self._loop = asyncio.new_event_loop()
        try:
            asyncio.set_event_loop(loop)
            self._task = loop.create_task(self._main(), context=self._context)
            if self._cancelled:
                self._task.cancel()
            result = loop.run_until_complete(self._task)
        except BaseException as error:  # noqa: BLE001 - the caller's thread gets it
            _close(loop)
            self.future.set_exception(error)
        else:
            _close(loop)
            self.future.set_result(result)


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """End what still runs on a loop, and close it."""
    try:
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks, timeout=1.0))
        loop.run_until_complete(loop.shutdown_asyncgens())
    except Exception:  # the run is over: what its tasks still raise changes nothing
        _logger.exception("The loop of a run could not be emptied")
    finally:
        asyncio.set_event_loop(None)
        loop.close()
