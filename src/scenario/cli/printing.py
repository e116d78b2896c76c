"""What commands print: lines with their styles at a terminal and as plain text elsewhere, tables, JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from scenario.cli.run_lines import Line, plain_text


def print_lines(lines: Sequence[Line]) -> None:
    """Print lines."""
    from rich.console import Console  # noqa: PLC0415 - loaded when there is something to print
    from rich.text import Text  # noqa: PLC0415 - likewise

    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        click.echo(plain_text(lines))
        return
    for line in lines:
        console.print(Text.assemble(*line))


def print_json(data: object) -> None:
    """Print plain data as JSON for people and programs, in letters that every output has."""
    click.echo(json.dumps(data, indent=2))


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with columns as wide as they need to be."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
