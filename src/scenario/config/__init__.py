"""Settings: what they are (`ScenarioConfig`), where they come from, and which one wins."""

from scenario.config.langwatch import LangWatchSettings
from scenario.config.model import ModelConfig
from scenario.config.resolve import resolve
from scenario.config.scenario_config import UNSET, ScenarioConfig, Unset

__all__ = ["UNSET", "LangWatchSettings", "ModelConfig", "ScenarioConfig", "Unset", "resolve"]
