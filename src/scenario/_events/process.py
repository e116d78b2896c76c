"""The outboxes of a process: emptied when it ends, begun anew in its children."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
import time
from typing import Protocol
from weakref import WeakSet

from scenario._events.sink import SinkTrouble

EXIT_PATIENCE = 5.0
"""Seconds that a process waits at its end for events to be delivered."""
_IMPORT_SECONDS = 5.0  # the most that a child is kept waiting for

_logger = logging.getLogger("scenario")


class Closable(Protocol):
    """An outbox, as seen from here."""

    def begin_anew(self) -> None:
        """Forget what waits, and the thread."""
        ...

    def close(self, timeout: float) -> SinkTrouble | None:
        """Wait, end the thread, and tell what is lost."""
        ...


class Outboxes:
    """Those that were ever served in this process and are still in use.

    Attributes:
        loading: Held by whoever loads modules beside the runs. A child that is made in the middle of an import
            can never finish it, so nobody makes one then.
    """

    def __init__(self) -> None:
        self.loading = threading.Lock()
        self._known: WeakSet[Closable] = WeakSet()
        self._lock = threading.Lock()
        self._is_hooked = False
        self._holds_loading = False

    def add(self, outbox: Closable) -> None:
        """Take care of an outbox; once is enough."""
        with self._lock:
            self._known.add(outbox)
            if self._is_hooked:
                return
            self._is_hooked = True
            atexit.register(self.close)
            if sys.platform != "win32":
                os.register_at_fork(
                    before=self._wait_for_imports,
                    after_in_parent=self._go_on,
                    after_in_child=self._begin_anew,
                )

    def close(self, patience: float = EXIT_PATIENCE) -> None:
        """Empty all of them, and say once what could not be delivered.

        Args:
            patience: The most seconds to wait, for all together.
        """
        end = time.monotonic() + patience
        with self._lock:
            known = list(self._known)
        for outbox in known:
            trouble = outbox.close(max(0.0, end - time.monotonic()))
            if trouble is not None:
                _logger.warning("%s.", trouble)

    def _wait_for_imports(self) -> None:
        self._holds_loading = self.loading.acquire(timeout=_IMPORT_SECONDS)

    def _go_on(self) -> None:
        if self._holds_loading:
            self.loading.release()

    def _begin_anew(self) -> None:
        self.loading = threading.Lock()
        self._lock = threading.Lock()  # another thread may have held it
        for outbox in list(self._known):
            outbox.begin_anew()


outboxes = Outboxes()
"""The outboxes of this process."""
