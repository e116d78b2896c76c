"""The local page over a filled store, for the tests in a browser."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from scenario.store import FilePlace, StoreSink, open_store
from scenario.web.serve import PageServer
from store.stories import Story
from web.seeded import begin_live, seed


@dataclass(frozen=True)
class Site:
    """A server of the page.

    Attributes:
        url: Where the page is.
        sink: Writes into its store.
        live: A run that goes on.
    """

    url: str
    sink: StoreSink
    live: Story

    def tell_live(self) -> None:
        """Write the last fact of the run that goes on."""
        self.sink.receive(self.live.facts[-1])

    def send(self, path: str, data: Any) -> None:
        """Send JSON, as another client does."""
        httpx2.post(self.url + path, json=data).raise_for_status()


Fill = Callable[[Path], None]


@contextmanager
def filled(folder: Path, fill: Fill = seed) -> Generator[tuple[StoreSink, Story]]:
    """A filled store: what writes into it, and a run that goes on."""
    place = FilePlace(folder / "runs.db")
    with ThreadPoolExecutor(1) as thread:  # the browser's loop runs on this one
        thread.submit(fill, place.path).result()
    sink = StoreSink(place)
    yield sink, begin_live(sink)
    sink.close()


@contextmanager
def served(sink: StoreSink, live: Story, port: int = 0) -> Generator[Site]:
    """A server of a filled store."""
    with open_store(sink.place) as store, PageServer(store, port=port).beside() as address:
        yield Site(f"{address.url}/", sink, live)


@contextmanager
def serving(folder: Path, fill: Fill = seed) -> Generator[Site]:
    """A filled store, and a server of it."""
    with filled(folder, fill) as (sink, live), served(sink, live) as site:
        yield site


@dataclass(frozen=True)
class Shown:
    """The page in a browser.

    Attributes:
        page: The page.
        site: Its server.
    """

    page: Any
    site: Site

    def go(self, address: str) -> Any:
        """Open an address of the page, and wait until all is there that it asked for at first."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.site.url}#/{address}")
        self.page.locator("main h1, main .empty h2").first.wait_for()
        self.page.locator("main .loading").first.wait_for(state="detached")
        return self.page

    def text(self, selector: str) -> str:
        """The text of the first element."""
        return self.page.locator(selector).first.inner_text()


@contextmanager
def watching(page: Any, watched: Any, site: Site) -> Generator[Shown]:
    """Show the page; afterwards, see that it asked nobody else and complained of nothing."""
    yield Shown(page, site)
    outside = [url for url in watched.requests if not url.startswith((site.url, "data:", "about:"))]
    assert outside == []
    assert watched.console == []
    assert watched.errors == []
