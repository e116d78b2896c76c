"""The data of the page of a conversation."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Final

from scenario._engine.facts import CallFinished, RolledBack
from scenario.store import queries
from scenario.store.attacks import attack_of
from scenario.store.labels import Label, labels
from scenario.store.open import RunStore
from scenario.store.overview import overview
from scenario.store.records import REMOTE
from scenario.store.remote_spans import spans_of
from scenario.store.rows import Judgement, MessageRow, RunRow, WholeRun
from scenario.types import AgentRole, CriterionResult
from scenario.web import shapes
from scenario.web.answers import not_there
from scenario.web.attack_views import attack_of_run
from scenario.web.compare_data import TurnPair
from scenario.web.message_data import Message, MessageEvidence
from scenario.web.operations import Asked
from scenario.web.run_data import Checkpoint, Neighbours, RawRun, Replay, Rollback, RunPage, Warned
from scenario.web.span_shapes import span_data

_OWN: Final = frozenset({"checkpoint", "final"})


def the_run(store: RunStore, run_id: str) -> WholeRun:
    """A run that must be there."""
    found = queries.run(store, run_id)
    if found is None:
        raise not_there(run_id)
    return found


def one_run(store: RunStore, asked: Asked) -> RunPage:
    """Everything about a run, with long texts shortened."""
    found = the_run(store, asked.the_text("run"))
    told = {each.criterion: each for each in labels(store, run=found.run.id)}
    own = [each for each in found.judgements if each.kind in _OWN]
    criteria = {verdict.criterion: verdict for each in own for verdict in each.verdicts}
    evidence = _evidence(tuple(criteria.values()))
    turns = {row.message.get("trace_id"): row.turn for row in found.messages}
    return {
        "run": shapes.run_header(found.run),
        "batch_name": _batch_name(store, found.run.batch_id),
        "messages": [shapes.message(row, evidence.get(row.position, ())) for row in found.messages],
        "removed": [shapes.message(row) for row in found.removed],
        "checkpoints": [_checkpoint(each, found.messages, told) for each in own if each.kind == "checkpoint"],
        "criteria": [shapes.verdict(each, told) for each in criteria.values()],
        "rollbacks": _rollbacks(found),
        "attack": attack_of_run(attack_of(store, found.run.id), found),
        "warnings": _warnings(found),
        "model_calls": [shapes.model_call(each) for each in found.model_calls],
        "spans": [span_data(each, turns.get(each.trace_id)) for each in spans_of(store, found)],
        "replay": _replay(found.run),
        "neighbours": _neighbours(store, found.run),
        "change": found.run.change,
    }


def _batch_name(store: RunStore, batch_id: str) -> str:
    found = overview(store, batch_id)
    return batch_id if found is None else shapes.batch_name(found)


def raw_run(store: RunStore, asked: Asked) -> RawRun:
    """Everything that is stored of a run."""
    found = the_run(store, asked.the_text("run"))
    return {
        "run": found.run,
        "messages": found.messages,
        "removed": found.removed,
        "judgements": found.judgements,
        "model_calls": found.model_calls,
        "spans": spans_of(store, found),
    }


def _checkpoint(found: Judgement, messages: Sequence[MessageRow], told: Mapping[str, Label]) -> Checkpoint:
    before = [row.position for row in messages if row.at <= found.at]
    return {
        "number": found.number,
        "turn": found.turn,
        "at": found.at,
        "after": before[-1] if before else None,
        "judge": found.judge,
        "passed": found.passed,
        "reasoning": found.reasoning,
        "criteria": [shapes.verdict(each, told) for each in found.verdicts],
    }


def _evidence(verdicts: Sequence[CriterionResult]) -> dict[int, list[MessageEvidence]]:
    found: dict[int, list[MessageEvidence]] = {}
    for verdict in verdicts:
        for each in verdict.evidence:
            if each.message is not None:
                told: MessageEvidence = {
                    "criterion": verdict.criterion,
                    "status": verdict.status,
                    "quote": shapes.shortened(each.quote, shapes.LONGEST),
                }
                found.setdefault(each.message, []).append(told)
    return found


def _rollbacks(found: WholeRun) -> list[Rollback]:
    numbers = {row.removed_by for row in found.removed}
    cuts = {number: fact for number, fact in enumerate(found.facts) if isinstance(fact, RolledBack)}
    return [
        {
            "number": number,
            "at": cuts[number].at,
            "position": cuts[number].index,
            "count": sum(row.removed_by == number for row in found.removed),
        }
        for number in sorted(cuts)
        if number in numbers
    ]


def _warnings(found: WholeRun) -> list[Warned]:
    """What went wrong around the agent and was told on the way."""
    calls: list[Warned] = [
        {"turn": fact.turn, "at": fact.at, "agent": fact.agent.name, "text": fact.error}
        for fact in found.facts
        if isinstance(fact, CallFinished) and fact.error and fact.agent.role is not AgentRole.AGENT
    ]
    models: list[Warned] = [
        {
            "turn": each.turn,
            "at": each.at,
            "agent": each.agent.name,
            "text": f"A call of {each.call.model}: {each.call.error}",
        }
        for each in found.model_calls
        if each.call.error and each.agent.role is not AgentRole.AGENT
    ]
    return sorted([*calls, *models], key=lambda each: each["at"])


def _replay(run: RunRow) -> Replay:
    """The command that plays a run again, as far as the run tells."""
    if run.source == REMOTE:
        return {"command": None, "note": "Another client played this run: play it again there."}
    seed = "" if run.seed is None else f" --seed {run.seed}"
    if isinstance(run.metadata.get("identity"), str):
        return {
            "command": f"scenario run -k {shlex.quote(run.name)}{seed}",
            "note": "In the folder of the scenarios.",
        }
    return {
        "command": f"scenario show {shlex.quote(run.id)}",
        "note": "This run was played by a test or a program: start that again. The command shows the run in a terminal.",
    }


def _neighbours(store: RunStore, run: RunRow) -> Neighbours:
    """The runs of the scenario beside this one in its batch."""
    ids = queries.run_ids(store, run.batch_id, run.scenario_id)
    at = ids.index(run.id) if run.id in ids else -1
    previous = ids[at - 1] if at > 0 else None
    return {"previous": previous, "next": ids[at + 1] if 0 <= at < len(ids) - 1 else None}


def by_turn(first: WholeRun, second: WholeRun) -> list[TurnPair]:
    """Two conversations beside each other, turn by turn."""
    sides: list[Mapping[int, list[Message]]] = [_turns(first), _turns(second)]
    numbers = sorted({turn for side in sides for turn in side})
    return [{"turn": turn, "a": sides[0].get(turn, []), "b": sides[1].get(turn, [])} for turn in numbers]


def _turns(found: WholeRun) -> dict[int, list[Message]]:
    turns: dict[int, list[Message]] = {}
    for row in found.messages:
        turns.setdefault(row.turn, []).append(shapes.message(row))
    return turns
