"""``scenario cache``: shows and removes what `scenario.cache` remembers."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scenario._cache.database import CacheFile


_THOUSAND = 1000


@click.group()
def cache() -> None:
    """Show or remove what scenario.cache remembers."""


@cache.command("list")
def list_results() -> None:
    """Show what is remembered, by key and function, the newest last."""
    from datetime import datetime  # noqa: PLC0415 - loaded by this command only

    with _opened() as file:
        groups = file.groups() if file.path.exists() else []
    if not groups:
        click.echo(f"Nothing is remembered in {file.path}.")
        return
    rows = [("KEY", "FUNCTION", "RESULTS", "SIZE", "NEWEST")]
    for group in groups:
        newest = datetime.fromtimestamp(group.newest).astimezone().strftime("%Y-%m-%d %H:%M")
        rows.append((group.label, group.function, str(group.count), _size(group.size), newest))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    click.echo(f"\n{_results(sum(group.count for group in groups))} in {file.path}")


@cache.command()
@click.option("--key", metavar="NAME", help="Only what was remembered under this cache_key.")
@click.option(
    "--older-than", metavar="DAYS", type=click.FloatRange(min=0), help="Only what is older than so many days."
)
def clear(*, key: str | None, older_than: float | None) -> None:
    """Remove what is remembered: all, or what the options say."""
    import time  # noqa: PLC0415 - loaded by this command only

    before = None if older_than is None else time.time() - older_than * 86_400
    with _opened() as file:
        removed = file.clear(key, before) if file.path.exists() else 0
    click.echo(f"Removed {_results(removed)} from {file.path}.")


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


def _results(count: int) -> str:
    return f"{count} result{'' if count == 1 else 's'}"


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < _THOUSAND:
            return f"{size:.0f} {unit}"
        size /= _THOUSAND
    return f"{size:.1f} GB"
