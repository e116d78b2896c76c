"""One run of a suite: the plan, the store, the scheduler, the result."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scenario._utils.collecting import collected_seldom
from scenario._utils.ids import generate_id
from scenario._utils.together import to_the_end
from scenario.config import resolve
from scenario.errors import ConfigError, ScenarioError
from scenario.suite.attempt import Shared
from scenario.suite.budget import Budget, Spent
from scenario.suite.casting import judges_with
from scenario.suite.control import Control, Stop
from scenario.suite.limits import Isolation, Limits
from scenario.suite.plan import Planned, Shard, plan, shard_of
from scenario.suite.progress import ModelUsed
from scenario.suite.result import Attempt, Ending, SuiteResult, TrialResult
from scenario.suite.retry import RetryPolicy
from scenario.suite.scenario import Suite
from scenario.suite.scheduler import Orders, Scheduler
from scenario.usage import Usage

if TYPE_CHECKING:
    from scenario.store.place import Place
    from scenario.store.rows import RunRow
    from scenario.suite.claim import Claim
    from scenario.suite.run import SuiteOptions

_FLUSH_SECONDS = 60.0
_MANY = 200
"""The fewest trials of a large run. Its store gets a process of its own, whose start takes about as long as 200 trials do,
and garbage is collected less often."""


@dataclass
class _Meter:
    """Adds up what is used, on whatever thread, and ends the run when the budget is reached."""

    budget: Budget
    control: Control
    tell: Callable[[Usage], None]
    spent: Spent = field(default_factory=Spent)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, usage: Usage) -> None:
        with self.lock:
            self.spent = self.spent.plus(usage)
            reason = self.budget.reached(self.spent)
        if reason is not None:
            self.control.end(Stop.NEXT_CALL, Ending.BUDGET, reason)
        self.tell(usage)


class SuiteRun:
    """One run of a suite.

    Args:
        suite: What is played.
        options: How.

    Raises:
        ConfigError: An option cannot be used.
    """

    def __init__(self, suite: Suite, options: SuiteOptions) -> None:
        self._suite = suite
        self._options = options
        self._budget = options.get("budget") or Budget()
        self._control = options.get("control") or Control()
        self._place = _place(options.get("store"))
        self._policy = _policy(options.get("retries", 2))
        self._batch_id = options.get("resume") or options.get("batch_id") or generate_id("scenariobatch")
        self._seed = suite.seed
        self._trials: int | None = None
        self._shard: Shard | None = None
        self._claim: Claim | None = None
        self._warnings: list[str] = []

    async def play(self) -> SuiteResult:
        """Play it, and tell what came of it."""
        try:
            return await self._play()
        finally:
            if self._claim is not None:
                await asyncio.to_thread(self._claim.release)

    async def _play(self) -> SuiteResult:
        began = time.monotonic()
        options = self._options
        watchers = tuple(options.get("watchers", ()))
        loop = asyncio.get_running_loop()

        def tell(usage: Usage) -> None:
            for watcher in watchers:
                loop.call_soon_threadsafe(watcher, ModelUsed(usage))

        meter = _Meter(self._budget, self._control, tell)
        planned, missing, done, earlier = await self._begin()
        orders = Orders(
            limits=Limits(options.get("concurrency", 10), self._per_endpoint()),
            retries=self._policy,
            budget=self._budget,
            fail_fast=options.get("fail_fast", False),
            keep=options.get("keep", True),
            earlier=earlier,
        )
        scheduler = Scheduler(missing, self._shared(meter.add), orders, watchers)
        is_large = len(missing) >= _MANY
        try:
            if is_large:
                await self._prepare_store()
            with collected_seldom() if is_large else nullcontext():
                played = await scheduler.play()
        except BaseException:  # cancellation and Ctrl-C are told as well; raised again
            await self._end(Ending.INTERRUPTED)
            raise
        ending = self._control.ending if len(played) < len(missing) else Ending.COMPLETED
        await self._end(ending)
        if self._budget.usd is not None and meter.spent.usage.unpriced_calls:
            calls = meter.spent.usage.unpriced_calls
            self._warnings.append(
                f"The price of {calls} calls is not known; they do not count for the budget."
            )
        return self._result(planned, [*done, *played], ending, meter.spent.usage, time.monotonic() - began)

    def _per_endpoint(self) -> dict[str, int]:
        """The limits of endpoints: those of the option before those of the scenarios, of which the least counts."""
        found: dict[str, int] = {}
        for each in self._suite.scenarios:
            if each.endpoint_limit is not None:
                found[each.endpoint] = min(each.endpoint_limit, found.get(each.endpoint, each.endpoint_limit))
        return {**found, **self._options.get("per_endpoint", {})}

    async def _begin(
        self,
    ) -> tuple[
        tuple[Planned, ...],
        tuple[Planned, ...],
        tuple[TrialResult, ...],
        dict[tuple[str, int], tuple[Attempt, ...]],
    ]:
        """The plan, what of it is missing, what is done, and attempts at what is missing."""
        resumed, place = self._options.get("resume"), self._place
        if resumed is not None and place is None:
            raise ConfigError(
                "To go on with a run, name the store that it is in, with `store`.", source="resume"
            )
        if place is None:
            planned = self._plan({})
            return planned, planned, (), {}
        # Cancelled meanwhile, it is known at the end whether there is a claim to release.
        planned, rows = await to_the_end(asyncio.to_thread(self._claimed, place, resumed))
        if resumed is None:
            return planned, planned, (), {}
        from scenario.suite.resume import remainder  # noqa: PLC0415 - it loads the store

        identities = {each.identity for each in self._suite.scenarios}
        rest = remainder(planned, rows, self._policy, played_elsewhere=identities if self._shard else ())
        if rest.strangers:
            self._warnings.append(
                f"{rest.strangers} stored trials are of scenarios that were changed or left out since; they do not count."
            )
        return planned, rest.missing, rest.done, rest.earlier

    def _claimed(self, place: Place, resumed: str | None) -> tuple[tuple[Planned, ...], list[RunRow]]:
        """The plan, claimed in the store, and what is stored of it: read after nobody else can play any of it."""
        from scenario.suite.batch import batch_info, batch_runs  # noqa: PLC0415 - it loads the store
        from scenario.suite.claim import claim  # noqa: PLC0415 - likewise

        known: dict[str, Any] = {} if resumed is None else batch_info(place, resumed)
        planned = self._plan(known.get("suite") or {})
        self._claim = claim(place, self._batch_id, planned, self._lost)
        rows = [] if resumed is None else batch_runs(place, resumed)
        self._write_batch(place, known)
        return planned, rows

    def _lost(self) -> None:
        """End the run: others play its trials."""
        reason = (
            f"Another process has taken over the batch {self._batch_id}, as this one gave no sign of life."
        )
        self._control.end(Stop.NEXT_CALL, Ending.INTERRUPTED, reason)

    def _plan(self, known: Mapping[str, Any]) -> tuple[Planned, ...]:
        """The plan; a run that goes on keeps its seed, its part, and at least its number of trials."""
        options = self._options
        seed = options.get("seed")
        self._seed = int(known.get("seed", self._suite.seed)) if seed is None else seed
        trials = options.get("trials")
        trials = known.get("trials") if trials is None else trials
        if trials is not None and trials < 1:
            raise ConfigError(f"`trials` must be at least 1, not {trials}.", source="trials")
        text = options.get("shard") or known.get("shard")
        self._shard = shard_of(text) if text else None
        self._trials = trials
        return plan(self._suite.scenarios, trials=trials, seed=self._seed, shard=self._shard)

    def _shared(self, spend: Callable[[Usage], None]) -> Shared:
        options, place = self._options, self._place
        storing: dict[str, Any] = {}
        if place is not None:
            from scenario.store.sink import reader_for, sink_for  # noqa: PLC0415 - loaded where there is a store

            storing = {
                "readers": [lambda: reader_for(place)],
                "keep_up": lambda: sink_for(place).keep_up(),
            }
        return Shared(
            batch_id=self._batch_id,
            control=self._control,
            isolation=Isolation(options.get("isolation", Isolation.THREAD)),
            spend=spend,
            make_judge=judges_with(options.get("judge_model")),
            timeout=options.get("timeout"),
            agent_timeout=options.get("agent_timeout"),
            **storing,
        )

    def _write_batch(self, place: Place, known: Mapping[str, Any]) -> None:
        from scenario.suite.batch import code_state, write_batch  # noqa: PLC0415 - it loads the store

        suite = {
            "name": self._suite.name,
            "seed": self._seed,
            "trials": self._trials,
            "shard": str(self._shard) if self._shard else None,
            "scenarios": len(self._suite.scenarios),
        }
        info = {**code_state(), **self._options.get("info", {}), "status": "running", "suite": suite}
        write_batch(place, self._batch_id, {**info, "resumed": int(known.get("resumed", -1)) + 1})

    async def _prepare_store(self) -> None:
        if self._place is not None:
            from scenario.store.sink import sink_for  # noqa: PLC0415 - loaded where there is a store

            await to_the_end(asyncio.to_thread(sink_for(self._place).go_apart))

    async def _end(self, ending: Ending) -> None:
        """Wait until everything is stored, and keep how the run ended."""
        place = self._place
        if place is None:
            return
        from scenario.store.sink import sink_for  # noqa: PLC0415 - loaded where there is a store
        from scenario.suite.batch import write_batch  # noqa: PLC0415 - likewise

        sink = sink_for(place)
        stored = asyncio.wrap_future(sink.come_back())
        await asyncio.wait({stored}, timeout=_FLUSH_SECONDS)
        losses = sink.losses()
        if losses:
            self._warnings.append(f"{losses}.")
        try:
            await asyncio.to_thread(write_batch, place, self._batch_id, {"status": ending.value})
        except ScenarioError as error:  # what was played stands, and is told
            self._warnings.append(str(error))

    def _result(
        self,
        planned: Sequence[Planned],
        trials: Sequence[TrialResult],
        ending: Ending,
        spent: Usage,
        seconds: float,
    ) -> SuiteResult:
        order = {each.trial.key: place for place, each in enumerate(planned)}
        counts = {each.name: 0 for each in self._suite.scenarios}
        for each in planned:
            counts[each.trial.scenario] += 1
        return SuiteResult(
            batch_id=self._batch_id,
            trials=tuple(sorted(trials, key=lambda each: order[each.trial.key])),
            planned={name: count for name, count in counts.items() if count},
            pass_rates={each.name: each.min_pass_rate for each in self._suite.scenarios},
            ending=ending,
            reason=self._control.reason if ending is not Ending.COMPLETED else "",
            seconds=seconds,
            spent=spent,
            store="" if self._place is None else str(self._place),
            warnings=tuple(self._warnings),
        )


def _policy(given: int | RetryPolicy) -> RetryPolicy:
    return given if isinstance(given, RetryPolicy) else RetryPolicy(given)


def _place(setting: str | os.PathLike[str] | None) -> Place | None:
    chosen = resolve().store if setting is None else setting
    if chosen is None:
        return None
    from scenario.store.place import place_of  # noqa: PLC0415 - loaded where there is a store

    return place_of(chosen)
