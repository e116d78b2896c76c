"""Events of the protocol, as clients of all versions send them, and what they come to as facts. Pure.

Of each kind of event a run keeps the one that says most, and the earliest time at which each message was told. To
merge is commutative and idempotent: events may come twice, and in any order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from scenario._engine.facts import RunStatus
from scenario.faults import Fault, FaultKind, attribute
from scenario.store.foreign_messages import message_of, turns_of
from scenario.store.plain import clean, plain, to_json
from scenario.types import AgentRole, CriterionStatus
from scenario.usage import RunUsage

Data: TypeAlias = dict[str, Any]

STARTED, SNAPSHOT, FINISHED = "SCENARIO_RUN_STARTED", "SCENARIO_MESSAGE_SNAPSHOT", "SCENARIO_RUN_FINISHED"
KINDS: Final = (STARTED, SNAPSHOT, FINISHED)

_ROLES: Final = {role.value.lower(): role for role in AgentRole}
_LATEST: Final = 253_402_300_799_000.0
"""The end of the year 9999, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What is kept of the events of one kind about a run.

    Attributes:
        run_id: The run.
        kind: The type of the event.
        at: When it was emitted, in seconds since the Unix epoch, by the client's clock.
        weight: How many messages it has.
        digest: Tells events of the same time apart.
        times: When each message was first told.
        body: The event.
    """

    run_id: str
    kind: str
    at: float
    weight: int
    digest: str
    times: tuple[float, ...]
    body: Data

    def merged(self, other: Reported) -> Reported:
        """The one of both that says more, with the earliest times of both."""
        best = max(self, other, key=lambda each: (each.at, each.weight, each.digest))
        longest, shortest = sorted((self.times, other.times), key=len, reverse=True)
        times = tuple(
            min(longest[n], shortest[n]) if n < len(shortest) else longest[n] for n in range(len(longest))
        )
        return replace(best, times=times)


def read_event(told: Any) -> Reported | None:
    """An event; None when it is of a kind that is not known, and passed over.

    Raises:
        ValueError: It is no event, or does not say of which run.
    """
    if not isinstance(told, Mapping):
        raise ValueError("An event is a JSON object.")  # noqa: TRY004 - as all that is wrong with an event
    body: Data = plain(dict(told))
    kind = body.get("type")
    if not isinstance(kind, str):
        raise ValueError("The event has no `type`.")  # noqa: TRY004 - likewise
    run_id = _text(body, "scenarioRunId", "scenario_run_id")
    if not run_id:
        raise ValueError("The event has no `scenarioRunId`.")
    if kind not in KINDS:
        return None
    at = _time(body.get("timestamp"))
    messages = body.get("messages")
    count = len(messages) if kind == SNAPSHOT and isinstance(messages, list) else 0
    digest = hashlib.sha256(to_json(body).encode()).hexdigest()[:32]
    return Reported(clean(run_id), kind, at, count, digest, (at,) * count, body)


@dataclass(frozen=True, slots=True)
class Told:
    """A run that a client reports, as facts.

    Attributes:
        began: When it began, in seconds since the Unix epoch.
        started: What its beginning says.
        facts: What came after: the kind, the time and the data of each.
    """

    began: float
    started: Data
    facts: tuple[tuple[str, float, Data], ...]


def told_by(events: Mapping[str, Reported]) -> Told:
    """The run that these events, one of each kind at most, tell of.

    Args:
        events: By kind; at least one.
    """
    began = min(min(each.at, *each.times) if each.times else each.at for each in events.values())
    some = next(events[kind] for kind in (STARTED, FINISHED, SNAPSHOT) if kind in events).body
    facts: list[tuple[str, float, Data]] = []
    said: list[Data] = []
    if SNAPSHOT in events:
        told = events[SNAPSHOT].body.get("messages")
        messages = [message_of(each) for each in told] if isinstance(told, list) else []
        times = events[SNAPSHOT].times
        for index, (message, turn) in enumerate(zip(messages, turns_of(messages), strict=True)):
            said.append({"index": index, "turn": turn, "author": None, "message": message})
            facts.append(("MessageAdded", max(began, times[index]), said[-1]))
    turns = said[-1]["turn"] + 1 if said else 0
    end = _conclusion(events[FINISHED], began, turns) if FINISHED in events else None
    if end is not None:
        facts.append(("Concluded", max(began, events[FINISHED].at), end))
    else:
        facts += [("TurnOpened", began, {"turn": turn, "trace_id": ""}) for turn in range(turns)]
    return Told(began, _beginning(some, end), tuple(facts))


def _beginning(body: Data, end: Data | None) -> Data:
    metadata = body.get("metadata")
    metadata = dict(metadata) if isinstance(metadata, Mapping) else {}
    name, description = metadata.pop("name", None), metadata.pop("description", None)
    agents = metadata.pop("agents", None)
    if end is not None and end["evaluations"]:
        metadata["evaluations"] = end["evaluations"]
    labels = metadata.get("labels")
    if "tags" not in metadata and isinstance(labels, list):
        metadata["tags"] = labels
    return {
        "name": _name(name) or _text(body, "scenarioId", "scenario_id") or "unnamed",
        "description": description if isinstance(description, str) else "",
        "batch_run_id": _text(body, "batchRunId", "batch_run_id") or "unnamed",
        "set_id": _text(body, "scenarioSetId", "scenario_set_id") or "default",
        "metadata": metadata,
        "agents": [_agent(each) for each in agents if isinstance(each, Mapping)]
        if isinstance(agents, list)
        else [],
    }


def _agent(told: Mapping[str, Any]) -> Data:
    role = _ROLES.get(str(told.get("role")).lower(), AgentRole.AGENT)
    return {"name": str(told.get("name") or role.value), "role": role.value}


def _conclusion(event: Reported, began: float, turns: int) -> Data | None:
    """What the end says; None when the status says that the run goes on."""
    try:
        status = RunStatus(str(event.body.get("status")).upper())
    except ValueError:
        return None
    results = event.body.get("results")
    results = results if isinstance(results, Mapping) else {}
    reasoning, error = _reason(results)
    judged = _judged(status, results, reasoning, error)
    result: Data = {
        **judged,
        "reasoning": reasoning,
        "ending": None,
        "turns": turns,
        "total_time": max(0.0, event.at - began),
        "agent_time": None,
        "usage": plain(RunUsage()),
    }
    evaluations = _objects(results, "evaluations")
    return {"status": status.value, "result": result, "error": error, "evaluations": evaluations}


def _judged(status: RunStatus, results: Mapping[str, Any], reasoning: str, error: str | None) -> Data:
    """The criteria, and what follows from them."""
    met, unmet = _texts(results, "metCriteria"), _texts(results, "unmetCriteria")
    criteria = [_verdict(each) for each in _objects(results, "criteria")]
    undecided = _texts(results, "inconclusiveCriteria")
    undecided += [
        each["criterion"] for each in criteria if each["status"] == CriterionStatus.INCONCLUSIVE.value
    ]
    is_broken = status is RunStatus.ERROR and not unmet
    outcome, fault = attribute(
        success=status is RunStatus.SUCCESS,
        reasoning=reasoning or None,
        failed=unmet,
        inconclusive=undecided,
        fault=Fault(FaultKind.INFRASTRUCTURE, error or reasoning) if is_broken else None,
    )
    return {
        "success": status is RunStatus.SUCCESS,
        "passed_criteria": met,
        "failed_criteria": unmet,
        "inconclusive_criteria": undecided,
        "criteria": criteria,
        "outcome": outcome.value,
        "fault": None if fault is None else {"kind": fault.kind.value, "reason": fault.reason},
    }


def _reason(results: Mapping[str, Any]) -> tuple[str, str | None]:
    reasoning, error = results.get("reasoning"), results.get("error")
    error = error if isinstance(error, str) and error else None
    return (reasoning if isinstance(reasoning, str) and reasoning else error or ""), error


def _verdict(told: Data) -> Data:
    status = str(told.get("status"))
    known = {each.value for each in CriterionStatus}
    return {
        "criterion": str(told.get("criterion") or told.get("requirement") or "?"),
        "status": status if status in known else CriterionStatus.INCONCLUSIVE.value,
        "reasoning": str(told.get("reasoning") or ""),
        "evidence": [],
    }


def _objects(results: Mapping[str, Any], name: str) -> list[Data]:
    told: Any = results.get(name)
    return [dict(each) for each in told if isinstance(each, Mapping)] if isinstance(told, list) else []


def _texts(results: Mapping[str, Any], name: str) -> list[str]:
    told: Any = results.get(name)
    return (
        [each for each in told if isinstance(each, str)]
        if isinstance(told, Sequence) and not isinstance(told, str)
        else []
    )


def _text(body: Data, *names: str) -> str:
    return next((value for name in names if isinstance(value := body.get(name), str) and value), "")


def _name(told: Any) -> str:
    return told if isinstance(told, str) else ""


def _time(told: Any) -> float:
    """The time of an event, in seconds; its beginning of time when it tells none."""
    is_number = isinstance(told, int | float) and not isinstance(told, bool)
    return min(max(float(told), 0.0), _LATEST) / 1000 if is_number else 0.0
