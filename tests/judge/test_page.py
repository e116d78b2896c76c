"""The page about judging names what there is."""

from __future__ import annotations

import inspect
from pathlib import Path

from scenario import JudgeAgent, _judge

PAGE = (Path(__file__).parents[2] / "docs" / "judging.md").read_text(encoding="utf-8")


def test_each_parameter_of_a_judge_is_on_the_page():
    parameters = [name for name in inspect.signature(JudgeAgent).parameters if name != "extra_params"]
    assert [name for name in parameters if f"`{name}`" not in PAGE] == []


def test_each_part_for_judges_of_ones_own_is_on_the_page():
    assert [name for name in _judge.__all__ if f"`{name}" not in PAGE] == []
