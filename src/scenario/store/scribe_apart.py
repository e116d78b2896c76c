"""A scribe in a process of its own: to send facts takes a small part of the time that it takes to write them.

The process is told over its standard input and answers over its output, with `pickle`, each group with one answer. Facts
are sent as plain data, so that the process needs none of people's modules. It ends when its input does, so that it does
not outlive whom it writes for.
"""

from __future__ import annotations

import gc
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, cast

from scenario._engine.facts import Fact
from scenario.store.codec import PlainFact, kind_of
from scenario.store.heartbeat import Life
from scenario.store.losses import Tally
from scenario.store.place import Place
from scenario.store.plain import plain
from scenario.store.portable import Packed, packed, unpacked
from scenario.store.preparing import Followed, Told
from scenario.store.redaction import CurrentSecrets, RememberingRedactor, Secrets
from scenario.store.scribe import ScribeHere
from scenario.store.spans import plain_span

PATIENCE: Final = 10.0
"""Seconds that the process gets to write what it was told, once it shall end."""

_GONE: Final = "the process that writes the store is gone"
_PROTOCOL: Final = 5
_PROGRAM: Final = (
    "import sys; sys.path.append(sys.argv[1]); from scenario.store.scribe_apart import main; main()"
)
_logger = logging.getLogger("scenario")
_ROOT: Final = str(Path(__file__).parents[2])


@dataclass(frozen=True, slots=True)
class _Task:
    """What the process is for: the store, in whose name it writes, and the runs that go on."""

    place: Place
    life: Life
    followed: Followed


@dataclass(frozen=True, slots=True)
class _Group:
    """Facts to be written.

    Attributes:
        facts: The facts.
        spans: The spans of the runs whose last facts are among them, by the run's id.
        lost: How many facts of each run were lost so far.
        secrets: What is redacted from now on; None when that did not change.
    """

    facts: Packed
    spans: Mapping[str, Sequence[dict[str, Any]]]
    lost: Mapping[str, int]
    secrets: Secrets | None


@dataclass(frozen=True, slots=True)
class _Leave:
    """The last that is told: whether nobody goes on writing."""

    is_end: bool


@dataclass(frozen=True, slots=True)
class _Written:
    """What came of a group: each loss with its run and its reason, and whether runs go on."""

    lost: Sequence[tuple[str, str]]
    has_open_runs: bool


class ScribeGoneError(Exception):
    """The process ended, or could not be started."""


class ScribeApart:
    """Writes in a process of its own, which starts at once and is used when it is ready.

    Args:
        place: Where the store is.
        life: Who tells.
        tally: Counts what is lost.

    Raises:
        ScribeGoneError: No process can be started here.
    """

    def __init__(self, place: Place, life: Life, tally: Tally) -> None:
        self._place = place
        self._life = life
        self._tally = tally
        self._current = CurrentSecrets()
        self._secrets = self._current()
        self._known_there: Secrets | None = None
        self._has_open_runs = False
        self._sent: Sequence[Told] | None = None
        self._is_ready = threading.Event()
        if not sys.executable or getattr(
            sys, "frozen", False
        ):  # it is no Python, but a program that holds one
            raise ScribeGoneError
        command = [sys.executable, "-P", "-c", _PROGRAM, _ROOT]
        try:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - this Python
        except (OSError, ValueError) as error:
            raise ScribeGoneError from error
        self._told = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)
        self._starting = threading.Thread(target=self._start, name="scenario-store-start", daemon=True)
        self._starting.start()

    def is_usable(self) -> bool:
        """Whether the process has started, and can redact the next group as it is asked to now."""
        if not self._is_ready.is_set():
            return False
        self._secrets = self._current()
        return self._secrets.is_portable

    @property
    def has_open_runs(self) -> bool:
        """Whether a run goes on, or waits to be written again."""
        return self._has_open_runs

    def begin(self, followed: Followed) -> None:
        """Go on with these runs.

        Raises:
            ScribeGoneError: The process is gone.
        """
        self._has_open_runs = any(followed)
        self._send(_Task(self._place, self._life, followed))

    def write(self, told: Sequence[Told]) -> None:
        """Let a group be written, and a sign of life when it is time for one. See `is_usable` and `finish`.

        Raises:
            ScribeGoneError: The process is gone, and the group is lost.
        """
        facts, spans = self._packed(told), self._spans(told)
        news = None if self._secrets is self._known_there else self._secrets
        try:
            self.finish()
            self._send(_Group(facts, spans, self._tally.lost_by_run(), news))
        except ScribeGoneError:
            self._lose(told)
            raise
        self._sent, self._known_there, self._has_open_runs = told, self._secrets, True

    def finish(self) -> None:
        """Wait until the group before is written, or lost.

        Raises:
            ScribeGoneError: The process is gone, and the group is lost.
        """
        told, self._sent = self._sent, None
        if told is None:
            return
        try:
            written: _Written = self._receive()
        except ScribeGoneError:
            self._lose(told)
            raise
        self._has_open_runs = written.has_open_runs
        for run_id, reason in written.lost:
            self._tally.lose(run_id, reason)

    def leave(self) -> Followed:
        """End the process, for another scribe to go on with its runs.

        Raises:
            ScribeGoneError: It is gone already, and with it what it knew of them.
        """
        try:
            self.finish()
            self._send(_Leave(is_end=False))
            return self._receive()
        finally:
            self.end()

    def close(self) -> None:
        """Say that nobody writes any more, and end the process."""
        try:
            self.finish()
            self._send(_Leave(is_end=True))
            self._receive()
        except ScribeGoneError:
            pass  # then its runs show as interrupted when its last sign of life is old
        self.end()

    def end(self) -> None:
        """End the process; it writes what it was told."""
        try:
            self._told.close()
        except OSError:
            pass  # it reads no more
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._starting.join()
        self._answers.close()

    def _packed(self, told: Sequence[Told]) -> Packed:
        facts = [fact for fact, _ in told]
        try:
            return packed(facts)
        except Exception:  # noqa: BLE001 - a fact holds other people's objects; it is told which one when each is looked at
            return packed([fact for fact in facts if self._can_be_sent(fact)])

    def _can_be_sent(self, fact: Fact | PlainFact) -> bool:
        try:
            packed([fact])
        except Exception as error:  # likewise; the other facts are stored
            self._tally.lose(fact.run_id, f"{type(error).__name__}: {error}")
            _logger.debug("A fact cannot be sent: %s", kind_of(fact), exc_info=True)
            return False
        return True

    def _spans(self, told: Sequence[Told]) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for fact, spans in told:
            if spans:
                try:
                    found[str(fact.run_id)] = plain([plain_span(span) for span in spans])
                except Exception as error:  # likewise: a span holds what somebody's instrumentation put there
                    self._tally.lose(fact.run_id, f"{type(error).__name__}: {error}")
                    _logger.debug("The spans of a run cannot be sent", exc_info=True)
        return found

    def _lose(self, told: Sequence[Told]) -> None:
        for fact, _ in told:
            self._tally.lose(fact.run_id, _GONE)

    def _start(self) -> None:
        try:
            self._receive()
        except ScribeGoneError:
            return  # whoever waits for it goes on without
        self._is_ready.set()

    def _send(self, message: object) -> None:
        try:
            _put(self._told, message)
        except (OSError, ValueError) as error:
            raise ScribeGoneError from error

    def _receive(self) -> Any:
        try:
            return pickle.load(self._answers)  # noqa: S301 - a process of our own wrote it
        except (OSError, ValueError, EOFError, pickle.UnpicklingError) as error:
            raise ScribeGoneError from error


class _Losses(Tally):
    """Counts what the process loses, in addition to what was lost before, and remembers it for the answer."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self._new: list[tuple[str, str]] = []

    def lose(self, run_id: str, reason: str) -> None:
        super().lose(run_id, reason)
        self._new.append((run_id, reason))

    def begin(self, lost: Mapping[str, int]) -> None:
        """Begin a group."""
        self._lost = dict(lost)
        self._new = []

    def new(self) -> list[tuple[str, str]]:
        """What was lost since."""
        return self._new


def main() -> None:
    """Write what the standard input tells, until it ends."""
    for each in (signal.SIGINT, signal.SIGTERM):  # meant for whom it writes for; it ends when that one does
        signal.signal(each, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # what somebody prints is no answer
    told = sys.stdin.buffer
    gc.freeze()
    gc.set_threshold(100_000)  # a group lives until it is written: to look through it finds nothing
    _answer(answers, "ready")
    task = _next(told)
    if isinstance(task, _Task):
        _serve(task, told, answers)
    os._exit(0)  # everything is written; to take a Python apart takes longer than whoever waits should


def _serve(task: _Task, told: IO[bytes], answers: IO[bytes]) -> None:
    losses = _Losses(str(task.place))
    redactor = RememberingRedactor({})
    scribe = ScribeHere(task.place, task.life, losses, redaction=lambda: redactor, followed=task.followed)
    while isinstance(message := _next(told), _Group):
        if message.secrets is not None:
            redactor = RememberingRedactor(*message.secrets)
        losses.begin(message.lost)
        scribe.write([(fact, _spans_of(fact, message)) for fact in unpacked(message.facts)])
        _answer(answers, _Written(losses.new(), scribe.has_open_runs))
    if isinstance(message, _Leave) and not message.is_end:
        _answer(answers, scribe.leave())
    else:
        scribe.close()
        _answer(answers, None)


def _spans_of(fact: Fact | PlainFact, group: _Group) -> Sequence[dict[str, Any]]:
    """The spans that come with a fact: those of its run, when it is the last one."""
    return group.spans.get(fact.run_id, ()) if group.spans and kind_of(fact) == "Concluded" else ()


def _next(told: IO[bytes]) -> object:
    """What is told next; None when nobody tells any more."""
    try:
        return pickle.load(told)  # noqa: S301 - the process that started this one wrote it
    except (EOFError, pickle.UnpicklingError):
        return None  # the other was ended, maybe in the middle of a word


def _answer(answers: IO[bytes], message: object) -> None:
    try:
        _put(answers, message)
    except OSError:
        pass  # nobody hears it any more; the end of the input says so, too


def _put(pipe: IO[bytes], message: object) -> None:
    pipe.write(pickle.dumps(message, _PROTOCOL))
    pipe.flush()
