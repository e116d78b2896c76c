"""Lines on standard output: with their styles at a terminal, as plain text elsewhere."""

from __future__ import annotations

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
