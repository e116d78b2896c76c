"""Where settings come from besides code: ``[tool.scenario]`` in ``pyproject.toml``, and the environment."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scenario.config.scenario_config import ScenarioConfig, is_true
from scenario.errors import ConfigError

_PREFIX = "SCENARIO_"
_CODE_ONLY = frozenset({"observability"})
SETTINGS = tuple(name for name in ScenarioConfig.model_fields if name not in _CODE_ONLY)
"""The settings that a file or the environment can give."""


def from_environment(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The settings given by ``SCENARIO_…`` variables, such as ``SCENARIO_MAX_TURNS``.

    Raises:
        ConfigError: A variable's value cannot be used; the text names the variable.
    """
    found: dict[str, Any] = {}
    for name in SETTINGS:
        text = environment.get(_PREFIX + name.upper())
        if text is not None:
            found[name] = _checked(name, _parsed(name, text), source=f"${_PREFIX}{name.upper()}")
    return found


def from_pyproject(folder: Path | None = None) -> dict[str, Any]:
    """The settings in ``[tool.scenario]`` of the nearest ``pyproject.toml``, from `folder` upwards.

    Raises:
        ConfigError: The file cannot be read, or a setting in it cannot be used.
    """
    path = _nearest_pyproject(os.fspath(folder) if folder is not None else os.getcwd())  # noqa: PTH109 - a string keys the cache
    if path is None:
        return {}
    try:
        return dict(_read_table(path, path.stat().st_mtime_ns))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}. Mend or remove it.", source=str(path)) from error


@lru_cache(maxsize=64)
def _nearest_pyproject(folder: str) -> Path | None:
    candidates = (parent / "pyproject.toml" for parent in (Path(folder), *Path(folder).parents))
    return next((path for path in candidates if path.is_file()), None)


@lru_cache(maxsize=16)
def _read_table(path: Path, modified: int) -> Mapping[str, Any]:
    del modified  # a part of the key, so that an edited file is read again
    table = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("scenario", {})
    source = f"[tool.scenario] in {path}"
    for name in table:
        if name not in SETTINGS:
            near = difflib.get_close_matches(name, SETTINGS, n=1)
            advice = f"Did you mean `{near[0]}`?" if near else f"The settings are: {', '.join(SETTINGS)}."
            raise ConfigError(f"{source} has no setting `{name}`. {advice}", source=source)
    return {name: _checked(name, value, source=source) for name, value in table.items()}


def _parsed(name: str, text: str) -> Any:
    if name in {"debug", "headless"}:
        return is_true(text)
    if name == "verbose":
        return int(text) if text.isdecimal() else is_true(text)
    return text


def _checked(name: str, value: Any, *, source: str) -> Any:
    try:
        return ScenarioConfig.model_validate({name: value}).__dict__[name]
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise ConfigError(
            f"{source}: `{name}` cannot be {value!r}: {reason}. Change or remove it.", source=source
        ) from error
