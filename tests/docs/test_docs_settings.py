"""The configuration page names every setting and every environment variable, and its file is a valid one."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from scenario._events import ScenarioMessageSnapshotEvent, ScenarioRunFinishedEvent, ScenarioRunStartedEvent
from scenario.config import LangWatchSettings, ScenarioConfig, resolve
from scenario.config.sources import SETTINGS
from scenario.scenario_executor import RunOptions

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
EVENTS = {
    event.type_ for event in (ScenarioRunStartedEvent, ScenarioMessageSnapshotEvent, ScenarioRunFinishedEvent)
}
VARIABLE = re.compile(r"(?:SCENARIO|LANGWATCH)_[A-Z]+(?:_[A-Z]+)*")
QUOTED = re.compile(rf"""(["'])({VARIABLE.pattern})\1""")


@cache
def _variables_in_the_source() -> frozenset[str]:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")]
    return frozenset(name for text in texts for _, name in QUOTED.findall(text))


def _rows(first_cell: str) -> list[str]:
    return [line for line in PAGE.splitlines() if line.startswith(f"| `{first_cell}` |")]


def test_each_setting_stands_in_both_tables():
    missing = {name for name in ScenarioConfig.model_fields if len(_rows(name)) != 2}

    assert not missing


def test_each_setting_that_the_environment_can_give_stands_with_its_variable():
    missing = {name for name in SETTINGS if f"`SCENARIO_{name.upper()}`" not in _rows(name)[1]}

    assert not missing


def test_each_default_is_the_documented_one():
    defaults = {name: repr(getattr(ScenarioConfig(), name)) for name in ScenarioConfig.model_fields}

    assert {name: _rows(name)[0].split("|")[2].strip(" `") for name in defaults} == defaults


def test_each_variable_that_the_source_names_is_on_the_page():
    named = _variables_in_the_source() - EVENTS
    named |= {f"LANGWATCH_{field.upper()}" for field in LangWatchSettings.model_fields}

    assert named >= {"SCENARIO_LOG_LEVEL", "SCENARIO_BATCH_RUN_ID", "LANGWATCH_API_KEY"}
    assert {name for name in named if f"`{name}`" not in PAGE} == set()


def test_the_page_names_no_variable_that_nothing_reads():
    read = {f"SCENARIO_{name.upper()}" for name in SETTINGS} | _variables_in_the_source()
    read |= {f"LANGWATCH_{field.upper()}" for field in LangWatchSettings.model_fields}

    assert {found.group() for found in VARIABLE.finditer(PAGE)} <= read


def test_each_option_of_a_run_is_on_the_page():
    assert {name for name in RunOptions.__annotations__ if f"`{name}`" not in PAGE} == set()


def test_the_file_on_the_page_can_be_used(tmp_path, monkeypatch):
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "pyproject.toml").write_text(block, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert resolve().max_turns == 20
