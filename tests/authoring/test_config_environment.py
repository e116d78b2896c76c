"""scenario.config: settings from the environment."""

from __future__ import annotations

import pytest

from scenario.config import LangWatchSettings
from scenario.config.sources import SETTINGS, from_environment
from scenario.errors import ConfigError


@pytest.mark.parametrize(
    ("variable", "text", "setting"),
    [
        ("SCENARIO_DEFAULT_MODEL", "openai/gpt", {"default_model": "openai/gpt"}),
        ("SCENARIO_MAX_TURNS", "3", {"max_turns": 3}),
        ("SCENARIO_CACHE_KEY", "v1", {"cache_key": "v1"}),
        ("SCENARIO_CACHE_KEY", "", {"cache_key": ""}),
        ("SCENARIO_TIMEOUT", "2.5", {"timeout": 2.5}),
        ("SCENARIO_AGENT_TIMEOUT", "30", {"agent_timeout": 30.0}),
        ("SCENARIO_DEBUG", "true", {"debug": True}),
        ("SCENARIO_DEBUG", "False", {"debug": False}),
        ("SCENARIO_HEADLESS", "0", {"headless": False}),
        ("SCENARIO_HEADLESS", "1", {"headless": True}),
        ("SCENARIO_VERBOSE", "2", {"verbose": 2}),
        ("SCENARIO_VERBOSE", "0", {"verbose": 0}),
        ("SCENARIO_VERBOSE", "true", {"verbose": True}),
        ("SCENARIO_VERBOSE", "false", {"verbose": False}),
        ("SCENARIO_VERBOSE", "gladly", {"verbose": True}),
        ("SCENARIO_DEBUG", "gladly", {"debug": True}),
        ("SCENARIO_HEADLESS", "gladly", {"headless": True}),
        ("SCENARIO_HEADLESS", "", {"headless": False}),
    ],
)
def test_a_variable_gives_its_setting(variable, text, setting):
    assert from_environment({variable: text}) == setting


def test_an_environment_without_variables_gives_nothing():
    assert from_environment({"PATH": "/bin"}) == {}


def test_the_environment_of_the_process_is_read_when_none_is_given(monkeypatch):
    monkeypatch.setenv("SCENARIO_MAX_TURNS", "3")
    assert from_environment()["max_turns"] == 3


def test_observability_is_for_code_only():
    assert "observability" not in SETTINGS
    assert from_environment({"SCENARIO_OBSERVABILITY": "{}"}) == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MAX_TURNS", "many"),
        ("MAX_TURNS", "2.5"),
        ("TIMEOUT", "soon"),
        ("TIMEOUT", "0"),
        ("TIMEOUT", "nan"),
        ("AGENT_TIMEOUT", "-1"),
    ],
)
def test_a_value_that_cannot_be_used_names_variable_and_value(name, text):
    with pytest.raises(ConfigError) as raised:
        from_environment({f"SCENARIO_{name}": text})
    assert raised.value.source == f"$SCENARIO_{name}"
    assert str(raised.value).startswith(f"$SCENARIO_{name}: `{name.lower()}` cannot be {text!r}: ")
    assert str(raised.value).endswith("Change or remove it.")


def test_langwatch_has_an_address_and_no_key():
    settings = LangWatchSettings()
    assert (str(settings.endpoint), settings.api_key) == ("https://app.langwatch.ai/", "")


def test_langwatch_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("LANGWATCH_ENDPOINT", "http://localhost:5560")
    monkeypatch.setenv("LANGWATCH_API_KEY", "a key")
    settings = LangWatchSettings()
    assert (str(settings.endpoint), settings.api_key) == ("http://localhost:5560/", "a key")


def test_langwatch_variables_may_be_in_lower_case(monkeypatch):
    monkeypatch.setenv("langwatch_api_key", "a key")
    assert LangWatchSettings().api_key == "a key"


def test_langwatch_arguments_come_before_variables(monkeypatch):
    monkeypatch.setenv("LANGWATCH_API_KEY", "a key")
    assert LangWatchSettings(api_key="another").api_key == "another"


def test_langwatch_keys_are_not_printed():
    assert "a key" not in repr(LangWatchSettings(api_key="a key"))


def test_an_address_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("LANGWATCH_ENDPOINT", "nowhere")
    with pytest.raises(ValueError, match="endpoint"):
        LangWatchSettings()


def test_langwatch_settings_that_are_made_are_taken_as_they_are(monkeypatch):
    settings = LangWatchSettings(api_key="a key")
    monkeypatch.setenv("LANGWATCH_API_KEY", "another")
    assert LangWatchSettings.model_validate(settings) is settings


@pytest.mark.parametrize("data", [3, "x"])
def test_langwatch_settings_are_made_of_names_and_values_only(data):
    with pytest.raises(ValueError, match="valid dictionary"):
        LangWatchSettings.model_validate(data)
