"""What a judge's model answered, in terms of the case. Pure, and suspicious: nothing passes unless it says so."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, cast

from scenario._judge.case import Case
from scenario._judge.evidence import Claim
from scenario._judge.request import CONTINUE, FINISH, LOOKING
from scenario._models.port import ModelReply, ToolCall
from scenario._text import shorten
from scenario.types import CriterionStatus

_STATUSES: Final[Mapping[str, CriterionStatus]] = {
    **dict.fromkeys(("true", "passed", "pass"), CriterionStatus.PASSED),
    **dict.fromkeys(("false", "failed", "fail"), CriterionStatus.FAILED),
    "inconclusive": CriterionStatus.INCONCLUSIVE,
}
_NAMES: Final = ("key", "id", "criterion")
_TOO_MANY_DIGITS: Final = 10
_DEEPEST: Final = 3
"""How often a text is taken for JSON that holds JSON."""


@dataclass(frozen=True)
class Reading:
    """What a reply says of one criterion.

    Attributes:
        status: The verdict.
        reasoning: Why.
        claims: What it rests on.
    """

    status: CriterionStatus
    reasoning: str = ""
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class Continues:
    """The conversation shall go on."""


@dataclass(frozen=True)
class Looks:
    """The judge wants to look things up."""

    calls: tuple[ToolCall, ...]


@dataclass(frozen=True)
class Verdicts:
    """The judge has decided.

    Attributes:
        readings: The verdicts by the keys of the criteria.
        reasoning: The verdict as a whole.
        overall: What the reply says of the run, if it does: ``success``, ``failure``, ``inconclusive``.
        problem: What is wrong with it, in words for the judge; empty when nothing is.
    """

    readings: Mapping[str, Reading] = field(default_factory=dict[str, Reading])
    reasoning: str = ""
    overall: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Unusable:
    """The reply is none of these.

    Attributes:
        problem: What is wrong with it, in words for the judge.
    """

    problem: str


Read: TypeAlias = Continues | Looks | Verdicts | Unusable


def read_reply(reply: ModelReply, case: Case) -> Read:
    """What a reply means for the case.

    Args:
        reply: What the model answered.
        case: What was asked.
    """
    calls = reply.tool_calls
    if not calls:
        written = _data(reply.content)
        if isinstance(written, Mapping) and "criteria" in written:
            return _verdicts(written, case)
        said = f": {shorten(reply.content, 80)!r}" if reply.content else ""
        return Unusable(f"You called no tool{said}. Answer by calling a tool.")
    verdicts = [call for call in calls if call.name == FINISH]
    if len(verdicts) > 1:
        return Unusable(f"You called {FINISH} {len(verdicts)} times. Call it once.")
    if verdicts:
        return _finished(verdicts[0], case)
    if any(call.name == CONTINUE for call in calls):
        return Continues()
    unknown = [call.name for call in calls if call.name not in LOOKING]
    if unknown:
        return Unusable(f"There is no tool {shorten(unknown[0], 60)!r}.")
    return Looks(calls)


def read_arguments(call: ToolCall) -> Mapping[str, Any]:
    """The arguments of a call, as far as they are an object."""
    data = _data(call.arguments)
    return cast("Mapping[str, Any]", data) if isinstance(data, Mapping) else {}


def message_number(text: str) -> int | None:
    """The number of a message, as a judge writes it: ``3`` or ``#3``."""
    digits = text.strip().removeprefix("#")
    return int(digits) if digits.isdecimal() and len(digits) < _TOO_MANY_DIGITS else None


def _finished(call: ToolCall, case: Case) -> Read:
    data = _data(call.arguments)
    if not isinstance(data, Mapping):
        return Unusable(f"The arguments of {FINISH} are no JSON object, or name a key twice.")
    return _verdicts(cast("Mapping[str, Any]", data), case)


def _verdicts(data: Mapping[str, Any], case: Case) -> Verdicts:
    readings: dict[str, Reading] = {}
    unclear: set[str] = set()
    unknown: list[str] = []
    for name, value in _answers(_data(data.get("criteria"))):
        key = case.key_of(name)
        reading = _reading(value)
        if key is None:
            unknown.append(name)
        elif reading is None or (key in readings and readings[key].status is not reading.status):
            unclear.add(key)
        else:
            readings[key] = reading
    clear = {key: readings[key] for key in case.criteria if key in readings and key not in unclear}
    return Verdicts(
        clear,
        _text(data.get("reasoning")),
        _text(data.get("verdict")).strip().lower(),
        _problem([key for key in case.criteria if key not in clear], unknown),
    )


def _answers(criteria: Any) -> list[tuple[str, Any]]:
    """What was answered under which name; a list whose items bear names will do."""
    if isinstance(criteria, Mapping):
        return [(str(name), value) for name, value in criteria.items()]
    answers: list[tuple[str, Any]] = []
    for item in cast("Sequence[Any]", criteria) if isinstance(criteria, list) else ():
        item = _data(item)  # noqa: PLW2901 - the same item, out of its text
        if isinstance(item, Mapping):
            name = next((item[key] for key in _NAMES if isinstance(item.get(key), str)), None)
            if name is not None:
                answers.append((name, item))
    return answers


def _reading(value: Any) -> Reading | None:
    """What a value says of a criterion, or None when it does not say."""
    data = _data(value)
    if not isinstance(data, Mapping):
        status = _status(data)
        return None if status is None else Reading(status)
    fields = cast("Mapping[str, Any]", data)
    status = _status(_data(fields.get("status")))
    if status is None:
        return None
    return Reading(status, _text(fields.get("reasoning")), _claims(_data(fields.get("evidence"))))


def _status(value: Any) -> CriterionStatus | None:
    if isinstance(value, bool):
        return CriterionStatus.PASSED if value else CriterionStatus.FAILED
    return _STATUSES.get(value.strip().lower()) if isinstance(value, str) else None


def _claims(value: Any) -> tuple[Claim, ...]:
    items = cast("list[Any]", value) if isinstance(value, list) else [] if value is None else [value]
    claims = [_claim(_data(item)) for item in items]
    return tuple(claim for claim in claims if claim is not None and claim.quote.strip())


def _claim(item: Any) -> Claim | None:
    if isinstance(item, str):
        return Claim(None, item)
    if not isinstance(item, Mapping):
        return None
    fields = cast("Mapping[str, Any]", item)
    number = fields.get("message")
    if isinstance(number, str):
        number = message_number(number)
    whole = number if isinstance(number, int) and not isinstance(number, bool) else None
    return Claim(whole, _text(fields.get("quote")))


def _problem(missing: Sequence[str], unknown: Sequence[str]) -> str:
    parts = [f"No clear verdict under {', '.join(missing)}."] if missing else []
    if unknown:
        named = ", ".join(repr(shorten(name, 60)) for name in unknown[:5])
        parts.append(f"There is no criterion {named}.")
    return " ".join(parts)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _data(value: Any) -> Any:
    """What JSON in a text says, also when it is a text again; everything else as it is."""
    for _ in range(_DEEPEST):
        if not isinstance(value, str) or not value.lstrip().startswith(("{", "[", '"')):
            break
        try:
            value = json.loads(value, object_pairs_hook=_once)
        except (ValueError, RecursionError):
            break
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys differ.

    Raises:
        ValueError: One is there twice, so that nobody knows which counts.
    """
    data = dict(pairs)
    if len(data) < len(pairs):
        raise ValueError("a key is there twice")
    return data
