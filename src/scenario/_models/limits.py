"""How many calls an endpoint gets at once: as many as it takes, fewer after it said that it is too much.

The rule is the one by which TCP shares a line: one call more for each round of calls that went well, half as many
after a refusal (additive increase, multiplicative decrease: Chiu and Jain, 1989).
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, replace

LEAST = 1.0


@dataclass(frozen=True)
class Limit:
    """How many calls may be under way at once.

    Attributes:
        size: The limit; what is left after its comma grows into the next call.
        ceiling: What it never exceeds.
        era: How often it was halved. Refusals of calls that began in an older era were answered already.
    """

    size: float
    ceiling: float
    era: int = 0

    def after_success(self) -> Limit:
        """The limit after a call that went well: a whole round of them adds one."""
        return replace(self, size=min(self.ceiling, self.size + 1.0 / self.size))

    def after_refusal(self, era: int) -> Limit:
        """The limit after a call that was one too many.

        Args:
            era: The limit's era when that call began.
        """
        if era < self.era:
            return self
        return replace(self, size=max(LEAST, self.size / 2.0), era=self.era + 1)


class Gate:
    """Lets as many calls pass at once as a limit allows, the others in turn. It belongs to one event loop.

    Args:
        limit: The limit to begin with.
    """

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._under_way = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def limit(self) -> Limit:
        """The limit as it is now."""
        return self._limit

    async def enter(self) -> int:
        """Wait for a place.

        Returns:
            The limit's era, for `refused`.
        """
        if self._waiting or self._under_way >= int(self._limit.size):
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                self._gone(turn)
                raise
        else:
            self._under_way += 1
        return self._limit.era

    def leave(self) -> None:
        """Give the place back."""
        self._under_way -= 1
        self._admit()

    def succeeded(self) -> None:
        """Take note of a call that went well."""
        self._limit = self._limit.after_success()

    def refused(self, era: int) -> None:
        """Take note of a call that was one too many."""
        self._limit = self._limit.after_refusal(era)

    def cap(self, ceiling: float) -> None:
        """Never allow more than this from now on."""
        ceiling = max(LEAST, ceiling)
        if ceiling < self._limit.ceiling:
            self._limit = replace(self._limit, ceiling=ceiling, size=min(self._limit.size, ceiling))

    def _gone(self, turn: asyncio.Future[None]) -> None:
        if turn.cancelled() or not turn.done():
            if turn in self._waiting:
                self._waiting.remove(turn)
            return
        self.leave()  # the place was given just as the caller went

    def _admit(self) -> None:
        while self._waiting and self._under_way < int(self._limit.size):
            turn = self._waiting.popleft()
            if not turn.done():
                self._under_way += 1
                turn.set_result(None)
