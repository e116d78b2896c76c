"""Who writes, and whether they are still there."""

from __future__ import annotations

import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scenario._utils.ids import generate_id

EVERY: Final = 1.0
"""Seconds between two signs of life of a process with runs that go on."""

STALE: Final = 15.0
"""Seconds without a sign of life after which a process counts as gone."""

SILENT: Final = 600.0
"""Seconds without an event after which a run that a client reports counts as stalled."""


@dataclass(frozen=True, slots=True)
class Life:
    """A process that writes.

    Attributes:
        id: Its id in the store.
        host: The name of its machine.
        space: In which space of process ids its number means something; empty where that cannot be told.
        pid: Its number there.
        started_at: When it began to write, in seconds since the Unix epoch.
    """

    id: str
    host: str
    space: str
    pid: int
    started_at: float

    def row(self, now: float, ended_at: float | None = None) -> dict[str, Any]:
        """Its row in the store."""
        return {
            "id": self.id,
            "host": self.host,
            "space": self.space,
            "pid": self.pid,
            "started_at": self.started_at,
            "last_seen": now,
            "ended_at": ended_at,
        }


def this_process() -> Life:
    """The process that asks."""
    return Life(generate_id("process"), platform.node() or "?", _space(), os.getpid(), time.time())


def is_gone(*, space: str, pid: int, last_seen: float, ended_at: float | None, now: float) -> bool:
    """Whether a process will write no more.

    Args:
        space: Its space of process ids.
        pid: Its number.
        last_seen: Its last sign of life.
        ended_at: When it said that it ends.
        now: The time.
    """
    if ended_at is not None or now - last_seen > STALE:
        return True
    return bool(space) and space == _space() and not _is_alive(pid)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it is somebody else's
    return True


def _space() -> str:
    """The boot of the machine and the namespace of process ids, on Linux; empty elsewhere."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""
