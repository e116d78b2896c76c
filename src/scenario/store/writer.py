"""The writer of a store: one thread, a bounded queue, and commits in groups, here or in a process of its own."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from scenario._engine.facts import Fact
from scenario.store.door import Door
from scenario.store.heartbeat import EVERY, this_process
from scenario.store.losses import Losses, Tally
from scenario.store.place import Place
from scenario.store.preparing import Followed, Told
from scenario.store.scribe import Scribe, ScribeHere
from scenario.store.scribe_apart import ScribeApart, ScribeGoneError
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
    """Asks for everything before it to be stored now; `is_end` ends the writer, `comes_back` a process of its own."""

    done: Future[None]
    is_end: bool = False
    comes_back: bool = False


Item: TypeAlias = "Told | Flush"


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
        self._life = this_process()
        self._tally = Tally(str(place))
        self._make_door = make_door
        self._scribe: Scribe = self._scribe_here()
        self._apart: ScribeApart | None = None

    def put(self, fact: Fact, spans: Sequence[ReadableSpan] = ()) -> None:
        """Hand over a fact. Waits only when too many wait already, and then once, not for each of them."""
        if self._thread is None:
            self._begin()
        if self._is_closed:
            self._lose(fact, _CLOSED)
        elif self._waiting.put((fact, spans), 0.0 if self._is_stuck else self._patience):
            self._is_stuck = False
        else:
            self._is_stuck = True
            self._lose(fact, _TOO_MUCH)

    @property
    def is_behind(self) -> bool:
        """Whether half of the room for waiting facts is taken."""
        return self._waiting.is_half_full

    def flush(self) -> Future[None]:
        """A future that is done when everything handed over so far is stored, or lost."""
        return self._ask()

    def losses(self) -> Losses:
        """What was not stored so far."""
        return self._tally.losses(self._waiting_runs)

    def go_apart(self) -> None:
        """Write in a process of its own as soon as one has started: worth its start when very much is told.

        Where none can be had, there is one core only, or people's functions redact, all stays as it is.
        """
        if self._apart is None and not self._is_closed and _cores() > 1:
            with contextlib.suppress(ScribeGoneError):
                self._apart = ScribeApart(self.place, self._life, self._tally)
                self._begin()

    def come_back(self) -> Future[None]:
        """Write in this process again. A future that is done when that is so, and everything is stored or lost."""
        return self._ask(comes_back=True)

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

    def _ask(self, *, is_end: bool = False, comes_back: bool = False) -> Future[None]:
        done: Future[None] = Future()
        nobody = self._thread is None or self._is_closed
        if nobody or not self._waiting.put(Flush(done, is_end, comes_back), self._patience, is_urgent=True):
            done.set_result(None)
        return done

    def _work(self) -> None:
        while True:
            told, flushes = self._gathered()
            self._store(told, is_asked=bool(flushes))
            is_end = any(flush.is_end for flush in flushes)
            if is_end:
                self._end()
            elif any(flush.comes_back for flush in flushes):
                self._return()
            for flush in flushes:
                flush.done.set_result(None)
            if is_end:
                return

    def _gathered(self) -> tuple[list[Told], list[Flush]]:
        """What comes within the time of a group, or until somebody asks for it."""
        wait = EVERY if self._scribe.has_open_runs else None  # to wake up for a sign of life
        items = self._waiting.take(wait, GATHERING)
        flushes = [item for item in items if item.__class__ is Flush]
        told = [item for item in items if item.__class__ is not Flush] if flushes else items
        return cast("list[Told]", told), cast("list[Flush]", flushes)

    def _waiting_runs(self) -> list[str]:
        """The run of each fact that waits."""
        return [item[0].run_id for item in self._waiting.items() if not isinstance(item, Flush)]

    def _lose(self, fact: Fact, reason: str) -> None:
        """Count a fact that was told and found no room."""
        self._tally.tell([fact.run_id])
        self._tally.lose(fact.run_id, reason)

    def _store(self, told: Sequence[Told], *, is_asked: bool) -> None:
        self._tally.tell([fact.run_id for fact, _ in told])
        try:
            self._move()
            self._scribe.write(told)
            if is_asked:
                self._scribe.finish()
        except ScribeGoneError:
            self._return()
        except Exception:  # the thread must live: it stores for all runs of the process
            _logger.exception("The store %s lost %d facts", self.place, len(told))
            for fact, _ in told:
                self._tally.lose(fact.run_id, "an error of its own")
        if not self._has_warned:  # the rest is told at the end, in one
            self._warn()

    def _end(self) -> None:
        apart, self._apart = self._apart, None
        if apart is not None and self._scribe is not apart:
            apart.end()
        self._scribe.close()

    def _scribe_here(self, followed: Followed | None = None) -> ScribeHere:
        return ScribeHere(self.place, self._life, self._tally, make_door=self._make_door, followed=followed)

    def _move(self) -> None:
        """Let a process of its own go on with the runs, once it can, or no longer when it cannot."""
        apart = self._apart
        if apart is None or apart.is_usable() == (self._scribe is apart):
            return
        if self._scribe is apart:
            self._return()
            return
        followed = self._scribe.leave()
        try:
            apart.begin(followed)
        except ScribeGoneError:
            self._apart = None
            self._scribe = self._scribe_here(followed)
            apart.end()
        else:
            self._scribe = apart

    def _return(self) -> None:
        """Go on with the runs of the process, and let it end."""
        apart, self._apart = self._apart, None
        if apart is None:
            return
        if self._scribe is not apart:
            apart.end()
            return
        try:
            followed = apart.leave()
        except ScribeGoneError:  # what it knew of the runs is lost, and so are their later facts
            followed = None
        self._scribe = self._scribe_here(followed)

    def _warn(self) -> None:
        found = self._tally.not_named(self._waiting_runs)
        if found is not None:
            self._has_warned = True
            _logger.warning("%s. The runs' results stand.", found)


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
