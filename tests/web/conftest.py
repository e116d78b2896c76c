"""Servers on loopback over stores in files of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from scenario.store import FilePlace, RunStore, open_store
from scenario.store.sink import close_sinks
from scenario.web.serve import PageServer
from web.seeded import seed


class Page:
    """A page that is served, and a client that asks it."""

    def __init__(self, store: RunStore, server: PageServer, client: httpx2.Client) -> None:
        self.store, self.server, self.client = store, server, client

    def get(self, path: str, **params):
        answer = self.client.get(f"/api/v1{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def settle(self) -> None:
        assert self.server.parts.intake.settle()


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[..., Page]]:
    """Serves the store in a file."""
    with ExitStack() as stack:

        def served(path: Path, **options) -> Page:
            store = stack.enter_context(open_store(FilePlace(path), create=True))
            server = PageServer(store, port=0, **options)
            address = stack.enter_context(server.beside())
            client = stack.enter_context(httpx2.Client(base_url=address.url, timeout=30))
            return Page(store, server, client)

        yield served
    close_sinks()


@pytest.fixture(scope="module")
def page(serve, tmp_path_factory) -> Page:
    """A page over the seeded store, for tests that only read."""
    path = tmp_path_factory.mktemp("web") / "runs.db"
    seed(path)
    return serve(path)


@pytest.fixture
def own(serve, tmp_path) -> Page:
    """A page over a seeded store of the test's own."""
    seed(tmp_path / "runs.db")
    return serve(tmp_path / "runs.db")


@pytest.fixture
def empty(serve, tmp_path) -> Page:
    """A page over an empty store."""
    return serve(tmp_path / "runs.db")
