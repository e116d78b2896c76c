"""Remembering the results of calls from one run to the next."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar, cast

from scenario.errors import ConfigError

if TYPE_CHECKING:
    from scenario._cache.recall import Effects
    from scenario._cache.remembered import Remembered
    from scenario.scenario_executor import ScenarioExecutor

F = TypeVar("F", bound=Callable[..., Any])

__tracebackhide__ = True  # pytest leaves our frames out of the tracebacks of people's own errors

context_scenario: ContextVar[ScenarioExecutor] = ContextVar("scenario")
"""The executor of the run that is going on here."""


def scenario_cache(
    ignore: Sequence[str] = (),
    *,
    serialize: Callable[[Any], Any] | None = None,
    deserialize: Callable[[Any], Any] | None = None,
) -> Callable[[F], F]:
    """Remember the results of a function under a scenario's ``cache_key``, from one run to the next.

    In a scenario with a ``cache_key``, a call that was made before with equal arguments gives what it gave then, and
    equal calls at the same time are made once. Elsewhere the function is simply called. Exceptions are not kept.

    Args:
        ignore: Names of parameters that do not matter for the result.
        serialize: For results that JSON cannot keep: makes plain data of a result.
        deserialize: Makes the result of that data again. Both or neither.

    Returns:
        A decorator for plain and asynchronous functions and methods.

    Raises:
        ConfigError: It decorates a generator or a class, or stands without parentheses, or one of the pair
            `serialize` and `deserialize` is missing.
    """
    if callable(ignore) or isinstance(ignore, staticmethod | classmethod | str):
        raise _refusal("scenario.cache", "takes a list of names: write @scenario.cache() or ignore=[…]")
    if (serialize is None) is not (deserialize is None):
        raise _refusal("scenario.cache", "takes `serialize` and `deserialize` together, or neither")
    ignored = frozenset(ignore)

    def decorate(function: F) -> F:
        if isinstance(function, staticmethod | classmethod):
            inner: Any = function.__func__
            return cast("F", type(function)(decorate(inner)))
        _check(function)
        prepare = _Preparation(function, ignored, serialize, deserialize)
        return cast(
            "F",
            _asynchronous(function, prepare)
            if inspect.iscoroutinefunction(function)
            else _plain(function, prepare),
        )

    return decorate


class _Preparation:
    """A decorated function. What remembering needs is loaded when there is something to remember."""

    def __init__(self, function: Callable[..., Any], *options: Any) -> None:
        self._function = function
        self._options = options
        self._remembered: Remembered | None = None

    def effects(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Effects | None:
        """What to do for a call; None if it is simply made."""
        executor = context_scenario.get(None)
        label = executor.config.cache_key if executor is not None else None
        if not label:
            return None
        from scenario._cache.recall import start  # noqa: PLC0415 - only where something is remembered
        from scenario._cache.remembered import Remembered  # noqa: PLC0415 - likewise

        if self._remembered is None:
            self._remembered = Remembered(self._function, *self._options)
        return start(self._remembered, label, args, kwargs)


def _plain(function: Callable[..., Any], prepare: _Preparation) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        effects = prepare.effects(args, kwargs)
        if effects is None:
            return function(*args, **kwargs)
        from scenario._cache.recall import call_now  # noqa: PLC0415 - likewise

        return call_now(effects, lambda: function(*args, **kwargs))

    return call


def _asynchronous(function: Callable[..., Any], prepare: _Preparation) -> Callable[..., Any]:
    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Any:
        effects = prepare.effects(args, kwargs)
        if effects is None:
            return await function(*args, **kwargs)
        from scenario._cache.recall import call_later  # noqa: PLC0415 - likewise

        return await call_later(effects, lambda: function(*args, **kwargs))

    return call


def _check(function: Any) -> None:
    name = str(getattr(function, "__qualname__", None) or repr(function))
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise _refusal(
            name, "is a generator: its results cannot be remembered. Decorate a function that returns a list"
        )
    if isinstance(function, type) or not callable(function) or not hasattr(function, "__qualname__"):
        raise _refusal(name, "is no function or method: scenario.cache decorates these")


def _refusal(name: str, problem: str) -> ConfigError:
    return ConfigError(f"{name} {problem}.", source=name)
