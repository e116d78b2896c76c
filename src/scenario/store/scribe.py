"""Who writes: facts are prepared and written in groups, here or in a process of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from scenario.store.door import Door
from scenario.store.heartbeat import Life
from scenario.store.losses import Tally
from scenario.store.place import Place
from scenario.store.preparing import Followed, Preparation, Told
from scenario.store.redaction import RememberingRedactor

_logger = logging.getLogger("scenario")


class Scribe(Protocol):
    """Writes groups of facts, one at a time."""

    @property
    def has_open_runs(self) -> bool:
        """Whether a run goes on, or waits to be written again."""
        ...

    def write(self, told: Sequence[Told]) -> None:
        """Write a group, and a sign of life when it is time for one. What is lost is counted; nothing is raised."""
        ...

    def finish(self) -> None:
        """Wait until all groups are written, or lost."""
        ...

    def leave(self) -> Followed:
        """Let go of the store, for another scribe to go on with these runs."""
        ...

    def close(self) -> None:
        """Say that this process writes no more, and let go of the store."""
        ...


class ScribeHere:
    """Writes on the thread that asks for it.

    Args:
        place: Where the store is.
        life: Who tells.
        tally: Counts what is lost.
        make_door: Makes the way into the store.
        redaction: Gives the redactor that holds now.
        followed: The runs that another scribe followed so far.
    """

    def __init__(
        self,
        place: Place,
        life: Life,
        tally: Tally,
        *,
        make_door: Callable[..., Door] = Door,
        redaction: Callable[[], RememberingRedactor] | None = None,
        followed: Followed | None = None,
    ) -> None:
        self._place = place
        self._tally = tally
        self._preparation = Preparation(life.id, tally, redaction=redaction, followed=followed)
        self._door = make_door(place, life)

    @property
    def has_open_runs(self) -> bool:
        """Whether a run goes on, or waits to be written again."""
        return self._preparation.has_open_runs

    def write(self, told: Sequence[Told]) -> None:
        """Write a group, and a sign of life when it is time for one. What is lost is counted; nothing is raised."""
        try:
            prepared = self._preparation.prepare(told)
            if not prepared.is_empty or (self.has_open_runs and self._door.is_due):
                self._preparation.settle(prepared, self._door.write(prepared))
        except Exception:  # it must go on: it writes for all runs of the process
            _logger.exception("The store %s lost %d facts", self._place, len(told))
            for fact, _ in told:
                self._tally.lose(fact.run_id, "an error of its own")

    def finish(self) -> None:
        """Nothing is left over: each group is written at once."""

    def leave(self) -> Followed:
        """Let go of the store, for another scribe to go on with these runs."""
        self._door.leave()
        return self._preparation.followed

    def close(self) -> None:
        """Say that this process writes no more, and let go of the store."""
        self._door.close()
