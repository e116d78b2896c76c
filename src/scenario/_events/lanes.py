"""Who is next: events wait in lanes, one for each run, in which they never overtake each other. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from scenario._events.events import ScenarioEvent, ScenarioMessageSnapshotEvent
from scenario._events.ledger import Ledger


@dataclass(frozen=True, slots=True, eq=False)
class Letter:
    """An event that waits.

    Attributes:
        event: The event.
        ledger: Where it is accounted for.
        number: Its number there.
        max_retries: How often it is sent again.
        since: When it was handed over, in seconds of a monotonic clock.
    """

    event: ScenarioEvent
    ledger: Ledger
    number: int
    max_retries: int
    since: float

    @property
    def run_id(self) -> str:
        """The run that it is about."""
        return self.event.scenario_run_id

    @property
    def is_snapshot(self) -> bool:
        """Whether a newer snapshot says everything that it says."""
        return isinstance(self.event, ScenarioMessageSnapshotEvent)


class Lanes:
    """The letters of many runs.

    Args:
        capacity: How many may wait.
        patience: For how many seconds a snapshot may wait before a newer one of its run takes its place; None
            keeps all.
    """

    def __init__(self, capacity: int, patience: float | None) -> None:
        self._capacity = capacity
        self._patience = patience
        self._lanes: dict[str, deque[Letter]] = {}
        self._ready: deque[str] = deque()  # runs with a letter waiting and none under way
        self._busy: set[str] = set()
        self._waiting = 0

    def __len__(self) -> int:
        """How many wait."""
        return self._waiting

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is under way."""
        return not self._waiting and not self._busy

    def put(self, letter: Letter) -> tuple[bool, list[Letter]]:
        """Let a letter wait.

        Returns:
            Whether there was room, and the letters that it, or the need for room, has made superfluous.
        """
        superseded = self._make_room(letter) if self._waiting >= self._capacity else []
        if self._waiting >= self._capacity:
            return False, superseded
        lane = self._lanes.setdefault(letter.run_id, deque())
        if not lane and letter.run_id not in self._busy:
            self._ready.append(letter.run_id)
        lane.append(letter)
        self._waiting += 1
        return True, superseded

    def take(self, now: float) -> tuple[Letter | None, list[Letter]]:
        """The next letter, which is under way from then on, and those that have waited too long beside it.

        Args:
            now: Seconds of the clock that `Letter.since` is of.
        """
        if not self._ready:
            return None, []
        run_id = self._ready.popleft()
        self._busy.add(run_id)
        lane = self._lanes[run_id]
        letter, superseded = lane.popleft(), list[Letter]()
        while lane and self._is_late(letter, now) and lane[0].is_snapshot:
            superseded.append(letter)
            letter = lane.popleft()
        self._waiting -= 1 + len(superseded)
        return letter, superseded

    def done(self, run_id: str) -> None:
        """Note that the letter of this run that was under way is so no longer."""
        self._busy.discard(run_id)
        if self._lanes.get(run_id):
            self._ready.append(run_id)
        else:
            self._lanes.pop(run_id, None)

    def _is_late(self, letter: Letter, now: float) -> bool:
        return self._patience is not None and letter.is_snapshot and now - letter.since > self._patience

    def _make_room(self, letter: Letter) -> list[Letter]:
        """Take out snapshots that a newer one follows: of the letter's run if it is one, else of all."""
        if self._patience is None:
            return []
        lane = self._lanes.get(letter.run_id)
        if letter.is_snapshot:
            found = [lane.pop()] if lane and lane[-1].is_snapshot else []
            if found and not lane and letter.run_id in self._ready:
                self._ready.remove(letter.run_id)
        else:
            found = [old for each in self._lanes.values() for old in _squeeze(each)]
        self._waiting -= len(found)
        return found


def _squeeze(lane: deque[Letter]) -> list[Letter]:
    """Take out of a lane the snapshots that are followed by another; returns them."""
    letters = list(lane)
    followers: list[Letter | None] = [*letters[1:], None]
    found = [
        letter
        for letter, follower in zip(letters, followers, strict=True)
        if letter.is_snapshot and follower is not None and follower.is_snapshot
    ]
    if found:
        gone = set(found)
        lane.clear()
        lane.extend(letter for letter in letters if letter not in gone)
    return found
