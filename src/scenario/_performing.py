"""Playing an executor's script where its caller wants it: on the caller's loop, or on a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from scenario._engine.isolation import GRACE, run_apart
from scenario._engine.loop import Curtain
from scenario._engine.scene import Scene
from scenario._observers import undelivered
from scenario.errors import TimeLimitError
from scenario.types import ScenarioResult

if TYPE_CHECKING:
    from scenario.scenario_executor import ScenarioExecutor

__tracebackhide__ = True  # pytest leaves our frames out of the tracebacks of people's own errors


async def perform(
    executor: ScenarioExecutor, *, is_apart: bool, is_one_of_many: bool = False
) -> ScenarioResult:
    """Play an executor's script: apart, as `run` does, or on the caller's loop, as `arun` does.

    Args:
        executor: Plays it.
        is_apart: Whether on a thread of its own.
        is_one_of_many: Whether the caller waits for what is handed on to others, such as the store, for many runs
            together. For each alone it would be made to hurry, which costs most of what it does.
    """
    playing = run_apart(_Apart(executor)) if is_apart else executor.run()
    return await _delivered(executor, playing, is_one_of_many=is_one_of_many)


async def _delivered(
    executor: ScenarioExecutor, playing: Coroutine[Any, Any, ScenarioResult], *, is_one_of_many: bool
) -> ScenarioResult:
    """Wait for a run, and until what happened in it is delivered; not for long if it was cut short."""
    patience = executor.event_bus.drain_timeout
    try:
        return await playing
    except BaseException as error:  # cancellation and Ctrl-C shorten the wait below; raised again
        if not isinstance(error, Exception):
            patience = min(patience, GRACE)
        raise
    finally:
        await executor.event_bus.drained(patience)
        waiting = [] if is_one_of_many else [asyncio.wrap_future(future) for future in undelivered()]
        if waiting:
            await asyncio.wait(waiting, timeout=patience)


class _Apart:
    """An executor's run, as the thread that waits for it sees it."""

    def __init__(self, executor: ScenarioExecutor) -> None:
        self._executor = executor
        self.run = executor.run

    def curtain(self) -> Curtain | None:
        return self._executor._curtain  # noqa: SLF001 - a part of the executor

    def seconds_left(self) -> float | None:
        config, scene = self._executor.config, self._scene
        if scene is None:  # its time has not begun
            return min(
                [each for each in (config.timeout, config.agent_timeout) if each is not None], default=None
            )
        return scene.seconds_left(config.timeout, config.agent_timeout)

    def overdue(self, grace: float) -> TimeLimitError | None:
        scene = self._scene
        return None if scene is None else scene.overdue_by(grace, self._executor.config.agent_timeout)

    @property
    def _scene(self) -> Scene | None:
        return self._executor._scene_so_far()  # noqa: SLF001 - a part of the executor
