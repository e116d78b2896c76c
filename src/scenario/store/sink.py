"""The door for facts: one sink for each store of a process, and the readers of runs that feed it."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeAlias

from scenario._engine.facts import Concluded, Fact, Started
from scenario._observers import deliver_with
from scenario._tracing.judge_span_collector import judge_span_collector
from scenario.cache import context_scenario
from scenario.store.losses import Losses
from scenario.store.place import Place
from scenario.store.writer import Writer

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

Reader: TypeAlias = Callable[[Fact], None]


class StoreSink:
    """Stores the facts of runs. It can be one of the ``sinks`` of a run, too.

    Args:
        place: Where the store is.
        writer: Writes them; one of its own by default.

    Attributes:
        name: What reports call it.
        place: Where the store is.
        put: Takes a fact, with the spans that come with it. `receive` finds the spans itself.
    """

    def __init__(self, place: Place, writer: Writer | None = None) -> None:
        self.name = f"store {place}"
        self.place = place
        self._writer = writer or Writer(place)
        self.put = self._writer.put

    def receive(self, fact: Fact) -> None:
        """Take one fact. On the thread of its run, the last one brings the run's spans along."""
        self.put(fact, _spans_of_run() if fact.__class__ is Concluded else ())

    def flush(self) -> Future[None]:
        """A future that is done when everything received so far is stored, or lost."""
        return self._writer.flush()

    async def keep_up(self) -> None:
        """Wait until what was received is stored, if that is so much that there might soon be no room for more."""
        if self._writer.is_behind:
            await asyncio.wait([asyncio.wrap_future(self.flush())])

    def go_apart(self) -> None:
        """Write in a process of its own, which is worth its start when very much is told. See `come_back`."""
        self._writer.go_apart()

    def come_back(self) -> Future[None]:
        """Write in this process again. A future that is done when everything received so far is stored, or lost."""
        return self._writer.come_back()

    def losses(self) -> Losses:
        """What was not stored so far."""
        return self._writer.losses()

    def close(self, timeout: float = 10.0) -> Losses:
        """Store what is waiting, and let go of the store.

        Args:
            timeout: The most seconds to wait.

        Returns:
            What was not stored.
        """
        _sinks.forget(self)
        return self._writer.close(timeout)


class _Sinks:
    """The sinks of this process: a store has one writer, whoever stores into it. A child process begins anew."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._is_closed_at_exit = False
        self._sinks: dict[Place, StoreSink] = {}
        self._former: list[StoreSink] = []
        self._claimed: set[str] = set()

    def sink_for(self, place: Place) -> StoreSink:
        with self._lock:
            self._begin_anew_in_child()
            sink = self._sinks.get(place)
            if sink is None:
                if not self._is_closed_at_exit:
                    self._is_closed_at_exit = True
                    atexit.register(self.close)
                    deliver_with(self.pending)
                sink = self._sinks[place] = StoreSink(place)
            return sink

    def forget(self, sink: StoreSink) -> None:
        with self._lock:
            if self._sinks.get(sink.place) is sink:
                del self._sinks[sink.place]

    def claim(self, run_id: str) -> bool:
        """Whether nobody stores this run yet."""
        with self._lock:
            is_free = run_id not in self._claimed
            self._claimed.add(run_id)
            return is_free

    def release(self, run_id: str) -> None:
        with self._lock:
            self._claimed.discard(run_id)

    def pending(self) -> list[Future[None]]:
        return [sink.flush() for sink in list(self._sinks.values())]

    def close(self) -> None:
        with self._lock:
            sinks = list(self._sinks.values()) if self._pid == os.getpid() else []
            self._sinks.clear()
        for sink in sinks:
            sink.close()

    def _begin_anew_in_child(self) -> None:
        if self._pid != os.getpid():
            self._pid = os.getpid()
            self._former.extend(
                self._sinks.values()
            )  # kept: closing their connections here would touch the parent's
            self._sinks.clear()
            self._claimed.clear()


_sinks = _Sinks()


def sink_for(place: Place) -> StoreSink:
    """The sink of this process for a store; it is closed when the process ends."""
    return _sinks.sink_for(place)


def close_sinks() -> None:
    """Close all sinks of this process; a run that begins later opens its own again."""
    _sinks.close()


def pending() -> list[Future[None]]:
    """For each store of this process, a future that is done when everything told so far is stored, or lost."""
    return _sinks.pending()


def reader_for(place: Place) -> Reader:
    """A reader for a run that begins now. A run is stored once, however many readers it has.

    Args:
        place: Where the store is.
    """
    sink: StoreSink | None = None

    def read(fact: Fact) -> None:
        nonlocal sink
        kind = fact.__class__
        if kind is Started and _sinks.claim(fact.run_id):
            sink = _sinks.sink_for(place)
        if sink is None:
            return
        if kind is Concluded:
            sink.receive(fact)
            _sinks.release(fact.run_id)
        else:
            sink.put(fact)

    return read


def _spans_of_run() -> list[ReadableSpan]:
    """The spans that have ended in the run that this code runs in; none where nobody collects them."""
    executor: Any = context_scenario.get(None)
    return [] if executor is None else judge_span_collector.get_spans_for_thread(executor.state.thread_id)
