"""Who reads all runs of this process, whoever plays them.

This module loads nothing of the library, so that a plugin of a test runner can register before anything is
played, at no cost when nothing ever is. Runs look here when they begin; when nobody is registered, that is all.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from concurrent.futures import Future

    from scenario._engine.facts import Fact

    Reader: TypeAlias = Callable[[Fact], Any]
else:
    Reader: TypeAlias = Callable[[Any], Any]

Observer: TypeAlias = Callable[[], Reader]

_logger = logging.getLogger("scenario")


class _Registration:
    """One observer in its place; the same one may be registered twice."""

    def __init__(self, observer: Observer) -> None:
        self.observer = observer


class _Registry:
    """The observers of a process. The tuples are replaced, never changed: runs begin on many threads."""

    def __init__(self) -> None:
        self.registered: tuple[_Registration, ...] = ()
        self.deliveries: tuple[Callable[[], list[Future[None]]], ...] = ()
        self._lock = threading.Lock()

    def add(self, registration: _Registration) -> None:
        with self._lock:
            self.registered = (*self.registered, registration)

    def remove(self, registration: _Registration) -> None:
        with self._lock:
            self.registered = tuple(other for other in self.registered if other is not registration)


_registry = _Registry()


@contextmanager
def observe_runs(observer: Observer) -> Generator[None]:
    """Read the facts of every run that begins while the body runs, on whatever thread.

    Args:
        observer: Called when a run begins, on the run's thread and in its context. It returns what is called
            with each fact of this run, at once and on that thread, so it should be quick. What either of them
            raises is logged; the run goes on.
    """
    registration = _Registration(observer)
    _registry.add(registration)
    try:
        yield
    finally:
        _registry.remove(registration)


def readers() -> list[Reader]:
    """What reads a run that begins now: one reader of each observer."""
    found: list[Reader] = []
    for registration in _registry.registered:
        try:
            found.append(registration.observer())
        except Exception:  # observers are other people's code, and the run goes on without this one
            _logger.exception("An observer of runs raised")
    return found


def deliver_with(undelivered: Callable[[], list[Future[None]]]) -> None:
    """Let runs wait at their end, within a bound, for what their readers hand on to others.

    Args:
        undelivered: Asked at the end of each run for futures that are done when everything is delivered.
    """
    _registry.deliveries = (*_registry.deliveries, undelivered)


def undelivered() -> list[Future[None]]:
    """Futures that are done when everything that was read so far is delivered."""
    return [future for find in _registry.deliveries for future in find() if not future.done()]
