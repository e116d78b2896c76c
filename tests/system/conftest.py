"""A real browser, for tests of pages: Debian's Chromium, without a window."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import pytest

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass
class Watched:
    """What a page did beside showing itself.

    Attributes:
        requests: The addresses that it asked for.
        console: What it wrote to the console, violations of its policy among it.
        errors: What its scripts raised.
    """

    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser():
    """One browser for a module. While it is open a loop runs on this thread, so no other can: tests that need one
    go to another module, fixtures that need one to another thread.
    """
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield found
        found.close()


@pytest.fixture
def page(browser):
    """A new page in a context of its own, with nothing of other pages."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    found = context.new_page()
    found.set_default_timeout(10_000)
    yield found
    context.close()


@pytest.fixture
def watched(page):
    """What the page of this test does from now on."""
    found = Watched()
    page.on("request", lambda request: found.requests.append(request.url))
    page.on("console", lambda message: found.console.append(message.text))
    page.on("pageerror", lambda error: found.errors.append(str(error)))
    return found
