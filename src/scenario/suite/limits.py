"""How many trials are played at once. Pure, but for being kept up to date."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from scenario.errors import ConfigError
from scenario.suite.plan import Planned


class Isolation(str, Enum):
    """Where trials are played."""

    THREAD = "thread"
    """Each on a thread and an event loop of its own, as with `scenario.run`: an agent that blocks holds up nobody."""
    LOOP = "loop"
    """All on the caller's loop, as with `scenario.arun`: cheaper, for agents that always await."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many trials are played at once.

    Attributes:
        concurrency: The most in all.
        per_endpoint: The most of the scenarios with this `Scenario.endpoint`.

    Raises:
        ConfigError: A limit is below 1.
    """

    concurrency: int = 10
    per_endpoint: Mapping[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        """Refuse limits under which nothing could be played."""
        for name, limit in [("concurrency", self.concurrency), *self.per_endpoint.items()]:
            if limit < 1:
                raise ConfigError(
                    f"The limit {name!r} is {limit}: at least 1 trial at once.", source="concurrency"
                )


class Waiting:
    """The trials that have not begun, and how many of those that have are still going on.

    Args:
        planned: The trials, in their order.
        limits: How many at once.
    """

    def __init__(self, planned: Sequence[Planned], limits: Limits) -> None:
        self._limits = limits
        self._queues: dict[str, deque[tuple[int, Planned]]] = {}
        for place, each in enumerate(planned):
            self._queues.setdefault(each.scenario.endpoint, deque()).append((place, each))
        self._in_flight: Counter[str] = Counter()
        self._total = 0

    @property
    def in_flight(self) -> int:
        """How many go on."""
        return self._total

    def take(self) -> Planned | None:
        """The next trial that may begin now; None when there is none."""
        if self._total >= self._limits.concurrency:
            return None
        free = [endpoint for endpoint, queue in self._queues.items() if queue and self._has_room(endpoint)]
        if not free:
            return None
        endpoint = min(free, key=lambda each: self._queues[each][0][0])
        self._in_flight[endpoint] += 1
        self._total += 1
        return self._queues[endpoint].popleft()[1]

    def ended(self, planned: Planned) -> None:
        """Take note that a trial goes on no longer."""
        self._in_flight[planned.scenario.endpoint] -= 1
        self._total -= 1

    def _has_room(self, endpoint: str) -> bool:
        limit = self._limits.per_endpoint.get(endpoint)
        return limit is None or self._in_flight[endpoint] < limit
