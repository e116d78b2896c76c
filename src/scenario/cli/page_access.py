"""The page, for each command that shows it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scenario.store import Place


def page_server() -> ModuleType:
    """What serves the page.

    Raises:
        NotAvailableError: The extra is not installed.
    """
    from scenario.errors import NotAvailableError  # noqa: PLC0415 - loaded by commands that show the page

    try:
        from scenario.web import serve  # noqa: PLC0415 - likewise
    except ModuleNotFoundError as error:
        raise NotAvailableError(
            f"The page needs {error.name}, which is not installed: pip install 'agent-scenario[ui]'"
        ) from error
    return serve


@contextmanager
def page_of(place: Place | None, *, wanted: bool) -> Generator[None]:
    """Serve the page of a store while the body runs, if it is wanted; at a terminal, until Ctrl-C after that.

    Raises:
        ConfigError: There is no store to show.
        NotAvailableError: The extra is not installed.
    """
    if not wanted:
        yield
        return
    from scenario.errors import ConfigError  # noqa: PLC0415 - loaded by commands that show the page

    if place is None:
        raise ConfigError(
            "The store is off, so a page has nothing to show: leave out --ui, or name a store.", source="--ui"
        )
    with page_server().page_beside(place, port=0) as address:
        click.echo(f"Follow it on the page: {address.page}", err=True)
        yield
        if sys.stdin.isatty():
            click.echo("The page stays until Ctrl-C.", err=True)
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                return
