"""The progress of a run of a suite: a live line at a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

import click

from scenario._wording import visible
from scenario.cli.run_lines import Line, plain_text
from scenario.cli.suite_lines import standing_text, trial_line
from scenario.suite.progress import Progress, Standing, TrialEnded, TrialRepeated

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_EVERY: Final = 5.0
"""Seconds between two lines that say how far the run is, where there is no terminal."""


View: TypeAlias = Callable[[Progress], None]
"""Shows what happens."""


@contextmanager
def view_of(planned: int, *, quiet: bool) -> Generator[View]:
    """What shows a run while the body plays it.

    Args:
        planned: How many trials are to be played.
        quiet: Show nothing.
    """
    if quiet:
        yield _nothing
        return
    from rich.console import Console  # noqa: PLC0415 - loaded when there is something to show

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        yield PlainView(planned, lambda text: click.echo(text, err=True))
        return
    from rich.progress import BarColumn, SpinnerColumn, TextColumn  # noqa: PLC0415 - likewise
    from rich.progress import Progress as Bar  # noqa: PLC0415 - likewise

    columns = (SpinnerColumn(), BarColumn(bar_width=20), TextColumn("{task.description}"))
    with Bar(*columns, console=console, transient=True, refresh_per_second=8) as bar:
        yield LiveView(planned, bar, bar.add_task("", total=planned))


class PlainView:
    """A line for each trial that did not pass, and now and then one that says how far the run is.

    Args:
        planned: How many trials are to be played.
        write: Writes a line.
        now: Tells the time, in seconds.
    """

    def __init__(
        self, planned: int, write: Callable[[str], None], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._standing = Standing(planned)
        self._write = write
        self._now = now
        self._began = self._told_at = now()

    def __call__(self, what: Progress) -> None:
        """Show it."""
        self._standing = self._standing.after(what)
        line = _line_of(what)
        if line is not None:
            self._write(plain_text([line]))
        moment = self._now()
        if moment - self._told_at >= _EVERY:
            self._told_at = moment
            self._write(standing_text(self._standing, moment - self._began))


class LiveView:
    """A bar that says how far the run is, below a line for each trial that did not pass."""

    def __init__(self, planned: int, bar: Bar, task: TaskID) -> None:
        self._standing = Standing(planned)
        self._bar = bar
        self._task = task
        self._began = time.monotonic()

    def __call__(self, what: Progress) -> None:
        """Show it."""
        from rich.text import Text  # noqa: PLC0415 - loaded at a terminal

        self._standing = self._standing.after(what)
        line = _line_of(what)
        if line is not None:
            self._bar.console.print(Text.assemble(*line))
        text = standing_text(self._standing, time.monotonic() - self._began)
        self._bar.update(self._task, completed=self._standing.ended, description=text)


def _line_of(what: Progress) -> Line | None:
    if isinstance(what, TrialEnded) and not what.result.passed:
        return trial_line(what.result)
    if isinstance(what, TrialRepeated):
        text = f"again in {what.wait:g} s: {visible(what.trial.scenario)} {what.trial.number}, {what.attempt.fault}"
        return ((text, "yellow"),)
    return None


def _nothing(what: Progress) -> None:
    del what
