"""Facts as JSON in one pass, for the many that hold no secret and nothing large. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from scenario._engine.facts import (
    AgentInfo,
    CallFinished,
    CallStarted,
    Fact,
    MessageAdded,
    StepFinished,
    TurnOpened,
)
from scenario.store.codec import fields_of
from scenario.store.plain import from_json, json_of, to_json


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


def encoded(fact: Fact) -> Encoded | None:
    """The JSON of a fact, with its secrets; None when it has to be made of plain data.

    The facts of every call are written by templates: they are most of what is told, and have no parts of their own.
    """
    match fact:
        case TurnOpened():
            text = f'{{"turn":{fact.turn},"trace_id":{_quoted(fact.trace_id)}}}'
            return Encoded({"turn": fact.turn}, text)
        case CallStarted():
            agent = _agent(fact.agent)
            return Encoded({}, f'{{"agent":{agent},"turn":{fact.turn}}}', told=(agent,))
        case CallFinished(error=None) if math.isfinite(fact.seconds):
            agent = _agent(fact.agent)
            text = f'{{"agent":{agent},"turn":{fact.turn},"seconds":{fact.seconds!r},"error":null}}'
            return Encoded({}, text, told=(agent,))
        case StepFinished():
            step = _quoted(fact.text)
            return Encoded({}, f'{{"step":{fact.step},"text":{step}}}', told=(step,))
        case MessageAdded():
            return _message(fact)
        case _:
            text = json_of(fields_of(fact))
            return None if text is None else Encoded(from_json(text), text, told=(text,))


def _message(fact: MessageAdded) -> Encoded | None:
    message = json_of(fact.message)
    if message is None:
        return None
    author = fact.author
    written = "null" if author is None else _agent(author)
    text = f'{{"index":{fact.index},"turn":{fact.turn},"author":{written}}}'
    data = {
        "index": fact.index,
        "turn": fact.turn,
        "author": None if author is None else {"name": author.name, "role": author.role.value},
        "message": fact.message if _is_flat(fact.message) else from_json(message),
    }
    return Encoded(data, text, message, (written, message))


def _is_flat(message: Any) -> bool:
    """Whether a message is plain data as it is."""
    return message.__class__ is dict and all(value.__class__ is str for value in message.values())


def _agent(agent: AgentInfo) -> str:
    return _named(agent.name, agent.role.value)


@lru_cache(maxsize=1024)
def _named(name: str, role: str) -> str:
    return to_json({"name": name, "role": role})


@lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    return to_json(text)
