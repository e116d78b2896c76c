"""Sessions that a server gives out: where they stand, and which conversation has which."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

_MOST = 10_000


@dataclass(frozen=True)
class Session:
    """Where a server's reply names the session that following requests belong to. Give exactly one.

    Attributes:
        path: In the body, such as ``session.id``; it goes back where the request has ``{session}``.
        header: In a header; it goes back in the same header.
        cookie: In a cookie; it goes back as that cookie.
    """

    path: str | None = None
    header: str | None = None
    cookie: str | None = None

    def __post_init__(self) -> None:
        given = [place for place in (self.path, self.header, self.cookie) if place is not None]
        if len(given) != 1 or not given[0]:
            raise ValueError("Session takes exactly one of `path`, `header` and `cookie`")

    def found(
        self, body: Callable[[str], Any], headers: Mapping[str, str], cookies: Mapping[str, str]
    ) -> Any:
        """The session that a reply names; None if it names none.

        Args:
            body: Looks up a path in the body; None when nothing is there.
            headers: The reply's headers, in small letters.
            cookies: The cookies that it sets.
        """
        if self.path is not None:
            return body(self.path)
        return headers.get(self.header.lower()) if self.header is not None else cookies.get(self.cookie or "")

    def headers(self, session: Any) -> dict[str, str]:
        """The headers that give a session back."""
        if self.header is not None:
            return {self.header: str(session)}
        return {"Cookie": f"{self.cookie}={session}"} if self.cookie is not None else {}


class Sessions:
    """The sessions of the conversations that are going on.

    A session is forgotten when its run's state is gone, and the oldest goes when there are too many.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[str, Any] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._known)

    def of(self, thread_id: str) -> Any:
        """The session of a conversation; None if it has none."""
        with self._lock:
            return self._known.get(thread_id)

    def keep(self, thread_id: str, session: Any, run: object | None) -> None:
        """Keep a conversation's session for as long as `run` exists."""
        with self._lock:
            is_new = thread_id not in self._known
            self._known[thread_id] = session
            self._known.move_to_end(thread_id)
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        if is_new and run is not None:
            weakref.finalize(run, self._known.pop, thread_id, None).atexit = False
