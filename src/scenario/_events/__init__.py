"""What leaves a run: its facts and wire events as streams, and the bus that carries them to sinks."""

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
