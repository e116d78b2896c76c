"""Remembering the results of calls from one run to the next."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from scenario.scenario_executor import ScenarioExecutor

F = TypeVar("F", bound=Callable[..., Any])

context_scenario: ContextVar[ScenarioExecutor] = ContextVar("scenario")
"""The executor of the run that is going on here."""


def scenario_cache(ignore: Sequence[str] = ()) -> Callable[[F], F]:
    """Mark a function whose results may be remembered under a scenario's ``cache_key``.

    Outside a scenario, and in one without a ``cache_key``, the function is simply called. This version
    remembers nothing yet: with a ``cache_key`` the function is called as well, and a warning says so.

    Args:
        ignore: Names of parameters that do not matter for the result.

    Returns:
        A decorator for plain and asynchronous functions and methods.
    """
    del ignore

    def decorate(function: F) -> F:
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def call_async(*args: Any, **kwargs: Any) -> Any:
                _warn_if_expected(function)
                return await function(*args, **kwargs)

            return cast("F", call_async)

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            _warn_if_expected(function)
            return function(*args, **kwargs)

        return cast("F", call)

    return decorate


def _warn_if_expected(function: Callable[..., Any]) -> None:
    executor = context_scenario.get(None)
    if executor is not None and executor.config.cache_key:
        warnings.warn(
            f"{function.__qualname__} is called and not remembered: this version of scenario has no cache yet. "
            'Set cache_key="" to silence this.',
            stacklevel=3,
        )
