"""What a call costs: list prices of well-known models, and those that people register. Unknown stays unknown."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

_MILLION = 1_000_000
_DATE = re.compile(r"-(\d{4})(\d{2})(\d{2})$")


@dataclass(frozen=True)
class Price:
    """What a model costs, in US dollars for a million tokens.

    Attributes:
        input: Of the request.
        output: Of the reply, hidden reasoning among it.
        cached: Of the part of the request that came from the provider's cache; None is the price of the rest.
        above: From how many tokens of the request another price holds for all of the call, and which.
    """

    input: float
    output: float
    cached: float | None = None
    above: tuple[tuple[int, Price], ...] = ()

    def cost(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> float:
        """What a call costs, in US dollars.

        Args:
            input_tokens: Tokens of the request, the cached ones among them.
            output_tokens: Tokens of the reply.
            cached_tokens: The part of the input tokens that came from the provider's cache.
        """
        for start, price in reversed(self.above):
            if input_tokens > start:
                return price.cost(input_tokens, output_tokens, cached_tokens)
        cached = self.input if self.cached is None else self.cached
        fresh = max(0, input_tokens - cached_tokens)
        return (fresh * self.input + cached_tokens * cached + output_tokens * self.output) / _MILLION


class PriceList:
    """The prices of this process: those registered, before those that came with the library."""

    def __init__(self, listed: Mapping[str, Any]) -> None:
        self._listed = listed
        self._registered: dict[str, Price] = {}
        self._found: dict[tuple[str, str], Price | None] = {}

    @property
    def taken(self) -> str:
        """The day on which the list prices were taken, such as ``2026-11-22``."""
        return str(self._listed["taken"])

    def register(self, model: str, price: Price) -> None:
        """Let a price hold for a model from now on; it goes before a list price."""
        self._registered[model] = price
        self._found.clear()

    def find(self, provider: str, model: str) -> Price | None:
        """The price of a model, or None when it is not known.

        Args:
            provider: The provider's name in the table of providers.
            model: The model, as the provider names it.
        """
        key = (provider, model)
        if key not in self._found:
            self._found[key] = self._search(provider, model)
        return self._found[key]

    def _search(self, provider: str, model: str) -> Price | None:
        registered = self._registered.get(f"{provider}/{model}") or self._registered.get(model)
        if registered is not None:
            return registered
        for name in _spellings(model):
            for listed in self._listed["providers"].get(provider, {}).get("models", ()):
                if matches(listed["match"], name):
                    return _price(listed) if "price" in listed else None
        return None


def _spellings(model: str) -> list[str]:
    """A model's name, and the one with its date written with dashes."""
    dashed = _DATE.sub(r"-\1-\2-\3", model)
    return [model.lower()] if dashed == model else [model.lower(), dashed.lower()]


def matches(clause: Mapping[str, Any], name: str) -> bool:
    """Whether a model's name, in small letters, fits a clause of the price list."""
    ((kind, value),) = clause.items()
    match kind:
        case "or":
            return any(matches(part, name) for part in value)
        case "and":
            return all(matches(part, name) for part in value)
        case "equals":
            return name == value.lower()
        case "starts_with":
            return name.startswith(value.lower())
        case "ends_with":
            return name.endswith(value.lower())
        case "contains":
            return value.lower() in name
        case "regex":
            return re.search(value, name) is not None
        case _:
            return False


def _price(listed: Mapping[str, Any]) -> Price:
    above = tuple((tier["start"], Price(*tier["price"])) for tier in listed.get("above", ()))
    return Price(*listed["price"], above=above)


@cache
def price_list() -> PriceList:
    """The prices of this process; the list is read at the first call."""
    from importlib.resources import files  # noqa: PLC0415 - not before it is needed

    text = files("scenario._models").joinpath("prices.json").read_text(encoding="utf-8")
    return PriceList(json.loads(text))


def register_price(
    model: str,
    *,
    input: float,  # noqa: A002 - as on price lists
    output: float,
    cached: float | None = None,
) -> None:
    """Say what a model costs, so that its calls have a cost in `ScenarioResult.usage`.

    It holds for this process, from the next call on, and goes before a list price.

    Args:
        model: The model as ``provider/name``, or its name alone, whoever provides it.
        input: US dollars for a million tokens of requests.
        output: US dollars for a million tokens of replies.
        cached: US dollars for a million tokens of requests that came from the provider's cache; None is the
            price of the others.
    """
    price_list().register(model, Price(input, output, cached))
