"""A run on tape: its recording is found before it begins, and kept when it has ended well."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Awaitable, Callable
from dataclasses import replace

from scenario._engine.outcome import Decided, Outcome
from scenario._replay.cassette import Take
from scenario._replay.library import keep, path_of, read
from scenario._replay.takes import TakePlace, explicit_take, folder_of, name_of, takes
from scenario._replay.tape import RecordingTape, ReplayingTape
from scenario._tape import current_tape
from scenario._wording import counted
from scenario.config import ScenarioConfig
from scenario.errors import ReplayMissError, TimeLimitError
from scenario.faults import FaultKind

__tracebackhide__ = True  # pytest leaves our frames out of the tracebacks of people's own errors

_logger = logging.getLogger("scenario")


class Taping:
    """The recordings that the runs of one executor are or make. Each run is a take of its own.

    Args:
        scenario: The scenario's name.
        set_id: The set that it belongs to.
        config: The settings of the run.
        mode: ``record``, ``replay`` or ``auto``.
    """

    def __init__(self, scenario: str, set_id: str, config: ScenarioConfig, mode: str) -> None:
        self._mode = mode
        configured = ScenarioConfig.default_config
        test = takes.test()
        folder = folder_of(config.cassettes, test)
        self._place = TakePlace(
            folder,
            path_of(folder, scenario, set_id),
            scenario,
            set_id,
            name_of(test, folder),
            explicit_take.get() or takes.next(folder, scenario, set_id, self._mode),
            test.id if test is not None else "",
            configured is not None and "replay" in configured.model_fields_set,
        )
        self._is_used = False

    async def play(self, perform: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Play a run on its tape.

        Args:
            perform: Plays it.

        Raises:
            CassetteError: The cassette cannot be used.
            ReplayMissError: A call was not recorded, whoever caught the error in between.
        """
        if self._is_used:
            self._place = self._following()
        self._is_used = True
        tape = await asyncio.to_thread(self._tape)
        token = current_tape.set(tape)
        try:
            outcome = await perform()
        except BaseException as error:  # cancellation, too, says whether the take is kept; raised again
            current_tape.reset(token)
            await self._broke(tape, error)
            raise
        current_tape.reset(token)
        await self._ended(tape, outcome)
        return outcome

    def _following(self) -> TakePlace:
        before = self._place
        return replace(before, number=takes.next(before.folder, before.scenario, before.set_id, self._mode))

    def _tape(self) -> RecordingTape | ReplayingTape:
        place = self._place
        if self._mode == "record":
            read(place.path)  # a file that cannot be used is told before anything is played
            return RecordingTape()
        cassette = read(place.path)
        take = None if cassette is None else cassette.take(place.test, place.number)
        if take is None and self._mode == "auto":
            return RecordingTape()
        return ReplayingTape(place, None if take is None else take.calls)

    async def _ended(self, tape: RecordingTape | ReplayingTape, outcome: Outcome) -> None:
        if isinstance(tape, RecordingTape):
            await self._keep(tape, tape.spoiled or _flaw(outcome))
            return
        if tape.missed is not None:  # the agent caught it, and went on with something else
            raise tape.missed
        left = tape.left()
        if left:
            warnings.warn(_told(self._place, left), stacklevel=2)

    async def _broke(self, tape: RecordingTape | ReplayingTape, error: BaseException) -> None:
        if isinstance(tape, ReplayingTape):
            if tape.missed is not None and isinstance(error, Exception) and not _holds_a_miss(error):
                raise tape.missed from error
            return
        cut_short = isinstance(error, TimeLimitError) or not isinstance(error, Exception)
        await self._keep(tape, tape.spoiled or ("the run was cut short" if cut_short else ""))

    async def _keep(self, tape: RecordingTape, flaw: str) -> None:
        place = self._place
        if flaw:
            _logger.warning(
                "The scenario `%s` was not recorded, and %s is as it was: %s.",
                place.scenario,
                place.shown(),
                flaw,
            )
            return
        take = Take(place.test, place.number, tape.entries())
        if take.calls or place.path.exists():
            await asyncio.to_thread(keep, place.path, place.scenario, place.set_id, take)


def _flaw(outcome: Outcome) -> str:
    """Why a run that ended so shall not be replayed; empty when it may."""
    fault = outcome.result.fault if isinstance(outcome, Decided) else None
    if fault is not None and fault.kind is FaultKind.INFRASTRUCTURE:
        return f"something around the agent broke ({fault.reason})"
    return ""


def _holds_a_miss(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ReplayMissError):
            return True
        cause = cause.__cause__
    return False


def _told(place: TakePlace, left: list[str]) -> str:
    count = f"{counted(len(left), 'recorded call')} {'was' if len(left) == 1 else 'were'} not made"
    names = ", ".join(f"`{name}`" for name in dict.fromkeys(left))
    return (
        f"In the scenario `{place.scenario}`, {count}, of {names}: it has become shorter than its recording in "
        f"{place.shown()}. To record it anew: {place.command()}"
    )
