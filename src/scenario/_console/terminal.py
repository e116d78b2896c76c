"""The one terminal that all runs of a process share."""

from __future__ import annotations

import re
import threading
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from rich.status import Status

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all but tabs and the ends of lines


class Terminal:
    """Prints whole lines, and shows a spinner while it has one run to itself.

    A spinner needs escape codes, so there is none when the output is not a terminal.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._console = Console(highlight=False)
        self._runs = 0
        self._status: Status | None = None

    @property
    def shared(self) -> bool:
        """Whether several runs print here."""
        return self._runs > 1

    def enter(self) -> None:
        """Note that a run prints here from now on."""
        with self._lock:
            self._runs += 1
            if self._runs == 1:
                self._console = Console(highlight=False)  # the output may have changed since the last run
            else:
                self.rest()

    def leave(self) -> None:
        """Note that a run has ended."""
        with self._lock:
            self._runs = max(0, self._runs - 1)
            self.rest()

    def print(self, *lines: Text) -> None:
        """Print lines: wrapped at a terminal, as long as they are anywhere else; plain when it is shared."""
        with self._lock:
            for line in lines:
                shown = _printable(line, self._console)
                if self.shared:
                    shown = Text(shown.plain)
                self._console.print(shown, soft_wrap=not self._console.is_terminal)

    def spin(self, text: Text) -> bool:
        """Show that something is going on; returns whether the spinner was free."""
        with self._lock:
            free = self._status is None
            if free and not self.shared and self._console.is_terminal:
                self._status = self._console.status(text)
                self._status.start()
            return free

    def rest(self) -> None:
        """Take the spinner away."""
        with self._lock:
            if self._status is not None:
                self._status.stop()
                self._status = None


def _printable(line: Text, console: Console) -> Text:
    """The line without control characters, and with question marks for what the output cannot encode."""
    text = _CONTROL.sub("�", line.plain)
    encoding = console.encoding or "utf-8"
    line.plain = text.encode(encoding, "replace").decode(encoding)
    return line


@cache
def terminal() -> Terminal:
    """The terminal of this process."""
    return Terminal()


@contextmanager
def show_spinner(text: str, color: str | None = None, enabled: bool | int | None = None) -> Generator[None]:
    """Show a spinner while the body runs.

    Args:
        text: What is going on.
        color: The text's colour, by a name that rich knows.
        enabled: Whether to show it at all; None and False do not.
    """
    mine = bool(enabled) and terminal().spin(Text(text, style=color or ""))
    try:
        yield
    finally:
        if mine:
            terminal().rest()
