"""What a store did not get, counted and told."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Losses:
    """What was told to a store, and what of it was not stored.

    Attributes:
        place: The store.
        facts: How many facts there were.
        runs: How many runs they were of.
        lost: How many facts were not stored.
        incomplete: How many runs they were of.
        reason: What went wrong last.
    """

    place: str
    facts: int
    runs: int
    lost: int
    incomplete: int
    reason: str

    def __bool__(self) -> bool:
        """Whether anything is missing."""
        return self.lost > 0

    def __str__(self) -> str:
        """The loss in a sentence."""
        facts = "1 fact" if self.facts == 1 else f"{self.facts} facts"
        runs = "1 run" if self.runs == 1 else f"{self.runs} runs"
        verb = "was" if self.lost == 1 else "were"
        reason = f": {self.reason.rstrip('.')}" if self.reason else ""
        return (
            f"The store {self.place} did not get everything: {self.lost} of {facts}, in {self.incomplete} of {runs}, "
            f"{verb} not stored{reason}"
        )


class Tally:
    """Counts what one writer was told, on all threads.

    Args:
        place: What the store is called.
    """

    def __init__(self, place: str) -> None:
        self._place = place
        self._lock = threading.Lock()
        self._told: Counter[str] = Counter()
        self._lost: dict[str, int] = {}
        self._reason = ""
        self._named = 0

    def tell(self, run_ids: Iterable[str]) -> None:
        """Facts came, each of one of these runs."""
        with self._lock:
            self._told.update(run_ids)

    def lose(self, run_id: str, reason: str) -> None:
        """A fact of a run was not stored."""
        with self._lock:
            self._lost[run_id] = self._lost.get(run_id, 0) + 1
            self._reason = reason

    def lost_of(self, run_id: str) -> int:
        """How many facts of a run were not stored."""
        return self._lost.get(run_id, 0)

    def lost_by_run(self) -> dict[str, int]:
        """How many facts of each run were not stored, of those that miss some."""
        with self._lock:
            return dict(self._lost)

    def losses(self, waiting: Callable[[], Iterable[str]]) -> Losses:
        """All so far.

        Args:
            waiting: Gives the run of each fact that waits to be counted as told.
        """
        with self._lock:
            told, lost = self._told + Counter(waiting()), self._lost
            return Losses(self._place, told.total(), len(told), sum(lost.values()), len(lost), self._reason)

    def not_named(self, waiting: Callable[[], Iterable[str]]) -> Losses | None:
        """All so far, as `losses` gives them, if there is more than when this was asked last; else None."""
        with self._lock:
            lost = sum(self._lost.values())
        if lost == self._named:
            return None
        found = self.losses(waiting)
        self._named = found.lost
        return found
