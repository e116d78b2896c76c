"""scenario.config: ScenarioConfig and configure."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

import scenario
from scenario.config import UNSET, ModelConfig, ScenarioConfig


@pytest.fixture(autouse=True)
def verbose_by_default(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SCENARIO_VERBOSE", raising=False)


def configured():
    config = ScenarioConfig.default_config
    assert config is not None
    return config


def test_a_config_has_defaults():
    config = ScenarioConfig()
    assert (config.max_turns, config.verbose, config.debug, config.headless) == (10, True, False, False)
    assert (config.default_model, config.cache_key, config.observability) == (None, None, None)
    assert (config.timeout, config.agent_timeout) == (None, None)


def test_nothing_is_configured_at_first():
    assert ScenarioConfig.default_config is None


def test_configure_sets_what_it_is_given():
    ScenarioConfig.configure(max_turns=3, verbose=2, cache_key="v1", timeout=1.5)
    config = configured()
    assert (config.max_turns, config.verbose, config.cache_key, config.timeout) == (3, 2, "v1", 1.5)


def test_configure_leaves_what_it_is_not_given():
    ScenarioConfig.configure(max_turns=3, debug=True)
    ScenarioConfig.configure(max_turns=4)
    assert (configured().max_turns, configured().debug) == (4, True)


def test_configure_without_anything_gives_defaults():
    ScenarioConfig.configure()
    assert configured() == ScenarioConfig()


def test_configure_tells_none_from_not_given():
    ScenarioConfig.configure(cache_key="v1", default_model="openai/gpt")
    ScenarioConfig.configure(cache_key=None)
    assert (configured().cache_key, configured().default_model) == (None, "openai/gpt")


def test_b17_configure_with_a_cache_key_of_none_switches_the_cache_off():
    scenario.configure(cache_key="v1")
    scenario.configure(cache_key=None)
    executor = scenario.ScenarioExecutor("name", "description")
    assert not executor.config.cache_key


def test_b17_an_empty_cache_key_switches_a_configured_one_off_for_a_run():
    scenario.configure(cache_key="v1")
    assert scenario.ScenarioExecutor("name", "description").config.cache_key == "v1"
    assert not scenario.ScenarioExecutor("name", "description", cache_key="").config.cache_key


def test_configure_takes_its_settings_by_position_too():
    observability = {"span_filter": None}
    ScenarioConfig.configure("openai/gpt", 3, False, "v1", True, True, observability)
    config = configured()
    assert (config.default_model, config.max_turns, config.verbose) == ("openai/gpt", 3, False)
    assert (config.cache_key, config.debug, config.headless) == ("v1", True, True)
    assert config.observability == observability


def test_a_setting_that_there_is_not_cannot_be_configured():
    with pytest.raises(TypeError, match="max_turn"):
        ScenarioConfig.configure(max_turn=3)


def test_a_value_of_the_wrong_type_changes_nothing():
    ScenarioConfig.configure(max_turns=3)
    with pytest.raises(ValidationError, match="max_turns"):
        ScenarioConfig.configure(max_turns="many", debug=True)
    assert (configured().max_turns, configured().debug) == (3, False)


@pytest.mark.parametrize("limit", ["timeout", "agent_timeout"])
@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_limit_of_no_time_is_refused(limit, seconds):
    with pytest.raises(ValidationError, match=limit):
        ScenarioConfig.configure(**{limit: seconds})


def test_the_root_offers_configure():
    scenario.configure(max_turns=3)
    assert configured().max_turns == 3


def test_the_roots_default_config_is_the_live_value():
    assert scenario.default_config is None
    scenario.configure(max_turns=3)
    assert scenario.default_config is ScenarioConfig.default_config


def test_explicit_settings_are_those_that_somebody_gave():
    assert ScenarioConfig(max_turns=10, cache_key=None).explicit() == {"max_turns": 10, "cache_key": None}


def test_merge_takes_what_the_other_was_given():
    merged = ScenarioConfig(max_turns=3, debug=True).merge(ScenarioConfig(max_turns=4, verbose=False))
    assert (merged.max_turns, merged.debug, merged.verbose) == (4, True, False)


def test_merge_does_not_take_the_others_defaults():
    assert ScenarioConfig(max_turns=3).merge(ScenarioConfig(debug=True)).max_turns == 3


def test_merge_does_not_take_none():
    assert ScenarioConfig(max_turns=3).merge(ScenarioConfig(max_turns=None)).max_turns == 3


def test_merge_changes_neither():
    one, other = ScenarioConfig(max_turns=3), ScenarioConfig(max_turns=4)
    one.merge(other)
    assert (one.max_turns, other.max_turns) == (3, 4)


def test_items_are_the_settings_that_are_not_none():
    assert ScenarioConfig(max_turns=None, timeout=2).items() == {
        "verbose": True,
        "debug": False,
        "headless": False,
        "timeout": 2,
    }


def test_items_hold_values_and_not_their_dumps():
    model = ModelConfig(model="openai/gpt")
    assert ScenarioConfig(default_model=model).items()["default_model"] is model


@pytest.mark.parametrize(
    ("text", "headless"),
    [("1", True), ("true", True), ("yes", True), ("FALSE", False), ("0", False), ("", False)],
)
def test_headless_is_read_from_the_environment_whenever_a_config_is_made(monkeypatch, text, headless):
    monkeypatch.setenv("SCENARIO_HEADLESS", text)
    assert ScenarioConfig().headless is headless


def test_not_given_prints_as_what_it_is():
    assert repr(UNSET) == "UNSET"


def test_a_model_config_needs_its_model():
    with pytest.raises(ValidationError, match="model"):
        ModelConfig()


def test_a_model_config_has_defaults():
    config = ModelConfig(model="openai/gpt")
    assert (config.api_base, config.api_key, config.temperature, config.max_tokens) == (None, None, 0.0, None)


def test_a_model_config_keeps_what_the_model_takes_besides():
    assert ModelConfig(model="openai/gpt", timeout=3, num_retries=2).model_extra == {
        "timeout": 3,
        "num_retries": 2,
    }
