"""Where calls of the world outside go while a run is recorded or replayed: to a tape, which makes them or knows them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Protocol, TypeAlias

JSON: TypeAlias = Any
"""What JSON holds."""


RECORD_ANEW: Final = "Record the scenario anew with SCENARIO_REPLAY=record."
"""What to do about a recording that cannot be used."""


class CallKind(str, Enum):
    """What is called."""

    MODEL = "model"
    ENDPOINT = "endpoint"
    FUNCTION = "function"


@dataclass(frozen=True)
class TapedCall:
    """A call that a tape may know.

    Attributes:
        kind: What is called.
        request: What is asked, as plain data.
        name: The function's name; empty for models and endpoints.
    """

    kind: CallKind
    request: Mapping[str, JSON]
    name: str = ""


class Tape(Protocol):
    """Makes calls and keeps what came of them, or gives what came of them before."""

    async def play(self, call: TapedCall, perform: Callable[[], Awaitable[JSON]]) -> JSON:
        """Answer a call.

        Args:
            call: What is called.
            perform: Makes the call; returns plain data.

        Returns:
            What the call came to, as plain data.

        Raises:
            ReplayMissError: The tape plays back, and does not know the call.
        """
        ...

    def play_now(self, call: TapedCall, perform: Callable[[], JSON]) -> JSON:
        """The same for a plain function."""
        ...


current_tape: ContextVar[Tape | None] = ContextVar("scenario_tape", default=None)
"""The tape of the run that is going on here; None when it is neither recorded nor replayed."""

speaker: ContextVar[str] = ContextVar("scenario_speaker", default="")
"""The name of the player that is called here; empty between calls."""

speech: ContextVar[object] = ContextVar("scenario_speech", default=None)
"""Stands for the call of a player that goes on here: another object in each; None between calls."""


@contextmanager
def speaking(name: str) -> Generator[None]:
    """Let calls be those of one call of a player while the body runs."""
    token, mark = speaker.set(name), speech.set(object())
    try:
        yield
    finally:
        speech.reset(mark)
        speaker.reset(token)
