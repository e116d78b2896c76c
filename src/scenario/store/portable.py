"""Facts in a form that another process can read, whatever people's objects they hold. Pure.

The facts of every call keep their few values, which is quick; the others become plain data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final, TypeAlias, cast

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
"""The name of the fact's class, its run, its time, and its values: data of this library and of Python alone."""


def packed(fact: Fact | PlainFact) -> Packed:
    """A fact to be sent."""
    kind = fact.__class__
    values_of = _VALUES.get(kind)
    if values_of is not None and (kind is not MessageAdded or _is_simple(cast("MessageAdded", fact))):
        values = values_of(fact)
        # A name may be of a class of people's own, such as an enumeration.
        if _TYPES.issuperset(map(type, values)):
            return kind.__name__, *values
    return kind_of(fact), str(fact.run_id), float(fact.at), plain(fields_of(fact))


def unpacked(sent: Sequence[Any]) -> Fact | PlainFact:
    """A fact that was sent: of its own class, or as plain data, which says the same."""
    kind, run_id, at, *values = sent
    make = _MAKERS.get(kind)
    if make is None or len(values) == 1:
        return PlainFact(run_id, at, kind, values[0])
    return make(run_id, at, *values)


def _is_simple(fact: MessageAdded) -> bool:
    """Whether a message has an author and is nothing but texts."""
    said = fact.message
    if fact.author is None or said.__class__ is not dict:
        return False
    return _TEXT.issuperset(map(type, said)) and _TEXT.issuperset(map(type, said.values()))


_TEXT: Final = frozenset({str})
_TYPES: Final = frozenset({str, int, float, dict, AgentRole, type(None)})
_VALUES: Final[Mapping[type[Any], Callable[[Any], tuple[Any, ...]]]] = {
    TurnOpened: attrgetter("run_id", "at", "turn", "trace_id"),
    CallStarted: attrgetter("run_id", "at", "agent.name", "agent.role", "turn"),
    CallFinished: attrgetter("run_id", "at", "agent.name", "agent.role", "turn", "seconds", "error"),
    MessageAdded: attrgetter("run_id", "at", "index", "message", "turn", "author.name", "author.role"),
    StepFinished: attrgetter("run_id", "at", "step", "text"),
}
_MAKERS: Final[Mapping[str, Callable[..., Fact]]] = {
    "TurnOpened": TurnOpened,
    "CallStarted": lambda run_id, at, name, role, turn: CallStarted(run_id, at, AgentInfo(name, role), turn),
    "CallFinished": lambda run_id, at, name, role, turn, seconds, error: CallFinished(
        run_id, at, AgentInfo(name, role), turn, seconds, error
    ),
    "MessageAdded": lambda run_id, at, index, message, turn, name, role: MessageAdded(
        run_id, at, index, message, turn, AgentInfo(name, role)
    ),
    "StepFinished": StepFinished,
}
