"""What a reply of the model that plays a user means. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from scenario._models.port import ModelReply, ToolCall
from scenario._simulator.guards import Background, Finding, Flaw, find_flaw, says_nothing
from scenario._simulator.patterns import Pattern
from scenario._simulator.prompt import ENDINGS, LEAVE
from scenario._text import json_in
from scenario.types import UserEnding

_LABEL = Pattern(r"\A(?:\*\*)?(?:user|customer|me)(?:\*\*)?:(?:\*\*)?\s+")
_QUOTED = Pattern(r"\A(?:\"([^\"]+)\"|“([^“”]+)”)\Z")
_LAST = 4_000
"""Characters at the end of a reply among which the object is looked for: each brace is tried, so that many cost much."""
_OBJECT = Pattern(r"^[ \t]*(?:```\w*\s*)?(\{)")


@dataclass(frozen=True, slots=True)
class Say:
    """The user says something."""

    text: str


@dataclass(frozen=True, slots=True)
class Leave:
    """The user leaves."""

    ending: UserEnding


@dataclass(frozen=True, slots=True)
class Again:
    """Nothing that a user would say: the model has to be asked again.

    Attributes:
        finding: What is wrong.
        text: The reply, as text.
    """

    finding: Finding
    text: str


Move: TypeAlias = Say | Leave | Again


def read_reply(
    reply: ModelReply, background: Background, *, endings: bool = True, whole: bool = True
) -> Move:
    """What a reply means.

    Args:
        reply: The reply.
        background: The conversation and the situation that it is looked at beside.
        endings: The user may leave.
        whole: A reply that the limit of tokens has cut off is not good enough.

    Returns:
        What the user does, or that the model has to be asked again.
    """
    text = reply.content or ""
    if reply.tool_calls:
        return _read_call(reply.tool_calls[0], text, background, endings=endings)
    if whole and reply.finish_reason == "length":
        return Again(Finding(Flaw.CUT_OFF, "it was too long and broke off: make it shorter"), text)
    marked = _marker(text) if endings else None
    if marked is not None:
        before, arguments = marked
        return _leave(arguments, before, background, text)
    said = _tidy(text)
    finding = _flaw(text, background)
    if finding is None:
        return Say(said)
    if reply.finish_reason == "content_filter" and finding.flaw is Flaw.EMPTY:
        finding = Finding(Flaw.EMPTY, f"{finding.reason} (the provider's content filter stopped it)")
    return Again(finding, text)


def _read_call(call: ToolCall, text: str, background: Background, *, endings: bool) -> Move:
    written = "\n".join(filter(None, [text, f"{call.name}({call.arguments})"]))
    if call.name != LEAVE or not endings:
        return Again(Finding(Flaw.TOOL, f"it calls {call.name}, which the person cannot"), written)
    arguments = _object(call.arguments)
    if arguments is None:
        return Again(Finding(Flaw.TOOL, f"the arguments of {LEAVE} are not a JSON object"), written)
    return _leave(arguments, text, background, written)


def _leave(arguments: Mapping[str, Any], text: str, background: Background, written: str) -> Move:
    """The end that the arguments name, if it is one, with the last words beside it or among them."""
    kind = ENDINGS.get(str(arguments.get("kind", "")).strip().lower().replace(" ", "_").replace("-", "_"))
    if kind is None:
        return Again(Finding(Flaw.TOOL, f"{LEAVE} needs a kind, one of {', '.join(ENDINGS)}"), written)
    if not background.own:
        return Again(
            Finding(Flaw.EMPTY, "the person has said nothing yet, so it is too early to leave"), written
        )
    words = next(filter(_is_said, (text, str(arguments.get("last_words") or ""))), None)
    finding = None if words is None else _flaw(words, background)
    if finding is not None:
        return Again(finding, written)
    reason = str(arguments.get("reason") or "").strip() or "no reason given"
    return Leave(UserEnding(kind, reason, None if words is None else _tidy(words)))


def _is_said(text: str) -> bool:
    return says_nothing(text, Background()) is None


def _flaw(text: str, background: Background) -> Finding | None:
    """What is wrong with a text as it is, or with what is left of it."""
    tidy, bare = _tidy(text), text.strip()
    return find_flaw(tidy, background) or (find_flaw(bare, background) if bare != tidy else None)


def _marker(text: str) -> tuple[str, dict[str, Any]] | None:
    """An end that is written as a JSON object at the end of the text, and what stands before it."""
    for found in _OBJECT.regex.finditer(text, max(0, len(text) - _LAST)):
        body = text[found.start(1) :].strip().removesuffix("```")
        value = _object(body)
        if value is None:
            continue
        if isinstance(value.get(LEAVE), dict):
            return text[: found.start()], value[LEAVE]
        if value.get("name") == LEAVE:
            arguments: Any = value.get("arguments", value.get("parameters"))
            return text[: found.start()], (
                _object(arguments) if isinstance(arguments, str) else arguments
            ) or {}
    return None


def _object(written: str) -> dict[str, Any] | None:
    value = json_in(written or "{}")
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _tidy(text: str) -> str:
    """The text without what is no part of it: space around it, the speaker's name, quotation marks."""
    bare = _LABEL.regex.sub("", text.strip(), count=1)
    quoted = _QUOTED.regex.match(bare)
    return (quoted[1] or quoted[2]).strip() if quoted else bare
