"""Facts as JSON in one pass, for the many that hold no secret and nothing large. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, Final, NamedTuple

from scenario._engine.facts import (
    AgentInfo,
    CallFinished,
    CallStarted,
    Fact,
    MessageAdded,
    StepFinished,
    TurnOpened,
)
from scenario.store.codec import PlainFact, fields_of
from scenario.store.plain import from_json, json_of, plain, to_json


class Encoded(NamedTuple):
    """A fact as it is written.

    Attributes:
        data: What it says, as far as other tables need it.
        text: The same as JSON, without the message; empty where that is not made yet.
        message: The message as JSON, if it is a fact that has one.
        told: The parts of it that people or models may have written, as JSON; secrets can only be there.
    """

    data: Mapping[str, Any]
    text: str = ""
    message: str = ""
    told: tuple[str, ...] = ()


_NOTHING: Final[Mapping[str, Any]] = {}


def encoded(fact: Fact | PlainFact) -> Encoded | None:
    """The JSON of a fact, with its secrets; None when it has to be made of plain data.

    The facts of every call are written by templates: they are most of what is told, and have no parts of their own.
    """
    return _TEMPLATES.get(fact.__class__, _whole)(fact)


def _turn_opened(fact: TurnOpened) -> Encoded:
    text = f'{{"turn":{fact.turn},"trace_id":{_quoted(fact.trace_id)}}}'
    return Encoded({"turn": fact.turn}, text)


def _call_started(fact: CallStarted) -> Encoded:
    agent = _agent(fact.agent)
    return Encoded(_NOTHING, f'{{"agent":{agent},"turn":{fact.turn}}}', "", (agent,))


def _call_finished(fact: CallFinished) -> Encoded | None:
    if fact.error is not None or not math.isfinite(fact.seconds):
        return _whole(fact)
    agent = _agent(fact.agent)
    text = f'{{"agent":{agent},"turn":{fact.turn},"seconds":{fact.seconds!r},"error":null}}'
    return Encoded(_NOTHING, text, "", (agent,))


def _step_finished(fact: StepFinished) -> Encoded:
    step = _quoted(fact.text)
    return Encoded(_NOTHING, f'{{"step":{fact.step},"text":{step}}}', "", (step,))


def _message_added(fact: MessageAdded) -> Encoded | None:
    said: Any = fact.message
    is_flat = _is_flat(said)
    message = _flat(said) if is_flat else json_of(said)
    if message is None:
        return None
    author = fact.author
    written = "null" if author is None else _agent(author)
    text = f'{{"index":{fact.index},"turn":{fact.turn},"author":{written}}}'
    data = {
        "index": fact.index,
        "turn": fact.turn,
        "author": None if author is None else {"name": author.name, "role": author.role.value},
        "message": said if is_flat else from_json(message),
    }
    return Encoded(data, text, message, (written, message))


def _whole(fact: Fact | PlainFact) -> Encoded | None:
    data = plain(fields_of(fact))
    text = json_of(data)
    return None if text is None else Encoded(data, text, "", (text,))


_TEMPLATES: Final[Mapping[type[Any], Callable[[Any], Encoded | None]]] = {
    TurnOpened: _turn_opened,
    CallStarted: _call_started,
    CallFinished: _call_finished,
    StepFinished: _step_finished,
    MessageAdded: _message_added,
}


def _is_flat(message: Any) -> bool:
    """Whether a message is plain data as it is."""
    return message.__class__ is dict and all(value.__class__ is str for value in message.values())


def _flat(message: Mapping[str, str]) -> str | None:
    """A flat message as JSON; None when a database cannot hold its letters as they are."""
    text = ",".join(
        [f"{encode_basestring(key)}:{encode_basestring(value)}" for key, value in message.items()]
    )
    return f"{{{text}}}" if text.isascii() else json_of(message)


def _agent(agent: AgentInfo) -> str:
    return _named(agent.name, agent.role._value_)


@lru_cache(maxsize=1024)
def _named(name: str, role: str) -> str:
    return to_json({"name": name, "role": role})


@lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    return to_json(text)
