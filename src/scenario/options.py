"""The options of a run that only have names: one list for `run`, `arun` and the executor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict

from scenario._events.sink import Sink
from scenario.clock import Clock


class RunOptions(TypedDict, total=False):
    """The options of a run that only have names.

    Attributes:
        timeout: The most seconds that the run may take; it then ends as a failure that names who was slow.
        agent_timeout: The most seconds that one call of an agent may take; likewise.
        sinks: Read what happens in the run, beside it.
        clock: Tells the time.
        new_id: Makes an identifier from its prefix.
        batch_run_id: The batch that the run belongs to; that of the process by default.
    """

    timeout: float | None
    agent_timeout: float | None
    sinks: Sequence[Sink]
    clock: Clock
    new_id: Callable[[str], str]
    batch_run_id: str


def refuse_unknown(left: Mapping[str, Any]) -> None:
    """Refuse the options that nobody took.

    Raises:
        TypeError: There are some.
    """
    if "sinks" in left:
        raise TypeError("Give the sinks to the event bus: ScenarioEventBus(sinks=…)")
    if left:
        raise TypeError(f"ScenarioExecutor and run() have no option named {', '.join(map(repr, left))}")
