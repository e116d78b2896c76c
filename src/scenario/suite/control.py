"""How a run of a suite is ended before its end: by degrees, from any thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from enum import IntEnum

from scenario.suite.result import Ending


class Stop(IntEnum):
    """How soon a run shall end."""

    NOT = 0
    """It goes on."""
    NO_MORE = 1
    """What is played is played to its end; nothing else begins."""
    NEXT_CALL = 2
    """What is played ends before the next call of an agent."""
    NOW = 3
    """What is played is cancelled."""


class Control:
    """Ends a run of a suite. One control serves one run.

    Attributes:
        stop: How soon the run shall end.
        ending: How the run ends because of this; `Ending.COMPLETED` as long as nobody has said anything.
        reason: Why, in a sentence.
    """

    def __init__(self) -> None:
        self.stop = Stop.NOT
        self.ending = Ending.COMPLETED
        self.reason = ""
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []

    def end(self, stop: Stop, ending: Ending = Ending.INTERRUPTED, reason: str = "") -> None:
        """End the run, this soon. To ask for less than was asked for before changes nothing.

        Args:
            stop: How soon.
            ending: How it ends then; the first one given stands.
            reason: Why, in a sentence; likewise.
        """
        with self._lock:
            if stop <= self.stop:
                return
            if self.stop is Stop.NOT:
                self.ending, self.reason = ending, reason
            elif ending is Ending.INTERRUPTED:
                self.ending = ending  # a person who asks again comes before a budget
            self.stop = stop
            for listener in self._listeners:
                listener()

    def interrupt(self) -> Stop:
        """What Ctrl-C does: the first time nothing more begins, the second time all is cancelled."""
        self.end(Stop.NO_MORE if self.stop is Stop.NOT else Stop.NOW, reason="It was interrupted.")
        return self.stop

    @contextmanager
    def listened_by(self, listener: Callable[[], None]) -> Generator[None]:
        """Call `listener` whenever `stop` has changed while the body runs, on the thread that changed it."""
        with self._lock:
            self._listeners.append(listener)
        try:
            yield
        finally:
            with self._lock:
                self._listeners.remove(listener)
