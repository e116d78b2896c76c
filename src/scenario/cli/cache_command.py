"""``scenario cache``: shows and removes what `scenario.cache` remembers."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scenario._cache.database import CacheFile


@click.group()
def cache() -> None:
    """Show or remove what scenario.cache remembers."""


@cache.command("list")
def list_results() -> None:
    """Show what is remembered, by key and function, the newest last."""
    from scenario._wording import counted, moment, size  # noqa: PLC0415 - loaded by this command only
    from scenario.cli.printing import table  # noqa: PLC0415 - likewise

    with _opened() as file:
        groups = file.groups() if file.path.exists() else []
    if not groups:
        click.echo(f"Nothing is remembered in {file.path}.")
        return
    rows = [
        (group.label, group.function, str(group.count), size(group.size), moment(group.newest))
        for group in groups
    ]
    click.echo("\n".join(table([("KEY", "FUNCTION", "RESULTS", "SIZE", "NEWEST"), *rows])))
    click.echo(f"\n{counted(sum(group.count for group in groups), 'result')} in {file.path}")


@cache.command()
@click.option("--key", metavar="NAME", help="Only what was remembered under this cache_key.")
@click.option(
    "--older-than", metavar="DAYS", type=click.FloatRange(min=0), help="Only what is older than so many days."
)
def clear(*, key: str | None, older_than: float | None) -> None:
    """Remove what is remembered: all, or what the options say."""
    import time  # noqa: PLC0415 - loaded by this command only

    from scenario._wording import counted  # noqa: PLC0415 - likewise

    before = None if older_than is None else time.time() - older_than * 86_400
    with _opened() as file:
        removed = file.clear(key, before) if file.path.exists() else 0
    click.echo(f"Removed {counted(removed, 'result')} from {file.path}.")


@contextmanager
def _opened() -> Generator[CacheFile]:
    """The file; what is warned of is said as a line, and trouble ends the command."""
    import warnings  # noqa: PLC0415 - loaded by this command only

    from scenario._cache.recall import FOLDER, open_file  # noqa: PLC0415 - likewise

    file = open_file()
    if file is None:
        raise click.ClickException(f"The cache is off: {FOLDER} is empty. Unset it, or set it to a folder.")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        yield file
    if file.trouble is not None:
        raise click.ClickException(file.trouble)
    for warning in said:
        click.echo(str(warning.message), err=True)
