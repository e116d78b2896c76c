"""Checks of how a conversation went: time, turns, its end, and anything else about its state."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenario.checks.base import FAILED, INCONCLUSIVE, PASSED, Check, Finding, Subject, not_awaitable
from scenario.errors import ScriptError
from scenario.scenario_state import ScenarioState
from scenario.types import CriterionResult, EndingKind, Evidence


@dataclass(frozen=True, repr=False)
class RepliedWithin(Check):
    """Every call of the agent took no longer than a time."""

    seconds: float

    @property
    def name(self) -> str:
        """The call that makes this check."""
        return f"replied_within({self.seconds:g})"

    def look(self, subject: Subject) -> Finding:
        """Find the slow calls."""
        if not subject.reply_times:
            return Finding(INCONCLUSIVE, "no call of the agent was measured in this conversation")
        slow = tuple(
            Evidence(None, f"{reply.agent} took {reply.seconds:.3g} s in turn {reply.turn}")
            for reply in subject.reply_times
            if reply.seconds > self.seconds
        )
        if slow:
            return Finding(FAILED, "the agent took longer", slow, settled=True)
        return Finding(PASSED, "every reply came in time")


@dataclass(frozen=True, repr=False)
class TurnsAtMost(Check):
    """The conversation has no more than a number of turns."""

    turns: int

    @property
    def name(self) -> str:
        """The call that makes this check."""
        return f"turns_at_most({self.turns})"

    def look(self, subject: Subject) -> Finding:
        """Compare the number of turns; in plain messages, the user's messages stand for them."""
        users = sum(message.get("role") == "user" for message in subject.messages)
        turns = subject.turns if subject.turns is not None else users
        reasoning = f"it has {turns}"
        if turns > self.turns:
            return Finding(FAILED, reasoning, settled=True)
        return Finding(PASSED, reasoning)


@dataclass(frozen=True, repr=False)
class Ended(Check):
    """The simulated user left in a certain way."""

    kind: EndingKind

    @property
    def name(self) -> str:
        """The call that makes this check."""
        return f"ended({self.kind.value!r})"

    def look(self, subject: Subject) -> Finding:
        """Compare the way in which the user left."""
        if subject.ending is None:
            return Finding(FAILED, "the user has not left")
        status = PASSED if subject.ending.kind is self.kind else FAILED
        return Finding(status, str(subject.ending), settled=True)


@dataclass(frozen=True, repr=False)
class State(Check):
    """A predicate of the state holds."""

    predicate: Callable[[ScenarioState], Any]
    label: str

    @property
    def name(self) -> str:
        """The given name, or the predicate's."""
        return self.label

    def look(self, subject: Subject) -> Finding:
        """Ask the predicate. An assertion that fails in it is its verdict."""
        try:
            value = self.predicate(subject.state)
        except AssertionError as error:
            return Finding(FAILED, str(error) or "an assertion in it failed")
        if isinstance(value, Finding):
            return value
        if isinstance(value, CriterionResult):
            return Finding(value.status, value.reasoning, value.evidence)
        not_awaitable(value, self.label)
        if value:
            return Finding(PASSED, "it holds")
        return Finding(
            FAILED, "it does not hold: it returned nothing" if value is None else "it does not hold"
        )


@dataclass(frozen=True, repr=False)
class Equals(Check):
    """What is found somewhere is what was expected."""

    look_up: Callable[[], Any]
    expected: Any
    label: str

    @property
    def name(self) -> str:
        """The given name, or the function's."""
        return self.label

    def look(self, subject: Subject) -> Finding:
        """Look it up, and compare."""
        found = not_awaitable(self.look_up(), self.label)
        if found == self.expected:
            return Finding(PASSED, f"it is {found!r}")
        return Finding(FAILED, f"it is {found!r} where {self.expected!r} was expected")


def replied_within(seconds: float) -> Check:
    """Every call of the agent under test took at most this long.

    Args:
        seconds: The time, in seconds.
    """
    return RepliedWithin(seconds)


def turns_at_most(turns: int) -> Check:
    """The conversation has at most this many turns."""
    return TurnsAtMost(turns)


def ended(kind: EndingKind | str) -> Check:
    """The simulated user left in this way.

    Args:
        kind: ``done``, ``gave up``, ``handed over`` or ``out of scope``.

    Raises:
        ScriptError: There is no such way.
    """
    try:
        return Ended(EndingKind(kind))
    except ValueError as error:
        kinds = ", ".join(repr(each.value) for each in EndingKind)
        raise ScriptError(f"ended({kind!r}): a user can leave in these ways: {kinds}") from error


def state(predicate: Callable[[ScenarioState], Any], name: str | None = None) -> Check:
    """A predicate holds: of the state, or of anything else that it looks up, such as a database.

    Args:
        predicate: Called with the state. It passes when it returns something true, and fails when it returns
            something false or raises an `AssertionError`, whose text is then the reason. A `Finding` or
            `CriterionResult` that it returns is the verdict.
        name: What reports call it; the function's name by default.
    """
    if not callable(predicate):
        raise ScriptError(f"state() takes a function of the state, not {predicate!r}")
    return State(predicate, name or f"state({_name_of(predicate)})")


def equals(look_up: Callable[[], Any], expected: Any, name: str | None = None) -> Check:
    """What is found somewhere, a database say, is what was expected.

    Args:
        look_up: Called without arguments, at the time of the check.
        expected: What it should return.
        name: What reports call it; the function's name by default.
    """
    if not callable(look_up):
        raise ScriptError(f"equals() takes a function that looks something up, not {look_up!r}")
    return Equals(look_up, expected, name or f"equals({_name_of(look_up)}, {expected!r})")


def _name_of(function: Callable[..., Any]) -> str:
    """A function's name; of a lambda also where it stands, so that two of them are told apart."""
    if inspect.isfunction(function) and function.__name__ == "<lambda>":
        code = function.__code__
        return f"lambda in {Path(code.co_filename).name}:{code.co_firstlineno}"
    return str(getattr(function, "__name__", function))
