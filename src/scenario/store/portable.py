"""Facts in a form that another process can read, whatever people's objects they hold. Pure.

The facts of every call keep their few values, which is quick; the others become plain data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from scenario._engine.facts import (
    AgentInfo,
    CallFinished,
    CallStarted,
    Fact,
    MessageAdded,
    StepFinished,
    TurnOpened,
)
from scenario.store.codec import PlainFact, fields_of, kind_of
from scenario.store.plain import plain
from scenario.types import AgentRole

Packed: TypeAlias = tuple[Any, ...]
"""The name of the fact's class, its run, its time, and its values: numbers, text, lists and dictionaries alone."""


def packed(fact: Fact | PlainFact) -> Packed:
    """A fact to be sent."""
    pack = _PACKS.get(fact.__class__)
    found = None if pack is None else pack(fact)
    return _whole(fact) if found is None else found


def unpacked(sent: Sequence[Any]) -> Fact | PlainFact:
    """A fact that was sent: of its own class, or as plain data, which says the same."""
    kind, run_id, at, *values = sent
    make = _MAKERS.get(kind)
    if make is None or len(values) == 1:
        return PlainFact(run_id, at, kind, values[0])
    return make(run_id, at, *values)


def _whole(fact: Fact | PlainFact) -> Packed:
    return kind_of(fact), str(fact.run_id), float(fact.at), plain(fields_of(fact))


def _turn_opened(fact: TurnOpened) -> Packed:
    return "TurnOpened", fact.run_id, fact.at, fact.turn, fact.trace_id


def _call_started(fact: CallStarted) -> Packed:
    return "CallStarted", fact.run_id, fact.at, *_agent(fact.agent), fact.turn


def _call_finished(fact: CallFinished) -> Packed | None:
    if fact.error is not None:
        return None
    return "CallFinished", fact.run_id, fact.at, *_agent(fact.agent), fact.turn, fact.seconds


def _message_added(fact: MessageAdded) -> Packed | None:
    said: Any = fact.message
    if said.__class__ is not dict or not all(value.__class__ is str for value in said.values()):
        return None
    author = (None, None) if fact.author is None else _agent(fact.author)
    return "MessageAdded", fact.run_id, fact.at, fact.index, said, fact.turn, *author


def _step_finished(fact: StepFinished) -> Packed:
    return "StepFinished", fact.run_id, fact.at, fact.step, fact.text


def _agent(agent: AgentInfo) -> tuple[str, str]:
    return _named(agent.name, agent.role)


@lru_cache(maxsize=1024)
def _named(name: str, role: AgentRole) -> tuple[str, str]:
    return str(name), role.value


@lru_cache(maxsize=1024)
def _info(name: str, role: str) -> AgentInfo:
    return AgentInfo(name, AgentRole(role))


def _read_message(
    run_id: str, at: float, index: int, message: Any, turn: int, name: str | None, role: str | None
) -> MessageAdded:
    author = None if name is None or role is None else _info(name, role)
    return MessageAdded(run_id, at, index, message, turn, author)


_PACKS: Final[Mapping[type[Any], Callable[[Any], Packed | None]]] = {
    TurnOpened: _turn_opened,
    CallStarted: _call_started,
    CallFinished: _call_finished,
    MessageAdded: _message_added,
    StepFinished: _step_finished,
}
_MAKERS: Final[Mapping[str, Callable[..., Fact]]] = {
    "TurnOpened": TurnOpened,
    "CallStarted": lambda run_id, at, name, role, turn: CallStarted(run_id, at, _info(name, role), turn),
    "CallFinished": lambda run_id, at, name, role, turn, seconds: CallFinished(
        run_id, at, _info(name, role), turn, seconds, None
    ),
    "MessageAdded": _read_message,
    "StepFinished": StepFinished,
}
