"""What leaves a run: its facts and wire events as streams, and the bus that carries them to sinks.

Every name here is loaded when it is first used: most runs have nobody to send anything to.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenario._events.event_bus import ScenarioEventBus
    from scenario._events.event_reporter import EventReporter
    from scenario._events.events import (
        ScenarioEvent,
        ScenarioMessageSnapshotEvent,
        ScenarioRunFinishedEvent,
        ScenarioRunFinishedEventResults,
        ScenarioRunFinishedEventStatus,
        ScenarioRunFinishedEventVerdict,
        ScenarioRunStartedEvent,
        ScenarioRunStartedEventMetadata,
    )
    from scenario._events.sink import Sink
    from scenario._events.stream import Disposable, Observable, Stream
    from scenario._events.utils import convert_messages_to_api_client_messages

__all__ = [
    "Disposable",
    "EventReporter",
    "Observable",
    "ScenarioEvent",
    "ScenarioEventBus",
    "ScenarioMessageSnapshotEvent",
    "ScenarioRunFinishedEvent",
    "ScenarioRunFinishedEventResults",
    "ScenarioRunFinishedEventStatus",
    "ScenarioRunFinishedEventVerdict",
    "ScenarioRunStartedEvent",
    "ScenarioRunStartedEventMetadata",
    "Sink",
    "Stream",
    "convert_messages_to_api_client_messages",
]

_HOMES = {
    "Disposable": "stream",
    "EventReporter": "event_reporter",
    "Observable": "stream",
    "ScenarioEventBus": "event_bus",
    "Sink": "sink",
    "Stream": "stream",
    "convert_messages_to_api_client_messages": "utils",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'events')}"), name)
    globals()[name] = value
    return value
