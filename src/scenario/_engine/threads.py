"""Threads for runs: daemons, used again and again, and never more than the open files allow."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from functools import cache

_FILES_PER_LOOP = 4  # a selector, a pair of sockets, and one to spare
_MOST_THREADS = 2048
_IDLE_SECONDS = 10.0


class Job:
    """Something to do on a thread of the pool.

    Args:
        work: What to do; it must not raise.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self.work = work
        self.abandoned = False


_MAKING = threading.Lock()


class ThreadPool:
    """Runs jobs on daemon threads.

    Args:
        limit: The most threads. Jobs beyond it wait, except urgent ones, which get a thread of their own.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._jobs: deque[Job] = deque()
        self._ready = threading.Condition()
        self._threads = 0
        self._idle = 0

    def submit(self, job: Job, *, urgent: bool = False) -> None:
        """Do a job as soon as a thread is free; an urgent one at once."""
        with self._ready:
            self._jobs.appendleft(job) if urgent else self._jobs.append(job)
            if self._idle >= len(self._jobs):
                self._ready.notify()
            elif urgent or self._threads < self._limit:
                self._start()

    def abandon(self, job: Job) -> None:
        """Count no longer on the thread that works at this job."""
        with self._ready:
            if not job.abandoned:
                job.abandoned = True
                self._threads -= 1
                if self._jobs and not self._idle:
                    self._start()

    def _start(self) -> None:
        self._threads += 1
        threading.Thread(target=self._serve, name="scenario-run", daemon=True).start()

    def _serve(self) -> None:
        while True:
            job = self._next()
            if job is None:
                return
            job.work()
            with self._ready:
                if job.abandoned:
                    return
                if self._threads > self._limit:
                    self._threads -= 1
                    return
            del job  # an idle thread keeps nothing of its last run

    def _next(self) -> Job | None:
        """The next job; None after a while without one."""
        with self._ready:
            while not self._jobs:
                self._idle += 1
                told = self._ready.wait(_IDLE_SECONDS)
                self._idle -= 1
                if not told and not self._jobs:
                    self._threads -= 1
                    return None
            return self._jobs.popleft()


def thread_pool() -> ThreadPool:
    """The pool of this process."""
    with _MAKING:  # several threads may ask for it first
        return _make_pool()


@cache
def _make_pool() -> ThreadPool:
    os.register_at_fork(after_in_child=_make_pool.cache_clear)  # threads do not come along into a child
    return ThreadPool(thread_limit())


def thread_limit() -> int:
    """How many runs can have a loop of their own at once, within the limit of open files."""
    try:
        import resource  # noqa: PLC0415 - not there on every system
    except ImportError:
        return _MOST_THREADS
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return _MOST_THREADS
    spare = files - files // 4  # the rest is for the agents
    return max(4, min(_MOST_THREADS, spare // _FILES_PER_LOOP))
