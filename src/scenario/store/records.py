"""The facts of runs into rows. Pure: a `Group` collects what is written together, a `Track` what a run has come to.

What is given here is plain data whose secrets and large media were taken out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from scenario._text import call_text, calls_of, text_of
from scenario.store.plain import clean, to_json
from scenario.types import AgentRole, CriterionStatus
from scenario.usage import RunUsage, Usage

Row: TypeAlias = dict[str, Any]
Data: TypeAlias = Mapping[str, Any]

LOCAL: Final = "local"
"""The source of runs that were played by this library."""

REMOTE: Final = "remote"
"""The source of runs that a client of the protocol reports."""

_ROLES = {AgentRole.AGENT.value: "agent", AgentRole.USER.value: "user", AgentRole.JUDGE.value: "judge"}
_NO_USAGE: Final[Data] = asdict(RunUsage())
_UNUSED: Final[Data] = {**asdict(Usage()), "usage_by_role": to_json(_NO_USAGE)}
_EMPTY = ("status", "success", "outcome", "fault", "fault_reason", "reasoning", "error", "ending", "ended_at")
_TIMES = ("total_time", "agent_time")
_COUNTED = ("turns", "messages", "passed_criteria", "failed_criteria", "inconclusive_criteria")
_ZERO = (*_COUNTED, "facts", "lost", "change")
_BLANK: Final[Data] = {
    "source": LOCAL,
    **dict.fromkeys(_EMPTY + _TIMES),
    **dict.fromkeys(_ZERO, 0),
    **_UNUSED,
}
_COUNTS = {
    CriterionStatus.PASSED.value: "passed_criteria",
    CriterionStatus.FAILED.value: "failed_criteria",
    CriterionStatus.INCONCLUSIVE.value: "inconclusive_criteria",
}


PROGRESS: Final = ("turns", "messages", "last_at", "facts", "lost", "change")
"""The columns of a run that the facts of every call change."""


FACT_COLUMNS: Final = ("run_id", "number", "at", "kind", "data")

FactRow: TypeAlias = tuple[str, int, float, str, str]
"""The row of a fact, but for its place in the global order. A bare tuple, as one is made for every fact."""


@dataclass
class Track:
    """What the writer knows of a run that goes on.

    Attributes:
        run: The row of the run, as it is now.
        batch: The row of its batch.
        scenario: The row of its scenario.
        is_new: Whether it was never written.
        is_stale: Whether more of its row changed than its progress, since it was written.
        judgements: How many times criteria were judged.
        judge: The name of the judge, if there is one.
        usage: What was used, by role.
    """

    run: Row
    batch: Row
    scenario: Row
    is_new: bool = True
    is_stale: bool = True
    judgements: int = 0
    judge: str | None = None
    usage: dict[str, Usage] = field(default_factory=dict[str, Usage])

    @property
    def is_over(self) -> bool:
        """Whether its last fact was seen."""
        return self.run["ended_at"] is not None


@dataclass
class Group:
    """Rows that are written in one transaction.

    Attributes:
        tracks: The runs that have something new, by id.
        cuts: Conversations that are cut: run, position from which on, number of the fact.
        facts: The rows of facts.
        parts: The rows of each other table that holds parts of runs, by the table's name.
    """

    tracks: dict[str, Track] = field(default_factory=dict[str, Track])
    cuts: list[tuple[str, int, int]] = field(default_factory=list[tuple[str, int, int]])
    facts: list[FactRow] = field(default_factory=list[FactRow])
    parts: dict[str, list[Row]] = field(default_factory=dict[str, list[Row]])

    def add(self, table: str, *rows: Row) -> None:
        """Take rows of a table."""
        if rows:
            self.parts.setdefault(table, []).extend(rows)

    def forget(self, run_id: str) -> None:
        """Leave out what there is of a run, because another of the same id begins."""
        if self.tracks.pop(run_id, None) is None:
            return
        self.cuts = [cut for cut in self.cuts if cut[0] != run_id]
        self.facts = [row for row in self.facts if row[0] != run_id]
        self.parts = {
            table: [row for row in rows if row["run_id"] != run_id] for table, rows in self.parts.items()
        }


def scenario_id(set_id: str, name: str, description: str, fields: Data) -> str:
    """The id of a scenario: the same wherever and whenever the same thing is played."""
    return _scenario_id(to_json([set_id, name, description, sorted(fields.items())]))


@lru_cache(maxsize=256)
def _scenario_id(text: str) -> str:
    return f"scenario_{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def begin(run_id: str, at: float, data: Data, process_id: str) -> Track:
    """The track of a run, from what `Started` says.

    ``trial``, ``seed``, ``tags`` and ``fields`` of the run's metadata get places of their own.
    """
    metadata: Data = data["metadata"]
    fields = metadata.get("fields")
    fields = fields if isinstance(fields, Mapping) else {}
    tags = metadata.get("tags")
    tags = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    set_id, name, description = clean(data["set_id"]), clean(data["name"]), clean(data["description"])
    scenario: Row = {
        "id": scenario_id(set_id, name, description, fields),
        "set_id": set_id,
        "name": name,
        "description": description,
        "tags": to_json(tags),
        "fields": to_json(fields),
    }
    batch: Row = {"id": clean(data["batch_run_id"]), "started_at": at, "info": "{}"}
    run: Row = {
        **_BLANK,
        "id": clean(run_id),
        "batch_id": batch["id"],
        "scenario_id": scenario["id"],
        "process_id": process_id,
        "trial": _whole_number(metadata.get("trial")),
        "seed": _whole_number(metadata.get("seed")),
        "agents": to_json(data["agents"]),
        "metadata": to_json(metadata),
        "started_at": at,
    }
    judges = [each["name"] for each in data["agents"] if each["role"] == AgentRole.JUDGE.value]
    return Track(run, batch, scenario, judge=clean(judges[0]) if judges else None)


def add(
    group: Group, track: Track, kind: str, at: float, data: Data, text: str = "", message: str = ""
) -> None:
    """Take one fact of a run into the group.

    Args:
        group: Gets the rows.
        track: The run; it is brought up to date.
        kind: The name of the fact's class.
        at: Its time.
        data: What it says.
        text: The same as JSON, without the message, where somebody has it already.
        message: The message as JSON, likewise.
    """
    run = track.run
    run_id, number = run["id"], run["facts"]
    group.tracks[run_id] = track
    run["facts"] = number + 1
    run["last_at"] = at
    take = _TAKERS.get(kind)
    if take is not None:
        text = take(group, track, Told(number, at, data, text, message)) or text
    group.facts.append((run_id, number, at, kind, text or to_json(data)))


class Told(NamedTuple):
    """A fact of a run; see `add`."""

    number: int
    at: float
    data: Data
    text: str
    message: str


def _open_turn(_: Group, track: Track, told: Told) -> None:
    track.run["turns"] = max(track.run["turns"], told.data["turn"] + 1)


def _add_message(group: Group, track: Track, told: Told) -> str:
    """Take a message; returns the fact's own JSON, which goes without it."""
    data = told.data
    track.run["messages"] = data["index"] + 1
    row = _message(track.run["id"], told.number, told.at, data)
    row["data"] = told.message or to_json(data["message"])
    group.add("message", row)
    return told.text or to_json({name: value for name, value in data.items() if name != "message"})


def _cut(group: Group, track: Track, told: Told) -> None:
    """Cut the conversation: the rows of this group here, those that are stored when the group is written."""
    run, index = track.run, told.data["index"]
    run["messages"] = min(run["messages"], index)
    group.cuts.append((run["id"], index, told.number))
    for row in group.parts.get("message", ()):
        if row["run_id"] == run["id"] and row["position"] >= index and row["removed_by"] is None:
            row["removed_by"] = told.number


def _add_model_call(group: Group, track: Track, told: Told) -> None:
    data = told.data
    role = _ROLES[data["agent"]["role"]]
    track.usage[role] = track.usage.get(role, Usage()) + Usage(**data["call"]["usage"])
    track.is_stale = True
    _set_usage(track.run, asdict(RunUsage(**track.usage)))
    group.add("model_call", _model_call(track.run["id"], told.number, told.at, data))


def _add_checkpoint(group: Group, track: Track, told: Told) -> None:
    found = told.data["checkpoint"]
    _judge(group, track, "checkpoint", told.at, told.data["turn"], found["passed"], found)


def _leave(_: Group, track: Track, told: Told) -> None:
    track.is_stale = True
    track.run["ending"] = to_json(told.data["ending"])


def _message(run_id: str, number: int, at: float, data: Data) -> Row:
    message: Data = data["message"]
    author: Data = data["author"] or {}
    said = text_of(message)
    calls = calls_of(message)
    if calls:
        said = "\n".join(text for text in [said, *map(call_text, calls)] if text)
    return {
        "run_id": run_id,
        "number": number,
        "position": data["index"],
        "removed_by": None,
        "id": _text(message.get("id")),
        "role": clean(str(message.get("role", "?"))),
        "author": _text(author.get("name")),
        "author_role": author.get("role"),
        "turn": data["turn"],
        "at": at,
        "text": clean(said),
    }


def _model_call(run_id: str, number: int, at: float, data: Data) -> Row:
    call, agent = data["call"], data["agent"]
    return {
        "run_id": run_id,
        "number": number,
        "at": at,
        "turn": data["turn"],
        "agent": clean(agent["name"]),
        "role": agent["role"],
        "model": clean(call["model"]),
        "provider": clean(call["provider"]),
        **call["usage"],
        "seconds": call["seconds"],
        "attempts": call["attempts"],
        "request_id": _text(call["request_id"]),
        "error": _text(call["error"]),
    }


def _set_usage(run: Row, by_role: Data) -> None:
    if by_role == _NO_USAGE:
        run.update(_UNUSED)
        return
    run["usage_by_role"] = to_json(by_role)
    total = RunUsage(*(Usage(**by_role[role]) for role in ("agent", "user", "judge"))).total
    run.update(vars(total))


def _conclude(group: Group, track: Track, told: Told) -> None:
    at, data = told.at, told.data
    result: Data = data["result"]
    fault: Data = result["fault"] or {}
    track.is_stale = True
    track.run.update(
        status=data["status"],
        success=bool(result["success"]),
        outcome=result["outcome"],
        fault=fault.get("kind"),
        fault_reason=_text(fault.get("reason")),
        reasoning=_text(result["reasoning"]),
        error=_text(data["error"]),
        ending=None if result["ending"] is None else to_json(result["ending"]),
        total_time=result["total_time"],
        agent_time=result["agent_time"],
        ended_at=at,
    )
    if result["turns"] is not None:
        track.run["turns"] = result["turns"]
    _set_usage(track.run, result["usage"])
    found = _judge(group, track, "final", at, None, bool(result["success"]), result)
    for status, column in _COUNTS.items():
        track.run[column] = found.count(status)


def _judge(
    group: Group, track: Track, kind: str, at: float, turn: int | None, passed: bool, judged: Data
) -> list[str]:
    """Take a judgement with its verdicts; returns the status of each."""
    run_id, number = track.run["id"], track.judgements
    track.judgements += 1
    row: Row = {
        "run_id": run_id,
        "number": number,
        "kind": kind,
        "judge": track.judge,
        "turn": turn,
        "at": at,
        "passed": passed,
        "reasoning": _text(judged["reasoning"]),
    }
    group.add("judgement", row)
    verdicts = [
        _verdict(run_id, number, place, each)
        for place, each in enumerate(_verdicts_of(judged["criteria"], judged))
    ]
    group.add("verdict", *verdicts)
    return [verdict["status"] for verdict in verdicts]


def _verdicts_of(criteria: Sequence[Data], judged: Data) -> list[Data]:
    """The verdicts, and one without reasons for each criterion that is only named."""
    told = {each["criterion"] for each in criteria}
    found = list(criteria)
    undecided = set(judged.get("inconclusive_criteria") or ())
    for name, status in (("passed_criteria", "passed"), ("failed_criteria", "failed")):
        for criterion in judged.get(name) or ():
            if criterion not in told:
                actual = "inconclusive" if criterion in undecided else status
                found.append({"criterion": criterion, "status": actual, "reasoning": "", "evidence": []})
    return found


def _verdict(run_id: str, judgement: int, position: int, verdict: Data) -> Row:
    return {
        "run_id": run_id,
        "judgement": judgement,
        "position": position,
        "criterion": clean(str(verdict["criterion"])),
        "status": verdict["status"],
        "reasoning": clean(str(verdict["reasoning"])),
        "data": to_json(verdict),
    }


def _whole_number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else None


def _text(value: Any) -> str | None:
    return None if value is None else clean(str(value))


_TAKERS: Final[Mapping[str, Callable[[Group, Track, Told], str | None]]] = {
    "TurnOpened": _open_turn,
    "MessageAdded": _add_message,
    "RolledBack": _cut,
    "ModelCalled": _add_model_call,
    "CheckpointJudged": _add_checkpoint,
    "UserLeft": _leave,
    "Concluded": _conclude,
}
"""What a fact changes beside its own row."""
