"""The demo as a person sees it: plays the scenarios with their progress, then says what came of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.text import Text

from scenario.demo import report
from scenario.demo.play import Played, play_all
from scenario.demo.scenarios import DemoScenario


def show(chosen: Sequence[DemoScenario], *, verbose: bool = False) -> list[Played]:
    """Play scenarios, and print what came of them: the report on stdout, the progress on stderr.

    Args:
        chosen: Which; at least one.
        verbose: Print the conversations as they happen.

    Returns:
        What came of them, in the same order.
    """
    console = Console(highlight=False, markup=False, emoji=False)
    began = time.monotonic()
    console.print(*_opening(len(chosen), console.width), sep="\n", soft_wrap=True)

    def announce(scenario: DemoScenario) -> None:
        if verbose:
            heading = [
                Text(),
                Text(scenario.name, "bold"),
                *report.wrapped(scenario.description, console.width, 0),
            ]
            console.print(*heading, sep="\n", soft_wrap=True)

    with _progress(len(chosen), hidden=verbose) as advance:
        played = asyncio.run(play_all(chosen, verbose=verbose, before=announce, after=advance))
    console.print()
    console.print(report.table(played))
    lines = [Text(), report.tally(played, time.monotonic() - began), *_findings(played, console.width)]
    console.print(*lines, sep="\n", soft_wrap=True)
    return played


def _opening(number: int, width: int) -> list[Text]:
    conversations = "one conversation" if number == 1 else f"{number} conversations"
    said = (
        f"Testing the support desk of a small shop in {conversations}, without a model, a key or a network."
    )
    return report.wrapped(said, width, 0)


def _findings(played: Sequence[Played], width: int) -> list[Text]:
    lines: list[Text] = []
    for each in played:
        if not each.result.success:
            lines += [Text(), *report.failure(each, width)]
        if not each.is_as_expected:
            lines += [Text(), *report.surprise(each, width)]
        elif each.scenario.fault is not None:
            lines += [Text(), *report.planted(each.scenario.fault, width)]
    return [*lines, Text(), *report.next_steps(width)]


@contextmanager
def _progress(total: int, *, hidden: bool) -> Generator[Callable[[Played], None]]:
    """How far it is: a bar on a terminal, else a line for each scenario. Yields what counts one more."""
    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    if hidden:
        yield lambda _: None
    elif console.is_terminal:
        columns = SpinnerColumn(), TextColumn("Playing"), BarColumn(), MofNCompleteColumn()
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("", total=total)
            yield lambda _: bar.advance(task)
    else:
        count = 0

        def tell(played: Played) -> None:
            nonlocal count
            count += 1
            verdict = "passed" if played.result.success else "FAILED"
            console.print(f"{count}/{total} {played.scenario.name}: {verdict}", soft_wrap=True)

        yield tell
