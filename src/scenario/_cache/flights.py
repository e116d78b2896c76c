"""Equal calls at the same time: one is made, and the others wait for what comes of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, TypeAlias

Key: TypeAlias = tuple[str, str]
"""The file, and the key in it."""

held: ContextVar[frozenset[Key]] = ContextVar("scenario_cache_held", default=frozenset())
"""The calls that are being made here, one inside the other."""


@dataclass(frozen=True, slots=True)
class Landed:
    """The call returned; its value as JSON."""

    payload: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The call raised, or its value cannot be kept."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Abandoned:
    """Whoever made the call was cancelled or is gone: somebody else has to."""


Landing: TypeAlias = Landed | Failed | Abandoned


@dataclass(frozen=True, slots=True)
class Lead:
    """Make the call."""


@dataclass(frozen=True, slots=True)
class Follow:
    """Wait for the one who makes it."""

    landing: Future[Landing]


@dataclass(frozen=True, slots=True)
class Circle:
    """To wait would be to wait for oneself."""


Part: TypeAlias = Lead | Follow | Circle


class Flights:
    """The calls that are being made: one object for the process, as runs in all its threads and loops share them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[Key, Future[Landing]] = {}
        self._waits: dict[Key, list[Key]] = {}

    def join(self, key: Key, holding: Iterable[Key]) -> Part:
        """Take part in a call. Who leads has to `land` it, and who follows has to `leave` it.

        Args:
            key: The call.
            holding: The calls that whoever asks is making already.
        """
        with self._lock:
            landing = self._open.get(key)
            if landing is None:
                self._open[key] = future = Future()
                future.set_running_or_notify_cancel()  # so that a waiter that is cancelled does not cancel it
                return Lead()
            holding = frozenset(holding)
            if self._leads_to(key, holding):
                return Circle()
            for each in holding:
                self._waits.setdefault(each, []).append(key)
            return Follow(landing)

    def leave(self, key: Key, holding: Iterable[Key]) -> None:
        """Wait no longer."""
        with self._lock:
            for each in holding:
                self._waits[each].remove(key)
                if not self._waits[each]:
                    del self._waits[each]

    def tell(self, key: Key, landing: Landing) -> None:
        """Say what came of the call, to all who wait. Who asks from now on is told, too, until `land`."""
        with self._lock:
            future = self._open[key]
        if not future.done():
            future.set_result(landing)

    def land(self, key: Key) -> None:
        """The call is over: whoever asks next makes it anew, or finds its result in the file."""
        self.tell(key, Abandoned())
        with self._lock:
            del self._open[key]

    def _leads_to(self, start: Key, goals: frozenset[Key]) -> bool:
        seen, ahead = set[Key](), [start]
        while ahead:
            key = ahead.pop()
            if key in goals:
                return True
            if key not in seen:
                seen.add(key)
                ahead += self._waits.get(key, [])
        return False


flights: Final = Flights()
