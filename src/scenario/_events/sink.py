"""Readers of runs that work beside them: what a sink is, and the thread that feeds one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Protocol, TypeAlias

from scenario._engine.facts import Fact

_logger = logging.getLogger("scenario")


class Sink(Protocol):
    """Reads what happens in runs.

    A sink is called on a thread of its own, one fact after the other, in the order of the runs. It may take
    its time: a run waits for it only at its end, and only within the bus's `drain_timeout`. What it raises
    is counted and named once; the run goes on.

    Attributes:
        name: What reports call it.
    """

    name: str

    def receive(self, fact: Fact) -> None:
        """Take one fact."""
        ...


@dataclass(frozen=True, slots=True)
class SinkTrouble:
    """What a sink did not get.

    Attributes:
        name: The sink.
        failed: How many it was given and raised for.
        dropped: How many it was not given, because too many were waiting.
        waiting: How many it had not taken within the time.
        error: What it raised last, if anything.
    """

    name: str
    failed: int
    dropped: int
    waiting: int
    error: str | None

    def __str__(self) -> str:
        """The trouble in a sentence."""
        parts = [
            f"{count} {what}"
            for count, what in (
                (self.failed, "failed"),
                (self.dropped, "dropped because it was too slow"),
                (self.waiting, "not delivered in time"),
            )
            if count
        ]
        reason = f" (last error: {self.error})" if self.error else ""
        return f"`{self.name}` did not get everything: {', '.join(parts)}{reason}"


_Item: TypeAlias = "tuple[Any, Future[None] | None]"


class Worker:
    """Feeds one consumer from a bounded queue, on a thread that lives only while there is something to do.

    Args:
        name: What reports call the consumer.
        deliver: Called with each item.
        capacity: How many items may wait; more are dropped and counted.
    """

    def __init__(self, name: str, deliver: Callable[[Any], None], capacity: int) -> None:
        self.name = name
        self._deliver = deliver
        self._capacity = capacity
        self._lock = threading.Lock()
        self._queue: SimpleQueue[_Item] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._waiting = 0
        self._failed = 0
        self._dropped = 0
        self._error: str | None = None

    def put(self, item: Any) -> None:
        """Hand over an item; never waits."""
        with self._lock:
            if self._waiting >= self._capacity:
                self._dropped += 1
                return
            self._waiting += 1
            self._queue.put((item, None))
            if self._thread is None:
                name = f"scenario-sink-{self.name}"
                self._thread = threading.Thread(target=self._work, name=name, daemon=True)
                self._thread.start()

    def flush(self) -> Future[None]:
        """A future that is done when everything handed over so far was delivered."""
        done: Future[None] = Future()
        with self._lock:
            if self._thread is None:
                done.set_result(None)
            else:
                self._queue.put((None, done))
        return done

    def trouble(self) -> SinkTrouble | None:
        """What went wrong since the last time that this was asked, or None."""
        with self._lock:
            found = SinkTrouble(self.name, self._failed, self._dropped, self._waiting, self._error)
            self._failed = self._dropped = 0
            self._error = None
        return found if found.failed or found.dropped or found.waiting else None

    def _work(self) -> None:
        while True:
            item, done = self._queue.get()
            if done is None:
                self._deliver_one(item)
                continue
            with self._lock:
                finished = self._queue.empty()
                if finished:
                    self._thread = None
            done.set_result(None)
            if finished:
                return

    def _deliver_one(self, item: Any) -> None:
        error: Exception | None = None
        try:
            self._deliver(item)
        except Exception as raised:  # sinks are other people's code: counted, named at the end, and gone on
            error = raised
            _logger.debug("%s raised for %s", self.name, type(item).__name__, exc_info=True)
        with self._lock:
            self._waiting -= 1
            if error is not None:
                self._failed += 1
                self._error = f"{type(error).__name__}: {error}"
