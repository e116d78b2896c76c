"""What waits for a writer: a bounded queue that is taken in groups, so that to hand over a fact wakes up nobody."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Waiting(Generic[T]):
    """Hands items from many threads to one.

    To hand over is on the path of every fact, so it takes no lock while there is room and the other side is awake.
    An item is put before the look whether the other side sleeps; that one says that it sleeps before it looks for
    items. So one of the two sees the other.

    Args:
        capacity: How many may wait; a few more, when many threads come at once.
        most: How many are taken at once.
    """

    def __init__(self, capacity: int, most: int) -> None:
        self._capacity = capacity
        self._most = most
        self._full = min(most, capacity)
        self._items: deque[T] = deque()
        self._is_asleep = True
        self._is_urgent = False
        self._lock = threading.Lock()
        self._has_come = threading.Condition(self._lock)
        self._has_room = threading.Condition(self._lock)

    @property
    def is_half_full(self) -> bool:
        """Whether half of the room is taken."""
        return 2 * len(self._items) >= self._capacity

    def items(self) -> list[T]:
        """What waits now, in order."""
        return list(self._items)

    def put(self, item: T, patience: float, *, is_urgent: bool = False) -> bool:
        """Hand over an item.

        Args:
            item: The item.
            patience: The most seconds to wait for room.
            is_urgent: Let the other side take it now, with all before it.

        Returns:
            Whether there was room.
        """
        if len(self._items) >= self._capacity and not self._is_room_within(patience):
            return False
        self._items.append(item)
        if self._is_asleep or is_urgent or len(self._items) == self._full:
            with self._lock:
                self._is_urgent = self._is_urgent or is_urgent
                self._has_come.notify()
        return True

    def take(self, wait: float | None, gathering: float) -> list[T]:
        """Take what is there, in order.

        Args:
            wait: The most seconds to wait for the first item; None waits for ever.
            gathering: How many seconds more to wait for others, unless something urgent comes.

        Returns:
            The items; none when none came.
        """
        with self._lock:
            self._is_asleep = True
            has_come = self._has_come.wait_for(lambda: self._items, wait)
            self._is_asleep = False
            if not has_come:
                return []
            until = time.monotonic() + gathering
            while not self._is_ready() and (left := until - time.monotonic()) > 0:
                self._has_come.wait(left)
            take = self._items.popleft
            taken = [take() for _ in range(min(self._most, len(self._items)))]
            self._is_urgent = self._is_urgent and bool(self._items)
            self._has_room.notify_all()
            return taken

    def _is_room_within(self, patience: float) -> bool:
        with self._lock:
            return patience > 0 and self._has_room.wait_for(
                lambda: len(self._items) < self._capacity, patience
            )

    def _is_ready(self) -> bool:
        return self._is_urgent or len(self._items) >= self._full
