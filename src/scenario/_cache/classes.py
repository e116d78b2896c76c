"""Classes by their names, without executing anything that a file says."""

from __future__ import annotations

import importlib
import sys
from typing import Any, Final, cast

_MAY_BE_IMPORTED: Final = ("openai.types", "litellm.types", "scenario.types")
"""Modules of definitions, which a remembered value may ask for before anybody has imported them. All other classes are
looked for in modules that are imported already."""


def name_of_class(kind: type[Any]) -> str | None:
    """The name by which `find_class` finds this class, as ``module:qualname``; None if it would not."""
    name = f"{kind.__module__}:{kind.__qualname__}"
    try:
        return name if find_class(name) is kind else None
    except (KeyError, TypeError, ImportError):
        return None


def find_class(name: str) -> type[Any]:
    """The class of a name.

    Raises:
        KeyError: It is in no module that is imported, or may be.
        TypeError: What has this name is no class.
    """
    module_name, _, path = name.partition(":")
    module = sys.modules.get(module_name) or _imported(module_name)
    found: Any = module
    for part in path.split("."):
        found = vars(found)[part]  # no getattr: a module's own __getattr__ could do anything
    if not isinstance(found, type):
        raise TypeError(f"{name} is no class")
    return cast("type[Any]", found)


def _imported(name: str) -> Any:
    if not any(name == allowed or name.startswith(f"{allowed}.") for allowed in _MAY_BE_IMPORTED):
        raise KeyError(f"{name} is not imported")
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise KeyError(f"{name} cannot be imported") from error
