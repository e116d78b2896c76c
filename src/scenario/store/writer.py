"""The writer of a store: one thread, a bounded queue, and commits in groups."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from scenario._engine.facts import Fact
from scenario.store.door import Door
from scenario.store.heartbeat import EVERY, this_process
from scenario.store.losses import Losses, Tally
from scenario.store.place import Place
from scenario.store.preparing import Preparation, Told
from scenario.store.waiting import Waiting

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

GATHERING: Final = 0.03
"""Seconds that the first fact of a group waits for others, so that a commit is there well within 50 ms."""

_MOST_IN_A_GROUP: Final = 2000
_TOO_MUCH: Final = "more was told than could be written in time"
_CLOSED: Final = "it was closed"
_logger = logging.getLogger("scenario")


@dataclass(frozen=True, slots=True)
class Flush:
    """Asks for everything before it to be stored now; `is_end` ends the writer."""

    done: Future[None]
    is_end: bool = False


Item: TypeAlias = Told | Flush


class Writer:
    """Stores facts beside the runs that tell them. Nothing that goes wrong here reaches a run.

    Args:
        place: Where the store is; it is opened, and made if need be, with the first fact.
        capacity: How many facts may wait.
        patience: The most seconds that a run waits when so many do; what finds no room then is lost, and counted.
        make_door: Makes the way into the store.
    """

    def __init__(
        self,
        place: Place,
        *,
        capacity: int = 10_000,
        patience: float = 2.0,
        make_door: Callable[..., Door] = Door,
    ) -> None:
        self.place = place
        self._patience = patience
        self._waiting: Waiting[Item] = Waiting(capacity, _MOST_IN_A_GROUP)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_stuck = False
        self._is_closed = False
        self._has_warned = False
        life = this_process()
        self._tally = Tally(str(place))
        self._preparation = Preparation(life.id, self._tally)
        self._door = make_door(place, life)

    def put(self, fact: Fact, spans: Sequence[ReadableSpan] = ()) -> None:
        """Hand over a fact. Waits only when too many wait already, and then once, not for each of them."""
        self._tally.tell(fact.run_id)
        if self._thread is None:
            self._begin()
        if self._is_closed:
            self._tally.lose(fact.run_id, _CLOSED)
        elif self._waiting.put(Told(fact, spans), 0.0 if self._is_stuck else self._patience):
            self._is_stuck = False
        else:
            self._is_stuck = True
            self._tally.lose(fact.run_id, _TOO_MUCH)

    @property
    def is_behind(self) -> bool:
        """Whether half of the room for waiting facts is taken."""
        return self._waiting.is_half_full

    def flush(self) -> Future[None]:
        """A future that is done when everything handed over so far is stored, or lost."""
        return self._ask(is_end=False)

    def losses(self) -> Losses:
        """What was not stored so far."""
        return self._tally.losses()

    def close(self, timeout: float = 10.0) -> Losses:
        """Store what is waiting, and let go of the store. A fact that comes later is lost.

        Args:
            timeout: The most seconds to wait.

        Returns:
            What was not stored.
        """
        done = self._ask(is_end=True)
        self._is_closed = True
        try:
            done.result(timeout)
        except TimeoutError:
            _logger.warning("The store %s did not take everything within %g s.", self.place, timeout)
        self._warn()
        return self.losses()

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None and not self._is_closed:
                self._thread = threading.Thread(target=self._work, name="scenario-store", daemon=True)
                self._thread.start()

    def _ask(self, *, is_end: bool) -> Future[None]:
        done: Future[None] = Future()
        nobody = self._thread is None or self._is_closed
        if nobody or not self._waiting.put(Flush(done, is_end), self._patience, is_urgent=True):
            done.set_result(None)
        return done

    def _work(self) -> None:
        while True:
            told, flushes = self._gathered()
            self._store(told)
            is_end = any(flush.is_end for flush in flushes)
            if is_end:
                self._door.close()
            for flush in flushes:
                flush.done.set_result(None)
            if is_end:
                return

    def _gathered(self) -> tuple[list[Told], list[Flush]]:
        """What comes within the time of a group, or until somebody asks for it."""
        wait = EVERY if self._preparation.has_open_runs else None  # to wake up for a sign of life
        items = self._waiting.take(wait, GATHERING)
        told = [item for item in items if isinstance(item, Told)]
        return told, [item for item in items if isinstance(item, Flush)]

    def _store(self, told: Sequence[Told]) -> None:
        try:
            prepared = self._preparation.prepare(told)
            if not prepared.is_empty or (self._preparation.has_open_runs and self._door.is_due):
                self._preparation.settle(prepared, self._door.write(prepared))
        except Exception:  # the thread must live: it stores for all runs of the process
            _logger.exception("The store %s lost %d facts", self.place, len(told))
            for each in told:
                self._tally.lose(each.fact.run_id, "an error of its own")
        if not self._has_warned:  # the rest is told at the end, in one
            self._warn()

    def _warn(self) -> None:
        found = self._tally.not_named()
        if found is not None:
            self._has_warned = True
            _logger.warning("%s. The runs' results stand.", found)
