"""The one rule of precedence: the call, then what was configured, then the environment, then the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenario.config.scenario_config import ScenarioConfig
from scenario.config.sources import from_environment, from_pyproject


def resolve(
    arguments: Mapping[str, Any] | None = None, outside: Mapping[str, Any] | None = None
) -> ScenarioConfig:
    """The settings that hold for a run.

    Args:
        arguments: What the call gave; None values count as not given.
        outside: What `look_outside` found; None looks now.

    Returns:
        The settings: `arguments` before `scenario.configure` before ``SCENARIO_…`` variables before
        ``[tool.scenario]`` in ``pyproject.toml`` before the defaults.

    Raises:
        ConfigError: A variable or the file holds something that cannot be used.
        pydantic.ValidationError: An argument has the wrong type.
    """
    given = {name: value for name, value in (arguments or {}).items() if value is not None}
    configured = ScenarioConfig.default_config
    return layered(
        look_outside() if outside is None else outside,
        configured.explicit() if configured is not None else {},
        given,
    )


def look_outside() -> dict[str, Any]:
    """The settings that the environment and the file give. To find them costs most of `resolve`.

    Raises:
        ConfigError: A variable or the file holds something that cannot be used.
    """
    return {**from_pyproject(), **from_environment()}


def layered(*layers: Mapping[str, Any]) -> ScenarioConfig:
    """The config that these layers make, the last one winning. Pure."""
    merged: dict[str, Any] = {}
    for layer in layers:
        merged.update(layer)
    return ScenarioConfig(**merged)
