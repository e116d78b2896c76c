"""The bus that carries what happens in runs to sinks, in order, without delaying the runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import Future, wait
from typing import Any, Protocol

from scenario._engine.facts import Fact
from scenario._events.event_reporter import EventReporter, configured_reporter
from scenario._events.events import ScenarioEvent
from scenario._events.outbox import Account, Outbox
from scenario._events.sink import Sink, SinkTrouble, Worker
from scenario._events.stream import Observable

_logger = logging.getLogger("scenario")


class Reporter(Protocol):
    """Sends the events of the protocol somewhere."""

    async def post_event(self, event: ScenarioEvent) -> dict[str, Any]:
        """Send one event."""
        ...


class ScenarioEventBus:
    """An ordered fan-out to sinks. One bus can serve many executors, one after the other or at once.

    Each sink has its own queue and its own thread, started with the first thing to deliver and ended when
    everything is delivered. With no sink and no reporter there is no thread.

    Args:
        event_reporter: Sends the protocol's events somewhere. With None they go to the server that
            ``LANGWATCH_API_KEY`` and ``LANGWATCH_ENDPOINT`` name, and without a key nowhere.
        max_retries: How often an event is sent again when that may help: when a reporter of one's own raises,
            or a server cannot take it now.
        sinks: Get the facts of the runs.
        drain_timeout: The most seconds that the end of a run waits for sinks and the reporter.
        capacity: How many items may wait for one sink, or for a reporter of one's own; more are dropped, counted
            and named.

    Raises:
        ConfigError: There is a key, and an address that is none.
    """

    def __init__(
        self,
        event_reporter: Reporter | None = None,
        max_retries: int = 3,
        *,
        sinks: Sequence[Sink] = (),
        drain_timeout: float = 10.0,
        capacity: int = 100_000,
    ) -> None:
        self.drain_timeout = drain_timeout
        self._open = 0
        self._sinks = [Worker(sink.name, sink.receive, capacity) for sink in sinks]
        self._reporter = _account(event_reporter, max_retries, capacity)

    def subscribe_to_events(self, event_observable: Observable[ScenarioEvent]) -> None:
        """Carry the events of this stream to the reporter, until it completes."""
        if self._reporter is not None:
            self._open += 1
            self._reporter.open()
            event_observable.subscribe(self._reporter.put, on_completed=self._reported)

    def subscribe_to_facts(self, fact_observable: Observable[Fact]) -> None:
        """Carry the facts of this stream to the sinks, until it completes."""
        for worker in self._sinks:
            self._open += 1
            fact_observable.subscribe(worker.put, on_completed=self._closed)

    def is_completed(self) -> bool:
        """Whether every stream that was subscribed to has completed and everything was delivered."""
        return not self._open and all(flush.done() for flush in self._flush())

    def drain(self, timeout: float | None = None) -> list[SinkTrouble]:
        """Wait until everything is delivered.

        Args:
            timeout: The most seconds to wait; None means the bus's `drain_timeout`.

        Returns:
            What could not be delivered, which is logged too.
        """
        wait(self._flush(), timeout=self.drain_timeout if timeout is None else timeout)
        return self._report()

    async def drained(self, timeout: float | None = None) -> list[SinkTrouble]:
        """The same as `drain`, without blocking the loop."""
        flushes = [asyncio.wrap_future(flush) for flush in self._flush() if not flush.done()]
        if flushes:
            await asyncio.wait(flushes, timeout=self.drain_timeout if timeout is None else timeout)
        return self._report()

    @property
    def _workers(self) -> list[Worker | Account]:
        return [*self._sinks, *(() if self._reporter is None else (self._reporter,))]

    def _flush(self) -> list[Future[None]]:
        return [worker.flush() for worker in self._workers]

    def _report(self) -> list[SinkTrouble]:
        found = [trouble for worker in self._workers if (trouble := worker.trouble()) is not None]
        for trouble in found:
            _logger.warning("%s. The run's result stands.", trouble)
        return found

    def _closed(self) -> None:
        self._open -= 1

    def _reported(self) -> None:
        self._closed()
        if self._reporter is not None:
            self._reporter.close()


class _OwnCarrier:
    """Hands events to a reporter of one's own, again when it raises."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    async def post(self, event: ScenarioEvent, max_retries: int) -> dict[str, Any]:
        """Hand over one event.

        Raises:
            Exception: What the reporter raised the last time.
        """
        for attempt in range(max_retries):
            try:
                return _answer(await self._reporter.post_event(event))
            except Exception:  # noqa: BLE001 - whatever it is, another try may help
                await asyncio.sleep(0.1 * 2**attempt)
        return _answer(await self._reporter.post_event(event))

    async def close(self) -> None:
        """There is nothing to close."""


def _answer(given: Any) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}


def _account(given: Reporter | None, max_retries: int, capacity: int) -> Account | None:
    """Where a bus brings its events; None for nowhere."""
    reporter = configured_reporter() if given is None else given
    if reporter is None:
        return None
    if isinstance(reporter, EventReporter) and type(reporter).post_event is EventReporter.post_event:
        return reporter.account(max_retries)
    outbox = Outbox(
        type(reporter).__name__,
        lambda: _OwnCarrier(reporter),
        in_flight=1,
        capacity=capacity,
        patience=None,
        lingers=False,
    )
    return Account(outbox, max_retries)
