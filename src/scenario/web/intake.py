"""What comes in from clients: kept at once, worked in after. Two threads, so that nobody waits for the second part."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, Queue
from typing import Any, Final

from scenario._utils.ids import generate_id
from scenario.store.foreign import work_in
from scenario.store.foreign_events import Reported, read_event
from scenario.store.inbox import Letter, LetterKind, put_letters, refuse, remove_letters, waiting
from scenario.store.open import FAILURES, RunStore
from scenario.store.redaction import CurrentRedactor
from scenario.store.remote_spans import put_spans

_MOST_AT_ONCE: Final = 100
_MOST_KEPT_AT_ONCE: Final = 500
_PATIENCE: Final = 0.5
_logger = logging.getLogger("scenario")


class Intake:
    """Takes letters in for a store.

    A letter is answered when it is in the store's inbox, where it survives the end of the process; what was left there
    by another is worked in when this begins.

    Args:
        store: The store.
        now: The time, in seconds since the Unix epoch.
    """

    def __init__(self, store: RunStore, *, now: Callable[[], float] = time.time) -> None:
        self._store = store
        self._now = now
        self._redaction = CurrentRedactor()
        self._coming: Queue[tuple[Letter, Future[None]] | None] = Queue()
        self._is_wanted = threading.Event()
        self._is_closed = False
        self._idle = threading.Condition()
        self._threads = [
            threading.Thread(target=self._keep, name="scenario-intake", daemon=True),
            threading.Thread(target=self._work, name="scenario-inbox", daemon=True),
        ]

    def start(self) -> None:
        """Begin; letters that wait in the store are worked in."""
        self._is_wanted.set()
        for thread in self._threads:
            thread.start()

    def take(self, kind: LetterKind, body: bytes) -> Future[None]:
        """Take a letter in.

        Returns:
            Done when it is kept; it raises what the database raised.
        """
        future: Future[None] = Future()
        self._coming.put((Letter(generate_id("letter"), 0, kind, body), future))
        return future

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until everything that was kept is worked in.

        Args:
            timeout: The most seconds to wait.

        Returns:
            Whether it is.
        """
        with self._idle:
            return self._idle.wait_for(lambda: not waiting(self._store, limit=1), timeout)

    def close(self) -> None:
        """Keep what has come, work it in, and end."""
        self._coming.put(None)
        self._threads[0].join()
        self._is_closed = True
        self._is_wanted.set()
        self._threads[1].join()

    def _keep(self) -> None:
        while True:
            first = self._coming.get()
            if first is None:
                return
            group, is_end = [first], False
            while len(group) < _MOST_KEPT_AT_ONCE:
                try:
                    item = self._coming.get_nowait()
                except Empty:
                    break
                if item is None:
                    is_end = True
                    break
                group.append(item)
            self._keep_group(group)
            if is_end:
                return

    def _keep_group(self, group: Sequence[tuple[Letter, Future[None]]]) -> None:
        letters = [Letter(each.id, number, each.kind, each.body) for number, (each, _) in enumerate(group)]
        try:
            put_letters(self._store, letters)
        except Exception as error:  # noqa: BLE001 - each client is told, and the thread must live for the next
            for _, future in group:
                future.set_exception(error)
            return
        self._is_wanted.set()
        for _, future in group:
            future.set_result(None)

    def _work(self) -> None:
        while True:
            self._is_wanted.wait()
            self._is_wanted.clear()
            try:
                while letters := waiting(self._store, limit=_MOST_AT_ONCE):
                    self._work_in(letters)
            except FAILURES:
                _logger.warning(
                    "The store %s cannot take what clients sent. It is tried again.", self._store.place
                )
                if not self._is_closed:
                    time.sleep(_PATIENCE)
                    self._is_wanted.set()
            except Exception:  # the thread must live: it works for all clients
                _logger.exception("The inbox of the store %s could not be worked in", self._store.place)
            if self._is_closed and not self._is_wanted.is_set():
                return

    def _work_in(self, letters: Sequence[Letter]) -> None:
        try:
            self._apply(letters)
        except FAILURES:
            raise
        except Exception:  # one bad letter must not hold up the others
            if len(letters) > 1:
                for letter in letters:
                    self._work_in([letter])
                return
            _logger.exception("Something that a client sent cannot be worked in; it stays in the inbox")
            refuse(self._store, letters[0])
            self._tell()

    def _apply(self, letters: Sequence[Letter]) -> None:
        redactor = self._redaction()
        events: list[Reported] = []
        spans: list[dict[str, Any]] = []
        for letter in letters:
            found = json.loads(letter.body)
            if letter.kind is LetterKind.SPANS:
                spans += redactor.data(found)
            else:
                event = read_event(found)
                events += [] if event is None else [event]
        with self._store.writing() as connection:
            work_in(self._store, connection, events, redactor, self._now())
            put_spans(connection, spans)
            remove_letters(connection, [letter.id for letter in letters])
        self._tell()

    def _tell(self) -> None:
        with self._idle:
            self._idle.notify_all()
