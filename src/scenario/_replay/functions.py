"""A function as a tape knows it: its calls as requests, its results and exceptions as data."""

from __future__ import annotations

import builtins
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, assert_never, cast

from scenario._cache.codec import CannotKeepError, decode, encode
from scenario._redaction import redactor
from scenario._replay.made import Made, Returned, Threw
from scenario._tape import JSON, RECORD_ANEW, CallKind, TapedCall
from scenario.errors import CassetteError, ConfigError
from scenario.types import AgentInput

RETURNED, RAISED = "returned", "raised"
_PLAIN: Final = (str, int, float, bool, type(None))
_UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError)


class TapedFunction:
    """A function whose calls are on tape.

    Args:
        function: The function.
        name: What its calls are recorded as; None takes the function's name.
        ignore: Names of parameters that are not compared.
        serialize: Makes of a result what JSON can keep; None if it is that already.
        deserialize: Makes the result of that.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        name: str | None,
        ignore: frozenset[str],
        serialize: Callable[[Any], Any] | None,
        deserialize: Callable[[Any], Any] | None,
    ) -> None:
        own = str(getattr(function, "__qualname__", type(function).__qualname__))
        self.name = name or own.rpartition("<locals>.")[2]
        self._ignore = ignore
        self._serialize = serialize
        self._deserialize = deserialize
        self._signature = _signature(function)
        first = next(iter(self._signature.parameters), "")
        self._is_method = "." in own and first in {"self", "cls"} and not inspect.ismethod(function)

    def call(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> TapedCall:
        """A call as a tape knows it.

        Raises:
            TypeError: The function does not take these arguments.
        """
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        told: dict[str, JSON] = {}
        for place, (name, value) in enumerate(bound.arguments.items()):
            if name in self._ignore or (place == 0 and self._is_method):
                continue
            if self._signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
                told.update({key: told_of(item) for key, item in value.items() if key not in self._ignore})
            else:
                told[name] = told_of(value)
        return TapedCall(CallKind.FUNCTION, {"arguments": told}, self.name)

    def data(self, made: Made) -> JSON:
        """What a call came to, as data.

        Raises:
            ConfigError: The result could not come back as it was; the text names the way out.
            Exception: What the function raised, when it is no plain exception of Python's own.
        """
        match made:
            case Returned(value):
                return {RETURNED: self._result_data(value)}
            case Threw(error):
                kind = type(error)
                is_built_in = vars(builtins).get(kind.__name__) is kind
                if not is_built_in or not all(isinstance(each, _PLAIN) for each in error.args):
                    raise error
                return {RAISED: {"type": kind.__name__, "arguments": list(error.args)}}
            case _:
                assert_never(made)

    def _result_data(self, value: Any) -> JSON:
        try:
            data = encode(value if self._serialize is None else self._serialize(value))
            clean = redactor().data(data)
            if clean != data:
                decode(clean)
        except (CannotKeepError, *_UNREADABLE) as error:
            raise ConfigError(
                f"{self.name} returned {error}, which scenario.recorded cannot keep. Return plain data, a dataclass or "
                "a pydantic model, or give scenario.recorded a `serialize` and a `deserialize`.",
                source=self.name,
            ) from error
        return data

    def value(self, reply: JSON, made: Sequence[Made]) -> Any:
        """What a call comes to: what it has just come to, if it was made, or what was recorded.

        Args:
            reply: What was recorded.
            made: What it has just come to; empty when it was not made.

        Raises:
            Exception: What the function raised.
            CassetteError: What was recorded is no result.
        """
        for each in made:
            if isinstance(each, Threw):
                raise each.error
            return each.value
        fields = cast("Mapping[str, Any]", reply) if isinstance(reply, Mapping) else {}
        if RAISED in fields:
            raise self._exception(fields[RAISED])
        try:
            value = decode(fields[RETURNED])
        except _UNREADABLE as error:
            raise CassetteError(
                f"A recorded result of {self.name} cannot be read ({type(error).__name__}: {error}): its class is gone "
                f"or has changed. {RECORD_ANEW}",
                path="",
            ) from error
        return value if self._deserialize is None else self._deserialize(value)

    def _exception(self, data: Any) -> Exception:
        fields = cast("Mapping[str, Any]", data) if isinstance(data, Mapping) else {}
        kind = vars(builtins).get(str(fields.get("type")))
        if not isinstance(kind, type) or not issubclass(kind, Exception):
            raise CassetteError(
                f"A recorded exception of {self.name} is none of Python's own. {RECORD_ANEW}",
                path="",
            )
        return kind(*fields["arguments"])


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    """A function's signature; for those written in C that have none, one that takes everything."""
    try:
        return inspect.signature(function)
    except ValueError:
        kinds = {"arguments": inspect.Parameter.VAR_POSITIONAL, "more": inspect.Parameter.VAR_KEYWORD}
        return inspect.Signature([inspect.Parameter(name, kind) for name, kind in kinds.items()])


def told_of(value: Any) -> JSON:
    """An argument as data that people can read: of what is no data, the class alone."""
    if isinstance(value, AgentInput):
        return _told_of_input(value)
    if isinstance(value, Mapping):
        return {str(key): told_of(item) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [told_of(item) for item in cast("Sequence[Any]", value)]
    try:
        return encode(value)
    except CannotKeepError:
        kind = type(value)
        return f"<{kind.__module__}.{kind.__qualname__}>"


def _told_of_input(given: AgentInput) -> dict[str, JSON]:
    told: dict[str, JSON] = {"messages": given.provider_messages(), "new_messages": len(given.new_messages)}
    if given.judgment_request is not None:
        told["criteria"] = told_of([str(each) for each in given.judgment_request.criteria or ()])
        told["context"] = given.judgment_request.additional_context
    return told
