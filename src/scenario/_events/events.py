"""The three events of the protocol, and how they follow from the facts of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any, ClassVar, TypeAlias

from scenario._engine.facts import (
    Concluded,
    Fact,
    MessageAdded,
    RolledBack,
    RunStatus,
    Started,
    StepFinished,
)
from scenario._events.messages import WireMessage
from scenario._events.utils import convert_message
from scenario.message_types import Message

_RESERVED = frozenset({"name", "description"})


class ScenarioRunFinishedEventVerdict(str, Enum):
    """The verdict of a run."""

    SUCCESS = "success"
    FAILURE = "failure"
    INCONCLUSIVE = "inconclusive"


class ScenarioRunFinishedEventStatus(str, Enum):
    """The status of a run."""

    SUCCESS = "SUCCESS"
    ERROR = "ERROR"
    CANCELLED = "CANCELLED"
    IN_PROGRESS = "IN_PROGRESS"
    PENDING = "PENDING"
    FAILED = "FAILED"


@dataclass(frozen=True)
class ScenarioRunStartedEventMetadata:
    """What a run says of itself when it starts."""

    name: str
    description: str
    additional_properties: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def to_dict(self) -> dict[str, Any]:
        """The form on the wire: the caller's keys beside the name and the description."""
        return {**self.additional_properties, "name": self.name, "description": self.description}


@dataclass(frozen=True)
class ScenarioRunFinishedEventResults:
    """The verdict of a run, with its reasons."""

    verdict: ScenarioRunFinishedEventVerdict
    met_criteria: list[str]
    unmet_criteria: list[str]
    reasoning: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The form on the wire."""
        return {
            "verdict": self.verdict.value,
            "metCriteria": self.met_criteria,
            "unmetCriteria": self.unmet_criteria,
            "reasoning": self.reasoning,
        }


@dataclass(frozen=True, kw_only=True)
class _Event:
    """What all events have. `timestamp` is in milliseconds since the Unix epoch."""

    type_: ClassVar[str]
    batch_run_id: str
    scenario_id: str
    scenario_run_id: str
    scenario_set_id: str = "default"
    timestamp: int

    def to_dict(self) -> dict[str, Any]:
        """The form on the wire."""
        return {
            "type": self.type_,
            "timestamp": self.timestamp,
            "batchRunId": self.batch_run_id,
            "scenarioId": self.scenario_id,
            "scenarioRunId": self.scenario_run_id,
            "rawEvent": None,
            "scenarioSetId": self.scenario_set_id,
        }


@dataclass(frozen=True, kw_only=True)
class ScenarioRunStartedEvent(_Event):
    """A run started."""

    type_ = "SCENARIO_RUN_STARTED"
    metadata: ScenarioRunStartedEventMetadata

    def to_dict(self) -> dict[str, Any]:
        """The form on the wire."""
        return {**super().to_dict(), "metadata": self.metadata.to_dict()}


@dataclass(frozen=True, kw_only=True)
class ScenarioMessageSnapshotEvent(_Event):
    """The whole conversation at one moment.

    Attributes:
        messages: The messages, oldest first.
    """

    type_ = "SCENARIO_MESSAGE_SNAPSHOT"
    messages: Sequence[WireMessage]

    def to_dict(self) -> dict[str, Any]:
        """The form on the wire."""
        return {**super().to_dict(), "messages": [message.to_dict() for message in self.messages]}


@dataclass(frozen=True, kw_only=True)
class ScenarioRunFinishedEvent(_Event):
    """A run finished."""

    type_ = "SCENARIO_RUN_FINISHED"
    status: ScenarioRunFinishedEventStatus
    results: ScenarioRunFinishedEventResults | None = None

    def to_dict(self) -> dict[str, Any]:
        """The form on the wire."""
        results = None if self.results is None else self.results.to_dict()
        return {**super().to_dict(), "status": self.status.value, "results": results}


ScenarioEvent: TypeAlias = ScenarioRunStartedEvent | ScenarioMessageSnapshotEvent | ScenarioRunFinishedEvent


class _Snapshot(Sequence[WireMessage]):
    """The first messages of a list that only grows, so that a snapshot costs no copy."""

    def __init__(self, growing: list[WireMessage]) -> None:
        self._growing = growing
        self._length = len(growing)

    @cached_property
    def _messages(self) -> list[WireMessage]:
        return self._growing[: self._length]

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: Any) -> Any:
        return self._messages[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._messages == list(other)  # pyright: ignore[reportUnknownArgumentType]

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __repr__(self) -> str:
        return repr(self._messages)


class EventProjection:
    """Makes the events of one run from its facts. A message is converted once, however often it is shown."""

    def __init__(self) -> None:
        self._started: Started | None = None
        self._messages: list[Message] = []
        self._converted: list[WireMessage] = []

    def catch_up(self, messages: Sequence[Message]) -> None:
        """Take this as the conversation so far, after facts that were not told."""
        self._messages = list(messages)
        self._converted = []

    def note(self, fact: Fact) -> None:
        """Take a fact into account that nobody wants an event for."""
        match fact:
            case MessageAdded():
                self._messages[fact.index :] = [fact.message]
            case RolledBack():
                del self._messages[fact.index :]
                self._converted = self._converted[: fact.index]  # a new list: snapshots share the old one
            case Started():
                self._started = fact
            case _:
                pass

    def project(self, fact: Fact) -> ScenarioEvent | None:
        """Take a fact into account; returns the event that it stands for, if it does."""
        self.note(fact)
        if self._started is None:
            return None
        match fact:
            case Started():
                return self._started_event(fact)
            case MessageAdded() | StepFinished():
                unseen = self._messages[len(self._converted) :]
                self._converted.extend(convert_message(message) for message in unseen)
                return ScenarioMessageSnapshotEvent(
                    **self._common(fact, self._started), messages=_Snapshot(self._converted)
                )
            case Concluded():
                return self._finished_event(fact, self._started)
            case _:
                return None

    def _started_event(self, fact: Started) -> ScenarioRunStartedEvent:
        additional = {key: value for key, value in fact.metadata.items() if key not in _RESERVED}
        metadata = ScenarioRunStartedEventMetadata(fact.name, fact.description, additional)
        return ScenarioRunStartedEvent(**self._common(fact, fact), metadata=metadata)

    def _finished_event(self, fact: Concluded, started: Started) -> ScenarioRunFinishedEvent:
        result = fact.result
        verdict = ScenarioRunFinishedEventVerdict
        results = ScenarioRunFinishedEventResults(
            verdict=verdict.SUCCESS if fact.status is RunStatus.SUCCESS else verdict.FAILURE,
            met_criteria=result.passed_criteria,
            unmet_criteria=result.failed_criteria,
            reasoning=result.reasoning or "",
        )
        status = ScenarioRunFinishedEventStatus(fact.status.value)
        return ScenarioRunFinishedEvent(**self._common(fact, started), status=status, results=results)

    def _common(self, fact: Fact, started: Started) -> dict[str, Any]:
        return {
            "batch_run_id": started.batch_run_id,
            "scenario_id": started.name,
            "scenario_run_id": fact.run_id,
            "scenario_set_id": started.set_id,
            "timestamp": int(fact.at * 1000),
        }
