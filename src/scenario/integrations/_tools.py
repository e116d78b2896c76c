"""Python functions as a model's tools: their definitions, and calling them."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from pydantic import TypeAdapter, ValidationError, validate_call

from scenario._models.port import ToolCall
from scenario._text import as_text
from scenario.message_types import Message

ToolGiven: TypeAlias = Mapping[str, Any] | Callable[..., Any] | tuple[Mapping[str, Any], Callable[..., Any]]


@dataclass(frozen=True)
class Tool:
    """A tool of a model.

    Attributes:
        definition: What the model is told (``{"type": "function", "function": {…}}``).
        function: What is called; None leaves the call unanswered.
    """

    definition: Mapping[str, Any]
    function: Callable[..., Any] | None

    @property
    def name(self) -> str:
        """The tool's name."""
        return str(self.definition["function"]["name"])


def tools_of(given: Sequence[ToolGiven]) -> dict[str, Tool]:
    """Tools by their names.

    Args:
        given: Definitions, functions, or pairs of both.

    Raises:
        ValueError: Something is none of these, or two have the same name.
    """
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise ValueError(f"The tools of ChatAgent are a list: write tools=[…], not tools={given!r:.60}")  # noqa: TRY004 - one error for all that is wrong with tools
    found: dict[str, Tool] = {}
    for each in given:
        tool = _tool(each)
        if tool.name in found:
            raise ValueError(f"Two tools of ChatAgent have the name {tool.name!r}: give each its own")
        found[tool.name] = tool
    return found


def _tool(given: ToolGiven) -> Tool:
    match given:
        case (definition, function):
            return Tool(_checked(definition), function)
        case Mapping():
            return Tool(_checked(given), None)
        case _ if callable(given):
            return Tool(definition_of(given), validate_call(given))
        case _:
            raise ValueError(
                f"{given!r} is no tool: ChatAgent takes definitions, functions, or pairs of both"
            )


def _checked(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    function = definition.get("function")
    if isinstance(function, Mapping) and isinstance(cast("Mapping[str, Any]", function).get("name"), str):
        return definition
    raise ValueError(
        f"{definition!r} is no definition of a tool: it needs the form "
        '{"type": "function", "function": {"name": …, "parameters": …}}'
    )


def definition_of(function: Callable[..., Any]) -> dict[str, Any]:
    """The definition of a tool that is a function: its name, its docstring, its parameters as JSON Schema."""
    name: str = getattr(function, "__name__", type(function).__name__)
    schema = TypeAdapter(cast("Any", function)).json_schema()
    about: dict[str, Any] = {"name": name, "parameters": {"type": "object", "properties": {}, **schema}}
    text = inspect.getdoc(function)
    if text:
        about["description"] = text
    return {"type": "function", "function": about}


async def answer_call(tools: Mapping[str, Tool], call: ToolCall) -> Message:
    """Do what a model wants done.

    Args:
        tools: The tools that there are.
        call: What the model calls.

    Returns:
        The tool's message. What goes wrong is told to the model, as an agent would do.

    Raises:
        AssertionError: The tool's own, for tests that assert in their tools.
    """
    try:
        content = as_text(await _result(tools, call))
    except (_NotCallableError, ValidationError) as error:
        content = f"Error: {error}"
    except AssertionError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a tool raises, the model gets to know
        content = f"Error: {type(error).__name__}: {error}"
    return {"role": "tool", "tool_call_id": call.id, "content": content}


class _NotCallableError(ValueError):
    pass


async def _result(tools: Mapping[str, Tool], call: ToolCall) -> Any:
    tool = tools.get(call.name)
    if tool is None or tool.function is None:
        raise _NotCallableError(f"there is no tool {call.name!r}")
    try:
        arguments: Any = json.loads(call.arguments or "{}")
    except ValueError as error:
        raise _NotCallableError(f"the arguments are no JSON: {error}") from error
    if not isinstance(arguments, dict):
        raise _NotCallableError("the arguments are no JSON object")
    result = tool.function(**arguments)
    return await result if inspect.isawaitable(result) else result
