"""`scenario.recorded`: functions whose calls are recorded and replayed with the run that they happen in."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from scenario._replay.made import Made, Returned, Threw
from scenario._tape import current_tape
from scenario.errors import ConfigError

if TYPE_CHECKING:
    from scenario._replay.functions import TapedFunction

F = TypeVar("F", bound=Callable[..., Any])

__tracebackhide__ = True  # pytest leaves our frames out of the tracebacks of people's own errors


@overload
def recorded(function: F, /) -> F: ...
@overload
def recorded(
    *,
    name: str | None = None,
    ignore: Sequence[str] = (),
    serialize: Callable[[Any], Any] | None = None,
    deserialize: Callable[[Any], Any] | None = None,
) -> Callable[[F], F]: ...
def recorded(
    function: Any = None,
    /,
    *,
    name: str | None = None,
    ignore: Sequence[str] = (),
    serialize: Callable[[Any], Any] | None = None,
    deserialize: Callable[[Any], Any] | None = None,
) -> Any:
    """Record the calls of a function with the run that they happen in, and replay them with it.

    Use it as a decorator or around a function: on what asks a model, a server or a database. In a run that is
    replayed the function is not called; its recorded result is returned, or the built-in exception that it raised is
    raised. Outside of runs, and where nothing is recorded or replayed, it is just the function.

    Args:
        function: A plain or asynchronous function or method.
        name: What its calls are recorded as; the function's own name by default.
        ignore: Names of parameters that are not compared, such as a client or a time.
        serialize: For results that JSON cannot keep: makes plain data of a result.
        deserialize: Makes the result of that data again. Both or neither.

    Returns:
        The function, or a decorator.

    Raises:
        ConfigError: It is no function, or a generator; or one of the pair `serialize` and `deserialize` is missing.

    Example:
        >>> import scenario
        >>> @scenario.recorded
        ... def find_order(number: int) -> dict[str, str]:
        ...     return {"status": "on its way"}
        >>> find_order(1001)
        {'status': 'on its way'}
    """
    if (serialize is None) is not (deserialize is None):
        raise _refusal("scenario.recorded", "takes `serialize` and `deserialize` together, or neither")
    if isinstance(ignore, str):
        raise _refusal("scenario.recorded", "takes a list of names: ignore=[…]")
    options = (name, frozenset(ignore), serialize, deserialize)
    if function is None:
        return lambda wrapped: _wrap(wrapped, options)
    return _wrap(function, options)


def _wrap(function: Any, options: tuple[Any, ...]) -> Any:
    if isinstance(function, staticmethod | classmethod):
        inner: Any = cast("Any", function).__func__
        return type(cast("Any", function))(_wrap(inner, options))
    called = function if inspect.isroutine(function) else type(function).__call__
    if inspect.isgeneratorfunction(called) or inspect.isasyncgenfunction(called):
        raise _refusal(
            repr(function), "is a generator, which cannot be recorded. Wrap a function that returns a list"
        )
    if isinstance(function, type) or not callable(function):
        raise _refusal(repr(function), "is no function or method: scenario.recorded wraps these")

    @functools.cache
    def known() -> TapedFunction:
        """The function as a tape knows it."""
        from scenario._replay.functions import TapedFunction  # noqa: PLC0415 - only where there is a tape

        return TapedFunction(function, *options)

    is_async = inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(called)
    return _asynchronous(function, known) if is_async else _plain(function, known)


def _plain(function: Callable[..., Any], known: Callable[[], TapedFunction]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        tape = current_tape.get()
        if tape is None:
            return function(*args, **kwargs)
        taped, made = known(), list[Made]()

        def perform() -> Any:
            try:
                made.append(Returned(function(*args, **kwargs)))
            except Exception as error:  # noqa: BLE001 - whatever it is that people's functions raise
                made.append(Threw(error))
            return taped.data(made[0])

        return taped.value(tape.play_now(taped.call(args, kwargs), perform), made)

    return call


def _asynchronous(function: Callable[..., Any], known: Callable[[], TapedFunction]) -> Callable[..., Any]:
    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Any:
        tape = current_tape.get()
        if tape is None:
            return await function(*args, **kwargs)
        taped, made = known(), list[Made]()

        async def perform() -> Any:
            try:
                made.append(Returned(await function(*args, **kwargs)))
            except Exception as error:  # noqa: BLE001 - whatever it is that people's functions raise
                made.append(Threw(error))
            return taped.data(made[0])

        return taped.value(await tape.play(taped.call(args, kwargs), perform), made)

    return call


def _refusal(name: str, problem: str) -> ConfigError:
    return ConfigError(f"{name} {problem}.", source=name)
