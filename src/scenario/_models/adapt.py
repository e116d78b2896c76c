"""What to change about a request when an endpoint does not take one of its parameters. Pure.

Providers say the same thing in many ways: by a field that names the parameter, by a path, or only in words. The
rules below read the words of OpenAI, Azure, Anthropic, Gemini, Mistral, DeepSeek, Ollama, vLLM and llama.cpp.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, assert_never, cast

from scenario._models.retry import Failure

Params: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Drop:
    """Leave a parameter out; if `beside` is given, only where that one is there, too."""

    name: str
    beside: str | None = None


@dataclass(frozen=True)
class Rename:
    """Give a parameter's value under another name."""

    name: str
    to: str


@dataclass(frozen=True)
class Put:
    """Give a parameter another value; if `beside` is given, only where that one is there."""

    name: str
    value: str
    beside: str | None = None


@dataclass(frozen=True)
class Loosen:
    """Do not ask for schemas to be kept strictly."""


Change: TypeAlias = Drop | Rename | Put | Loosen

_STATUSES = frozenset({400, 404, 422, 500, 501})
_PROTECTED = frozenset({"model", "messages", "tools"})
_NO_WORDS = frozenset({"logprobs", "modalities", "seed", "temperature", "thinking"})
_WITH_TOOLS = ("tool_choice", "parallel_tool_calls")
_REJECTION = re.compile(
    r"unsupported|not (?:be )?(?:supported|permitted|allowed|available|compatible)|(?:doesn't|does not|do not) support"
    r"|unknown|unrecognized|unexpected|extra inputs|incompatible|deprecated|may not be|may only be|cannot be used"
    r"|cannot both be|can only be|only [\w. ]+ (?:is|are) (?:allowed|supported)"
)
_CODES = frozenset({"unsupported_parameter", "unsupported_value", "unknown_parameter", "extra_forbidden"})
_NO_TOOLS = re.compile(
    r"(?:not|n't) support (?:function calling|functions?\b|tools?\b(?!_)|tool use|tool calling)"
    r"|no endpoints found that support tool use|tools param requires|tool choice requires"
    r"|(?:tool use|tool calling|function calling|`?tools`?) (?:is|are) not supported"
)
_TOOLS_PATH = re.compile(r"""["']body["'], ["']tools["']\s*[\])]""")


def change_for(failure: Failure, params: Params) -> Change | None:
    """What to change about a request so that it may be taken.

    Args:
        failure: How it was refused.
        params: The request's parameters.

    Returns:
        The change, which has an effect on `params`; None when the refusal is about something else.
    """
    if failure.status not in _STATUSES:
        return None
    text = failure.text.lower()
    for rule in (
        _reasoning_beside_tools,
        _token_limit,
        _tool_choice,
        _tools,
        _strictness,
        _both_samplings,
        _named,
    ):
        change = rule(failure, text, params)
        if change is not None and applied([change], params) != dict(params):
            return change
    return None


def applied(changes: Iterable[Change], params: Params) -> dict[str, Any]:
    """A request's parameters after these changes. The parameters given stay as they are."""
    changed = dict(params)
    for change in changes:
        match change:
            case Drop(name, beside):
                if beside is None or changed.get(beside):
                    changed.pop(name, None)
                    if name == "tools":
                        for other in _WITH_TOOLS:
                            changed.pop(other, None)
            case Rename(name, to):
                if name in changed:
                    changed[to] = changed.pop(name)
            case Put():
                _put(change, changed)
            case Loosen():
                changed = {name: _loosened(value) for name, value in changed.items()}
            case _:
                assert_never(change)
    return changed


def in_words(change: Change) -> str:
    """What a change does, for people: the end of a sentence that begins with the model."""
    match change:
        case Drop(name, None):
            return f"does not take `{name}`, which is left out from now on"
        case Drop(name, beside):
            return f"does not take `{name}` beside `{beside}`, so that it is left out there from now on"
        case Rename(name, to):
            return f"takes `{to}` in place of `{name}`"
        case Put(name, value):
            return f"takes `{name}` only as {value!r} here"
        case Loosen():
            return "does not take strict schemas, so that `strict` is left out from now on"
        case _:
            assert_never(change)


def _reasoning_beside_tools(_failure: Failure, text: str, params: Params) -> Change | None:
    if not params.get("tools") or not re.search(r"tools? with reasoning[_ ]effort", text):
        return None
    if params.get("reasoning_effort") not in {None, "none"}:
        return Drop("reasoning_effort", beside="tools")
    return Put("reasoning_effort", "none", beside="tools")


def _token_limit(failure: Failure, text: str, params: Params) -> Change | None:
    if not _rejects(failure, text):
        return None
    if "max_tokens" in params and "max_completion_tokens" in text:
        return Rename("max_tokens", "max_completion_tokens")
    named = failure.param == "max_completion_tokens" or "max_completion_tokens" in text
    return (
        Rename("max_completion_tokens", "max_tokens") if named and "max_completion_tokens" in params else None
    )


def _tool_choice(failure: Failure, text: str, params: Params) -> Change | None:
    if "tool_choice" not in params or not ("tool_choice" in text or failure.param == "tool_choice"):
        return None
    if not _rejects(failure, text):
        return None
    return Drop("tool_choice") if params["tool_choice"] == "auto" else Put("tool_choice", "auto")


def _tools(failure: Failure, text: str, params: Params) -> Change | None:
    if not params.get("tools"):
        return None
    named = failure.param == "tools" and _rejects(failure, text)
    return Drop("tools") if named or _NO_TOOLS.search(text) or _TOOLS_PATH.search(text) else None


def _strictness(failure: Failure, text: str, params: Params) -> Change | None:
    about_format = "response_format" in text or failure.param == "response_format" or "json_schema" in text
    if re.search(r"\bstrict\b|additionalproperties|invalid schema", text) and _is_strict(params):
        return Loosen()
    if not about_format or "response_format" not in params or not _rejects(failure, text):
        return None
    kind = params["response_format"].get("type") if isinstance(params["response_format"], Mapping) else None
    return Put("response_format", "json_object") if kind == "json_schema" else Drop("response_format")


def _both_samplings(_failure: Failure, text: str, params: Params) -> Change | None:
    both = "temperature" in params and "top_p" in params and "temperature" in text and "top_p" in text
    return Drop("top_p") if both else None


def _named(failure: Failure, text: str, params: Params) -> Change | None:
    """Whatever parameter the refusal names."""
    if failure.status == 500 or not _rejects(failure, text):  # noqa: PLR2004 - an error of the server names none
        return None
    names = [name for name in params if name not in _PROTECTED]
    if failure.param in names:
        return Drop(str(failure.param))
    for name in names:
        if re.search(rf"""["'`]{re.escape(name.lower())}["'`]""", text):
            return Drop(name)
    for name in names:  # without quotes, only what is no common word: `user` and `stop` are
        if ("_" in name or name in _NO_WORDS) and re.search(
            rf"(?<![\w.]){re.escape(name.lower())}(?!\w)", text
        ):
            return Drop(name)
    return None


def _rejects(failure: Failure, text: str) -> bool:
    return failure.code in _CODES or _REJECTION.search(text) is not None


def _put(change: Put, params: dict[str, Any]) -> None:
    current: Any = params.get(change.name)
    if change.beside is not None:
        if params.get(change.beside):
            params[change.name] = change.value
    elif change.name == "response_format":
        if isinstance(current, Mapping) and current.get("type") == "json_schema":
            params["response_format"] = {"type": change.value}
    elif current is not None and current != "none":
        params[change.name] = change.value


def _is_strict(params: Params) -> bool:
    return any(_loosened(value) != value for value in params.values())


def _loosened(value: Any) -> Any:
    """A tool list or a response format without ``strict``; anything else as it is."""
    if isinstance(value, list | tuple):
        return [_without_strict(item) for item in cast("Sequence[Any]", value)]
    return _without_strict(value)


def _without_strict(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {
        key: {name: part for name, part in inner.items() if name != "strict"}
        if key in {"function", "json_schema"} and isinstance(inner, Mapping)
        else inner
        for key, inner in value.items()
    }
