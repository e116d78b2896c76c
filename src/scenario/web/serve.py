"""The server of the page, in this process: in the foreground, or beside a run."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import uvicorn

from scenario.errors import ConfigError
from scenario.store.open import RunStore, open_store
from scenario.store.place import Place
from scenario.web.app import Parts, make_app
from scenario.web.security import Guard, is_loopback

HOST: Final = "127.0.0.1"
PORT: Final = 5577
_GRACE: Final = 3
_KEEP_ALIVE: Final = (
    75  # longer than clients keep theirs, so that none sends into a connection that is being closed
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the page is.

    Attributes:
        url: Its address, without a slash at the end.
        token: The token that it asks for, if it does.
    """

    url: str
    token: str | None

    @property
    def page(self) -> str:
        """What a person opens."""
        return f"{self.url}/?token={quote(self.token)}" if self.token else f"{self.url}/"


def token_for(host: str, token: str | None) -> str | None:
    """The token that a server asks for: the one that was given, or a new one when others can reach it."""
    return token or (None if is_loopback(host) else secrets.token_urlsafe(24))


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        ConfigError: The port is taken, or the host is none of this machine.
    """
    found: socket.socket | None = None
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        found = socket.socket(family)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
    except (OSError, OverflowError) as error:
        if found is not None:
            found.close()
        raise ConfigError(
            f"The page cannot be served on {host}:{port}: {error}. Name another with --host and --port; port 0 takes a "
            "free one.",
            source="port",
        ) from error
    return found


class PageServer:
    """Serves the page.

    Args:
        store: An open store; who made it closes it.
        host: Where it listens. Beyond this machine it asks for a token.
        port: The port; 0 takes a free one.
        token: The token; None asks for one only beyond this machine, and makes it.
        names: Names by which the server may be called, beside ``localhost`` and plain addresses.

    Raises:
        ConfigError: It cannot listen there.
    """

    def __init__(
        self,
        store: RunStore,
        *,
        host: str = HOST,
        port: int = PORT,
        token: str | None = None,
        names: Sequence[str] = (),
    ) -> None:
        self._socket = bound(host, port)
        asked = token_for(host, token)
        shown = f"[{host}]" if ":" in host else host
        self.address = Address(f"http://{shown}:{self._socket.getsockname()[1]}", asked)
        self.parts = Parts(store)
        guard = Guard(asked, frozenset(name.lower() for name in (*names, host)))
        config = uvicorn.Config(
            make_app(store, guard, self.parts),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
            timeout_keep_alive=_KEEP_ALIVE,
            ws="none",
        )
        self._server = _Server(config, self.parts)

    def serve(self) -> None:
        """Serve until the process is interrupted."""
        self._server.run(sockets=[self._socket])

    @contextmanager
    def beside(self) -> Generator[Address]:
        """Serve on a thread of its own while the body runs."""
        thread = threading.Thread(target=self.serve, name="scenario-page", daemon=True)
        thread.start()
        try:
            while not self._server.started and thread.is_alive():
                time.sleep(0.005)
            yield self.address
        finally:
            self._server.should_exit = True
            thread.join()


@contextmanager
def page_beside(
    place: Place, *, host: str = HOST, port: int = PORT, token: str | None = None, names: Sequence[str] = ()
) -> Generator[Address]:
    """Serve the page of a store while the body runs, such as a run that writes into it.

    Args:
        place: The store; it is made if it is not there.
        host: Where it listens.
        port: The port; 0 takes a free one.
        token: The token; None asks for one only beyond this machine, and makes it.
        names: Names by which the server may be called.

    Raises:
        ConfigError: It cannot listen there, or the store cannot be opened.
    """
    with open_store(place, create=True) as store:
        server = PageServer(store, host=host, port=port, token=token, names=names)
        with server.beside() as address:
            yield address


class _Server(uvicorn.Server):
    """Ends the streams first: uvicorn waits for answers that go on."""

    def __init__(self, config: uvicorn.Config, parts: Parts) -> None:
        super().__init__(config)
        self._parts = parts

    async def shutdown(self, sockets: list[Any] | None = None) -> None:
        """End."""
        self._parts.stopping.set()
        await super().shutdown(sockets)
