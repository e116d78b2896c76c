"""The scheduler: plays trials, as many at once as the limits allow, until all are played or it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from scenario.faults import Fault
from scenario.suite.attempt import Shared, play_attempt
from scenario.suite.budget import Budget
from scenario.suite.control import Control, Stop
from scenario.suite.limits import Limits, Waiting
from scenario.suite.plan import Planned
from scenario.suite.progress import Progress, TrialBegan, TrialEnded, TrialRepeated, TrialStopped, Watcher
from scenario.suite.result import Attempt, Ending, TrialResult
from scenario.suite.retry import RetryPolicy
from scenario.types import ScenarioResult

STOPPING_GRACE = 5.0
"""Seconds that trials get to come to their next call when the wall time of the budget is over."""


@dataclass(frozen=True, slots=True)
class Orders:
    """How trials are played.

    Attributes:
        limits: How many at once.
        retries: Which attempts are made again.
        budget: What the run may use.
        fail_fast: Begin nothing more once a trial failed by the agent's doing.
        keep: Keep the conversations in the results.
        earlier: Attempts that earlier runs made at trials which they did not finish, by `Trial.key`.
    """

    limits: Limits = field(default_factory=Limits)
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    budget: Budget = field(default_factory=Budget)
    fail_fast: bool = False
    keep: bool = True
    earlier: dict[tuple[str, int], tuple[Attempt, ...]] = field(
        default_factory=dict[tuple[str, int], tuple[Attempt, ...]]
    )


class Scheduler:
    """Plays trials on the running event loop. One scheduler serves one run.

    Args:
        planned: The trials, in the order in which they begin.
        shared: What they have in common.
        orders: How they are played.
        watchers: Told what happens.
    """

    def __init__(
        self, planned: Sequence[Planned], shared: Shared, orders: Orders, watchers: Sequence[Watcher] = ()
    ) -> None:
        self._shared = shared
        self._orders = orders
        self._watchers = tuple(watchers)
        self._waiting = Waiting(planned, orders.limits)
        self._tasks: dict[asyncio.Task[TrialResult | None], Planned] = {}
        self._ended: asyncio.Queue[asyncio.Task[TrialResult | None] | None] = asyncio.Queue()
        self._stopped = asyncio.Event()
        self._results: list[TrialResult] = []

    @property
    def _control(self) -> Control:
        return self._shared.control

    async def play(self) -> list[TrialResult]:
        """Play all trials.

        Returns:
            The result of each trial that came to its end, in the order of their ends.
        """
        loop = asyncio.get_running_loop()

        def obey() -> None:
            loop.call_soon_threadsafe(self._obey)

        timer = self._wall_time(loop)
        with self._control.listened_by(obey):
            try:
                await self._play_all()
            finally:
                if timer is not None:
                    timer.cancel()
                await self._cancel_all()
        return self._results

    async def _play_all(self) -> None:
        self._fill()
        while self._tasks:
            task = await self._ended.get()
            if task is not None:
                self._take(task)
            self._fill()

    def _fill(self) -> None:
        """Begin as many trials as may begin now."""
        while self._control.stop is Stop.NOT and (planned := self._waiting.take()) is not None:
            self._tell(TrialBegan(planned.trial))
            task = asyncio.create_task(self._trial(planned), name=f"trial {planned.trial}")
            self._tasks[task] = planned
            task.add_done_callback(self._ended.put_nowait)

    def _take(self, task: asyncio.Task[TrialResult | None]) -> None:
        """Take note of how a trial ended.

        Raises:
            Exception: Something of the scheduler itself is broken.
        """
        planned = self._tasks.pop(task)
        self._waiting.ended(planned)
        result = None if task.cancelled() else task.result()
        if result is None:
            self._tell(TrialStopped(planned.trial))
            return
        self._results.append(result)
        self._tell(TrialEnded(result))
        if self._orders.fail_fast and result.counts and not result.passed:
            reason = f"{result.trial} failed, and the run was to end with the first failure."
            self._control.end(Stop.NO_MORE, Ending.FAILED_FAST, reason)

    async def _trial(self, planned: Planned) -> TrialResult | None:
        """Play a trial until an attempt stands; None when it was stopped."""
        orders = self._orders
        attempts: list[Attempt] = list(orders.earlier.get(planned.trial.key, ()))
        while True:
            played = await play_attempt(planned, len(attempts) + 1, self._shared)
            if played is None:
                return None
            attempts.append(played.attempt)
            faults: list[Fault | None] = [attempt.fault for attempt in attempts]
            wait = None if played.attempt.is_final else orders.retries.wait(faults)
            if wait is None:
                return self._result(planned, attempts, played.result)
            if self._control.stop is not Stop.NOT:
                return None  # it is not over, and may be played again when the run is resumed
            self._tell(TrialRepeated(planned.trial, played.attempt, wait))
            if await self._is_stopped_within(wait):
                return None

    def _result(
        self, planned: Planned, attempts: Sequence[Attempt], result: ScenarioResult | None
    ) -> TrialResult:
        return TrialResult(planned.trial, tuple(attempts), result if self._orders.keep else None)

    async def _is_stopped_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._stopped.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _obey(self) -> None:
        """Do what the control says, on the scheduler's loop."""
        self._stopped.set()
        self._ended.put_nowait(None)
        if self._control.stop is Stop.NOW:
            for task in self._tasks:
                task.cancel()

    def _wall_time(self, loop: asyncio.AbstractEventLoop) -> asyncio.TimerHandle | None:
        """What ends the run when its wall time is over."""
        seconds = self._orders.budget.seconds
        if seconds is None:
            return None

        def over() -> None:
            reason = f"The budget of {seconds:g} s is used up."
            self._control.end(Stop.NEXT_CALL, Ending.BUDGET, reason)
            loop.call_later(STOPPING_GRACE, self._control.end, Stop.NOW, Ending.BUDGET, reason)

        return loop.call_later(seconds, over)

    async def _cancel_all(self) -> None:
        """Leave nothing behind, whatever ended the run."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _tell(self, what: Progress) -> None:
        for watcher in self._watchers:
            watcher(what)
