"""The writer's way into its store: opened when it is needed, tried again when it fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection

from scenario.errors import ScenarioError
from scenario.store.heartbeat import EVERY, Life
from scenario.store.open import FAILURES, PATIENCE, RunStore, open_store, reason_of
from scenario.store.place import FilePlace, Place
from scenario.store.preparing import Prepared
from scenario.store.writes import write_group, write_process

_HURRIED: Final = 0.2
"""Seconds to wait for others that write, once somebody took longer than the usual patience."""

_AGAIN: Final = 1.0
"""Seconds until a store that could not be opened is tried again."""


class Door:
    """Writes groups to a store, one at a time.

    Args:
        place: Where it is. It is made when it is not there.
        life: Who writes.
        now: Tells the time, in seconds since the Unix epoch.
        patience: The most seconds to wait for others that write.
    """

    def __init__(
        self, place: Place, life: Life, *, now: Callable[[], float] = time.time, patience: float = PATIENCE
    ) -> None:
        self._place = place
        self._life = life
        self._now = now
        self._patience = patience
        self._store: RunStore | None = None
        self._connection: Connection | None = None
        self._reason: str | None = None
        self._tried_at = float("-inf")
        self._beat_at = float("-inf")

    @property
    def is_due(self) -> bool:
        """Whether it is time for a sign of life."""
        return self._now() - self._beat_at >= EVERY

    def write(self, prepared: Prepared) -> str | None:
        """Write a group and, when it is time for one, a sign of life.

        Returns:
            None, or why it was not written.
        """
        try:
            self._write(prepared)
        except (*FAILURES, ScenarioError) as error:
            self._reason = reason_of(error)
            self._leave_if_broken()
        else:
            self._reason = None
        return self._reason

    def close(self) -> None:
        """Say that this process writes no more, and let go of the store."""
        if self._connection is not None and self._reason is None:
            now = self._now()
            try:
                with self._connection.begin():
                    write_process(self._connection, self._life.row(now, ended_at=now))
            except FAILURES:
                pass  # then its runs show as interrupted when its last sign of life is old
        self.leave()

    def _write(self, prepared: Prepared) -> None:
        connection = self._entered()
        self._be_patient(connection)
        now = self._now()
        with connection.begin():
            if now - self._beat_at >= EVERY:
                write_process(connection, self._life.row(now))
            for medium in prepared.media.values():
                self._opened().media.put(connection, medium)
            write_group(connection, prepared.group)
        if now - self._beat_at >= EVERY:
            self._beat_at = now

    def _entered(self) -> Connection:
        if self._connection is None:
            self._connection = self._opened().writing_connection()
            self._beat_at = float("-inf")
        return self._connection

    def _opened(self) -> RunStore:
        if self._store is None:
            if self._reason is not None and self._now() - self._tried_at < _AGAIN:
                raise ScenarioError(self._reason)
            self._tried_at = self._now()
            patience = self._patience if self._reason is None else _HURRIED
            self._store = open_store(self._place, create=True, patience=patience)
        return self._store

    def _be_patient(self, connection: Connection) -> None:
        if isinstance(self._place, FilePlace):
            patience = self._patience if self._reason is None else _HURRIED
            driver: Any = connection.connection
            driver.execute(f"PRAGMA busy_timeout={int(patience * 1000)}")

    def _leave_if_broken(self) -> None:
        """Keep the connection where waiting is all that helps; a server may have closed it."""
        if self._connection is not None and not isinstance(self._place, FilePlace):
            self.leave()

    def leave(self) -> None:
        """Let go of the store, for somebody else to write in the name of this process."""
        connection, store = self._connection, self._store
        self._connection = self._store = None
        try:
            if connection is not None:
                connection.close()
        except FAILURES:
            pass  # it is gone already
        if store is not None:
            store.close()
