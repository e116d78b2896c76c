"""Checks of which tools the agent called."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from scenario._text import call_text, calls_of
from scenario.checks.base import FAILED, PASSED, Check, Finding, Subject, not_awaitable
from scenario.errors import ScriptError
from scenario.types import Evidence

Arguments: TypeAlias = Mapping[str, Any] | Callable[[dict[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class _Call:
    """A tool call, and the message that it stands in."""

    index: int
    name: str
    arguments: dict[str, Any]
    text: str

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.index, self.text)


@dataclass(frozen=True, repr=False)
class ToolCalled(Check):
    """The agent called a tool, with certain arguments."""

    tool: str
    args: Arguments | None

    @property
    def name(self) -> str:
        """The call that makes this check."""
        return f"tool_called({self.tool!r}{_args(self.args)})"

    def look(self, subject: Subject) -> Finding:
        """Find the first such call."""
        calls = _calls(subject)
        for call in calls:
            if _matches(call, self.tool, self.args):
                return Finding(PASSED, "the agent called it", (call.evidence,), settled=True)
        near = [call for call in calls if call.name == self.tool]
        if near:
            return Finding(FAILED, "the agent called it with other arguments", _evidence(near))
        others = "; it called other tools" if calls else "; it called no tool at all"
        return Finding(FAILED, f"the agent did not call it{others}", _evidence(calls))


@dataclass(frozen=True, repr=False)
class NeverCalled(Check):
    """The agent did not call a tool, or not with certain arguments."""

    tool: str
    args: Arguments | None

    @property
    def name(self) -> str:
        """The call that makes this check."""
        return f"never_called({self.tool!r}{_args(self.args)})"

    def look(self, subject: Subject) -> Finding:
        """Find every such call."""
        found = [call for call in _calls(subject) if _matches(call, self.tool, self.args)]
        if found:
            return Finding(FAILED, "the agent called it", _evidence(found), settled=True)
        return Finding(PASSED, "the agent did not call it")


@dataclass(frozen=True, repr=False)
class CalledInOrder(Check):
    """The agent called tools in an order; other calls may stand between."""

    tools: tuple[str, ...]

    @property
    def name(self) -> str:
        """The call that makes this check."""
        return f"called_in_order({', '.join(map(repr, self.tools))})"

    def look(self, subject: Subject) -> Finding:
        """Find the tools one after the other."""
        calls = _calls(subject)
        left = list(self.tools)
        used: list[_Call] = []
        for call in calls:
            if left and call.name == left[0]:
                used.append(call)
                left.pop(0)
        if not left:
            return Finding(PASSED, "the agent called them in this order", _evidence(used), settled=True)
        after = f" after {used[-1].name!r}" if used else ""
        return Finding(FAILED, f"the agent did not call {left[0]!r}{after}", _evidence(calls))


@dataclass(frozen=True, repr=False)
class CallCount(Check):
    """The agent called a tool a certain number of times."""

    tool: str
    at_least: int
    at_most: int | None

    @property
    def name(self) -> str:
        """The call that makes this check."""
        if self.at_least == self.at_most:
            return f"call_count({self.tool!r}, {self.at_least})"
        least = f", at_least={self.at_least}" if self.at_least or self.at_most is None else ""
        most = f", at_most={self.at_most}" if self.at_most is not None else ""
        return f"call_count({self.tool!r}{least}{most})"

    def look(self, subject: Subject) -> Finding:
        """Count the calls."""
        calls = [call for call in _calls(subject) if call.name == self.tool]
        count = len(calls)
        too_many = self.at_most is not None and count > self.at_most
        times = "once" if count == 1 else f"{count} times"
        reasoning = f"the agent called it {times}"
        if too_many or count < self.at_least:
            return Finding(FAILED, reasoning, _evidence(calls), settled=too_many)
        return Finding(PASSED, reasoning, _evidence(calls), settled=self.at_most is None)


def tool_called(tool: str, args: Arguments | None = None) -> Check:
    """The agent called a tool.

    Args:
        tool: The tool's name.
        args: Arguments that the call has: a mapping, in which a value may be a regular expression pattern or a
            function of the argument; other arguments may be there as well. Or a function of all arguments.
    """
    return ToolCalled(tool, _checked(args, "tool_called", tool))


def never_called(tool: str, args: Arguments | None = None) -> Check:
    """The agent did not call a tool.

    Args:
        tool: The tool's name.
        args: As in `tool_called`; then only calls with these arguments count.
    """
    return NeverCalled(tool, _checked(args, "never_called", tool))


def called_in_order(*tools: str) -> Check:
    """The agent called these tools in this order; other calls may stand between.

    Raises:
        ScriptError: No tool is named, or something else than a name.
    """
    if not tools or not all(isinstance(tool, str) for tool in tools):
        raise ScriptError(
            "called_in_order() needs the names of tools, one after the other: called_in_order('a', 'b')"
        )
    return CalledInOrder(tools)


def call_count(
    tool: str, exactly: int | None = None, *, at_least: int | None = None, at_most: int | None = None
) -> Check:
    """The agent called a tool a certain number of times.

    Args:
        tool: The tool's name.
        exactly: So many times.
        at_least: So many times or more.
        at_most: So many times or fewer.

    Raises:
        ScriptError: No number is given, `exactly` beside another, or numbers that no count can meet.
    """
    if (exactly is None) == (at_least is None and at_most is None):
        raise ScriptError(f"call_count({tool!r}): give `exactly`, or `at_least` and `at_most`")
    least, most = (exactly, exactly) if exactly is not None else (at_least or 0, at_most)
    if least < 0 or (most is not None and most < least):
        raise ScriptError(f"call_count({tool!r}): no number of calls is at least {least} and at most {most}")
    if exactly is not None:
        return CallCount(tool, exactly, exactly)
    return CallCount(tool, at_least or 0, at_most)


def _checked(args: Arguments | None, name: str, tool: str) -> Arguments | None:
    if args is None or isinstance(args, Mapping) or callable(args):
        return args
    raise ScriptError(f"{name}({tool!r}): args is a mapping or a function of the arguments, not {args!r}")


def _calls(subject: Subject) -> list[_Call]:
    return [
        _call(index, call) for index, message in enumerate(subject.messages) for call in calls_of(message)
    ]


def _call(index: int, call: Mapping[str, Any]) -> _Call:
    function: Mapping[str, Any] = call.get("function") or {}
    return _Call(index, str(function.get("name")), _parsed(function.get("arguments")), call_text(call))


def _parsed(arguments: Any) -> dict[str, Any]:
    """The arguments of a call. What is no JSON object matches no argument."""
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except ValueError:
            return {}
    return dict(cast("Mapping[str, Any]", arguments)) if isinstance(arguments, Mapping) else {}


def _matches(call: _Call, tool: str, args: Arguments | None) -> bool:
    if call.name != tool:
        return False
    if args is None:
        return True
    if isinstance(args, Mapping):
        return all(
            key in call.arguments and _is_meant(call.arguments[key], meant) for key, meant in args.items()
        )
    return _asked(args, call.arguments)


def _is_meant(value: Any, meant: Any) -> bool:
    if isinstance(meant, re.Pattern):
        text = value if isinstance(value, str) else json.dumps(value)
        return bool(cast("re.Pattern[str]", meant).search(text))
    return _asked(meant, value) if callable(meant) else value == meant


def _asked(predicate: Callable[[Any], Any], value: Any) -> bool:
    return bool(not_awaitable(predicate(value), getattr(predicate, "__name__", "a predicate of arguments")))


def _evidence(calls: list[_Call]) -> tuple[Evidence, ...]:
    return tuple(call.evidence for call in calls)


def _args(args: Arguments | None) -> str:
    if args is None:
        return ""
    if isinstance(args, Mapping):
        shown = ", ".join(f"{key!r}: {_shown(value)}" for key, value in args.items())
        return f", args={{{shown}}}"
    return f", args={_shown(args)}"


def _shown(value: Any) -> str:
    if isinstance(value, re.Pattern):
        return f"/{cast('re.Pattern[str]', value).pattern}/"
    return str(getattr(value, "__name__", value)) if callable(value) else repr(value)
