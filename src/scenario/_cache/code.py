"""What a function is: its code, and the constants around it that its code reads."""

from __future__ import annotations

import dis
import hashlib
import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from types import CodeType, FunctionType
from typing import Any, Final, cast

_CONSTANTS: Final = (str, bytes, int, float, complex, bool, type(None))


class Code:
    """The code of a function and of those that it wraps: the same in every process, whatever file it stands in.

    Args:
        function: A function.

    Attributes:
        digest: Changes with the code, and not with its place in a file.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._functions = [each for each in _chain(function) if isinstance(each, FunctionType)]
        described = json.dumps([_described(each.__code__) for each in self._functions])
        self.digest = hashlib.sha256(described.encode()).hexdigest()
        self._reads = [(each, _names_read(each.__code__)) for each in self._functions]

    def surroundings(self) -> dict[str, Any]:
        """The constants outside of the function that its code reads, as they are now, by name.

        These are texts, numbers, bytes, members of enums and tuples of them, in its module and in the function around
        it, unless its own code assigns them.
        """
        found: dict[str, Any] = {}
        for function, names in self._reads:
            outside = {**function.__globals__, **_closed_over(function)}
            found.update(
                {name: outside[name] for name in names if name in outside and _is_constant(outside[name])}
            )
        return found


def _chain(function: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    yield function
    while inspect.ismethod(function) or hasattr(function, "__wrapped__"):
        inner = function.__func__ if inspect.ismethod(function) else getattr(function, "__wrapped__")  # noqa: B009
        function = cast("Callable[..., Any]", inner)
        yield function


def _described(code: CodeType) -> list[Any]:
    return [code.co_code.hex(), [_constant(each) for each in code.co_consts], list(code.co_names)]


def _constant(value: Any) -> Any:
    match value:
        case CodeType():
            return _described(value)
        case tuple():
            return ["tuple", *(_constant(each) for each in value)]
        case frozenset():
            return [
                "frozenset",
                *sorted(json.dumps(_constant(each)) for each in cast("frozenset[Any]", value)),
            ]
        case _:
            return [type(value).__name__, repr(value)]


def _names_read(code: CodeType) -> list[str]:
    read, assigned = set[str](), set[str]()
    for each in _codes(code):
        for instruction in dis.get_instructions(each):
            if instruction.opname in {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_CLASSDEREF"}:
                read.add(instruction.argval)
            elif instruction.opname in {"STORE_GLOBAL", "STORE_DEREF", "STORE_NAME"}:
                assigned.add(instruction.argval)
    return sorted(read - assigned)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _closed_over(function: FunctionType) -> Mapping[str, Any]:
    values: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            values[name] = cell.cell_contents
        except ValueError:  # nothing was assigned yet
            continue
    return values


def _is_constant(value: Any) -> bool:
    if isinstance(value, tuple | frozenset):
        return all(_is_constant(each) for each in cast("tuple[Any, ...]", value))
    return type(value) in _CONSTANTS or isinstance(value, Enum)
