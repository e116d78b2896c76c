"""Rows of the store as the data of answers. Pure. `docs/web-api.md` describes the shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, TypeAlias

from scenario._engine.facts import AgentInfo
from scenario._text import calls_of
from scenario.analysis import TrialState
from scenario.analysis.trials import state_of
from scenario.faults import FaultKind
from scenario.statistics import Counts, Interval, PassesOf, wilson
from scenario.store.labels import Label
from scenario.store.overview import BatchOverview
from scenario.store.records import LOCAL, REMOTE
from scenario.store.rows import MessageRow, ModelCallRow, RunRow, RunState
from scenario.types import CriterionResult, UserEnding
from scenario.usage import Usage

Data: TypeAlias = dict[str, Any]

LONGEST: Final = 100_000
"""Characters of a text that is shown whole."""

_DEEPEST: Final = 64
_MEDIA: Final = ("data:image/", "data:audio/", "data:video/")


def interval(found: Interval | None) -> Data | None:
    """An interval."""
    return None if found is None else {"low": found.low, "high": found.high}


def batch(found: BatchOverview) -> Data:
    """A batch in a list."""
    told = found.invocation
    counts = Counts(found.passed, found.passed + found.failed)
    suite = told.info.get("suite")
    name = suite.get("name") if isinstance(suite, Mapping) else None
    return {
        "id": told.id,
        "name": name if isinstance(name, str) and name else ", ".join(found.sets) or told.id,
        "started_at": told.started_at,
        "last_at": found.last_at,
        "state": state(found).value,
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
        **{each.value: found.open.get(each, 0) for each in RunState if each is not RunState.FINISHED},
        "cancelled": found.cancelled,
        "pass_rate": counts.rate if counts.trials else None,
        "interval": interval(wilson(counts)) if counts.trials else None,
        "cost": found.cost,
        "unpriced_calls": found.unpriced_calls,
        "tokens": found.tokens,
        "seconds": max(0.0, found.last_at - told.started_at),
        "change": found.change,
    }


def state(found: BatchOverview) -> RunState:
    """Whether a batch goes on: as its runs do, and as its invocation says where it says so."""
    for each in (RunState.RUNNING, RunState.STALLED, RunState.INTERRUPTED):
        if found.open.get(each):
            return each
    return RunState.FINISHED


def faults(found: Mapping[FaultKind, int]) -> Data:
    """How many trials say nothing about the agent, by who is to blame."""
    return {kind.value: found.get(kind, 0) for kind in FaultKind if kind is not FaultKind.AGENT}


def run(found: RunRow, *, is_retried: bool = False) -> Data:
    """A run in a list."""
    total = found.usage.total
    fault = None if found.fault is None else {"kind": found.fault.value, "reason": found.fault_reason or ""}
    return {
        "id": found.id,
        "batch_id": found.batch_id,
        "set_id": found.set_id,
        "name": found.name,
        "fields": found.fields,
        "trial": found.trial,
        "seed": found.seed,
        "source": found.source,
        "state": found.state.value,
        "outcome": None if found.outcome is None else found.outcome.value,
        "status": None if found.status is None else found.status.value,
        "verdict": state_of(found).value,
        "fault": fault,
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


def run_header(found: RunRow) -> Data:
    """A run at the head of its page."""
    used = found.usage
    parts = {"agent": used.agent, "user": used.user, "judge": used.judge, "total": used.total}
    return {
        **run(found),
        "reasoning": None if found.reasoning is None else shortened(found.reasoning, LONGEST),
        "description": shortened(found.description, LONGEST),
        "tags": list(found.tags),
        "metadata": capped(found.metadata),
        "agents": [agent(each) for each in found.agents],
        "error": None if found.error is None else shortened(found.error, LONGEST),
        "ending": None if found.ending is None else ending(found.ending),
        "lost": found.lost,
        "usage": {role: usage(each) for role, each in parts.items()},
    }


def agent(found: AgentInfo) -> Data:
    """Who takes part."""
    return {"name": found.name, "role": found.role.value.lower()}


def ending(found: UserEnding) -> Data:
    """How the simulated user left."""
    return {"kind": found.kind.value, "reason": found.reason, "message": found.message}


def usage(found: Usage) -> Data:
    """What was used of language models."""
    return asdict(found)


def message(row: MessageRow, evidence: Sequence[Data] = ()) -> Data:
    """A message, its long texts shortened."""
    said = row.message
    content = capped(said.get("content"))
    calls = [
        {"id": call.get("id"), "name": _name(call), "arguments": capped(_arguments(call))}
        for call in _calls(said)
    ]
    return {
        "number": row.number,
        "position": row.position,
        "removed_by": row.removed_by,
        "turn": row.turn,
        "at": row.at,
        "id": said.get("id"),
        "role": str(said.get("role", "?")),
        "author": None if row.author is None else agent(row.author),
        "content": content,
        "tool_calls": calls,
        "tool_call_id": said.get("tool_call_id"),
        "trace_id": said.get("trace_id"),
        "is_shortened": content != said.get("content"),
        "evidence": list(evidence),
    }


def _calls(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [call for call in calls_of(said) if isinstance(call, Mapping)]


def _function(call: Mapping[str, Any]) -> Mapping[str, Any]:
    function = call.get("function")
    return function if isinstance(function, Mapping) else {}


def _name(call: Mapping[str, Any]) -> str:
    return str(_function(call).get("name") or "?")


def _arguments(call: Mapping[str, Any]) -> Any:
    return _function(call).get("arguments") or ""


def verdict(found: CriterionResult, labels: Mapping[str, Label]) -> Data:
    """The verdict about a criterion, with the label that it got."""
    told = labels.get(found.criterion)
    return {
        "criterion": found.criterion,
        "status": found.status.value,
        "reasoning": shortened(found.reasoning, LONGEST),
        "supported": found.supported,
        "evidence": [
            {"message": each.message, "quote": shortened(each.quote, LONGEST)} for each in found.evidence
        ],
        "label": None if told is None else label(told),
    }


def label(found: Label) -> Data:
    """A label."""
    return {
        "run_id": found.run_id,
        "criterion": found.criterion,
        "label": found.kind.value,
        "note": found.note,
        "status": found.status.value,
        "at": found.at,
        "name": found.name,
        "batch_id": found.batch_id,
    }


def model_call(row: ModelCallRow) -> Data:
    """A call of a language model."""
    call = row.call
    return {
        "number": row.number,
        "at": row.at,
        "turn": row.turn,
        "agent": row.agent.name,
        "role": row.agent.role.value.lower(),
        "model": call.model,
        "provider": call.provider,
        "seconds": call.seconds,
        "attempts": call.attempts,
        "request_id": call.request_id,
        "error": call.error,
        "usage": usage(call.usage),
    }


def passes(found: PassesOf) -> Data:
    """pass@k and pass^k."""
    return {
        "k": found.k,
        "scenarios": found.scenarios,
        "any_passes": found.any_passes,
        "any_interval": interval(found.any_interval),
        "all_pass": found.all_pass,
        "all_interval": interval(found.all_interval),
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
