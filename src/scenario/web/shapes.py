"""Rows of the store as the data of answers. Pure. `docs/web-api.md` describes the shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from scenario._engine.facts import AgentInfo
from scenario._text import calls_of
from scenario.analysis import TrialState
from scenario.analysis.trials import state_of
from scenario.faults import Fault, FaultKind
from scenario.statistics import Counts, Interval, wilson
from scenario.store.labels import Label
from scenario.store.overview import BatchOverview
from scenario.store.records import LOCAL, REMOTE
from scenario.store.rows import MessageRow, ModelCallRow, RunRow, RunState
from scenario.types import AgentRole, CriterionResult, Evidence
from scenario.web.batch_data import Batch, Faults, Run
from scenario.web.message_data import Agent, Message, MessageEvidence, RoleName, Verdict, VerdictLabel
from scenario.web.run_data import CallOfModel, RunHeader

Data: TypeAlias = dict[str, Any]

LONGEST: Final = 100_000
"""Characters of a text that is shown whole."""

_DEEPEST: Final = 64
_MEDIA: Final = ("data:image/", "data:audio/", "data:video/")
_ROLES: Final[Mapping[AgentRole, RoleName]] = {
    AgentRole.USER: "user",
    AgentRole.AGENT: "agent",
    AgentRole.JUDGE: "judge",
}


def rate(counts: Counts) -> float | None:
    """The share that passed; None when nothing counts."""
    return counts.rate if counts.trials else None


def interval(counts: Counts) -> Interval | None:
    """The Wilson interval of that share; None when nothing counts."""
    return wilson(counts) if counts.trials else None


def batch(found: BatchOverview) -> Batch:
    """A batch in a list."""
    told = found.invocation
    counts = Counts(found.passed, found.passed + found.failed)
    return {
        "id": told.id,
        "name": batch_name(found),
        "started_at": told.started_at,
        "last_at": found.last_at,
        "state": state(found),
        "source": REMOTE if found.is_remote else LOCAL,
        "sets": list(found.sets),
        "branch": told.branch or None,
        "commit": told.commit or None,
        "changed": bool(told.info.get("changed")),
        "tags": list(told.tags),
        "scenarios": found.scenarios,
        "runs": found.runs,
        "trials": found.trials,
        "planned": found.planned,
        "passed": found.passed,
        "failed": found.failed,
        "faults": faults(found.faults),
        "running": found.open.get(RunState.RUNNING, 0),
        "interrupted": found.open.get(RunState.INTERRUPTED, 0),
        "stalled": found.open.get(RunState.STALLED, 0),
        "cancelled": found.cancelled,
        "pass_rate": rate(counts),
        "interval": interval(counts),
        "cost": found.cost,
        "unpriced_calls": found.unpriced_calls,
        "tokens": found.tokens,
        "seconds": max(0.0, found.last_at - told.started_at),
        "change": found.change,
    }


def batch_name(found: BatchOverview) -> str:
    """What to call a batch: its suite, else its sets, else its id."""
    suite = found.invocation.info.get("suite")
    name = suite.get("name") if isinstance(suite, Mapping) else None
    return name if isinstance(name, str) and name else ", ".join(found.sets) or found.invocation.id


def state(found: BatchOverview) -> RunState:
    """Whether a batch goes on: as its runs do, and as its invocation says where it says so."""
    for each in (RunState.RUNNING, RunState.STALLED, RunState.INTERRUPTED):
        if found.open.get(each):
            return each
    return RunState.FINISHED


def faults(found: Mapping[FaultKind, int]) -> Faults:
    """How many trials say nothing about the agent, by who is to blame."""
    return {
        "simulator": found.get(FaultKind.SIMULATOR, 0),
        "judge": found.get(FaultKind.JUDGE, 0),
        "infrastructure": found.get(FaultKind.INFRASTRUCTURE, 0),
    }


def run(found: RunRow, *, is_retried: bool = False) -> Run:
    """A run in a list."""
    total = found.usage.total
    return {
        "id": found.id,
        "batch_id": found.batch_id,
        "set_id": found.set_id,
        "name": found.name,
        "fields": found.fields,
        "trial": found.trial,
        "seed": found.seed,
        "source": REMOTE if found.source == REMOTE else LOCAL,
        "state": found.state,
        "outcome": found.outcome,
        "status": found.status,
        "verdict": state_of(found),
        "fault": None if found.fault is None else Fault(found.fault, found.fault_reason or ""),
        "reasoning": shortened(found.reasoning or "", 2000) or None,
        "turns": found.turns,
        "messages": found.messages,
        "criteria": {
            "passed": found.passed_criteria,
            "failed": found.failed_criteria,
            "inconclusive": found.inconclusive_criteria,
        },
        "cost": total.cost if total.calls and not total.unpriced_calls else None,
        "tokens": total.total_tokens if total.calls else None,
        "seconds": found.total_time,
        "agent_seconds": found.agent_time,
        "started_at": found.started_at,
        "last_at": found.last_at,
        "ended_at": found.ended_at,
        "is_retried": is_retried,
        "change": found.change,
    }


def run_header(found: RunRow) -> RunHeader:
    """A run at the head of its page."""
    used = found.usage
    return {
        **run(found),
        "reasoning": None if found.reasoning is None else shortened(found.reasoning, LONGEST),
        "description": shortened(found.description, LONGEST),
        "tags": list(found.tags),
        "metadata": capped(found.metadata),
        "agents": [agent(each) for each in found.agents],
        "error": None if found.error is None else shortened(found.error, LONGEST),
        "ending": found.ending,
        "lost": found.lost,
        "usage": {"agent": used.agent, "user": used.user, "judge": used.judge, "total": used.total},
    }


def agent(found: AgentInfo) -> Agent:
    """Who takes part."""
    return {"name": found.name, "role": _ROLES[found.role]}


def message(row: MessageRow, evidence: Sequence[MessageEvidence] = ()) -> Message:
    """A message, its long texts shortened."""
    said = row.message
    content = capped(said.get("content"))
    return {
        "number": row.number,
        "position": row.position,
        "removed_by": row.removed_by,
        "turn": row.turn,
        "at": row.at,
        "id": text_of(said.get("id")),
        "role": str(said.get("role", "?")),
        "author": None if row.author is None else agent(row.author),
        "content": content,
        "tool_calls": [
            {
                "id": text_of(call.get("id")),
                "name": str(_function(call).get("name") or "?"),
                "arguments": capped(_function(call).get("arguments") or ""),
            }
            for call in calls_of(said)
            if isinstance(call, Mapping)
        ],
        "tool_call_id": text_of(said.get("tool_call_id")),
        "trace_id": text_of(said.get("trace_id")),
        "is_shortened": content != said.get("content"),
        "evidence": list(evidence),
    }


def text_of(value: Any) -> str | None:
    """What should be a text, as a text: a client can send anything."""
    return None if value is None else str(value)


def _function(call: Mapping[str, Any]) -> Mapping[str, Any]:
    function = call.get("function")
    return function if isinstance(function, Mapping) else {}


def verdict(found: CriterionResult, labels: Mapping[str, Label]) -> Verdict:
    """The verdict about a criterion, with the label that it got."""
    told = labels.get(found.criterion)
    return {
        "criterion": found.criterion,
        "status": found.status,
        "reasoning": shortened(found.reasoning, LONGEST),
        "supported": found.supported,
        "evidence": [Evidence(each.message, shortened(each.quote, LONGEST)) for each in found.evidence],
        "label": None if told is None else label(told),
    }


def label(found: Label) -> VerdictLabel:
    """A label."""
    return {
        "run_id": found.run_id,
        "criterion": found.criterion,
        "label": found.kind,
        "note": found.note,
        "status": found.status,
        "at": found.at,
        "name": found.name,
        "batch_id": found.batch_id,
    }


def model_call(row: ModelCallRow) -> CallOfModel:
    """A call of a language model."""
    call = row.call
    return {
        "number": row.number,
        "at": row.at,
        "turn": row.turn,
        "agent": row.agent.name,
        "role": _ROLES[row.agent.role],
        "model": call.model,
        "provider": call.provider,
        "seconds": call.seconds,
        "attempts": call.attempts,
        "request_id": call.request_id,
        "error": call.error,
        "usage": call.usage,
    }


def is_counted(found: RunRow) -> bool:
    """Whether a run says something about the agent."""
    return state_of(found) in {TrialState.PASSED, TrialState.FAILED}


def shortened(text: str, most: int) -> str:
    """The text, with a mark where the rest of a long one is left out."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text) - most:,} more characters)"


def capped(value: Any, depth: int = 0) -> Any:
    """Data whose long texts are shortened and whose depth is bounded. Media stay whole, or could not be shown."""
    if isinstance(value, str):
        return value if value.startswith(_MEDIA) else shortened(value, LONGEST)
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {
            str(key): item
            if key == "data" and isinstance(item, str) and "format" in value
            else capped(item, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [capped(item, depth + 1) for item in value]
    return value
