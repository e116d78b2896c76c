"""The one HTTP client of a process: its connections serve all agents and all runs."""

from __future__ import annotations

import asyncio
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING

from scenario._models.client_logs import redact_client_logs

if TYPE_CHECKING:
    from httpx2 import AsyncClient

_MOST_CONNECTIONS = 2_000
_KEPT_CONNECTIONS = 100


class Pool:
    """Holds the client of the loop that it is used on. Its methods are called on the I/O loop only."""

    def __init__(self) -> None:
        self._made: asyncio.Future[AsyncClient] | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def client(self) -> AsyncClient:
        """The client; made at the first call, closed when the loop ends."""
        loop = asyncio.get_running_loop()
        if self._made is None or self._made.get_loop() is not loop:
            self._made = loop.create_future()
            self._keeper = loop.create_task(_keep(self._made), name="scenario-http-client")
        return await asyncio.shield(self._made)  # a caller that is cancelled leaves it to the others


async def _keep(made: asyncio.Future[AsyncClient]) -> None:
    """Hold a client open until the task is cancelled, which the I/O loop does when the process ends."""
    from httpx2 import AsyncClient, Limits  # noqa: PLC0415 - imported when it is needed

    redact_client_logs()
    limits = Limits(max_connections=_MOST_CONNECTIONS, max_keepalive_connections=_KEPT_CONNECTIONS)
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))  # a cookie belongs to one conversation
    async with AsyncClient(limits=limits, cookies=no_cookies, timeout=None) as client:
        made.set_result(client)
        await asyncio.get_running_loop().create_future()


@cache
def pool() -> Pool:
    """The pool of this process."""
    return Pool()
