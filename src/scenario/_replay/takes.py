"""Which recording a run is: the folder, the scenario, the test, and the how manieth play of it."""

from __future__ import annotations

import os
import shlex
import threading
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = "cassettes"

explicit_take: ContextVar[int | None] = ContextVar("scenario_take", default=None)
"""The number of the take that the next run is, where somebody counts them already; None counts them here."""


@contextmanager
def as_take(number: int) -> Generator[None]:
    """Let the runs that are made while the body runs be this take of their scenario.

    Args:
        number: Which one, counted from 1, such as the number of a trial.
    """
    token = explicit_take.set(number)
    try:
        yield
    finally:
        explicit_take.reset(token)


@dataclass(frozen=True)
class CurrentTest:
    """The test that is running.

    Attributes:
        id: Its id, as pytest names it.
        path: Its file.
        root: The folder that its id begins in.
    """

    id: str
    path: Path
    root: Path

    @property
    def name(self) -> str:
        """The part of the id after the file."""
        return self.id.partition("::")[2]


@dataclass(frozen=True)
class TakePlace:
    """Where the recording of a run is.

    Attributes:
        folder: The folder of the cassettes.
        path: The cassette's file.
        scenario: The scenario's name.
        set_id: The set that it belongs to.
        test: The test that plays it, as ``file::test`` seen from beside the folder; empty outside of tests.
        number: Which play of the scenario it is, counted from 1.
        test_id: The test's id as pytest names it; empty outside of tests.
        is_set_in_code: Whether `scenario.configure` says what is replayed, which goes before a variable.
    """

    folder: Path
    path: Path
    scenario: str
    set_id: str
    test: str
    number: int
    test_id: str = ""
    is_set_in_code: bool = False

    def shown(self) -> str:
        """The file as people would write it: relative to the working directory if it is below."""
        here = Path.cwd()
        return str(self.path.relative_to(here) if self.path.is_relative_to(here) else self.path)

    def says_none(self) -> str:
        """That this recording does not exist, as the end of a sentence."""
        if not self.path.exists():
            return f"there is no recording, for there is no file {self.shown()}."
        whose = f"in the test {self.test}" if self.test else "outside of tests"
        if self.number == 1:
            return f"{self.shown()} holds no recording of a play {whose}."
        each = "each play in a test" if self.test else "each play in a process"
        return f"{self.shown()} holds no recording of play {self.number} {whose}; {each} is one of its own."

    def command(self) -> str:
        """How to record this scenario anew."""
        if self.test_id:
            return f"pytest --scenario-replay=record {shlex.quote(self.test_id)}"
        if self.is_set_in_code:
            return 'run it again after scenario.configure(replay="record")'
        return "run it again with SCENARIO_REPLAY=record"


class Takes:
    """Counts the plays of each scenario: one object for the process, as plays of one scenario can be anywhere in it.

    The test runner says which test is running; the count begins anew with each.

    Attributes:
        demanded: The mode that the test runner's command line asks for, before all settings; None if it does not.
    """

    def __init__(self) -> None:
        self.demanded: str | None = None
        self._lock = threading.Lock()
        self._counts: dict[tuple[Path, str, str, str], int] = {}
        self._test: CurrentTest | None = None

    def begin(self, test: CurrentTest) -> None:
        """A test begins."""
        with self._lock:
            self._test = test
            self._counts.clear()

    def end(self) -> None:
        """The test ended."""
        with self._lock:
            self._test = None
            self._counts.clear()

    def test(self) -> CurrentTest | None:
        """The test that is running, or None."""
        return self._test

    def next(self, folder: Path, scenario: str, set_id: str, mode: str) -> int:
        """Which play of this scenario in this mode the next one is, counted from 1."""
        key = (folder, scenario, set_id, mode)
        with self._lock:
            self._counts[key] = self._counts.get(key, 0) + 1
            return self._counts[key]


takes: Final = Takes()


def folder_of(setting: str | os.PathLike[str] | None, test: CurrentTest | None) -> Path:
    """The folder of the cassettes.

    Args:
        setting: What is configured: a folder, seen from where tests begin, or from the working directory outside of
            tests. None: ``cassettes`` beside the test's file, or in the working directory.
        test: The test that is running, or None.
    """
    if setting is not None and os.fspath(setting):
        return (test.root if test is not None else Path.cwd()) / Path(setting).expanduser()
    return (test.path.parent if test is not None else Path.cwd()) / FOLDER


def name_of(test: CurrentTest | None, folder: Path) -> str:
    """A test's name as seen from beside the folder of the cassettes, so that the folder can be moved with its tests."""
    if test is None:
        return ""
    try:
        file = Path(os.path.relpath(test.path, folder.parent)).as_posix()
    except ValueError:  # on another drive
        file = test.path.name
    return f"{file}::{test.name}"
