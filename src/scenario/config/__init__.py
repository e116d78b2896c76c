"""Settings: what they are (`ScenarioConfig`), where they come from, and which one wins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenario.config.model import ModelConfig
from scenario.config.resolve import resolve
from scenario.config.scenario_config import UNSET, ScenarioConfig, Unset

if TYPE_CHECKING:
    from scenario.config.langwatch import LangWatchSettings

__all__ = ["UNSET", "LangWatchSettings", "ModelConfig", "ScenarioConfig", "Unset", "resolve"]


def __getattr__(name: str) -> Any:
    if name == "LangWatchSettings":  # few need it, and pydantic's network types come with it
        from scenario.config.langwatch import LangWatchSettings  # noqa: PLC0415

        return LangWatchSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
