"""What leaves a run: its facts, the events of the protocol, and what carries them.

The public home of these names, for sinks and subscribers of one's own.
"""

from scenario._engine.checkpoints import Checkpoint
from scenario._engine.facts import (
    AgentInfo,
    CallFinished,
    CallStarted,
    CheckpointJudged,
    Concluded,
    Fact,
    MessageAdded,
    ModelCalled,
    RolledBack,
    RunRecord,
    RunStatus,
    Started,
    StepFinished,
    TurnOpened,
    UserLeft,
    fold,
)
from scenario._events.event_bus import ScenarioEventBus
from scenario._events.events import (
    ScenarioEvent,
    ScenarioMessageSnapshotEvent,
    ScenarioRunFinishedEvent,
    ScenarioRunStartedEvent,
)
from scenario._events.sink import Sink, SinkTrouble
from scenario._observers import observe_runs

__all__ = [
    "AgentInfo",
    "CallFinished",
    "CallStarted",
    "Checkpoint",
    "CheckpointJudged",
    "Concluded",
    "Fact",
    "MessageAdded",
    "ModelCalled",
    "RolledBack",
    "RunRecord",
    "RunStatus",
    "ScenarioEvent",
    "ScenarioEventBus",
    "ScenarioMessageSnapshotEvent",
    "ScenarioRunFinishedEvent",
    "ScenarioRunStartedEvent",
    "Sink",
    "SinkTrouble",
    "Started",
    "StepFinished",
    "TurnOpened",
    "UserLeft",
    "fold",
    "observe_runs",
]
