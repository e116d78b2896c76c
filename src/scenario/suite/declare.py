"""`@scenario.scenario`: marks a function that returns a scenario, so that `scenario run` and pytest find it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scenario.errors import ConfigError
from scenario.suite.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Declared:
    """A function that returns a scenario; made by `scenario.scenario`. Calling it returns the scenario.

    Attributes:
        function: The function.
    """

    function: Callable[[], Scenario]

    @property
    def place(self) -> str:
        """Where the function stands, for messages."""
        return f"{self.function.__module__}:{self.function.__qualname__}"

    def __call__(self) -> Scenario:
        """The scenario.

        Raises:
            ConfigError: The function returned something else.
        """
        made: Any = self.function()
        if isinstance(made, Scenario):
            return made
        raise ConfigError(
            f"{self.place} is marked with @scenario.scenario and returned {made!r:.80}. Return a scenario.Scenario.",
            source=self.place,
        )


def scenario(function: Callable[[], Scenario]) -> Declared:
    """Mark a function that returns a `Scenario`.

    Args:
        function: Called without arguments, when its file is loaded to be played.

    Returns:
        Something to be called for the scenario.

    Raises:
        TypeError: It cannot be called.

    Example:
        >>> import scenario
        >>> from scenario.suite.declare import scenario as declared
        >>> @declared
        ... def greeting():
        ...     return scenario.suite.Scenario(
        ...         name="greeting",
        ...         agents=[
        ...             lambda: scenario.agent_from(lambda input: "Hello!"),
        ...             scenario.ScriptedUserAgent("Hi"),
        ...         ],
        ...         criteria=[scenario.checks.said("Hello")],
        ...     )
        >>> greeting().name
        'greeting'
    """
    if not callable(function):
        raise TypeError(f"@scenario.scenario marks a function that returns a Scenario, not {function!r}")
    return Declared(function)
