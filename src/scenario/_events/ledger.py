"""What was handed over for delivery, and what became of it."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future

from scenario._events.sink import SinkTrouble


class Ledger:
    """The account of one bus with an outbox. Whoever uses it holds the outbox's lock.

    Args:
        name: What reports call the receiver.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0
        self._open: dict[int, bool] = {}  # numbers in their order; True once somebody was told that it waits
        self._flushes: deque[tuple[int, Future[None]]] = deque()
        self._failed = 0
        self._dropped = 0
        self._error: str | None = None

    def enter(self) -> int:
        """Note that something was handed over; returns its number."""
        self._count += 1
        self._open[self._count] = False
        return self._count

    def settle(self, number: int, error: str | None = None) -> list[Future[None]]:
        """Note that nothing is left to do for it.

        Args:
            number: Which.
            error: Why it was given up, if it was.

        Returns:
            The flushes that are done with this. Their result is to be set without the lock.
        """
        self._open.pop(number, None)
        if error is not None:
            self._failed += 1
            self._error = error
        return self._done()

    def drop(self, number: int) -> list[Future[None]]:
        """Note that it is not delivered, for lack of room; returns what `settle` does."""
        self._dropped += 1
        return self.settle(number)

    def flush(self) -> Future[None]:
        """A future for the moment when everything handed over so far is settled."""
        done: Future[None] = Future()
        if self._open:
            self._flushes.append((self._count, done))
        else:
            done.set_result(None)
        return done

    def trouble(self) -> SinkTrouble | None:
        """What went wrong since the last time that this was asked, or None."""
        found = SinkTrouble(self._name, self._failed, self._dropped, len(self._open), self._error)
        self._failed = self._dropped = 0
        self._error = None
        self._open = dict.fromkeys(self._open, True)
        return found if found.failed or found.dropped or found.waiting else None

    def untold(self) -> int:
        """How many of those that nobody was told of are lost, or would be if the process ended now."""
        return self._failed + self._dropped + sum(not told for told in self._open.values())

    def _done(self) -> list[Future[None]]:
        oldest = next(iter(self._open), self._count + 1)
        done: list[Future[None]] = []
        while self._flushes and self._flushes[0][0] < oldest:
            done.append(self._flushes.popleft()[1])
        return done
