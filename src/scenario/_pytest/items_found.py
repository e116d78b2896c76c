"""Telling scenarios apart from everything else that pytest collects, without loading anything for it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, Final

YAML_ENDINGS: Final = (".scenario.yaml", ".scenario.yml")
_OURS: Final = "scenario.suite."


def is_declared(value: object) -> bool:
    """Whether a value of a module is a scenario, a suite, or a function that declares one."""
    kind = type(value)
    return kind.__module__.startswith(_OURS) and kind.__name__ in {"Scenario", "Suite", "Declared"}


def has_scenarios(items: Iterable[Any]) -> bool:
    """Whether there is a scenario among tests."""
    module = sys.modules.get("scenario._pytest.items")
    return module is not None and any(isinstance(item, module.ScenarioItem) for item in items)
