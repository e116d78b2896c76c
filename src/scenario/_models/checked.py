"""Whether what was given by name can be used, said before the first call. Pure."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeGuard, cast

from scenario._models.prices import Price
from scenario._text import shorten
from scenario.errors import ConfigError

_ALIKE = 0.85
_TEXTS = ("api_base", "api_key", "api_version", "organization", "project")


def check_settings(given: Mapping[str, Any]) -> None:
    """See to it that settings of calls can be used.

    Args:
        given: Settings, by the names of the fields of `Settings`; none of them is None.

    Raises:
        ConfigError: One cannot; the text names it.
    """
    timeout = given.get("timeout", 1)
    is_timed = timeout > 0 if is_number(timeout) else hasattr(timeout, "connect")  # a class of the client's
    wrong = [
        ("timeout", "a number of seconds above 0, or an httpx2.Timeout", is_timed),
        ("max_retries", "a whole number, 0 or more", is_whole(given.get("max_retries", 0), 0)),
        ("max_concurrency", "a whole number, 1 or more", is_whole(given.get("max_concurrency", 1), 1)),
        ("price", "a scenario.models.Price", isinstance(given.get("price", Price(0, 0)), Price)),
        ("headers", "a mapping of names to texts", isinstance(given.get("headers", {}), Mapping)),
        ("query", "a mapping of names to values", isinstance(given.get("query", {}), Mapping)),
        *((name, "a text", isinstance(given.get(name, ""), str)) for name in _TEXTS),
    ]
    for name, right, is_right in wrong:
        if not is_right:
            raise ConfigError(f"The `{name}` of a model is {right}, not {_shown(given[name])}.", source=name)


def check_given(player: str, rules: Iterable[tuple[str, object, str, bool]]) -> None:
    """See to it that what a player was given can be used.

    Args:
        player: The player's class, for the error.
        rules: For each parameter its name, its value, what it should be, and whether it is.

    Raises:
        ConfigError: One is something else.
    """
    for name, value, right, is_right in rules:
        if not is_right:
            raise ConfigError(f"{player}({name}={value!r}): `{name}` is {right}.", source=f"{player}.{name}")


def check_names(player: str, extra: Mapping[str, Any], makes: Callable[..., Any]) -> None:
    """See to it that no parameter meant for a player goes to its model, only because it is misspelt.

    Args:
        player: The player's class, for the error.
        extra: What is to be passed on to the model.
        makes: What makes the player; its parameters are what could have been meant.

    Raises:
        ConfigError: A name is almost that of a parameter.
    """
    if not extra:
        return
    from difflib import get_close_matches  # noqa: PLC0415 - only where there is something to compare

    own = [name for name in inspect.signature(makes).parameters if name != "self"]
    for name in extra:
        meant = get_close_matches(name, own, n=1, cutoff=_ALIKE)
        if meant:
            raise ConfigError(
                f"{player} has no parameter `{name}`. Did you mean `{meant[0]}`? What a model takes by that name goes "
                f"into extra_body={{{name!r}: …}}.",
                source=player,
            )


def check_text(player: str, **texts: object) -> None:
    """See to it that what goes into a prompt is text, or None.

    Args:
        player: The player's class, for the error.
        texts: The values, by their names.

    Raises:
        ConfigError: One is something else.
    """
    for name, value in texts.items():
        if value is not None and not isinstance(value, str):
            raise ConfigError(f"{player}({name}={_shown(value)}): `{name}` is a text.", source=player)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether it is a number; a truth value is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_whole(value: object, least: float = -math.inf) -> TypeGuard[int]:
    """Whether it is a whole number from `least` on; a truth value is none."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _shown(value: object) -> str:
    """A value that was refused, by its kind alone where it may hold a key."""
    is_plain = isinstance(value, int | float) or (isinstance(value, str) and len(value) < 20)  # noqa: PLR2004 - no key
    return shorten(repr(value), 40) if is_plain else f"a {type(cast('Any', value)).__name__}"
