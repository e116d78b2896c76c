"""What a check is, what it looks at, and how checks are put together."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from scenario._text import shorten, text_of
from scenario.errors import ScriptError
from scenario.scenario_state import ReplyTime, ScenarioState
from scenario.types import CriterionResult, CriterionStatus, Evidence, ScenarioResult, UserEnding

PASSED, FAILED, INCONCLUSIVE = CriterionStatus.PASSED, CriterionStatus.FAILED, CriterionStatus.INCONCLUSIVE

Checkable: TypeAlias = ScenarioState | ScenarioResult | Sequence[Mapping[str, Any]]
"""What a check can be asked about: a running conversation, a finished one, or plain messages."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A conversation as checks see it.

    Attributes:
        messages: What was said.
        state: The same as a state.
        reply_times: How long the agent took, call by call; empty when nobody measured it.
        turns: In how many turns something was said; None when nobody counted.
        ending: How the simulated user left, if it did.
    """

    messages: Sequence[Mapping[str, Any]]
    state: ScenarioState
    reply_times: Sequence[ReplyTime] = ()
    turns: int | None = None
    ending: UserEnding | None = None

    @classmethod
    def of(cls, source: Checkable) -> Subject:
        """The conversation that a state, a result, or a list of messages holds."""
        if isinstance(source, ScenarioState):
            return cls(source.said, source, source.reply_times, source.spoken_turns(), source.ending)
        if isinstance(source, ScenarioResult):
            messages = cast("Sequence[Mapping[str, Any]]", source.messages)
            state = ScenarioState(messages=source.messages)
            state.ending = source.ending
            return cls(messages, state, turns=source.turns, ending=source.ending)
        return cls(source, ScenarioState(messages=cast("Any", source)))


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes:
        status: The verdict.
        reasoning: Why, in a sentence.
        evidence: Where.
        settled: Nothing that is said later can change the verdict.
    """

    status: CriterionStatus
    reasoning: str
    evidence: tuple[Evidence, ...] = ()
    settled: bool = False


class Check(ABC):
    """A criterion that is decided by looking. Combine checks with ``&``, ``|`` and ``~``."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What reports call it."""

    @abstractmethod
    def look(self, subject: Subject) -> Finding:
        """Decide."""

    def __call__(self, source: Checkable) -> CriterionResult:
        """The verdict about a conversation.

        Args:
            source: A state, a result, or a list of messages.

        Returns:
            The verdict, which is true when the check passed, with its reason and evidence.
        """
        finding = self.look(Subject.of(source))
        return CriterionResult(self.name, finding.status, finding.reasoning, finding.evidence)

    def named(self, name: str) -> Check:
        """The same check under another name."""
        return Named(self, name)

    def __and__(self, other: Check) -> Check:
        return All((self, other)) if isinstance(other, Check) else NotImplemented

    def __or__(self, other: Check) -> Check:
        return Any_((self, other)) if isinstance(other, Check) else NotImplemented

    def __invert__(self) -> Check:
        return Not(self)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, repr=False)
class Named(Check):
    """A check under a name that people gave it."""

    check: Check
    given_name: str

    @property
    def name(self) -> str:
        """The given name."""
        return self.given_name

    def look(self, subject: Subject) -> Finding:
        """Decide as the check does."""
        return self.check.look(subject)


@dataclass(frozen=True, repr=False)
class All(Check):
    """Passes when all of its checks do."""

    checks: tuple[Check, ...]

    @property
    def name(self) -> str:
        """The names of its checks, joined."""
        return " and ".join(_in_brackets(check) for check in self.checks)

    def look(self, subject: Subject) -> Finding:
        """Decide by the worst of its checks."""
        return _joined([check.look(subject) for check in self.checks], decisive=FAILED)


@dataclass(frozen=True, repr=False)
class Any_(Check):  # noqa: N801 - `Any` is taken
    """Passes when one of its checks does."""

    checks: tuple[Check, ...]

    @property
    def name(self) -> str:
        """The names of its checks, joined."""
        return " or ".join(_in_brackets(check) for check in self.checks)

    def look(self, subject: Subject) -> Finding:
        """Decide by the best of its checks."""
        return _joined([check.look(subject) for check in self.checks], decisive=PASSED)


@dataclass(frozen=True, repr=False)
class Not(Check):
    """Passes when its check fails."""

    check: Check

    @property
    def name(self) -> str:
        """The check's name, denied."""
        return f"not {_in_brackets(self.check)}"

    def look(self, subject: Subject) -> Finding:
        """Decide the other way round."""
        found = self.check.look(subject)
        turned = {PASSED: FAILED, FAILED: PASSED}.get(found.status, INCONCLUSIVE)
        return Finding(turned, found.reasoning, found.evidence, found.settled)


def quote(messages: Sequence[Mapping[str, Any]], index: int) -> Evidence:
    """The message at `index` as evidence."""
    return Evidence(index, shorten(text_of(messages[index]), 200))


def not_awaitable(value: Any, name: str) -> Any:
    """The value, when it is one and not a promise of one.

    Raises:
        ScriptError: It would have to be awaited, which a check cannot do.
    """
    if not inspect.isawaitable(value):
        return value
    if inspect.iscoroutine(value):
        value.close()
    raise ScriptError(f"{name}: a check calls plain functions, not async ones. Do async work in a step.")


def _joined(findings: Sequence[Finding], decisive: CriterionStatus) -> Finding:
    """One finding of many: one of the decisive kind decides; without any, doubt; else all agree."""
    for status in (decisive, INCONCLUSIVE):
        deciding = [found for found in findings if found.status is status]
        if deciding:
            settled = status is decisive and any(found.settled for found in deciding)
            return _together(deciding, status, settled=settled)
    return _together(findings, findings[0].status, settled=all(found.settled for found in findings))


def _together(findings: Sequence[Finding], status: CriterionStatus, *, settled: bool) -> Finding:
    reasoning = "; ".join(found.reasoning for found in findings if found.reasoning)
    return Finding(status, reasoning, tuple(one for found in findings for one in found.evidence), settled)


def _in_brackets(check: Check) -> str:
    return f"({check.name})" if isinstance(check, All | Any_ | Not) else check.name
