"""Facts in a form that another process can read, whatever people's objects they hold. Pure.

The facts of every call, which are most of what is told, are taken kind by kind: their few values are looked at together,
which takes a fraction of the time that it takes to look at each. The others become plain data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, starmap
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeAlias

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

Row: TypeAlias = tuple[Any, ...]


class Packed(NamedTuple):
    """Facts to be sent: data of this library and of Python alone.

    Attributes:
        order: The key of each fact's rows, in the order in which they were told.
        rows: What the facts of a kind say, in the same order, by the name of the kind; those of any other under "".
    """

    order: Sequence[str]
    rows: Mapping[str, Sequence[Row]]


def packed(facts: Sequence[Fact | PlainFact]) -> Packed:
    """Facts to be sent."""
    by_kind: dict[type[Any], list[Any]] = {}
    for fact in facts:
        by_kind.setdefault(fact.__class__, []).append(fact)
    rows = {kind: found for kind, those in by_kind.items() if (found := _values(kind, those)) is not None}
    others = [_whole(fact) for fact in facts if fact.__class__ not in rows]
    order = [fact.__class__.__name__ if fact.__class__ in rows else "" for fact in facts]
    return Packed(order, {"": others, **{kind.__name__: found for kind, found in rows.items()}})


def unpacked(sent: Packed) -> list[Fact | PlainFact]:
    """Facts that were sent: of their own classes, or as plain data, which says the same."""
    made: dict[str, Iterator[Fact | PlainFact]] = {
        kind: starmap(_MAKERS[kind], rows) for kind, rows in sent.rows.items()
    }
    return [next(made[kind]) for kind in sent.order]


def _whole(fact: Fact | PlainFact) -> Row:
    return str(fact.run_id), float(fact.at), kind_of(fact), plain(fields_of(fact))


def _values(kind: type[Any], facts: Sequence[Any]) -> list[Row] | None:
    """What these facts of one kind say; None where one of them holds anything but the most usual values."""
    values_of = _VALUES.get(kind)
    if values_of is None or (kind is MessageAdded and not _are_simple(facts)):
        return None
    found = list(map(values_of, facts))
    # A name may be of a class of people's own, such as an enumeration.
    return found if _TYPES.issuperset(map(type, chain.from_iterable(found))) else None


def _are_simple(facts: Sequence[MessageAdded]) -> bool:
    """Whether each message has an author and is nothing but texts."""
    said = [fact.message for fact in facts if fact.author is not None]
    if len(said) < len(facts) or not {dict}.issuperset(map(type, said)):
        return False
    parts = chain(chain.from_iterable(said), chain.from_iterable(map(dict[str, Any].values, said)))
    return {str}.issuperset(map(type, parts))


_TYPES: Final = frozenset({str, int, float, dict, type(None)})
_VALUES: Final[Mapping[type[Any], Callable[[Any], Row]]] = {
    TurnOpened: attrgetter("run_id", "at", "turn", "trace_id"),
    CallStarted: attrgetter("run_id", "at", "agent.name", "agent.role._value_", "turn"),
    CallFinished: attrgetter("run_id", "at", "agent.name", "agent.role._value_", "turn", "seconds", "error"),
    MessageAdded: attrgetter(
        "run_id", "at", "index", "message", "turn", "author.name", "author.role._value_"
    ),
    StepFinished: attrgetter("run_id", "at", "step", "text"),
}
_MAKERS: Final[Mapping[str, Callable[..., Fact | PlainFact]]] = {
    "": PlainFact,
    "TurnOpened": TurnOpened,
    "CallStarted": lambda run_id, at, name, role, turn: CallStarted(run_id, at, _agent(name, role), turn),
    "CallFinished": lambda run_id, at, name, role, turn, seconds, error: CallFinished(
        run_id, at, _agent(name, role), turn, seconds, error
    ),
    "MessageAdded": lambda run_id, at, index, message, turn, name, role: MessageAdded(
        run_id, at, index, message, turn, _agent(name, role)
    ),
    "StepFinished": StepFinished,
}


@lru_cache(maxsize=1024)
def _agent(name: str, role: str) -> AgentInfo:
    return AgentInfo(name, AgentRole(role))
