"""A function whose results are remembered: what tells its calls apart, and the form in which its results are kept."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scenario._cache.code import Code
from scenario._cache.codec import CannotKeepError, encode, from_json, to_json
from scenario._cache.describe import Describer, canonical
from scenario.errors import ConfigError


@dataclass(frozen=True)
class Remembered:
    """A function whose results are remembered.

    Attributes:
        function: The function.
        ignore: Names of parameters that do not matter.
        serialize: Makes of a result what JSON can keep; None if it is that already.
        deserialize: Makes the result of that.
    """

    function: Callable[..., Any]
    ignore: frozenset[str]
    serialize: Callable[[Any], Any] | None
    deserialize: Callable[[Any], Any] | None

    @cached_property
    def name(self) -> str:
        """The function's name, as ``module:qualname``."""
        return f"{self.function.__module__}:{self.function.__qualname__}"

    @cached_property
    def _signature(self) -> inspect.Signature:
        return inspect.signature(self.function)

    @cached_property
    def _code(self) -> Code:
        return Code(self.function)

    def key(self, label: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str | None:
        """What a call is told apart by, as 64 hex digits (SHA-256); None if the function does not take these arguments.

        Args:
            label: The scenario's ``cache_key``.
            args: The positional arguments.
            kwargs: The others.
        """
        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError:  # Python says it better when the function is called
            return None
        bound.apply_defaults()
        describer = Describer(self.function.__module__.partition(".")[0])
        told: dict[str, Any] = {}
        for place, (name, value) in enumerate(bound.arguments.items()):
            if name in self.ignore:
                continue
            if self._signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
                value = {key: item for key, item in value.items() if key not in self.ignore}  # noqa: PLW2901
            told[name] = (
                describer.instance(value) if place == 0 and self._is_method else describer.value(value)
            )
        around = {name: describer.value(value) for name, value in self._code.surroundings().items()}
        whole = canonical([1, label, self.name, self._code.digest, around, told])
        return hashlib.sha256(whole.encode()).hexdigest()

    @property
    def _is_method(self) -> bool:
        outer = self.function.__qualname__.rpartition(".")[0]
        return bool(outer) and not outer.endswith("<locals>")

    def to_payload(self, value: Any) -> tuple[Any, str]:
        """A result as JSON data and as text.

        Raises:
            ConfigError: It could not come back as it is; the text names the way out.
        """
        try:
            tree = encode(value if self.serialize is None else self.serialize(value))
            return tree, to_json(tree)
        except (CannotKeepError, ValueError) as error:
            raise ConfigError(
                f"{self.name} returned {error}, which scenario.cache cannot keep. Return plain data, a dataclass or a "
                "pydantic model, or give scenario.cache a `serialize` and a `deserialize`.",
                source=self.name,
            ) from error

    def from_payload(self, payload: str) -> Any:
        """The result that a text stands for.

        Raises:
            CannotReadError: None does.
        """
        value = from_json(payload)
        return value if self.deserialize is None else self.deserialize(value)
