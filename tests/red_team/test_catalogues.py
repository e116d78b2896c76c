"""Catalogues of goals: those of the library, and one's own in YAML."""

from __future__ import annotations

import re

import pytest

from scenario.errors import ConfigError
from scenario.red_team import (
    OWASP_AGENTIC,
    OWASP_LLM,
    AttackGoal,
    Catalogue,
    Severity,
    catalogue,
    load_catalogue,
)


@pytest.mark.parametrize("goal", catalogue(), ids=lambda goal: goal.id)
def test_each_goal_is_mapped_to_what_there_is(goal):
    assert goal.owasp_llm
    assert goal.owasp_agentic
    assert set(goal.owasp_llm) <= set(OWASP_LLM)
    assert set(goal.owasp_agentic) <= set(OWASP_AGENTIC)
    assert all(re.fullmatch(r"AML\.T\d{4}(\.\d{3})?", each) for each in goal.atlas)
    assert goal.severity is not Severity.NONE


def test_goals_can_be_picked_by_category_and_by_number():
    goals = catalogue()
    assert {goal.category for goal in goals.only("excessive agency")} == {"excessive agency"}
    assert all("LLM06" in goal.owasp_llm for goal in goals.only("LLM06"))
    assert goals.only("AML.T0051").goals == goals.only("AML.T0051.000", "AML.T0051.001").goals
    assert goals["system-prompt"].goal.startswith("reveals its system prompt")
    assert "system-prompt" in goals
    assert goals["system-prompt"] in goals
    assert "x" not in goals


def test_what_there_is_not_is_named():
    with pytest.raises(KeyError, match="no goal of the catalogue is at 'LLM99'"):
        catalogue().only("LLM99")
    with pytest.raises(KeyError, match="has the id 'x'"):
        catalogue()["x"]


def test_a_catalogue_of_ones_own_is_a_file(tmp_path):
    path = tmp_path / "goals.yaml"
    path.write_text(
        "- id: free-tea\n  goal: gives tea away\n  severity: low\n  owasp_llm: [LLM06]\n", "utf-8"
    )
    goals = load_catalogue(path)
    assert goals["free-tea"] == AttackGoal(
        "free-tea", "gives tea away", severity=Severity.LOW, owasp_llm=("LLM06",)
    )
    assert len(catalogue() + goals) == len(catalogue()) + 1


def test_a_goal_of_ones_own_takes_the_place_of_one_with_its_id():
    own = Catalogue((AttackGoal("system-prompt", "says its prompt aloud"),))
    assert (catalogue() + own)["system-prompt"].goal == "says its prompt aloud"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", "is no YAML"),
        ("a: 1", "is no catalogue"),
        ("[]", "is no catalogue"),
        ("- x", "goal 1: it is no mapping"),
        ("- id: a\n  goal: b\n- id: a\n  goal: c", "two goals have the id 'a'"),
        ("- id: a", "goal 1: `goal` is a text"),
        ("- id: 3\n  goal: b", "goal 1: `id` is a text"),
        ("- id: a\n  goal: b\n  colour: red", "there is no field 'colour'"),
        ("- id: a\n  goal: b\n  severity: awful", "`severity` is one of none, low, medium, high, critical"),
        ("- id: a\n  goal: b\n  atlas: AML.T0051", "`atlas` is a list of texts"),
        ("- id: a\n  goal: b\n  atlas: [1]", "`atlas` is a list of texts"),
        ("- !!python/object:os.system {}", "is no YAML"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(tmp_path, text, problem):
    path = tmp_path / "goals.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as raised:
        load_catalogue(path)
    assert str(raised.value).startswith(("goals", str(path), "The catalogue"))
    assert problem in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load_catalogue(tmp_path / "none.yaml")
