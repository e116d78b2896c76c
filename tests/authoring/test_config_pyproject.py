"""scenario.config: settings from pyproject.toml, and which source wins."""

from __future__ import annotations

import os

import pytest
from pydantic import ValidationError

import scenario
from scenario.config import ModelConfig, ScenarioConfig, resolve
from scenario.config.resolve import layered
from scenario.config.sources import from_pyproject
from scenario.errors import ConfigError


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Writes a pyproject.toml into the current folder."""
    monkeypatch.delenv("SCENARIO_VERBOSE", raising=False)
    monkeypatch.chdir(tmp_path)

    def write(text):
        path = tmp_path / "pyproject.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refused(tmp_path):
    with pytest.raises(ConfigError) as raised:
        from_pyproject(tmp_path)
    return raised.value


def test_the_table_of_the_file_gives_settings(project, tmp_path):
    project('[tool.scenario]\nmax_turns = 3\nverbose = 2\ntimeout = 1\ncache_key = "v1"\n')
    assert from_pyproject(tmp_path) == {"max_turns": 3, "verbose": 2, "timeout": 1.0, "cache_key": "v1"}


def test_the_current_folder_is_where_the_search_begins(project):
    project("[tool.scenario]\nmax_turns = 3\n")
    assert from_pyproject() == {"max_turns": 3}


def test_the_file_is_found_from_a_folder_below(project, tmp_path):
    project("[tool.scenario]\nmax_turns = 3\n")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert from_pyproject(below) == {"max_turns": 3}


def test_the_nearest_file_counts_alone(project, tmp_path):
    project("[tool.scenario]\nmax_turns = 3\n")
    below = tmp_path / "below"
    below.mkdir()
    (below / "pyproject.toml").write_text("[tool.scenario]\ndebug = true\n", encoding="utf-8")
    assert from_pyproject(below) == {"debug": True}


@pytest.mark.parametrize("text", ["", "[project]\nname = 'x'\n", "[tool.ruff]\nline-length = 9\n"])
def test_a_file_without_the_table_gives_nothing(project, tmp_path, text):
    project(text)
    assert from_pyproject(tmp_path) == {}


def test_no_file_gives_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert from_pyproject() == {}


def test_a_file_that_was_edited_is_read_again(project, tmp_path):
    path = project("[tool.scenario]\nmax_turns = 3\n")
    assert from_pyproject(tmp_path) == {"max_turns": 3}
    project("[tool.scenario]\nmax_turns = 4\n")
    os.utime(path, ns=(1, 1))
    assert from_pyproject(tmp_path) == {"max_turns": 4}


def test_a_file_that_is_made_later_is_found_and_one_that_is_removed_is_forgotten(project, tmp_path):
    assert from_pyproject(tmp_path) == {}
    path = project("[tool.scenario]\nmax_turns = 3\n")
    assert from_pyproject(tmp_path) == {"max_turns": 3}
    path.unlink()
    assert from_pyproject(tmp_path) == {}


def test_what_was_read_is_not_shared(project, tmp_path):
    project("[tool.scenario]\nmax_turns = 3\n")
    from_pyproject(tmp_path)["max_turns"] = 99
    assert from_pyproject(tmp_path) == {"max_turns": 3}


def test_a_model_may_be_a_table(project, tmp_path):
    project('[tool.scenario.default_model]\nmodel = "openai/gpt"\ntemperature = 0.5\n')
    model = ModelConfig(model="openai/gpt", temperature=0.5)
    assert from_pyproject(tmp_path) == {"default_model": model}


def test_a_setting_nearly_spelled_right_gets_a_suggestion(project, tmp_path):
    path = project("[tool.scenario]\nmax_turn = 3\n")
    error = refused(tmp_path)
    assert str(error) == f"[tool.scenario] in {path} has no setting `max_turn`. Did you mean `max_turns`?"
    assert error.source == f"[tool.scenario] in {path}"


def test_a_setting_that_is_like_no_other_gets_the_list(project, tmp_path):
    project("[tool.scenario]\nzzz = 3\n")
    assert "The settings are: default_model, max_turns, verbose," in str(refused(tmp_path))


def test_a_value_that_cannot_be_used_names_file_setting_and_value(project, tmp_path):
    path = project('[tool.scenario]\nmax_turns = "many"\n')
    error = refused(tmp_path)
    assert str(error).startswith(f"[tool.scenario] in {path}: `max_turns` cannot be 'many': ")
    assert error.__cause__ is None, "pydantic's error would show the value, which may be a key"


def test_a_file_that_is_not_toml_is_named(project, tmp_path):
    path = project("[tool.scenario")
    error = refused(tmp_path)
    assert str(error).startswith(f"{path} cannot be read: ")
    assert error.source == str(path)


@pytest.mark.parametrize("value", ["3", "'x'", "[]"])
def test_a_table_that_is_none_is_named(project, tmp_path, value):
    path = project(f"[tool]\nscenario = {value}\n")
    assert str(refused(tmp_path)).startswith(f"[tool.scenario] in {path} is ")
    assert str(refused(tmp_path)).endswith("not a table of settings.")


def test_a_file_that_is_not_text_is_named(project, tmp_path):
    path = project("")
    path.write_bytes(b"\xff\xfe")
    assert str(refused(tmp_path)).startswith(f"{path} cannot be read: ")


def test_without_anything_the_defaults_hold(project):
    project("")
    assert resolve() == ScenarioConfig()


def test_the_file_comes_before_the_defaults(project):
    project("[tool.scenario]\nmax_turns = 3\n")
    assert resolve().max_turns == 3


def test_the_environment_comes_before_the_file(project, monkeypatch):
    project("[tool.scenario]\nmax_turns = 3\ndebug = true\n")
    monkeypatch.setenv("SCENARIO_MAX_TURNS", "4")
    assert (resolve().max_turns, resolve().debug) == (4, True)


def test_what_was_configured_comes_before_the_environment(project, monkeypatch):
    project("")
    monkeypatch.setenv("SCENARIO_MAX_TURNS", "4")
    scenario.configure(max_turns=5)
    assert resolve().max_turns == 5


def test_defaults_of_a_configured_config_do_not_hide_the_environment(project, monkeypatch):
    project("")
    monkeypatch.setenv("SCENARIO_MAX_TURNS", "4")
    scenario.configure(debug=True)
    assert (resolve().max_turns, resolve().debug) == (4, True)


def test_a_setting_cleared_with_none_stays_cleared(project, monkeypatch):
    project('[tool.scenario]\ncache_key = "v1"\n')
    monkeypatch.setenv("SCENARIO_CACHE_KEY", "v2")
    scenario.configure(cache_key=None)
    assert resolve().cache_key is None


def test_the_call_comes_before_everything(project):
    project("")
    scenario.configure(max_turns=5, debug=True)
    config = resolve({"max_turns": 6, "debug": False})
    assert (config.max_turns, config.debug) == (6, False)


def test_none_in_the_call_is_not_given(project):
    project("")
    scenario.configure(max_turns=5)
    assert resolve({"max_turns": None}).max_turns == 5


def test_an_argument_of_the_wrong_type_is_refused(project):
    project("")
    with pytest.raises(ValidationError, match="max_turns"):
        resolve({"max_turns": "many"})


def test_of_several_layers_the_last_one_wins():
    config = layered({"max_turns": 1, "debug": True}, {"max_turns": 2}, {})
    assert (config.max_turns, config.debug) == (2, True)
