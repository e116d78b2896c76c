"""Where settings come from besides code: ``[tool.scenario]`` in ``pyproject.toml``, and the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from scenario.config.scenario_config import ScenarioConfig, is_true
from scenario.errors import ConfigError

_PREFIX = "SCENARIO_"
_CODE_ONLY = frozenset({"observability", "redact"})
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
    path = _nearest_pyproject(os.fspath(folder or Path.cwd()))
    if path is None:
        return {}
    import tomllib  # noqa: PLC0415 - only where there is a file to read

    try:
        return dict(_read_table(path, os.stat(path).st_mtime_ns))  # noqa: PTH116 - this is on the path of every run
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}. Mend or remove it.", source=path) from error


def _nearest_pyproject(folder: str) -> str | None:
    while True:
        path = os.path.join(folder, "pyproject.toml")  # noqa: PTH118 - this is on the path of every run
        if os.path.isfile(path):  # noqa: PTH113 - likewise
            return path
        folder, below = os.path.dirname(folder), folder  # noqa: PTH120 - likewise
        if folder == below:
            return None


@lru_cache(maxsize=16)
def _read_table(path: str, modified: int) -> Mapping[str, Any]:
    import tomllib  # noqa: PLC0415 - likewise

    del modified  # a part of the key, so that an edited file is read again
    source = f"[tool.scenario] in {path}"
    tools: Any = tomllib.loads(Path(path).read_text(encoding="utf-8")).get("tool", {})
    table: Any = tools.get("scenario", {}) if isinstance(tools, dict) else tools
    if not isinstance(table, dict):
        raise ConfigError(f"{source} is {table!r}, not a table of settings.", source=source)
    settings = cast("dict[str, Any]", table)
    for name in settings:
        if name not in SETTINGS:
            import difflib  # noqa: PLC0415 - only for a name that is wrong

            near = difflib.get_close_matches(name, SETTINGS, n=1)
            advice = f"Did you mean `{near[0]}`?" if near else f"The settings are: {', '.join(SETTINGS)}."
            raise ConfigError(f"{source} has no setting `{name}`. {advice}", source=source)
    return {name: _checked(name, value, source=source) for name, value in settings.items()}


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
        worst = error.errors(include_input=False)[-1]
        where = ".".join(str(part) for part in worst["loc"] if part not in {name, "ModelConfig"})
        shown = repr(value) if isinstance(value, bool | int | float | str) else f"this {type(value).__name__}"
        raise ConfigError(
            f"{source}: `{name}` cannot be {shown}: {where + ': ' if where else ''}{worst['msg']}. Change or remove it.",
            source=source,
        ) from None
