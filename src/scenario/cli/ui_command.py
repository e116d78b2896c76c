"""``scenario ui``: the page."""

from __future__ import annotations

import click

from scenario.cli.options import store_option
from scenario.cli.page_access import page_server
from scenario.cli.store_access import opened


@click.command()
@store_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen. Others than this machine need "
              "the token.")  # fmt: skip
@click.option(
    "--port", type=click.IntRange(0, 65535), default=5577, show_default=True, help="0 takes a free one."
)
@click.option("--token", envvar="SCENARIO_UI_TOKEN", metavar="TEXT", help="Ask for this token. Beyond this machine one is "
              "made if none is given.")  # fmt: skip
@click.option("--name", "names", multiple=True, metavar="HOST", help="A name by which the page is called, such as that "
              "of a proxy.")  # fmt: skip
def ui(*, setting: str | None, host: str, port: int, token: str | None, names: tuple[str, ...]) -> None:
    """Show runs on a page, as they happen and after, and take in those of other clients.

    Prints the address and opens nothing. Ctrl-C ends it.
    """
    with opened(setting, create=True) as store:
        server = page_server().PageServer(store, host=host, port=port, token=token, names=names)
        click.echo(f"The page of {store.place}: {server.address.page}")
        click.echo(f"Other clients report here with LANGWATCH_ENDPOINT={server.address.url}")
        server.serve()
