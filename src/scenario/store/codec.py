"""Facts as plain data, and back. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias, TypeVar, assert_never

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
    RunStatus,
    Started,
    StepFinished,
    TurnOpened,
    UserLeft,
)
from scenario.faults import Fault, FaultKind, RunOutcome
from scenario.message_types import Message
from scenario.store.plain import plain
from scenario.types import (
    AgentRole,
    CriterionResult,
    CriterionStatus,
    EndingKind,
    Evidence,
    ScenarioResult,
    UserEnding,
)
from scenario.usage import UNUSED, ModelCall, RunUsage, Usage

Plain: TypeAlias = dict[str, Any]
_T = TypeVar("_T")
_UNUSED: Final = plain(UNUSED)


@dataclasses.dataclass(frozen=True, slots=True)
class PlainFact:
    """A fact as plain data, wherever it comes from.

    Attributes:
        run_id: Its run.
        at: Its time, in seconds since the Unix epoch.
        kind: The name of its class.
        data: What it says; see `to_plain`.
    """

    run_id: str
    at: float
    kind: str
    data: Plain


def kind_of(fact: Fact | PlainFact) -> str:
    """The name of a fact's class."""
    return fact.kind if isinstance(fact, PlainFact) else fact.__class__.__name__


def to_plain(fact: Fact | PlainFact) -> Plain:
    """What a fact says, without its run and its time, as plain data.

    A result comes without its conversation, and what was rolled back without its messages: both follow from the
    messages that were added.
    """
    return plain(fields_of(fact))


def fields_of(fact: Fact | PlainFact) -> Plain:
    """What a fact says, as `to_plain` tells it, with its values as they are."""
    return fact.data if isinstance(fact, PlainFact) else _fields_of(fact)


def _fields_of(fact: Fact) -> Plain:
    match fact:
        case Started():
            return {
                "name": fact.name,
                "description": fact.description,
                "batch_run_id": fact.batch_run_id,
                "set_id": fact.set_id,
                "metadata": fact.metadata,
                "agents": [_agent(each) for each in fact.agents],
            }
        case TurnOpened():
            return {"turn": fact.turn, "trace_id": fact.trace_id}
        case CallStarted():
            return {"agent": _agent(fact.agent), "turn": fact.turn}
        case CallFinished():
            agent = _agent(fact.agent)
            return {"agent": agent, "turn": fact.turn, "seconds": fact.seconds, "error": fact.error}
        case ModelCalled():
            return {"agent": _agent(fact.agent), "turn": fact.turn, "call": fact.call}
        case MessageAdded():
            author = None if fact.author is None else _agent(fact.author)
            return {"index": fact.index, "turn": fact.turn, "author": author, "message": fact.message}
        case RolledBack():
            return {"index": fact.index}
        case CheckpointJudged():
            return {"turn": fact.turn, "checkpoint": fact.checkpoint}
        case UserLeft():
            return {"turn": fact.turn, "ending": fact.ending}
        case StepFinished():
            return {"step": fact.step, "text": fact.text}
        case Concluded():
            return {"status": fact.status.value, "result": _result(fact.result), "error": fact.error}
        case _:
            assert_never(fact)


def from_plain(
    kind: str, data: Plain, *, run_id: str, at: float, removed: Sequence[Message], messages: Sequence[Message]
) -> Fact:
    """The fact that `to_plain` made this of.

    Args:
        kind: The name of its class.
        data: What it says.
        run_id: Its run.
        at: Its time.
        removed: The messages that it rolled back.
        messages: The conversation of the run.

    Raises:
        KeyError: There is no such fact, or it says too little.
    """
    fields = _FIELDS[kind](data)
    if kind == "RolledBack":
        fields["removed"] = tuple(removed)
    if kind == "Concluded":
        fields["result"] = fields["result"].model_copy(update={"messages": list(messages)})
    return _make(_KINDS[kind], fields, run_id=run_id, at=at)


def _make(kind: type[_T], data: Mapping[str, Any], /, **parts: Any) -> _T:
    """A value of these fields; fields of other versions are passed over."""
    known = _names_of(kind)
    return kind(**{name: value for name, value in {**data, **parts}.items() if name in known})


@lru_cache(maxsize=64)
def _names_of(kind: type[Any]) -> frozenset[str]:
    return frozenset(field.name for field in dataclasses.fields(kind))


def _result(result: ScenarioResult) -> Plain:
    fields = {name: value for name, value in vars(result).items() if name != "messages"}
    return {**fields, "usage": _UNUSED} if result.usage is UNUSED else fields


def _agent(agent: AgentInfo) -> Plain:
    return {"name": agent.name, "role": agent.role.value}


def _read_agent(data: Mapping[str, Any] | None) -> AgentInfo | None:
    return None if data is None else AgentInfo(data["name"], AgentRole(data["role"]))


def read_verdict(data: Mapping[str, Any]) -> CriterionResult:
    """The verdict about a criterion, from its plain form."""
    evidence = tuple(_make(Evidence, each) for each in data["evidence"])
    return _make(CriterionResult, data, status=CriterionStatus(data["status"]), evidence=evidence)


def read_ending(data: Mapping[str, Any] | None) -> UserEnding | None:
    """How a user left, from its plain form."""
    return None if data is None else _make(UserEnding, data, kind=EndingKind(data["kind"]))


def _read_checkpoint(data: Mapping[str, Any]) -> Checkpoint:
    criteria = tuple(read_verdict(each) for each in data["criteria"])
    return Checkpoint(data["passed"], criteria, data["reasoning"])


def read_usage(data: Mapping[str, Any]) -> RunUsage:
    """What a run used, from its plain form."""
    return RunUsage(**{role: _make(Usage, data[role]) for role in ("agent", "user", "judge") if role in data})


def _read_result(data: Mapping[str, Any]) -> ScenarioResult:
    fault = data["fault"]
    update: dict[str, Any] = {
        "messages": [],
        "criteria": [read_verdict(each) for each in data["criteria"]],
        "ending": read_ending(data["ending"]),
        "outcome": RunOutcome(data["outcome"]),
        "fault": None if fault is None else _make(Fault, fault, kind=FaultKind(fault["kind"])),
        "usage": read_usage(data["usage"]),
    }
    known = {name: value for name, value in data.items() if name in ScenarioResult.model_fields}
    return ScenarioResult.model_construct(None, **{**known, **update})


def _with_agent(data: Plain) -> Plain:
    return {**data, "agent": _read_agent(data["agent"])}


def _read_call(data: Plain) -> ModelCall:
    return _make(ModelCall, data, usage=_make(Usage, data["usage"]))


_FACTS = (
    Started,
    TurnOpened,
    CallStarted,
    CallFinished,
    ModelCalled,
    MessageAdded,
    RolledBack,
    CheckpointJudged,
    UserLeft,
    StepFinished,
    Concluded,
)
_KINDS: Final[Mapping[str, type[Fact]]] = {kind.__name__: kind for kind in _FACTS}
_FIELDS: Final[Mapping[str, Callable[[Plain], Plain]]] = {
    "Started": lambda data: {**data, "agents": tuple(_read_agent(each) for each in data["agents"])},
    "TurnOpened": dict,
    "CallStarted": _with_agent,
    "CallFinished": _with_agent,
    "ModelCalled": lambda data: {**_with_agent(data), "call": _read_call(data["call"])},
    "MessageAdded": lambda data: {**data, "author": _read_agent(data["author"])},
    "RolledBack": dict,
    "CheckpointJudged": lambda data: {**data, "checkpoint": _read_checkpoint(data["checkpoint"])},
    "UserLeft": lambda data: {**data, "ending": read_ending(data["ending"])},
    "StepFinished": dict,
    "Concluded": lambda data: {
        **data,
        "status": RunStatus(data["status"]),
        "result": _read_result(data["result"]),
    },
}
